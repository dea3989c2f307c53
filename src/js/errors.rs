//! Errors become JavaScript errors: real classes, which `errors.js` defines.

use js_sys::{Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::error::{Attempt, Error, Exchange, Met, Trail};
use crate::issue::{Issue, Step};

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = createError)]
    fn create_error(kind: &str, message: &str, fields: &JsValue, hidden: &JsValue) -> JsValue;

    /// Adds to an error what `createAndWait` had created.
    #[wasm_bindgen(js_name = attachCreated)]
    pub fn attach_created(error: &JsValue, created: &JsValue);
}

/// The JavaScript error.
pub fn to_js(error: Error) -> JsValue {
    let message = error.to_string();
    match error {
        Error::Caller(cause) => foreign(&cause),
        Error::Configuration(_) => create("configuration", &message, &Fields::default(), None, None),
        Error::Request { operation, issues } => {
            let fields = Fields { operation: Some(operation.name), issues: Some(all(&issues)), ..Fields::default() };
            create("request", &message, &fields, None, None)
        }
        Error::Response { issues, exchange, ambiguous } => {
            let fields =
                Fields { issues: Some(all(&issues)), ambiguous: Some(ambiguous), ..Fields::of_exchange(&exchange) };
            create("response", &message, &fields, Some(&exchange.body), None)
        }
        Error::Api { code, exchange, ambiguous, retry_after_ms, .. } => {
            let fields = Fields { code, ambiguous: Some(ambiguous), retry_after_ms, ..Fields::of_exchange(&exchange) };
            let kind = match exchange.status {
                status @ (400 | 401 | 403 | 404 | 409 | 424 | 429) => status.to_string(),
                500..=599 => "server".to_owned(),
                _ => "api".to_owned(),
            };
            create(&kind, &message, &fields, Some(&exchange.body), None)
        }
        Error::Connection { cause, trail, ambiguous, .. } => {
            let fields = Fields { ambiguous: Some(ambiguous), ..Fields::of_trail(&trail) };
            create("connection", &message, &fields, None, cause.map(|cause| foreign(&cause)))
        }
        Error::Timeout { timeout_ms, trail, ambiguous } => {
            let fields =
                Fields { timeout_ms: Some(timeout_ms), ambiguous: Some(ambiguous), ..Fields::of_trail(&trail) };
            create("timeout", &message, &fields, None, None)
        }
        Error::Wait { reason, last_state, elapsed_ms, .. } => {
            let fields =
                Fields { reason: Some(reason.as_str()), last_state, elapsed_ms: Some(elapsed_ms), ..Fields::default() };
            create("wait", &message, &fields, None, None)
        }
    }
}

/// The host's value that the core carried.
fn foreign(value: &crate::host::Foreign) -> JsValue {
    value.downcast_ref::<JsValue>().cloned().unwrap_or(JsValue::UNDEFINED)
}

fn create(kind: &str, message: &str, fields: &Fields, text: Option<&[u8]>, cause: Option<JsValue>) -> JsValue {
    // Maps as plain objects, absent values as undefined.
    let fields = fields.serialize(&Serializer::new().serialize_maps_as_objects(true)).unwrap_or(JsValue::UNDEFINED);
    let hidden = Object::new();
    if let Some(text) = text {
        let _ = Reflect::set(&hidden, &"text".into(), &String::from_utf8_lossy(text).as_ref().into());
    }
    if let Some(cause) = cause {
        let _ = Reflect::set(&hidden, &"cause".into(), &cause);
    }
    create_error(kind, message, &fields, &hidden)
}

/// What errors show.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    operation: Option<&'static str>,
    issues: Option<Vec<JsIssue>>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    method: Option<&'static str>,
    path: Option<String>,
    headers: Option<std::collections::BTreeMap<String, String>>,
    attempts: Option<usize>,
    attempt_log: Option<Vec<JsAttempt>>,
    ambiguous: Option<bool>,
    retry_after_ms: Option<f64>,
    timeout_ms: Option<f64>,
    reason: Option<&'static str>,
    last_state: Option<String>,
    elapsed_ms: Option<f64>,
}

impl Fields {
    fn of_trail(trail: &Trail) -> Self {
        Self {
            operation: Some(trail.operation.name),
            method: Some(trail.operation.method.as_str()),
            path: Some(trail.path.clone()),
            attempts: Some(trail.attempts.len()),
            attempt_log: Some(trail.attempts.iter().map(JsAttempt::new).collect()),
            ..Self::default()
        }
    }

    fn of_exchange(exchange: &Exchange) -> Self {
        Self {
            status: Some(exchange.status),
            request_id: exchange.request_id.clone(),
            headers: Some(exchange.headers.iter().cloned().collect()),
            ..Self::of_trail(&exchange.trail)
        }
    }
}

#[derive(Serialize)]
struct JsIssue {
    path: Vec<JsStep>,
    code: &'static str,
    message: String,
    expected: String,
    received: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsStep {
    Key(String),
    Index(usize),
}

fn all(issues: &[Issue]) -> Vec<JsIssue> {
    let step = |step: &Step| match step {
        Step::Key(key) => JsStep::Key(key.to_string()),
        Step::Index(index) => JsStep::Index(*index),
    };
    let issue = |issue: &Issue| JsIssue {
        path: issue.path.iter().map(step).collect(),
        code: issue.code.as_str(),
        message: issue.message(),
        expected: issue.expected.clone(),
        received: issue.received.clone(),
    };
    issues.iter().map(issue).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsAttempt {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    after_ms: f64,
    waited_ms: f64,
}

impl JsAttempt {
    fn new(attempt: &Attempt) -> Self {
        let (status, fault) = match attempt.met {
            Met::Status(status) => (Some(status), None),
            Met::Fault(fault) => (None, Some(fault)),
        };
        Self { status, fault, after_ms: attempt.after_ms, waited_ms: attempt.waited_ms }
    }
}
