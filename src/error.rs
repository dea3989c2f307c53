//! Every way in which a call can fail: one enum, one variant a fault.
//!
//! Messages are lower case, without a final period, name the operation and say what to do next. None holds a secret:
//! what the service sent is kept as bytes beside the message, and only the caller's own hands reach it.

mod refusal;

use std::fmt;
use std::rc::Rc;

use crate::contract::{self, Operation};
use crate::host::Foreign;
use crate::issue::Issue;
use crate::printable::escaped;
use crate::text::{also, digits, text};

/// Why a call failed. Futures hand it on in a box: what moves is small.
#[derive(Clone)]
pub enum Error {
    /// The options of the client or of the call are wrong. Nothing was sent.
    Configuration(String),
    /// The arguments break the contract. Nothing was sent.
    Request {
        /// What was called.
        operation: &'static Operation,
        /// Every breach.
        issues: Vec<Issue>,
    },
    /// The service accepted, but its answer breaks the contract or is no JSON. The answer is all here.
    Response {
        /// Every breach.
        issues: Vec<Issue>,
        /// The answer.
        exchange: Rc<Exchange>,
        /// Whether a change may have happened that the caller does not know in full.
        ambiguous: bool,
    },
    /// The service refused, or failed.
    Api {
        /// The word before the colon in the service's text, such as `CONFLICT`.
        code: Option<String>,
        /// The text of the response, whoever wrote it: without secrets, in one line, at most 2,000 characters.
        text: Option<String>,
        /// The answer.
        exchange: Rc<Exchange>,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
        /// How long the response asks to wait, uncapped; 10 s for a 429 that does not say.
        retry_after_ms: Option<f64>,
    },
    /// No answer came.
    Connection {
        /// The host's words.
        message: String,
        /// The host's error.
        cause: Option<Foreign>,
        /// What was tried.
        trail: Trail,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
    },
    /// No answer came in time.
    Timeout {
        /// How long one attempt may take.
        timeout_ms: f64,
        /// What was tried.
        trail: Trail,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
    },
    /// A wait ended without what it waited for.
    Wait {
        /// What was called, such as `services.waitFor`.
        helper: &'static str,
        /// Why.
        reason: WaitReason,
        /// What it waited for, in words.
        wanted: String,
        /// The last state that was read.
        last_state: Option<String>,
        /// How long it waited.
        elapsed_ms: f64,
        /// The error of the request that failed last, where it still stood when the wait ended.
        cause: Option<Box<Error>>,
    },
    /// The caller's own code threw, in a callback or in its own fetch. Its error goes back to it as it is.
    Caller(Foreign),
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// The time was up.
    Deadline,
    /// A state was reached from which the wanted one does not come.
    FailedState,
    /// It no longer exists.
    Gone,
    /// The service refused what the wait needs, and waiting does not change that.
    Refused,
}

impl WaitReason {
    /// The reason as programs see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::FailedState => "failed-state",
            Self::Gone => "gone",
            Self::Refused => "refused",
        }
    }
}

/// Where the credentials of a request came from: a 401 names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialSource {
    /// There were none.
    #[default]
    Nowhere,
    /// The options `keyId` and `keySecret`.
    Options,
    /// The variables of the environment.
    Environment,
    /// The option `bearerToken`.
    BearerToken,
    /// An `authorization` header of the caller's own.
    Header,
}

impl CredentialSource {
    /// What to do when the service does not take them.
    const fn advice(self) -> &'static str {
        match self {
            Self::Nowhere => {
                "; no credentials were sent: give keyId and keySecret, or bearerToken, or let the backend at baseUrl add them"
            }
            Self::Options => "; check the options keyId and keySecret",
            Self::Environment => {
                "; check CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET, from which the key was taken"
            }
            Self::BearerToken => "; check the option bearerToken",
            Self::Header => "; check the authorization header, which was given among the headers",
        }
    }
}

