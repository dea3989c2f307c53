//! The lines that a client writes to the caller's log, and the events of its hooks. A line below the log's level is not
//! formatted.
//!
//! | level | lines                                                                                      |
//! | ----- | ------------------------------------------------------------------------------------------ |
//! | error | failures that reach no caller: a custom limiter that throws after its call has ended       |
//! | warn  | values that the contract does not know, tolerated violations, deprecated operations        |
//! | info  | retries, the states that waits read, failed calls (without those that the service refused) |
//! | debug | each request and each response, with the properties that the contract lets logs show       |

use std::fmt;

use super::redact::{Redactor, is_credential};
use super::{Client, ValidationMode};
use crate::contract::{Operation, ResponseKind};
use crate::error::Error;
use crate::host::{Host, HttpRequest, Level, RequestEvent, ResponseEvent};
use crate::printable::escaped;
use crate::request::CheckedRequest;
use crate::validate::{redact, redact_response};

impl<H: Host> Client<H> {
    /// Writes a line.
    #[inline(never)]
    pub(super) fn log(&self, level: Level, line: fmt::Arguments<'_>) {
        if self.host.logs(level) {
            // One line stays one, whatever the service or the caller put into it.
            self.host.log(level, &escaped(&line.to_string()));
        }
    }

    /// Logs a request, with the parts of its body that may be shown.
    pub(super) fn log_request(&self, event: &RequestEvent<'_>, operation: &Operation, body: Option<&str>) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let RequestEvent { operation: name, method, url, attempt, .. } = event;
        let schema = operation.body.as_ref().map(|body| body.schema);
        let body = body.map(|body| redact(body.as_bytes(), schema));
        let (method, body) = (method.as_str(), body.as_deref().unwrap_or("no body"));
        self.log(Level::Debug, format_args!("{name}: {method} {url}, attempt {attempt}, {body}"));
    }

    /// Logs a response, with the parts of its result that may be shown.
    pub(super) fn log_response(
        &self,
        operation: &Operation,
        event: &ResponseEvent<'_>,
        body: &[u8],
        redactor: &Redactor,
    ) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let schema = match operation.response {
            ResponseKind::Json(schema) => Some(schema),
            ResponseKind::Empty | ResponseKind::Text(_) => None,
        };
        let mut shown = redact_response(body, schema);
        redactor.redact(&mut shown);
        let ResponseEvent { status, request_id, duration_ms, .. } = event;
        let (name, ms, id) = (operation.name, *duration_ms as u64, request_id.unwrap_or("none"));
        self.log(Level::Debug, format_args!("{name}: {status} in {ms} ms, requestId {id}, {shown}"));
    }

    /// Warns of a request that breaks the contract and is sent all the same.
    pub(super) fn log_violations(&self, operation: &'static Operation, checked: &CheckedRequest) {
        if self.settings.request_validation == ValidationMode::Warn {
            for issue in &checked.violations {
                let name = operation.name;
                self.log(Level::Warn, format_args!("{name}: the request breaks the contract: {issue}; sent as it is"));
            }
        }
    }

    /// Logs the error of a call, where it is not one that the program has to handle.
    pub(super) fn log_failed(&self, error: &Error) {
        let is_logged = match error {
            Error::Response { .. } | Error::Connection { .. } | Error::Timeout { .. } => true,
            Error::Api { response, .. } => response.status >= 500,
            Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => false,
        };
        if is_logged {
            self.log(Level::Info, format_args!("{error}"));
        }
    }

    /// Warns of a deprecated operation, once for each operation and client.
    pub(super) fn log_deprecated(&self, operation: &'static Operation) {
        if operation.deprecated && !self.deprecated.borrow().contains(&operation.name) {
            self.deprecated.borrow_mut().push(operation.name);
            self.log(Level::Warn, format_args!("{}: the API advises against it, it may go", operation.name));
        }
    }
}

/// A request as hooks see it.
pub(super) fn request_event<'a>(
    operation: &'static Operation,
    request: &'a HttpRequest,
    attempt: usize,
) -> RequestEvent<'a> {
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        if !is_credential(name) {
            headers.push((name.as_str(), value.as_str()));
        }
    }
    RequestEvent { operation: operation.name, method: operation.method, url: &request.url, headers, attempt }
}
