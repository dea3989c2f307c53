//! What the caller's log and hooks are told of a call. Nothing is written that is not wanted.
//!
//! | level | what                                                                                       |
//! | ----- | ------------------------------------------------------------------------------------------ |
//! | error | a call that failed for good by 5xx, by no answer, or by an answer that breaks the contract |
//! | warn  | values that the contract does not know, breaches that are tolerated, deprecated operations |
//! | info  | retries, and the states that waits see                                                     |
//! | debug | each request and each answer                                                               |

use super::Client;
use super::scrub::is_credential;
use crate::contract::{Operation, Schema};
use crate::error::Error;
use crate::host::{Host, HttpRequest, Level, Received, Sending};

impl<H: Host> Client<H> {
    /// One line, from its parts.
    pub(super) fn say(&self, level: Level, parts: &[&str]) {
        if self.host.logs(level) {
            self.host.log(level, &parts.concat());
        }
    }

    pub(super) fn say_request(&self, sending: &Sending<'_>, operation: &Operation, body: Option<&str>) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let attempt = sending.attempt.to_string();
        let schema = operation.body.as_ref().map(|body| body.schema);
        let body = body.map(|body| shown_body(body.as_bytes(), schema)).unwrap_or_default();
        let [separator, method] = [if body.is_empty() { "" } else { ", " }, sending.method.as_str()];
        let address = [" ", sending.url, ", attempt ", &attempt].concat();
        self.say(Level::Debug, &[operation.name, ": ", method, &address, separator, &body]);
    }

    pub(super) fn say_response(
        &self,
        operation: &Operation,
        received: &Received<'_>,
        body: &[u8],
        schema: Option<&'static Schema>,
    ) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let [status, ms] = [received.status.to_string(), whole(received.duration_ms)];
        let id = received.request_id.unwrap_or("none");
        let answer = [&status, " in ", &ms, " ms, requestId ", id, ", "].concat();
        self.say(Level::Debug, &[operation.name, ": ", &answer, &shown_body(body, schema)]);
    }

    /// A call that has failed for good.
    pub(super) fn say_failed(&self, error: &Error) {
        let grave = match error {
            Error::Response { .. } | Error::Connection { .. } | Error::Timeout { .. } => true,
            Error::Api { exchange, .. } => exchange.status >= 500,
            Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => false,
        };
        if grave && self.host.logs(Level::Error) {
            self.host.log(Level::Error, &error.to_string());
        }
    }

    /// Once for each operation and client.
    pub(super) fn say_deprecated(&self, operation: &'static Operation) {
        if operation.deprecated && !self.deprecated.borrow().contains(&operation.name) {
            self.deprecated.borrow_mut().push(operation.name);
            self.say(Level::Warn, &[operation.name, ": the API advises against it, it may go"]);
        }
    }
}

/// A request as hooks see it.
pub(super) fn sending<'a>(operation: &'static Operation, request: &'a HttpRequest, attempt: usize) -> Sending<'a> {
    let shown = |(name, value): &'a (String, String)| (!is_credential(name)).then_some((name.as_str(), value.as_str()));
    let headers = request.headers.iter().filter_map(shown).collect();
    Sending { operation: operation.name, method: operation.method, url: &request.url, headers, attempt }
}

/// Milliseconds without their fraction.
pub(super) fn whole(ms: f64) -> String {
    (ms as u64).to_string()
}

/// A body as the log shows it, without what the contract marks as secret: for now its length alone.
fn shown_body(body: &[u8], _schema: Option<&'static Schema>) -> String {
    [&body.len().to_string(), " bytes"].concat()
}
