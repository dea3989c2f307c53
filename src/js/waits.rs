//! The helpers that wait, as work for a promise.

use wasm_bindgen::prelude::*;

use super::arguments;
use super::errors::{attach_created, to_js};
use super::host::JsHost;
use super::objects::set;
use super::values::{get, items};
use crate::client::wait::WaitOptions;
use crate::client::{CallOptions, Client};
use crate::contract;
use crate::error::Error;
use crate::request::{Argument, Arguments};

/// The helper that has an option of its own.
pub const ENSURE_RUNNING: &str = "services.ensureRunning";

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

/// Reads what a helper, named as users call it, is to do: its parameters, and of `waitFor` the states.
pub fn read(helper: &str, parameters: JsValue, states: &JsValue, options: &JsValue) -> Result<Wait, Error> {
    let operation = match helper {
        "services.createAndWait" => {
            return arguments::read_all(&contract::SERVICES_CREATE, parameters).map(Wait::Create);
        }
        "services.stopAndDelete" => &contract::SERVICES_DELETE,
        "backups.waitFor" => &contract::BACKUPS_GET,
        _ => &contract::SERVICES_GET,
    };
    let given = arguments::read_all(operation, parameters)?;
    let service = arguments::one(operation, &given, "serviceId")?;
    match helper {
        "services.stopAndDelete" => Ok(Wait::Delete(service)),
        "backups.waitFor" => Ok(Wait::Backup(service, arguments::one(operation, &given, "backupId")?)),
        ENSURE_RUNNING => Ok(Wait::Run(service, get(options, "start").as_bool() == Some(true))),
        _ => Ok(Wait::Service(service, read_states(states)?)),
    }
}

impl Wait {
    /// The helper, for errors.
    pub fn helper(&self) -> &'static str {
        match self {
            Self::Service(..) => "services.waitFor",
            Self::Backup(..) => "backups.waitFor",
            Self::Create(_) => "services.createAndWait",
            Self::Run(..) => ENSURE_RUNNING,
            Self::Delete(_) => "services.stopAndDelete",
        }
    }

    /// Does it.
    pub async fn run(self, client: &Client<JsHost>, options: &WaitOptions) -> Result<JsValue, JsValue> {
        let done = match self {
            Self::Service(service, states) => client.wait_for("services.waitFor", &service, &states, options).await,
            Self::Backup(service, backup) => client.wait_for_backup(&service, &backup, options).await,
            Self::Create(arguments) => return create_and_wait(client, &arguments, options).await,
            Self::Run(service, start) => client.ensure_running(&service, start, options).await,
            Self::Delete(service) => client.stop_and_delete(&service, options).await.map(|()| JsValue::UNDEFINED),
        };
        done.map_err(to_js)
    }
}

async fn create_and_wait(
    client: &Client<JsHost>,
    arguments: &Arguments,
    options: &WaitOptions,
) -> Result<JsValue, JsValue> {
    let call = CallOptions { timeout_ms: None, headers: options.call.headers.clone() };
    let created = client.call(&contract::SERVICES_CREATE, arguments, &call).await.map_err(to_js)?.data;
    let id = get(&get(&created, "service"), "id").as_string().unwrap_or_default();
    let states = ["running".to_owned()];
    match client.wait_for("services.createAndWait", &Argument::text("serviceId", &id), &states, options).await {
        Ok(service) => {
            set(created.unchecked_ref(), "service", service);
            Ok(created)
        }
        Err(error) => {
            let error = to_js(error);
            attach_created(&error, &created);
            Err(error)
        }
    }
}

/// The states of `waitFor`: one, or a list.
fn read_states(value: &JsValue) -> Result<Vec<String>, Error> {
    let mut list = items(value);
    if list.is_empty() {
        list.push(value.clone());
    }
    let states: Option<Vec<String>> =
        list.iter().map(|state| state.as_string().filter(|text| !text.is_empty())).collect();
    states.ok_or_else(|| Error::Configuration("services.waitFor: expects a state, or a list of states".to_owned()))
}
