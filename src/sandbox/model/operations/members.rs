//! The operations on members. At least one of them stays an admin.

use super::{Handler, Output, generic};
use crate::sandbox::model::access;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permissions;
use crate::sandbox::model::rejection::Rejection;

/// The handler of an operation of `members`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "members.update" => update,
        "members.delete" => delete,
        _ => return None,
    })
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    let roles = access::requested(organization, call)?.unwrap_or_default();
    permissions::check_gives(organization, call, &roles)?;
    let stays_admin = roles.iter().any(|role| access::is_admin_role(role));
    access::check_admin_stays(organization, |member, is_admin| if member.id() == id { stays_admin } else { is_admin })?;
    let resource = generic::resource(call)?;
    generic::change(organization, call, now, |record, _| {
        access::assign(resource, record, &roles);
        Ok(())
    })
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    access::check_admin_stays(organization, |member, is_admin| is_admin && member.id() != id)?;
    generic::delete(organization, call, now)
}
