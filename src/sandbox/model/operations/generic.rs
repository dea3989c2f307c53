//! Operations of ordinary behaviour, for any resource of the contract: list, get, create, update, replace, set, delete.
//!
//! Routes, shapes and identities come from the contract, so a new resource needs no code. A resource with rules of its
//! own has a file beside this one, which builds on [`draft`], [`insert`] and [`change`].

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{Handler, Output};
use crate::contract::{Bound, Format, Kind, Operation, ResponseKind, Schema};
use crate::issue::Step;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::{self, Lifecycle};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::{Record, complete, merge, projected, variant};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::{Resource, properties};
use crate::sandbox::model::time::timestamp;
use crate::validate::{Mode, Unknown, validate};

/// The most records of one resource in an organization.
pub const MAX_RECORDS: usize = 1_000;
/// The properties that tell when a record was created, and when it was changed.
const CREATED_AT: &str = "createdAt";
const UPDATED_AT: &str = "updatedAt";

/// The handler of an operation of ordinary behaviour.
pub fn handler(operation: &'static Operation) -> Option<Handler> {
    Resource::of(operation)?;
    Some(match operation.name.rsplit_once('.')?.1 {
        "list" => list,
        "get" => get,
        "create" => create,
        "update" => update,
        "replace" => replace,
        "set" => set,
        "delete" => delete,
        _ => return None,
    })
}

/// The resource of a call.
pub fn resource(call: &Call) -> Result<&'static Resource, Rejection> {
    Resource::of(call.operation).ok_or_else(Rejection::internal_error)
}

/// The values that a call has for the path of a record: for a list and a creation, those of its parents.
pub fn path(call: &Call, resource: &Resource) -> Vec<String> {
    resource.parameters().map_while(|name| call.path(name)).map(str::to_owned).collect()
}

/// Rejects a call below something that does not exist.
pub fn check_parents(organization: &Organization, call: &Call, resource: &'static Resource) -> Result<(), Rejection> {
    let mut parents: Vec<&Resource> = resource.parents().collect();
    parents.sort_unstable_by_key(|parent| parent.path.len());
    for parent in parents {
        let path = path(call, parent);
        if parent.name == "services" {
            organization.service(path.first().map_or("", String::as_str))?;
        } else if organization.store.get(parent.name, &path).is_none() {
            return Err(not_found(parent, &path));
        }
    }
    // A service that is no parent of the path, but named in it.
    if let Some(service) = call.path("serviceId") {
        organization.service(service)?;
    }
    Ok(())
}

/// The rejection of a call on something that does not exist.
pub fn not_found(resource: &Resource, path: &[String]) -> Rejection {
    let noun = resource.noun();
    Rejection::not_found(match path.last() {
        Some(id) if resource.is_single() => format!("the {noun} of {id} not found"),
        Some(id) => format!("{noun} {id} not found"),
        None => format!("{noun} not found"),
    })
}

/// The record of a call.
pub fn record<'a>(organization: &'a Organization, call: &Call) -> Result<&'a Rc<Record>, Rejection> {
    let resource = resource(call)?;
    check_parents(organization, call, resource)?;
    let path = path(call, resource);
    organization.store.get(resource.name, &path).ok_or_else(|| not_found(resource, &path))
}

/// Lists the records below the parents of a call, whole or by pages.
pub fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    check_parents(organization, call, resource)?;
    let parents = path(call, resource);
    let records: Vec<&Record> = organization.store.list(resource.name, &parents).map(Rc::as_ref).collect();
    Ok(Output::unchanged(listed(call, resource, &records)?))
}

/// The result of a list: an array, or an object with one page of the records and the cursor of the next page.
pub fn listed(call: &Call, resource: &Resource, records: &[&Record]) -> Result<Value, Rejection> {
    let ResponseKind::Json(schema) = call.operation.response else { return Err(Rejection::internal_error()) };
    let count = |name: &str| call.query.get(name).and_then(Value::as_u64).map(|count| count as usize);
    let limit = count("limit").or_else(|| most(call.operation, "limit")).unwrap_or(records.len());
    if let Kind::Array { items, .. } = &schema.kind {
        let page = records.iter().skip(count("offset").unwrap_or(0)).take(limit);
        return Ok(page.map(|record| shown(record, resource, items)).collect());
    }
    let Some((name, items)) = properties(schema).iter().find_map(|property| match &property.schema.kind {
        Kind::Array { items, .. } => Some((property.name, *items)),
        _ => None,
    }) else {
        return Err(Rejection::internal_error());
    };
    let cursor = call.query.get("cursor").and_then(Value::as_str);
    let after = match cursor {
        Some(cursor) => Some(cursor.parse::<u64>().map_err(|_| {
            Rejection::bad_request("query.cursor: expected the cursor of another page, received something else")
        })?),
        None => None,
    };
    let mut rest = records.iter().filter(|record| after.is_none_or(|after| record.number > after));
    let page: Vec<&&Record> = rest.by_ref().take(limit).collect();
    let next = page.last().filter(|_| rest.next().is_some()).map(|last| last.number.to_string());
    let items: Value = page.iter().map(|record| shown(record, resource, items)).collect();
    let pagination =
        json!({ "totalRecords": records.len(), "currentCursor": cursor, "nextCursor": next, "limit": limit });
    let mut result = json!({ name: items, "pagination": pagination });
    if let Some(projected) = projected(&result, schema) {
        result = projected;
    }
    complete(&mut result, schema);
    Ok(result)
}

