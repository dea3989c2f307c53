//! The clock: the runtime's, or one that the caller passes. It implements the core's `Clock`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasm_bindgen::prelude::*;

use super::driver::{Awaited, Cancellable};

#[wasm_bindgen(module = "/js/bindings/time.js")]
extern "C" {
    #[cfg(feature = "client")]
    #[wasm_bindgen(js_name = now)]
    fn now_of(clock: &JsValue) -> f64;
    #[wasm_bindgen(js_name = sleep)]
    fn sleep_of(clock: &JsValue, ms: f64) -> Awaited;
}

/// The caller's clock `{ now(), sleep(ms, signal) }`, or with undefined the runtime's. An error that the caller's clock
/// throws ends the call that uses it.
pub struct JsClock(pub JsValue);

impl JsClock {
    /// The runtime's clock.
    #[cfg(feature = "sandbox")]
    pub fn host() -> Self {
        Self(JsValue::UNDEFINED)
    }

    #[cfg(feature = "client")]
    /// Milliseconds since the epoch: like `Date.now`, but it never jumps.
    pub fn now(&self) -> f64 {
        now_of(&self.0)
    }

    /// Resolves after that many milliseconds. Dropping it clears the timer.
    pub fn sleep(&self, ms: f64) -> Sleep {
        Sleep(sleep_of(&self.0, ms).into())
    }
}

/// A span of time.
pub struct Sleep(Cancellable);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}
