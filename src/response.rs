//! An HTTP response becomes a checked result, or what it says against the request.
//!
//! Answers come in an envelope or bare, without a body, or as the HTML of some proxy in between: all happen in the
//! field. The HTTP status counts, not the one in the envelope; but a success whose envelope holds an error and no result
//! is none.

mod refusal;

use crate::contract::{Operation, ResponseKind};
use crate::error::Source;
use crate::host::{HttpResponse, Values};
use crate::issue::{Code, Issue, Step};
use crate::text::cut;
use crate::validate::validate_response;

/// What a response says.
pub struct Reading<V> {
    /// The result; nothing where the operation has none. `None`: the request was refused, or the body is no JSON.
    pub data: Option<V>,
    /// Ways in which an answer to a request that was carried out breaks the contract.
    pub issues: Vec<Issue>,
    /// Of a refusal, the word before the colon in the text.
    pub code: Option<String>,
    /// Of a refusal, its text as it came, whoever wrote it.
    pub text: Option<String>,
    /// Of a refusal, whose words it is made of.
    pub source: Source,
    /// A 2xx whose envelope holds an error instead of a result: the only issue quotes it.
    pub is_error: bool,
    /// The envelope's `requestId`.
    pub request_id: Option<String>,
}

/// Reads a response of the operation.
pub fn read<H: Values>(host: &H, operation: &'static Operation, response: &HttpResponse) -> Reading<H::Value> {
    let body = response.body.as_slice();
    let mut reading = Reading {
        data: None,
        issues: Vec::new(),
        code: None,
        text: None,
        source: Source::Api,
        is_error: false,
        request_id: None,
    };
    if !(200..300).contains(&response.status) {
        match host.parse(body) {
            Some(document) => {
                let said = refusal::of_json(host, &document);
                reading.code = said.text.as_deref().filter(|_| said.own).and_then(code);
                reading.text = said.text;
                reading.request_id = host.member(&document, "requestId").and_then(|id| host.as_text(&id));
            }
            None => (reading.text, reading.source) = refusal::of_text(response),
        }
        return reading;
    }
    let schema = match operation.response {
        ResponseKind::Json(schema) => Some(schema),
        ResponseKind::Empty if body.iter().all(u8::is_ascii_whitespace) => {
            reading.data = Some(host.nothing());
            return reading;
        }
        ResponseKind::Empty => None,
        ResponseKind::Text(_) => {
            reading.data = Some(host.text(body));
            return reading;
        }
    };
    // The scanner knows the contract, the host's parser knows JSON: together they are sound.
    let envelope = validate_response(body, schema);
    let Some(document) = host.parse(body) else {
        reading.issues.push(no_json(response));
        return reading;
    };
    let result = envelope.result.clone().filter(|_| envelope.enveloped).and_then(|range| body.get(range));
    if result.is_none_or(|result| result == b"null") {
        let said = refusal::of_json(host, &document);
        // A bare resource may have such a property, too.
        let no_resource = envelope.enveloped || schema.is_none() || !envelope.issues.is_empty();
        if let (Some(text), true, true) = (said.text, said.own, no_resource) {
            reading.request_id = host.member(&document, "requestId").and_then(|id| host.as_text(&id));
            reading.issues.push(error_instead(&text));
            reading.is_error = true;
            return reading;
        }
    }
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
    let envelope = validate_response(body, None);
    let text = host.parse(body).and_then(|document| host.as_text(&host.member(&document, "error")?));
    let Some(text) = text.filter(|_| envelope.enveloped && envelope.result.is_none()) else { return false };
    envelope.request_id.is_some() || code(&text).is_some()
}

/// What a success lacks of what its call is for; `has` tells whether the body of the request has a property.
pub fn lost<H: Values>(
    host: &H,
    operation: &'static Operation,
    data: &H::Value,
    has: impl Fn(&str) -> bool,
) -> Option<Issue> {
    let yields = operation.yields.as_ref().filter(|yields| !yields.unless.iter().any(|name| has(name)))?;
    let value = host.member(data, yields.property);
    let text = value.as_ref().and_then(|value| host.as_text(value));
    if text.as_ref().is_some_and(|text| !text.is_empty()) {
        return None;
    }
    Some(Issue {
        path: vec![Step::Key("result".into()), Step::Key(yields.property.into())],
        code: Code::Required,
        expected: "a string that is not empty, which the call is for".to_owned(),
        received: match (text, value) {
            (Some(_), _) => "an empty string".to_owned(),
            (None, Some(_)) => "another value".to_owned(),
            (None, None) => "nothing".to_owned(),
        },
        hint: None,
    })
}

/// The word before the colon: `CONFLICT: Only instance in …` is a `CONFLICT`.
fn code(text: &str) -> Option<String> {
    let (word, _) = cut(text, b':');
    let is_code = |letter: &u8| matches!(letter, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    // All of a text is no word before a colon.
    (!word.is_empty() && word.len() < text.len() && word.as_bytes().iter().all(is_code)).then(|| word.to_owned())
}

/// A success that says it is none.
fn error_instead(text: &str) -> Issue {
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Required,
        expected: "a result".to_owned(),
        received: format!("an error instead: {text}"),
        hint: None,
    }
}

/// A success whose body could not be read; `lacks` says why.
pub fn unreadable(lacks: String) -> Issue {
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Unreadable,
        expected: "a response whose body can be read".to_owned(),
        received: lacks,
        hint: None,
    }
}

fn no_json(response: &HttpResponse) -> Issue {
    let kind = response.header("content-type").unwrap_or("no content type");
    let kind = kind.split(';').next().unwrap_or_default();
    let (title, source) = refusal::of_text(response);
    let is_page = source == Source::Page;
    let titled = title.filter(|_| is_page).map(|title| format!(", titled {title}")).unwrap_or_default();
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Syntax,
        expected: "JSON".to_owned(),
        received: match response.body.len() {
            0 => "an empty body".to_owned(),
            length => format!("{length} bytes of {kind}{titled}"),
        },
        hint: is_page.then(|| "not the API's response: a proxy, a firewall or a wrong baseUrl?".to_owned()),
    }
}
