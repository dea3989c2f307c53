//! The helpers that wait, as work for a promise.

use std::rc::Rc;

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::errors::{attach_created, failure};
use super::host::JsHost;
use super::objects::{set, set_number, set_text};
use super::values::get;
use crate::client::wait::{OnProgress, WaitOptions};
use crate::client::{CallOptions, Client};
use crate::contract;
use crate::error::Error;
use crate::request::{Argument, Arguments};

/// What is to be done. One future runs them all: one for each would multiply the code around it.
pub enum Wait {
    /// `services.waitFor`
    Service(Argument, Vec<String>),
    /// `backups.waitFor`: the service and its backup.
    Backup(Argument, Argument),
    /// `services.createAndWait`
    Create(Arguments),
    /// `services.ensureRunning`; whether a stopped one is to be started.
    Run(Argument, bool),
    /// `services.stopAndDelete`
    Delete(Argument),
}

/// Reads what a helper, named as users call it, is to do.
pub fn read(
    helper: &str,
    path: Vec<String>,
    body: Option<String>,
    states: Vec<String>,
    start: bool,
) -> Result<Wait, Error> {
    let operation = match helper {
        "services.createAndWait" => &contract::SERVICES_CREATE,
        "services.stopAndDelete" => &contract::SERVICES_DELETE,
        "backups.waitFor" => &contract::BACKUPS_GET,
        _ => &contract::SERVICES_GET,
    };
    let given = arguments::read(operation, path, Vec::new(), body)?;
    if helper == "services.createAndWait" {
        return Ok(Wait::Create(given));
    }
    let service = arguments::one(operation, &given, "serviceId")?;
    match helper {
        "services.stopAndDelete" => Ok(Wait::Delete(service)),
        "services.ensureRunning" => Ok(Wait::Run(service, start)),
        "backups.waitFor" => Ok(Wait::Backup(service, arguments::one(operation, &given, "backupId")?)),
        _ if states.is_empty() || states.iter().any(String::is_empty) => {
            Err(Error::Configuration("services.waitFor: expects a state, or a list of states".to_owned()))
        }
        _ => Ok(Wait::Service(service, states)),
    }
}

/// The caller's function, which is told of each poll.
pub fn on_progress(callback: JsValue) -> Option<OnProgress> {
    let callback: Function = callback.dyn_into().ok()?;
    Some(Box::new(move |progress| {
        let value = Object::new();
        set_text(&value, "state", Some(&progress.state));
        set_text(&value, "previousState", progress.previous_state.as_deref());
        set_number(&value, "elapsedMs", Some(progress.elapsed_ms));
        set_number(&value, "attempt", Some(progress.attempt.into()));
        match callback.call1(&JsValue::UNDEFINED, &value) {
            Ok(_) => Ok(()),
            Err(error) => Err(Rc::new(error)),
        }
    }))
}

impl Wait {
    /// Does it.
    pub async fn run(self, client: &Client<JsHost>, options: &WaitOptions) -> Result<JsValue, JsValue> {
        let done = match self {
            Self::Service(service, states) => client.wait_for("services.waitFor", &service, &states, options).await,
            Self::Backup(service, backup) => client.wait_for_backup(&service, &backup, options).await,
            Self::Create(arguments) => return create_and_wait(client, &arguments, options).await,
            Self::Run(service, start) => client.ensure_running(&service, start, options).await,
            Self::Delete(service) => client.stop_and_delete(&service, options).await.map(|()| JsValue::UNDEFINED),
        };
        done.map_err(failure)
    }
}

async fn create_and_wait(
    client: &Client<JsHost>,
    arguments: &Arguments,
    options: &WaitOptions,
) -> Result<JsValue, JsValue> {
    let call = CallOptions { timeout_ms: None, headers: options.call.headers.clone() };
    let created = client.call(&contract::SERVICES_CREATE, arguments, &call).await.map_err(failure)?.data;
    let id = get(&get(&created, "service"), "id").as_string().unwrap_or_default();
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
