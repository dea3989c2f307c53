//! The operations on ClickPipes: states by the kind of source, changes of the source, scaling, settings.
//!
//! Credentials are never kept: the contract shows none, and a record has only what is shown. Settings and scaling are parts
//! of the pipe. As in the live API, nothing is changed while the service is idle, and the size of database pipes is there
//! once the service has had one.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::reverse_private_endpoints::{check_awake, exists};
use super::{Handler, Output, Payload, generic, pipe_sources, reverse_private_endpoints};
use crate::contract::{Bound, Kind, Schema};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::Lifecycle;
use crate::sandbox::model::machine::click_pipes::DATABASES;
use crate::sandbox::model::machine::services::RUNNING;
use crate::sandbox::model::meters::MEMORY_GB;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::{Record, merge, projected};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::{Resource, properties};
use crate::sandbox::model::time::timestamp;

/// The resource of the pipes.
pub const PIPES: &str = "clickPipes";
/// The resource of the size that the database pipes of a service share.
const CDC_SCALING: &str = "clickPipes.cdcScaling";
/// The property of it with the memory.
const CDC_MEMORY: &str = "replicaMemoryGb";
/// That size at first, in steps of the contract: two cores.
const CDC_STEPS: f64 = 2.0;
/// The states in which the tables of a database pipe can be changed.
const AT_REST: [&str; 5] = ["Paused", "Stopped", "Completed", "Failed", "InternalError"];

/// The handler of an operation of `clickPipes`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "clickPipes.create" => create,
        "clickPipes.update" => update,
        "clickPipes.updateState" => update_state,
        "clickPipes.updateScaling" => update_scaling,
        "clickPipes.settings.get" => |organization, call, _| Ok(Output::unchanged(settings(pipe(organization, call)?))),
        "clickPipes.settings.replace" => replace_settings,
        "clickPipes.cdcScaling.update" => update_cdc_scaling,
        _ => return reverse_private_endpoints::handler(name),
    })
}

/// The pipe of a call, of whichever resource the call is.
fn pipe<'a>(organization: &'a Organization, call: &Call) -> Result<&'a Rc<Record>, Rejection> {
    let resource = Resource::named(PIPES).ok_or_else(Rejection::internal_error)?;
    generic::check_parents(organization, call, resource)?;
    let path = generic::path(call, resource);
    organization.store.get(PIPES, &path).ok_or_else(|| generic::not_found(resource, &path))
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    check_awake(organization, call)?;
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    if service.lifecycle.shown() != RUNNING {
        return Err(service.lifecycle.conflict("A ClickPipe is created only when the service is running."));
    }
    let source = call.body.get("source").unwrap_or(&Value::Null);
    pipe_sources::check(source)?;
    check_endpoints(organization, call, source, "body.")?;
    // One kind is there, and the others are not even null.
    if let Some(Value::Object(shown)) = record.shown.get_mut("source") {
        shown.retain(|_, kind| !kind.is_null());
    }
    let is_database = kind(&record).is_some_and(is_database);
    if is_database {
        let scaling = organization.store.get(CDC_SCALING, std::slice::from_ref(&service.id));
        let memory = scaling
            .map_or_else(|| least_cdc_scaling().get(CDC_MEMORY).cloned(), |it| it.shown.get(CDC_MEMORY).cloned());
        record.hidden.extend(memory.map(|memory| (MEMORY_GB.to_owned(), memory)));
    } else {
        let mut scaling = least_scaling();
        merge(&mut scaling, record.shown.remove("scaling").unwrap_or_else(|| json!({})));
        record.shown.insert("scaling".to_owned(), same_counts(scaling, call.body.get("scaling")));
    }
    for (name, empty) in [("settings", json!({})), ("fieldMappings", json!([]))] {
        record.shown.entry(name).or_insert(empty);
    }
    generic::check_shown(&record, generic::resource(call)?)?;
    let output = generic::insert(organization, call, record)?;
    if is_database {
        add_cdc_scaling(organization, call, now);
    }
    Ok(output)
}

/// The kind of source that a pipe has.
fn kind(record: &Record) -> Option<&str> {
    record.shown.get("source")?.as_object()?.keys().next().map(String::as_str)
}

fn is_database(kind: &str) -> bool {
    DATABASES.contains(&kind)
}

