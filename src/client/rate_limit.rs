//! The rate limit: a sliding window of requests, in order of arrival; or a limiter of the caller's own.
//!
//! The service counts a request at some moment between its sending and its response. So a slot is free again one window after
//! the response came, and a client that is alone with its key never meets a 429. One that meets a 429 shares the key with
//! clients that do not use its limiter, and adapts:
//!
//! - A 429 pauses all users of the limiter for as long as it asks, and cuts the share of the limit to seven tenths, once for
//!   all requests that were under way together. A twentieth of the limit grows back in each window.
//! - Below the whole limit, requests are spaced evenly instead of sent in bursts. Two clients of one key then converge at
//!   nine tenths of the limit in total, and about one request in ten is refused.
//! - A slot becomes free a little later than it could, at random. Otherwise one client could always take the slots first, and
//!   a new one would be refused for ever.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::clock::MonotonicClock;
use super::fair_queue::FairQueue;
use crate::host::{CallerError, Clock, Host, Level, Random};

/// The part of the share that a 429 leaves.
const CUT: f64 = 0.7;
/// The least share.
const LEAST: f64 = 0.1;
/// The part of the limit that grows back in a window.
const GROWTH: f64 = 0.05;
/// How much later than after a window a slot may be free, in windows.
const SLACK: f64 = 0.01;

/// The rate limit of a client.
#[derive(Clone)]
pub enum RateLimiting {
    /// No limit: only a 429 pauses the client.
    Off,
    /// A limiter that clients may share.
    Shared(Rc<RateLimiter>),
    /// The host's [`crate::host::CustomLimiter`].
    Custom,
}

/// The permission to send one request.
pub(super) enum Permit<'a, H: Host> {
    /// A slot of our limiter.
    Shared { _slot: Slot<'a, H> },
    /// A permit of the caller's limiter.
    Custom(CustomPermit<'a, H>),
}

/// A permit of the caller's limiter, which is released once.
pub(super) struct CustomPermit<'a, H: Host> {
    host: &'a H,
    permit: Option<H::Permit>,
}

impl<'a, H: Host> Permit<'a, H> {
    /// A permit that the caller's limiter has given.
    pub fn custom(host: &'a H, permit: H::Permit) -> Self {
        Self::Custom(CustomPermit { host, permit: Some(permit) })
    }

    /// Reports the response; without a status, that none came.
    pub fn release(self, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), CallerError> {
        match self {
            Self::Shared { .. } => Ok(()),
            Self::Custom(mut custom) => custom.release(status, retry_after_ms),
        }
    }
}

impl<H: Host> CustomPermit<'_, H> {
    fn release(&mut self, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), CallerError> {
        self.permit.take().map_or(Ok(()), |permit| self.host.release(permit, status, retry_after_ms))
    }
}

impl<H: Host> Drop for CustomPermit<'_, H> {
    fn drop(&mut self) {
        // The call has ended: there is no promise to reject.
        if self.release(None, None).is_err() && self.host.logs(Level::Error) {
            self.host.log(Level::Error, "rateLimit: what it was told of a request that ended made it throw");
        }
    }
}

/// A sliding window of requests, shared by all calls of a client, and by clients that are given the same one.
pub struct RateLimiter {
    requests: usize,
    per_ms: f64,
    queue: FairQueue,
    window: RefCell<SlidingWindow>,
    /// The limiter's own: the clock of any client that shares it may be set back.
    clock: MonotonicClock,
    released: Cell<Option<Waker>>,
    /// How many slots have been released.
    releases: Cell<u64>,
}

struct SlidingWindow {
    in_flight: usize,
    /// When the slots of requests with a response are free again, the first one first.
    taken: Vec<f64>,
    /// When the last request was sent.
    last: f64,
    paused_until: f64,
    /// The share of the limit after the last cut; the whole is 1.
    share: f64,
    cut_at: f64,
}

impl SlidingWindow {
    fn share(&self, now: f64, per_ms: f64) -> f64 {
        (self.share + GROWTH * (now - self.cut_at) / per_ms).min(1.0)
    }
}

/// A slot of the window. Its drop says that the response came, or that the call no longer waits for one.
pub struct Slot<'a, H: Clock + Random> {
    limiter: &'a RateLimiter,
    host: &'a H,
}