/// What was tried for one call.
#[derive(Clone)]
pub struct Trail {
    /// What was called.
    pub operation: &'static Operation,
    /// Where the credentials came from.
    pub credentials: CredentialSource,
    /// The path of the request.
    pub path: String,
    /// What each attempt met.
    pub attempts: Vec<Attempt>,
}

/// What one attempt met.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The outcome.
    pub met: Met,
    /// When the attempt began, in milliseconds after the first one did.
    pub after_ms: f64,
    /// How long the client waited after it, before the next one.
    pub waited_ms: f64,
    /// The `requestId` of its answer.
    pub request_id: Option<String>,
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Met {
    /// An answer with this status.
    Status(u16),
    /// No answer: `connection` or `timeout`.
    Fault(&'static str),
}

/// An answer of the service, with what was tried to get it.
#[derive(Clone)]
pub struct Exchange {
    /// What was tried.
    pub trail: Trail,
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The envelope's `requestId`.
    pub request_id: Option<String>,
    /// The body, byte for byte. May hold secrets.
    pub body: Vec<u8>,
    /// Whose words a refusal is made of.
    pub source: Source,
}

/// Whose words a refusal is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// JSON, or nothing at all: it may be the API.
    Api,
    /// An HTML page.
    Page,
    /// A text that is no JSON.
    Text,
}

impl Error {
    /// The operation, where the error is of one.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::Request { operation, .. } => Some(operation),
            Self::Response { exchange, .. } | Self::Api { exchange, .. } => Some(exchange.trail.operation),
            Self::Connection { trail, .. } | Self::Timeout { trail, .. } => Some(trail.operation),
            Self::Configuration(_) | Self::Wait { .. } | Self::Caller(_) => None,
        }
    }

    /// Whether the change may have happened although the call failed.
    #[must_use]
    pub const fn is_ambiguous(&self) -> bool {
        match self {
            Self::Response { ambiguous, .. }
            | Self::Api { ambiguous, .. }
            | Self::Connection { ambiguous, .. }
            | Self::Timeout { ambiguous, .. } => *ambiguous,
            Self::Configuration(_) | Self::Request { .. } | Self::Wait { .. } | Self::Caller(_) => false,
        }
    }

    /// The HTTP status, where the service answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { exchange, .. } | Self::Api { exchange, .. } => Some(exchange.status),
            _ => None,
        }
    }
}

/// Issues in one line, the first few of them.
fn list(issues: &[Issue]) -> String {
    const SHOWN: usize = 5;
    let mut list = String::new();
    for issue in issues.iter().take(SHOWN) {
        also(&mut list, "; ", &issue.line());
    }
    match issues.len().saturating_sub(SHOWN) {
        0 => list,
        more => text(&[&list, "; and ", &digits(more as u64), " more in issues"]),
    }
}

fn look_first(ambiguous: bool) -> &'static str {
    if ambiguous { "; the change may have happened: look before you try again" } else { "" }
}

