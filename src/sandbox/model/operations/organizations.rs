//! The operations on organizations: a key opens exactly one.

use serde_json::json;

use super::{Handler, Output};

/// The handler of an operation of `organizations`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "organizations.list" => |organization, _, _| Ok(Output::unchanged(json!([organization.show()]))),
        "organizations.get" => |organization, _, _| Ok(Output::unchanged(organization.show())),
        _ => return None,
    })
}