#[derive(Clone, Copy)]
enum Availability {
    Now,
    After(f64),
    WhenReleased,
}

impl RateLimiter {
    /// At most `requests` in any `per_ms` milliseconds.
    #[must_use]
    pub fn new(requests: usize, per_ms: f64) -> Self {
        let window = SlidingWindow {
            in_flight: 0,
            taken: Vec::new(),
            last: f64::NEG_INFINITY,
            paused_until: f64::NEG_INFINITY,
            share: 1.0,
            cut_at: f64::NEG_INFINITY,
        };
        Self {
            requests: requests.max(1),
            per_ms,
            queue: FairQueue::default(),
            window: RefCell::new(window),
            clock: MonotonicClock::default(),
            released: Cell::new(None),
            releases: Cell::new(0),
        }
    }

    /// Without a limit of its own: it only pauses when a 429 says so.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(usize::MAX, 0.0)
    }

    /// Resolves when a request may be sent. Dropping the future leaves the queue. `number` is 0 at first; a call that comes
    /// back with the same one, after a 429, keeps its position in the queue.
    pub async fn acquire<'a, H: Clock + Random>(&'a self, host: &'a H, number: &mut u64) -> Slot<'a, H> {
        let ticket = self.queue.join(number);
        ticket.admitted().await;
        loop {
            let now = self.clock.read(host.now());
            let availability = self.take_slot(now);
            let mut timer = pin!(match availability {
                Availability::Now => return Slot { limiter: self, host },
                Availability::After(ms) => Some(host.sleep(ms)),
                Availability::WhenReleased => None,
            });
            let before = self.releases.get();
            let mut slept = false;
            // Until then, or until a slot is released, whatever else wakes the task.
            poll_fn(|context| {
                slept = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if slept || self.releases.get() != before {
                    return Poll::Ready(());
                }
                // Only the admitted ticket waits here: one waker is enough.
                self.released.set(Some(context.waker().clone()));
                Poll::Pending
            })
            .await;
            if let (true, Availability::After(ms)) = (slept, availability) {
                self.clock.slept(now, ms, host.now());
            }
        }
    }

    /// How many calls wait for a slot.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// A request that was sent `age_ms` ago has met a 429: nothing is sent for the next `pause_ms`.
    pub fn refused(&self, clock: &impl Clock, age_ms: f64, pause_ms: f64) {
        let now = self.clock.read(clock.now());
        let sent = now - age_ms;
        let mut window = self.window.borrow_mut();
        window.paused_until = window.paused_until.max(now + pause_ms);
        if sent > window.cut_at {
            window.share = (window.share(now, self.per_ms) * CUT).max(LEAST);
            window.cut_at = now;
        }
    }

    /// Takes a slot where one is free; else says when one may be.
    fn take_slot(&self, now: f64) -> Availability {
        let mut window = self.window.borrow_mut();
        window.taken.retain(|free| *free > now);
        let mut next = window.paused_until;
        let share = window.share(now, self.per_ms);
        if share < 1.0 {
            next = next.max(window.last + self.per_ms / (self.requests as f64 * share));
        }
        if now < next {
            return Availability::After(next - now);
        }
        if window.in_flight + window.taken.len() < self.requests {
            window.in_flight += 1;
            window.last = now;
            return Availability::Now;
        }
        match window.taken.first() {
            Some(free) => Availability::After(free - now),
            None => Availability::WhenReleased,
        }
    }
}

impl<H: Clock + Random> Drop for Slot<'_, H> {
    fn drop(&mut self) {
        let limiter = self.limiter;
        // Before the window is borrowed: a clock of the caller may call the client.
        let now = limiter.clock.read(self.host.now());
        let free = match limiter.per_ms {
            // Without a window no randomness is drawn.
            0.0 => now,
            per_ms => now + per_ms * (1.0 + SLACK * self.host.fraction()),
        };
        {
            let mut window = limiter.window.borrow_mut();
            window.in_flight = window.in_flight.saturating_sub(1);
            let after = window.taken.last().copied().unwrap_or(free);
            window.taken.push(free.max(after));
        }
        limiter.releases.set(limiter.releases.get().wrapping_add(1));
        if let Some(waker) = limiter.released.take() {
            waker.wake();
        }
    }
}
