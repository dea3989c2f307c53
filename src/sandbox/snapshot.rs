//! All that there is, as JSON, and back again: the services with what is about to happen to them, the rate limit's
//! window, and where the draws stand. Passwords are in it as hashes only, as everywhere.
//!
//! What is not in it belongs to the sandbox, not to its world: the options, the ledger, the injections that wait. A
//! snapshot that is restored goes on at once: what was a minute away then is a minute away now.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::random::Random;
use super::service::Service;
use super::time::END;

/// The form that is written here; another one is refused.
const FORM: u32 = 1;
/// More services are refused, so that a restored world has a bound.
const SERVICES: usize = 10_000;

/// A snapshot.
#[derive(Serialize, Deserialize)]
pub struct Snapshot {
    /// Which form it has.
    snapshot: u32,
    now: f64,
    pub created: u64,
    pub world: Random,
    pub request_ids: Random,
    pub faults: Random,
    pub arrivals: VecDeque<f64>,
    pub services: Vec<Service>,
}

impl Snapshot {
    /// What is known at a moment.
    pub fn new(now: f64, created: u64, [world, request_ids, faults]: [&Random; 3], services: Vec<Service>) -> Self {
        let [world, request_ids, faults] = [world, request_ids, faults].map(Clone::clone);
        Self { snapshot: FORM, now, created, world, request_ids, faults, arrivals: VecDeque::new(), services }
    }

    /// Reads one, as if it had been taken now.
    pub fn read(text: &str, now: f64) -> Result<Self, String> {
        let mut read: Self = serde_json::from_str(text).map_err(|fault| format!("is none: {fault}"))?;
        if read.snapshot != FORM {
            return Err(format!("has form {}, this sandbox knows form {FORM}", read.snapshot));
        }
        if read.services.len() > SERVICES {
            return Err(format!("has {} services, more than {SERVICES}", read.services.len()));
        }
        let later = now - read.now;
        let mut sound = true;
        let mut shift = |moment: &mut f64| {
            *moment += later;
            sound &= (-END..=END).contains(moment);
        };
        shift(&mut read.now);
        read.arrivals.iter_mut().for_each(&mut shift);
        for service in &mut read.services {
            service.each_moment(&mut shift);
        }
        if sound { Ok(read) } else { Err("has a moment that is out of all time".to_owned()) }
    }
}
