//! The core's host traits, implemented on JavaScript: the runtime's clock, randomness and `JSON.parse`, and the
//! caller's logger, rate limiter and hooks. The transport is in `fetch`.

use std::rc::Rc;

use js_sys::{Function, Math, Object};
use wasm_bindgen::prelude::*;

use super::driver::{Awaited, Cancellable};
use super::objects::{bare_object, headers_object, set, set_number, set_text};
use super::seam::CoreHost;
use super::time::JsClock;
use super::values::{self, get};
use crate::client::{Redactor, Settings};
use crate::host::{
    CallerError, Clock, CustomLimiter, Hooks, Level, Log, Random, RequestEvent, ResponseEvent, RetryEvent, Values,
};

/// The host of a client in JavaScript. Its [`crate::host::Transport`] is in `fetch`.
pub struct JsHost {
    /// The caller's functions and objects.
    pub caller: CoreHost,
    /// The caller's clock, or the runtime's.
    pub clock: JsClock,
    /// The most bytes that a response body may have.
    pub max_body_bytes: f64,
    /// The least severe level that is logged; `None`: all are.
    log_level: Option<Level>,
    /// A [`LogRedactor`] for rejections of the caller's functions; undefined: they are not logged.
    redactor: JsValue,
    on_request: Hook,
    on_response: Hook,
    on_retry: Hook,
}

/// A hook of the caller.
pub struct Hook {
    /// The function.
    pub call: Option<Function>,
    /// The object that it is called as a method of.
    pub owner: JsValue,
    /// Its name.
    pub name: &'static str,
}

/// Redacts texts for the client's log. JavaScript holds a redactor of its own, because a hook may reject after the call
/// has ended and the client has been freed.
#[wasm_bindgen]
pub struct LogRedactor(Redactor);

#[wasm_bindgen]
impl LogRedactor {
    /// The text on one line, shortened, without the client's secrets.
    pub fn shown(&self, text: &str) -> String {
        self.0.shown(text)
    }
}

impl LogRedactor {
    /// For a client's log at that level.
    pub fn of(settings: &Settings, log_level: Option<Level>) -> JsValue {
        log_level.map_or(JsValue::UNDEFINED, |_| Self(Redactor::of_client(settings)).into())
    }
}

#[wasm_bindgen(module = "/js/bindings/host.js")]
extern "C" {
    #[wasm_bindgen(js_name = fillRandom)]
    fn fill_random(buffer: &mut [u8]);
    #[wasm_bindgen(js_name = date)]
    fn parse_date(text: &str) -> f64;
    #[wasm_bindgen(js_name = log)]
    fn write_log(caller: &JsValue, level: &str, message: &str);
    #[wasm_bindgen(js_name = acquire)]
    fn acquire_of(caller: &JsValue) -> Awaited;
    #[wasm_bindgen(js_name = tell, catch)]
    fn tell_slot(
        caller: &JsValue,
        redactor: &JsValue,
        slot: &JsValue,
        status: Option<f64>,
        retry_after_ms: Option<f64>,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = hook, catch)]
    fn call_hook(
        caller: &JsValue,
        redactor: &JsValue,
        call: &Function,
        owner: &JsValue,
        name: &str,
        event: &Object,
    ) -> Result<(), JsValue>;
}

impl Clock for JsHost {
    fn now(&self) -> f64 {
        self.clock.now()
    }

    fn date(&self, text: &str) -> Option<f64> {
        let ms = parse_date(text);
        (!ms.is_nan()).then_some(ms)
    }

    fn sleep(&self, ms: f64) -> impl Future<Output = ()> {
        self.clock.sleep(ms)
    }
}

/// The runtime's `crypto`.
pub struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, buffer: &mut [u8]) {
        fill_random(buffer);
    }
}

impl Random for JsHost {
    fn fill(&self, buffer: &mut [u8]) {
        fill_random(buffer);
    }

    fn fraction(&self) -> f64 {
        Math::random()
    }
}

impl Values for JsHost {
    type Value = JsValue;

    fn parse(&self, json: &[u8]) -> Option<JsValue> {
        let value = values::parse(json);
        (!value.is_undefined()).then_some(value)
    }

