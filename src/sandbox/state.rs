//! The state of a sandbox: shown, saved and restored.
//!
//! A snapshot, or a snapshot with the mutations after it, restores the same state in a sandbox with the same keys.
//! Restoring changes all or nothing.

use std::iter;
use std::rc::Rc;

use serde_json::{Value, json};

use super::engine::Sandbox;
use super::http::rate_limit::RateWindow;
use super::model::history::Timeline;
use super::model::operations::postgres;
use super::model::organization::Organization;
use super::model::service::Service;
use super::persistence::mutations::Baseline;
use super::persistence::snapshot::Snapshot;

impl Sandbox {
    /// The state at a virtual time, past all faults, as the API shows it: `{ now, organization, services, resources,
    /// others }`. `resources` has all other records by the names of their resources, and `others` are the organizations of
    /// further keys.
    pub fn state(&mut self, now_ms: f64) -> Value {
        self.advance(now_ms);
        let services = |organization: &Organization| -> Vec<Value> {
            organization.services.iter().map(|service| service.show()).collect()
        };
        let mut all = self.current().map(|organization| {
            json!({
                "organization": organization.show(),
                "services": services(organization),
                "resources": organization.show_records(),
            })
        });
        let mut state = all.next().unwrap_or_else(|| json!({}));
        let others: Vec<Value> = all.collect();
        if let Some(members) = state.as_object_mut() {
            members.insert("now".to_owned(), self.now.into());
            members.insert("others".to_owned(), others.into());
        }
        state
    }

    /// The state at a virtual time, as JSON for [`Sandbox::restore`]: the services with their upcoming states, the windows
    /// of the rate limit, and the position of each stream of draws. It holds the hashes of passwords. Options, ledger and
    /// injections are not in it.
    pub fn snapshot(&mut self, now_ms: f64) -> String {
        self.advance(now_ms);
        let windows = self.windows.iter().map(|(key, window)| (key.clone(), window.arrivals.clone())).collect();
        let snapshot = Snapshot::new(self.now, &self.request_ids, &self.faults.random, windows, self.current());
        snapshot.and_then(|snapshot| serde_json::to_string(&snapshot).ok()).unwrap_or_default()
    }

    /// Continues from a snapshot, of this sandbox or another one. An event that was a minute ahead then is a minute ahead
    /// now.
    ///
    /// # Errors
    ///
    /// It is no snapshot, or it has more organizations than this sandbox. Nothing is changed then.
    pub fn restore(&mut self, now_ms: f64, snapshot: &str) -> Result<(), String> {
        self.advance(now_ms);
        let mut snapshot = Snapshot::read(snapshot)?;
        snapshot.shift(self.now)?;
        self.replace_state(snapshot)
    }

    /// The mutations since the last call, as JSON for [`Sandbox::resume`]; at the first call the whole snapshot. None:
    /// nothing has changed, unless `even_none` asks for the time that has passed.
    pub fn mutations(&mut self, now_ms: f64, even_none: bool) -> Option<String> {
        self.advance(now_ms);
        let text = match &self.baseline {
            None => Some(self.snapshot(now_ms)),
            Some(before) => {
                before.mutations(self.current(), self.now, &self.request_ids, &self.faults.random, even_none)
            }
        };
        self.baseline = Some(Baseline::new(self.current()));
        text
    }

    /// Continues from all that [`Sandbox::mutations`] returned, in its order, at the virtual time of the last one. Returns
    /// that time, in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// A text is no snapshot and no mutation, or there are more organizations than in this sandbox. Nothing is changed
    /// then.
    pub fn resume<'a>(&mut self, mut mutations: impl Iterator<Item = &'a str>) -> Result<f64, String> {
        let mut snapshot = Snapshot::read(mutations.next().unwrap_or_default())?;
        for text in mutations {
            snapshot.apply(text)?;
        }
        snapshot.shift(snapshot.now())?;
        // Reads since the last mutation have drawn ids, too: no id comes twice.
        snapshot.request_ids = snapshot.request_ids.fork();
        let now = snapshot.now();
        self.replace_state(snapshot)?;
        self.now = now;
        Ok(now)
    }

    /// Whether this is the password of the service's default user, or of the superuser of a Postgres service; false for an
    /// unknown service.
    #[must_use]
    pub fn verify_password(&self, service_id: &str, password: &str) -> bool {
        self.service(service_id).is_some_and(|service| service.password.verify(password))
            || self.current().any(|organization| postgres::verify_password(organization, service_id, password))
    }

    /// The same for the MySQL interface, which has a hash of its own; false while only the other hash was set.
    #[must_use]
    pub fn verify_mysql_password(&self, service_id: &str, password: &str) -> bool {
        self.service(service_id).is_some_and(|service| service.password.verify_mysql(password))
    }

    fn current(&self) -> impl Iterator<Item = &Organization> {
        self.organizations.iter().map(|timeline| &timeline.current)
    }

    fn service(&self, id: &str) -> Option<&Service> {
        self.current().find_map(|organization| organization.service(id).ok()).map(Rc::as_ref)
    }

    fn replace_state(&mut self, snapshot: Snapshot) -> Result<(), String> {
        let (found, known) = (snapshot.organizations().count(), self.organizations.len());
        if found > known {
            return Err(format!("has {found} organizations, this sandbox {known}"));
        }
        let mut restored = iter::once(snapshot.first).chain(snapshot.others);
        for timeline in &mut self.organizations {
            let current = &timeline.current;
            let mut organization = Organization::new(&current.id, current.max_services, current.random.clone());
            if let Some(saved) = restored.next() {
                saved.restore(&mut organization);
            }
            *timeline = Timeline::new(organization);
        }
        self.windows.clear();
        for (key, arrivals) in snapshot.windows {
            let mut window = RateWindow::new(self.options.rate_limit, self.options.time_scale);
            window.arrivals = arrivals;
            self.windows.insert(key, window);
        }
        self.add_keys();
        self.outage_until = f64::NEG_INFINITY;
        self.scenario = None;
        self.request_ids = snapshot.request_ids;
        self.faults.random = snapshot.faults;
        self.baseline = None;
        Ok(())
    }
}