impl Error {
    /// The error in words, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        // Texts from outside were escaped where they came in. This is for all that stands beside them.
        escaped(&self.words())
    }

    fn words(&self) -> String {
        match self {
            Self::Configuration(message) => message.clone(),
            Self::Request { operation, issues } => {
                let raised = issues.iter().any(|issue| issue.code.is_limit());
                let way = if raised { "; validateRequests: \"warn\" sends it anyway" } else { "" };
                format!("{}: the request breaks the contract, nothing was sent: {}{way}", operation.name, list(issues))
            }
            Self::Response { issues, exchange, ambiguous } => text(&[
                exchange.trail.operation.name,
                ": the answer (",
                &digits(exchange.status.into()),
                ") breaks the contract: ",
                &list(issues),
                "; the whole answer is in the error's body and text",
                look_first(*ambiguous),
            ]),
            Self::Api { text: said, exchange, ambiguous, .. } => {
                let said = refusal::words(said.as_deref().map(trimmed), exchange);
                let Exchange { trail, status, .. } = &**exchange;
                format!("{}: {status} {said}{}{}", trail.operation.name, advice(exchange), look_first(*ambiguous))
            }
            Self::Connection { message, trail, ambiguous, .. } => {
                text(&[trail.operation.name, ": no answer: ", message, look_first(*ambiguous)])
            }
            Self::Timeout { timeout_ms, trail, ambiguous } => {
                let ms = digits(*timeout_ms as u64);
                text(&[trail.operation.name, ": no answer within ", &ms, " ms", look_first(*ambiguous)])
            }
            Self::Wait { helper, reason, wanted, last_state, elapsed_ms, cause } => {
                let state = last_state.as_deref().unwrap_or("unknown");
                let seconds = (elapsed_ms / 1000.0).round();
                let is_unproven = !matches!(cause.as_deref().and_then(Self::status), Some(409 | 424));
                let cause = cause.as_deref().map_or_else(String::new, |cause| format!(": {}", cause.quoted()));
                match reason {
                    WaitReason::Deadline => {
                        let cause = if cause.is_empty() { cause } else { format!("; the last failure{cause}") };
                        format!(
                            "{helper}: not {wanted} within {seconds} s, the last state was {state}{}{cause}; wait again \
                             or raise timeoutMs",
                            lingering(state),
                        )
                    }
                    WaitReason::FailedState => format!(
                        "{helper}: waited for {wanted}, but the state is {state}, from which it does not come by itself"
                    ),
                    WaitReason::Gone => {
                        format!("{helper}: waited for {wanted}, but it no longer exists; the last state was {state}")
                    }
                    WaitReason::Refused if is_unproven => format!(
                        "{helper}: a 404 alone proves nothing, and the list of services could not be \
                         read either{cause}; check baseUrl, organizationId and every proxy in between"
                    ),
                    WaitReason::Refused => format!(
                        "{helper}: waited for {wanted}, but the service refuses it, and waiting does not change \
                         that{cause}; the last state was {state}; resolve what it names, then call again"
                    ),
                }
            }
            Self::Caller(_) => "the caller's own code threw".to_owned(),
        }
    }
}

impl Error {
    /// What failed and why, without advice: for the message of another error.
    fn quoted(&self) -> String {
        match self {
            Self::Api { text: said, exchange, .. } => {
                let text = said.as_deref().map_or("without a text of the API", trimmed);
                format!("{}: {} {text}", exchange.trail.operation.name, exchange.status)
            }
            other => other.message(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

/// Without spaces around it and the period at its end.
fn trimmed(text: &str) -> &str {
    let text = text.trim_ascii();
    text.strip_suffix(".").unwrap_or(text)
}

/// What a last state says of how long the wait may still take.
fn lingering(state: &str) -> &'static str {
    if state == "softdeleted" { ", in which the API keeps a deleted service for a while" } else { "" }
}

/// What to do about a refusal.
fn advice(exchange: &Exchange) -> &'static str {
    match (exchange.source, exchange.status) {
        (_, 407) => "; a proxy on the way wants credentials: give them to it, for example in the agent of your fetch",
        (Source::Page | Source::Text, 400..=499) | (_, 0 | 300..=399) => "",
        (_, 401) => exchange.trail.credentials.advice(),
        (_, 403) => "; the key's role does not allow it, or the organization is not the key's own",
        (_, 404) => "; check the id, and that it belongs to the organization",
        (_, 409) if std::ptr::eq(exchange.trail.operation, &contract::SERVICES_DELETE) => {
            "; services.stopAndDelete stops the service first, and waits until it is gone"
        }
        (_, 409) => "; wait until the state allows it",
        (_, 424) => "; wake the service first, for example with services.ensureRunning",
        (_, 429) => "; share one client or RateLimiter between all that use the key",
        _ => "",
    }
}

/// As it is displayed: the answer's bytes are not shown.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
