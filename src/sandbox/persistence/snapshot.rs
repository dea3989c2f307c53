//! The whole state as JSON, and back again: services and records with their upcoming states, rate-limit windows, positions
//! of draws.
//!
//! A restored snapshot continues at once: its moments are shifted by the time since it was taken. Passwords and
//! keys are in it as hashes only. Options, ledger and waiting injections belong to the sandbox, not to its state.

use std::collections::{BTreeMap, VecDeque};
use std::iter;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::sandbox::model::organization::{MAX_SERVICES, Organization};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::resource::Resource;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::store::Store;
use crate::sandbox::model::time::END;

/// The format that is written here; another one is refused.
const FORMAT: u32 = 2;
/// The most records of all organizations together.
const MAX_RECORDS: usize = 100_000;

/// A snapshot.
#[derive(Serialize, Deserialize)]
pub struct Snapshot {
    #[serde(rename = "snapshot")]
    format: u32,
    now: f64,
    pub request_ids: Random,
    pub faults: Random,
    /// The rate-limit windows, by the ids of the keys.
    pub windows: BTreeMap<String, VecDeque<f64>>,
    /// The organization of the first key.
    #[serde(flatten)]
    pub first: OrganizationSnapshot,
    /// The organizations of further keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OrganizationSnapshot>,
}

/// An organization in a snapshot.
#[derive(Serialize, Deserialize)]
pub struct OrganizationSnapshot {
    pub created: u64,
    pub records: u64,
    #[serde(rename = "world")]
    pub random: Random,
    pub services: Vec<Service>,
    /// The other records, by their resources.
    pub store: BTreeMap<String, Vec<Record>>,
}

impl OrganizationSnapshot {
    fn new(organization: &Organization) -> Self {
        let services = organization.services.iter().map(|service| Service::clone(service)).collect();
        let records = |collection: &Vec<Rc<Record>>| collection.iter().map(|record| Record::clone(record)).collect();
        let collections = organization.store.collections();
        Self {
            created: organization.created,
            records: organization.records,
            random: organization.random.clone(),
            services,
            store: collections.map(|(name, collection)| (name.to_owned(), records(collection))).collect(),
        }
    }

    /// Every record.
    fn each_record(&mut self) -> impl Iterator<Item = &mut Record> {
        self.store.values_mut().flatten()
    }

    /// Replaces the state of an organization.
    pub fn restore(self, organization: &mut Organization) {
        organization.services = self.services.into_iter().map(Rc::new).collect();
        organization.store = Store::default();
        for (name, records) in self.store {
            let Some(resource) = Resource::named(&name) else { continue };
            organization.store.fill(resource, records);
        }
        organization.created = self.created;
        organization.records = self.records;
        organization.random = self.random;
    }
}

impl Snapshot {
    /// The snapshot of a moment; none without an organization.
    pub fn new<'a>(
        now: f64,
        request_ids: &Random,
        faults: &Random,
        windows: BTreeMap<String, VecDeque<f64>>,
        organizations: impl Iterator<Item = &'a Organization>,
    ) -> Option<Self> {
        let mut organizations = organizations.map(OrganizationSnapshot::new);
        Some(Self {
            format: FORMAT,
            now,
            request_ids: request_ids.clone(),
            faults: faults.clone(),
            windows,
            first: organizations.next()?,
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
        let mut records = 0;
        for (name, collection) in read.organizations().flat_map(|organization| &organization.store) {
            records += collection.len();
            if Resource::named(name).is_none() {
                return Err(format!("has records of {name}, which the contract does not know"));
            }
        }
        if records > MAX_RECORDS {
            return Err(format!("has {records} records, more than {MAX_RECORDS}"));
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
        self.windows.values_mut().flatten().for_each(&mut shift);
        for organization in iter::once(&mut self.first).chain(&mut self.others) {
            for service in &mut organization.services {
                service.visit_moments(&mut shift);
            }
            organization.each_record().for_each(|record| record.visit_moments(&mut shift));
        }
        if sound { Ok(()) } else { Err("has a moment that is out of all time".to_owned()) }
    }
}
