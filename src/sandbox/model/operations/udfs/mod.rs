//! User-defined functions: code from uploads, in versions, attached to services.
//!
//! A function has its name and counts its versions; all else is a version's. An upload becomes one version, at most.

mod attachments;
pub mod uploads;
mod versions;

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{Handler, Output, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;

/// The names of the resources in the contract.
const UDFS: &str = "udfs";
const VERSIONS: &str = "udfs.versions";
const ATTACHMENTS: &str = "udfs.attachments";
const NAME: &str = "functionName";
/// The hidden property with the number of versions ever created.
const COUNT: &str = "versions";

pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "udfs.list" => list,
        "udfs.create" => create,
        "udfs.get" => get,
        "udfs.delete" => delete,
        "udfs.createUpload" => uploads::create,
        "udfs.attachments.get" => attachments::get,
        "udfs.attachments.list" => attachments::list,
        "udfs.attachments.set" => attachments::set,
        "udfs.versions.create" => versions::create,
        "udfs.versions.delete" => versions::delete,
        "udfs.versions.list" => versions::list,
        _ => return None,
    })
}

/// Lists the functions, each in its newest version.
fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let newest = |function: &Rc<Record>| {
        let version = versions::newest(organization, function)?;
        Some(Record { number: function.number, ..versions::displayed(version) })
    };
    let shown: Vec<Record> = organization.store.list(UDFS, &[]).filter_map(newest).collect();
    let page: Vec<&Record> = shown.iter().collect();
    Ok(Output::unchanged(generic::listed(call, generic::resource(call)?, &page)?))
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let function = generic::record(organization, call)?;
    let newest = versions::newest(organization, function).ok_or_else(Rejection::internal_error)?;
    Ok(Output::unchanged(versions::displayed(newest).show()))
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    let name = call.body.get(NAME).and_then(Value::as_str).unwrap_or_default().to_owned();
    let path = vec![name.clone()];
    if organization.store.get(UDFS, &path).is_some() {
        return Err(Rejection::conflict(format!("a udf {name} exists already")));
    }
    generic::check_count(organization, resource)?;
    let upload = uploads::take(organization, call, now)?;
    let shown: Map<String, Value> = [(NAME.to_owned(), name.clone().into())].into_iter().collect();
    let hidden = [(COUNT.to_owned(), json!(0))].into_iter().collect();
    organization.add(resource, Record { path, shown, hidden, ..organization.new_record() });
    versions::add(organization, call, &name, &upload, now)
}

fn delete(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let path = generic::record(organization, call)?.path.clone();
    if let Some(attachment) = attachments::of_function(organization, &path).next() {
        let service = attachment.id();
        return Err(Rejection::conflict(format!("The function is attached to service {service}: detach it before.")));
    }
    let resource = generic::resource(call)?;
    organization.store.remove(resource, &path);
    Ok(Output::changed(None, format!("udf {} deleted", path.join(""))))
}
