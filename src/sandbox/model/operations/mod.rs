//! The operations: the effect of each call on an organization, and its result.
//!
//! A call arrives here after key, rate limit and contract. The rules here are those that need the state. A rejected call
//! has changed nothing. Each resource has a file, named as in the contract, where it has rules of its own; all else is `generic`.

mod activities;
mod backups;
mod byoc;
mod click_pipes;
mod click_stack;
mod click_stack_dashboards;
mod click_stack_series;
pub mod generic;
mod invitations;
mod keys;
mod members;
pub mod mishaps;
pub mod organizations;
mod pipe_sources;
pub mod postgres;
mod private_endpoints;
mod query_endpoint;
mod quotas;
mod reverse_private_endpoints;
mod roles;
mod scaling_schedule;
mod services;
mod settings;
pub mod udfs;
mod upgrade_window;
mod usage_cost;

use std::rc::Rc;

use serde_json::Value;

use super::activity;
use super::call::Call;
use super::organization::Organization;
use super::permissions;
use super::rejection::Rejection;
use super::service::Service;
use crate::contract::{Method, Operation};

/// The result of a call that was carried out.
pub struct Output {
    /// The `result` of the envelope.
    pub result: Option<Payload>,
    /// The effect, for the ledger; none: nothing has changed.
    pub change: Option<String>,
}

/// The result of an operation.
pub enum Payload {
    Value(Value),
    /// A service as it is, so that its JSON is written once for many reads.
    Service(Rc<Service>),
    /// A text that is no JSON, such as metrics.
    Text(String),
}

impl Payload {
    /// As a JSON value.
    pub fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Service(service) => service.show(),
            Self::Text(text) => text.into(),
        }
    }
}

impl Output {
    const fn unchanged(result: Value) -> Self {
        Self { result: Some(Payload::Value(result)), change: None }
    }

    fn changed(result: Option<Value>, change: impl Into<String>) -> Self {
        Self { result: result.map(Payload::Value), change: Some(change.into()) }
    }
}

/// Carries out the calls of one operation, at a moment of virtual time.
pub type Handler = fn(&mut Organization, &Call, f64) -> Result<Output, Rejection>;

/// The handler of an operation: that of its resource's file, or else the ordinary one; none: the sandbox does not play
/// it.
fn handler(operation: &'static Operation) -> Option<Handler> {
    let name = operation.name;
    if is_stateless(operation) {
        return Some(respond);
    }
    let own = match name.split_once('.').map_or(name, |(resource, _)| resource) {
        "activities" => activities::handler(name),
        "backups" => backups::handler(name),
        "byoc" => byoc::handler(name),
        "clickPipes" => click_pipes::handler(name),
        "clickStack" => click_stack::handler(name).or_else(|| click_stack_dashboards::handler(name)),
        "invitations" => invitations::handler(name),
        "keys" => keys::handler(name),
        "members" => members::handler(name),
        "organizations" => organizations::handler(name),
        "postgres" => postgres::handler(name),
        "quotas" => quotas::handler(name),
        "roles" => roles::handler(name),
        "services" => services::handler(name),
        "udfs" => udfs::handler(name),
        "usageCost" => usage_cost::handler(name),
        _ => None,
    };
    own.or_else(|| generic::handler(operation))
}

/// Responds to a call without a look at the state.
type Stateless = fn(&Call) -> Result<Payload, Rejection>;

/// The operations whose result follows from the contract and the request alone. Only what they name must exist.
const STATELESS: [(&str, Stateless); 4] = [
    ("clickPipes.discoverSchema", click_pipes::discover_schema),
    ("organizations.getPrivateEndpointConfig", organizations::get_private_endpoint_config),
    ("postgres.getCaCertificates", postgres::get_ca_certificates),
    ("services.settings.getSchema", settings::get_schema),
];

/// Whether the result of an operation follows from the contract and the request alone.
#[must_use]
pub fn is_stateless(operation: &Operation) -> bool {
    STATELESS.iter().any(|(name, _)| *name == operation.name)
}

/// Carries out a call of an operation without state.
fn respond(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let known = STATELESS.iter().find(|(name, _)| *name == call.operation.name);
    let (_, respond) = known.ok_or_else(Rejection::internal_error)?;
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    if generic::path(call, resource).len() == resource.parameters().count() {
        generic::record(organization, call)?;
    }
    if resource.name == click_pipes::PIPES {
        reverse_private_endpoints::check_awake(organization, call)?;
    }
    Ok(Output { result: Some(respond(call)?), change: None })
}

/// Whether the sandbox plays an operation. It rejects all others with 501.
#[must_use]
pub fn plays(operation: &'static Operation) -> bool {
    handler(operation).is_some()
}

/// Carries out a call.
pub fn run(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    if call.path("organizationId").is_some_and(|id| !id.eq_ignore_ascii_case(&organization.id)) {
        return Err(Rejection::forbidden("the key has no access to this organization"));
    }
    permissions::check(organization, call)?;
    let handler = handler(call.operation).ok_or_else(|| Rejection::not_implemented(call.operation.name))?;
    let changes = call.operation.method != Method::Get;
    let service = call.path("serviceId").filter(|_| changes).and_then(|id| organization.service(id).ok()).cloned();
    let target = changes.then(|| activities::target(organization, call)).flatten();
    let output = handler(organization, call, now)?;
    if output.change.is_some() {
        let mut state = None;
        if let Some(before) = service {
            organization.add_usage(&before, now);
            state = organization.service(&before.id).ok().and_then(|service| activity::of_state(service, &before));
        }
        activities::record(organization, call, &output, target.as_ref(), now);
        if let Some((kind, shown)) = state {
            organization.add_activity(kind, shown, now);
        }
    }
    Ok(output)
}