/// A record in a list, whose items may show less than the record itself.
fn shown(record: &Record, resource: &Resource, items: &'static Schema) -> Value {
    let value = record.show();
    if std::ptr::eq(items, resource.schema) { value } else { projected(&value, items).unwrap_or(value) }
}

/// The maximum of a query parameter.
fn most(operation: &Operation, name: &str) -> Option<usize> {
    let parameter = operation.query_parameters.iter().find(|parameter| parameter.name == name)?;
    let (Kind::Integer(limits) | Kind::Number(limits)) = &parameter.schema.kind else { return None };
    limits.iter().find(|limit| limit.bound == Bound::Maximum)?.value.parse().ok()
}

/// Shows a record.
pub fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(record(organization, call)?.show()))
}

/// Creates a record of the body.
pub fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = draft(organization, call, now)?;
    insert(organization, call, record)
}

/// The record that a creation would add: the body as the contract shows it, with identity, moments and first state. Draws
/// nothing from the organization until it is inserted.
pub fn draft(organization: &Organization, call: &Call, now: f64) -> Result<Record, Rejection> {
    let resource = resource(call)?;
    check_parents(organization, call, resource)?;
    draft_of(organization, resource, path(call, resource), &call.body, now)
}

/// Rejects one more record of a resource that has as many as it may.
pub fn check_count(organization: &Organization, resource: &Resource) -> Result<(), Rejection> {
    if organization.store.collection(resource.name).len() < MAX_RECORDS {
        return Ok(());
    }
    Err(Rejection::bad_request(format!("the organization may have at most {MAX_RECORDS} of {}", resource.name)))
}

/// The same for any resource: `parents` are the values of its path but the last one.
pub fn draft_of(
    organization: &Organization,
    resource: &'static Resource,
    parents: Vec<String>,
    body: &Map<String, Value>,
    now: f64,
) -> Result<Record, Rejection> {
    check_count(organization, resource)?;
    let blank = organization.new_record();
    let random = &blank.random;
    let body = Value::Object(body.clone());
    let shape = variant(&body, resource.schema);
    let Some(Value::Object(mut shown)) = projected(&body, shape) else { return Err(Rejection::internal_error()) };
    let mut path = parents;
    for property in properties(shape) {
        let made = match property.name {
            CREATED_AT | UPDATED_AT => Some(timestamp(now)),
            "organizationId" => Some(organization.id.clone()),
            name => {
                resource.parameters().zip(&path).find(|(parameter, _)| *parameter == name).map(|(_, id)| id.clone())
            }
        };
        if let Some(made) = made {
            shown.insert(property.name.to_owned(), made.into());
        }
    }
    if let Some(id) = resource.id() {
        let own = shown.get(id).and_then(Value::as_str).map(str::to_owned);
        let identity = own.unwrap_or_else(|| new_id(resource, shape, id, random));
        shown.insert(id.to_owned(), identity.clone().into());
        path.push(identity);
    }
    let mut shown = Value::Object(shown);
    complete(&mut shown, shape);
    let Value::Object(shown) = shown else { return Err(Rejection::internal_error()) };
    let lifecycle = body
        .as_object()
        .and_then(|body| machine::of_new(resource.name, body))
        .map(|(machine, state)| Lifecycle::begin(machine, state, now, random.fork()));
    Ok(Record { path, shown, lifecycle, ..blank })
}

/// A new identity: a UUID, or 24 hexadecimal digits where ClickStack makes them.
fn new_id(resource: &Resource, shape: &'static Schema, property: &str, random: &Random) -> String {
    let is_uuid = properties(shape).iter().any(|known| {
        known.name == property && matches!(&known.schema.kind, Kind::Text(text) if text.format == Some(Format::Uuid))
    });
    if resource.name.starts_with("clickStack.") && !is_uuid { random.object_id() } else { random.uuid() }
}

