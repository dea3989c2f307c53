//! The operations on organizations: a key opens exactly one.

use serde_json::json;

use super::Output;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;

/// Carries out a call of `organizations.…`.
pub fn run(organization: &Organization, call: &Call) -> Result<Output, Rejection> {
    match call.operation.name {
        "organizations.list" => Ok(Output::unchanged(json!([organization.show()]))),
        "organizations.get" => Ok(Output::unchanged(organization.show())),
        unknown => Err(Rejection::not_implemented(unknown)),
    }
}
