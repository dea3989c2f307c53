//! Postgres services: their life, their replicas, their passwords and the certificate that clients verify them with.
//!
//! A password that was generated is derived from a stream of draws each time it is shown. One that a caller has set is
//! known by its hash only, so no later read shows it.

mod config;
mod credentials;
pub mod metrics;
pub mod size;
mod slow_queries;

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{Handler, Output, Payload, generic};
use crate::contract::{Kind, Schema};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::{Resource, properties};
use crate::sandbox::model::service;
use crate::sandbox::model::time::{DAY, parse};
use size::Size;

/// The name of the resource in the contract.
pub const POSTGRES: &str = "postgres";
/// How long the past of a service can be restored, in milliseconds.
const RETENTION: f64 = 7.0 * DAY;
/// The hidden property of a replica with the id of its primary.
const PRIMARY: &str = "primary";

/// A self-signed certificate of `openssl ecparam -name prime256v1 -genkey` and `openssl ca -selfsign`, valid from 2024 to
/// 2124. Its private key was thrown away: nothing can be signed with it.
const CERTIFICATE: &str = include_str!("ca.pem");

pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "postgres.create" => create,
        "postgres.get" => get,
        "postgres.update" => update,
        "postgres.restore" => restore,
        "postgres.updatePassword" => update_password,
        "postgres.updateState" => update_state,
        "postgres.createReadReplica" => create_read_replica,
        "postgres.getPrometheus" => metrics::prometheus,
        "postgres.getMetrics" => metrics::get,
        "postgres.config.get" => config::get,
        "postgres.config.replace" => config::replace,
        "postgres.config.update" => config::update,
        "postgres.slowQueryPatterns.list" => slow_queries::list,
        "postgres.slowQueryPatterns.get" => slow_queries::get,
        _ => return None,
    })
}

/// The service of a call, which may be on something below it.
fn service_of<'a>(organization: &'a Organization, call: &Call) -> Result<&'a Record, Rejection> {
    let resource = Resource::named(POSTGRES).ok_or_else(Rejection::internal_error)?;
    let path = generic::path(call, resource);
    let found = organization.store.get(POSTGRES, &path).map(Rc::as_ref);
    found.ok_or_else(|| generic::not_found(resource, &path))
}

/// Whether this is the password of a service's superuser; false for an unknown service.
pub fn verify_password(organization: &Organization, id: &str, password: &str) -> bool {
    let service = organization.store.get(POSTGRES, &[id.to_owned()]);
    service.is_some_and(|service| credentials::verify(service, password))
}

/// A service with its connection details, as `get` shows it.
fn show(record: &Record) -> Value {
    let mut shown = record.show();
    if let Value::Object(properties) = &mut shown {
        credentials::show(record, properties);
    }
    shown
}

/// The same result with the connection details of the service.
fn with_credentials(organization: &Organization, call: &Call, output: Output) -> Result<Output, Rejection> {
    let record = generic::record(organization, call)?;
    Ok(Output { result: Some(Payload::Value(show(record))), ..output })
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(show(generic::record(organization, call)?)))
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    service::region(&call.body, record.text("provider").unwrap_or_default())?;
    let version = latest_version();
    let defaults = [("haType", json!("none")), ("tags", json!([])), ("postgresVersion", version.into())];
    for (name, value) in defaults {
        record.shown.entry(name).or_insert(value);
    }
    record.shown.insert("isPrimary".to_owned(), true.into());
    add(organization, call, record, now)
}

/// The latest version of Postgres that the contract lists.
fn latest_version() -> Option<&'static str> {
    let schema = Resource::named(POSTGRES)?.schema;
    let version = properties(schema).iter().find(|property| property.name == "postgresVersion")?;
    let Schema { kind: Kind::Enum { values, .. }, .. } = version.schema else { return None };
    values.iter().copied().max()
}

/// Adds a service with its configuration, and shows it with its connection details.
fn add(organization: &mut Organization, call: &Call, mut record: Record, now: f64) -> Result<Output, Rejection> {
    let size = Size::of(&record);
    record.shown.insert("storageSize".to_owned(), size.storage_gb.into());
    let host = record.random.at(credentials::HOST).label(10);
    let region = record.text("region").unwrap_or_default().to_owned();
    let provider = record.text("provider").unwrap_or_default().to_owned();
    record.shown.insert("hostname".to_owned(), format!("{host}.{region}.{provider}.pg.clickhouse.cloud").into());
    record.shown.insert("username".to_owned(), credentials::USER.into());
    if !record.hidden.contains_key(credentials::PASSWORD) {
        credentials::generate(&mut record);
    }
    let (id, shown) = (record.id().to_owned(), show(&record));
    let output = generic::insert(organization, call, record)?;
    config::add(organization, &id, &call.body, now)?;
    Ok(Output { result: Some(Payload::Value(shown)), ..output })
}

/// A service that continues the data of another one: of its place, version and size, in this first state.
fn copy(organization: &Organization, call: &Call, state: &str, now: f64) -> Result<Record, Rejection> {
    let source = Rc::clone(generic::record(organization, call)?);
    let resource = generic::resource(call)?;
    let mut record = generic::draft_of(organization, resource, Vec::new(), &call.body, now)?;
    for name in ["provider", "region", "postgresVersion", "size", "haType"] {
        if let Some(value) = source.shown.get(name) {
            record.shown.insert(name.to_owned(), value.clone());
        }
    }
    record.shown.entry("tags").or_insert_with(|| json!([]));
    if let Some(lifecycle) = &mut record.lifecycle {
        lifecycle.enter(state, now);
    }
    Ok(record)
}