/// Adds a drafted record, and shows it. One of the same path is a conflict.
pub fn insert(organization: &mut Organization, call: &Call, record: Record) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    if organization.store.get(resource.name, &record.path).is_some() {
        let noun = resource.noun();
        return Err(Rejection::conflict(if resource.is_single() {
            format!("a {noun} exists already")
        } else {
            format!("a {noun} {} exists already", record.id())
        }));
    }
    let (shown, change) = (record.show(), described(resource, &record, "created"));
    organization.add(resource, record);
    Ok(Output::changed(Some(shown), change))
}

/// Applies an update: properties that the body leaves out stay.
pub fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    change(organization, call, now, |record, change| {
        let mut shown = Value::Object(std::mem::take(&mut record.shown));
        merge(&mut shown, change);
        if let Value::Object(shown) = shown {
            record.shown = shown;
        }
        Ok(())
    })
}

/// Replaces a record: properties that the body leaves out are lost, but for its identity and its creation.
pub fn replace(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    if resource.is_single() {
        return set(organization, call, now);
    }
    change(organization, call, now, |record, change| {
        let Value::Object(mut shown) = change else { return Ok(()) };
        let kept = |name: &str| {
            name == CREATED_AT
                || name == UPDATED_AT
                || Some(name) == resource.id()
                || resource.parameters().any(|own| own == name)
        };
        shown.extend(
            record.shown.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone())),
        );
        let mut shown = Value::Object(shown);
        let shape = variant(&shown, resource.schema);
        complete(&mut shown, shape);
        if let Value::Object(shown) = shown {
            record.shown = shown;
        }
        Ok(())
    })
}

/// Changes the record of a call, all of it or nothing. The closure gets the body as the contract shows it.
pub fn change(
    organization: &mut Organization,
    call: &Call,
    now: f64,
    apply: impl FnOnce(&mut Record, Value) -> Result<(), Rejection>,
) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    let before = record(organization, call)?;
    let change = Value::Object(sent(call)?);
    let mut after = Record::clone(before);
    apply(&mut after, change)?;
    let changed = after.shown != before.shown || after.hidden != before.hidden || after.show() != before.show();
    if !changed {
        return Ok(Output::unchanged(after.show()));
    }
    if after.shown.contains_key(UPDATED_AT) {
        after.shown.insert(UPDATED_AT.to_owned(), timestamp(now).into());
    }
    let (shown, change) = (after.show(), described(resource, &after, "updated"));
    organization.store.put(resource, after);
    Ok(Output::changed(Some(shown), change))
}

/// Sets the only record of a parent, whether there is one or not.
pub fn set(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    let mut record = draft(organization, call, now)?;
    if let Some(before) = organization.store.get(resource.name, &record.path) {
        for name in ["id", CREATED_AT] {
            if let Some(value) = before.shown.get(name).filter(|_| !call.body.contains_key(name)) {
                record.shown.insert(name.to_owned(), value.clone());
            }
        }
        record.number = before.number;
    }
    put(organization, resource, record)
}

/// Stores the only record of a parent, and shows it.
pub fn put(organization: &mut Organization, resource: &'static Resource, record: Record) -> Result<Output, Rejection> {
    let (shown, change) = (record.show(), described(resource, &record, "set"));
    organization.add(resource, record);
    Ok(Output::changed(Some(shown), change))
}

/// Deletes a record, at once or, where it has states, by its own command.
pub fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = resource(call)?;
    let mut record = Record::clone(record(organization, call)?);
    let change = described(resource, &record, "deleted");
    match &mut record.lifecycle {
        Some(lifecycle) => {
            if !lifecycle.command("delete", now)? {
                return Ok(Output { result: None, change: None });
            }
            organization.store.put(resource, record);
        }
        None => {
            organization.store.remove(resource, &record.path);
        }
    }
    Ok(Output::changed(None, change))
}

/// The body of a call as the contract shows it.
pub fn sent(call: &Call) -> Result<Map<String, Value>, Rejection> {
    let resource = resource(call)?;
    let body = Value::Object(call.body.clone());
    match projected(&body, variant(&body, resource.schema)) {
        Some(Value::Object(sent)) => Ok(sent),
        _ => Ok(Map::new()),
    }
}

/// Rejects a record that the contract would not show: what may be written is sometimes more than what may be shown.
pub fn check_shown(record: &Record, resource: &Resource) -> Result<(), Rejection> {
    let shown = record.show();
    let root = [Step::Key(Cow::Borrowed("body"))];
    let mode = Mode::Request { unknown: Unknown::Refuse };
    let report = validate(shown.to_string().as_bytes(), variant(&shown, resource.schema), mode, &root);
    if report.issues.is_empty() { Ok(()) } else { Err(Rejection::issues(&report.issues)) }
}

/// A change in the words of the ledger.
pub fn described(resource: &Resource, record: &Record, verb: &str) -> String {
    let noun = resource.noun();
    if resource.is_single() { format!("{noun} {verb}") } else { format!("{noun} {} {verb}", record.id()) }
}
