//! What the caller's log and hooks are told of a call. Nothing is written that is not wanted.
//!
//! | level | what                                                                                       |
//! | ----- | ------------------------------------------------------------------------------------------ |
//! | error | what nobody else hears: a lent limiter that throws where no call is left                   |
//! | warn  | values that the contract does not know, breaches that are tolerated, deprecated operations |
//! | info  | retries, the states that waits see, calls that fail (refusals are the program's business)  |
//! | debug | each request and each answer, with what the contract says may be shown of their bodies     |

use super::scrub::{Scrub, is_credential};
use super::{Breaches, Client};
use crate::contract::{Operation, ResponseKind};
use crate::error::Error;
use crate::host::{Host, HttpRequest, Level, Received, Sending};
use crate::printable::escaped;
use crate::request::Checked;
use crate::text::{digits, text};
use crate::validate::{redact, redact_response};

impl<H: Host> Client<H> {
    /// One line, in parts.
    #[inline(never)]
    pub(super) fn say(&self, level: Level, line: &[&str]) {
        if self.host.logs(level) {
            // One line stays one, whatever the service or the caller put into it.
            self.host.log(level, &escaped(&text(line)));
        }
    }

    /// A request, with what its body may show.
    pub(super) fn say_request(&self, sending: &Sending<'_>, operation: &Operation, body: Option<&str>) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let Sending { operation: name, method, url, attempt, .. } = sending;
        let schema = operation.body.as_ref().map(|body| body.schema);
        let body = body.map(|body| redact(body.as_bytes(), schema));
        let body = body.as_deref().unwrap_or("no body");
        self.say(
            Level::Debug,
            &[name, ": ", method.as_str(), " ", url, ", attempt ", &digits(*attempt as u64), ", ", body],
        );
    }

    /// An answer, with what its result may show.
    pub(super) fn say_response(&self, operation: &Operation, received: &Received<'_>, body: &[u8], scrub: &Scrub) {
        if !self.host.logs(Level::Debug) {
            return;
        }
        let schema = match operation.response {
            ResponseKind::Json(schema) => Some(schema),
            ResponseKind::Empty | ResponseKind::Text(_) => None,
        };
        let mut shown = redact_response(body, schema);
        scrub.text(&mut shown);
        let Received { status, request_id, duration_ms, .. } = received;
        let (status, ms) = (digits((*status).into()), digits(*duration_ms as u64));
        let id = request_id.unwrap_or("none");
        self.say(Level::Debug, &[operation.name, ": ", &status, " in ", &ms, " ms, requestId ", id, ", ", &shown]);
    }

    /// A request that breaks the contract and is sent all the same.
    pub(super) fn say_breaches(&self, operation: &'static Operation, checked: &Checked) {
        if self.settings.request_breaches == Breaches::Warn {
            for breach in &checked.breaches {
                self.say(
                    Level::Warn,
                    &[operation.name, ": the request breaks the contract: ", &breach.line(), "; sent as it is"],
                );
            }
        }
    }

    /// A call that has failed for good.
    pub(super) fn say_failed(&self, error: &Error) {
        let grave = match error {
            Error::Response { .. } | Error::Connection { .. } | Error::Timeout { .. } => true,
            Error::Api { exchange, .. } => exchange.status >= 500,
            Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => false,
        };
        if grave {
            self.say(Level::Info, &[&error.message()]);
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
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        if !is_credential(name) {
            headers.push((name.as_str(), value.as_str()));
        }
    }
    Sending { operation: operation.name, method: operation.method, url: &request.url, headers, attempt }
}
