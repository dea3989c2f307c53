//! An organization with its recent past, for reads that lag behind.
//!
//! Between two changes an organization depends on time alone. So its copies right after each change are enough to tell
//! its state at any moment since.

use std::collections::VecDeque;

use super::organization::Organization;
use super::time::SECOND;

/// The longest lag of a read.
pub const REACH: f64 = 60.0 * SECOND;
/// The most copies. After more changes than that within the reach, reads lag less far.
const COPIES: usize = 64;

/// An organization, now and in the recent past. Copies share the services that have not changed.
pub struct Timeline {
    pub current: Organization,
    /// Copies, each with the moment of the change that led to it.
    oldest: (f64, Organization),
    later: VecDeque<(f64, Organization)>,
}

impl Timeline {
    /// An organization that has always been like this.
    pub fn new(organization: Organization) -> Self {
        let oldest = (f64::NEG_INFINITY, organization.clone());
        Self { current: organization, oldest, later: VecDeque::new() }
    }

    /// Records the organization after a change.
    pub fn record(&mut self, now: f64) {
        // A state that was replaced within one moment was never visible.
        self.later.retain(|(since, _)| *since < now);
        self.later.push_back((now, self.current.clone()));
        while self.later.len() > COPIES || self.later.front().is_some_and(|(since, _)| *since <= now - REACH) {
            let Some(oldest) = self.later.pop_front() else { return };
            self.oldest = oldest;
        }
    }

    /// The organization at an earlier moment, and that moment: a later one where the past does not reach so far.
    pub fn at(&self, then: f64) -> (Organization, f64) {
        let (since, organization) = self.later.iter().rfind(|(since, _)| *since <= then).unwrap_or(&self.oldest);
        let (mut organization, then) = (organization.clone(), then.max(*since));
        organization.advance(then);
        (organization, then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::model::random::Random;

    fn timeline() -> Timeline {
        Timeline::new(Organization::new("", 1, Random::new(1)))
    }

    fn record(timeline: &mut Timeline, now: f64, created: u64) {
        timeline.current.created = created;
        timeline.record(now);
    }

    fn created(timeline: &Timeline, then: f64) -> (u64, f64) {
        let (organization, then) = timeline.at(then);
        (organization.created, then)
    }

    #[test]
    fn each_moment_shows_its_own_state() {
        let mut timeline = timeline();
        for (at, count) in [(10.0, 1), (20.0, 2), (20.0, 3)] {
            record(&mut timeline, at, count);
        }
        assert_eq!(created(&timeline, -5.0), (0, -5.0));
        assert_eq!(created(&timeline, 9.0), (0, 9.0));
        assert_eq!(created(&timeline, 10.0), (1, 10.0));
        assert_eq!(created(&timeline, 1e6), (3, 1e6));
    }

    #[test]
    fn it_is_bounded_in_time_and_number() {
        let mut timeline = timeline();
        record(&mut timeline, 1.0, 1);
        record(&mut timeline, REACH, 2);
        assert_eq!(created(&timeline, 0.0), (0, 0.0));
        record(&mut timeline, 1.0 + REACH, 3);
        assert_eq!(created(&timeline, 0.0), (1, 1.0));
        for count in 0..200 {
            record(&mut timeline, REACH * 2.0 + count as f64, count);
        }
        assert_eq!(timeline.later.len(), COPIES);
        assert_eq!(created(&timeline, 0.0), (135, REACH * 2.0 + 135.0));
    }
}
