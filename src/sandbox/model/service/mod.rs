//! One service: its properties, and how the API shows it.
//!
//! Properties that the caller sends and the contract's `Service` has are stored as they came, so a property that the
//! contract gains needs no line here. Derived ones (id, endpoints, state, scaling) are added.

pub mod backup_schedule;
pub mod backups;
pub mod filters;
pub mod list_entries;
pub mod metrics;
pub mod password_hashes;
pub mod scaling;
pub mod schedule;
pub mod settings;

use std::cell::OnceCell;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::contract::{self, Kind, REGION_GROUPS};
use crate::sandbox::model::machine::Lifecycle;
use crate::sandbox::model::machine::services::{IDLE, RUNNING, SERVICES};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{DAY, timestamp};
use crate::sandbox::model::usage::Usage;
use crate::secret::Secret;
use crate::validate::matches;
use backups::Backups;
use password_hashes::PasswordHashes;
use scaling::Scaling;
use schedule::Schedule;

/// The ClickHouse version of new services.
const CLICKHOUSE_VERSION: &str = "25.12";
/// The lists that an update adds to and removes from.
pub const LISTS: [&str; 3] = ["ipAccessList", "tags", "privateEndpointIds"];

/// A service.
#[derive(Clone, Serialize, Deserialize)]
pub struct Service {
    pub id: String,
    /// Properties that do not change by themselves, by the API's names.
    record: Map<String, Value>,
    /// The first label of its host names.
    label: String,
    /// Whether it has a MySQL endpoint.
    mysql: bool,
    #[serde(rename = "credentials")]
    pub password: PasswordHashes,
    pub scaling: Scaling,
    #[serde(rename = "life", deserialize_with = "of_a_service")]
    pub lifecycle: Lifecycle,
    pub backups: Backups,
    #[serde(default)]
    pub usage: Usage,
    random: Random,
    #[serde(skip)]
    pub cached_json: CachedJson,
}

/// The JSON of a service, after its first read. A clone is made to be changed, so its cache is empty.
#[derive(Default)]
pub struct CachedJson(OnceCell<Box<[u8]>>);

impl CachedJson {
    /// The bytes, made on the first read.
    pub fn bytes(&self, make: impl FnOnce() -> Vec<u8>) -> &[u8] {
        self.0.get_or_init(|| make().into())
    }
}

