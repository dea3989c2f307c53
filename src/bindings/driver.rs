//! Futures that an async JavaScript function drives (`driver.js`), and the promises that they await.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/js/bindings/driver.js")]
extern "C" {
    #[wasm_bindgen(js_name = drive)]
    fn drive_future(future: CoreFuture, signal: &JsValue) -> Promise;
    #[wasm_bindgen(js_name = wake)]
    fn wake_call(id: u32);

    /// A promise that can be cancelled.
    pub type Awaited;
    #[wasm_bindgen(method, getter)]
    fn promise(this: &Awaited) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Awaited);
}

// What `driver.js` imports: a file that no Rust names would not be in the package.
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

/// The future of a call. Dropping it drops all that it has running.
#[wasm_bindgen]
pub struct CoreFuture(RefCell<State>);

#[wasm_bindgen]
impl CoreFuture {
    /// Polls the future of the call with that number. True: `result` has what it brought. Throws what it failed with.
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

    /// What the future brought, once.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn result(&self) -> Result<JsValue, JsValue> {
        match self.0.replace(State::Done) {
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

/// Has JavaScript drive a future. When the signal aborts before its end it is dropped, and the promise rejects with the
/// signal's reason.
pub fn drive(signal: &JsValue, future: impl Future<Output = Output> + 'static) -> Promise {
    drive_future(CoreFuture(RefCell::new(State::Pending(Box::pin(future)))), signal)
}

/// Awaits what JavaScript has started; dropped before its end, it cancels it.
pub struct Cancellable {
    awaited: Awaited,
    future: JsFuture,
}

impl From<Awaited> for Cancellable {
    fn from(awaited: Awaited) -> Self {
        Self { future: JsFuture::from(awaited.promise()), awaited }
    }
}

impl Future for Cancellable {
    type Output = JsValue;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JsValue> {
        // What JavaScript starts reports its failures in its value, or ends the call.
        Pin::new(&mut self.future).poll(context).map(Result::unwrap_or_default)
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        self.awaited.cancel();
    }
}