    fn text(&self, bytes: &[u8]) -> JsValue {
        values::decode(bytes, false)
    }

    fn member(&self, value: &JsValue, name: &str) -> Option<JsValue> {
        let member = get(value, name);
        (!member.is_undefined()).then_some(member)
    }

    fn items(&self, value: &JsValue) -> Vec<JsValue> {
        values::items(value)
    }

    fn as_text(&self, value: &JsValue) -> Option<String> {
        value.as_string()
    }

    fn as_number(&self, value: &JsValue) -> Option<f64> {
        value.as_f64()
    }

    fn nothing(&self) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl CustomLimiter for JsHost {
    /// The value that the caller's `acquire` resolved with.
    type Permit = JsValue;

    async fn acquire(&self) -> Result<JsValue, CallerError> {
        // A rejection ends the call in JavaScript.
        Ok(Cancellable::from(acquire_of(&self.caller)).await)
    }

    fn release(&self, slot: JsValue, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), CallerError> {
        tell_slot(&self.caller, &self.redactor, &slot, status.map(f64::from), retry_after_ms).map_err(foreign)
    }
}

fn foreign(error: JsValue) -> CallerError {
    Rc::new(error)
}

impl JsHost {
    /// A host with the caller's functions and objects.
    pub fn new(caller: CoreHost, max_body_bytes: f64, log_level: Option<Level>, redactor: JsValue) -> Self {
        let hook = |name, call| Hook { call, owner: caller.clone().into(), name };
        Self {
            clock: JsClock(caller.clock()),
            on_request: hook("onRequest", caller.on_request()),
            on_response: hook("onResponse", caller.on_response()),
            on_retry: hook("onRetry", caller.on_retry()),
            caller,
            max_body_bytes,
            log_level,
            redactor,
        }
    }

    /// A host without any of the caller's functions.
    pub fn detached() -> Self {
        Self::new(bare_object().unchecked_into(), 0.0, None, JsValue::UNDEFINED)
    }

    /// Calls a hook, if there is one. It is not awaited; its rejection is logged.
    pub fn hook(&self, hook: &Hook, fill: &dyn Fn(&Object)) -> Result<(), CallerError> {
        let Hook { call: Some(call), owner, name } = hook else { return Ok(()) };
        let event = Object::new();
        fill(&event);
        call_hook(&self.caller, &self.redactor, call, owner, name, &event).map_err(foreign)
    }
}

fn describe(event: &Object, request: &RequestEvent<'_>) {
    set_text(event, "operation", Some(request.operation));
    set_text(event, "method", Some(request.method.as_str()));
    set_text(event, "url", Some(request.url));
    set_number(event, "attempt", Some(request.attempt as f64));
}

impl Hooks for JsHost {
    fn on_request(&self, request: &RequestEvent<'_>) -> Result<(), CallerError> {
        self.hook(&self.on_request, &|event| {
            describe(event, request);
            let headers = Object::new();
            for (name, value) in &request.headers {
                set_text(&headers, name, Some(value));
            }
            set(event, "headers", headers);
        })
    }

    fn on_response(&self, request: &RequestEvent<'_>, response: &ResponseEvent<'_>) -> Result<(), CallerError> {
        self.hook(&self.on_response, &|event| {
            describe(event, request);
            set_number(event, "status", Some(response.status.into()));
            set(event, "headers", headers_object(response.headers));
            set_text(event, "requestId", response.request_id);
            set_number(event, "durationMs", Some(response.duration_ms));
        })
    }

    fn on_retry(&self, retry: &RetryEvent) -> Result<(), CallerError> {
        self.hook(&self.on_retry, &|event| {
            set_text(event, "operation", Some(retry.operation));
            set_number(event, "attempt", Some(retry.attempt as f64));
            set_number(event, "status", retry.status.map(f64::from));
            set_text(event, "fault", retry.fault);
            set_number(event, "waitMs", Some(retry.wait_ms));
        })
    }
}

impl Log for JsHost {
    fn logs(&self, level: Level) -> bool {
        self.log_level.is_some_and(|least| level <= least)
    }

    fn log(&self, level: Level, message: &str) {
        let name = match level {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        };
        write_log(&self.caller, name, &format!("clickhouse-cloud: {message}"));
    }
}
