//! Turns errors of the core into JavaScript errors of the classes that `js/errors.js` defines.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::objects::{headers_object, set, set_number, set_text};
use super::values::decode;
use crate::error::{Attempt, AttemptLog, AttemptOutcome, Error, ResponseParts};
use crate::issue::{Issue, Step};

#[wasm_bindgen(module = "/js/bindings/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = createError)]
    fn create_error(kind: &str, message: &str, fields: &Object, text: &JsValue, cause: &JsValue) -> JsValue;
}

// `errors.js` imports this file; wasm-bindgen packages only files that Rust names, and the tests need it.
#[wasm_bindgen(module = "/js/errors.js")]
extern "C" {
    #[allow(dead_code)]
    type CloudError;
}
#[wasm_bindgen(module = "/js/hidden.js")]
extern "C" {
    #[allow(dead_code)]
    fn hide();
}

/// The JavaScript error for an error of the core.
pub fn to_js(error: Error) -> JsValue {
    let message = error.message();
    let fields = Object::new();
    let mut text = JsValue::UNDEFINED;
    let mut cause = JsValue::UNDEFINED;
    let kind = match error {
        Error::Caller(error) => return foreign(&error),
        Error::Configuration(_) => "configuration",
        Error::Request { operation, issues } => {
            set_text(&fields, "operation", Some(operation.name));
            set(&fields, "issues", all(&issues));
            "request"
        }
        Error::Response { issues, response, ambiguous } => {
            of_response(&fields, &response, ambiguous);
            set(&fields, "issues", all(&issues));
            text = decode(&response.body, true);
            "response"
        }
        Error::Api { code, response, ambiguous, retry_after_ms, .. } => {
            of_response(&fields, &response, ambiguous);
            set_text(&fields, "code", code.as_deref());
            set_number(&fields, "retryAfterMs", retry_after_ms);
            text = decode(&response.body, true);
            "api"
        }
        Error::Connection { cause: error, attempt_log, ambiguous, .. } => {
            of_attempts(&fields, &attempt_log, ambiguous);
            cause = error.map_or(cause, |error| foreign(&error));
            "connection"
        }
        Error::Timeout { timeout_ms, attempt_log, ambiguous } => {
            of_attempts(&fields, &attempt_log, ambiguous);
            set_number(&fields, "timeoutMs", Some(timeout_ms));
            "timeout"
        }
        Error::Wait { reason, last_state, elapsed_ms, cause: error, .. } => {
            cause = error.map_or(cause, |error| to_js(*error));
            set_text(&fields, "reason", Some(reason.as_str()));
            set_text(&fields, "lastState", last_state.as_deref());
            set_number(&fields, "elapsedMs", Some(elapsed_ms));
            "wait"
        }
    };
    create_error(kind, &message, &fields, &text, &cause)
}

/// The JavaScript error for a failed future.
#[cfg(feature = "client")]
#[expect(clippy::boxed_local, reason = "this is how futures hand it on")]
pub fn failure(error: Box<Error>) -> JsValue {
    to_js(*error)
}

/// The JavaScript value that the core carried as the cause.
fn foreign(value: &crate::host::CallerError) -> JsValue {
    value.downcast_ref::<JsValue>().cloned().unwrap_or(JsValue::UNDEFINED)
}

fn of_attempts(fields: &Object, attempt_log: &AttemptLog, ambiguous: bool) {
    set_text(fields, "operation", Some(attempt_log.operation.name));
    set_text(fields, "method", Some(attempt_log.operation.method.as_str()));
    set_text(fields, "path", Some(&attempt_log.path));
    set_number(fields, "attempts", Some(attempt_log.attempts.len() as f64));
    set(fields, "attemptLog", list(&attempt_log.attempts, attempt));
    set(fields, "ambiguous", ambiguous);
}

fn of_response(fields: &Object, response: &ResponseParts, ambiguous: bool) {
    of_attempts(fields, &response.attempt_log, ambiguous);
    set_number(fields, "status", Some(response.status.into()));
    set_text(fields, "requestId", response.request_id.as_deref());
    set(fields, "headers", headers_object(&response.headers));
}

fn attempt(attempt: &Attempt) -> JsValue {
    let fields = Object::new();
    match attempt.outcome {
        AttemptOutcome::Status(status) => set_number(&fields, "status", Some(status.into())),
        AttemptOutcome::Fault(fault) => set_text(&fields, "fault", Some(fault)),
    }
    set_text(&fields, "requestId", attempt.request_id.as_deref());
    set_number(&fields, "afterMs", Some(attempt.after_ms));
    set_number(&fields, "waitedMs", Some(attempt.waited_ms));
    fields.into()
}

/// Issues as a JavaScript list.
pub fn all(issues: &[Issue]) -> Array {
    list(issues, issue)
}

fn list<T>(all: &[T], each: fn(&T) -> JsValue) -> Array {
    let list = Array::new();
    for one in all {
        list.push(&each(one));
    }
    list
}

fn issue(issue: &Issue) -> JsValue {
    let step = |step: &Step| match step {
        Step::Key(key) => JsValue::from_str(key),
        Step::Index(index) => JsValue::from_f64(*index as f64),
    };
    let fields = Object::new();
    set(&fields, "path", list(&issue.path, step));
    set_text(&fields, "code", Some(issue.code.as_str()));
    set_text(&fields, "message", Some(&issue.message()));
    set_text(&fields, "expected", Some(&issue.expected));
    set_text(&fields, "received", Some(&issue.received));
    fields.into()
}
