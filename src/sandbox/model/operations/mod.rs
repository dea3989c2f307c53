//! The operations: the effect of each call on an organization, and its result.
//!
//! A call arrives here after key, rate limit and contract. The rules here are those that need the state. A rejected call
//! has changed nothing. Each resource has a file, named as in the contract, where it has rules of its own; all else is `generic`.

mod backups;
mod click_pipes;
mod click_stack;
mod click_stack_dashboards;
mod click_stack_series;
pub mod generic;
mod private_endpoints;
mod query_endpoint;
mod reverse_private_endpoints;
mod scaling_schedule;
mod services;
mod settings;
mod upgrade_window;

use std::rc::Rc;

use serde_json::Value;

use super::call::Call;
use super::organization::Organization;
use super::rejection::Rejection;
use super::service::Service;
use crate::contract::Operation;

pub use services::apply_mishap;

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
    let own = match name.split_once('.').map_or(name, |(resource, _)| resource) {
        "backups" => backups::handler(name),
        "clickPipes" => click_pipes::handler(name),
        "clickStack" => click_stack::handler(name),
        "services" => services::handler(name),
        _ => None,
    };
    own.or_else(|| generic::handler(operation))
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
    let handler = handler(call.operation).ok_or_else(|| Rejection::not_implemented(call.operation.name))?;
    handler(organization, call, now)
}
