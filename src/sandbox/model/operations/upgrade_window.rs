//! The operations on the upgrade window of a service. The services of a warehouse are upgraded together, in the window of the
//! primary one.

use serde_json::Value;

use super::generic::{self, not_found, path};
use super::{Handler, Output};
use crate::contract::Kind;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::{Resource, properties};

const DURATION: &str = "duration";

/// The handler of an operation of `services.upgradeWindow`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.upgradeWindow.get" => get,
        "services.upgradeWindow.set" => set,
        "services.upgradeWindow.delete" => |organization, call, now| {
            check_primary(organization, call)?;
            generic::delete(organization, call, now)
        },
        _ => return None,
    })
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    let service = organization.service(call.service_id())?;
    let warehouse = service.text("dataWarehouseId").unwrap_or_default();
    let primary = organization.warehouse(warehouse).find(|member| member.is_primary()).unwrap_or(service);
    match organization.store.get(resource.name, std::slice::from_ref(&primary.id)) {
        Some(window) => Ok(Output::unchanged(window.show())),
        None => Err(not_found(resource, &path(call, resource))),
    }
}

fn set(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check_primary(organization, call)?;
    let resource = generic::resource(call)?;
    let mut window = generic::draft(organization, call, now)?;
    if let Some(duration) = duration(resource) {
        window.shown.insert(DURATION.to_owned(), duration);
    }
    generic::put(organization, resource, window)
}

/// The only duration that the contract has.
fn duration(resource: &Resource) -> Option<Value> {
    let property = properties(resource.schema).iter().find(|property| property.name == DURATION)?;
    let Kind::NumberEnum(values) = &property.schema.kind else { return None };
    values.first()?.parse().ok()
}

fn check_primary(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    if organization.service(call.service_id())?.is_primary() {
        return Ok(());
    }
    Err(Rejection::bad_request("a secondary service has the upgrade window of the primary service of its warehouse"))
}
