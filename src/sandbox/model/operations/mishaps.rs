//! Mishaps: a fault that has met a request changes the resource that the request created or named.
//!
//! The tables of the machines say which mishaps there are. Backups have no machine.

use std::rc::Rc;

use serde_json::Value;

use super::{Output, Payload, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::{Lifecycle, MACHINES};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::resource::Resource;

/// The fault of backups.
const BACKUP_FAILED: &str = "backup-failed";
const SERVICES: &str = "services";

/// Applies the mishap of a fault to the resource of a call that was carried out; of several, to the innermost. False: it fits
/// the state of none, and nothing has happened.
pub fn apply(organization: &mut Organization, call: &Call, output: &mut Output, fault: &str, now: f64) -> bool {
    let change = if fault == BACKUP_FAILED {
        fail_backup(organization, call, now)
    } else {
        let met = MACHINES.iter().filter(|machine| machine.mishaps(fault, call.operation).next().is_some());
        let mut resources: Vec<&Resource> = met.filter_map(|machine| Resource::named(machine.resource)).collect();
        resources.sort_unstable_by_key(|resource| std::cmp::Reverse(resource.path.len()));
        resources.into_iter().find_map(|resource| suffer(organization, resource, call, output, fault, now))
    };
    let Some(change) = change else { return false };
    output.change = Some(output.change.take().map_or(change.clone(), |first| format!("{first}; {change}")));
    true
}

/// The change of the resource of a call, in the words of the ledger; none: nothing has happened.
fn suffer(
    organization: &mut Organization,
    resource: &'static Resource,
    call: &Call,
    output: &Output,
    fault: &str,
    now: f64,
) -> Option<String> {
    let suffer = |lifecycle: &mut Lifecycle| {
        let before = lifecycle.shown();
        let suffers = lifecycle.suffer(fault, call.operation, now);
        let is_seen = lifecycle.shown() != before;
        suffers.then(|| if is_seen { format!("{before} -> {}", lifecycle.shown()) } else { fault.to_owned() })
    };
    if resource.name == SERVICES {
        let before = organization.service(&service_id(call, output)).ok()?.clone();
        let change = suffer(&mut organization.service_mut(&before.id).ok()?.lifecycle)?;
        organization.add_usage(&before, now);
        return Some(change);
    }
    let mut record = Record::clone(record(organization, resource, call, output)?);
    let change = suffer(record.lifecycle.as_mut()?)?;
    organization.store.put(resource, record);
    Some(change)
}

/// The record that a call has created or named.
fn record<'a>(
    organization: &'a Organization,
    resource: &'static Resource,
    call: &Call,
    output: &Output,
) -> Option<&'a Rc<Record>> {
    let path = generic::path(call, resource);
    let shown = match &output.result {
        Some(Payload::Value(result)) => result.get("id").and_then(Value::as_str),
        _ => None,
    };
    // One that continues another has the path of that in its own, and is shown.
    let parents = path.iter().take(resource.parameters().count() - 1).cloned();
    let created = shown.and_then(|id| {
        let path: Vec<String> = parents.chain([id.to_owned()]).collect();
        organization.store.get(resource.name, &path)
    });
    let named = || organization.store.get(resource.name, &path);
    // Functions have no id.
    let newest = || organization.store.collection(resource.name).last();
    created.or_else(named).or_else(newest)
}

/// The service that a call names, or has created.
fn service_id(call: &Call, output: &Output) -> String {
    let created = match &output.result {
        Some(Payload::Value(result)) => result.pointer("/service/id").and_then(Value::as_str),
        _ => None,
    };
    call.path("serviceId").or(created).unwrap_or_default().to_owned()
}

fn fail_backup(organization: &mut Organization, call: &Call, now: f64) -> Option<String> {
    let service = organization.service_mut(call.service_id()).ok()?;
    service.backups.fail_one(now).then(|| BACKUP_FAILED.to_owned())
}
