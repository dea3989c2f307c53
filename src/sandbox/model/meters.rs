//! Meters: how much of what is paid for a record uses, by its properties and its state.
//!
//! A meter is read where the record changes, so usage depends on changes and their moments alone (`usage`). Services have
//! a meter of their own, since their size changes by itself.

use serde_json::Value;

use super::machine::Lifecycle;
use super::operations::postgres::size::Size;
use super::record::Record;
use super::usage::{Metered, Usage};

/// The hidden property of a ClickPipe with the memory that it runs with, where its replicas do not tell it.
pub const MEMORY_GB: &str = "memoryGb";

/// Data that a ClickPipe moves while it runs, and while it copies its source: the sandbox has none, and counts so much an hour.
const MOVED_GB_PER_HOUR: f64 = 0.5;
const COPIED_GB_PER_HOUR: f64 = 20.0;

/// A meter of the records of a resource.
pub struct Meter {
    resource: &'static str,
    /// The property of `UsageCostMetrics` that has its costs.
    pub metric: &'static str,
    /// ClickHouse Credits for a unit in an hour, near the prices of the live service.
    pub price: f64,
    /// The units in use: gigabytes, or gigabytes per hour.
    units: fn(&Record) -> f64,
}

static METERS: [Meter; 5] = [
    Meter { resource: "clickPipes", metric: "computeCHC", price: 0.05, units: pipe_memory },
    Meter { resource: "clickPipes", metric: "dataTransferCHC", price: 0.04, units: moved },
    Meter { resource: "clickPipes", metric: "initialLoadCHC", price: 0.01, units: copied },
    Meter { resource: "postgres", metric: "computeCHC", price: 0.02, units: postgres_memory },
    Meter { resource: "postgres", metric: "storageCHC", price: 0.000_1, units: postgres_storage },
];

/// The meters of a resource.
pub fn of(resource: &str) -> impl Iterator<Item = &'static Meter> {
    METERS.iter().filter(move |meter| meter.resource == resource)
}

/// Begins to meter a new record.
pub fn begin(resource: &str, record: &mut Record, now: f64) {
    record.usage = of(resource).map(|meter| (meter.metric.to_owned(), Usage::new(now))).collect();
}

/// Adds the usage of a record up to a change from the record that it was before.
pub fn settle(resource: &str, record: &mut Record, before: &Record, now: f64) {
    for meter in of(resource) {
        let units = (meter.units)(before);
        if units != (meter.units)(record)
            && let Some(usage) = record.usage.get_mut(meter.metric)
        {
            usage.add(units, now);
        }
    }
}

/// The usage of a record, added up to now.
pub fn read(resource: &str, record: &Record, now: f64) -> Metered {
    let mut metered = record.usage.clone();
    for meter in of(resource) {
        if let Some(usage) = metered.get_mut(meter.metric) {
            usage.add((meter.units)(record), now);
        }
    }
    metered
}

fn state(record: &Record) -> Option<&'static str> {
    record.lifecycle.as_ref().map(Lifecycle::shown)
}

fn is_up(record: &Record) -> bool {
    record.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.up_since().is_some())
}

fn pipe_memory(pipe: &Record) -> f64 {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let scaling = |name: &str| number(pipe.shown.get("scaling").and_then(|scaling| scaling.get(name)));
    let replicas = || Some(scaling("replicas")? * scaling("replicaMemoryGb")?);
    let memory = number(pipe.hidden.get(MEMORY_GB)).or_else(replicas);
    if is_up(pipe) { memory.unwrap_or(0.0) } else { 0.0 }
}

fn copied(pipe: &Record) -> f64 {
    if state(pipe) == Some("Snapshot") { COPIED_GB_PER_HOUR } else { 0.0 }
}

fn moved(pipe: &Record) -> f64 {
    if is_up(pipe) && state(pipe) != Some("Snapshot") { MOVED_GB_PER_HOUR } else { 0.0 }
}

/// The machines of a Postgres service: itself, and its standby.
fn machines(service: &Record) -> f64 {
    if service.text("haType").is_none_or(|kind| kind == "none") { 1.0 } else { 2.0 }
}

fn postgres_memory(service: &Record) -> f64 {
    if is_up(service) { Size::of(service).memory_gb as f64 * machines(service) } else { 0.0 }
}

/// A disk is paid for until the service is deleted.
fn postgres_storage(service: &Record) -> f64 {
    let is_ending = service.lifecycle.as_ref().is_some_and(Lifecycle::is_ending);
    if is_ending { 0.0 } else { Size::of(service).storage_gb as f64 * machines(service) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::schema;
    use crate::sandbox::model::machine::MACHINES;
    use crate::sandbox::model::resource::properties;

    #[test]
    fn meters_are_of_resources_with_states_and_metrics_of_the_contract() {
        let metrics = properties(schema("UsageCostMetrics").unwrap());
        for meter in &METERS {
            assert!(metrics.iter().any(|known| known.name == meter.metric), "{}", meter.metric);
            assert!(MACHINES.iter().any(|machine| machine.resource == meter.resource), "{}", meter.resource);
            let same = METERS.iter().filter(|other| (other.resource, other.metric) == (meter.resource, meter.metric));
            assert_eq!(same.count(), 1, "{}", meter.metric);
        }
    }
}
