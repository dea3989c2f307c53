//! The operations: the effect of each call on an organization, and its result.
//!
//! A call arrives here after key, rate limit and contract. The rules here are those that need the state. A rejected call
//! has changed nothing. Each resource has a file, named as in the contract; to play an operation, add its arm there.

mod backups;
mod organizations;
mod services;

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
}

impl Payload {
    /// As a JSON value.
    pub fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Service(service) => service.show(),
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

/// The handler of an operation; none: the sandbox does not play it.
fn handler(name: &str) -> Option<Handler> {
    match name.split_once('.').map_or(name, |(resource, _)| resource) {
        "organizations" => organizations::handler(name),
        "services" => services::handler(name),
        "backups" => backups::handler(name),
        _ => None,
    }
}

/// Whether the sandbox plays an operation. It rejects all others with 501.
#[must_use]
pub fn plays(operation: &Operation) -> bool {
    handler(operation.name).is_some()
}

/// Carries out a call.
pub fn run(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    if call.path("organizationId").is_some_and(|id| !id.eq_ignore_ascii_case(&organization.id)) {
        return Err(Rejection::forbidden("the key has no access to this organization"));
    }
    let handler = handler(call.operation.name).ok_or_else(|| Rejection::not_implemented(call.operation.name))?;
    handler(organization, call, now)
}
