//! Every way in which a call can fail: one enum, one variant by cause.
//!
//! Messages are lower case, without a final period, name the operation and say what to do next. None holds a secret: the body
//! of a response is kept as bytes beside the message, for the caller alone.

mod api_text;

use std::fmt;
use std::rc::Rc;

use crate::contract::{self, Operation};
use crate::host::CallerError;
use crate::issue::{Issue, MOST_ISSUES};
use crate::printable::escaped;

/// Why a call failed. Futures pass it in a box, so that results stay small.
#[derive(Clone)]
pub enum Error {
    /// The options of the client or of the call are wrong. Nothing was sent.
    Configuration(String),
    /// The arguments break the contract. Nothing was sent.
    Request {
        /// The operation.
        operation: &'static Operation,
        /// Every violation.
        issues: Vec<Issue>,
    },
    /// The service accepted, but its response breaks the contract or is not JSON. The error holds the whole response.
    Response {
        /// Every violation.
        issues: Vec<Issue>,
        /// The response.
        response: Rc<ResponseParts>,
        /// Whether a change may have happened that the caller does not know in full.
        ambiguous: bool,
    },
    /// The service refused, or failed.
    Api {
        /// The word before the colon in the service's text, such as `CONFLICT`.
        code: Option<String>,
        /// The text of the response: redacted, in one line, at most 2,000 characters.
        text: Option<String>,
        /// The response.
        response: Rc<ResponseParts>,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
        /// How long the response asks to wait, in milliseconds, uncapped; 10 s for a 429 without a time.
        retry_after_ms: Option<f64>,
    },
    /// No response came.
    Connection {
        /// The host's message, redacted.
        message: String,
        /// The host's error, redacted.
        cause: Option<CallerError>,
        /// The attempts.
        attempt_log: AttemptLog,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
    },
    /// No response came in time.
    Timeout {
        /// How long one attempt may take, in milliseconds.
        timeout_ms: f64,
        /// The attempts.
        attempt_log: AttemptLog,
        /// Whether the change may have happened all the same.
        ambiguous: bool,
    },
    /// A wait ended without reaching its goal.
    Wait {
        /// The helper, such as `services.waitFor`.
        helper: &'static str,
        /// Why.
        reason: WaitReason,
        /// The goal in words.
        wanted: String,
        /// The last state that was read.
        last_state: Option<String>,
        /// How long it waited, in milliseconds.
        elapsed_ms: f64,
        /// The error of the request that failed last, unless one has succeeded since.
        cause: Option<Box<Error>>,
    },
    /// The caller's own code threw, in a callback or in its own fetch. Its error goes back to it.
    Caller(CallerError),
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// The deadline has passed.
    Deadline,
    /// The resource is in a state from which the goal can not be reached.
    FailedState,
    /// The resource no longer exists.
    Gone,
    /// The service refused a request of the wait, and waiting does not change that.
    Refused,
}

impl WaitReason {
    /// The reason in JavaScript.
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

/// Where the credentials of a request came from. The message of a 401 names it.
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
    /// What to do when the service refuses them.
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

/// The attempts of one call.
#[derive(Clone)]
pub struct AttemptLog {
    /// The operation.
    pub operation: &'static Operation,
    /// Where the credentials came from.
    pub credentials: CredentialSource,
    /// The path of the request.
    pub path: String,
    /// The attempts, in order.
    pub attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its outcome.
    pub outcome: AttemptOutcome,
    /// When the attempt began, in milliseconds after the first one did.
    pub after_ms: f64,
    /// How long the client waited after it, in milliseconds, before the next one.
    pub waited_ms: f64,
    /// The `requestId` of its response.
    pub request_id: Option<String>,
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum AttemptOutcome {
    /// A response with this status.
    Status(u16),
    /// No response: `connection` or `timeout`.
    Fault(&'static str),
}

/// A response of the service, with the attempts that led to it.
#[derive(Clone)]
pub struct ResponseParts {
    /// The attempts.
    pub attempt_log: AttemptLog,
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The envelope's `requestId`.
    pub request_id: Option<String>,
    /// The body, byte for byte. May hold secrets.
    pub body: Vec<u8>,
    /// The sender of the text, where the response is an error.
    pub source: Source,
}

/// The likely sender of an error response, by the form of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// JSON or nothing: the API, or a server like it.
    Api,
    /// An HTML page.
    Page,
    /// A text that is not JSON.
    Text,
}

impl Error {
    /// The operation, where the error is of one.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::Request { operation, .. } => Some(operation),
            Self::Response { response, .. } | Self::Api { response, .. } => Some(response.attempt_log.operation),
            Self::Connection { attempt_log, .. } | Self::Timeout { attempt_log, .. } => Some(attempt_log.operation),
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

    /// The HTTP status, where a response came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { response, .. } | Self::Api { response, .. } => Some(response.status),
            _ => None,
        }
    }
}