/// Rejects a source, at a place, that names an endpoint that the service does not have.
fn check_endpoints(organization: &Organization, call: &Call, source: &Value, place: &str) -> Result<(), Rejection> {
    let ids = source.pointer("/kafka/reversePrivateEndpointIds").and_then(Value::as_array);
    let service = call.path("serviceId").unwrap_or_default();
    for (index, id) in ids.into_iter().flatten().enumerate() {
        let id = id.as_str().unwrap_or_default();
        if !exists(organization, service, id) {
            return Err(Rejection::bad_request(format!(
                "{place}source.kafka.reversePrivateEndpointIds[{index}]: expected a reverse private endpoint of the service, \
                received {id:?}"
            )));
        }
    }
    Ok(())
}

/// One replica of the least size that the contract allows.
fn least_scaling() -> Value {
    let Some(scaling) = part("scaling") else { return json!({}) };
    let limits = properties(scaling).iter().filter_map(|property| {
        let least = limit(property.schema, Bound::Minimum)?;
        Some((property.name.to_owned(), number(least)))
    });
    Value::Object(limits.collect())
}

/// The schema of a property of a pipe.
fn part(name: &str) -> Option<&'static Schema> {
    let resource = Resource::named(PIPES)?;
    properties(resource.schema).iter().find(|property| property.name == name).map(|property| property.schema)
}

/// A limit of a number.
fn limit(schema: &Schema, bound: Bound) -> Option<f64> {
    let (Kind::Integer(limits) | Kind::Number(limits)) = &schema.kind else { return None };
    limits.iter().find(|limit| limit.bound == bound)?.value.parse().ok()
}

/// A number, as an integer where it is one.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { (value as i64).into() } else { value.into() }
}

/// `concurrency` is the old name of `replicas`: the one that was not sent follows the other.
fn same_counts(mut scaling: Value, sent: Option<&Value>) -> Value {
    let of = |name: &str| sent.and_then(|sent| sent.get(name)).and_then(Value::as_u64);
    match (of("replicas"), of("concurrency")) {
        (None, Some(count)) => {
            let most = part("scaling")
                .and_then(|scaling| properties(scaling).iter().find(|property| property.name == "replicas"))
                .and_then(|replicas| limit(replicas.schema, Bound::Maximum));
            let replicas = number((count as f64).clamp(1.0, most.unwrap_or(f64::MAX)));
            merge(&mut scaling, json!({ "replicas": replicas }));
        }
        (_, None) => {
            let concurrency = scaling.get("replicas").cloned().unwrap_or_else(|| 1.into());
            merge(&mut scaling, json!({ "concurrency": concurrency }));
        }
        (Some(_), Some(_)) => {}
    }
    scaling
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    pipe(organization, call)?;
    check_awake(organization, call)?;
    check_endpoints(organization, call, call.body.get("source").unwrap_or(&Value::Null), "body.")?;
    let sent = call.body.get("source").filter(|source| source.is_object());
    let resource = generic::resource(call)?;
    generic::change(organization, call, now, |record, mut change| {
        check_not_deleting(record)?;
        let source = change.as_object_mut().and_then(|change| change.remove("source"));
        let tables_change = match (sent, source) {
            (Some(sent), Some(shown)) => change_source(record, sent, shown)?,
            _ => false,
        };
        let mut shown = Value::Object(std::mem::take(&mut record.shown));
        merge(&mut shown, change);
        if let Value::Object(shown) = shown {
            record.shown = shown;
        }
        generic::check_shown(record, resource)?;
        // The tables are changed while the pipe is paused; then it resumes.
        modify(record, tables_change, now);
        Ok(())
    })
}

/// Rejects a change of a pipe that is being deleted.
fn check_not_deleting(record: &Record) -> Result<(), Rejection> {
    match &record.lifecycle {
        Some(lifecycle) if lifecycle.is_ending() => Err(lifecycle.conflict("The ClickPipe is being deleted.")),
        _ => Ok(()),
    }
}

/// Lets a pipe that runs, or one that is to resume, take its changes on.
fn modify(record: &mut Record, resumes: bool, now: f64) {
    if let Some(lifecycle) = &mut record.lifecycle
        && (matches!(lifecycle.shown(), "Running" | "Degraded") || resumes && lifecycle.shown() == "Paused")
    {
        lifecycle.enter("Modifying", now);
    }
}

