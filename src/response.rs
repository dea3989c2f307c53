//! An HTTP response becomes a checked result, or what it says against the request.
//!
//! Answers come in an envelope or bare, without a body, or as the HTML of some proxy in between: all happen in the
//! field. The HTTP status counts, not the one in the envelope.

use crate::contract::{Answer, Operation};
use crate::host::{HttpResponse, Values};
use crate::issue::{Code, Issue, Step};
use crate::text::{cut, digits, text};
use crate::validate::validate_answer;

/// What a response says.
pub struct Reading<V> {
    /// The result; nothing where the operation has none. `None`: the request was refused, or the body is no JSON.
    pub data: Option<V>,
    /// Ways in which an answer to a request that was carried out breaks the contract.
    pub issues: Vec<Issue>,
    /// Of a refusal, the word before the colon in the text.
    pub code: Option<String>,
    /// Of a refusal, the service's text.
    pub text: Option<String>,
    /// The envelope's `requestId`.
    pub request_id: Option<String>,
}

/// Reads a response of the operation.
pub fn read<H: Values>(host: &H, operation: &'static Operation, response: &HttpResponse) -> Reading<H::Value> {
    let body = response.body.as_slice();
    let mut reading = Reading { data: None, issues: Vec::new(), code: None, text: None, request_id: None };
    if !(200..300).contains(&response.status) {
        let document = host.parse(body);
        let text_of = |name| document.as_ref().and_then(|document| host.as_text(&host.member(document, name)?));
        reading.text = text_of("error");
        reading.code = reading.text.as_deref().and_then(code);
        reading.request_id = text_of("requestId");
        return reading;
    }
    let schema = match operation.answer {
        Answer::Json(schema) => Some(schema),
        Answer::Empty if body.iter().all(u8::is_ascii_whitespace) => {
            reading.data = Some(host.nothing());
            return reading;
        }
        Answer::Empty => None,
        Answer::Text => {
            reading.data = Some(host.text(body));
            return reading;
        }
    };
    // The scanner knows the contract, the host's parser knows JSON: together they are sound.
    let envelope = validate_answer(body, schema);
    let Some(document) = host.parse(body) else {
        reading.issues.push(no_json(response));
        return reading;
    };
    reading.data = match (schema, envelope.enveloped) {
        (Some(_), false) => Some(document),
        (Some(_), true) => host.member(&document, "result"),
        (None, _) => None,
    };
    reading.data.get_or_insert_with(|| host.nothing());
    reading.issues = envelope.issues;
    reading.request_id = envelope.request_id;
    reading
}

/// Whether the body of an error is the API's own envelope: `{"status":404,"error":"NOT_FOUND: …","requestId":"…"}`. A page,
/// an empty body and the JSON of other servers are not: a numeric status and an `error` alone are what some of them write,
/// too, so a `requestId` or the word before the colon must be there.
pub fn is_own_envelope<H: Values>(host: &H, body: &[u8]) -> bool {
    let envelope = validate_answer(body, None);
    let text = host.parse(body).and_then(|document| host.as_text(&host.member(&document, "error")?));
    let Some(text) = text.filter(|_| envelope.enveloped && envelope.result.is_none()) else { return false };
    envelope.request_id.is_some() || code(&text).is_some()
}

/// The word before the colon: `CONFLICT: Only instance in …` is a `CONFLICT`.
fn code(text: &str) -> Option<String> {
    let (word, _) = cut(text, b':');
    let is_code = |letter: &u8| matches!(letter, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    // All of a text is no word before a colon.
    (!word.is_empty() && word.len() < text.len() && word.as_bytes().iter().all(is_code)).then(|| word.to_owned())
}

fn no_json(response: &HttpResponse) -> Issue {
    let kind = response.header("content-type").map_or("no content type", |value| cut(value, b';').0);
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Syntax,
        expected: "JSON".to_owned(),
        received: match response.body.len() {
            0 => "an empty body".to_owned(),
            length => text(&[&digits(length as u64), " bytes of ", kind]),
        },
        hint: None,
    }
}
