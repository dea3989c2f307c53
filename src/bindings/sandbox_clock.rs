//! The sandbox's virtual time. It runs at a multiple of the runtime's time, and `advance` moves it. If a test has
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
    began: f64,
    scale: f64,
    advanced_ms: Cell<f64>,
    sleeping: RefCell<Vec<Waker>>,
}

impl SandboxClock {
    /// A clock on which `scale` virtual seconds pass per real second.
    pub fn new(scale: f64) -> Self {
        let flow = begin();
        Self { began: read(&flow), flow, scale, advanced_ms: Cell::new(0.0), sleeping: RefCell::default() }
    }

    /// Virtual milliseconds since the epoch.
    pub fn now(&self) -> f64 {
        self.began + (read(&self.flow) - self.began) * self.scale + self.advanced_ms.get()
    }

    /// Advances the time at once. Sleeps check the clock again.
    pub fn advance(&self, ms: f64) {
        self.advanced_ms.set(self.advanced_ms.get() + ms);
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
            race(JsClock::host().sleep(left / self.scale), self.advanced()).await;
        }
    }

    async fn advanced(&self) {
        let before = self.advanced_ms.get();
        poll_fn(|context| {
            if self.advanced_ms.get() > before {
                return Poll::Ready(());
            }
            self.sleeping.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
