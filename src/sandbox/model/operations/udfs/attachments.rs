//! The services that a function is attached to, each with one version of it.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::super::{Output, Payload, generic};
use super::{ATTACHMENTS, VERSIONS};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::services::RUNNING;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;

/// The attachments of a function, but for those that come to their end.
pub fn of_function<'a>(organization: &'a Organization, function: &'a [String]) -> impl Iterator<Item = &'a Record> {
    organization.store.list(ATTACHMENTS, function).map(Rc::as_ref).filter(|attachment| !is_ending(attachment))
}

fn is_ending(attachment: &Record) -> bool {
    attachment.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.is_ending())
}

/// An attachment as the API shows it: in `standby` while its service does not run.
fn displayed(organization: &Organization, attachment: &Record) -> Record {
    let mut displayed = attachment.clone();
    let waits = displayed.lifecycle.as_ref().is_some_and(|lifecycle| {
        matches!(lifecycle.state(), "provisioning" | "deployed")
            && organization
                .service(attachment.id())
                .is_ok_and(|service| !matches!(service.lifecycle.shown(), RUNNING | "partially_running" | "degraded"))
    });
    if waits {
        displayed.lifecycle = None;
        displayed.shown.insert("status".to_owned(), "standby".into());
    }
    displayed
}

pub fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let attachment = generic::record(organization, call)?;
    Ok(Output::unchanged(displayed(organization, attachment).show()))
}

pub fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    let parents = generic::path(call, resource);
    let attachments = organization.store.list(ATTACHMENTS, &parents);
    let shown: Vec<Record> = attachments.map(|attachment| displayed(organization, attachment)).collect();
    let page: Vec<&Record> = shown.iter().collect();
    Ok(Output::unchanged(generic::listed(call, resource, &page)?))
}

/// Attaches a version that is built: that of the body, or the newest one.
pub fn set(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    if service.lifecycle.is_ending() {
        return Err(service.lifecycle.conflict("The service is being deleted."));
    }
    let (path, id) = (generic::path(call, resource), service.id.clone());
    let function: Vec<String> = path.iter().take(1).cloned().collect();
    let version = version(organization, call, &function)?;
    let number = version.shown.get("version").cloned().unwrap_or_default();
    let before = organization.store.get(resource.name, &path);
    let same = before.filter(|before| {
        let errs = before.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.state() == "error");
        before.shown.get("version") == Some(&number) && !is_ending(before) && !errs
    });
    if let Some(same) = same {
        return Ok(Output::unchanged(displayed(organization, same).show()));
    }
    let place = before.map(|before| before.number);
    let body: Map<String, Value> =
        [("serviceId".to_owned(), id.into()), ("version".to_owned(), number)].into_iter().collect();
    let mut attachment = generic::draft_of(organization, resource, function, &body, now)?;
    attachment.number = place.unwrap_or(attachment.number);
    let result = displayed(organization, &attachment).show();
    let change = format!("udf {} attached", attachment.path.join(" to "));
    organization.add(resource, attachment);
    Ok(Output { result: Some(Payload::Value(result)), change: Some(change) })
}

/// The version of a function that a call attaches.
fn version<'a>(organization: &'a Organization, call: &Call, function: &'a [String]) -> Result<&'a Record, Rejection> {
    let resource = Resource::named(VERSIONS).ok_or_else(Rejection::internal_error)?;
    let found = match call.body.get("version").and_then(Value::as_u64) {
        Some(number) => {
            let path: Vec<String> = function.iter().cloned().chain([number.to_string()]).collect();
            let found = organization.store.get(VERSIONS, &path);
            found.ok_or_else(|| generic::not_found(resource, &path))?
        }
        None => {
            let newest = organization.store.list(VERSIONS, function).next_back();
            newest.ok_or_else(Rejection::internal_error)?
        }
    };
    match &found.lifecycle {
        Some(lifecycle) if lifecycle.state() != "ready" => {
            Err(lifecycle.conflict("Only version in one of the following states: 'ready' can be attached."))
        }
        _ => Ok(found),
    }
}
