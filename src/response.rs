//! An HTTP response becomes a checked result, or what it says against the request.
//!
//! Answers come in an envelope or bare, without a body, or as the HTML of some proxy in between: all happen in the
//! field. The HTTP status counts, not the one in the envelope.

use crate::contract::{Answer, Operation};
use crate::host::{HttpResponse, Values};
use crate::issue::{Code, Issue, Step};
use crate::text::{digits, text};
use crate::validate::validate_answer;

/// What a response says.
pub enum Reading<V> {
    /// The request was carried out.
    Success {
        /// The result; nothing where the operation has none.
        data: V,
        /// The envelope's `requestId`.
        request_id: Option<String>,
        /// Ways in which the result breaks the contract all the same.
        issues: Vec<Issue>,
    },
    /// The request was carried out, but the body is no JSON.
    Garbled {
        /// What is wrong.
        issues: Vec<Issue>,
    },
    /// The request was refused, or failed.
    Refused {
        /// The word before the colon in the text.
        code: Option<String>,
        /// The service's text.
        text: Option<String>,
        /// The envelope's `requestId`.
        request_id: Option<String>,
    },
}

/// Reads a response of the operation.
pub fn read<H: Values>(host: &H, operation: &'static Operation, response: &HttpResponse) -> Reading<H::Value> {
    let body = response.body.as_slice();
    if !(200..300).contains(&response.status) {
        return refused(host, body);
    }
    let schema = match operation.answer {
        Answer::Json(schema) => Some(schema),
        Answer::Empty => None,
        Answer::Text => {
            return Reading::Success { data: host.text(body), request_id: None, issues: Vec::new() };
        }
    };
    if schema.is_none() && body.iter().all(u8::is_ascii_whitespace) {
        return Reading::Success { data: host.nothing(), request_id: None, issues: Vec::new() };
    }
    // The scanner knows the contract, the host's parser knows JSON: together they are sound.
    let envelope = validate_answer(body, schema);
    let Some(document) = host.parse(body) else {
        return Reading::Garbled { issues: vec![no_json(response)] };
    };
    let data = match (schema, envelope.enveloped) {
        (None, _) => host.nothing(),
        (Some(_), true) => host.member(&document, "result").unwrap_or_else(|| host.nothing()),
        (Some(_), false) => document,
    };
    Reading::Success { data, request_id: envelope.request_id, issues: envelope.issues }
}

fn refused<H: Values>(host: &H, body: &[u8]) -> Reading<H::Value> {
    let document = host.parse(body);
    let text_of = |name| document.as_ref().and_then(|document| host.as_text(&host.member(document, name)?));
    let text = text_of("error");
    Reading::Refused { code: text.as_deref().and_then(code), text, request_id: text_of("requestId") }
}

/// The word before the colon: `CONFLICT: Only instance in …` is a `CONFLICT`.
fn code(text: &str) -> Option<String> {
    let (word, _) = text.split_once(':')?;
    let is_code = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    (!word.is_empty() && word.chars().all(is_code)).then(|| word.to_owned())
}

fn no_json(response: &HttpResponse) -> Issue {
    let kind = response.header("content-type").and_then(|value| value.split(';').next()).unwrap_or("no content type");
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
