//! The operations on the reverse private endpoints of ClickPipes, which lead into private networks.
//!
//! Their names at the cloud provider are drawn when they are created. An endpoint can be deleted while pipes use it; they
//! then fail, since they can no longer reach their source.

use serde_json::{Value, json};

use super::{Handler, Output, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::Lifecycle;
use crate::sandbox::model::machine::click_pipes::{REVERSE_PRIVATE_ENDPOINTS, STREAM};
use crate::sandbox::model::machine::services::IDLE;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::{Record, show_nulls};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;

/// A kind of target.
struct Target {
    kind: &'static str,
    /// The property that names the target.
    property: &'static str,
}

const TARGETS: [Target; 4] = [
    Target { kind: "VPC_ENDPOINT_SERVICE", property: "vpcEndpointServiceName" },
    Target { kind: "VPC_RESOURCE", property: "vpcResourceConfigurationId" },
    Target { kind: MSK, property: "mskClusterArn" },
    Target { kind: GCP, property: "gcpServiceAttachment" },
];
const MSK: &str = "MSK_MULTI_VPC";
const GCP: &str = "GCP_PSC_SERVICE_ATTACHMENT";
/// The brokers of a cluster.
const BROKERS: usize = 3;

/// The handler of an operation of `clickPipes.reversePrivateEndpoints`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "clickPipes.reversePrivateEndpoints.create" => create,
        "clickPipes.reversePrivateEndpoints.update" => update,
        "clickPipes.reversePrivateEndpoints.delete" => delete,
        _ => return None,
    })
}

/// Whether a service has an endpoint that is not being deleted.
pub fn exists(organization: &Organization, service: &str, id: &str) -> bool {
    let path = [service.to_owned(), id.to_owned()];
    let found = organization.store.get(REVERSE_PRIVATE_ENDPOINTS.resource, &path);
    found.is_some_and(|record| !record.lifecycle.as_ref().is_some_and(Lifecycle::is_ending))
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    check_awake(organization, call)?;
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    let region = service.text("region").unwrap_or_default();
    let target = TARGETS.iter().find(|target| record.text("type") == Some(target.kind));
    let name = target.and_then(|target| record.text(target.property)).unwrap_or_default().to_owned();
    if let Some(target) = target.filter(|_| name.is_empty()) {
        return Err(Rejection::bad_request(format!(
            "body.{}: expected the target of the type {}, received nothing",
            target.property, target.kind
        )));
    }
    let (id, dns, private) = names(target.map_or("", |target| target.kind), &name, region, &record.random);
    for (property, value) in [("endpointId", id.into()), ("dnsNames", dns.into()), ("privateDnsNames", private.into())]
    {
        record.shown.insert(property.to_owned(), value);
    }
    record.shown.entry("customPrivateDnsMappings").or_insert_with(|| json!([]));
    let resource = generic::resource(call)?;
    show_nulls(&mut record.shown, resource.schema);
    generic::insert(organization, call, record)
}

/// The id at the cloud provider, the names made for the endpoint, and those of the target's owner.
fn names(kind: &str, target: &str, region: &str, random: &Random) -> (String, Vec<String>, Vec<String>) {
    let label = random.label(8);
    // A target has the id of its own at the end of its name.
    let last = target.rsplit(['.', '/', ':']).next().unwrap_or_default();
    if kind == GCP {
        let id = random.below(9_000_000_000_000_000) + 1_000_000_000_000_000;
        return (id.to_string(), vec![format!("{label}.{region}.p.clickpipes.internal")], Vec::new());
    }
    let id = format!("vpce-0{}", random.object_id().get(..16).unwrap_or_default());
    if kind == MSK {
        let brokers = (1..=BROKERS).map(|broker| format!("b-{broker}.{label}.kafka.{region}.amazonaws.com"));
        return (id, Vec::new(), brokers.collect());
    }
    let name = format!("{id}-{label}.{last}.{region}.vpce.amazonaws.com");
    (id, vec![name], Vec::new())
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let lifecycle = generic::record(organization, call)?.lifecycle.as_ref();
    if let Some(lifecycle) = lifecycle.filter(|lifecycle| lifecycle.is_ending()) {
        return Err(lifecycle.conflict("The reverse private endpoint is being deleted."));
    }
    check_awake(organization, call)?;
    generic::update(organization, call, now)
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    let output = generic::delete(organization, call, now)?;
    let service = [call.path("serviceId").unwrap_or_default().to_owned()];
    let users = organization.store.list(STREAM.resource, &service).filter(|pipe| uses(pipe, &id));
    let users: Vec<Record> = users.map(|pipe| Record::clone(pipe)).collect();
    let Some(pipes) = Resource::named(STREAM.resource) else { return Ok(output) };
    for mut pipe in users {
        if let Some(lifecycle) = pipe.lifecycle.as_mut().filter(|lifecycle| lifecycle.up_since().is_some()) {
            lifecycle.enter("Failed", now);
            organization.store.put(pipes, pipe);
        }
    }
    Ok(output)
}

/// Whether a pipe reaches its source by an endpoint.
fn uses(pipe: &Record, endpoint: &str) -> bool {
    let ids = pipe.shown.get("source").and_then(|source| source.pointer("/kafka/reversePrivateEndpointIds"));
    let ids = ids.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    ids.iter().filter_map(Value::as_str).any(|id| id.eq_ignore_ascii_case(endpoint))
}

/// Rejects a change while the service is idle.
pub fn check_awake(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    let service = organization.service(call.path("serviceId").unwrap_or_default())?;
    if service.lifecycle.shown() == IDLE {
        return Err(Rejection::failed_dependency("ClickPipes need a service that is awake. Current state: idle"));
    }
    Ok(())
}
