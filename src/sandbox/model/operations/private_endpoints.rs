//! The operations on the private endpoints of a service. An endpoint stands on the service and on the organization; its id is
//! the one that the caller's cloud gave it.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{Handler, Output};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;
use crate::sandbox::model::service::Service;

const ORGANIZATIONS: &str = "organizations";
const PRIVATE_ENDPOINTS: &str = "privateEndpoints";
const AVAILABLE: &str = "availablePrivateEndpointIds";
/// The most endpoints of an organization.
const MAX_ENDPOINTS: usize = 1_000;

/// The handler of an operation of `services.privateEndpoints`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.privateEndpoints.getConfig" => get_config,
        "services.privateEndpoints.create" => create,
        _ => return None,
    })
}

/// The endpoint service of a region, which private endpoints connect to. It is the same for all services there.
pub fn endpoint_service(provider: &str, region: &str) -> String {
    let random = Random::of_text(region);
    match provider {
        "gcp" => format!(
            "projects/sandbox-clickhouse/regions/{region}/serviceAttachments/production-{region}-clickhouse-cloud"
        ),
        "azure" => format!("production-{region}-0-0.{}.{region}.azure.privatelinkservice", random.uuid()),
        _ => {
            let id: String = random.object_id().chars().take(17).collect();
            format!("com.amazonaws.vpce.{region}.vpce-svc-{id}")
        }
    }
}

fn get_config(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let service = organization.service(call.service_id())?;
    let (provider, region) = (service.text("provider").unwrap_or_default(), service.text("region").unwrap_or_default());
    Ok(Output::unchanged(json!({
        "endpointServiceId": endpoint_service(provider, region),
        "privateDnsHostname": service.private_host(),
    })))
}

fn create(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let text = |name: &str| call.body.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = text("id");
    let service = organization.service(call.service_id())?;
    service.check_not_terminating()?;
    if service.list("privateEndpointIds").iter().any(|known| known == id) {
        return Err(Rejection::conflict(format!("the service has the private endpoint {id} already")));
    }
    let endpoint = json!({
        "id": id,
        "description": text("description"),
        "cloudProvider": service.text("provider"),
        "region": service.text("region"),
    });
    let itself = with_endpoint(organization, &endpoint)?;
    let add = Map::from_iter([("privateEndpointIds".to_owned(), json!({ "add": [id] }))]);
    organization.service_mut(call.service_id())?.update(&add)?;
    if let Some(resource) = Resource::named(ORGANIZATIONS) {
        organization.store.put(resource, itself);
    }
    offer(organization);
    Ok(Output::changed(Some(endpoint), "private endpoint created"))
}

/// Offers the private endpoints of the organization to its services in the same region.
pub fn offer(organization: &mut Organization) {
    for service in organization.services.clone() {
        let ids = available(organization, &service);
        if service.list(AVAILABLE) != ids
            && let Ok(service) = organization.service_mut(&service.id)
        {
            service.set_list(AVAILABLE, ids);
        }
    }
}

/// Offers the private endpoints of the organization to a new service.
pub fn offer_to(service: &mut Service, organization: &Organization) {
    let ids = available(organization, service);
    service.set_list(AVAILABLE, ids);
}

/// The ids of the private endpoints in the region of a service.
fn available(organization: &Organization, service: &Service) -> Vec<Value> {
    let itself = organization.store.get(ORGANIZATIONS, &[]);
    let known = itself.and_then(|itself| itself.shown.get(PRIVATE_ENDPOINTS)?.as_array());
    known
        .into_iter()
        .flatten()
        .filter(|endpoint| is_near(endpoint, service))
        .filter_map(|endpoint| endpoint.get("id").cloned())
        .collect()
}

/// Whether an endpoint is in the region of a service. One without a provider or a region is in all.
fn is_near(endpoint: &Value, service: &Service) -> bool {
    let is = |name: &str, own: &str| {
        endpoint.get(name).and_then(Value::as_str).is_none_or(|place| service.text(own) == Some(place))
    };
    is("cloudProvider", "provider") && is("region", "region")
}

/// Whether two entries are of the same endpoint. One without a provider or a region stands for those of any.
pub fn fits(one: &Value, other: &Value) -> bool {
    let same = |name: &str| one.get(name).zip(other.get(name)).is_none_or(|(one, other)| one == other);
    one.get("id") == other.get("id") && same("cloudProvider") && same("region")
}

/// Rejects a change of the organization's private endpoints that takes one from a service.
pub fn check_unused(services: &[Rc<Service>], before: &[Value], after: &[Value]) -> Result<(), Rejection> {
    for lost in before.iter().filter(|endpoint| !after.iter().any(|other| fits(endpoint, other))) {
        let uses = |service: &&Rc<Service>| {
            let ids = service.list("privateEndpointIds");
            is_near(lost, service) && ids.iter().any(|id| lost.get("id") == Some(id))
        };
        if let Some(service) = services.iter().find(uses) {
            let id = lost.get("id").and_then(Value::as_str).unwrap_or_default();
            return Err(Rejection::conflict(format!(
                "the private endpoint {id} is used by the service {}; remove it there first",
                service.id
            )));
        }
    }
    Ok(())
}

/// The record of the organization with one more private endpoint, unless it has it.
fn with_endpoint(organization: &Organization, endpoint: &Value) -> Result<Record, Rejection> {
    let itself = organization.store.get(ORGANIZATIONS, &[]).ok_or_else(Rejection::internal_error)?;
    let mut itself = Record::clone(itself);
    let known = itself.shown.entry(PRIVATE_ENDPOINTS).or_insert_with(|| json!([]));
    let Value::Array(known) = known else { return Err(Rejection::internal_error()) };
    if !known.iter().any(|other| other.get("id") == endpoint.get("id")) {
        if known.len() >= MAX_ENDPOINTS {
            return Err(Rejection::bad_request(format!(
                "the organization may have at most {MAX_ENDPOINTS} private endpoints"
            )));
        }
        known.push(endpoint.clone());
    }
    Ok(itself)
}
