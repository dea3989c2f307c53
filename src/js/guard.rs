//! Our own signal, which ends what a dropped future had running: a fetch, a caller's clock.

use wasm_bindgen::prelude::*;
use web_sys::AbortController;

/// Ends what it controls when it is dropped before it was disarmed.
pub struct AbortGuard(Option<AbortController>);

impl AbortGuard {
    /// A guard with a new signal.
    pub fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// The signal to hand out.
    pub fn signal(&self) -> JsValue {
        self.0.as_ref().map_or(JsValue::UNDEFINED, |controller| controller.signal().into())
    }

    /// All is done: the drop ends nothing any more.
    pub fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortGuard {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