impl Clone for CachedJson {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service {
    /// Creates a service and its password. The contract has checked the body.
    pub fn create(body: &Map<String, Value>, now: f64, random: Random) -> Result<(Self, Secret), Rejection> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let provider = text("provider").unwrap_or("aws");
        let region = region(body, provider)?;
        for name in LISTS {
            list_entries::check(name, body.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice))?;
        }
        if text("tier") == Some("development") && provider == "azure" {
            return Err(Rejection::bad_request("body.tier: expected another tier on azure, received \"development\""));
        }
        let scaling = Scaling::create(body)?;
        let mut record = defaults();
        record.extend(known(body));
        let id = random.uuid();
        let label = random.label(10);
        let secondary = text("dataWarehouseId").is_some();
        if !secondary {
            record.insert("dataWarehouseId".into(), random.uuid().into());
        }
        if body.get("hasTransparentDataEncryption") == Some(&Value::Bool(true)) {
            record.insert("encryptionRoleId".into(), random.uuid().into());
        }
        let made = [
            ("id", id.clone()),
            ("createdAt", timestamp(now)),
            ("iamRole", iam_role(provider, &label, &random)),
            ("provider", provider.to_owned()),
            ("region", region.to_owned()),
        ];
        record.extend(made.map(|(name, value)| (name.to_owned(), value.into())));
        record.insert("isPrimary".into(), (!secondary).into());
        let password = random.password();
        let mut lifecycle = Lifecycle::begin(&SERVICES, "provisioning", now, random.fork());
        lifecycle.set_idle_after(scaling.idle_after());
        let mut service = Self {
            id,
            record,
            label,
            mysql: false,
            password: PasswordHashes::of(&password),
            scaling,
            lifecycle,
            backups: Backups::new(random.fork()),
            usage: Usage::new(now),
            random,
            cached_json: CachedJson::default(),
        };
        service.change_endpoints(body);
        Ok((service, password))
    }

    /// Rejects a change of a service that is being deleted.
    pub fn check_not_terminating(&self) -> Result<(), Rejection> {
        if self.lifecycle.is_ending() {
            return Err(self.lifecycle.conflict("The service is being deleted."));
        }
        Ok(())
    }

    /// Rejects scaling of a service that has one size only.
    pub fn check_scalable(&self) -> Result<(), Rejection> {
        if self.scaling.is_fixed() {
            return Err(Rejection::bad_request("a development service is of one size and cannot be scaled"));
        }
        Ok(())
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        self.lifecycle.visit_moments(visit);
        self.scaling.visit_moments(visit);
        self.backups.visit_moments(visit);
        self.usage.visit_moments(visit);
    }

    /// Whether a change is due by now.
    pub fn is_due(&self, now: f64) -> bool {
        self.scaling.is_due(now)
            || self.scaling.switches() <= now
            || self.lifecycle.is_due(now)
            || self.backed_up_since().is_some_and(|since| self.backups.due(since) <= now)
    }

    /// The moment of the next change of its state or size.
    pub fn next_change(&self) -> Option<f64> {
        let scheduled = Some(self.scaling.switches()).filter(|at| at.is_finite());
        [scheduled, self.scaling.next_change(), self.lifecycle.next_change()].into_iter().flatten().reduce(f64::min)
    }

    /// The memory of all replicas that run, in gigabytes: they are paid for.
    pub fn running_memory(&self) -> f64 {
        let runs = self.lifecycle.up_since().is_some() && self.lifecycle.shown() != IDLE;
        let (memory, replicas) = self.scaling.replicas();
        if runs { memory * replicas as f64 } else { 0.0 }
    }

    /// Adds up its usage until a change from the service that it was before.
    pub fn add_usage(&mut self, before: &Self, now: f64) {
        if self.running_memory() != before.running_memory() {
            self.usage.add(before.running_memory(), now);
        }
    }

    /// Its usage, added up to now.
    pub fn usage(&self, now: f64) -> Usage {
        let mut usage = self.usage.clone();
        usage.add(self.running_memory(), now);
        usage
    }

    /// Applies every change that is due by now.
    pub fn advance(&mut self, now: f64) {
        self.scaling.advance(now);
        self.follow_schedule(now);
        self.lifecycle.advance(now);
        if let Some(since) = self.backed_up_since() {
            self.backups.advance(since, now);
        }
    }

    /// Goes through the hours at which the schedule puts another entry in force, in order: whether it goes idle can depend on
    /// the entry. Of a very long time only the last weeks are gone through.
    fn follow_schedule(&mut self, now: f64) {
        const WEEK: f64 = 7.0 * DAY;
        const MAX_WEEKS: f64 = 1_000.0;
        if self.scaling.switches() > now {
            return;
        }
        let skipped = ((now - self.scaling.switches()) / WEEK).floor() - MAX_WEEKS;
        let mut at = self.scaling.switches() + skipped.max(0.0) * WEEK;
        if !at.is_finite() {
            at = now;
        }
        while at <= now {
            self.lifecycle.advance(at);
            self.scaling.switch(at);
            self.lifecycle.set_idle_after(self.scaling.idle_after());
            at = self.scaling.switches();
        }
    }

    /// Since when it has backups made; none while it is down. Only the primary service of a warehouse has any.
    fn backed_up_since(&self) -> Option<f64> {
        self.lifecycle.up_since().filter(|_| self.is_primary())
    }

    /// Whether it is the primary service of its warehouse.
    pub fn is_primary(&self) -> bool {
        self.record.get("isPrimary") == Some(&Value::Bool(true))
    }

    /// The text of a stored property.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.record.get(name).and_then(Value::as_str)
    }

    /// A stored list; empty where there is none.
    pub fn list(&self, name: &str) -> &[Value] {
        self.record.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Sets a stored list.
    pub fn set_list(&mut self, name: &str, list: Vec<Value>) {
        self.record.insert(name.to_owned(), list.into());
    }

    /// Applies an update, all of it or nothing. The contract has checked the body.
    pub fn update(&mut self, body: &Map<String, Value>) -> Result<(), Rejection> {
        let encrypted = self.record.get("hasTransparentDataEncryption") == Some(&Value::Bool(true));
        if body.contains_key("transparentDataEncryptionKeyId") && !encrypted {
            return Err(Rejection::bad_request(
                "body.transparentDataEncryptionKeyId: expected nothing on a service without \
                 hasTransparentDataEncryption, received a value",
            ));
        }
        let mut record = self.record.clone();
        record.extend(known(body).filter(|(name, _)| !LISTS.contains(&name.as_str())));
        for name in LISTS {
            if let Some(change) = body.get(name).and_then(Value::as_object) {
                record.insert(name.into(), list_entries::updated(name, self.list(name), change)?.into());
            }
        }
        self.record = record;
        self.change_endpoints(body);
        Ok(())
    }

    /// Changes its size and its idling. False: there was nothing to change.
    pub fn scale(&mut self, body: &Map<String, Value>, now: f64) -> Result<bool, Rejection> {
        let runs = self.lifecycle.shown() == RUNNING;
        let scaling = self.scaling.updated(body, runs, now, &self.random)?;
        let changes = scaling != self.scaling;
        self.lifecycle.set_idle_after(scaling.idle_after());
        self.scaling = scaling;
        Ok(changes)
    }

    /// Sets the schedule of its scaling; none: its own limits apply at all hours.
    pub fn set_schedule(&mut self, entries: &[Value], now: f64) -> Result<(), Rejection> {
        // A rejected schedule draws nothing.
        let random = self.random.clone();
        self.scaling.set_schedule(Schedule::read(entries, now, &random)?);
        self.random = random;
        self.lifecycle.set_idle_after(self.scaling.idle_after());
        Ok(())
    }

    fn change_endpoints(&mut self, body: &Map<String, Value>) {
        for change in body.get("endpoints").and_then(Value::as_array).into_iter().flatten() {
            if change.get("protocol").and_then(Value::as_str) == Some("mysql") {
                self.mysql = change.get("enabled").and_then(Value::as_bool).unwrap_or(true);
            }
        }
    }

    /// Sets the password by its hashes.
    pub fn set_password(&mut self, sha256: &str, double_sha1: Option<&str>) {
        self.password = PasswordHashes::new(sha256, double_sha1);
    }

    /// Generates a new password, and stores only its hashes.
    pub fn reset_password(&mut self) -> Secret {
        let password = self.random.password();
        self.password = PasswordHashes::of(&password);
        password
    }

    /// The service as the API shows it now.
    pub fn show(&self) -> Value {
        let mut shown = self.record.clone();
        shown.insert(SERVICES.property.into(), self.lifecycle.shown().into());
        shown.insert("endpoints".into(), self.endpoints());
        self.scaling.show(&mut shown);
        Value::Object(shown)
    }

    /// Its host name for clients that come through a private endpoint.
    pub fn private_host(&self) -> String {
        let region = self.text("region").unwrap_or_default();
        let (link, provider) = match self.text("provider") {
            Some("gcp") => ("p", "gcp"),
            Some("azure") => ("privatelink", "azure"),
            _ => ("vpce", "aws"),
        };
        format!("{}.{region}.{link}.{provider}.clickhouse.cloud", self.label)
    }

    fn endpoints(&self) -> Value {
        let provider = self.text("provider").unwrap_or_default();
        let host = format!("{}.{}.{provider}.clickhouse.cloud", self.label, self.text("region").unwrap_or_default());
        let endpoint = |protocol: &str, port: u16, username: &str| json!({ "protocol": protocol, "host": host, "port": port, "username": username });
        let mut endpoints = vec![endpoint("nativesecure", 9440, "default"), endpoint("https", 8443, "default")];
        if self.mysql {
            endpoints.push(endpoint("mysql", 3306, &format!("mysql4{}", self.label)));
        }
        Value::Array(endpoints)
    }
}

