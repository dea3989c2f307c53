//! What JavaScript lends: a clock, randomness, `JSON.parse`, and the caller's log.

use wasm_bindgen::prelude::*;

use super::time::JsClock;
use super::values::{self, get};
use crate::host::{Clock, Foreign, Hooks, Level, Log, Random, Slots, Values};

/// The host of a client in JavaScript. Its [`crate::host::Transport`] is in `fetch`.
pub struct JsHost {
    /// The caller's own fetch, or undefined.
    pub fetch: JsValue,
    /// The caller's own clock, or the host's.
    pub clock: JsClock,
    /// A longer answer is refused.
    pub max_body_bytes: f64,
    /// An object like console; undefined: console.
    pub logger: JsValue,
    /// Lines that matter less are dropped; `None`: all are.
    pub log_level: Option<Level>,
}

#[wasm_bindgen(module = "/src/js/host.js")]
extern "C" {
    /// A variable of the environment, where there is one and it may be read.
    pub fn environment(name: &str) -> Option<String>;

    #[wasm_bindgen(js_name = fillRandom)]
    fn fill_random(buffer: &mut [u8]);
    #[wasm_bindgen(js_name = date)]
    fn parse_date(text: &str) -> f64;
    #[wasm_bindgen(js_name = log)]
    fn write_log(logger: &JsValue, level: &str, message: &str);
}

impl Clock for JsHost {
    fn now(&self) -> f64 {
        self.clock.now()
    }

    fn date(&self, text: &str) -> Option<f64> {
        let ms = parse_date(text);
        (!ms.is_nan()).then_some(ms)
    }

    async fn sleep(&self, ms: f64) {
        self.clock.sleep(ms).await;
    }
}

/// The host's `crypto`.
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

    fn nothing(&self) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl Slots for JsHost {
    type Slot = ();

    async fn acquire(&self) -> Result<(), Foreign> {
        Ok(())
    }

    fn tell(&self, (): (), _: Option<u16>, _: Option<f64>) -> Result<(), Foreign> {
        Ok(())
    }
}

impl Hooks for JsHost {}

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
        write_log(&self.logger, name, &["clickhouse-cloud: ", message].concat());
    }
}
