//! The operations on invitations: one for each address, until it expires (`Organization::advance`).

use serde_json::Value;

use super::{Handler, Output, generic};
use crate::sandbox::model::access::{self, INVITATIONS, MEMBERS};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permissions;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{DAY, timestamp};

/// How long an invitation can be accepted.
const LIFETIME: f64 = 7.0 * DAY;
/// The role of an invitation that names none.
const USUAL_ROLE: &str = "Developer";

/// The handler of an operation of `invitations`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "invitations.create" => create,
        _ => return None,
    })
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let email = call.body.get("email").and_then(Value::as_str).unwrap_or_default();
    for (resource, fact) in [(MEMBERS, "is a member already"), (INVITATIONS, "is invited already")] {
        let mut records = organization.store.collection(resource).iter();
        if records.any(|record| record.text("email").is_some_and(|known| known.eq_ignore_ascii_case(email))) {
            return Err(Rejection::conflict(format!("{email} {fact}")));
        }
    }
    let usual = || access::named(organization, USUAL_ROLE).into_iter().collect::<Vec<_>>();
    let roles = access::requested(organization, call)?.unwrap_or_else(usual);
    permissions::check_gives(organization, call, &roles)?;
    let mut record = generic::draft(organization, call, now)?;
    access::assign(generic::resource(call)?, &mut record, &roles);
    record.shown.insert("expireAt".to_owned(), timestamp(now + LIFETIME).into());
    generic::insert(organization, call, record)
}
