//! The caller's signal, which ends a call.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

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
