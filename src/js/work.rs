//! What the methods of the package ask for, as work for a promise.

use std::rc::Rc;

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::calls::with_response;
use super::errors::{attach_created, failure};
use super::host::JsHost;
use super::objects::{set, set_number, set_text};
use super::values::{bytes, flag, get, number, pairs, text, texts};
use crate::client::wait::{OnProgress, WaitOptions};
use crate::client::{CallOptions, Client, helpers};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::issue::{Code, Step};
use crate::request::{Argument, Arguments};
use crate::text::text as joined;

/// What is to be done. One future does it all: one for each would multiply the code around it.
pub enum Work {
    /// An operation; whether its result is of interest.
    Call(&'static Operation, Arguments, bool),
    /// `services.waitFor`
    Service(Argument, Vec<String>),
    /// `backups.waitFor`: the service and its backup.
    Backup(Argument, Argument),
    /// `services.createAndWait`; who is told of the creation.
    Create(Arguments, Option<Function>),
    /// `services.ensureRunning`; whether a stopped one is to be started.
    Run(Argument, bool),
    /// `services.stopAndDelete`
    Delete(Argument),
}

/// Reads `{ operation, path, query, body }`, or in place of the operation a `helper`, as users call it, with what it
/// takes: `password`, `states`, `start`.
pub fn read(given: &JsValue) -> Result<Work, Error> {
    let service = |operation| arguments::one(operation, &arguments::read(operation, given)?, "serviceId");
    match text(given, "helper").as_deref() {
        Some("services.setPassword") => {
            let operation = &contract::SERVICES_UPDATE_PASSWORD;
            let service = service(operation)?;
            Ok(Work::Call(operation, helpers::set_password(&service, &password(operation, given)?), false))
        }
        Some("services.waitFor") => Ok(Work::Service(service(&contract::SERVICES_GET)?, states(given)?)),
        Some("services.createAndWait") => {
            let told = get(given, "onCreated").dyn_into().ok();
            Ok(Work::Create(arguments::read(&contract::SERVICES_CREATE, given)?, told))
        }
        Some("services.ensureRunning") => Ok(Work::Run(service(&contract::SERVICES_GET)?, flag(given, "start"))),
        Some("services.stopAndDelete") => Ok(Work::Delete(service(&contract::SERVICES_DELETE)?)),
        Some(_) => {
            let operation = &contract::BACKUPS_GET;
            let read = arguments::read(operation, given)?;
            let service = arguments::one(operation, &read, "serviceId")?;
            Ok(Work::Backup(service, arguments::one(operation, &read, "backupId")?))
        }
        None => {
            let operation = arguments::operation(given)?;
            Ok(Work::Call(operation, arguments::read(operation, given)?, true))
        }
    }
}

fn states(given: &JsValue) -> Result<Vec<String>, Error> {
    let states = texts(given, "states").unwrap_or_default();
    if states.is_empty() || states.iter().any(String::is_empty) {
        return Err(Error::Configuration("services.waitFor: expects a state, or a list of states".to_owned()));
    }
    Ok(states)
}

fn password(operation: &'static Operation, given: &JsValue) -> Result<Vec<u8>, Error> {
    let password = get(given, "password");
    bytes(&password).filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        let received = match password.as_string() {
            Some(_) => "an empty string".to_owned(),
            // Not even a number is shown: it may be the password.
            None => joined(&["a value of type ", &password.js_typeof().as_string().unwrap_or_default()]),
        };
        let expected = "a string or a Uint8Array that is not empty";
        arguments::breach(operation, &[Step::Key("password".into())], Code::Type, expected, &received)
    })
}

/// Reads `{ timeoutMs, pollIntervalMs, onProgress, headers }`.
pub fn options(given: &JsValue) -> WaitOptions {
    WaitOptions {
        call: CallOptions { timeout_ms: None, headers: pairs(given, "headers") },
        timeout_ms: number(given, "timeoutMs"),
        poll_interval_ms: number(given, "pollIntervalMs"),
        on_progress: get(given, "onProgress").dyn_into().ok().map(on_progress),
    }
}

/// The caller's function, which is told of each poll.
fn on_progress(callback: Function) -> OnProgress {
    Box::new(move |progress| {
        let value = Object::new();
        set_text(&value, "state", Some(&progress.state));
        set_text(&value, "previousState", progress.previous_state.as_deref());
        set_number(&value, "elapsedMs", Some(progress.elapsed_ms));
        set_number(&value, "attempt", Some(progress.attempt.into()));
        match callback.call1(&JsValue::UNDEFINED, &value) {
            Ok(_) => Ok(()),
            Err(error) => Err(Rc::new(error)),
        }
    })
}

impl Work {
    /// Does it. An operation resolves with what `withResponse` gives.
    pub async fn run(self, client: &Client<JsHost>, options: &WaitOptions) -> Result<JsValue, JsValue> {
        let done = match self {
            Self::Call(operation, arguments, keep) => {
                let call = CallOptions { timeout_ms: options.timeout_ms, headers: options.call.headers.clone() };
                client.call(operation, &arguments, &call).await.map(|outcome| {
                    let data = if keep { outcome.data } else { JsValue::UNDEFINED };
                    with_response(data, &outcome.exchange)
                })
            }
            Self::Service(service, states) => client.wait_for("services.waitFor", &service, &states, options).await,
            Self::Backup(service, backup) => client.wait_for_backup(&service, &backup, options).await,
            Self::Create(arguments, told) => return create_and_wait(client, &arguments, told, options).await,
            Self::Run(service, start) => client.ensure_running(&service, start, options).await,
            Self::Delete(service) => client.stop_and_delete(&service, options).await.map(|()| JsValue::UNDEFINED),
        };
        done.map_err(failure)
    }
}

async fn create_and_wait(
    client: &Client<JsHost>,
    arguments: &Arguments,
    told: Option<Function>,
    options: &WaitOptions,
) -> Result<JsValue, JsValue> {
    let created = client.call(&contract::SERVICES_CREATE, arguments, &options.call).await.map_err(failure)?.data;
    if let Some(told) = told {
        told.call1(&JsValue::UNDEFINED, &created)?;
    }
    let id = text(&get(&created, "service"), "id").unwrap_or_default();
    let states = ["running".to_owned()];
    match client.wait_for("services.createAndWait", &Argument::text("serviceId", &id), &states, options).await {
        Ok(service) => {
            set(created.unchecked_ref(), "service", service);
            Ok(created)
        }
        Err(error) => {
            let error = failure(error);
            attach_created(&error, &created);
            Err(error)
        }
    }
}
