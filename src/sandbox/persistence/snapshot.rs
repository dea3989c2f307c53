//! The whole state as JSON, and back again: services with their upcoming states, rate-limit windows, positions of draws.
//!
//! A restored snapshot continues at once: its moments are shifted by the time since it was taken. Passwords are in it as
//! hashes only. Options, ledger and waiting injections belong to the sandbox, not to its state.

use std::collections::VecDeque;
use std::iter;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::sandbox::model::organization::{MAX_SERVICES, Organization};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::time::END;

/// The format that is written here; another one is refused.
const FORMAT: u32 = 1;

/// A snapshot.
#[derive(Serialize, Deserialize)]
pub struct Snapshot {
    #[serde(rename = "snapshot")]
    format: u32,
    now: f64,
    pub request_ids: Random,
    pub faults: Random,
    /// The rate-limit window of the first key.
    pub arrivals: VecDeque<f64>,
    /// The organization of the first key.
    #[serde(flatten)]
    pub first: OrganizationSnapshot,
    /// The windows of further keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<VecDeque<f64>>,
    /// The organizations of further keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OrganizationSnapshot>,
}

/// An organization in a snapshot.
#[derive(Serialize, Deserialize)]
pub struct OrganizationSnapshot {
    pub created: u64,
    #[serde(rename = "world")]
    pub random: Random,
    pub services: Vec<Service>,
}

impl OrganizationSnapshot {
    fn new(organization: &Organization) -> Self {
        let services = organization.services.iter().map(|service| Service::clone(service)).collect();
        Self { created: organization.created, random: organization.random.clone(), services }
    }

    /// Replaces the state of an organization.
    pub fn restore(self, organization: &mut Organization) {
        organization.services = self.services.into_iter().map(Rc::new).collect();
        organization.created = self.created;
        organization.random = self.random;
    }
}

impl Snapshot {
    /// The snapshot of a moment; none without a key or an organization.
    pub fn new<'a>(
        now: f64,
        request_ids: &Random,
        faults: &Random,
        mut windows: impl Iterator<Item = VecDeque<f64>>,
        organizations: impl Iterator<Item = &'a Organization>,
    ) -> Option<Self> {
        let mut organizations = organizations.map(OrganizationSnapshot::new);
        Some(Self {
            format: FORMAT,
            now,
            request_ids: request_ids.clone(),
            faults: faults.clone(),
            arrivals: windows.next()?,
            first: organizations.next()?,
            windows: windows.collect(),
            others: organizations.collect(),
        })
    }

    /// Reads one.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|fault| format!("is none: {fault}"))?;
        if read.format != FORMAT {
            return Err(format!("has form {}, this sandbox knows form {FORMAT}", read.format));
        }
        let services: usize = read.organizations().map(|organization| organization.services.len()).sum();
        if services > MAX_SERVICES {
            return Err(format!("has {services} services, more than {MAX_SERVICES}"));
        }
        Ok(read)
    }

    /// When it was taken.
    pub const fn now(&self) -> f64 {
        self.now
    }

    /// The organizations, that of the first key first.
    pub fn organizations(&self) -> impl Iterator<Item = &OrganizationSnapshot> {
        iter::once(&self.first).chain(&self.others)
    }

    /// Moves it to the time of a mutation.
    pub fn set_draws(&mut self, now: f64, request_ids: Random, faults: Random) {
        (self.now, self.request_ids, self.faults) = (now, request_ids, faults);
    }

    /// Shifts every moment, as if it had been taken now.
    pub fn shift(&mut self, now: f64) -> Result<(), String> {
        let later = now - self.now;
        let mut sound = true;
        let mut shift = |moment: &mut f64| {
            *moment += later;
            sound &= (-END..=END).contains(moment);
        };
        shift(&mut self.now);
        self.arrivals.iter_mut().chain(self.windows.iter_mut().flatten()).for_each(&mut shift);
        for organization in iter::once(&mut self.first).chain(&mut self.others) {
            for service in &mut organization.services {
                service.visit_moments(&mut shift);
            }
        }
        if sound { Ok(()) } else { Err("has a moment that is out of all time".to_owned()) }
    }
}
