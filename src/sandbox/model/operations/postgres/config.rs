//! The configuration of a Postgres service: the parameters that differ from their defaults.
//!
//! A change is in force at once, but for parameters that Postgres reads when it starts: those wait for a restart, and the
//! message of the result says so.

use serde_json::{Map, Value, json};

use super::super::{Output, Payload, generic};
use super::size::Size;
use super::{check_not_deleting, members, service_of};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;

const CONFIG: &str = "postgres.config";
const PG: &str = "pgConfig";
const PG_BOUNCER: &str = "pgBouncerConfig";
/// The hidden property with the parameters that the running server has read at its start.
const APPLIED: &str = "applied";

/// The parameters of the contract that Postgres reads only when it starts (`postmaster` in `pg_settings.context`).
const AT_START: [&str; 3] = ["autovacuum_max_workers", "max_connections", "max_worker_processes"];

/// Adds the configuration of a new service.
pub fn add(organization: &mut Organization, id: &str, body: &Map<String, Value>, now: f64) -> Result<(), Rejection> {
    let resource = Resource::named(CONFIG).ok_or_else(Rejection::internal_error)?;
    let mut record = generic::draft_of(organization, resource, vec![id.to_owned()], body, now)?;
    record.hidden.insert(APPLIED.to_owned(), at_start(&record));
    organization.add(resource, record);
    Ok(())
}

/// Puts the configuration of the service of a call in force, as a restart does.
pub fn apply(organization: &mut Organization, call: &Call) -> Result<(), Rejection> {
    let resource = Resource::named(CONFIG).ok_or_else(Rejection::internal_error)?;
    let path = generic::path(call, resource);
    let Some(record) = organization.store.get(CONFIG, &path) else { return Ok(()) };
    let applied = at_start(record);
    if record.hidden.get(APPLIED) != Some(&applied) {
        let mut record = Record::clone(record);
        record.hidden.insert(APPLIED.to_owned(), applied);
        organization.store.put(resource, record);
    }
    Ok(())
}

/// The most connections that the running server takes.
pub fn max_connections(organization: &Organization, service: &Record) -> u64 {
    let config = organization.store.get(CONFIG, &service.path);
    let applied = config.and_then(|config| config.hidden.get(APPLIED)?.get("max_connections"));
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    applied.and_then(number).unwrap_or_else(|| default_connections(service))
}

fn default_connections(service: &Record) -> u64 {
    (25 * Size::of(service).memory_gb).clamp(100, 5_000)
}

/// The parameters that are read at the start.
fn at_start(record: &Record) -> Value {
    let parameters = members(record.shown.get(PG));
    parameters.into_iter().filter(|(name, _)| AT_START.contains(&name.as_str())).collect::<Map<_, _>>().into()
}

pub fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(shown(organization, call)?.into()))
}

/// The configuration of a call. Each part lists at least one parameter, as the contract wants it: where all have their
/// defaults, one of these.
fn shown(organization: &Organization, call: &Call) -> Result<Map<String, Value>, Rejection> {
    let mut shown = generic::record(organization, call)?.shown.clone();
    let connections = default_connections(service_of(organization, call)?);
    for (part, default) in
        [(PG, json!({ "max_connections": connections })), (PG_BOUNCER, json!({ "default_pool_size": "20" }))]
    {
        if shown.get(part).and_then(Value::as_object).is_none_or(Map::is_empty) {
            shown.insert(part.to_owned(), default);
        }
    }
    Ok(shown)
}

pub fn replace(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    change(organization, call, now, |_, change| change)
}

pub fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    change(organization, call, now, |mut parameters, change| {
        parameters.extend(change);
        parameters
    })
}

/// Changes each part of the configuration, by what it was and what the body has.
fn change(
    organization: &mut Organization,
    call: &Call,
    now: f64,
    changed: impl Fn(Map<String, Value>, Map<String, Value>) -> Map<String, Value>,
) -> Result<Output, Rejection> {
    check_not_deleting(service_of(organization, call)?)?;
    let output = generic::change(organization, call, now, |record, change| {
        for part in [PG, PG_BOUNCER] {
            let parameters = changed(members(record.shown.get(part)), members(change.get(part)));
            record.shown.insert(part.to_owned(), parameters.into());
        }
        Ok(())
    })?;
    let mut result = shown(organization, call)?;
    result.insert("message".to_owned(), message(generic::record(organization, call)?).into());
    Ok(Output { result: Some(Payload::Value(result.into())), ..output })
}

/// Whether a restart is needed, in words.
fn message(record: &Record) -> String {
    let (wanted, applied) = (at_start(record), record.hidden.get(APPLIED));
    let differs = |name: &&str| wanted.get(name) != applied.and_then(|applied| applied.get(name));
    let waiting: Vec<&str> = AT_START.into_iter().filter(differs).collect();
    match waiting.as_slice() {
        [] => "The configuration is in force, no restart is needed.".to_owned(),
        names => format!("A restart is needed before these parameters are in force: {}.", names.join(", ")),
    }
}