/// Applies the changes of a source: `sent` with its credentials and tables, `shown` without them. True: its tables change.
fn change_source(record: &mut Record, sent: &Value, shown: Value) -> Result<bool, Rejection> {
    let Some(kind) = kind(record).map(str::to_owned) else { return Ok(false) };
    let other = sent.as_object().into_iter().flatten().find(|(name, change)| change.is_object() && **name != kind);
    if let Some((name, _)) = other {
        return Err(Rejection::bad_request(format!(
            "body.source.{name}: expected changes to the source that the pipe has, {kind}, received another kind"
        )));
    }
    let state = record.lifecycle.as_ref().map_or("", Lifecycle::shown);
    let list = |name: &str| sent.get(&kind).and_then(|change| change.get(name)).and_then(Value::as_array);
    let add = list("tableMappingsToAdd").map_or(&[][..], Vec::as_slice);
    let remove = list("tableMappingsToRemove").map_or(&[][..], Vec::as_slice);
    let tables_change = !(add.is_empty() && remove.is_empty());
    if tables_change && !AT_REST.contains(&state) {
        return Err(Rejection::bad_request(format!("{} ClickPipe must be paused to edit", product(&kind))));
    }
    let schema = part("source").and_then(|source| properties(source).iter().find(|property| property.name == kind));
    let Some(source) = record.shown.get_mut("source").and_then(|source| source.get_mut(&kind)) else {
        return Ok(false);
    };
    if let Value::Object(mut shown) = shown
        && let Some(change) = shown.remove(&kind).filter(Value::is_object)
    {
        merge(source, change);
    }
    if tables_change {
        let mut tables = match source.get_mut("tableMappings").map(Value::take) {
            Some(Value::Array(tables)) => tables,
            _ => Vec::new(),
        };
        for (index, told) in remove.iter().enumerate() {
            let count = tables.len();
            tables.retain(|table| !is_told(table, told));
            if tables.len() == count {
                return Err(Rejection::bad_request(format!(
                    "body.source.{kind}.tableMappingsToRemove[{index}]: expected a table mapping that the pipe has, \
                    received another one"
                )));
            }
        }
        let added = schema.and_then(|schema| projected(&json!({ "tableMappings": add }), schema.schema));
        for table in added.iter().filter_map(|added| added.get("tableMappings")?.as_array()).flatten() {
            if !tables.contains(table) {
                tables.push(table.clone());
            }
        }
        merge(source, json!({ "tableMappings": tables }));
    }
    Ok(tables_change)
}

/// Whether a table mapping has all the values by which one is told.
fn is_told(table: &Value, told: &Value) -> bool {
    let mut values = told.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    values.all(|(name, value)| table.get(name) == Some(value))
}

/// The name of a database, as the live API writes it.
fn product(kind: &str) -> &str {
    match kind {
        "postgres" => "Postgres",
        "mysql" => "MySQL",
        "mongodb" => "MongoDB",
        other => other,
    }
}

fn update_state(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let before = pipe(organization, call)?.lifecycle.as_ref().map_or("", Lifecycle::shown);
    check_awake(organization, call)?;
    let command = call.body.get("command").and_then(Value::as_str).unwrap_or_default();
    if command == "start" {
        let source = pipe(organization, call)?.shown.get("source").unwrap_or(&Value::Null);
        check_endpoints(organization, call, source, "")?;
    }
    let mut after = before;
    let mut output = generic::change(organization, call, now, |record, _| {
        if let Some(lifecycle) = &mut record.lifecycle {
            lifecycle.command(command, now)?;
            after = lifecycle.shown();
        }
        Ok(())
    })?;
    output.change = output.change.map(|_| format!("{before} -> {after}"));
    Ok(output)
}

fn update_scaling(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    if kind(pipe(organization, call)?).is_some_and(is_database) {
        return Err(Rejection::bad_request(
            "a ClickPipe of a database has no replicas of its own: clickpipesCdcScaling sets the size of all of them",
        ));
    }
    check_awake(organization, call)?;
    let body = Value::Object(call.body.clone());
    let resource = generic::resource(call)?;
    generic::change(organization, call, now, |record, _| {
        check_not_deleting(record)?;
        let change = part("scaling").and_then(|schema| projected(&body, schema)).unwrap_or_else(|| json!({}));
        if change == json!({}) {
            return Ok(());
        }
        let before = record.shown.remove("scaling").unwrap_or_else(|| json!({}));
        let mut scaling = before.clone();
        merge(&mut scaling, change.clone());
        if change.get("replicas").is_some() || change.get("concurrency").is_some() {
            scaling = same_counts(scaling, Some(&change));
        }
        let changed = scaling != before;
        record.shown.insert("scaling".to_owned(), scaling);
        generic::check_shown(record, resource)?;
        if changed {
            modify(record, false, now);
        }
        Ok(())
    })
}

/// The settings of a pipe.
fn settings(pipe: &Record) -> Value {
    pipe.shown.get("settings").cloned().unwrap_or_else(|| json!({}))
}

