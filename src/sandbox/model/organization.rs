//! One organization and its resources.
//!
//! A clone shares the services until they change: snapshots of the past and the file of `--data` rely on it.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::account::Account;
use super::activity::{self, ACTIVITIES, MAX_ACTIVITIES};
use super::meters;
use super::random::Random;
use super::record::Record;
use super::rejection::Rejection;
use super::resource::Resource;
use super::service::{CachedJson, Service};
use super::store::Store;
use super::time::{DAY, timestamp};
use super::usage::Metered;

/// The most services of all organizations together, so that the memory of a restored state has a bound.
pub const MAX_SERVICES: usize = 10_000;
/// When each organization was created: 2024-01-01T00:00:00Z, before anything that happens in it.
pub const CREATED: f64 = 1_704_067_200_000.0;
/// The resource whose only record is the organization itself.
pub const ORGANIZATIONS: &str = "organizations";
/// The resource whose records are shown in the organization.
const BYOC: &str = "byoc";
/// The resource whose records expire.
const INVITATIONS: &str = "invitations";
/// The resource whose records are the accounts of all that no longer exists.
const ACCOUNTS: &str = "usageCost";
/// The most of them.
const MAX_ACCOUNTS: usize = 500;
/// The time whose changes are applied one by one.
const LONGEST_STEPS: f64 = 7_000.0 * DAY;
/// The first stream of draws for records; services have those below.
const FIRST_RECORD: u64 = 1 << 32;

/// An organization with its services and its other records, in the order of their creation.
#[derive(Clone)]
pub struct Organization {
    pub id: String,
    pub services: Vec<Rc<Service>>,
    /// All else, the properties of the organization itself among them.
    pub store: Store,
    /// The most services.
    pub max_services: usize,
    /// The number of services ever created; the next one is drawn from it.
    pub created: u64,
    /// The number of records ever created.
    pub records: u64,
    pub random: Random,
}

impl Organization {
    /// One without services.
    pub fn new(id: &str, max_services: usize, random: Random) -> Self {
        let max_services = max_services.min(MAX_SERVICES);
        let mut organization = Self {
            id: id.to_owned(),
            services: Vec::new(),
            store: Store::default(),
            max_services,
            created: 0,
            records: 0,
            random,
        };
        organization.add_itself();
        organization
    }

    /// Adds the record of the organization itself.
    fn add_itself(&mut self) {
        let shown = json!({
            "id": self.id,
            "createdAt": timestamp(CREATED),
            "name": "Sandbox",
            "privateEndpoints": [],
            "enableCoreDumps": false,
        });
        let (Some(resource), Value::Object(shown)) = (Resource::named(ORGANIZATIONS), shown) else { return };
        self.add(resource, Record { shown, ..self.new_record() });
    }

    /// The stream of draws of the next record.
    pub fn record_stream(&self) -> Random {
        self.random.at(FIRST_RECORD + self.records)
    }

    /// The next record, without a path and properties. Its identity is drawn from its own stream.
    pub fn new_record(&self) -> Record {
        let random = self.record_stream();
        let (path, shown, hidden) = (Vec::new(), Map::new(), Map::new());
        Record { number: self.records, path, shown, hidden, lifecycle: None, usage: Metered::new(), random }
    }

    /// Adds a record that was made with [`Organization::new_record`], or replaces that of the same path.
    pub fn add(&mut self, resource: &'static Resource, record: Record) {
        self.store.put(resource, record);
        self.records += 1;
    }

    /// Applies every change that is due by now, and removes the services that are terminated.
    pub fn advance(&mut self, now: f64) {
        // One change of a service after the other, so that its usage does not depend on the number of reads between them.
        let next =
            |organization: &Self| organization.services.iter().filter_map(|it| it.next_change()).reduce(f64::min);
        while let Some(at) = next(self).filter(|at| *at <= now) {
            // Of a very long time only the last years are gone through so: a schedule may have a change each hour.
            self.advance_services(at.max(now - LONGEST_STEPS));
        }
        self.advance_services(now);
        self.store.advance(now);
        self.add_accounts(None, now);
        self.store.remove_expired(INVITATIONS, now);
    }

    /// Adds an activity of a type.
    pub fn add_activity(&mut self, kind: &str, shown: Map<String, Value>, at: f64) {
        let Some(resource) = Resource::named(ACTIVITIES) else { return };
        let activity = activity::of(self.new_record(), &self.id, kind, shown, at);
        self.add(resource, activity);
        self.store.truncate(ACTIVITIES, MAX_ACTIVITIES);
    }

