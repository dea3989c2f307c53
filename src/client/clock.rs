//! Time that never runs backwards, whatever the host's clock does.
//!
//! A clock of the caller's may be set back, stand still, or return no finite number. Budgets, deadlines and the rate limit
//! read it through a [`MonotonicClock`]: a step back counts as no time, and a sleep has always lasted as long as it was to.

use std::cell::Cell;

/// Turns the readings of a clock into time that only grows.
#[derive(Default)]
pub(super) struct MonotonicClock {
    last: Cell<Option<f64>>,
    /// The sum of all steps back, and of sleeps in which the clock stood still.
    offset: Cell<f64>,
}

impl MonotonicClock {
    /// The time, given the clock's reading.
    pub fn read(&self, clock: f64) -> f64 {
        let Some(last) = self.last.get() else {
            let first = if is_time(clock) { clock } else { 0.0 };
            self.last.set(Some(first));
            return first;
        };
        let now = if is_time(clock) { clock } else { last };
        if now < last {
            self.offset.set(self.offset.get() + (last - now));
        }
        self.last.set(Some(now));
        now + self.offset.get()
    }

    /// The time after a sleep of `ms` that began at `from`, given the clock's reading. Where the clock stood still meanwhile,
    /// the sleep counts all the same.
    pub fn slept(&self, from: f64, ms: f64, clock: f64) -> f64 {
        let now = self.read(clock);
        // A timer may be a little early. Then the clock is right.
        let missing = from + ms - now;
        if ms.is_finite() && missing > ms / 2.0 {
            self.offset.set(self.offset.get() + missing);
            return now + missing;
        }
        now
    }
}

/// Whether a millisecond still counts beside it. Beyond, adding one changes nothing.
fn is_time(clock: f64) -> bool {
    clock.abs() < 9e15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_back_is_not_counted_and_a_sleep_is() {
        let clock = MonotonicClock::default();
        assert_eq!(clock.read(1_000.0), 1_000.0);
        assert_eq!(clock.read(1_500.0), 1_500.0);
        assert_eq!(clock.read(-86_400_000.0), 1_500.0, "set back by a day");
        assert_eq!(clock.read(-86_399_900.0), 1_600.0, "and on from there");
        assert_eq!(clock.read(f64::NAN), 1_600.0);
        assert_eq!(clock.read(f64::INFINITY), 1_600.0);
        assert_eq!(clock.read(1e308), 1_600.0);
        assert_eq!(clock.slept(1_600.0, 100.0, -86_399_900.0), 1_700.0, "it stood still meanwhile");
        assert_eq!(clock.slept(1_700.0, 100.0, -86_399_801.0), 1_799.0, "a timer that is early by 1 ms");
        assert_eq!(clock.read(-86_399_701.0), 1_899.0);
    }
}