fn replace_settings(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = Record::clone(pipe(organization, call)?);
    check_awake(organization, call)?;
    check_not_deleting(&record)?;
    let set = Value::Object(call.body.clone());
    if settings(&record) == set {
        return Ok(Output::unchanged(set));
    }
    record.shown.insert("settings".to_owned(), set.clone());
    record.shown.insert("updatedAt".to_owned(), timestamp(now).into());
    modify(&mut record, false, now);
    let Some(resource) = Resource::named(PIPES) else { return Err(Rejection::internal_error()) };
    let change = format!("{} settings set", generic::described(resource, &record, "with"));
    organization.store.put(resource, record);
    Ok(Output::changed(Some(set), change))
}

/// The size of the database pipes at first.
fn least_cdc_scaling() -> Map<String, Value> {
    let properties = Resource::named(CDC_SCALING).map_or(&[][..], |resource| properties(resource.schema));
    let first = properties.iter().filter_map(|property| {
        Some((property.name.to_owned(), number(limit(property.schema, Bound::MultipleOf)? * CDC_STEPS)))
    });
    first.collect()
}

/// Adds the size of the database pipes with the first of them.
fn add_cdc_scaling(organization: &mut Organization, call: &Call, now: f64) {
    let Some(resource) = Resource::named(CDC_SCALING) else { return };
    let parents = generic::path(call, resource);
    if organization.store.get(CDC_SCALING, &parents).is_some() {
        return;
    }
    if let Ok(record) = generic::draft_of(organization, resource, parents, &least_cdc_scaling(), now) {
        organization.add(resource, record);
    }
}

fn update_cdc_scaling(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    generic::record(organization, call)?;
    check_awake(organization, call)?;
    let resource = generic::resource(call)?;
    let output = generic::change(organization, call, now, |record, change| {
        let mut shown = Value::Object(std::mem::take(&mut record.shown));
        merge(&mut shown, change);
        check_ratio(&shown, resource)?;
        if let Value::Object(shown) = shown {
            record.shown = shown;
        }
        Ok(())
    })?;
    let memory = generic::record(organization, call)?.shown.get(CDC_MEMORY).cloned();
    let service = [call.service_id().to_owned()];
    let pipes: Vec<Rc<Record>> = organization.store.list(PIPES, &service).cloned().collect();
    let (Some(resource), Some(memory)) = (Resource::named(PIPES), memory) else { return Ok(output) };
    for pipe in pipes.iter().filter(|pipe| pipe.hidden.get(MEMORY_GB).is_some_and(|before| *before != memory)) {
        let mut pipe = Record::clone(pipe);
        pipe.hidden.insert(MEMORY_GB.to_owned(), memory.clone());
        organization.store.put(resource, pipe);
    }
    Ok(output)
}

/// Rejects a size whose memory is not that of its cores: a step of one for each step of the other.
fn check_ratio(shown: &Value, resource: &Resource) -> Result<(), Rejection> {
    let mut sizes = properties(resource.schema).iter().filter_map(|property| {
        Some((property.name, shown.get(property.name)?.as_f64()?, limit(property.schema, Bound::MultipleOf)?))
    });
    if let (Some((cpu, millicores, core)), Some((memory, gb, step))) = (sizes.next(), sizes.next()) {
        let expected = millicores / core * step;
        if (gb - expected).abs() > f64::EPSILON {
            return Err(Rejection::bad_request(format!(
                "body.{memory}: expected {expected} where {cpu} is {millicores}, {step} for every {core}, received {gb}"
            )));
        }
    }
    Ok(())
}

/// The fields of a stream: the same ones for the same source.
pub fn discover_schema(call: &Call) -> Result<Payload, Rejection> {
    let source = call.body.get("source").and_then(Value::as_object).cloned().unwrap_or_default();
    let text = |kind: &str, name: &str| source.get(kind).and_then(|source| source.get(name)).and_then(Value::as_str);
    let (kind, stream) = match text("kafka", "topics") {
        Some(topics) => ("topic", topics.split(',').next().unwrap_or_default().trim()),
        None => ("stream", text("kinesis", "streamName").unwrap_or_default()),
    };
    let format = text("kafka", "format").or_else(|| text("kinesis", "format")).unwrap_or_default();
    let name: String = stream.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    let field = if name.is_empty() { "message" } else { name.as_str() };
    Ok(Payload::Value(json!({
        "fields": [
            { "name": "id", "type": "Int64", "optional": false },
            { "name": "created_at", "type": "DateTime64(3)", "optional": false },
            { "name": field, "type": "Nullable(String)", "optional": true },
        ],
        "meta": { kind: stream, "format": format },
    })))
}
