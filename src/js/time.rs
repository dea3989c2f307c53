//! Time: the host's own, or a clock that the caller lends; and the caller's signals.

use std::cell::Cell;
use std::future::pending;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::guard::Guarded;
use super::values::get;

#[wasm_bindgen(module = "/src/js/time.js")]
extern "C" {
    #[cfg(feature = "client")]
    #[wasm_bindgen(js_name = now, catch)]
    fn now_of(clock: &JsValue) -> Result<f64, JsValue>;
    #[wasm_bindgen(js_name = sleep)]
    fn sleep_of(clock: &JsValue, ms: f64, signal: &AbortSignal) -> Promise;
    #[wasm_bindgen(js_name = aborted)]
    fn aborted_of(signal: &JsValue, until: &AbortSignal) -> Promise;
}

/// A clock: the caller's `{ now(), sleep(ms, signal) }`, or with undefined the host's.
pub struct JsClock {
    lent: JsValue,
    /// What it threw, until that has been said.
    thrown: Cell<Option<JsValue>>,
}

impl JsClock {
    /// The host's.
    #[cfg(feature = "sandbox")]
    pub fn host() -> Self {
        Self::new(JsValue::UNDEFINED)
    }

    /// The caller's; with undefined the host's.
    pub fn new(lent: JsValue) -> Self {
        Self { lent, thrown: Cell::new(None) }
    }

    #[cfg(feature = "client")]
    /// Milliseconds since the epoch: like `Date.now`, but it never jumps.
    pub fn now(&self) -> f64 {
        now_of(&self.lent).unwrap_or_else(|thrown| {
            self.thrown.set(Some(thrown));
            0.0
        })
    }

    /// Resolves after that many milliseconds; never where the clock throws. Its drop clears the timer.
    pub async fn sleep(&self, ms: f64) {
        if let Err(thrown) = Guarded::start(&|signal| sleep_of(&self.lent, ms, signal)).await {
            self.thrown.set(Some(thrown));
            pending().await
        }
    }

    /// What the clock threw since this was last asked. It ends the call that asked the clock.
    #[cfg(feature = "client")]
    pub fn thrown(&self) -> Option<JsValue> {
        self.thrown.take()
    }
}

/// Resolves with the signal's reason when it aborts; never where it is undefined.
pub async fn aborted(signal: &JsValue) -> JsValue {
    if signal.is_undefined() {
        return pending().await;
    }
    // At once, so that nothing is begun that was not wanted any more.
    if get(signal, "aborted").as_bool() == Some(true) {
        return get(signal, "reason");
    }
    let (Ok(reason) | Err(reason)) = Guarded::start(&|until| aborted_of(signal, until)).await;
    reason
}