/// A lifecycle from a snapshot, of a service and of nothing else.
fn of_a_service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lifecycle, D::Error> {
    let lifecycle = Lifecycle::deserialize(deserializer)?;
    match lifecycle.machine().resource {
        "services" => Ok(lifecycle),
        other => Err(D::Error::custom(format!("a service has no lifecycle of {other}"))),
    }
}

/// The properties of a service that its creator left out.
fn defaults() -> Map<String, Value> {
    let mut record = Map::new();
    for list in LISTS.into_iter().chain(["availablePrivateEndpointIds"]) {
        record.insert(list.into(), Value::Array(Vec::new()));
    }
    for (flag, value) in [("isReadonly", false), ("hasTransparentDataEncryption", false), ("enableCoreDumps", true)] {
        record.insert(flag.into(), value.into());
    }
    let texts = [("clickhouseVersion", CLICKHOUSE_VERSION), ("releaseChannel", "default"), ("profile", "v1-default")];
    record.extend(texts.map(|(name, value)| (name.to_owned(), value.into())));
    record
}

/// The properties of a body that the contract's `Service` has, without those that it shows in another form.
fn known(body: &Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let record = match contract::schema("Service").map(|schema| &schema.kind) {
        Some(Kind::Object(record)) => record.properties,
        _ => &[],
    };
    let shows = |name: &str| record.iter().any(|property| property.name == name);
    body.iter()
        .filter(move |(name, value)| {
            let changes_form = matches!(name.as_str(), "endpoints" | "regionId") || scaling::owns(name);
            !value.is_null() && !changes_form && shows(name)
        })
        .map(|(name, value)| (name.clone(), value.clone()))
}

