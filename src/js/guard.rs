//! What JavaScript does for a future ends when the future is dropped: it is given a signal of ours.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

#[wasm_bindgen(module = "/src/js/guard.js")]
extern "C" {
    fn begin() -> AbortController;
    fn end(controller: &AbortController);
    fn until(promise: &Promise, signal: &AbortSignal) -> Promise;
}

/// A promise whose signal fires when this is dropped before the promise has ended.
pub struct Guarded {
    promise: JsFuture,
    controller: Option<AbortController>,
}

impl Guarded {
    /// Starts it.
    pub fn start(start: &dyn Fn(&AbortSignal) -> Promise) -> Self {
        let controller = begin();
        let signal = controller.signal();
        Self { promise: until(&start(&signal), &signal).into(), controller: Some(controller) }
    }
}

impl Future for Guarded {
    type Output = Result<JsValue, JsValue>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = Pin::new(&mut self.promise).poll(context);
        if ended.is_ready() {
            self.controller = None;
        }
        ended
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            end(controller);
        }
    }
}
