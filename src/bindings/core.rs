//! What the classes of the package stand on: one object for a client, and few functions. The methods that users call are
//! JavaScript (`js/`), where a method costs a tenth of what it costs here; there options are read, too. What they
//! hand over is one object, whose properties are read by name: an argument of its own kind would cost code on both sides.

use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::arguments::{self, CoreCall};
use super::calls;
use super::driver::drive;
use super::errors::{failure, to_js};
use super::host::{JsHost, LogRedactor};
use super::objects::{plain_object, set, set_text};
use super::options;
use super::time::JsClock;
use super::values::{flag, get, number, pairs, text};
use crate::client::rate_limit::RateLimiter;
use crate::client::retry::LONGEST_WINDOW_MS;
use crate::client::{Client, RateLimiting, Settings, ValidationMode};
use crate::contract;
use crate::error::{CredentialSource, Error};
use crate::host::{Clock, Level};
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::text::text as joined;
use crate::validate::{Mode, Unknown, validate};

/// What says when a request may go. Clients that are given the same one share it.
#[wasm_bindgen]
pub struct Limiter(RateLimiting);

#[wasm_bindgen]
impl Limiter {
    /// So many requests in so many milliseconds; none: no limit, or with `lent` the caller's own.
    #[wasm_bindgen(constructor)]
    pub fn new(requests: f64, per_ms: f64, lent: bool) -> Limiter {
        Limiter(match lent {
            true => RateLimiting::Custom,
            false if requests > 0.0 => RateLimiting::Shared(Rc::new(RateLimiter::new(requests as usize, per_ms))),
            false => RateLimiting::Off,
        })
    }

    /// Calls `run` when a request may go, and takes its slot until the promise of that resolves, with the
    /// `RateLimitOutcome`: for another copy of this package, whose wasm has no part in this one. A signal that aborts
    /// before leaves the line.
    #[wasm_bindgen(unchecked_return_type = "Promise<undefined>")]
    pub fn hold(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AbortSignal")] signal: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "() => Promise<unknown>")] run: Function,
    ) -> Result<Promise, JsValue> {
        let limit = self.0.clone();
        let hold = async move {
            let RateLimiting::Shared(limiter) = limit else { return Ok(JsValue::UNDEFINED) };
            let host = JsHost::alone();
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
        };
        Ok(drive(signal, hold))
    }
}

/// A client.
#[wasm_bindgen]
pub struct Core(Rc<Client<JsHost>>);

#[wasm_bindgen]
impl Core {
    /// A client with these settings: `{ logLevel, maxBodyBytes, timeoutMs, retryBudgetMs, sendUnknown, requestBreaches,
    /// breaches, baseUrl, authorization, source, inTheClear, keySecret, headers, organizationId, organizationName }`, each
    /// of its kind, and `host`: `{ fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry }`, of which each may be
    /// undefined.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "object")] given: &JsValue,
        limiter: &Limiter,
    ) -> Result<Core, JsValue> {
        let organization_id = text(given, "organizationId");
        if let Some(id) = &organization_id {
            check_organization(&text(given, "organizationName").unwrap_or_default(), id).map_err(to_js)?;
        }
        let ms = |name| number(given, name).unwrap_or_default();
        let secret = |name| text(given, name).map(Secret::new);
        let violations = |name| match ms(name) as u8 {
            0 => ValidationMode::Error,
            1 => ValidationMode::Warn,
            _ => ValidationMode::Off,
        };
        let settings = Settings {
            target: Target {
                base_url: text(given, "baseUrl").unwrap_or_default(),
                authorization: secret("authorization"),
                headers: pairs(&get(given, "headers")),
            },
            credentials: match text(given, "source").as_deref() {
                Some("options") => CredentialSource::Options,
                Some("environment") => CredentialSource::Environment,
                Some("bearerToken") => CredentialSource::BearerToken,
                _ => CredentialSource::Nowhere,
            },
            in_the_clear: flag(given, "inTheClear"),
            key_secret: secret("keySecret"),
            organization_id,
            timeout_ms: ms("timeoutMs"),
            retry_budget_ms: ms("retryBudgetMs"),
            unknown: if flag(given, "sendUnknown") { Unknown::Send } else { Unknown::Refuse },
            request_validation: violations("requestBreaches"),
            response_validation: violations("breaches"),
            limiter: limiter.0.clone(),
        };
        let Target { authorization, headers, .. } = &settings.target;
        settings.check_secrecy("new CloudClient", authorization.as_ref(), headers).map_err(to_js)?;
        let lent = get(given, "host");
        let log_level = match ms("logLevel") as u8 {
            0 => None,
            1 => Some(Level::Error),
            2 => Some(Level::Warn),
            3 => Some(Level::Info),
            _ => Some(Level::Debug),
        };
        let host = JsHost {
            clock: JsClock(get(&lent, "clock")),
            max_body_bytes: ms("maxBodyBytes"),
            log_level,
            redactor: LogRedactor::of(&settings, log_level),
            lent,
        };
        Ok(Self(Rc::new(Client::new(host, settings))))
    }

    /// The same client once more: freed, it lives as long as that.
    #[must_use]
    pub fn share(&self) -> Core {
        Self(self.0.clone())
    }

    /// Does what a method asks for.
    ///
    /// A result, as every export that returns a reference: where it is the reference alone, V8 11.3 ends the process
    /// (Node 20) when optimized code that calls it has to be given up meanwhile. `scripts/build/check.mjs` finds those.
    #[wasm_bindgen(unchecked_return_type = "Promise<any>")]
    pub fn call(&self, #[wasm_bindgen(unchecked_param_type = "object")] given: &CoreCall) -> Result<Promise, JsValue> {
        calls::start(self.0.clone(), given).map_err(to_js)
    }

    /// A text without the client's secrets, and without those of a request: `{ operation, path, query, body }`.
    pub fn redact(
        &self,
        #[wasm_bindgen(unchecked_param_type = "object")] given: &CoreCall,
        text: String,
    ) -> Result<String, JsValue> {
        let operation = arguments::operation(given).map_err(to_js)?;
        let mut text = text;
        self.0.redact(operation, &arguments::read(given), &mut text);
        Ok(text)
    }

    /// Checks and builds a request: `{ method, url, headers, body, curl }`.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn build(&self, #[wasm_bindgen(unchecked_param_type = "object")] given: &CoreCall) -> Result<Object, JsValue> {
        let build = || {
            let operation = arguments::operation(given)?;
            self.0.build(operation, &arguments::read(given), &[])
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
}

/// Checks an options object, by the words of `options.js`.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(what: &str, options: &JsValue, known: &str) -> Result<(), JsValue> {
    options::check(what, options, known).map_err(to_js)
}

/// Checks an organization's id, which comes from an option or a variable of that name.
fn check_organization(name: &str, id: &str) -> Result<(), Error> {
    let json = Argument::text("organizationId", id).json;
    let schema = contract::ORGANIZATIONS_GET.path_parameters.first().map(|parameter| parameter.schema);
    let mode = Mode::Request { unknown: Unknown::Refuse };
    match schema.and_then(|schema| validate(json.as_bytes(), schema, mode, &[]).issues.pop()) {
        None => Ok(()),
        Some(issue) => Err(Error::Configuration(joined(&["new CloudClient: ", name, ": ", &issue.message()]))),
    }
}
