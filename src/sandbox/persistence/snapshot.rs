//! All that there is, as JSON, and back again: the services with what is about to happen to them, the rate limit's
//! window, and where the draws stand. Passwords are in it as hashes only, as everywhere.
//!
//! What is not in it belongs to the sandbox, not to its world: the options, the ledger, the injections that wait. A
//! snapshot that is restored goes on at once: what was a minute away then is a minute away now.

use std::collections::VecDeque;
use std::iter;

use serde::{Deserialize, Serialize};

use crate::sandbox::model::random::Random;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::time::END;

/// The form that is written here; another one is refused.
const FORM: u32 = 1;
/// More services are refused, so that a restored world has a bound.
pub const SERVICES: usize = 10_000;

/// A snapshot.
#[derive(Serialize, Deserialize)]
pub struct Snapshot {
    /// Which form it has.
    snapshot: u32,
    now: f64,
    pub request_ids: Random,
    pub faults: Random,
    /// The window of the first key.
    pub arrivals: VecDeque<f64>,
    #[serde(flatten)]
    pub first: Kept,
    /// The windows of further keys, and the organizations that they open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<VecDeque<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Kept>,
}

/// An organization.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    pub created: u64,
    pub world: Random,
    pub services: Vec<Service>,
}

impl Snapshot {
    /// What is known at a moment.
    pub fn new(now: f64, [request_ids, faults]: [&Random; 2], first: Kept) -> Self {
        let [request_ids, faults] = [request_ids, faults].map(Clone::clone);
        let (arrivals, windows, others) = Default::default();
        Self { snapshot: FORM, now, request_ids, faults, arrivals, first, windows, others }
    }

    /// Reads one.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|fault| format!("is none: {fault}"))?;
        if read.snapshot != FORM {
            return Err(format!("has form {}, this sandbox knows form {FORM}", read.snapshot));
        }
        let services: usize = read.organizations().map(|kept| kept.services.len()).sum();
        if services > SERVICES {
            return Err(format!("has {services} services, more than {SERVICES}"));
        }
        Ok(read)
    }

    /// When it was taken.
    pub const fn now(&self) -> f64 {
        self.now
    }

    /// The organizations, that of the first key first.
    pub fn organizations(&self) -> impl Iterator<Item = &Kept> {
        iter::once(&self.first).chain(&self.others)
    }

    /// What it is at the time of a change.
    pub fn set_draws(&mut self, now: f64, request_ids: Random, faults: Random) {
        (self.now, self.request_ids, self.faults) = (now, request_ids, faults);
    }

    /// Makes it one that was taken at another moment.
    pub fn shift(&mut self, now: f64) -> Result<(), String> {
        let later = now - self.now;
        let mut sound = true;
        let mut shift = |moment: &mut f64| {
            *moment += later;
            sound &= (-END..=END).contains(moment);
        };
        shift(&mut self.now);
        self.arrivals.iter_mut().chain(self.windows.iter_mut().flatten()).for_each(&mut shift);
        for kept in iter::once(&mut self.first).chain(&mut self.others) {
            for service in &mut kept.services {
                service.each_moment(&mut shift);
            }
        }
        if sound { Ok(()) } else { Err("has a moment that is out of all time".to_owned()) }
    }
}
