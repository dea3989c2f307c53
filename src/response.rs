//! Turns an HTTP response into a checked result, or into the error that it stands for.
//!
//! Responses come in an envelope or bare, without a body, or as the HTML of a proxy. The HTTP status counts, not the one in the
//! envelope; but a 2xx whose envelope holds an error and no result is a failure.

mod error_text;

use crate::contract::{Operation, ResponseKind};
use crate::error::Source;
use crate::host::{HttpResponse, Values};
use crate::issue::{Code, Issue, Step};
use crate::validate::validate_response;

/// A response that has been read.
pub struct ParsedResponse<V> {
    /// The result; the host's empty value where the operation has none. `None`: an error status, or the body is not JSON.
    pub data: Option<V>,
    /// The violations of the contract in a 2xx.
    pub issues: Vec<Issue>,
    /// Of an error status, the word before the colon in the text.
    pub code: Option<String>,
    /// Of an error status, the text as it came.
    pub text: Option<String>,
    /// Of an error status, the likely sender of the text.
    pub source: Source,
    /// A 2xx whose envelope holds an error instead of a result. The only issue quotes it.
    pub is_error: bool,
    /// The envelope's `requestId`.
    pub request_id: Option<String>,
}

/// Parses a response of the operation.
pub fn parse<H: Values>(host: &H, operation: &'static Operation, response: &HttpResponse) -> ParsedResponse<H::Value> {
    let body = response.body.as_slice();
    let mut parsed = ParsedResponse {
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
                let said = error_text::of_json(host, &document);
                parsed.code = said.text.as_deref().filter(|_| said.is_in_error).and_then(code);
                parsed.text = said.text;
                parsed.request_id = host.member(&document, "requestId").and_then(|id| host.as_text(&id));
            }
            None => (parsed.text, parsed.source) = error_text::of_text(response),
        }
        return parsed;
    }
    let schema = match operation.response {
        ResponseKind::Json(schema) => Some(schema),
        ResponseKind::Empty if body.iter().all(u8::is_ascii_whitespace) => {
            parsed.data = Some(host.nothing());
            return parsed;
        }
        ResponseKind::Empty => None,
        ResponseKind::Text(_) => {
            parsed.data = Some(host.text(body));
            return parsed;
        }
    };
    // The scanner checks the contract, the host's parser checks JSON: both must accept the body.
    let envelope = validate_response(body, schema);
    let Some(document) = host.parse(body) else {
        parsed.issues.push(not_json(response));
        return parsed;
    };
    let result = envelope.result.clone().filter(|_| envelope.enveloped).and_then(|range| body.get(range));
    if result.is_none_or(|result| result == b"null") {
        let said = error_text::of_json(host, &document);
        // A bare resource may have a property of that name, too.
        let no_resource = envelope.enveloped || schema.is_none() || !envelope.issues.is_empty();
        if let (Some(text), true, true) = (said.text, said.is_in_error, no_resource) {
            parsed.request_id = host.member(&document, "requestId").and_then(|id| host.as_text(&id));
            parsed.issues.push(error_instead(&text));
            parsed.is_error = true;
            return parsed;
        }
    }
    parsed.data = match (schema, envelope.enveloped) {
        (Some(_), false) => Some(document),
        (Some(_), true) => host.member(&document, "result"),
        (None, _) => None,
    };
    parsed.data.get_or_insert_with(|| host.nothing());
    parsed.issues = envelope.issues;
    parsed.request_id = envelope.request_id;
    parsed
}

/// Whether the body of an error is the API's own envelope: `{"status":404,"error":"NOT_FOUND: …","requestId":"…"}`. Other
/// servers may send a numeric status and an `error`, too, so a `requestId` or the word before the colon is required.
pub fn is_own_envelope<H: Values>(host: &H, body: &[u8]) -> bool {
    let envelope = validate_response(body, None);
    let text = host.parse(body).and_then(|document| host.as_text(&host.member(&document, "error")?));
    let Some(text) = text.filter(|_| envelope.enveloped && envelope.result.is_none()) else { return false };
    envelope.request_id.is_some() || code(&text).is_some()
}

/// The issue of a 2xx without the property that the call is for (`x-yields`); `has` tells whether the request has a property.
pub fn missing_result<H: Values>(
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
    let (word, _) = text.split_once(':')?;
    let is_code = |letter: &u8| matches!(letter, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    (!word.is_empty() && word.as_bytes().iter().all(is_code)).then(|| word.to_owned())
}

/// The issue of a 2xx that holds an error.
fn error_instead(text: &str) -> Issue {
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Required,
        expected: "a result".to_owned(),
        received: format!("an error instead: {text}"),
        hint: None,
    }
}

/// The issue of a 2xx whose body could not be read, and why.
pub fn unreadable(reason: String) -> Issue {
    Issue {
        path: vec![Step::Key("result".into())],
        code: Code::Unreadable,
        expected: "a response whose body can be read".to_owned(),
        received: reason,
        hint: None,
    }
}

/// The issue of a 2xx that is not JSON.
fn not_json(response: &HttpResponse) -> Issue {
    let kind = response.header("content-type").unwrap_or("no content type");
    let kind = kind.split(';').next().unwrap_or_default();
    let (title, source) = error_text::of_text(response);
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
        hint: match is_page {
            true => Some("not the API's response: a proxy, a firewall or a wrong baseUrl?".to_owned()),
            false => is_cut_off(&response.body).then(|| "it ends in the middle: was it cut off on the way?".to_owned()),
        },
    }
}

/// Whether a text that is not JSON begins like an object or a list, and does not end like one.
fn is_cut_off(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    match body.first() {
        Some(b'{') => body.last() != Some(&b'}'),
        Some(b'[') => body.last() != Some(&b']'),
        _ => false,
    }
}
