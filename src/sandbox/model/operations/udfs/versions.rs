//! The versions of a function. Each is built from an upload, and its number is never used again.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::super::{Output, generic};
use super::uploads::Upload;
use super::{COUNT, NAME, UDFS, VERSIONS, attachments, uploads};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::{self, Lifecycle};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::{Record, projected};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;
use crate::sandbox::model::time::timestamp;

/// The hidden property with the reason why a version can not be built.
const FAULT: &str = "fault";

/// The values of properties that a body leaves out: the defaults of the contract, which its tables do not hold.
fn defaults(kind: &str) -> Value {
    json!({
        "returnName": null,
        "commandReadTimeout": 10_000,
        "commandWriteTimeout": 10_000,
        "sendChunkHeader": false,
        "format": "TabSeparated",
        "sandboxType": "basic",
        "sandboxVersion": "v2",
        "poolSize": if kind == "executable_pool" { json!(3) } else { Value::Null },
        "maxCommandExecutionTime": 10,
    })
}

/// The newest version of a function.
pub fn newest<'a>(organization: &'a Organization, function: &'a Record) -> Option<&'a Record> {
    organization.store.list(VERSIONS, &function.path).next_back().map(Rc::as_ref)
}

/// A version as the API shows it: with the reason of its error, and when its status last changed.
pub fn displayed(version: &Record) -> Record {
    let mut displayed = version.clone();
    if let Some(lifecycle) = &version.lifecycle {
        let reason = || version.hidden.get(FAULT).cloned().unwrap_or_else(|| "the archive can not be built".into());
        let error = if lifecycle.state() == "error" { reason() } else { Value::Null };
        displayed.shown.insert("error".to_owned(), error);
        displayed.shown.insert("updatedAt".to_owned(), timestamp(lifecycle.since()).into());
    }
    displayed
}

/// Adds a version of a function that exists, and shows it.
pub fn add(
    organization: &mut Organization,
    call: &Call,
    name: &str,
    upload: &Upload,
    now: f64,
) -> Result<Output, Rejection> {
    let (udfs, versions) = (Resource::named(UDFS), Resource::named(VERSIONS));
    let (udfs, versions) = udfs.zip(versions).ok_or_else(Rejection::internal_error)?;
    let machine = machine::of(VERSIONS).ok_or_else(Rejection::internal_error)?;
    let path = vec![name.to_owned()];
    let function = organization.store.get(UDFS, &path).ok_or_else(|| generic::not_found(udfs, &path))?;
    let mut function = Record::clone(function);
    let number = function.hidden.get(COUNT).and_then(Value::as_u64).unwrap_or(0) + 1;
    function.hidden.insert(COUNT.to_owned(), number.into());

    let body = Value::Object(call.body.clone());
    let kind = call.body.get("type").and_then(Value::as_str).unwrap_or_default();
    let mut shown = object(Some(defaults(kind)));
    shown.extend(object(projected(&body, versions.schema)));
    shown.insert(NAME.to_owned(), name.into());
    shown.insert("version".to_owned(), number.into());
    shown.insert("createdAt".to_owned(), timestamp(now).into());
    let blank = organization.new_record();
    let mut lifecycle = Lifecycle::begin(machine, "building", now, blank.random.fork());
    let mut hidden = Map::new();
    if upload.size == 0 {
        lifecycle.divert("error");
        hidden.insert(FAULT.to_owned(), "the archive is empty".into());
    }
    let path = vec![name.to_owned(), number.to_string()];
    let lifecycle = Some(lifecycle);
    let version = Record { path, shown, hidden, lifecycle, ..blank };
    let result = displayed(&version).show();
    organization.store.put(udfs, function);
    organization.add(versions, version);
    Ok(Output::changed(Some(result), format!("version {number} of udf {name} created")))
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

pub fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    let parents = generic::path(call, resource);
    let shown: Vec<Record> = organization.store.list(VERSIONS, &parents).map(|version| displayed(version)).collect();
    let page: Vec<&Record> = shown.iter().collect();
    Ok(Output::unchanged(generic::listed(call, resource, &page)?))
}

pub fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    generic::check_count(organization, resource)?;
    let upload = uploads::take(organization, call, now)?;
    let name = call.path(NAME).unwrap_or_default();
    add(organization, call, name, &upload, now)
}

pub fn delete(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let version = Rc::clone(generic::record(organization, call)?);
    let function = version.path.get(..1).unwrap_or_default();
    let number = version.shown.get("version");
    let is_attached = |attachment: &&Record| attachment.shown.get("version") == number;
    if let Some(attachment) = attachments::of_function(organization, function).find(is_attached) {
        let service = attachment.id();
        return Err(Rejection::conflict(format!(
            "The version is attached to service {service}: detach it or attach another version before."
        )));
    }
    if organization.store.list(VERSIONS, function).count() == 1 {
        return Err(Rejection::conflict("The only version of a function cannot be deleted: delete the function."));
    }
    organization.store.remove(generic::resource(call)?, &version.path);
    let [name, number] = version.path.as_slice() else { return Err(Rejection::internal_error()) };
    Ok(Output::changed(None, format!("version {number} of udf {name} deleted")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let document: Value = serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/contract.json"))).unwrap();
        for (kind, schema) in [
            ("executable", "CreateExecutableUdfBody"),
            ("executable", "CreateExecutableUdfVersionBody"),
            ("executable_pool", "CreateExecutablePoolUdfBody"),
            ("executable_pool", "CreateExecutablePoolUdfVersionBody"),
        ] {
            let properties = document.pointer(&format!("/components/schemas/{schema}/properties")).unwrap();
            let properties = properties.as_object().unwrap().iter();
            let expected: Map<String, Value> =
                properties.filter_map(|(name, it)| Some((name.clone(), it.get("default")?.clone()))).collect();
            assert_eq!(defaults(kind), Value::Object(expected), "{schema}");
        }
    }
}
