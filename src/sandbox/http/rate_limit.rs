//! The rate limit: a sliding window over the arrivals of one key.
//!
//! A request counts from its arrival until one window later; a rejected one does not count. The window is in virtual
//! time; the headers are in real seconds, because clients wait by the real clock.

use std::collections::VecDeque;

use crate::sandbox::model::random::Random;
use crate::sandbox::model::time::SECOND;

/// At most so many requests in so many virtual milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// The most requests in one window.
    pub requests: u32,
    /// The length of the window, in virtual milliseconds.
    pub per_ms: f64,
}

impl RateLimit {
    /// The limit of the live API.
    pub const LIVE: Self = Self { requests: 10, per_ms: 10_000.0 };
}

/// The arrivals of one key.
pub struct RateWindow {
    limit: Option<RateLimit>,
    time_scale: f64,
    pub arrivals: VecDeque<f64>,
}

/// The decision about one request.
pub struct RateDecision {
    pub allowed: bool,
    /// The headers of the response about the limit.
    pub headers: Vec<(String, String)>,
}

impl RateWindow {
    /// An empty window; without a limit it allows every request and adds no headers.
    pub const fn new(limit: Option<RateLimit>, time_scale: f64) -> Self {
        Self { limit, time_scale, arrivals: VecDeque::new() }
    }

    /// Decides about a request that arrives now.
    pub fn arrive(&mut self, now: f64) -> RateDecision {
        let Some(limit) = self.limit else {
            // Only the last one, for `last`.
            self.arrivals = VecDeque::from([now]);
            return RateDecision { allowed: true, headers: Vec::new() };
        };
        while self.arrivals.front().is_some_and(|arrival| now - arrival >= limit.per_ms) {
            self.arrivals.pop_front();
        }
        let allowed = self.arrivals.len() < limit.requests as usize;
        if allowed {
            self.arrivals.push_back(now);
        }
        let opens = self.arrivals.front().copied().unwrap_or(now) + limit.per_ms;
        let reset = self.real_seconds(opens - now);
        let remaining = (limit.requests as usize).saturating_sub(self.arrivals.len());
        RateDecision { allowed, headers: headers(limit, remaining, reset) }
    }

    pub const fn set_time_scale(&mut self, time_scale: f64) {
        self.time_scale = time_scale;
    }

    /// When the last request arrived that was allowed.
    pub fn last(&self) -> Option<f64> {
        self.arrivals.back().copied()
    }

    /// The headers of a rejection although the window is open.
    pub fn as_if_full(&self, random: &Random) -> Vec<(String, String)> {
        let limit = self.limit.unwrap_or(RateLimit::LIVE);
        headers(limit, 0, self.real_seconds(1.0 + random.below(limit.per_ms as u64) as f64))
    }

    /// To the millisecond, and rounded up, so that a client that waits exactly that long is never rejected again.
    fn real_seconds(&self, ms: f64) -> f64 {
        (ms / self.time_scale).max(0.0).ceil() / SECOND
    }
}

/// The headers about the limit; `reset` in real seconds.
fn headers(limit: RateLimit, remaining: usize, reset: f64) -> Vec<(String, String)> {
    vec![
        ("x-ratelimit-limit".to_owned(), limit.requests.to_string()),
        ("x-ratelimit-remaining".to_owned(), remaining.to_string()),
        ("x-ratelimit-reset".to_owned(), format!("{reset:.3}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset(decision: &RateDecision) -> f64 {
        decision.headers[2].1.parse().unwrap()
    }

    #[test]
    fn a_request_counts_for_one_window_and_a_rejected_one_not_at_all() {
        let mut window = RateWindow::new(Some(RateLimit { requests: 2, per_ms: 10_000.0 }), 1.0);
        assert!(window.arrive(0.0).allowed);
        assert!(window.arrive(4_000.0).allowed);
        let rejected = window.arrive(5_000.0);
        assert!(!rejected.allowed);
        assert_eq!(reset(&rejected), 5.0);
        assert!(!window.arrive(9_999.5).allowed);
        assert!(window.arrive(10_000.0).allowed);
        assert!(!window.arrive(13_999.0).allowed);
        assert!(window.arrive(14_000.0).allowed);
    }

    #[test]
    fn the_reset_is_in_real_seconds() {
        let mut window = RateWindow::new(Some(RateLimit { requests: 1, per_ms: 10_000.0 }), 100.0);
        assert!(window.arrive(0.0).allowed);
        assert_eq!(reset(&window.arrive(0.0)), 0.1);
    }

    #[test]
    fn waiting_for_the_reset_is_enough() {
        for start in [0.0, 0.1, 1_700_000_000_000.3] {
            let mut window = RateWindow::new(Some(RateLimit { requests: 1, per_ms: 3_333.3 }), 7.0);
            assert!(window.arrive(start).allowed);
            let seconds = reset(&window.arrive(start + 17.7));
            assert!(window.arrive(start + 17.7 + seconds * 7.0 * 1000.0).allowed);
        }
    }
}
