//! Sending: attempts, retries, the rate limit, deadlines and waiting. Generic over the host, without I/O of its own.
//!
//! | room       | what happens there                                              |
//! | ---------- | --------------------------------------------------------------- |
//! | `send`     | one call: attempts until it is answered or given up             |
//! | `retry`    | the policy: which faults, which operations, how long            |
//! | `gate`     | leave to send: our own limiter, or the caller's                 |
//! | `limit`    | the rate limit                                                  |
//! | `turns`    | first come, first served                                        |
//! | `polls`    | waits that share their polls                                    |
//! | `report`   | what the log and the hooks are told                             |
//! | `scrub`    | secrets that come back are taken out                            |
//! | `spelling` | texts as they read once their encodings are undone              |
//! | `clock`    | time that never runs backwards                                  |
//! | `organization` | the key's organization, where none is given                 |
//! | `goal`     | what a state, a 404 and a refusal mean for a wait               |
//! | `wait`     | polling until a goal is reached, by a deadline                  |
//! | `progress` | what a wait knows, and what its caller is told                  |
//! | `helpers`  | what takes more than one call: stopAndDelete, ensureRunning, …  |
//!
//! A call that is dropped ends: its place in the line, its timer, its fetch. This is how an abort works.

mod clock;
mod gate;
mod goal;
pub mod helpers;
pub mod limit;
mod organization;
mod polls;
mod progress;
mod report;
pub mod retry;
mod scrub;
mod send;
mod spelling;
mod turns;
pub mod wait;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use crate::contract::Operation;
use crate::error::{CredentialSource, Error, Exchange};
use crate::host::{Host, HttpRequest, Level};
use crate::request::{self, Argument, Arguments, Checked, Target};
use crate::secret::Secret;
use crate::text::text;
use crate::validate::Unknown;
use clock::Steady;
use limit::RateLimiter;
use polls::Polls;
pub use scrub::Scrub;
use turns::Turns;

pub use gate::Limit;

/// How a client behaves.
pub struct Settings {
    /// Where requests go.
    pub target: Target,
    /// Where its credentials come from.
    pub credentials: CredentialSource,
    /// Requests travel over plain http to another machine, and nobody has permitted credentials there.
    pub in_the_clear: bool,
    /// The secret that the authorization is made of, where it is another one: it is taken out of what comes back.
    pub key_secret: Option<Secret>,
    /// The organization of all calls; without one the client asks once.
    pub organization_id: Option<String>,
    /// For one attempt, its body included.
    pub timeout_ms: f64,
    /// How long after the first attempt's start a retry may still begin.
    pub retry_budget_ms: f64,
    /// What becomes of requests that break the contract.
    pub request_breaches: Breaches,
    /// What becomes of properties that the contract does not know, where such requests fail.
    pub unknown: Unknown,
    /// What becomes of answers that break the contract.
    pub breaches: Breaches,
    /// What says when a request may go.
    pub limiter: Limit,
}

impl Settings {
    /// Refuses credentials that would travel in the clear: the client's own, or those among the headers of the client or of
    /// a call. Their values are not shown.
    pub fn check_secrecy(&self, what: &str, own: Option<&Secret>, headers: &[(String, String)]) -> Result<(), Error> {
        if !self.in_the_clear {
            return Ok(());
        }
        let header = headers.iter().find(|(name, _)| scrub::is_credential(name));
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

/// What becomes of requests or answers that break the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaches {
    /// The call fails. Nothing was sent; or the error holds the answer.
    Fail,
    /// The call goes on, with a warning in the log.
    Warn,
    /// The call goes on.
    Ignore,
}

/// What one call asks for beside its arguments.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// Instead of the client's own.
    pub timeout_ms: Option<f64>,
    /// Names in lower case; they win over the client's own.
    pub headers: Vec<(String, String)>,
    /// Instead of the client's own; 0: no retry. Waits send each request once, and wait out what fails by their own
    /// deadline.
    pub retry_budget_ms: Option<f64>,
}

/// What a call brought.
pub struct Outcome<V> {
    /// The result.
    pub data: V,
    /// The answer that brought it.
    pub exchange: Rc<Exchange>,
    /// When the request of that answer was sent, by the host's clock.
    pub sent_at: f64,
}

/// A call under way.
pub type Call<'a, V> = Pin<Box<dyn Future<Output = Result<Outcome<V>, Box<Error>>> + 'a>>;

/// A client of the control plane.
pub struct Client<H: Host> {
    /// Where it runs.
    pub host: H,
    settings: Settings,
    /// The client's own secrets.
    scrub: Scrub,
    clock: Steady,
    organization: RefCell<Option<String>>,
    asking: Turns,
    polls: Polls<H::Value>,
    /// The deprecated operations of which the log has been told.
    deprecated: RefCell<Vec<&'static str>>,
}

