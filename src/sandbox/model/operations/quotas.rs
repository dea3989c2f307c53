//! The operations on quotas, which are computed: the limits that hold here, and the number of things that count.

use serde_json::{Value, json};

use super::{Handler, Output, generic};
use crate::contract::{self, Bound, Kind};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::properties;
use crate::sandbox::model::service::Service;

/// The handler of an operation of `quotas`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "quotas.list" => |organization, _, _| Ok(Output::unchanged(all(organization).into())),
        "quotas.get" => get,
        _ => return None,
    })
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let code = call.path("quotaCode").unwrap_or_default();
    let found =
        all(organization).into_iter().find(|quota| quota.get("quotaCode").and_then(Value::as_str) == Some(code));
    match found {
        Some(quota) => Ok(Output::unchanged(quota)),
        None => Err(generic::not_found(generic::resource(call)?, &[code.to_owned()])),
    }
}

fn all(organization: &Organization) -> Vec<Value> {
    let quota = |code: &str, name: &str, description: &str, scope: &str, value: usize| {
        json!({
            "quotaCode": code,
            "name": name,
            "description": description,
            "scope": scope,
            "value": value,
            "adjustable": true,
        })
    };
    let services = quota(
        "services-per-organization",
        "Services per organization",
        "The number of ClickHouse services in the organization",
        "organization",
        organization.max_services,
    );
    let postgres = quota(
        "postgres-services-per-organization",
        "Postgres services per organization",
        "The number of Postgres services in the organization",
        "organization",
        generic::MAX_RECORDS,
    );
    // It counts within each warehouse, so no single number is its usage.
    let replicas = quota(
        "replicas-per-warehouse",
        "Replicas per warehouse",
        "The number of replicas of all services that share a warehouse",
        "warehouse",
        most_replicas(),
    );
    let used = |mut quota: Value, usage: usize| {
        if let Value::Object(quota) = &mut quota {
            quota.insert("usage".to_owned(), usage.into());
        }
        quota
    };
    let databases = organization.store.collection("postgres").len();
    vec![used(services, organization.services.len()), used(postgres, databases), replicas]
}

/// Rejects a service, new or changed, with more replicas than its warehouse may have beside those of the others.
pub fn check_replicas(organization: &Organization, service: &Service) -> Result<(), Rejection> {
    let warehouse = service.text("dataWarehouseId").unwrap_or_default();
    let others = organization.warehouse(warehouse).filter(|other| other.id != service.id);
    let others = others.filter(|other| !other.lifecycle.is_ending()).map(|other| other.scaling.most_replicas());
    let most = most_replicas();
    if others.sum::<u64>() + service.scaling.most_replicas() <= most as u64 {
        return Ok(());
    }
    Err(Rejection::bad_request(format!("the services of a warehouse may have at most {most} replicas together")))
}

/// The most replicas that the contract allows.
fn most_replicas() -> usize {
    let body = contract::operation("services.updateReplicaScaling").and_then(|operation| operation.body.as_ref());
    let properties = body.map_or(&[][..], |body| properties(body.schema));
    let replicas = properties.iter().find(|property| property.name == "numReplicas");
    match replicas.map(|property| &property.schema.kind) {
        Some(Kind::Number(limits) | Kind::Integer(limits)) => {
            let most = limits.iter().find(|limit| limit.bound == Bound::Maximum);
            most.and_then(|limit| limit.value.parse().ok()).unwrap_or(0)
        }
        _ => 0,
    }
}
