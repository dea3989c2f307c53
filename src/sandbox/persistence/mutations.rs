//! The mutations of the state since a baseline, as JSON: a file follows the state without a whole snapshot each time.
//!
//! A service or record that changes becomes another allocation, since the baseline shares it until then (`Rc::make_mut`).
//! So two equal pointers prove that nothing has changed, without a look inside.

use std::collections::BTreeMap;
use std::iter;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::service::Service;

/// The organizations at the last look.
pub struct Baseline(Vec<Organization>);

/// What has changed; `S` and `R` are a service and a record when read, references to them when written.
#[derive(Serialize, Deserialize)]
struct Mutations<S, R> {
    now: f64,
    request_ids: Random,
    faults: Random,
    organizations: Vec<OrganizationMutations<S, R>>,
}

/// What has changed in one organization.
#[derive(Serialize, Deserialize)]
struct OrganizationMutations<S, R> {
    created: u64,
    records: u64,
    #[serde(rename = "world")]
    random: Random,
    /// New or changed services, in the order of their creation.
    services: Vec<S>,
    /// The ids of services that no longer exist.
    gone: Vec<String>,
    /// The collections of records that have changed, by their resources.
    store: BTreeMap<String, CollectionMutations<R>>,
}

/// What has changed in one collection.
#[derive(Serialize, Deserialize)]
struct CollectionMutations<R> {
    /// New or changed records, in the order of their creation.
    records: Vec<R>,
    /// The paths of records that no longer exist.
    gone: Vec<Vec<String>>,
}

impl<S, R> OrganizationMutations<S, R> {
    fn is_empty(&self) -> bool {
        self.services.is_empty() && self.gone.is_empty() && self.store.is_empty()
    }
}

impl Baseline {
    pub fn new<'a>(organizations: impl Iterator<Item = &'a Organization>) -> Self {
        Self(organizations.cloned().collect())
    }

    /// The mutations since this baseline; none: nothing has changed, and `even_none` is false.
    pub fn mutations<'a>(
        &self,
        organizations: impl Iterator<Item = &'a Organization>,
        now: f64,
        request_ids: &Random,
        faults: &Random,
        even_none: bool,
    ) -> Option<String> {
        let organizations: Vec<_> = organizations.zip(&self.0).map(|(now, before)| compare(now, before)).collect();
        if !even_none && organizations.iter().all(OrganizationMutations::is_empty) {
            return None;
        }
        let (request_ids, faults) = (request_ids.clone(), faults.clone());
        serde_json::to_string(&Mutations { now, request_ids, faults, organizations }).ok()
    }
}

fn compare<'a>(
    organization: &'a Organization,
    before: &Organization,
) -> OrganizationMutations<&'a Service, &'a Record> {
    let (services, gone) = differences(&organization.services, &before.services, |service| service.id.clone());
    let mut names: Vec<&str> =
        [organization, before].iter().flat_map(|it| it.store.collections()).map(|it| it.0).collect();
    names.sort_unstable();
    names.dedup();
    let mut store = BTreeMap::new();
    for name in names {
        let records = organization.store.collection(name);
        let (records, gone) = differences(records, before.store.collection(name), |record| record.path.clone());
        if !records.is_empty() || !gone.is_empty() {
            store.insert(name.to_owned(), CollectionMutations { records, gone });
        }
    }
    let Organization { created, records, ref random, .. } = *organization;
    OrganizationMutations { created, records, random: random.clone(), services, gone, store }
}

/// The new and changed items of a list, and the identities of those that no longer exist.
fn differences<'a, T, I: PartialEq>(
    items: &'a [Rc<T>],
    before: &[Rc<T>],
    identity: impl Fn(&T) -> I,
) -> (Vec<&'a T>, Vec<I>) {
    let mut before = before.iter();
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    // Both lists are in the order of creation: items of the baseline that are passed over no longer exist.
    for item in items {
        let same = before.by_ref().find(|old| {
            let same = Rc::ptr_eq(old, item) || identity(old) == identity(item);
            if !same {
                gone.push(identity(old));
            }
            same
        });
        if !same.is_some_and(|old| Rc::ptr_eq(old, item)) {
            changed.push(Rc::as_ref(item));
        }
    }
    gone.extend(before.map(|old| identity(old)));
    (changed, gone)
}

impl Snapshot {
    /// Applies mutations, or a whole snapshot that replaces this one.
    pub fn apply(&mut self, text: &str) -> Result<(), String> {
        let Ok(mutations) = serde_json::from_str::<Mutations<Service, Record>>(text) else {
            *self = Self::read(text)?;
            return Ok(());
        };
        let organizations = iter::once(&mut self.first).chain(&mut self.others);
        for (organization, mutated) in organizations.zip(mutations.organizations) {
            (organization.created, organization.random) = (mutated.created, mutated.random);
            let services = &mut organization.services;
            services.retain(|service| !mutated.gone.contains(&service.id));
            for service in mutated.services {
                match services.iter_mut().find(|old| old.id == service.id) {
                    Some(old) => *old = service,
                    None => services.push(service),
                }
            }
            organization.records = mutated.records;
            for (name, mutated) in mutated.store {
                let records = organization.store.entry(name).or_default();
                records.retain(|record| !mutated.gone.contains(&record.path));
                for record in mutated.records {
                    match records.iter_mut().find(|old| old.path == record.path) {
                        Some(old) => *old = record,
                        None => records.push(record),
                    }
                }
            }
        }
        self.set_draws(mutations.now, mutations.request_ids, mutations.faults);
        Ok(())
    }
}
