//! The operations on the query endpoint of a service. A key that no longer exists is no longer shown among those that may
//! use it.

use serde_json::{Value, json};

use super::generic::{self, record};
use super::{Handler, Output};
use crate::sandbox::model::access::KEYS;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::merge;
use crate::sandbox::model::rejection::Rejection;

const OPEN_API_KEYS: &str = "openApiKeys";

/// The handler of an operation of `services.queryEndpoint`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.queryEndpoint.get" => get,
        "services.queryEndpoint.set" => set,
        _ => return None,
    })
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let mut shown = record(organization, call)?.show();
    if let Some(keys) = shown.get_mut(OPEN_API_KEYS).and_then(Value::as_array_mut) {
        keys.retain(|key| key.as_str().is_some_and(|id| has_key(organization, id)));
    }
    Ok(Output::unchanged(shown))
}

fn set(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    organization.service(call.service_id())?.check_not_terminating()?;
    let resource = generic::resource(call)?;
    let mut endpoint = generic::draft(organization, call, now)?;
    let keys = call.body.get(OPEN_API_KEYS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(unknown) = keys.into_iter().find(|id| !has_key(organization, id)) {
        return Err(Rejection::not_found(format!("key {unknown} not found")));
    }
    let id = match organization.store.get(resource.name, &endpoint.path) {
        Some(before) => before.text("id").unwrap_or_default().to_owned(),
        None => endpoint.random.uuid(),
    };
    let mut shown = json!({ "roles": [], OPEN_API_KEYS: [], "allowedOrigins": "" });
    merge(&mut shown, Value::Object(endpoint.shown));
    merge(&mut shown, json!({ "id": id }));
    let Value::Object(shown) = shown else { return Err(Rejection::internal_error()) };
    endpoint.shown = shown;
    generic::put(organization, resource, endpoint)
}

fn has_key(organization: &Organization, id: &str) -> bool {
    organization.store.get(KEYS, &[id.to_owned()]).is_some()
}
