//! The caller's part of a client: hooks, a limiter, and a log with a level.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use clickhouse_cloud::host::{CallerError, CustomLimiter, Hooks, Level, RequestEvent, ResponseEvent, RetryEvent};

use super::network::TestHost;

/// The event of a hook.
pub enum Told<'a> {
    Request(&'a RequestEvent<'a>),
    Response(&'a RequestEvent<'a>, &'a ResponseEvent<'a>),
    Retry(&'a RetryEvent),
}

type Hook = Rc<dyn Fn(&Told<'_>) -> Result<(), CallerError>>;

/// A slot, the status, and how long a 429 asks to wait.
type ToldSlot = (usize, Option<u16>, Option<f64>);

/// The caller of all hosts of one network.
pub struct Caller {
    /// Called with every event.
    pub hook: RefCell<Option<Hook>>,
    /// The level of the log.
    pub level: Cell<Level>,
    /// How many slots the limiter has left.
    pub slots: Cell<usize>,
    /// The error of the limiter, instead of a slot.
    pub refusal: RefCell<Option<CallerError>>,
    /// The releases of slots.
    pub told: RefCell<Vec<ToldSlot>>,
    given: Cell<usize>,
    waiting: RefCell<Vec<Waker>>,
}

impl Default for Caller {
    fn default() -> Self {
        Self {
            hook: RefCell::default(),
            level: Cell::new(Level::Debug),
            slots: Cell::new(0),
            refusal: RefCell::default(),
            told: RefCell::default(),
            given: Cell::new(0),
            waiting: RefCell::default(),
        }
    }
}

impl Caller {
    /// Sets the hook for all events.
    pub fn hook(&self, hook: impl Fn(&Told<'_>) -> Result<(), CallerError> + 'static) {
        *self.hook.borrow_mut() = Some(Rc::new(hook));
    }

    /// Adds slots.
    pub fn free(&self, slots: usize) {
        self.slots.set(self.slots.get() + slots);
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    fn tell(&self, told: &Told<'_>) -> Result<(), CallerError> {
        let hook = self.hook.borrow().clone();
        hook.map_or(Ok(()), |hook| hook(told))
    }
}

impl Hooks for TestHost {
    fn on_request(&self, sending: &RequestEvent<'_>) -> Result<(), CallerError> {
        self.network.caller.tell(&Told::Request(sending))
    }

    fn on_response(&self, sending: &RequestEvent<'_>, received: &ResponseEvent<'_>) -> Result<(), CallerError> {
        self.network.caller.tell(&Told::Response(sending, received))
    }

    fn on_retry(&self, retry: &RetryEvent) -> Result<(), CallerError> {
        self.network.caller.tell(&Told::Retry(retry))
    }
}

impl CustomLimiter for TestHost {
    type Permit = usize;

    async fn acquire(&self) -> Result<usize, CallerError> {
        let caller = &self.network.caller;
        poll_fn(|context| {
            if let Some(refusal) = caller.refusal.borrow().clone() {
                return Poll::Ready(Err(refusal));
            }
            if caller.slots.get() == 0 {
                caller.waiting.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            caller.slots.set(caller.slots.get() - 1);
            caller.given.set(caller.given.get() + 1);
            Poll::Ready(Ok(caller.given.get()))
        })
        .await
    }

    fn release(&self, slot: usize, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), CallerError> {
        self.network.caller.told.borrow_mut().push((slot, status, retry_after_ms));
        Ok(())
    }
}
