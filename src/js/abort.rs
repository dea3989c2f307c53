//! Signals: the caller's, which ends a call, and our own, which ends what a dropped future had running.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

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

/// Resolves with the signal's reason when it aborts; never without a signal.
pub async fn aborted(signal: Option<&AbortSignal>) -> JsValue {
    match signal {
        Some(signal) => listen(signal).await,
        None => std::future::pending().await,
    }
}

fn listen(signal: &AbortSignal) -> impl Future<Output = JsValue> {
    let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
    let woken = waker.clone();
    let listener = Listener::new(signal.clone(), move || {
        if let Some(waker) = woken.borrow_mut().take() {
            waker.wake();
        }
    });
    poll_fn(move |context| {
        if listener.signal.aborted() {
            return Poll::Ready(listener.signal.reason());
        }
        *waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
}

/// Listens for `abort` until it is dropped.
struct Listener {
    signal: AbortSignal,
    callback: Closure<dyn Fn()>,
}

impl Listener {
    fn new(signal: AbortSignal, callback: impl Fn() + 'static) -> Self {
        let callback = Closure::<dyn Fn()>::new(callback);
        let _ = signal.add_event_listener_with_callback("abort", callback.as_ref().unchecked_ref());
        Self { signal, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.callback.as_ref().unchecked_ref());
    }
}
