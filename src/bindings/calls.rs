//! Turns the calls of the package's methods into futures, which JavaScript drives (`js/bindings/driver.js`).

use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::arguments;
use super::core::Core;
use super::driver::CoreFuture;
use super::errors::{failure, to_js};
use super::host::{Hook, JsHost};
use super::objects::{header_lines, set, set_number, set_text};
use super::seam::{CoreCall, CoreWait, GoalKind};
use super::values::{bytes, paired};
use crate::client::helpers::{StatesGoal, WaitGoal, new_password};
use crate::client::wait::{OnProgress, TransientFault, WaitOptions, WaitRefusal};
use crate::client::{CallOptions, CallOutput, Client, HelperDeadline};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::issue::{Code, Step};

/// The helper whose deadline is also that of a call.
const CREATE_AND_WAIT: &str = "services.createAndWait";

#[wasm_bindgen(module = "/js/bindings/host.js")]
extern "C" {
    /// `{ data, status, headers, requestId, attempts }`
    #[wasm_bindgen(js_name = fullResponse)]
    fn full_response(data: &JsValue, status: f64, headers: &str, request_id: Option<&str>, attempts: f64) -> JsValue;
}

#[wasm_bindgen]
impl Core {
    /// Calls an operation. `drive` runs the future, which resolves with the response as `fullResponse` makes it.
    pub fn call(&self, given: &CoreCall) -> Result<CoreFuture, JsValue> {
        let operation = arguments::operation(given).map_err(to_js)?;
        let arguments = arguments::read(given);
        let headers = paired(given.call_headers());
        let deadline = given.deadline_ms().map(|ms| HelperDeadline { helper: CREATE_AND_WAIT, ms });
        let options = CallOptions { timeout_ms: given.timeout_ms(), headers, retry_budget_ms: None, deadline };
        let client = self.0.clone();
        Ok(CoreFuture::new(async move {
            client.call(operation, &arguments, &options).await.map(with_response).map_err(failure)
        }))
    }

    /// Waits for a goal. The future resolves with the resource; for a deletion with `{ found }`.
    pub fn wait(&self, given: &CoreWait) -> CoreFuture {
        let arguments = arguments::read(given);
        let goal = given.goal();
        let aim = match goal {
            GoalKind::Running => WaitGoal::Running(given.start()),
            GoalKind::Deletion => WaitGoal::Deletion,
            _ => {
                let waiter = contract::waiter(&given.waiter()).unwrap_or(&contract::SERVICES_WAIT_FOR);
                let helper = match goal {
                    GoalKind::Creation => CREATE_AND_WAIT,
                    GoalKind::Deployment => "udfs.deploy",
                    _ => waiter.name,
                };
                let least_version = given.least_version();
                WaitGoal::States(StatesGoal { helper, least_version, ..StatesGoal::new(waiter, given.states()) })
            }
        };
        let headers = paired(given.wait_headers());
        let options = WaitOptions {
            call: CallOptions { headers, ..CallOptions::default() },
            timeout_ms: given.wait_deadline_ms(),
            spent_ms: given.spent_ms(),
            poll_interval_ms: given.poll_interval_ms(),
            on_progress: Some(on_progress(self.0.clone(), given)),
        };
        let client = self.0.clone();
        CoreFuture::new(async move {
            let ended = client.wait(aim, arguments, &options).await.map_err(failure)?;
            Ok(match goal {
                GoalKind::Deletion => found(ended.is_some()),
                _ => ended.unwrap_or(JsValue::UNDEFINED),
            })
        })
    }
}

/// The body of `services.updatePassword`: the hashes of a password, which is sent itself nowhere.
#[wasm_bindgen(js_name = passwordBody)]
pub fn password_body(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] new: &JsValue,
) -> Result<String, JsValue> {
    password(&contract::SERVICES_UPDATE_PASSWORD, new).map(|password| new_password(&password)).map_err(to_js)
}

fn password(operation: &'static Operation, password: &JsValue) -> Result<Vec<u8>, Error> {
    bytes(password).filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        let received = match password.as_string() {
            Some(_) => "an empty string".to_owned(),
            // Not even a number is shown: it may be the password.
            None => format!("a value of type {}", password.js_typeof().as_string().unwrap_or_default()),
        };
        let expected = "a string or a Uint8Array that is not empty";
        arguments::violation(operation, &[Step::Key("password".into())], Code::Type, expected, &received)
    })
}

/// The caller's `onProgress`, called after each poll.
fn on_progress(client: Rc<Client<JsHost>>, given: &CoreWait) -> OnProgress {
    let hook = Hook { call: given.on_progress(), owner: given.into(), name: "onProgress" };
    Box::new(move |progress| {
        client.host.hook(&hook, &|event| {
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

/// `{ found }`
fn found(found: bool) -> JsValue {
    let result = Object::new();
    set(&result, "found", found);
    result.into()
}

/// `{ data, status, headers, requestId, attempts }`
fn with_response(outcome: CallOutput<JsValue>) -> JsValue {
    let response = &outcome.response;
    full_response(
        &outcome.data,
        response.status.into(),
        &header_lines(response.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
        response.request_id.as_deref(),
        response.attempt_log.attempts.len() as f64,
    )
}
