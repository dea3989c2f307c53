//! The operations on the backups of a service: the backups, when they are made, and the caller's own bucket for them.
//!
//! Configuration and bucket are part of the service, which makes its backups by them. Secrets of a bucket are in no schema
//! that is shown, so none is kept.

use serde_json::{Map, Value, json};

use super::generic::not_found;
use super::{Handler, Output};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::{merge, projected, variant};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;
use crate::sandbox::model::service::Service;

const PROVIDER: &str = "bucketProvider";

/// The handler of an operation of `backups`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "backups.list" => list,
        "backups.get" => get,
        "backups.configuration.get" => get_configuration,
        "backups.configuration.update" => update_configuration,
        "backups.bucket.get" => get_bucket,
        "backups.bucket.create" => create_bucket,
        "backups.bucket.update" => update_bucket,
        "backups.bucket.delete" => delete_bucket,
        _ => return None,
    })
}

fn list(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.service_id())?;
    Ok(Output::unchanged(service.backups.newest_first(now).map(|backup| backup.show(&service.id, now)).collect()))
}

fn get(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.service_id())?;
    let id = call.path("backupId").unwrap_or_default();
    match service.backups.newest_first(now).find(|backup| backup.id.eq_ignore_ascii_case(id)) {
        Some(backup) => Ok(Output::unchanged(backup.show(&service.id, now))),
        None => Err(Rejection::not_found(format!("backup {id} not found"))),
    }
}

fn get_configuration(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(organization.service(call.service_id())?.backups.schedule.show()))
}

fn update_configuration(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let before = organization.service(call.service_id())?;
    before.check_not_terminating()?;
    let schedule = before.backups.schedule.updated(&call.body, now)?;
    let shown = schedule.show();
    if schedule == before.backups.schedule {
        return Ok(Output::unchanged(shown));
    }
    organization.service_mut(call.service_id())?.backups.schedule = schedule;
    Ok(Output::changed(Some(shown), "backup configuration updated"))
}

/// The bucket of the service of a call.
fn bucket<'a>(organization: &'a Organization, call: &Call) -> Result<&'a Value, Rejection> {
    let service = organization.service(call.service_id())?;
    let resource = Resource::of(call.operation).ok_or_else(Rejection::internal_error)?;
    service.backups.bucket.as_ref().ok_or_else(|| not_found(resource, std::slice::from_ref(&service.id)))
}

fn get_bucket(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(bucket(organization, call)?.clone()))
}

fn create_bucket(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let random = organization.record_stream();
    let service = organization.service(call.service_id())?;
    service.check_not_terminating()?;
    check_provider(service, &call.body)?;
    if service.backups.bucket.is_some() {
        return Err(Rejection::conflict("the service has a bucket for its backups already"));
    }
    let mut bucket = shown(call)?;
    merge(&mut bucket, json!({ "id": random.uuid() }));
    organization.service_mut(call.service_id())?.backups.bucket = Some(bucket.clone());
    organization.records += 1;
    Ok(Output::changed(Some(bucket), "backup bucket created"))
}

fn update_bucket(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let before = bucket(organization, call)?;
    let service = organization.service(call.service_id())?;
    service.check_not_terminating()?;
    check_provider(service, &call.body)?;
    let mut bucket = before.clone();
    merge(&mut bucket, shown(call)?);
    if let Value::Object(members) = &mut bucket {
        // `null` removes a property.
        members.retain(|name, _| call.body.get(name) != Some(&Value::Null));
    }
    organization.service_mut(call.service_id())?.backups.bucket = Some(bucket.clone());
    Ok(Output::changed(Some(bucket), "backup bucket updated"))
}

fn delete_bucket(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    bucket(organization, call)?;
    organization.service_mut(call.service_id())?.backups.bucket = None;
    Ok(Output::changed(None, "backup bucket deleted"))
}

/// The part of a body that the API shows of a bucket, in the form of its cloud.
fn shown(call: &Call) -> Result<Value, Rejection> {
    let body = Value::Object(call.body.clone());
    let resource = Resource::of(call.operation).ok_or_else(Rejection::internal_error)?;
    projected(&body, variant(&body, resource.schema)).ok_or_else(Rejection::internal_error)
}

/// Rejects a bucket in another cloud than the service.
fn check_provider(service: &Service, body: &Map<String, Value>) -> Result<(), Rejection> {
    let sent = body.get(PROVIDER).and_then(Value::as_str).unwrap_or_default();
    let provider = service.text("provider").unwrap_or_default();
    if sent.eq_ignore_ascii_case(provider) {
        return Ok(());
    }
    Err(Rejection::bad_request(format!(
        "body.{PROVIDER}: expected {}, where the service runs, received {sent}",
        provider.to_ascii_uppercase()
    )))
}
