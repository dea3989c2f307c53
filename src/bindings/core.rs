//! The objects and functions that the package's classes are built on. The methods that users call are JavaScript
//! (`js/`), where a method takes a tenth of the code that it takes here; options are read there, too. `seam` declares
//! the types of the input.

use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::arguments;
use super::driver::CoreFuture;
use super::errors::{failure, to_js};
use super::host::{JsHost, LogRedactor};
use super::objects::{headers_object, set, set_text};
use super::options;
use super::seam::{CoreRequest, CoreSettings, CredentialOrigin, LogLevel, UnknownProperties, ViolationPolicy};
use super::values::{number, paired};
use crate::client::rate_limit::RateLimiter;
use crate::client::retry::LONGEST_WINDOW_MS;
use crate::client::{Client, RateLimiting, Settings, ValidationMode};
use crate::contract;
use crate::error::{CredentialSource, Error};
use crate::host::{Clock, Level};
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::validate::{Mode, Unknown, validate};

/// Decides when a request may be sent. Clients that are given the same limiter share it.
#[wasm_bindgen]
pub struct Limiter(RateLimiting);

#[wasm_bindgen]
impl Limiter {
    /// At most `requests` per `per_ms` milliseconds. Zero: no limit, or with `custom` the caller's custom limiter.
    #[wasm_bindgen(constructor)]
    pub fn new(requests: f64, per_ms: f64, custom: bool) -> Limiter {
        Limiter(match custom {
            true => RateLimiting::Custom,
            false if requests > 0.0 => RateLimiting::Shared(Rc::new(RateLimiter::new(requests as usize, per_ms))),
            false => RateLimiting::Off,
        })
    }

    /// How many calls wait for a permit.
    #[wasm_bindgen(getter)]
    pub fn waiting(&self) -> usize {
        match &self.0 {
            RateLimiting::Shared(limiter) => limiter.waiting(),
            RateLimiting::Custom | RateLimiting::Off => 0,
        }
    }

    /// Calls `run` when a request may be sent, and holds a permit until its promise resolves with the
    /// `RateLimitOutcome`. For another copy of this package, which has a wasm instance of its own.
    pub fn hold(&self, #[wasm_bindgen(unchecked_param_type = "() => Promise<unknown>")] run: Function) -> CoreFuture {
        let limit = self.0.clone();
        CoreFuture::new(async move {
            let RateLimiting::Shared(limiter) = limit else { return Ok(JsValue::UNDEFINED) };
            let host = JsHost::detached();
            let permit = limiter.acquire(&host, &mut 0).await;
            let began = host.now();
            let outcome = JsFuture::from(run.call0(&JsValue::UNDEFINED)?.unchecked_into::<Promise>()).await?;
            let refused = number(&outcome, "status") == Some(429.0);
            let pause_ms = number(&outcome, "retryAfterMs").filter(|ms| refused && *ms <= LONGEST_WINDOW_MS);
            if let Some(pause_ms) = pause_ms {
                limiter.refused(&host, host.now() - began, pause_ms);
            }
            drop(permit);
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// A client. `calls` has its methods that send.
#[wasm_bindgen]
pub struct Core(pub(super) Rc<Client<JsHost>>);

#[wasm_bindgen]
impl Core {
    /// A client with these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(given: &CoreSettings, limiter: &Limiter) -> Result<Core, JsValue> {
        let organization_id = given.organization_id();
        if let Some(id) = &organization_id {
            check_organization(&given.organization_name(), id).map_err(to_js)?;
        }
        let settings = Settings {
            target: Target {
                base_url: given.base_url(),
                authorization: given.authorization().map(Secret::new),
                headers: paired(given.headers()),
            },
            credentials: match given.credential_source() {
                CredentialOrigin::Options => CredentialSource::Options,
                CredentialOrigin::Environment => CredentialSource::Environment,
                CredentialOrigin::BearerToken => CredentialSource::BearerToken,
                _ => CredentialSource::Nowhere,
            },
            in_the_clear: given.is_insecure(),
            key_secret: given.key_secret().map(Secret::new),
            organization_id,
            timeout_ms: given.timeout_ms(),
            retry_budget_ms: given.retry_budget_ms(),
            unknown: match given.unknown_properties() {
                UnknownProperties::Send => Unknown::Send,
                _ => Unknown::Refuse,
            },
            request_validation: validation(given.validate_requests()),
            response_validation: validation(given.validate_responses()),
            limiter: limiter.0.clone(),
        };
        let Target { authorization, headers, .. } = &settings.target;
        settings.check_secrecy("new CloudClient", authorization.as_ref(), headers).map_err(to_js)?;
        let log_level = match given.log_level() {
            LogLevel::Error => Some(Level::Error),
            LogLevel::Warn => Some(Level::Warn),
            LogLevel::Info => Some(Level::Info),
            LogLevel::Debug => Some(Level::Debug),
            _ => None,
        };
        let redactor = LogRedactor::of(&settings, log_level);
        let host = JsHost::new(given.host(), given.max_body_bytes(), log_level, redactor);
        Ok(Self(Rc::new(Client::new(host, settings))))
    }

    /// Another handle of the same client; freeing one leaves the other usable.
    #[must_use]
    pub fn share(&self) -> Core {
        Self(self.0.clone())
    }

    /// The time of the client's clock, in milliseconds.
    pub fn now(&self) -> f64 {
        self.0.host.now()
    }

    /// A text without the client's secrets and without those of a request.
    pub fn redact(&self, given: &CoreRequest, text: String) -> Result<String, JsValue> {
        let operation = arguments::operation(given).map_err(to_js)?;
        let mut text = text;
        self.0.redact(operation, &arguments::read(given), &mut text);
        Ok(text)
    }

    /// Checks and builds a request without sending it: `{ method, url, headers, body, curl }`.
    ///
    /// Returns a `Result`, like every export that returns a reference. An export that returns the reference alone
    /// crashes V8 11.3 (Node 20) when it deoptimizes code that is calling it. `scripts/build/check.mjs` finds those.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn build(&self, given: &CoreRequest) -> Result<Object, JsValue> {
        let build = || {
            let operation = arguments::operation(given)?;
            self.0.build(operation, &arguments::read(given), &[])
        };
        let checked = build().map_err(failure)?;
        let request = &checked.request;
        let headers = headers_object(&request.headers);
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
}

const fn validation(policy: ViolationPolicy) -> ValidationMode {
    match policy {
        ViolationPolicy::Off => ValidationMode::Off,
        ViolationPolicy::Warn => ValidationMode::Warn,
        _ => ValidationMode::Error,
    }
}

/// Throws the error for an options object, from the finding of `options.js`.
#[wasm_bindgen(js_name = refuseOptions)]
pub fn refuse_options(what: &str, fault: Vec<String>) -> Result<(), JsValue> {
    options::refuse(what, &fault).map_err(to_js)
}

/// Checks an organization's id that comes from an option or a variable of that name.
fn check_organization(name: &str, id: &str) -> Result<(), Error> {
    let json = Argument::text("organizationId", id).json;
    let schema = contract::ORGANIZATIONS_GET.path_parameters.first().map(|parameter| parameter.schema);
    let mode = Mode::Request { unknown: Unknown::Refuse };
    match schema.and_then(|schema| validate(json.as_bytes(), schema, mode, &[]).issues.pop()) {
        None => Ok(()),
        Some(issue) => Err(Error::Configuration(format!("new CloudClient: {name}: {}", issue.message()))),
    }
}
