//! What the classes of the package stand on: one object for a client, and few functions that take names. The methods
//! that users call are JavaScript (`pkg/src/client.js`), where a method costs a tenth of what it costs here.

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

use super::calls::Calls;
use super::errors::to_js;
use super::objects::{plain_object, set, set_text};
use super::values::bytes;
use super::{arguments, settings, waits};
use crate::client::{Client, helpers};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};

/// A client.
#[wasm_bindgen]
pub struct Core(Calls);

#[wasm_bindgen]
impl Core {
    /// Reads the options of `CloudClient`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "CloudClientOptions")] options: JsValue,
    ) -> Result<Core, JsValue> {
        let (host, settings) = settings::read(options).map_err(to_js)?;
        Ok(Self(Calls::new(Client::new(host, settings))))
    }

    /// Calls an operation, by its name or its route, with `{ path, query, body }`; resolves with what `withResponse` gives.
    #[wasm_bindgen(unchecked_return_type = "Promise<any>")]
    pub fn call(&self, operation: JsValue, parameters: JsValue, options: JsValue) -> Promise {
        let read = arguments::operation(&operation)
            .and_then(|operation| Ok((operation, arguments::read_all(operation, parameters)?)));
        self.0.call(read, options, true)
    }

    /// Checks and builds a request: `{ method, url, headers, body, curl }`.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn build(&self, operation: JsValue, parameters: JsValue) -> Result<Object, JsValue> {
        let build = || {
            let operation = arguments::operation(&operation)?;
            self.0.client().build(operation, &arguments::read_all(operation, parameters)?, &[])
        };
        let checked = build().map_err(to_js)?;
        let request = &checked.request;
        let headers = plain_object(&request.headers);
        if let Some(authorization) = &request.authorization {
            set_text(&headers, "authorization", Some(authorization.reveal()));
        }
        let parts = Object::new();
        set_text(&parts, "method", Some(request.method.as_str()));
        set_text(&parts, "url", Some(&request.url));
        set(&parts, "headers", headers);
        set_text(&parts, "body", request.body.as_deref());
        set_text(&parts, "curl", Some(&checked.to_curl()));
        Ok(parts)
    }

    /// Sets a password by its hash; like `call`, without data.
    #[wasm_bindgen(js_name = setPassword, unchecked_return_type = "Promise<any>")]
    pub fn set_password(&self, parameters: JsValue, password: JsValue, options: JsValue) -> Promise {
        let operation = &contract::SERVICES_UPDATE_PASSWORD;
        let read = arguments::read_all(operation, parameters).and_then(|arguments| {
            let service = arguments::one(operation, &arguments, "serviceId")?;
            let bytes = bytes(&password).filter(|bytes| !bytes.is_empty());
            let bytes = bytes.ok_or_else(|| no_password(operation, &password))?;
            Ok((operation, helpers::set_password(&service, &bytes)))
        });
        self.0.call(read, options, false)
    }

    /// Runs a helper that waits, by its name.
    #[wasm_bindgen(unchecked_return_type = "Promise<any>")]
    pub fn wait(&self, helper: &str, parameters: JsValue, detail: JsValue, options: JsValue) -> Promise {
        self.0.wait(waits::read(helper, parameters, &detail, &options), options)
    }
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
