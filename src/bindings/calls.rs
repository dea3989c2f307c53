//! What the methods of the package ask for becomes a promise that an `AbortSignal` can end.

use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

use super::arguments::{self, CoreCall};
use super::driver::drive;
use super::errors::failure;
use super::host::JsHost;
use super::objects::{plain_object, set, set_number, set_text};
use super::values::{bytes, pairs, texts};
use crate::client::helpers::{WaitGoal, new_password};
use crate::client::wait::{OnProgress, TransientFault, WaitOptions, WaitRefusal};
use crate::client::{CallOptions, CallOutput, Client};
use crate::contract::Operation;
use crate::error::Error;
use crate::issue::{Code, Step};
use crate::text::text as joined;

#[wasm_bindgen(module = "/js/bindings/host.js")]
extern "C" {
    /// `{ data, status, headers, requestId, attempts }`
    #[wasm_bindgen(js_name = fullResponse)]
    fn full_response(data: &JsValue, status: f64, headers: &Object, request_id: Option<&str>, attempts: f64)
    -> JsValue;
}

/// Does what a method of the package hands over: `{ operation, path, query, body, timeoutMs, headers, signal }`; with a
/// `helper`, as users call it, also what it takes: `password`, `states`, `start`, `deadlineMs`, `pollIntervalMs`,
/// `onProgress`. An operation resolves with what `withResponse` gives.
pub fn start(client: Rc<Client<JsHost>>, given: &CoreCall) -> Result<Promise, Error> {
    // At once: what the caller handed over may be another tomorrow.
    let operation = arguments::operation(given)?;
    let mut arguments = arguments::read(given);
    let states = |helper| Some(WaitGoal::States(helper, texts(&given.states())));
    let aim = match given.helper().as_deref() {
        Some("services.setPassword") => {
            arguments.body = Some(new_password(&password(operation, given)?));
            None
        }
        Some("services.waitFor") => states("services.waitFor"),
        Some("services.createAndWait") => states("services.createAndWait"),
        Some("services.ensureRunning") => Some(WaitGoal::Running(given.start() == Some(true))),
        Some("services.stopAndDelete") => Some(WaitGoal::Deletion),
        Some("backups.waitFor") => Some(WaitGoal::Backup),
        _ => None,
    };
    let options = WaitOptions {
        call: CallOptions { timeout_ms: given.timeout_ms(), headers: pairs(&given.headers()), retry_budget_ms: None },
        timeout_ms: given.deadline_ms(),
        poll_interval_ms: given.poll_interval_ms(),
        on_progress: aim.is_some().then(|| on_progress(client.clone(), given.into())),
    };
    // One future does it all: one for each would multiply the code around it.
    let work = async move {
        let done = match aim {
            Some(aim) => {
                let deletes = matches!(aim, WaitGoal::Deletion);
                client.wait(aim, arguments, &options).await.map(|ended| waited(ended, deletes))
            }
            None => client.call(operation, &arguments, &options.call).await.map(with_response),
        };
        done.map_err(failure)
    };
    Ok(drive(&given.signal(), work))
}

fn password(operation: &'static Operation, given: &CoreCall) -> Result<Vec<u8>, Error> {
    let password = given.password();
    bytes(&password).filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        let received = match password.as_string() {
            Some(_) => "an empty string".to_owned(),
            // Not even a number is shown: it may be the password.
            None => joined(&["a value of type ", &password.js_typeof().as_string().unwrap_or_default()]),
        };
        let expected = "a string or a Uint8Array that is not empty";
        arguments::violation(operation, &[Step::Key("password".into())], Code::Type, expected, &received)
    })
}

/// The caller's function, which is told of each poll.
fn on_progress(client: Rc<Client<JsHost>>, given: JsValue) -> OnProgress {
    Box::new(move |progress| {
        client.host.hook(&given, "onProgress", &|event| {
            set_text(event, "state", Some(&progress.state));
            set_text(event, "previousState", progress.previous_state.as_deref());
            set_number(event, "elapsedMs", Some(progress.elapsed_ms));
            set_number(event, "attempt", Some(progress.attempt.into()));
            if let Some(refusal) = &progress.refusal {
                set(event, "refusal", refused(refusal));
            }
            if let Some(fault) = &progress.fault {
                set(event, "fault", passing(fault));
            }
        })
    })
}

/// `{ status, code, message }`
fn refused(refusal: &WaitRefusal) -> Object {
    let shown = Object::new();
    set_number(&shown, "status", Some(refusal.status.into()));
    set_text(&shown, "code", refusal.code.as_deref());
    set_text(&shown, "message", Some(&refusal.message));
    shown
}

/// `{ status, fault, message }`
fn passing(fault: &TransientFault) -> Object {
    let shown = Object::new();
    set_number(&shown, "status", fault.status.map(f64::from));
    set_text(&shown, "fault", fault.fault);
    set_text(&shown, "message", Some(&fault.message));
    shown
}

/// The resource that was waited for; of a deletion `{ found }`.
fn waited(ended: Option<JsValue>, deletes: bool) -> JsValue {
    if !deletes {
        return ended.unwrap_or(JsValue::UNDEFINED);
    }
    let result = Object::new();
    set(&result, "found", ended.is_some());
    result.into()
}

/// `{ data, status, headers, requestId, attempts }`
fn with_response(outcome: CallOutput<JsValue>) -> JsValue {
    let response = &outcome.response;
    full_response(
        &outcome.data,
        response.status.into(),
        &plain_object(&response.headers),
        response.request_id.as_deref(),
        response.attempt_log.attempts.len() as f64,
    )
}
