//! Tasks: a future that JavaScript runs, and whose promise it has; and what such a future waits for.
//!
//! Instead of the usual executor of wasm-bindgen, whose queue and closures cost four times as much code.

use std::cell::RefCell;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::values::get;

#[wasm_bindgen(module = "/src/js/tasks.js")]
extern "C" {
    fn begin(exports: &JsValue, signal: &JsValue) -> u32;
    fn promise(id: u32) -> Promise;
    fn wake(id: u32);
    fn end(id: u32, kept: bool, value: &JsValue);
    #[wasm_bindgen(js_name = isDone)]
    fn is_done(wait: &JsValue) -> bool;
    fn leave(wait: &JsValue);
}

// What `tasks.js` imports: a file that no Rust names would not be in the package.
#[wasm_bindgen(module = "/src/js/room.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = needRoom)]
    fn need_room();
}
#[wasm_bindgen(module = "/src/js/signals.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = onAbort)]
    fn on_abort();
}

type Ending = Result<JsValue, JsValue>;

struct Task {
    id: u32,
    future: Pin<Box<dyn Future<Output = Ending>>>,
}

thread_local! {
    /// Those that wait. They live as long as the module does: nothing is dropped with it.
    static TASKS: RefCell<ManuallyDrop<Vec<Task>>> = const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

struct Ticket(u32);

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        wake(self.0);
    }
}

/// Runs a future, for the first time soon. When the signal aborts before its end it is dropped, and the promise rejects
/// with the signal's reason.
pub fn spawn(signal: &JsValue, future: impl Future<Output = Ending> + 'static) -> Promise {
    let id = begin(&wasm_bindgen::exports(), signal);
    TASKS.with_borrow_mut(|tasks| tasks.push(Task { id, future: Box::pin(future) }));
    promise(id)
}

/// For `tasks.js`: lets the future of a task go on, or drops it.
#[wasm_bindgen]
pub fn poll(id: u32, over: bool) {
    let found = TASKS.with_borrow_mut(|tasks| {
        let index = tasks.iter().position(|task| task.id == id)?;
        Some(tasks.swap_remove(index))
    });
    // It may have ended since.
    let Some(mut task) = found.filter(|_| !over) else { return };
    let waker = Waker::from(Arc::new(Ticket(id)));
    match task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Pending => TASKS.with_borrow_mut(|tasks| tasks.push(task)),
        Poll::Ready(Ok(value)) => end(id, true, &value),
        Poll::Ready(Err(reason)) => end(id, false, &reason),
    }
}

/// What JavaScript's `wait` has begun. It wakes the task that was running then. When this is dropped before its end, its
/// signal fires.
pub struct Wait(pub JsValue);

impl Future for Wait {
    type Output = JsValue;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<JsValue> {
        if is_done(&self.0) { Poll::Ready(get(&self.0, "value")) } else { Poll::Pending }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        leave(&self.0);
    }
}