fn restore(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let source = generic::record(organization, call)?;
    check_state(source, &["running", "stopped"], "restored")?;
    let target = call.body.get("restoreTarget").and_then(Value::as_str).unwrap_or_default();
    let created = source.text("createdAt").and_then(parse).unwrap_or(now);
    let moment = parse(target).ok_or_else(|| restore_target("a moment", target))?;
    if moment > now {
        return Err(restore_target("a moment in the past", target));
    }
    if moment < created {
        return Err(restore_target("a moment since the creation of the service", target));
    }
    if moment < now - RETENTION {
        return Err(restore_target("a moment of the last 7 days", target));
    }
    let mut record = copy(organization, call, "creating_from_backup", now)?;
    record.shown.insert("isPrimary".to_owned(), true.into());
    add(organization, call, record, now)
}

fn restore_target(expected: &str, received: &str) -> Rejection {
    Rejection::bad_request(format!("body.restoreTarget: expected {expected}, received {received}"))
}

fn create_read_replica(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let primary = Rc::clone(generic::record(organization, call)?);
    if is_replica(&primary) {
        return Err(Rejection::conflict("A read replica has no read replicas of its own."));
    }
    check_state(&primary, &["running"], "replicated")?;
    let mut record = copy(organization, call, "creating_replica", now)?;
    record.shown.insert("isPrimary".to_owned(), false.into());
    record.shown.insert("haType".to_owned(), "none".into());
    record.hidden.insert(PRIMARY.to_owned(), primary.id().into());
    // Roles are data: a replica has those of its primary, with their passwords.
    credentials::copy(&primary, &mut record);
    add(organization, call, record, now)
}

fn is_replica(record: &Record) -> bool {
    record.shown.get("isPrimary") == Some(&Value::Bool(false))
}

/// Rejects a call that the state does not allow.
fn check_state(record: &Record, states: &[&str], verb: &str) -> Result<(), Rejection> {
    let Some(lifecycle) = &record.lifecycle else { return Ok(()) };
    if states.contains(&lifecycle.shown()) {
        return Ok(());
    }
    let states = states.iter().map(|state| format!("'{state}'")).collect::<Vec<_>>().join(",");
    Err(lifecycle.conflict(&format!("Only Postgres service in one of the following states: {states} can be {verb}.")))
}

/// Rejects a change of a service that is being deleted.
fn check_not_deleting(record: &Record) -> Result<(), Rejection> {
    match &record.lifecycle {
        Some(lifecycle) if lifecycle.is_ending() => Err(lifecycle.conflict("The Postgres service is being deleted.")),
        _ => Ok(()),
    }
}

/// Name and tags change at once; another size or kind of high availability restarts the service.
fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check_not_deleting(generic::record(organization, call)?)?;
    let mut restarts = false;
    let output = generic::change(organization, call, now, |record, change| {
        let differs = |name: &str| change.get(name).is_some_and(|value| record.shown.get(name) != Some(value));
        restarts = differs("size") || differs("haType");
        if restarts {
            check_state(record, &["running"], "resized")?;
        }
        if let Value::Object(change) = change {
            record.shown.extend(change);
        }
        let storage = Size::of(record).storage_gb;
        record.shown.insert("storageSize".to_owned(), storage.into());
        match &mut record.lifecycle {
            Some(lifecycle) if restarts => lifecycle.enter("restarting", now),
            _ => {}
        }
        Ok(())
    })?;
    if restarts {
        config::apply(organization, call)?;
    }
    with_credentials(organization, call, output)
}

fn update_state(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let command = call.body.get("command").and_then(Value::as_str).unwrap_or_default();
    let output = generic::change(organization, call, now, |record, _| {
        let lifecycle = record.lifecycle.as_mut().ok_or_else(Rejection::internal_error)?;
        lifecycle.command(command, now)?;
        match command {
            "promote" if !is_replica(record) => Err(Rejection::conflict("Only a read replica can be promoted.")),
            "promote" => {
                record.shown.insert("isPrimary".to_owned(), true.into());
                record.hidden.remove(PRIMARY);
                Ok(())
            }
            "switchover" if record.text("haType").is_none_or(|kind| kind == "none") => {
                Err(Rejection::conflict("Only a Postgres service with a standby can be switched over."))
            }
            _ => Ok(()),
        }
    })?;
    config::apply(organization, call)?;
    let id = call.path("postgresId").unwrap_or_default();
    let output = Output { change: output.change.map(|_| format!("postgres service {id}: {command}")), ..output };
    with_credentials(organization, call, output)
}

fn update_password(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let mut record = Record::clone(generic::record(organization, call)?);
    if is_replica(&record) {
        return Err(Rejection::conflict("The password of a read replica is that of its primary."));
    }
    check_state(&record, &["running"], "given a password")?;
    let given = call.body.get("password").and_then(Value::as_str);
    match given {
        Some(password) => credentials::set(&mut record, password),
        None => credentials::generate(&mut record),
    }
    let password = given.map(str::to_owned).or_else(|| credentials::password(&record)?.reveal().to_owned().into());
    let replicas: Vec<Record> = organization
        .store
        .list(POSTGRES, &[])
        .filter(|other| other.hidden.get(PRIMARY).and_then(Value::as_str) == Some(record.id()))
        .map(|replica| {
            let mut replica = Record::clone(replica);
            credentials::copy(&record, &mut replica);
            replica
        })
        .collect();
    let resource = generic::resource(call)?;
    organization.store.put(resource, record);
    for replica in replicas {
        organization.store.put(resource, replica);
    }
    let change = if given.is_some() { "password set" } else { "password reset" };
    Ok(Output::changed(Some(json!({ "password": password })), change))
}

pub fn get_ca_certificates(_: &Call) -> Result<Payload, Rejection> {
    Ok(Payload::Text(CERTIFICATE.to_owned()))
}

/// The properties of an object; none of another value.
fn members(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}
