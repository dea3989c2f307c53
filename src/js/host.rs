//! What JavaScript lends: a clock, randomness, `JSON.parse`, and the caller's log.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::guard::AbortGuard;
use super::time;
use crate::host::{Clock, Level, Log, Random, Values};

/// The host of a client in JavaScript. Its [`crate::host::Transport`] is in `fetch`.
pub struct JsHost {
    /// The caller's own fetch.
    pub fetch: Option<Function>,
    /// The caller's own clock: `{ now(), sleep(ms, signal) }`.
    pub clock: Option<JsValue>,
    /// A longer answer is refused.
    pub max_body_bytes: f64,
    /// An object like console.
    pub logger: Option<JsValue>,
    /// Lines that matter less are dropped; `None`: all are.
    pub log_level: Option<Level>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Crypto;
    type Crypto;
    #[wasm_bindgen(method, js_name = getRandomValues)]
    fn get_random_values(this: &Crypto, buffer: &js_sys::Uint8Array);

    // Not web-sys's: its text would come into wasm, only to leave it again.
    #[wasm_bindgen(js_name = TextDecoder)]
    type Decoder;
    #[wasm_bindgen(constructor, js_class = "TextDecoder")]
    fn new() -> Decoder;
    #[wasm_bindgen(method)]
    fn decode(this: &Decoder, bytes: &[u8]) -> JsValue;

    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn json_parse(text: &JsValue) -> Result<JsValue, JsValue>;
}

impl Clock for JsHost {
    fn now(&self) -> f64 {
        match &self.clock {
            Some(clock) => method(clock, "now", &Array::new()).ok().and_then(|now| now.as_f64()).unwrap_or(0.0),
            None => time::now(),
        }
    }

    fn date(&self, text: &str) -> Option<f64> {
        let ms = js_sys::Date::parse(text);
        (!ms.is_nan()).then_some(ms)
    }

    async fn sleep(&self, ms: f64) {
        let Some(clock) = &self.clock else {
            return time::sleep(ms).await;
        };
        let guard = AbortGuard::new();
        let slept = method(clock, "sleep", &Array::of2(&ms.into(), &guard.signal()));
        if let Ok(promise) = slept {
            let _ = JsFuture::from(js_sys::Promise::resolve(&promise)).await;
        }
        guard.disarm();
    }
}

impl Random for JsHost {
    fn fill(&self, buffer: &mut [u8]) {
        fill_random(buffer);
    }
}

/// Fills a buffer from the host's `crypto`.
pub fn fill_random(buffer: &mut [u8]) {
    let bytes = js_sys::Uint8Array::new_with_length(u32::try_from(buffer.len()).unwrap_or(0));
    CRYPTO.with(|crypto| crypto.get_random_values(&bytes));
    bytes.copy_to(buffer);
}

thread_local! {
    static DECODER: Decoder = Decoder::new();
}

impl Values for JsHost {
    type Value = JsValue;

    fn parse(&self, json: &[u8]) -> Option<JsValue> {
        json_parse(&self.text(json)).ok()
    }

    fn text(&self, bytes: &[u8]) -> JsValue {
        DECODER.with(|decoder| decoder.decode(bytes))
    }

    fn member(&self, value: &JsValue, name: &str) -> Option<JsValue> {
        let member = Reflect::get(value, &name.into()).ok()?;
        (!member.is_undefined()).then_some(member)
    }

    fn items(&self, value: &JsValue) -> Vec<JsValue> {
        match value.dyn_ref::<Array>() {
            Some(items) => items.iter().collect(),
            None => Vec::new(),
        }
    }

    fn as_text(&self, value: &JsValue) -> Option<String> {
        value.as_string()
    }

    fn nothing(&self) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl Log for JsHost {
    fn log(&self, level: Level, message: &str) {
        if self.log_level.is_none_or(|least| level > least) {
            return;
        }
        let name = match level {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        };
        let logger = match &self.logger {
            Some(logger) => logger.clone(),
            None => Reflect::get(&js_sys::global(), &"console".into()).unwrap_or(JsValue::UNDEFINED),
        };
        // A log that throws must not cost a result.
        let _ = method(&logger, name, &Array::of1(&format!("clickhouse-cloud: {message}").into()));
    }
}

/// Calls a method of an object.
pub fn method(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(object, &name.into())?.dyn_into()?;
    function.apply(object, arguments)
}
