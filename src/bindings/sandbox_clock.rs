//! The sandbox's virtual time. It runs at a multiple of the runtime's time, which may change, and `advance` moves it. If a test has
//! replaced the timers and `Date`, it follows those.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use wasm_bindgen::prelude::*;

use super::time::JsClock;
use crate::race::race;

#[wasm_bindgen(module = "/js/bindings/sandbox_clock.js")]
extern "C" {
    fn begin() -> JsValue;
    fn read(flow: &JsValue) -> f64;
}

/// A virtual clock. It starts at the runtime's time.
pub struct SandboxClock {
    flow: JsValue,
    scale: Cell<f64>,
    /// The runtime's time, and the virtual one, when the scale was set.
    since: Cell<(f64, f64)>,
    advanced_ms: Cell<f64>,
    /// How often the time was advanced, or its scale set.
    changes: Cell<u32>,
    sleeping: RefCell<Vec<Waker>>,
}

impl SandboxClock {
    /// A clock on which `scale` virtual seconds pass per real second.
    pub fn new(scale: f64) -> Self {
        let flow = begin();
        let began = read(&flow);
        Self {
            flow,
            scale: Cell::new(scale),
            since: Cell::new((began, began)),
            advanced_ms: Cell::new(0.0),
            changes: Cell::new(0),
            sleeping: RefCell::default(),
        }
    }

    pub const fn scale(&self) -> f64 {
        self.scale.get()
    }

    /// From now on, `scale` virtual seconds pass per real second. At 0 the time stands still. Sleeps check the clock again.
    pub fn set_scale(&self, scale: f64) {
        let real = read(&self.flow);
        let virtual_ms = self.now() - self.advanced_ms.get();
        self.since.set((real, virtual_ms));
        self.scale.set(scale);
        self.wake();
    }

    /// Virtual milliseconds since the epoch.
    pub fn now(&self) -> f64 {
        let (real, virtual_ms) = self.since.get();
        virtual_ms + (read(&self.flow) - real) * self.scale.get() + self.advanced_ms.get()
    }

    /// Advances the time at once. Sleeps check the clock again.
    pub fn advance(&self, ms: f64) {
        self.advanced_ms.set(self.advanced_ms.get() + ms);
        self.wake();
    }

    fn wake(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
        for waker in self.sleeping.take() {
            waker.wake();
        }
    }

    /// Sets the time.
    pub fn set(&self, now: f64) {
        self.advanced_ms.set(self.advanced_ms.get() + now - self.now());
    }

    /// Resolves after that many virtual milliseconds.
    pub async fn sleep(&self, ms: f64) {
        let until = self.now() + ms;
        loop {
            let left = until - self.now();
            if left <= 0.0 {
                return;
            }
            let scale = self.scale.get();
            if scale > 0.0 {
                race(JsClock::host().sleep(left / scale), self.changed()).await;
            } else {
                self.changed().await;
            }
        }
    }

    /// Resolves when the time was advanced, or its scale was set.
    async fn changed(&self) {
        let before = self.changes.get();
        poll_fn(|context| {
            if self.changes.get() != before {
                return Poll::Ready(());
            }
            self.sleeping.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
