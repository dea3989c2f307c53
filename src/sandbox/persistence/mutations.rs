//! What became of the sandbox since it was asked the last time, as JSON: a file can follow it without all of it being
//! written for each change.
//!
//! A service that changes becomes another one in memory, since a clone of the world shares it until then. So what is
//! still the same one needs no look inside.

use std::iter;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::snapshot::{Kept, Snapshot};
use crate::sandbox::model::organization::World;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::service::Service;

/// What was followed so far: the services of each organization.
pub struct Followed(Vec<Vec<Rc<Service>>>);

/// A change, as it is read.
#[derive(Deserialize)]
struct Change {
    now: f64,
    request_ids: Random,
    faults: Random,
    organizations: Vec<Changed<Service>>,
}

/// The same, as it is written.
#[derive(Serialize)]
struct Told<'a> {
    now: f64,
    request_ids: &'a Random,
    faults: &'a Random,
    organizations: Vec<Changed<&'a Service>>,
}

/// What became of an organization.
#[derive(Serialize, Deserialize)]
struct Changed<S> {
    created: u64,
    world: Random,
    /// Those that are new or different, in the order of their creation.
    services: Vec<S>,
    /// The ids of those that are no more.
    gone: Vec<String>,
}

impl Followed {
    pub fn new<'a>(worlds: impl Iterator<Item = &'a World>) -> Self {
        Self(worlds.map(|world| world.services.clone()).collect())
    }

    /// What is different now; none: nothing, and it was not wanted even so.
    pub fn changes<'a>(
        &self,
        worlds: impl Iterator<Item = &'a World>,
        now: f64,
        request_ids: &Random,
        faults: &Random,
        even_none: bool,
    ) -> Option<String> {
        let before = self.0.iter().map(Vec::as_slice).chain(iter::repeat(&[][..]));
        let organizations: Vec<_> = worlds.zip(before).map(|(world, before)| changed(world, before)).collect();
        if !even_none && organizations.iter().all(|changed| changed.services.is_empty() && changed.gone.is_empty()) {
            return None;
        }
        serde_json::to_string(&Told { now, request_ids, faults, organizations }).ok()
    }
}

fn changed<'a>(world: &'a World, before: &[Rc<Service>]) -> Changed<&'a Service> {
    let mut before = before.iter();
    let (mut services, mut gone) = (Vec::new(), Vec::new());
    // Services go, and come at the end: those before one that is still there, and that are not, have gone.
    for service in &world.services {
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
    Changed { created: world.created, world: world.random.clone(), services, gone }
}

impl Snapshot {
    /// Makes it the snapshot after a change, or after all was replaced by another snapshot.
    pub fn follow(&mut self, text: &str) -> Result<(), String> {
        let Ok(change) = serde_json::from_str::<Change>(text) else {
            *self = Self::read(text)?;
            return Ok(());
        };
        let kept = iter::once(&mut self.first).chain(&mut self.others);
        for (kept, changed) in kept.zip(change.organizations) {
            let Kept { created, world, services } = kept;
            (*created, *world) = (changed.created, changed.world);
            services.retain(|service| !changed.gone.contains(&service.id));
            for service in changed.services {
                match services.iter_mut().find(|old| old.id == service.id) {
                    Some(old) => *old = service,
                    None => services.push(service),
                }
            }
        }
        self.set_draws(change.now, change.request_ids, change.faults);
        Ok(())
    }
}
