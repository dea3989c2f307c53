//! Responses: the live API's envelope around a result or an error, with properties in the contract's order.

use serde_json::Value;

use crate::contract::{Kind, Operation, ResponseKind, Schema};
use crate::host::HttpResponse;
use crate::sandbox::model::operations::Payload;
use crate::sandbox::model::rejection::Rejection;

const JSON: &str = "application/json; charset=utf-8";

/// The response to a rejected request.
pub fn error(rejection: Rejection, request_id: &str) -> HttpResponse {
    let text = Value::from(rejection.message());
    let body = format!(r#"{{"status":{},"error":{text},"requestId":"{request_id}"}}"#, rejection.status);
    respond(rejection.status, request_id, JSON, body.into_bytes(), rejection.headers)
}

/// The response to a success. Without a payload the envelope has no `result`; a text comes without an envelope.
pub fn success(request_id: &str, operation: &Operation, result: Option<&Payload>) -> HttpResponse {
    let schema = match operation.response {
        ResponseKind::Json(schema) => Some(schema),
        ResponseKind::Empty | ResponseKind::Text(_) => None,
    };
    if let (ResponseKind::Text(media_type), Some(Payload::Text(text))) = (&operation.response, result) {
        let content_type = format!("{media_type}; charset=utf-8");
        return respond(operation.status, request_id, &content_type, text.clone().into_bytes(), Vec::new());
    }
    let mut body = Vec::with_capacity(2048);
    body.extend_from_slice(format!(r#"{{"status":{},"requestId":"{request_id}""#, operation.status).as_bytes());
    if let Some((payload, schema)) = result.zip(schema) {
        body.extend_from_slice(br#","result":"#);
        match payload {
            Payload::Value(value) => write(value, Some(schema), &mut body),
            Payload::Text(text) => write_string(text, &mut body),
            Payload::Service(service) => body.extend_from_slice(service.cached_json.bytes(|| {
                let mut bytes = Vec::new();
                write(&service.show(), Some(schema), &mut bytes);
                bytes
            })),
        }
    }
    body.push(b'}');
    respond(operation.status, request_id, JSON, body, Vec::new())
}

/// The response to a file that has arrived, as object stores write it: no body, and the hash of the file.
pub fn stored(request_id: &str, hash: &str) -> HttpResponse {
    let headers = vec![("etag".to_owned(), format!("\"{hash}\"")), ("x-request-id".to_owned(), request_id.to_owned())];
    HttpResponse { status: 200, headers, body: Vec::new() }
}

/// The response of a proxy in between, without the API's envelope.
pub fn from_proxy(status: u16, content_type: &str, body: &str) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    HttpResponse { status, headers, body: body.as_bytes().to_vec() }
}

fn respond(
    status: u16,
    request_id: &str,
    content_type: &str,
    body: Vec<u8>,
    mut headers: Vec<(String, String)>,
) -> HttpResponse {
    headers.push(("content-type".to_owned(), content_type.to_owned()));
    headers.push(("x-request-id".to_owned(), request_id.to_owned()));
    HttpResponse { status, headers, body }
}

/// Writes a value as JSON, properties in the contract's order, unknown ones after them.
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
                Some(Kind::Object(record)) => record.properties,
                _ => &[],
            };
            let mut written = 0;
            let mut member = |name: &str, value: &Value, schema: Option<&Schema>, out: &mut Vec<u8>| {
                out.push(if written == 0 { b'{' } else { b',' });
                written += 1;
                write_string(name, out);
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
            // Unknown properties are rare, and looking each name up would cost more than all else.
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
        (Value::String(text), _) => write_string(text, out),
        (Value::Bool(true), _) => out.extend_from_slice(b"true"),
        (Value::Bool(false), _) => out.extend_from_slice(b"false"),
        (value, _) => out.extend_from_slice(value.to_string().as_bytes()),
    }
}

/// Writes a string. Most need no escapes.
fn write_string(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(Value::from(text).to_string().as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}
