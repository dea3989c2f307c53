//! The operations on the backups of a service.

use super::Output;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;

/// Carries out a call of `backups.…`.
pub fn run(organization: &Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    let mut backups = service.backups.newest_first();
    match call.operation.name {
        "backups.list" => Ok(Output::unchanged(backups.map(|backup| backup.show(&service.id, now)).collect())),
        "backups.get" => {
            let id = call.path("backupId").unwrap_or_default();
            match backups.find(|backup| backup.id.eq_ignore_ascii_case(id)) {
                Some(backup) => Ok(Output::unchanged(backup.show(&service.id, now))),
                None => Err(Rejection::not_found(format!("backup {id} not found"))),
            }
        }
        unknown => Err(Rejection::not_implemented(unknown)),
    }
}
