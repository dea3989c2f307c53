//! The operations on the organization itself: its name and private endpoints, and metrics made from its state.

use serde_json::Value;

use super::private_endpoints::fits;
use super::{Handler, Output, Payload, generic, postgres, private_endpoints};
use crate::contract::REGION_GROUPS;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permission_names::VIEW_SERVICE;
use crate::sandbox::model::permissions::Permissions;
use crate::sandbox::model::record::{Record, merge};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::service::{Service, is_of, metrics};
use crate::validate::matches;

/// The most private endpoints of an organization.
const MOST_ENDPOINTS: usize = 1_000;

/// The handler of an operation of `organizations`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "organizations.list" => |organization, _, _| Ok(Output::unchanged(vec![organization.show()].into())),
        "organizations.get" => |organization, _, _| Ok(Output::unchanged(organization.show())),
        "organizations.update" => update,
        "organizations.getPrometheus" => get_prometheus,
        "organizations.getPostgresPrometheus" => get_postgres_prometheus,
        _ => return None,
    })
}

const fn text(text: String) -> Output {
    Output { result: Some(Payload::Text(text)), change: None }
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    if call.body.get("name").and_then(Value::as_str).is_some_and(|name| name.trim().is_empty()) {
        return Err(Rejection::bad_request("body.name: expected a name, received an empty text"));
    }
    let services = organization.services.clone();
    let mut output = generic::change(organization, call, now, |record, _| {
        for name in ["name", "enableCoreDumps"] {
            if let Some(value) = call.body.get(name) {
                record.shown.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(change) = call.body.get("privateEndpoints") {
            let before = record.shown.get("privateEndpoints").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let endpoints = updated_endpoints(before, change)?;
            private_endpoints::check_unused(&services, before, &endpoints)?;
            record.shown.insert("privateEndpoints".to_owned(), endpoints.into());
        }
        Ok(())
    })?;
    private_endpoints::offer(organization);
    output.result = Some(Payload::Value(organization.show()));
    output.change = output.change.map(|_| "organization updated".to_owned());
    Ok(output)
}

/// The private endpoints after a change: removals come first. An endpoint that is added again keeps what the entry leaves
/// out.
fn updated_endpoints(endpoints: &[Value], change: &Value) -> Result<Vec<Value>, Rejection> {
    let part = |name: &str| change.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for name in ["remove", "add"] {
        if let Some(index) = part(name).iter().position(|entry| entry.get("id").is_none()) {
            let path = format!("body.privateEndpoints.{name}[{index}].id");
            return Err(Rejection::bad_request(format!("{path}: expected the id of an endpoint, received nothing")));
        }
    }
    let stays = |endpoint: &&Value| !part("remove").iter().any(|removed| fits(removed, endpoint));
    let mut endpoints: Vec<Value> = endpoints.iter().filter(stays).cloned().collect();
    for (index, added) in part("add").iter().enumerate() {
        let mut endpoint = added.clone();
        let place = endpoints.iter_mut().find(|endpoint| fits(added, endpoint));
        if let Some(known) = &place {
            endpoint = Value::clone(known);
            merge(&mut endpoint, added.clone());
        }
        let text = |name: &str| endpoint.get(name).and_then(Value::as_str);
        if let (Some(provider), Some(region)) = (text("cloudProvider"), text("region"))
            && !is_of(region, provider)
        {
            return Err(Rejection::bad_request(format!(
                "body.privateEndpoints.add[{index}].region: expected a region of {provider}, received {region:?}"
            )));
        }
        match place {
            Some(known) => *known = endpoint,
            None => endpoints.push(endpoint),
        }
    }
    if endpoints.len() > MOST_ENDPOINTS {
        return Err(Rejection::bad_request(format!(
            "body.privateEndpoints: expected at most {MOST_ENDPOINTS} in all, received {}",
            endpoints.len()
        )));
    }
    Ok(endpoints)
}

fn get_prometheus(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let filtered = call.query.get("filtered_metrics").and_then(Value::as_bool).unwrap_or(false);
    let permissions = Permissions::of(organization, &call.key);
    let visible = |service: &&Service| permissions.include(VIEW_SERVICE, Some(&service.id));
    let services: Vec<&Service> = organization.services.iter().map(AsRef::as_ref).filter(visible).collect();
    Ok(text(metrics::exposition(&organization.id, &services, filtered, now)))
}

fn get_postgres_prometheus(organization: &mut Organization, _: &Call, now: f64) -> Result<Output, Rejection> {
    let services: Vec<&Record> = organization.store.collection(postgres::POSTGRES).iter().map(AsRef::as_ref).collect();
    Ok(text(postgres::metrics::exposition(organization, &services, now)))
}

pub fn get_private_endpoint_config(call: &Call) -> Result<Payload, Rejection> {
    let text = |name: &str| call.query.get(name).and_then(Value::as_str).unwrap_or_default();
    let (provider, region) = (text("cloud_provider"), text("region_id"));
    let Some((_, form)) = REGION_GROUPS.iter().find(|(known, _)| *known == provider) else {
        let known: Vec<&str> = REGION_GROUPS.iter().map(|(known, _)| *known).collect();
        return Err(Rejection::bad_request(format!(
            "query.cloud_provider: expected one of {}, received {provider:?}",
            known.join(", ")
        )));
    };
    if !matches(form, region) {
        return Err(Rejection::bad_request(format!(
            "query.region_id: expected a region of {provider}, received {region:?}"
        )));
    }
    let id = private_endpoints::endpoint_service(provider, region);
    Ok(Payload::Value(serde_json::json!({ "endpointServiceId": id })))
}
