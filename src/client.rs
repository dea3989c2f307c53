//! Sending: attempts, retries, the rate limit, deadlines and waiting. Generic over the host, without I/O of its own.
//!
//! | module           | content                                                                |
//! | ---------------- | ---------------------------------------------------------------------- |
//! | `send`           | one call: its attempts, until one succeeds or the call fails           |
//! | `retry`          | the retry policy: which failures, which operations, how long           |
//! | `rate_limit`     | the rate limit, or the caller's own limiter                            |
//! | `fair_queue`     | a queue in order of arrival                                            |
//! | `goal`           | what a state, a 404 and a failed request mean for a wait               |
//! | `wait`           | polling until a goal is reached, by a deadline                         |
//! | `progress`       | the state of a wait, and the progress that its caller is told          |
//! | `shared_polling` | many waits share their polls                                           |
//! | `helpers`        | `stopAndDelete`, `ensureRunning` and the others, natively              |
//! | `organization`   | the key's organization, where none is given                            |
//! | `clock`          | time that never runs backwards                                         |
//! | `log`            | the lines of the log, and the events of hooks                          |
//! | `redact`         | removes secrets from texts of the service                              |
//! | `spelling`       | decodes percent-encoding, HTML entities and escapes in such texts      |
//!
//! Dropping a call ends it: its position in the queue, its timer, its fetch. An abort is such a drop.

mod clock;
mod fair_queue;
mod goal;
pub mod helpers;
mod log;
mod organization;
mod progress;
pub mod rate_limit;
mod redact;
pub mod retry;
mod send;
mod shared_polling;
mod spelling;
pub mod wait;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use crate::contract::Operation;
use crate::error::{CredentialSource, Error, ResponseParts};
use crate::host::{Host, HttpRequest, Level};
use crate::request::{self, Argument, Arguments, CheckedRequest, Checks, Target};
use crate::secret::Secret;
use crate::validate::Unknown;
use clock::MonotonicClock;
use fair_queue::FairQueue;
use rate_limit::RateLimiter;
pub use redact::Redactor;
use shared_polling::SharedPolling;

pub use rate_limit::RateLimiting;

/// The settings of a client.
pub struct Settings {
    /// Where requests go.
    pub target: Target,
    /// Where its credentials come from.
    pub credentials: CredentialSource,
    /// The base address is plain http to another machine, and `allowHttp` does not permit credentials there.
    pub in_the_clear: bool,
    /// The secret within the authorization, where that is encoded: it is redacted, too.
    pub key_secret: Option<Secret>,
    /// The organization of all calls; without one the client asks once.
    pub organization_id: Option<String>,
    /// The timeout of one attempt, its body included, in milliseconds.
    pub timeout_ms: f64,
    /// How long after the first attempt's start a retry may still begin, in milliseconds.
    pub retry_budget_ms: f64,
    /// How requests that break the contract are treated.
    pub request_validation: ValidationMode,
    /// How properties that the contract does not know are treated, where such requests fail.
    pub unknown: Unknown,
    /// How responses that break the contract are treated.
    pub response_validation: ValidationMode,
    /// The rate limit.
    pub limiter: RateLimiting,
}

impl Settings {
    /// Refuses credentials that would travel in the clear: the client's own, or those among the headers of the client or of
    /// a call. The error does not show their values.
    pub fn check_secrecy(&self, what: &str, own: Option<&Secret>, headers: &[(String, String)]) -> Result<(), Error> {
        if !self.in_the_clear {
            return Ok(());
        }
        let header = headers.iter().find(|(name, _)| redact::is_credential(name));
        let carried = match (own, header) {
            (Some(_), _) if self.credentials == CredentialSource::BearerToken => "the bearerToken".to_owned(),
            (Some(_), _) => "the key".to_owned(),
            (None, Some((name, _))) => format!("the header {name}"),
            (None, None) => return Ok(()),
        };
        let way = "allowHttp: true or CLICKHOUSE_CLOUD_ALLOW_HTTP=1 permits it, for a sandbox in a container";
        let url = &self.target.base_url;
        Err(Error::Configuration(format!("{what}: {carried} would travel in the clear to {url}: use https; {way}")))
    }

    /// Where the credentials of a request come from.
    fn credentials_of(&self, request: &HttpRequest) -> CredentialSource {
        match &request.authorization {
            Some(_) => self.credentials,
            None if request.headers.iter().any(|(name, _)| name == "authorization") => CredentialSource::Header,
            None => CredentialSource::Nowhere,
        }
    }
}

/// How requests or responses that break the contract are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationMode {
    /// The call fails. The request is not sent; the error holds the response.
    Error,
    /// The call goes on, with a warning in the log.
    Warn,
    /// The call goes on.
    Off,
}

/// The options of one call.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// The timeout of one attempt, instead of the client's.
    pub timeout_ms: Option<f64>,
    /// Headers, names in lower case; they replace the client's of the same name.
    pub headers: Vec<(String, String)>,
    /// The retry budget, instead of the client's; 0: no retry. Waits send each request once, and wait out failures by their
    /// own deadline.
    pub retry_budget_ms: Option<f64>,
    /// The deadline of the helper that makes the call: no attempt begins after it. One that has begun has its own timeout, since
    /// a creation that is cut off loses its response.
    pub deadline: Option<HelperDeadline>,
}

/// By when the requests of a helper must have begun.
#[derive(Clone, Copy)]
pub struct HelperDeadline {
    /// The helper, such as `services.createAndWait`.
    pub helper: &'static str,
    /// The time that it has from the begin of the call, in milliseconds.
    pub ms: f64,
}

/// The output of a call.
pub struct CallOutput<V> {
    /// The result.
    pub data: V,
    /// The response that holds it.
    pub response: Rc<ResponseParts>,
    /// When the request of that response was sent, by the client's clock.
    pub sent_at: f64,
}