    fn advance_services(&mut self, now: f64) {
        let mut activities = Vec::new();
        for service in self.services.iter_mut().filter(|service| service.is_due(now)) {
            let (before, service) = (service.clone(), make_mut(service));
            service.advance(now);
            service.add_usage(&before, now);
            activities.extend(activity::of_state(service, &before).map(|it| (it, service.lifecycle.since())));
        }
        if !activities.is_empty() {
            // Records are numbered in the order of their moments, however often the state is read.
            self.store.advance(now);
            self.add_accounts(None, now);
        }
        for ((kind, shown), at) in activities {
            self.add_activity(kind, shown, at);
        }
        let is_over = |service: &&Rc<Service>| service.lifecycle.is_over();
        let over: Vec<Rc<Service>> = self.services.iter().filter(is_over).cloned().collect();
        if !over.is_empty() {
            // Accounts come in the order of their ends, however often the state is read.
            self.store.advance(now);
            self.add_accounts(None, now);
        }
        self.services.retain(|service| !is_over(&service));
        for service in over {
            self.store.remove_below_service(&service.id);
            self.add_accounts(Some(&service), now);
            self.add_account(Account::of(&service, now, true));
        }
    }

    /// Adds up the usage of a service until a change that has just been made.
    pub fn add_usage(&mut self, before: &Service, now: f64) {
        if let Some(service) = self.services.iter_mut().find(|service| service.id == before.id)
            && service.running_memory() != before.running_memory()
        {
            make_mut(service).add_usage(before, now);
        }
    }

    /// Keeps the accounts of metered records that no longer exist, below a service that ends with them or any other.
    fn add_accounts(&mut self, ending: Option<&Service>, now: f64) {
        for (resource, record, at) in self.store.take_ended(now) {
            let service = ending.or_else(|| self.service_of(&record));
            let account = Account::of_record(resource, &record, service, at, true);
            self.add_account(account);
        }
    }

    /// Keeps the account of something that no longer exists. The oldest accounts are dropped.
    fn add_account(&mut self, account: Account) {
        let Some(resource) = Resource::named(ACCOUNTS) else { return };
        let id = account.id.clone();
        let Ok(Value::Object(hidden)) = serde_json::to_value(account) else { return };
        self.store.put(resource, Record { path: vec![id], hidden, ..self.new_record() });
        self.store.truncate(ACCOUNTS, MAX_ACCOUNTS);
    }

    /// The service that a record is below.
    fn service_of(&self, record: &Record) -> Option<&Service> {
        self.service(record.path.first().filter(|_| record.path.len() > 1)?).ok().map(Rc::as_ref)
    }

    /// The accounts of all that costs something, of those that no longer exist, too, in the order of their deletion or
    /// creation.
    pub fn accounts(&self, now: f64) -> Vec<Account> {
        let read = |record: &Rc<Record>| serde_json::from_value(Value::Object(record.hidden.clone())).ok();
        let gone = self.store.collection(ACCOUNTS).iter().filter_map(read);
        let services = self.services.iter().map(|service| Account::of(service, now, false));
        let metered = self.store.collections().filter(|(name, _)| meters::of(name).next().is_some());
        let records = metered.flat_map(|(name, records)| {
            records.iter().map(move |record| Account::of_record(name, record, self.service_of(record), now, false))
        });
        gone.chain(services).chain(records).collect()
    }

    /// The organization as the API shows it, with its own cloud accounts.
    pub fn show(&self) -> Value {
        let Some(mut shown) = self.store.get(ORGANIZATIONS, &[]).map(|record| record.show()) else {
            return Value::Null;
        };
        if let Value::Object(shown) = &mut shown {
            let accounts = self.store.collection(BYOC).iter().map(|record| record.show()).collect();
            shown.insert("byocConfig".to_owned(), accounts);
        }
        shown
    }

    /// All other records as the API shows them, by the names of their resources.
    pub fn show_records(&self) -> Value {
        let others = self.store.collections().filter(|(name, _)| ![ORGANIZATIONS, ACCOUNTS].contains(name));
        others
            .map(|(name, records)| (name.to_owned(), records.iter().map(|record| record.show()).collect::<Value>()))
            .collect()
    }

    /// The service of an id, in upper or lower case.
    pub fn service(&self, id: &str) -> Result<&Rc<Service>, Rejection> {
        let found = self.services.iter().find(|service| service.id.eq_ignore_ascii_case(id));
        found.ok_or_else(|| unknown(id))
    }

    /// The same, to be changed.
    pub fn service_mut(&mut self, id: &str) -> Result<&mut Service, Rejection> {
        let found = self.services.iter_mut().find(|service| service.id.eq_ignore_ascii_case(id));
        found.map(make_mut).ok_or_else(|| unknown(id))
    }

    /// The services that share the data of a warehouse.
    pub fn warehouse<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Service> {
        self.services.iter().map(Rc::as_ref).filter(move |service| service.text("dataWarehouseId") == Some(id))
    }

    /// Whether other services use the data of this one.
    pub fn has_secondaries(&self, service: &Service) -> bool {
        let warehouse = service.text("dataWarehouseId").unwrap_or_default();
        let mut members = self.warehouse(warehouse);
        service.is_primary() && members.any(|other| !other.is_primary() && !other.lifecycle.is_ending())
    }
}

/// A service to be changed: clones that share it keep the old one, and its cached JSON is dropped.
fn make_mut(service: &mut Rc<Service>) -> &mut Service {
    let service = Rc::make_mut(service);
    service.cached_json = CachedJson::default();
    service
}

fn unknown(id: &str) -> Rejection {
    Rejection::not_found(format!("service {id} not found"))
}
