//! What there is: told, kept, and gone on from.

use std::iter;
use std::rc::Rc;

use serde_json::{Value, json};

use super::Sandbox;
use super::model::history::History;
use super::model::organization::World;
use super::model::service::Service;
use super::persistence::mutations::Followed;
use super::persistence::snapshot::{Kept, Snapshot};

impl Sandbox {
    /// What there is at a virtual time, past all faults, as the API shows it: `{ now, organization, services, others }`,
    /// where `others` are the organizations of further keys.
    pub fn state(&mut self, now_ms: f64) -> Value {
        self.advance(now_ms);
        let services = |world: &World| world.services.iter().map(|service| service.show()).collect::<Vec<_>>();
        let mut all = self.organizations.iter().map(|it| (it.world.organization(), services(&it.world)));
        let (organization, services) = all.next().unwrap_or_default();
        let others: Vec<Value> =
            all.map(|(organization, services)| json!({ "organization": organization, "services": services })).collect();
        json!({ "now": self.now, "organization": organization, "services": services, "others": others })
    }

    /// All that there is at a virtual time, as JSON: the services with what is about to happen to them, the windows of the
    /// rate limit, and where the draws stand. Holds the hashes of passwords. The options, the ledger and what is injected
    /// are not in it.
    pub fn snapshot(&mut self, now_ms: f64) -> String {
        self.advance(now_ms);
        let mut kept = self.organizations.iter().map(|organization| organization.world.kept());
        let mut windows = self.keys.iter().map(|key| key.window.arrivals.clone());
        let (Some(first), Some(arrivals)) = (kept.next(), windows.next()) else { return String::new() };
        let mut snapshot = Snapshot::new(self.now, [&self.request_ids, &self.faults.random], first);
        snapshot.arrivals = arrivals;
        snapshot.windows.extend(windows);
        snapshot.others.extend(kept);
        serde_json::to_string(&snapshot).unwrap_or_default()
    }

    /// Goes on from a snapshot, of this sandbox or another one: what was a minute away then is a minute away now.
    ///
    /// # Errors
    ///
    /// It is no snapshot, or it has more organizations than this sandbox. Nothing is changed then.
    pub fn restore(&mut self, now_ms: f64, snapshot: &str) -> Result<(), String> {
        self.advance(now_ms);
        let mut snapshot = Snapshot::read(snapshot)?;
        snapshot.shift(self.now)?;
        self.take(snapshot)
    }

    /// What became of the sandbox since this was asked the last time, as JSON for [`Sandbox::resume`]; the first time all
    /// that there is. None: nothing did; unless it is wanted even then, for the time that has passed.
    pub fn changes(&mut self, now_ms: f64, even_none: bool) -> Option<String> {
        self.advance(now_ms);
        let worlds = || self.organizations.iter().map(|organization| &organization.world);
        let followed = Followed::new(worlds());
        let text = match &self.followed {
            None => Some(self.snapshot(now_ms)),
            Some(before) => before.changes(worlds(), self.now, &self.request_ids, &self.faults.random, even_none),
        };
        self.followed = Some(followed);
        text
    }

    /// Goes on from what [`Sandbox::changes`] said, all of it in its order, at the virtual time of the last one. That
    /// time comes back.
    ///
    /// # Errors
    ///
    /// It is not what was said, or it has more organizations than this sandbox. Nothing is changed then.
    pub fn resume<'a>(&mut self, mut changes: impl Iterator<Item = &'a str>) -> Result<f64, String> {
        let mut snapshot = Snapshot::read(changes.next().unwrap_or_default())?;
        for text in changes {
            snapshot.follow(text)?;
        }
        snapshot.shift(snapshot.now())?;
        // What was answered since the last change is not known: no id is given twice.
        snapshot.request_ids = snapshot.request_ids.fork();
        let now = snapshot.now();
        self.take(snapshot)?;
        self.now = now;
        Ok(now)
    }

    /// Whether this is the password of the service's default user. False for a service that there is not.
    #[must_use]
    pub fn verify_password(&self, service_id: &str, password: &str) -> bool {
        self.service(service_id).is_some_and(|service| service.credentials.verify(password))
    }

    /// The same for the MySQL interface, which has a hash of its own: false, too, while only the other one was set.
    #[must_use]
    pub fn verify_mysql_password(&self, service_id: &str, password: &str) -> bool {
        self.service(service_id).is_some_and(|service| service.credentials.verify_mysql(password))
    }

    fn service(&self, id: &str) -> Option<&Service> {
        self.organizations.iter().find_map(|organization| organization.world.service(id).ok())
    }

    fn take(&mut self, snapshot: Snapshot) -> Result<(), String> {
        let (has, there) = (snapshot.organizations().count(), self.organizations.len());
        if has > there {
            return Err(format!("has {has} organizations, this sandbox {there}"));
        }
        let mut taken = iter::once(snapshot.first).chain(snapshot.others);
        for organization in &mut self.organizations {
            let world = &mut organization.world;
            world.services.clear();
            if let Some(Kept { created, world: random, services }) = taken.next() {
                world.services = services.into_iter().map(Rc::new).collect();
                world.created = created;
                world.random = random;
            }
            organization.history = History::new(world);
        }
        let mut windows = iter::once(snapshot.arrivals).chain(snapshot.windows);
        for key in &mut self.keys {
            key.window.arrivals = windows.next().unwrap_or_default();
        }
        self.out_until = f64::NEG_INFINITY;
        self.request_ids = snapshot.request_ids;
        self.faults.random = snapshot.faults;
        self.followed = None;
        Ok(())
    }
}