/// A call in progress.
pub type Call<'a, V> = Pin<Box<dyn Future<Output = Result<CallOutput<V>, Box<Error>>> + 'a>>;

/// A client of the control plane.
pub struct Client<H: Host> {
    /// The host.
    pub host: H,
    settings: Settings,
    /// Redacts the client's own secrets.
    redactor: Redactor,
    clock: MonotonicClock,
    organization: RefCell<Option<String>>,
    organization_queue: FairQueue,
    shared_polling: SharedPolling<H::Value>,
    /// The deprecated operations that are in the log already.
    deprecated: RefCell<Vec<&'static str>>,
}

impl<H: Host> Client<H> {
    /// A client. Nothing is sent before the first call.
    pub fn new(host: H, mut settings: Settings) -> Self {
        let organization = RefCell::new(settings.organization_id.clone());
        if let RateLimiting::Off = settings.limiter {
            settings.limiter = RateLimiting::Shared(Rc::new(RateLimiter::unlimited()));
        }
        Self {
            host,
            redactor: Redactor::of_client(&settings),
            settings,
            clock: MonotonicClock::default(),
            organization,
            organization_queue: FairQueue::default(),
            shared_polling: SharedPolling::default(),
            deprecated: RefCell::default(),
        }
    }

    /// The host's time, made monotonic.
    fn now(&self) -> f64 {
        self.clock.read(self.host.now())
    }

    /// Sleeps for `ms`, which have passed then even where the host's clock stands still.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()> {
        // The host's timer runs from here on, not only once it is awaited.
        let (began, timer) = (self.now(), self.host.sleep(ms));
        async move {
            timer.await;
            self.clock.slept(began, ms, self.host.now());
        }
    }

    /// Removes from a text the client's secrets and those of a request: its credentials and the secret values of its body.
    /// For code that forwards a response, such as the proxy.
    pub fn redact(&self, operation: &'static Operation, arguments: &Arguments, text: &mut String) {
        match self.check(operation, arguments, NO_ORGANIZATION, &[]) {
            Ok(checked) => self.redactor.of_request(&self.host, &checked).redact(text),
            Err(_) => self.redactor.redact(text),
        }
    }

    /// Checks the arguments and builds the request, without sending it. The organization must be known.
    pub fn build(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        headers: &[(String, String)],
    ) -> Result<Box<CheckedRequest>, Box<Error>> {
        let organization = self.organization.borrow().clone();
        if organization.is_none() && asks_for_organization(operation, arguments) {
            let needs =
                "needs the option organizationId, CLICKHOUSE_ORG_ID, or organizationId among the path arguments";
            return Err(Error::Configuration(format!("{}: {needs}", operation.name)).into());
        }
        let checked = self.check(operation, arguments, organization.as_deref().unwrap_or_default(), headers)?;
        self.log_violations(operation, &checked);
        Ok(checked)
    }

    /// Calls an operation: checks the request, sends it by the rate limit, retries, and checks the response. Boxed: the futures
    /// that await it stay small.
    pub fn call<'a>(
        &'a self,
        operation: &'static Operation,
        arguments: &'a Arguments,
        options: &'a CallOptions,
    ) -> Call<'a, H::Value> {
        Box::pin(async move {
            let known = self.organization.borrow().clone();
            let organization = if known.is_none() && asks_for_organization(operation, arguments) {
                // Wrong arguments fail before anything is sent.
                self.check(operation, arguments, NO_ORGANIZATION, &options.headers)?;
                self.only_organization(operation, options).await?
            } else {
                known.unwrap_or_default()
            };
            let mut checked = self.check(operation, arguments, &organization, &options.headers)?;
            self.log_deprecated(operation);
            self.log_violations(operation, &checked);
            if self.settings.request_validation != ValidationMode::Off {
                for warning in &checked.warnings {
                    self.log(Level::Warn, format_args!("{}: {warning}; sent as it is", operation.name));
                }
            }
            self.send(operation, &mut checked, options).await
        })
    }

    /// Checks the arguments and builds the request.
    fn check(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        organization: &str,
        headers: &[(String, String)],
    ) -> Result<Box<CheckedRequest>, Box<Error>> {
        self.settings.check_secrecy(operation.name, None, headers)?;
        let mut arguments = arguments.clone();
        if asks_for_organization(operation, &arguments) {
            arguments.path.push(Argument::text(ORGANIZATION, organization));
        }
        let Settings { target, unknown, request_validation, .. } = &self.settings;
        let checks = Checks { unknown: *unknown, tolerant: *request_validation != ValidationMode::Error };
        match request::build(operation, target, &arguments, headers, checks) {
            Ok(checked) => Ok(checked.into()),
            Err(issues) => Err(Error::Request { operation, issues }.into()),
        }
    }

    /// The items of a list by their ids.
    fn by_id(&self, items: &H::Value) -> Vec<(String, H::Value)> {
        let mut known = Vec::new();
        for item in self.host.items(items) {
            if let Some(id) = self.host.member(&item, "id").and_then(|id| self.host.as_text(&id)) {
                known.push((id, item));
            }
        }
        known
    }
}

const ORGANIZATION: &str = "organizationId";

/// Stands for the organization while it is unknown and the other arguments are checked.
const NO_ORGANIZATION: &str = "00000000-0000-0000-0000-000000000000";

/// Whether the operation needs an organization that the arguments do not name.
fn asks_for_organization(operation: &Operation, arguments: &Arguments) -> bool {
    operation.path_parameters.iter().any(|parameter| parameter.name == ORGANIZATION)
        && !arguments.path.iter().any(|argument| argument.name == ORGANIZATION)
}
