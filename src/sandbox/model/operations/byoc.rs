//! The operations on infrastructure in a cloud account of the customer's own. It is shown in the organization
//! (`Organization::show`); its states are those of `machine::byoc`.

use serde_json::Value;

use super::{Handler, Output, generic};
use crate::contract::REGION_GROUPS;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::validate::matches;

/// The handler of an operation of `byoc`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "byoc.create" => create,
        "byoc.delete" => delete,
        _ => return None,
    })
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let text = |name: &str| call.body.get(name).and_then(Value::as_str);
    let (account, region) = (text("accountId").unwrap_or_default(), text("regionId").unwrap_or_default());
    let provider = REGION_GROUPS.iter().find(|(_, form)| matches(form, region)).map_or("aws", |(provider, _)| provider);
    let mut record = generic::draft(organization, call, now)?;
    let name = text("displayName").map_or_else(|| format!("{provider} {region}"), str::to_owned);
    for (property, value) in [("accountName", account), ("cloudProvider", provider), ("displayName", &name)] {
        record.shown.insert(property.to_owned(), value.into());
    }
    generic::insert(organization, call, record)
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id();
    let runs = |name: Option<&str>| name.is_some_and(|name| name.eq_ignore_ascii_case(id));
    if organization.services.iter().any(|service| runs(service.text("byocId"))) {
        return Err(Rejection::conflict("The infrastructure has services: delete them before."));
    }
    generic::delete(organization, call, now)
}
