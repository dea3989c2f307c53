//! The rate limit: a sliding window over the arrivals of one key.
//!
//! A request counts from its arrival until one window later; one that is refused does not count. The window is in
//! virtual time, and what the headers say is in real seconds, because it is the real clock that a client waits by.

use std::collections::VecDeque;

use crate::sandbox::model::random::Random;
use crate::sandbox::model::time::SECOND;

/// At most so many requests in so many virtual milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// How many requests a window takes.
    pub requests: u32,
    /// How long the window is, in virtual milliseconds.
    pub per_ms: f64,
}

impl RateLimit {
    /// The live API's.
    pub const LIVE: Self = Self { requests: 10, per_ms: 10_000.0 };
}

/// The arrivals of one key.
pub struct Window {
    limit: Option<RateLimit>,
    time_scale: f64,
    pub arrivals: VecDeque<f64>,
}

/// What the window says about one request.
pub struct Verdict {
    /// The request goes no further.
    pub refused: bool,
    /// What the answer tells the client about it.
    pub headers: Vec<(String, String)>,
}

impl Window {
    /// An empty window; without a limit it refuses nothing and tells nothing.
    pub const fn new(limit: Option<RateLimit>, time_scale: f64) -> Self {
        Self { limit, time_scale, arrivals: VecDeque::new() }
    }

    /// Judges a request that arrives now.
    pub fn arrive(&mut self, now: f64) -> Verdict {
        let Some(limit) = self.limit else { return Verdict { refused: false, headers: Vec::new() } };
        while self.arrivals.front().is_some_and(|arrival| now - arrival >= limit.per_ms) {
            self.arrivals.pop_front();
        }
        let refused = self.arrivals.len() >= limit.requests as usize;
        if !refused {
            self.arrivals.push_back(now);
        }
        let opens = self.arrivals.front().copied().unwrap_or(now) + limit.per_ms;
        let reset = self.real_seconds(opens - now);
        let remaining = (limit.requests as usize).saturating_sub(self.arrivals.len());
        Verdict { refused, headers: told(limit, remaining, reset) }
    }

    /// What a refusal tells although the window is open.
    pub fn as_if_full(&self, random: &Random) -> Vec<(String, String)> {
        let limit = self.limit.unwrap_or(RateLimit::LIVE);
        told(limit, 0, self.real_seconds(1.0 + random.below(limit.per_ms as u64) as f64))
    }

    /// To the millisecond, and rounded up, so that a client that waits exactly as long as it was told is never refused
    /// again.
    fn real_seconds(&self, ms: f64) -> f64 {
        (ms / self.time_scale).max(0.0).ceil() / SECOND
    }
}

/// What an answer tells about the limit: the reset in real seconds.
fn told(limit: RateLimit, remaining: usize, reset: f64) -> Vec<(String, String)> {
    vec![
        ("x-ratelimit-limit".to_owned(), limit.requests.to_string()),
        ("x-ratelimit-remaining".to_owned(), remaining.to_string()),
        ("x-ratelimit-reset".to_owned(), format!("{reset:.3}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset(verdict: &Verdict) -> f64 {
        verdict.headers[2].1.parse().unwrap()
    }

    #[test]
    fn a_request_counts_for_one_window_and_a_refused_one_not_at_all() {
        let mut window = Window::new(Some(RateLimit { requests: 2, per_ms: 10_000.0 }), 1.0);
        assert!(!window.arrive(0.0).refused);
        assert!(!window.arrive(4_000.0).refused);
        let refused = window.arrive(5_000.0);
        assert!(refused.refused);
        assert_eq!(reset(&refused), 5.0);
        assert!(window.arrive(9_999.5).refused);
        assert!(!window.arrive(10_000.0).refused);
        assert!(window.arrive(13_999.0).refused);
        assert!(!window.arrive(14_000.0).refused);
    }

    #[test]
    fn the_reset_is_in_real_seconds() {
        let mut window = Window::new(Some(RateLimit { requests: 1, per_ms: 10_000.0 }), 100.0);
        assert!(!window.arrive(0.0).refused);
        assert_eq!(reset(&window.arrive(0.0)), 0.1);
    }

    #[test]
    fn waiting_as_told_is_enough() {
        for start in [0.0, 0.1, 1_700_000_000_000.3] {
            let mut window = Window::new(Some(RateLimit { requests: 1, per_ms: 3_333.3 }), 7.0);
            assert!(!window.arrive(start).refused);
            let told = reset(&window.arrive(start + 17.7));
            assert!(!window.arrive(start + 17.7 + told * 7.0 * 1000.0).refused);
        }
    }
}
