//! The mutations of the state since a baseline, as JSON: a file follows the state without a whole snapshot each time.
//!
//! A service that changes becomes another allocation, since the baseline shares it until then (`Rc::make_mut`). So two
//! equal pointers prove that nothing has changed, without a look inside.

use std::iter;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::service::Service;

/// The services of each organization at the last look.
pub struct Baseline(Vec<Vec<Rc<Service>>>);

/// What has changed; `S` is a service when read, a reference to one when written.
#[derive(Serialize, Deserialize)]
struct Mutations<S> {
    now: f64,
    request_ids: Random,
    faults: Random,
    organizations: Vec<OrganizationMutations<S>>,
}

/// What has changed in one organization.
#[derive(Serialize, Deserialize)]
struct OrganizationMutations<S> {
    created: u64,
    #[serde(rename = "world")]
    random: Random,
    /// New or changed services, in the order of their creation.
    services: Vec<S>,
    /// The ids of services that no longer exist.
    gone: Vec<String>,
}

impl Baseline {
    pub fn new<'a>(organizations: impl Iterator<Item = &'a Organization>) -> Self {
        Self(organizations.map(|organization| organization.services.clone()).collect())
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
        let before = self.0.iter().map(Vec::as_slice).chain(iter::repeat(&[][..]));
        let organizations: Vec<_> = organizations.zip(before).map(|(now, before)| compare(now, before)).collect();
        if !even_none && organizations.iter().all(|it| it.services.is_empty() && it.gone.is_empty()) {
            return None;
        }
        let (request_ids, faults) = (request_ids.clone(), faults.clone());
        serde_json::to_string(&Mutations { now, request_ids, faults, organizations }).ok()
    }
}

fn compare<'a>(organization: &'a Organization, before: &[Rc<Service>]) -> OrganizationMutations<&'a Service> {
    let mut before = before.iter();
    let (mut services, mut gone) = (Vec::new(), Vec::new());
    // Both lists are in the order of creation: services of the baseline that are passed over no longer exist.
    for service in &organization.services {
        let same = before.by_ref().find(|old| {
            let same = Rc::ptr_eq(old, service) || old.id == service.id;
            if !same {
                gone.push(old.id.clone());
            }
            same
        });
        if !same.is_some_and(|old| Rc::ptr_eq(old, service)) {
            services.push(Rc::as_ref(service));
        }
    }
    gone.extend(before.map(|old| old.id.clone()));
    OrganizationMutations { created: organization.created, random: organization.random.clone(), services, gone }
}

impl Snapshot {
    /// Applies mutations, or a whole snapshot that replaces this one.
    pub fn apply(&mut self, text: &str) -> Result<(), String> {
        let Ok(mutations) = serde_json::from_str::<Mutations<Service>>(text) else {
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
        }
        self.set_draws(mutations.now, mutations.request_ids, mutations.faults);
        Ok(())
    }
}
