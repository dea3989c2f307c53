//! `services`, `backups` and `organizations`: the methods of the contract's operations, which the build writes, and the
//! helpers that take more than one call.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::calls::{Calls, states};
use super::errors::{attach_created, to_js};
use crate::client::helpers::{self, Command};
use crate::client::{CallOptions, Client};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::host::Values as _;
use crate::issue::{Code, Issue, Step};
use crate::request::{Argument, Arguments};

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
            let bytes = password_bytes(&password).filter(|bytes| !bytes.is_empty());
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
        const NAME: &str = "services.waitFor";
        self.client.wait(NAME, options, |client, options| {
            let service = one(&contract::SERVICES_GET, "serviceId", service)?;
            let states = states(&state)?;
            Ok(async move { client.wait_for(NAME, &service, &states, &options).await.map_err(to_js) })
        })
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
        self.client.wait("services.createAndWait", options, |client, options| {
            let arguments = arguments::read(&contract::SERVICES_CREATE, Vec::new(), &JsValue::UNDEFINED, &body)?;
            Ok(async move { create_and_wait(&client, &arguments, &options).await })
        })
    }

    /// Brings a service to `running`: wakes an idle one; starts a stopped one only with `{ start: true }`.
    #[wasm_bindgen(js_name = ensureRunning, unchecked_return_type = "Promise<Service>")]
    pub fn ensure_running(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions & { start?: boolean | undefined }")]
        options: JsValue,
    ) -> Promise {
        const NAME: &str = "services.ensureRunning";
        let start = Reflect::get(&options, &"start".into()).unwrap_or(JsValue::UNDEFINED);
        self.client.wait(NAME, options, |client, options| {
            let service = one(&contract::SERVICES_GET, "serviceId", service)?;
            if !start.is_undefined() && start.as_bool().is_none() {
                return Err(Error::Configuration(format!("{NAME}: start must be true or false")));
            }
            let start = start.is_truthy();
            Ok(async move { client.ensure_running(&service, start, &options).await.map_err(to_js) })
        })
    }

    /// Stops what must be stopped, deletes the service, and resolves when it is gone. Called again at any point of a
    /// half-done deletion, it goes on from there; a service that is gone already is a success.
    #[wasm_bindgen(js_name = stopAndDelete, unchecked_return_type = "Promise<void>")]
    pub fn stop_and_delete(
        &self,
        #[wasm_bindgen(js_name = "serviceId", unchecked_param_type = "string")] service: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WaitOptions")] options: JsValue,
    ) -> Promise {
        self.client.wait("services.stopAndDelete", options, |client, options| {
            let service = one(&contract::SERVICES_DELETE, "serviceId", service)?;
            Ok(async move {
                client.stop_and_delete(&service, &options).await.map(|()| JsValue::UNDEFINED).map_err(to_js)
            })
        })
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
        self.client.wait("backups.waitFor", options, |client, options| {
            let service = one(operation, "serviceId", service)?;
            let backup = one(operation, "backupId", backup)?;
            Ok(async move { client.wait_for_backup(&service, &backup, &options).await.map_err(to_js) })
        })
    }
}

async fn create_and_wait(
    client: &Client<super::host::JsHost>,
    arguments: &Arguments,
    options: &crate::client::wait::WaitOptions,
) -> Result<JsValue, JsValue> {
    let call = CallOptions { timeout_ms: None, headers: options.call.headers.clone() };
    let created = client.call(&contract::SERVICES_CREATE, arguments, &call).await.map_err(to_js)?.data;
    let id = client.host.member(&created, "service").and_then(|service| client.host.member(&service, "id"));
    let id = id.and_then(|id| client.host.as_text(&id)).unwrap_or_default();
    let service = Argument::text("serviceId", &id);
    let states = ["running".to_owned()];
    match client.wait_for("services.createAndWait", &service, &states, options).await {
        Ok(service) => {
            let _ = Reflect::set(&created, &"service".into(), &service);
            Ok(created)
        }
        Err(error) => {
            let error = to_js(error);
            attach_created(&error, &created);
            Err(error)
        }
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

/// The bytes of a password: UTF-8 of a string, or bytes as they are.
pub(super) fn password_bytes(value: &JsValue) -> Option<Vec<u8>> {
    match value.as_string() {
        Some(text) => Some(text.into_bytes()),
        None => value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec),
    }
}

fn no_password(operation: &'static Operation, received: &JsValue) -> Error {
    let issue = Issue {
        path: vec![Step::Key("password".into())],
        code: Code::Type,
        expected: "a string or a Uint8Array that is not empty".to_owned(),
        received: match received.as_string() {
            Some(_) => "an empty string".to_owned(),
            None => format!("a value of type {}", received.js_typeof().as_string().unwrap_or_default()),
        },
        hint: None,
    };
    Error::Request { operation, issues: vec![issue] }
}
