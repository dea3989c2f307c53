//! Futures that an async JavaScript function drives (`js/bindings/driver.js`), and the JavaScript operations that they
//! await. Dropping a future cancels everything that it has started.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

#[cfg(feature = "sandbox")]
use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/bindings/driver.js")]
extern "C" {
    #[cfg(feature = "sandbox")]
    #[wasm_bindgen(js_name = driveFuture)]
    fn drive_future(future: CoreFuture, signal: &JsValue) -> Promise;
    #[wasm_bindgen(js_name = wake)]
    fn wake_call(id: u32);

    /// An operation that JavaScript has started and that can be cancelled.
    pub type Awaited;
    /// Whether it has settled. If not, it wakes the call that is being polled once it settles.
    #[wasm_bindgen(method)]
    fn poll(this: &Awaited) -> bool;
    #[wasm_bindgen(method, catch)]
    fn result(this: &Awaited) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn cancel(this: &Awaited);
}

// `driver.js` imports this file; wasm-bindgen packages only files that Rust names.
#[wasm_bindgen(module = "/js/bindings/stack.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = needRoom)]
    fn need_room();
}
#[wasm_bindgen(module = "/js/bindings/signals.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = onAbort)]
    fn on_abort();
}

type Output = Result<JsValue, JsValue>;

enum State {
    Pending(Pin<Box<dyn Future<Output = Output>>>),
    Ready(JsValue),
    Done,
}

/// The future of a call. Dropping it cancels everything that it has started.
#[wasm_bindgen]
pub struct CoreFuture(RefCell<State>);

impl CoreFuture {
    /// For `drive` in `driver.js`, which polls it.
    pub fn new(future: impl Future<Output = Output> + 'static) -> Self {
        Self(RefCell::new(State::Pending(Box::pin(future))))
    }
}

#[wasm_bindgen]
impl CoreFuture {
    /// Polls the future of the call with that number. True: it has ended, and `result` returns its value. Throws its
    /// error.
    pub fn poll(&self, id: u32) -> Result<bool, JsValue> {
        let State::Pending(mut future) = self.0.replace(State::Done) else { return Ok(true) };
        let waker = Waker::from(Arc::new(CallWaker(id)));
        let (state, polled) = match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => (State::Pending(future), Ok(false)),
            Poll::Ready(Ok(value)) => (State::Ready(value), Ok(true)),
            Poll::Ready(Err(reason)) => (State::Done, Err(reason)),
        };
        self.0.replace(state);
        polled
    }

    /// The value of the future, which is freed.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn result(self) -> Result<JsValue, JsValue> {
        match self.0.into_inner() {
            State::Ready(value) => Ok(value),
            State::Pending(_) | State::Done => Ok(JsValue::UNDEFINED),
        }
    }
}

struct CallWaker(u32);

impl Wake for CallWaker {
    fn wake(self: Arc<Self>) {
        wake_call(self.0);
    }
}

/// Has JavaScript drive a future. If the signal aborts before the future ends, it is dropped, and the promise rejects
/// with the signal's reason.
#[cfg(feature = "sandbox")]
pub fn drive(signal: &JsValue, future: impl Future<Output = Output> + 'static) -> Promise {
    drive_future(CoreFuture::new(future), signal)
}

/// Awaits an operation that JavaScript has started. Dropped before it settles, it cancels the operation.
pub struct Cancellable(Awaited);

impl From<Awaited> for Cancellable {
    fn from(awaited: Awaited) -> Self {
        Self(awaited)
    }
}

impl Future for Cancellable {
    type Output = JsValue;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<JsValue> {
        if !self.0.poll() {
            return Poll::Pending;
        }
        // JavaScript reports failures of the operation in its value, or ends the call.
        Poll::Ready(self.0.result().unwrap_or_default())
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