impl<H: Host> Client<H> {
    /// A client. Nothing is sent before the first call.
    pub fn new(host: H, mut settings: Settings) -> Self {
        let organization = RefCell::new(settings.organization_id.clone());
        if let Limit::Off = settings.limiter {
            settings.limiter = Limit::Shared(Rc::new(RateLimiter::unlimited()));
        }
        Self {
            host,
            scrub: Scrub::of_client(&settings),
            settings,
            clock: Steady::default(),
            organization,
            asking: Turns::default(),
            polls: Polls::default(),
            deprecated: RefCell::default(),
        }
    }

    /// The time by the host's clock, but that it never runs backwards.
    fn now(&self) -> f64 {
        self.clock.read(self.host.now())
    }

    /// Lasts that many milliseconds, which have passed then even for a clock that stands still.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()> {
        // The host's timer runs from here on, not only once it is awaited.
        let (began, timer) = (self.now(), self.host.sleep(ms));
        async move {
            timer.await;
            self.clock.slept(began, ms, self.host.now());
        }
    }

    /// Takes the client's secrets out of a text, and those of a request: its credentials and the secret values of its
    /// body. For whatever passes a response on.
    pub fn redact(&self, operation: &'static Operation, arguments: &Arguments, text: &mut String) {
        match self.check(operation, arguments, NO_ORGANIZATION, &[]) {
            Ok(checked) => self.scrub.of_request(&self.host, &checked).text(text),
            Err(_) => self.scrub.text(text),
        }
    }

    /// Checks the arguments and builds the request, without sending it. The organization must be known.
    pub fn build(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        headers: &[(String, String)],
    ) -> Result<Box<Checked>, Box<Error>> {
        let organization = self.organization.borrow().clone();
        if organization.is_none() && asks_for_organization(operation, arguments) {
            return Err(Error::Configuration(text(&[
                operation.name,
                ": needs the option organizationId, CLICKHOUSE_ORG_ID, or organizationId among the path arguments",
            ]))
            .into());
        }
        let checked = self.check(operation, arguments, organization.as_deref().unwrap_or_default(), headers)?;
        self.say_breaches(operation, &checked);
        Ok(checked)
    }

    /// Calls an operation: checks, sends, waits, retries, checks. Boxed: what awaits it stays small.
    pub fn call<'a>(
        &'a self,
        operation: &'static Operation,
        arguments: &'a Arguments,
        options: &'a CallOptions,
    ) -> Call<'a, H::Value> {
        Box::pin(async move {
            let known = self.organization.borrow().clone();
            let organization = if known.is_none() && asks_for_organization(operation, arguments) {
                // What is wrong with the arguments is said before anything is sent.
                self.check(operation, arguments, NO_ORGANIZATION, &options.headers)?;
                self.only_organization(operation, options).await?
            } else {
                known.unwrap_or_default()
            };
            let mut checked = self.check(operation, arguments, &organization, &options.headers)?;
            self.say_deprecated(operation);
            self.say_breaches(operation, &checked);
            if self.settings.request_breaches != Breaches::Ignore {
                for warning in &checked.warnings {
                    self.say(Level::Warn, &[operation.name, ": ", &warning.line(), "; sent as it is"]);
                }
            }
            self.send(operation, &mut checked, options).await
        })
    }

    fn check(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        organization: &str,
        headers: &[(String, String)],
    ) -> Result<Box<Checked>, Box<Error>> {
        self.settings.check_secrecy(operation.name, None, headers)?;
        let mut arguments = arguments.clone();
        if asks_for_organization(operation, &arguments) {
            arguments.path.push(Argument::text(ORGANIZATION, organization));
        }
        let Settings { target, unknown, request_breaches, .. } = &self.settings;
        let built = match request_breaches {
            Breaches::Fail => request::build(operation, target, &arguments, headers, *unknown),
            Breaches::Warn | Breaches::Ignore => {
                request::build_anyway(operation, target, &arguments, headers, *unknown)
            }
        };
        match built {
            Ok(checked) => Ok(checked.into()),
            Err(issues) => Err(Error::Request { operation, issues }.into()),
        }
    }

    /// The items of a list, each with its id.
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

/// Stands for the organization while it is not known and the other arguments are checked.
const NO_ORGANIZATION: &str = "00000000-0000-0000-0000-000000000000";

/// Whether the operation is of an organization, and the arguments name none.
fn asks_for_organization(operation: &Operation, arguments: &Arguments) -> bool {
    operation.path_parameters.iter().any(|parameter| parameter.name == ORGANIZATION)
        && !arguments.path.iter().any(|argument| argument.name == ORGANIZATION)
}