/// Issues in one line, the first few of them.
fn list(issues: &[Issue]) -> String {
    const SHOWN: usize = 5;
    let lines: Vec<String> = issues.iter().take(SHOWN).map(Issue::line).collect();
    let list = lines.join("; ");
    match issues.len().saturating_sub(SHOWN) {
        0 => list,
        _ if issues.len() >= MOST_ISSUES => format!("{list}; and more, of which the first are in issues"),
        more => format!("{list}; and {more} more in issues"),
    }
}

fn look_first(ambiguous: bool) -> &'static str {
    if ambiguous { "; the change may have happened: look before you try again" } else { "" }
}

impl Error {
    /// The error in words, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        // Texts of the service are escaped already. This escapes the arguments of the caller.
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
            Self::Response { issues, response, ambiguous } => format!(
                "{}: the response ({}) breaks the contract: {}; the whole response is in the error's body and text{}",
                response.attempt_log.operation.name,
                response.status,
                list(issues),
                look_first(*ambiguous),
            ),
            Self::Api { text: said, response, ambiguous, .. } => {
                let said = api_text::message(said.as_deref().map(trimmed), response);
                let ResponseParts { attempt_log, status, .. } = &**response;
                format!("{}: {status} {said}{}{}", attempt_log.operation.name, advice(response), look_first(*ambiguous))
            }
            Self::Connection { message, attempt_log, ambiguous, .. } => {
                format!("{}: no response: {message}{}", attempt_log.operation.name, look_first(*ambiguous))
            }
            Self::Timeout { timeout_ms, attempt_log, ambiguous } => {
                let (name, ms) = (attempt_log.operation.name, *timeout_ms as u64);
                format!("{name}: no response within {ms} ms{}", look_first(*ambiguous))
            }
            Self::Wait { helper, reason, wanted, last_state, elapsed_ms, cause } => {
                let state = last_state.as_deref().unwrap_or("unknown");
                let last =
                    last_state.as_deref().map_or_else(String::new, |state| format!(", the last state was {state}"));
                let waited = match *elapsed_ms {
                    ms if ms < 1000.0 => format!("{} ms", ms.round() as u64),
                    ms => format!("{} s", (ms / 1000.0).round() as u64),
                };
                let is_unproven = !matches!(cause.as_deref().and_then(Self::status), Some(409 | 424));
                let cause = cause.as_deref().map_or_else(String::new, |cause| format!(": {}", cause.quoted()));
                match reason {
                    WaitReason::Deadline => {
                        let cause = if cause.is_empty() { cause } else { format!("; the last failure{cause}") };
                        format!(
                            "{helper}: not {wanted} within {waited}{last}{}{cause}; wait again or raise timeoutMs",
                            lingering(state),
                        )
                    }
                    WaitReason::FailedState => format!(
                        "{helper}: waited for {wanted}, but the state is {state}, from which it does not come by itself"
                    ),
                    WaitReason::Gone => {
                        format!("{helper}: waited for {wanted}, but it no longer exists{last}")
                    }
                    WaitReason::Refused if is_unproven => format!(
                        "{helper}: a 404 alone proves nothing, and the list of services could not be \
                         read either{cause}; check baseUrl, organizationId and every proxy in between"
                    ),
                    WaitReason::Refused => format!(
                        "{helper}: waited for {wanted}, but the service refuses it, and waiting does not change \
                         that{cause}{last}; resolve what it names, then call again"
                    ),
                }
            }
            Self::Caller(_) => "the caller's own code threw".to_owned(),
        }
    }
}

impl Error {
    /// The failure without advice, for the message of another error.
    fn quoted(&self) -> String {
        match self {
            Self::Api { text: said, response, .. } => {
                let text = said.as_deref().map_or("without a text of the API", trimmed);
                format!("{}: {} {text}", response.attempt_log.operation.name, response.status)
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

/// An explanation of a last state that takes long.
fn lingering(state: &str) -> &'static str {
    if state == "softdeleted" { ", in which the API keeps a deleted service for a while" } else { "" }
}

/// What to do about an error response.
fn advice(response: &ResponseParts) -> &'static str {
    match (response.source, response.status) {
        (_, 407) => "; a proxy on the way wants credentials: give them to it, for example in the agent of your fetch",
        (Source::Page | Source::Text, 400..=499) | (_, 0 | 300..=399) => "",
        (_, 401) => response.attempt_log.credentials.advice(),
        (_, 403) => "; the key's role does not allow it, or the organization is not the key's own",
        (_, 404) => "; check the id, and that it belongs to the organization",
        (_, 409) if std::ptr::eq(response.attempt_log.operation, &contract::SERVICES_DELETE) => {
            "; services.stopAndDelete stops the service first, and waits until it is gone"
        }
        (_, 409) => "; wait until the state allows it",
        (_, 424) => "; wake the service first, for example with services.ensureRunning",
        (_, 429) => "; share one client or RateLimiter between all that use the key",
        _ => "",
    }
}

/// The message, without the body of the response.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
