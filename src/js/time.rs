//! Time: the host's own, or a clock that the caller lends; and the caller's signals.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::guard::Guarded;
use super::values::get;

#[wasm_bindgen(module = "/src/js/time.js")]
extern "C" {
    #[cfg(feature = "client")]
    #[wasm_bindgen(js_name = now)]
    fn now_of(clock: &JsValue) -> f64;
    #[wasm_bindgen(js_name = sleep)]
    fn sleep_of(clock: &JsValue, ms: f64, signal: &AbortSignal) -> Promise;
    #[wasm_bindgen(js_name = aborted)]
    fn aborted_of(signal: &JsValue, until: &AbortSignal) -> Promise;
}

/// A clock: the caller's `{ now(), sleep(ms, signal) }`, or with undefined the host's.
#[derive(Clone)]
pub struct JsClock(pub JsValue);

impl JsClock {
    /// The host's.
    #[cfg(feature = "sandbox")]
    pub const HOST: Self = Self(JsValue::UNDEFINED);

    #[cfg(feature = "client")]
    /// Milliseconds since the epoch: like `Date.now`, but it never jumps.
    pub fn now(&self) -> f64 {
        now_of(&self.0)
    }

    /// Resolves after that many milliseconds. Its drop clears the timer.
    pub async fn sleep(&self, ms: f64) {
        // Whoever cannot sleep goes on.
        let _ = Guarded::start(&|signal| sleep_of(&self.0, ms, signal)).await;
    }
}

/// Resolves with the signal's reason when it aborts; never where it is undefined.
pub async fn aborted(signal: &JsValue) -> JsValue {
    // At once, so that nothing is begun that was not wanted any more.
    if get(signal, "aborted").as_bool() == Some(true) {
        return get(signal, "reason");
    }
    let (Ok(reason) | Err(reason)) = Guarded::start(&|until| aborted_of(signal, until)).await;
    reason
}
