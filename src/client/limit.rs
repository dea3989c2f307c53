//! The rate limit: so many requests in any window, first come first served.
//!
//! The service counted a request somewhere between its sending and its answer. A slot is therefore free again one
//! window after the answer came: a client that is alone with its key never meets a 429. One that meets it all the same
//! shares the key with others who do not ask it, and learns its share:
//!
//! - A 429 pauses everyone who shares the limiter for as long as it asks, and cuts the share to seven tenths, once for
//!   all requests that were under way together. A twentieth of the limit grows back in each window.
//! - Whoever has less than the whole sends evenly instead of in bursts. So two who share a key meet in the middle, at
//!   some nine tenths of the limit, and about one request in ten is refused.
//! - A slot is free a little later than it might be, at random: someone who comes anew finds one now and then, instead
//!   of being refused for ever by a client that always takes them first.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker};

use super::clock::Steady;
use super::retry::fraction;
use super::turns::Turns;
use crate::host::{Clock, Random};

/// What a 429 leaves of the share.
const CUT: f64 = 0.7;
/// The least share.
const LEAST: f64 = 0.1;
/// What a window gives back.
const GROWTH: f64 = 0.05;
/// How much later than after a window a slot may be free, in windows.
const SLACK: f64 = 0.01;

/// A sliding window of requests, shared by all calls of a client, and between clients that are given the same one.
pub struct RateLimiter {
    requests: usize,
    per_ms: f64,
    turns: Turns,
    window: RefCell<Window>,
    /// The limiter's own: those who share it may each have a clock that is set back.
    clock: Steady,
    freed: Cell<Option<Waker>>,
    /// How many permits have ended.
    ended: Cell<u64>,
}

struct Window {
    in_flight: usize,
    /// When the slots of answered requests are free again, the first one first.
    taken: Vec<f64>,
    /// When the last request went.
    last: f64,
    paused_until: f64,
    /// The share of the limit after the last cut; the whole is 1.
    share: f64,
    cut_at: f64,
}

impl Window {
    fn share(&self, now: f64, per_ms: f64) -> f64 {
        (self.share + GROWTH * (now - self.cut_at) / per_ms).min(1.0)
    }
}

/// Leave to send one request. Its drop says that the answer came, or that none will be waited for.
pub struct Permit<'a, H: Clock + Random> {
    limiter: &'a RateLimiter,
    host: &'a H,
}

#[derive(Clone, Copy)]
enum Room {
    Now,
    After(f64),
    WhenFreed,
}

impl RateLimiter {
    /// At most `requests` in any `per_ms` milliseconds.
    #[must_use]
    pub fn new(requests: usize, per_ms: f64) -> Self {
        let window = Window {
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
            turns: Turns::default(),
            window: RefCell::new(window),
            clock: Steady::default(),
            freed: Cell::new(None),
            ended: Cell::new(0),
        }
    }

    /// Without a limit of its own: it only pauses when a 429 says so.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(usize::MAX, 0.0)
    }

    /// Resolves when a request may go. Dropping the future leaves the line. `place` is 0 at first; who comes again with
    /// the same one, after a 429, is as far ahead in the line as before.
    pub async fn acquire<'a, H: Clock + Random>(&'a self, host: &'a H, place: &mut u64) -> Permit<'a, H> {
        let _turn = self.turns.take(place).await;
        loop {
            let now = self.clock.read(host.now());
            let room = self.room(now);
            let mut timer = pin!(match room {
                Room::Now => return Permit { limiter: self, host },
                Room::After(ms) => Some(host.sleep(ms)),
                Room::WhenFreed => None,
            });
            let before = self.ended.get();
            let mut slept = false;
            // Until then, or until a permit has ended since, whatever else wakes the task.
            poll_fn(|context| {
                slept = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if slept || self.ended.get() != before {
                    return Poll::Ready(());
                }
                // Only the one whose turn it is waits here.
                self.freed.set(Some(context.waker().clone()));
                Poll::Pending
            })
            .await;
            if let (true, Room::After(ms)) = (slept, room) {
                self.clock.slept(now, ms, host.now());
            }
        }
    }

    /// A request that was sent `age_ms` ago has met a 429: nobody sends before that many milliseconds have passed.
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

    /// Takes a slot where there is one; else says how long until there may be one.
    fn room(&self, now: f64) -> Room {
        let mut window = self.window.borrow_mut();
        window.taken.retain(|free| *free > now);
        let mut next = window.paused_until;
        let share = window.share(now, self.per_ms);
        if share < 1.0 {
            next = next.max(window.last + self.per_ms / (self.requests as f64 * share));
        }
        if now < next {
            return Room::After(next - now);
        }
        if window.in_flight + window.taken.len() < self.requests {
            window.in_flight += 1;
            window.last = now;
            return Room::Now;
        }
        match window.taken.first() {
            Some(free) => Room::After(free - now),
            None => Room::WhenFreed,
        }
    }
}

impl<H: Clock + Random> Drop for Permit<'_, H> {
    fn drop(&mut self) {
        let limiter = self.limiter;
        // Before the window is held: a clock that the caller lends may call the client.
        let now = limiter.clock.read(self.host.now());
        let free = match limiter.per_ms {
            // Nothing is drawn where there is no window.
            0.0 => now,
            per_ms => now + per_ms * (1.0 + SLACK * fraction(self.host)),
        };
        {
            let mut window = limiter.window.borrow_mut();
            window.in_flight = window.in_flight.saturating_sub(1);
            let after = window.taken.last().copied().unwrap_or(free);
            window.taken.push(free.max(after));
        }
        limiter.ended.set(limiter.ended.get().wrapping_add(1));
        if let Some(waker) = limiter.freed.take() {
            waker.wake();
        }
    }
}
