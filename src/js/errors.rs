//! Errors become JavaScript errors: real classes, which `errors.js` defines.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::objects::{plain_object, set};
use crate::error::{Attempt, Error, Exchange, Met, Trail};
use crate::issue::{Issue, Step};

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = createError)]
    fn create_error(kind: &str, message: &str, fields: &Object, text: Option<String>, cause: JsValue) -> JsValue;

    /// Adds to an error what `createAndWait` had created.
    #[wasm_bindgen(js_name = attachCreated)]
    pub fn attach_created(error: &JsValue, created: &JsValue);
}

/// The JavaScript error.
pub fn to_js(error: Error) -> JsValue {
    let message = error.to_string();
    let fields = Object::new();
    let mut text = None;
    let mut cause = JsValue::UNDEFINED;
    let kind = match error {
        Error::Caller(error) => return foreign(&error),
        Error::Configuration(_) => "configuration",
        Error::Request { operation, issues } => {
            set(&fields, "operation", operation.name);
            set(&fields, "issues", all(&issues));
            "request"
        }
        Error::Response { issues, exchange, ambiguous } => {
            of_exchange(&fields, &exchange, ambiguous);
            set(&fields, "issues", all(&issues));
            text = Some(String::from_utf8_lossy(&exchange.body).into_owned());
            "response"
        }
        Error::Api { code, exchange, ambiguous, retry_after_ms, .. } => {
            of_exchange(&fields, &exchange, ambiguous);
            set(&fields, "code", code);
            set(&fields, "retryAfterMs", retry_after_ms);
            text = Some(String::from_utf8_lossy(&exchange.body).into_owned());
            "api"
        }
        Error::Connection { cause: error, trail, ambiguous, .. } => {
            of_trail(&fields, &trail, ambiguous);
            cause = error.map_or(cause, |error| foreign(&error));
            "connection"
        }
        Error::Timeout { timeout_ms, trail, ambiguous } => {
            of_trail(&fields, &trail, ambiguous);
            set(&fields, "timeoutMs", timeout_ms);
            "timeout"
        }
        Error::Wait { reason, last_state, elapsed_ms, .. } => {
            set(&fields, "reason", reason.as_str());
            set(&fields, "lastState", last_state);
            set(&fields, "elapsedMs", elapsed_ms);
            "wait"
        }
    };
    create_error(kind, &message, &fields, text, cause)
}

/// The host's value that the core carried.
fn foreign(value: &crate::host::Foreign) -> JsValue {
    value.downcast_ref::<JsValue>().cloned().unwrap_or(JsValue::UNDEFINED)
}

fn of_trail(fields: &Object, trail: &Trail, ambiguous: bool) {
    set(fields, "operation", trail.operation.name);
    set(fields, "method", trail.operation.method.as_str());
    set(fields, "path", trail.path.as_str());
    set(fields, "attempts", trail.attempts.len() as f64);
    set(fields, "attemptLog", trail.attempts.iter().map(attempt).collect::<Array>());
    set(fields, "ambiguous", ambiguous);
}

fn of_exchange(fields: &Object, exchange: &Exchange, ambiguous: bool) {
    of_trail(fields, &exchange.trail, ambiguous);
    set(fields, "status", exchange.status);
    set(fields, "requestId", exchange.request_id.as_deref());
    set(fields, "headers", plain_object(&exchange.headers));
}

fn attempt(attempt: &Attempt) -> JsValue {
    let fields = Object::new();
    match attempt.met {
        Met::Status(status) => set(&fields, "status", status),
        Met::Fault(fault) => set(&fields, "fault", fault),
    }
    set(&fields, "afterMs", attempt.after_ms);
    set(&fields, "waitedMs", attempt.waited_ms);
    fields.into()
}

fn all(issues: &[Issue]) -> Array {
    issues.iter().map(issue).collect()
}

fn issue(issue: &Issue) -> JsValue {
    let step = |step: &Step| match step {
        Step::Key(key) => JsValue::from(key.as_ref()),
        Step::Index(index) => JsValue::from(*index as f64),
    };
    let fields = Object::new();
    set(&fields, "path", issue.path.iter().map(step).collect::<Array>());
    set(&fields, "code", issue.code.as_str());
    set(&fields, "message", issue.message());
    set(&fields, "expected", issue.expected.as_str());
    set(&fields, "received", issue.received.as_str());
    fields.into()
}
