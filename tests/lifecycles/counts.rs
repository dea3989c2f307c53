//! The counts of all lives.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Default)]
pub struct Counts {
    pub journeys: u64,
    /// Journeys that reached the end of their plan.
    pub ended: u64,
    /// Those of them whose service failed on the way.
    pub failed: u64,
    pub requests: u64,
    /// Creations that ended with an ambiguous error.
    pub ambiguous_creates: u64,
    /// Those of them that had created a service.
    pub found_again: u64,
    pub gave_up: BTreeMap<String, u64>,
    pub faults: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.journeys += other.journeys;
        self.ended += other.ended;
        self.failed += other.failed;
        self.requests += other.requests;
        self.ambiguous_creates += other.ambiguous_creates;
        self.found_again += other.found_again;
        for (why, count) in &other.gave_up {
            *self.gave_up.entry(why.clone()).or_default() += count;
        }
        for (fault, count) in &other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { journeys, ended, failed, requests, ambiguous_creates, found_again, gave_up, faults } = self;
        writeln!(f, "{journeys} journeys, {ended} ended, {failed} of them with a failed service, {requests} requests")?;
        writeln!(f, "  {ambiguous_creates} ambiguous creations, {found_again} of them made a service")?;
        writeln!(f, "  gave up: {gave_up:?}")?;
        write!(f, "  faults: {faults:?}")
    }
}
