//! The operations on the scaling schedule of a service, which is a part of its scaling.
//!
//! The limits outside of all entries are those that `services.updateReplicaScaling` sets. An empty list of entries removes the
//! schedule, as in the live API.

use serde_json::{Value, json};

use super::generic::not_found;
use super::{Handler, Output};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;

/// The handler of an operation of `services.scalingSchedule`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.scalingSchedule.get" => |organization, call, _| Ok(Output::unchanged(shown(organization, call)?)),
        "services.scalingSchedule.set" => set,
        "services.scalingSchedule.delete" => delete,
        _ => return None,
    })
}

fn shown(organization: &Organization, call: &Call) -> Result<Value, Rejection> {
    let service = organization.service(call.service_id())?;
    let resource = Resource::of(call.operation).ok_or_else(Rejection::internal_error)?;
    service.scaling.show_schedule().ok_or_else(|| not_found(resource, std::slice::from_ref(&service.id)))
}

fn set(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let entries = call.body.get("entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    change(organization, call, entries, now)?;
    let without = || json!({ "entries": [], "baseConfig": {} });
    Ok(Output::changed(Some(shown(organization, call).unwrap_or_else(|_| without())), "scaling schedule set"))
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    shown(organization, call)?;
    change(organization, call, &[], now)?;
    Ok(Output::changed(None, "scaling schedule deleted"))
}

fn change(organization: &mut Organization, call: &Call, entries: &[Value], now: f64) -> Result<(), Rejection> {
    let service = organization.service(call.service_id())?;
    service.check_not_terminating()?;
    service.check_scalable()?;
    let service = organization.service_mut(call.service_id())?;
    service.set_schedule(entries, now)?;
    service.lifecycle.record_activity(now);
    Ok(())
}
