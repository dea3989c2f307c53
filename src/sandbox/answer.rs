//! What the sandbox answers: the live API's envelope, around a result or an error.

use serde_json::Value;

use super::operations::Shown;
use crate::contract::{Kind, Schema};
use crate::host::HttpResponse;
use crate::issue::Issue;

/// How many issues one error tells.
const ISSUES: usize = 20;

/// Why a request is not carried out.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    /// The word before the colon.
    code: &'static str,
    text: String,
    /// Headers that this status asks for.
    pub headers: Vec<(String, String)>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), headers: Vec::new() }
    }

    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(400, "BAD_REQUEST", text)
    }

    /// Every issue of a value, each with where it is.
    pub fn issues(issues: &[Issue]) -> Self {
        let mut texts: Vec<String> = issues.iter().take(ISSUES).map(ToString::to_string).collect();
        if issues.len() > ISSUES {
            texts.push(format!("and {} more", issues.len() - ISSUES));
        }
        Self::bad_request(texts.join("; "))
    }

    pub fn unauthorized() -> Self {
        let mut refusal = Self::new(401, "UNAUTHORIZED", "the key id or the key secret is missing or wrong");
        let challenge = r#"Basic realm="ClickHouse Cloud", charset="UTF-8""#;
        refusal.headers.push(("www-authenticate".to_owned(), challenge.to_owned()));
        refusal
    }

    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, "FORBIDDEN", text)
    }

    pub fn not_found(text: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", text)
    }

    pub fn method_not_allowed(method: &str, allowed: &[&str]) -> Self {
        let mut refusal = Self::new(405, "METHOD_NOT_ALLOWED", format!("the path knows no {method}"));
        refusal.headers.push(("allow".to_owned(), allowed.join(", ")));
        refusal
    }

    pub fn conflict(text: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT", text)
    }

    pub fn failed_dependency(text: impl Into<String>) -> Self {
        Self::new(424, "FAILED_DEPENDENCY", text)
    }

    pub fn rate_limited(headers: Vec<(String, String)>) -> Self {
        let text = "too many requests with this key, wait for X-RateLimit-Reset seconds";
        Self { headers, ..Self::new(429, "RATE_LIMITED", text) }
    }

    pub fn internal_error() -> Self {
        Self::new(500, "INTERNAL_ERROR", "something went wrong")
    }

    /// The contract has grown an operation that the sandbox does not play yet.
    pub fn not_implemented(operation: &str) -> Self {
        Self::new(501, "NOT_IMPLEMENTED", format!("the sandbox does not play {operation} yet"))
    }

    /// The answer that tells it.
    pub fn answer(self, request_id: &str) -> HttpResponse {
        let text = Value::from(format!("{}: {}", self.code, self.text));
        let body = format!(r#"{{"status":{},"error":{text},"requestId":"{request_id}"}}"#, self.status);
        respond(self.status, request_id, body.into_bytes(), self.headers)
    }
}

/// The answer of a success. Without a result, the envelope has none either.
pub fn success(request_id: &str, result: Option<(&Shown, &Schema)>) -> HttpResponse {
    let mut body = Vec::with_capacity(2048);
    body.extend_from_slice(br#"{"status":200,"requestId":""#);
    body.extend_from_slice(request_id.as_bytes());
    body.push(b'"');
    if let Some((shown, schema)) = result {
        body.extend_from_slice(br#","result":"#);
        match shown {
            Shown::Value(value) => write(value, Some(schema), &mut body),
            Shown::Service(service) => body.extend_from_slice(service.written.bytes(|| {
                let mut bytes = Vec::new();
                write(&service.show(), Some(schema), &mut bytes);
                bytes
            })),
        }
    }
    body.push(b'}');
    respond(200, request_id, body, Vec::new())
}

/// What a proxy in between answers: nothing of the API's shape.
pub fn of_proxy(status: u16, content_type: &str, body: &str) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    HttpResponse { status, headers, body: body.as_bytes().to_vec() }
}

fn respond(status: u16, request_id: &str, body: Vec<u8>, mut headers: Vec<(String, String)>) -> HttpResponse {
    headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
    headers.push(("x-request-id".to_owned(), request_id.to_owned()));
    HttpResponse { status, headers, body }
}

/// Writes a value as JSON, the properties of its objects in the contract's order.
fn write(value: &Value, schema: Option<&Schema>, out: &mut Vec<u8>) {
    match (value, schema.map(|schema| &schema.kind)) {
        (Value::Array(items), kind) => {
            let schema = match kind {
                Some(Kind::Array { items, .. }) => Some(*items),
                _ => None,
            };
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, schema, out);
            }
            out.push(b']');
        }
        (Value::Object(object), kind) => {
            let known = match kind {
                Some(Kind::Record(record)) => record.properties,
                _ => &[],
            };
            let mut written = 0;
            let mut member = |name: &str, value: &Value, schema: Option<&Schema>, out: &mut Vec<u8>| {
                out.push(if written == 0 { b'{' } else { b',' });
                written += 1;
                quoted(name, out);
                out.push(b':');
                write(value, schema, out);
                written
            };
            let mut found = 0;
            for property in known {
                if let Some(value) = object.get(property.name) {
                    found = member(property.name, value, Some(property.schema), out);
                }
            }
            // Mostly there are no others, and a look for each among the known would cost more than all else.
            if found < object.len() {
                for (name, value) in object {
                    if known.iter().all(|property| property.name != name) {
                        member(name, value, None, out);
                    }
                }
            }
            if object.is_empty() {
                out.push(b'{');
            }
            out.push(b'}');
        }
        (Value::String(text), _) => quoted(text, out),
        (Value::Bool(true), _) => out.extend_from_slice(b"true"),
        (Value::Bool(false), _) => out.extend_from_slice(b"false"),
        (value, _) => out.extend_from_slice(value.to_string().as_bytes()),
    }
}

/// A text. Most need no escapes.
fn quoted(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(Value::from(text).to_string().as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}
