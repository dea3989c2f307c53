//! What the classes of the package stand on: one object for a client, and few functions that take names. The methods
//! that users call are JavaScript (`pkg/src`), where a method costs a tenth of what it costs here; there options are
//! read, too.

use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::calls::{Calls, pairs};
use super::errors::{failure, to_js};
use super::host::JsHost;
use super::objects::{plain_object, set, set_text};
use super::options;
use super::time::JsClock;
use super::values::{bytes, get};
use super::waits;
use crate::client::limit::RateLimiter;
use crate::client::wait::WaitOptions;
use crate::client::{Breaches, CallOptions, Client, Limit, Settings, helpers};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::host::Level;
use crate::issue::{Code, Step};
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::validate::{Mode, Unknown, validate};

/// What says when a request may go. Clients that are given the same one share it.
#[wasm_bindgen]
pub struct Limiter(Limit);

#[wasm_bindgen]
impl Limiter {
    /// So many requests in so many milliseconds; none: no limit, or with `lent` the caller's own.
    #[wasm_bindgen(constructor)]
    pub fn new(requests: f64, per_ms: f64, lent: bool) -> Limiter {
        Limiter(match lent {
            true => Limit::Lent,
            false if requests > 0.0 => Limit::Shared(Rc::new(RateLimiter::new(requests as usize, per_ms))),
            false => Limit::Off,
        })
    }
}

/// A client.
#[wasm_bindgen]
pub struct Core(Calls);

#[wasm_bindgen]
impl Core {
    /// A client with these settings, each of its kind. `host` is `{ fetch, clock, logger, rateLimit, onRequest,
    /// onResponse, onRetry }`, of which each may be undefined.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments, reason = "each crosses as it is; an object's properties cross one by one")]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "object")] host: JsValue,
        log_level: u8,
        max_body_bytes: f64,
        timeout_ms: f64,
        retry_budget_ms: f64,
        send_unknown: bool,
        breaches: u8,
        base_url: String,
        authorization: Option<String>,
        key_secret: Option<String>,
        headers: Vec<String>,
        organization_id: Option<String>,
        limiter: &Limiter,
    ) -> Result<Core, JsValue> {
        if let Some(id) = &organization_id {
            check_organization(id).map_err(to_js)?;
        }
        let host = JsHost {
            clock: JsClock(get(&host, "clock")),
            lent: host,
            max_body_bytes,
            log_level: match log_level {
                0 => None,
                1 => Some(Level::Error),
                2 => Some(Level::Warn),
                3 => Some(Level::Info),
                _ => Some(Level::Debug),
            },
        };
        let settings = Settings {
            target: Target { base_url, authorization: authorization.map(Secret::new), headers: pairs(headers) },
            key_secret: key_secret.map(Secret::new),
            organization_id,
            timeout_ms,
            retry_budget_ms,
            unknown: if send_unknown { Unknown::Send } else { Unknown::Refuse },
            breaches: match breaches {
                0 => Breaches::Fail,
                1 => Breaches::Warn,
                _ => Breaches::Ignore,
            },
            limiter: limiter.0.clone(),
        };
        Ok(Self(Calls::new(Client::new(host, settings))))
    }

    /// Calls an operation, by its name or its route; resolves with what `withResponse` gives.
    #[allow(clippy::too_many_arguments, reason = "each crosses as it is; an object's properties cross one by one")]
    #[wasm_bindgen(unchecked_return_type = "Promise<any>")]
    pub fn call(
        &self,
        operation: &str,
        path: Vec<String>,
        query: Vec<String>,
        body: Option<String>,
        signal: JsValue,
        timeout_ms: Option<f64>,
        headers: Vec<String>,
    ) -> Promise {
        let read = arguments::operation(operation)
            .and_then(|operation| Ok((operation, arguments::read(operation, path, query, body)?)));
        self.0.call(read, signal, CallOptions { timeout_ms, headers: pairs(headers) }, true)
    }

    /// Checks and builds a request: `{ method, url, headers, body, curl }`.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn build(
        &self,
        operation: &str,
        path: Vec<String>,
        query: Vec<String>,
        body: Option<String>,
    ) -> Result<Object, JsValue> {
        let build = || {
            let operation = arguments::operation(operation)?;
            self.0.client().build(operation, &arguments::read(operation, path, query, body)?, &[])
        };
        let checked = build().map_err(failure)?;
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
    pub fn set_password(
        &self,
        path: Vec<String>,
        password: JsValue,
        signal: JsValue,
        timeout_ms: Option<f64>,
        headers: Vec<String>,
    ) -> Promise {
        let operation = &contract::SERVICES_UPDATE_PASSWORD;
        let read = arguments::read(operation, path, Vec::new(), None).and_then(|arguments| {
            let service = arguments::one(operation, &arguments, "serviceId")?;
            let bytes = bytes(&password).filter(|bytes| !bytes.is_empty());
            let bytes = bytes.ok_or_else(|| no_password(operation, &password))?;
            Ok((operation, helpers::set_password(&service, &bytes)))
        });
        self.0.call(read, signal, CallOptions { timeout_ms, headers: pairs(headers) }, false)
    }

    /// Runs a helper that waits, by its name.
    #[allow(clippy::too_many_arguments, reason = "each crosses as it is; an object's properties cross one by one")]
    #[wasm_bindgen(unchecked_return_type = "Promise<any>")]
    pub fn wait(
        &self,
        helper: &str,
        path: Vec<String>,
        body: Option<String>,
        states: Vec<String>,
        start: bool,
        signal: JsValue,
        timeout_ms: Option<f64>,
        poll_interval_ms: Option<f64>,
        on_progress: JsValue,
        headers: Vec<String>,
    ) -> Promise {
        let call = CallOptions { timeout_ms: None, headers: pairs(headers) };
        let on_progress = waits::on_progress(on_progress);
        let options = WaitOptions { call, timeout_ms, poll_interval_ms, on_progress };
        self.0.wait(waits::read(helper, path, body, states, start), signal, options)
    }
}

/// Checks an options object, by the words of `options.js`.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(what: &str, options: &JsValue, known: &str) -> Result<(), JsValue> {
    options::check(what, options, known).map_err(to_js)
}

fn check_organization(id: &str) -> Result<(), Error> {
    let json = Argument::text("organizationId", id).json;
    let schema = contract::ORGANIZATIONS_GET.path_parameters.first().map(|parameter| parameter.schema);
    let mode = Mode::Request { unknown: Unknown::Refuse };
    match schema.and_then(|schema| validate(json.as_bytes(), schema, mode, &[]).issues.pop()) {
        None => Ok(()),
        Some(issue) => Err(Error::Configuration(["new CloudClient: organizationId: ", &issue.message()].concat())),
    }
}

fn no_password(operation: &'static Operation, received: &JsValue) -> Error {
    let received = match received.as_string() {
        Some(_) => "an empty string".to_owned(),
        // Not even a number is shown: it may be the password.
        None => ["a value of type ", &received.js_typeof().as_string().unwrap_or_default()].concat(),
    };
    let expected = "a string or a Uint8Array that is not empty";
    arguments::breach(operation, vec![Step::Key("password".into())], Code::Type, expected, &received)
}
