//! The operations on the backups of a service.

use super::{Handler, Output};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;

/// The handler of an operation of `backups`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "backups.list" => list,
        "backups.get" => get,
        _ => return None,
    })
}

fn list(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    Ok(Output::unchanged(service.backups.newest_first().map(|backup| backup.show(&service.id, now)).collect()))
}

fn get(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    let id = call.path("backupId").unwrap_or_default();
    match service.backups.newest_first().find(|backup| backup.id.eq_ignore_ascii_case(id)) {
        Some(backup) => Ok(Output::unchanged(backup.show(&service.id, now))),
        None => Err(Rejection::not_found(format!("backup {id} not found"))),
    }
}
