//! The usage of a resource, by days: units, such as the gigabytes of a service's memory, times the time that it used them.
//!
//! It is added up when the units change, and computed from there for reads. So it depends on changes and their moments alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::{DAY, END};

/// The days that are remembered. Older ones cost nothing any more.
const DAYS: i64 = 100;

/// The usage of a record, by the properties of the contract's `UsageCostMetrics`.
pub type Metered = BTreeMap<String, Usage>;

/// The usage of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Up to when the days are added up.
    since: f64,
    /// Days in their order, each with its number since the epoch and with units times milliseconds. Whole ones: JSON
    /// has them exactly.
    days: Vec<(i64, u64)>,
}

impl Usage {
    /// That of a new resource.
    pub const fn new(now: f64) -> Self {
        Self { since: now, days: Vec::new() }
    }

    /// Adds the time up to now, in which so many units were used.
    pub fn add(&mut self, units: f64, now: f64) {
        let first = day(now) - DAYS;
        let mut from = self.since.max(first as f64 * DAY);
        self.since = self.since.max(now);
        while units > 0.0 && from < now {
            let today = day(from);
            let end = ((today + 1) as f64 * DAY).min(now);
            let used = (units * (end - from)).round() as u64;
            match self.days.last_mut().filter(|(last, _)| *last == today) {
                Some((_, sum)) => *sum += used,
                None => self.days.push((today, used)),
            }
            from = end;
        }
        self.days.retain(|(day, _)| *day >= first);
    }

    /// Units times milliseconds on a day.
    pub fn on(&self, day: i64) -> f64 {
        self.days.iter().find(|(known, _)| *known == day).map_or(0.0, |(_, used)| *used as f64)
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        visit(&mut self.since);
    }
}

/// The number of a moment's day since the epoch.
pub fn day(moment: f64) -> i64 {
    (moment.clamp(-END, END) / DAY).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_split_by_days() {
        let mut usage = Usage::new(DAY * 1.5);
        usage.add(2.0, DAY * 3.25);
        assert_eq!([1, 2, 3, 4].map(|day| usage.on(day) / DAY), [1.0, 2.0, 0.5, 0.0]);
        usage.add(0.0, DAY * 5.0);
        usage.add(1.0, DAY * 5.5);
        assert_eq!([4, 5].map(|day| usage.on(day) / DAY), [0.0, 0.5]);
    }

    #[test]
    fn old_days_are_forgotten() {
        let mut usage = Usage::new(0.0);
        usage.add(1.0, END);
        assert_eq!(usage.days.len() as i64, DAYS);
        assert_eq!(usage.on(day(END) - 1), DAY);
    }
}