/// The region, by either of its names. New regions come over time, so one that the contract does not list is accepted; one
/// that it lists for another provider is rejected, as the live API rejects it.
pub fn region<'a>(body: &'a Map<String, Value>, provider: &str) -> Result<&'a str, Rejection> {
    let sent = ["region", "regionId"].into_iter().find_map(|name| Some((name, body.get(name)?.as_str()?)));
    let Some((name, region)) = sent else {
        return Err(Rejection::bad_request("body.region: expected a region, received nothing"));
    };
    if is_of(region, provider) {
        return Ok(region);
    }
    let owner = owners(region).next().map_or(String::new(), |owner| format!(" of {owner}"));
    Err(Rejection::bad_request(format!("body.{name}: expected a region of {provider}, received {region:?}{owner}")))
}

/// Whether a region may be one of a provider: the contract does not list it for another one.
pub fn is_of(region: &str, provider: &str) -> bool {
    let listed = matches!(contract::REGION.kind, Kind::Enum { values, .. } if values.contains(&region));
    !listed || owners(region).any(|owner| owner == provider)
}

/// The providers whose regions have the form of this one.
fn owners(region: &str) -> impl Iterator<Item = &'static str> {
    REGION_GROUPS.iter().filter(move |(_, form)| matches(form, region)).map(|(owner, _)| *owner)
}

/// The identity of the service at its provider, for access to the caller's own buckets.
fn iam_role(provider: &str, label: &str, random: &Random) -> String {
    match provider {
        "aws" => format!("arn:aws:iam::{:012}:role/CH-S3-{label}-Role", random.below(1_000_000_000_000)),
        "gcp" => format!("{label}@sandbox-clickhouse.iam.gserviceaccount.com"),
        _ => random.uuid(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(provider: &str, region: &str) -> Result<String, String> {
        let body = Map::from_iter([("region".to_owned(), region.into())]);
        super::region(&body, provider).map(str::to_owned).map_err(|rejection| format!("{rejection:?}"))
    }

    #[test]
    fn a_region_is_rejected_only_where_the_contract_lists_it_for_another_provider() {
        let Kind::Enum { values, .. } = contract::PROVIDER.kind else { panic!("providers are no enum") };
        assert!(REGION_GROUPS.iter().map(|(provider, _)| provider).eq(values));
        for (owner, region) in [("aws", "eu-west-1"), ("gcp", "europe-west4"), ("azure", "westus3")] {
            for (provider, _) in REGION_GROUPS {
                assert_eq!(sent(provider, region).is_ok(), *provider == owner, "{region} on {provider}");
            }
        }
        assert!(sent("aws", "westus3").unwrap_err().contains("a region of aws, received"));
        for region in ["us-gov-west-1", "eusc-de-east-1", "africa-south1", "norwayeast2", "EU-WEST-1", "the moon"] {
            for (provider, _) in REGION_GROUPS {
                assert!(sent(provider, region).is_ok(), "{region} on {provider}");
            }
        }
    }
}
