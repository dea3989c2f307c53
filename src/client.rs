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
//! | `goal`     | what a state, a 404 and a refusal mean for a wait               |
//! | `wait`     | polling until a goal is reached, by a deadline                  |
//! | `progress` | what a wait knows, and what its caller is told                  |
//! | `helpers`  | what takes more than one call: stopAndDelete, ensureRunning, …  |
//!
//! A call that is dropped ends: its place in the line, its timer, its fetch. This is how an abort works.

mod gate;
mod goal;
pub mod helpers;
pub mod limit;
mod polls;
mod progress;
mod report;
pub mod retry;
mod scrub;
mod send;
mod turns;
pub mod wait;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use crate::contract::{self, Operation};
use crate::error::{Error, Exchange};
use crate::host::{Host, Level};
use crate::request::{self, Argument, Arguments, Checked, Target};
use crate::secret::Secret;
use crate::text::{digits, text};
use crate::validate::Unknown;
use limit::RateLimiter;
use polls::Polls;
use turns::Turns;

pub use gate::Limit;

/// How a client behaves.
pub struct Settings {
    /// Where requests go.
    pub target: Target,
    /// The secret that the authorization is made of, where it is another one: it is taken out of what comes back.
    pub key_secret: Option<Secret>,
    /// The organization of all calls; without one the client asks once.
    pub organization_id: Option<String>,
    /// For one attempt, its body included.
    pub timeout_ms: f64,
    /// How long after the first attempt's start a retry may still begin.
    pub retry_budget_ms: f64,
    /// What becomes of properties that the contract does not know.
    pub unknown: Unknown,
    /// What becomes of answers that break the contract.
    pub breaches: Breaches,
    /// What says when a request may go.
    pub limiter: Limit,
}

/// What becomes of answers that break the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaches {
    /// The call fails; the error holds the answer.
    Fail,
    /// The call succeeds, with a warning in the log.
    Warn,
    /// The call succeeds.
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
            settings,
            organization,
            asking: Turns::default(),
            polls: Polls::default(),
            deprecated: RefCell::default(),
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
                ": needs the organizationId option, or organizationId among the path arguments",
            ]))
            .into());
        }
        self.check(operation, arguments, organization.as_deref().unwrap_or_default(), headers)
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
                self.only_organization(options).await?
            } else {
                known.unwrap_or_default()
            };
            let mut checked = self.check(operation, arguments, &organization, &options.headers)?;
            self.say_deprecated(operation);
            for warning in &checked.warnings {
                self.say(Level::Warn, &[operation.name, ": ", &warning.line(), "; sent as it is"]);
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
        let mut arguments = arguments.clone();
        if asks_for_organization(operation, &arguments) {
            arguments.path.push(Argument::text(ORGANIZATION, organization));
        }
        match request::build(operation, &self.settings.target, &arguments, headers, self.settings.unknown) {
            Ok(checked) => Ok(checked.into()),
            Err(issues) => Err(Error::Request { operation, issues }.into()),
        }
    }

    /// Asks, once, which organization the key belongs to.
    async fn only_organization(&self, options: &CallOptions) -> Result<String, Box<Error>> {
        let _turn = self.asking.take(&mut 0).await;
        if let Some(known) = self.organization.borrow().clone() {
            return Ok(known);
        }
        let all = self.call(&contract::ORGANIZATIONS_LIST, &Arguments::default(), options).await?;
        let ids = self.by_id(&all.data);
        match ids.as_slice() {
            [(only, _)] => {
                *self.organization.borrow_mut() = Some(only.clone());
                Ok(only.clone())
            }
            _ => Err(Error::Configuration(text(&[
                "the key belongs to ",
                &digits(ids.len() as u64),
                " organizations: name one with the organizationId option",
            ]))
            .into()),
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
