//! `services`, `backups` and `organizations`: the methods of the contract's operations, which the build writes, and the
//! helpers that take more than one call.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::arguments;
use super::calls::Calls;
use super::values::{bytes, get};
use super::waits::{ENSURE_RUNNING, Wait, states};
use crate::client::helpers::{self, Command};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
use crate::request::Argument;

/// The services of an organization.
#[wasm_bindgen]
pub struct Services {
    client: Calls,
}

/// The backups of a service.
#[wasm_bindgen]
pub struct Backups {
    client: Calls,
}

/// The organizations of a key.
#[wasm_bindgen]
pub struct Organizations {
    client: Calls,
}

include!(concat!(env!("OUT_DIR"), "/methods.rs"));

impl Services {
    pub(super) fn new(client: Calls) -> Self {
        Self { client }
    }

    fn command(&self, service: JsValue, command: Command, options: JsValue) -> JsValue {
        let operation = &contract::SERVICES_UPDATE_STATE;
        let arguments = one(operation, "serviceId", service).map(|service| helpers::command(&service, command));
        self.client.send(operation, arguments, options)
    }
}

impl Backups {
    pub(super) fn new(client: Calls) -> Self {
        Self { client }
    }
}

impl Organizations {
    pub(super) fn new(client: Calls) -> Self {
        Self { client }
    }
}

#[wasm_bindgen]
impl Services {
    /// Starts a stopped service. It is `starting` for a while.
    #[wasm_bindgen(unchecked_return_type = "CloudPromise<Service>")]
    pub fn start(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: JsValue,
    ) -> JsValue {
        self.command(service, Command::Start, options)
    }

    /// Stops a service. It is `stopping` for a while.
    #[wasm_bindgen(unchecked_return_type = "CloudPromise<Service>")]
    pub fn stop(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: JsValue,
    ) -> JsValue {
        self.command(service, Command::Stop, options)
    }

    /// Wakes an idle service. It is `awaking` for a while; on a running one this does nothing.
    #[wasm_bindgen(unchecked_return_type = "CloudPromise<Service>")]
    pub fn awake(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: JsValue,
    ) -> JsValue {
        self.command(service, Command::Awake, options)
    }

    /// Sets the password of the `default` user. It is hashed here: the password itself is never sent.
    ///
    /// For the MySQL interface too, use `updatePassword` with `hashPassword` and `doubleSha1Hash`.
    #[wasm_bindgen(js_name = setPassword, unchecked_return_type = "CloudPromise<void>")]
    pub fn set_password(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] password: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: JsValue,
    ) -> JsValue {
        let operation = &contract::SERVICES_UPDATE_PASSWORD;
        let arguments = one(operation, "serviceId", service).and_then(|service| {
            let bytes = bytes(&password).filter(|bytes| !bytes.is_empty());
            let password = bytes.ok_or_else(|| no_password(operation, &password))?;
            Ok(helpers::set_password(&service, &password))
        });
        self.client.send_for_nothing(operation, arguments, options)
    }

    /// Lets ClickHouse Cloud make a new password. It is shown only here: keep it.
    #[wasm_bindgen(js_name = resetPassword, unchecked_return_type = "CloudPromise<{ password: string }>")]
    pub fn reset_password(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: JsValue,
    ) -> JsValue {
        let operation = &contract::SERVICES_UPDATE_PASSWORD;
        let arguments = one(operation, "serviceId", service).map(|service| helpers::reset_password(&service));
        self.client.send(operation, arguments, options)
    }

    /// Waits until the service is in the state, or in one of the states; resolves with the service.
    ///
    /// Rejects with a `WaitError` when the time is up, when the service fails, or when it is gone.
    #[wasm_bindgen(js_name = waitFor, unchecked_return_type = "Promise<Service>")]
    pub fn wait_for(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(js_name = "state", unchecked_param_type = "State | readonly State[]")] state: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions")] options: JsValue,
    ) -> Promise {
        let wait = one(&contract::SERVICES_GET, "serviceId", service)
            .and_then(|service| Ok(Wait::Service(service, states(&state)?)));
        self.client.wait("services.waitFor", options, wait)
    }

    /// Creates a service and waits until it is running.
    ///
    /// The password is shown only once. Should the wait fail, the error's `created` still has it.
    #[wasm_bindgen(js_name = createAndWait, unchecked_return_type = "Promise<CreateServiceResult>")]
    pub fn create_and_wait(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CreateServiceBody")] body: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions")] options: JsValue,
    ) -> Promise {
        let arguments = arguments::read(&contract::SERVICES_CREATE, Vec::new(), &JsValue::UNDEFINED, &body);
        self.client.wait("services.createAndWait", options, arguments.map(Wait::Create))
    }

    /// Brings a service to `running`: wakes an idle one; starts a stopped one only with `{ start: true }`.
    #[wasm_bindgen(js_name = ensureRunning, unchecked_return_type = "Promise<Service>")]
    pub fn ensure_running(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions & { start?: boolean | undefined }")]
        options: JsValue,
    ) -> Promise {
        let start = get(&options, "start").as_bool() == Some(true);
        let wait = one(&contract::SERVICES_GET, "serviceId", service).map(|service| Wait::Run(service, start));
        self.client.wait(ENSURE_RUNNING, options, wait)
    }

    /// Stops what must be stopped, deletes the service, and resolves when it is gone. Called again at any point of a
    /// half-done deletion, it goes on from there; a service that is gone already is a success.
    #[wasm_bindgen(js_name = stopAndDelete, unchecked_return_type = "Promise<void>")]
    pub fn stop_and_delete(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions")] options: JsValue,
    ) -> Promise {
        let wait = one(&contract::SERVICES_DELETE, "serviceId", service).map(Wait::Delete);
        self.client.wait("services.stopAndDelete", options, wait)
    }
}

#[wasm_bindgen]
impl Backups {
    /// Waits until the backup is done; resolves with the backup.
    ///
    /// Rejects with a `WaitError` when the time is up, when the backup fails, or when it is gone.
    #[wasm_bindgen(js_name = waitFor, unchecked_return_type = "Promise<Backup>")]
    pub fn wait_for(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(js_name = "backupId", unchecked_param_type = "string")] backup: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions")] options: JsValue,
    ) -> Promise {
        let operation = &contract::BACKUPS_GET;
        let wait = one(operation, "serviceId", service)
            .and_then(|service| Ok(Wait::Backup(service, one(operation, "backupId", backup)?)));
        self.client.wait("backups.waitFor", options, wait)
    }
}

/// One argument of the path.
fn one(operation: &'static Operation, name: &'static str, value: JsValue) -> Result<Argument, Error> {
    let mut path = arguments::read(operation, vec![(name, value)], &JsValue::UNDEFINED, &JsValue::UNDEFINED)?.path;
    path.pop().ok_or_else(|| Error::Request {
        operation,
        issues: vec![Issue {
            path: vec![Step::Key("path".into()), Step::Key(name.into())],
            code: Code::Required,
            expected: "a UUID".to_owned(),
            received: "nothing".to_owned(),
            hint: None,
        }],
    })
}

fn no_password(operation: &'static Operation, received: &JsValue) -> Error {
    let issue = Issue {
        path: vec![Step::Key("password".into())],
        code: Code::Type,
        expected: "a string or a Uint8Array that is not empty".to_owned(),
        received: match received.as_string() {
            Some(_) => "an empty string".to_owned(),
            // Not even a number is shown: it may be the password.
            None => ["a value of type ", &received.js_typeof().as_string().unwrap_or_default()].concat(),
        },
        hint: None,
    };
    Error::Request { operation, issues: vec![issue] }
}
