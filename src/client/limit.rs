//! The rate limit: so many requests in any window, first come first served.
//!
//! The service counted a request somewhere between its sending and its answer. A slot is therefore free again one
//! window after the answer came: a client that is alone with its key never meets a 429. When one comes all the same
//! (others share the key), everyone who shares the limiter pauses.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::turns::Turns;
use crate::host::Clock;
use crate::race::race;

/// A sliding window of requests, shared by all calls of a client, and between clients that are given the same one.
pub struct RateLimiter {
    requests: usize,
    per_ms: f64,
    turns: Turns,
    window: RefCell<Window>,
    freed: Cell<Option<Waker>>,
    /// How many permits have ended.
    ended: Cell<u64>,
}

#[derive(Default)]
struct Window {
    in_flight: usize,
    /// When the answers of the last window came, the oldest first.
    answered: VecDeque<f64>,
    paused_until: f64,
}

/// Leave to send one request. Its drop says that the answer came, or that none will be waited for.
pub struct Permit<'a, C: Clock> {
    limiter: &'a RateLimiter,
    clock: &'a C,
}

enum Room {
    Now,
    After(f64),
    WhenFreed,
}

impl RateLimiter {
    /// At most `requests` in any `per_ms` milliseconds.
    #[must_use]
    pub fn new(requests: usize, per_ms: f64) -> Self {
        Self {
            requests: requests.max(1),
            per_ms,
            turns: Turns::default(),
            window: RefCell::default(),
            freed: Cell::new(None),
            ended: Cell::new(0),
        }
    }

    /// Resolves when a request may go. Dropping the future leaves the line.
    pub async fn acquire<'a, C: Clock>(&'a self, clock: &'a C) -> Permit<'a, C> {
        let _turn = self.turns.take().await;
        loop {
            match self.room(clock.now()) {
                Room::Now => return Permit { limiter: self, clock },
                Room::After(ms) => {
                    race(clock.sleep(ms), self.freed()).await;
                }
                Room::WhenFreed => self.freed().await,
            }
        }
    }

    /// Nobody sends before that many milliseconds have passed.
    pub fn pause(&self, now: f64, ms: f64) {
        let mut window = self.window.borrow_mut();
        window.paused_until = window.paused_until.max(now + ms);
    }

    /// Takes a slot where there is one; else says how long until there may be one.
    fn room(&self, now: f64) -> Room {
        let mut window = self.window.borrow_mut();
        while window.answered.front().is_some_and(|answered| now - answered >= self.per_ms) {
            window.answered.pop_front();
        }
        if now < window.paused_until {
            return Room::After(window.paused_until - now);
        }
        if window.in_flight + window.answered.len() < self.requests {
            window.in_flight += 1;
            return Room::Now;
        }
        match window.answered.front() {
            Some(answered) => Room::After(answered + self.per_ms - now),
            None => Room::WhenFreed,
        }
    }

    /// Resolves when a permit has ended since, whatever else wakes the task. Only the one whose turn it is waits here.
    async fn freed(&self) {
        let before = self.ended.get();
        poll_fn(|context| {
            if self.ended.get() != before {
                return Poll::Ready(());
            }
            self.freed.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl<C: Clock> Drop for Permit<'_, C> {
    fn drop(&mut self) {
        {
            let mut window = self.limiter.window.borrow_mut();
            window.in_flight = window.in_flight.saturating_sub(1);
            window.answered.push_back(self.clock.now());
        }
        self.limiter.ended.set(self.limiter.ended.get().wrapping_add(1));
        if let Some(waker) = self.limiter.freed.take() {
            waker.wake();
        }
    }
}
