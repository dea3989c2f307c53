//! Polls until a goal is reached, within the rate limit and by the wait's own deadline.
//!
//! - Each request of a wait is sent once. A failure that may pass (no response, one that cannot be read, 408, 429, 5xx, the
//!   404 page of a proxy) is waited out until the deadline, with backoff, and reported as progress.
//! - The deadline is a moment of the clock: a timer that fires early or late changes nothing. A wait that wakes up more than a
//!   second after it (the machine slept, the tab was frozen) polls once more.
//! - A 404 counts only in the API's own envelope. Before an accepted deletion, one 404 alone proves nothing.

use std::pin::{Pin, pin};

use super::goal::{Action, NotFoundPolicy, RequestFailure, WaitGoal, WaitStep};
use super::progress::WaitState;
use super::{CallOptions, Client, retry};
use crate::contract::{self, Operation, ResponseKind};
use crate::error::{Error, WaitReason};
use crate::host::{Host, Level};
use crate::issue::{Code, Step};
use crate::race::{Either, select};
use crate::request::Arguments;
use crate::validate::{Mode, Unknown, validate, validate_response};

pub use super::progress::{OnProgress, Progress, TransientFault, WaitOptions, WaitRefusal};

/// The default deadline of a wait.
const DEADLINE_MS: f64 = 30.0 * 60_000.0;
/// The first pause between two polls, and the longest; each is half as long again as the one before.
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 10_000.0;
/// The longest pause that a response may ask for.
const LONGEST_ASKED_MS: f64 = 60_000.0;
/// How long a 404 is tolerated before the first successful read: the resource may be too new.
const NEW_MS: f64 = 120_000.0;
/// Two 404s that far apart prove that a resource is gone.
const APART_MS: f64 = 10_000.0;
/// A wait that wakes up that long after its deadline was suspended meanwhile.
const LATE_MS: f64 = 1_000.0;
/// How long the last poll may take.
const LAST_POLL_MS: f64 = 10_000.0;

/// A wait in progress. It resolves with the resource as it was read last; with `None` where no service was there to delete.
pub type Waiting<'a, V> = Pin<Box<dyn Future<Output = Result<Option<V>, Box<Error>>> + 'a>>;

/// The outcome of a poll.
enum PollOutcome<V> {
    /// The wait ends.
    Ended(Option<V>),
    /// An action is to be requested.
    Do(Action),
    /// The list of services has to confirm a 404.
    Confirm(Box<Error>),
    /// The next poll follows.
    Pause,
}

impl<H: Host> Client<H> {
    /// Polls until the goal is reached, by the deadline. Boxed: all waits are of one type.
    pub fn wait<'a>(&'a self, goal: WaitGoal, arguments: Arguments, options: &'a WaitOptions) -> Waiting<'a, H::Value> {
        Box::pin(async move {
            for state in goal.unknown_states()? {
                let helper = goal.helper();
                let line = format_args!("{helper}: the contract has no state {state}; it is waited for as it is");
                self.log(Level::Warn, line);
            }
            let redactor = self.redactor.with_headers(&options.call.headers);
            if let Some(item) = &goal.waiter().item {
                check_id(item.of, &arguments)?;
            }
            let mut wait = WaitState::new(goal, arguments, options, redactor, self.now() - options.spent_ms);
            let deadline = wait.began_at + options.timeout_ms.unwrap_or(DEADLINE_MS);
            let polled = select(pin!(self.poll(&mut wait, deadline)), pin!(self.until(deadline))).await;
            if let Either::Left(Some(ended)) = polled {
                return ended;
            }
            drop(polled);
            if self.now() - deadline > LATE_MS {
                let last = select(pin!(self.poll_once(&mut wait)), pin!(self.host.sleep(LAST_POLL_MS))).await;
                if let Either::Left(outcome) = last
                    && let PollOutcome::Ended(ended) = outcome?
                {
                    return Ok(ended);
                }
            }
            Err(wait.error(WaitReason::Deadline, self.elapsed_ms(&wait)))
        })
    }

    /// Resolves when the clock has reached the deadline, whenever timers fire.
    pub(super) async fn until(&self, deadline: f64) {
        let mut left = deadline - self.now();
        while left > 0.0 {
            let before = left;
            self.host.sleep(left).await;
            left = deadline - self.now();
            if left > 0.0 && before - left < 1.0 {
                // The clock's timers take no time: then the polls alone watch the deadline.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Polls until the wait ends. `None`: the deadline has come first.
    async fn poll(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        deadline: f64,
    ) -> Option<Result<Option<H::Value>, Box<Error>>> {
        let _participant = wait.shared().map(|_| self.shared_polling.join());
        loop {
            match self.advance(wait).await {
                Ok(PollOutcome::Ended(ended)) => return Some(Ok(ended)),
                Ok(PollOutcome::Do(_) | PollOutcome::Confirm(_) | PollOutcome::Pause) => {}
                Err(error) => return Some(Err(error)),
            }
            // Not past the deadline: after a jump of the clock, its timer may be late.
            let pause_ms = self.next_pause_ms(wait).min((deadline - self.now()).max(0.0));
            // At least 1 ms: by a clock that stands still, only sleeps pass the time.
            self.sleep(pause_ms.max(1.0)).await;
            if self.now() >= deadline {
                return None;
            }
        }
    }

    /// Milliseconds since the wait began.
    fn elapsed_ms(&self, wait: &WaitState<'_, H::Value>) -> f64 {
        self.now() - wait.began_at
    }

    /// Polls once, and requests the action that follows.
    async fn advance(&self, wait: &mut WaitState<'_, H::Value>) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let mut step = self.poll_once(wait).await?;
        if let PollOutcome::Confirm(error) = step {
            step = self.confirm(wait, error).await?;
        }
        if let PollOutcome::Do(action) = step {
            step = self.request_action(wait, action).await?;
        }
        Ok(step)
    }

    /// The pause before the next poll: it grows, and is longer after a failure.
    fn next_pause_ms(&self, wait: &mut WaitState<'_, H::Value>) -> f64 {
        let grown = if wait.pause_ms == 0.0 { FIRST_PAUSE_MS } else { (wait.pause_ms * 1.5).min(LONGEST_PAUSE_MS) };
        wait.pause_ms = wait.options.poll_interval_ms.unwrap_or(grown);
        let mut pause_ms = wait.pause_ms;
        if wait.faults > 0 {
            pause_ms = pause_ms.max(retry::back_off_ms(wait.faults, &self.host));
        }
        if let Some(asked_ms) = wait.asked_pause_ms() {
            pause_ms = pause_ms.max(retry::with_jitter(asked_ms.min(LONGEST_ASKED_MS), &self.host));
        }
        pause_ms
    }

    /// The options of a wait's requests, which are never retried.
    fn without_retries(options: &CallOptions) -> CallOptions {
        CallOptions { retry_budget_ms: Some(0.0), ..options.clone() }
    }

    /// Reads the resource once, or takes it from a list that waits share.
    async fn poll_once(&self, wait: &mut WaitState<'_, H::Value>) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let listed = match wait.shared() {
            Some(id) => self.listed_service(id, wait.pause_ms).await,
            None => Ok(None),
        };
        let read = match listed {
            Ok(Some(listed)) if self.is_enough(wait, &listed) => Ok(Some(listed)),
            Ok(_) => {
                let options = Self::without_retries(&wait.options.call);
                let waiter = wait.goal.waiter();
                let all = Arguments::default();
                let arguments = if waiter.item.is_some() { &all } else { &wait.arguments };
                let read = self.call(waiter.operation, arguments, &options).await;
                read.map(|output| self.resource_in(wait, output.data))
            }
            Err(error) => Err(error),
        };
        let now = self.elapsed_ms(wait);
        match read {
            Ok(Some(resource)) => self.on_read(wait, resource, now),
            Ok(None) => self.on_not_found(wait, None, now),
            Err(error) => self.on_read_error(wait, error, now),
        }
    }

    /// The resource in a result: the result itself, or one of a list in it.
    fn resource_in(&self, wait: &WaitState<'_, H::Value>, result: H::Value) -> Option<H::Value> {
        let Some(item) = &wait.goal.waiter().item else { return Some(result) };
        self.item(&self.host.member(&result, item.list)?, wait.id())
    }

    /// The item of a list with this id.
    #[inline(never)]
    fn item(&self, list: &H::Value, id: &str) -> Option<H::Value> {
        let found = self.by_id(list).into_iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
        found.map(|(_, item)| item)
    }

    /// The outcome of a poll that has read the resource.
    fn on_read(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        resource: H::Value,
        now: f64,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let state = self.state(wait, &resource);
        if wait.last_state.as_ref() != Some(&state) {
            let mut shown = state.clone();
            wait.redactor.redact(&mut shown);
            let line = format_args!("{}: the {} is {shown}", wait.goal.helper(), wait.goal.waiter().state);
            self.log(Level::Info, line);
        }
        wait.last = Some(resource.clone());
        wait.unproven = 0;
        wait.read_succeeded(&state, now)?;
        if self.is_outdated(wait, &resource) {
            return Ok(PollOutcome::Pause);
        }
        match wait.goal.step_for(&state, wait.refused_deletion()) {
            WaitStep::Reached => Ok(PollOutcome::Ended(Some(resource))),
            WaitStep::Gone => Ok(PollOutcome::Ended(Some(self.host.nothing()))),
            WaitStep::Failed => Err(wait.error(WaitReason::FailedState, now)),
            WaitStep::Do(action) if wait.begins(action, now) => Ok(PollOutcome::Do(action)),
            WaitStep::Do(_) | WaitStep::Waiting => Ok(PollOutcome::Pause),
        }
    }

    /// The outcome of a poll whose read has failed.
    fn on_read_error(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        error: Box<Error>,
        now: f64,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        match RequestFailure::of(&self.host, &error) {
            RequestFailure::Final => Err(error),
            RequestFailure::NotFound => self.on_not_found(wait, Some(error), now),
            RequestFailure::NotFoundPage if !wait.exists => self.on_not_found_unread(wait, error, now),
            failure @ (RequestFailure::NotFoundPage | RequestFailure::Refused | RequestFailure::Transient) => {
                self.log_failed_request(wait, failure, &error);
                wait.read_failed(error, failure, now)?;
                Ok(PollOutcome::Pause)
            }
        }
    }

    /// The outcome of a poll that meets the API's own 404. It proves that a resource is gone:
    ///
    /// - at once, where the API has accepted the deletion, or the caller waits for the end of a resource that was there;
    /// - where the resource has been read before: when it is met again [`APART_MS`] later without a successful read in between.
    ///   One alone may lag behind the reads before it.
    ///
    /// A list without the resource counts like its 404, but has no error.
    fn on_not_found(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        error: Option<Box<Error>>,
        now: f64,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let wants_gone = wait.goal.wants_gone();
        let mut apart_ms = APART_MS;
        if !wait.exists && !wants_gone {
            match error {
                Some(error) => return self.on_not_found_unread(wait, error, now),
                None => apart_ms = NEW_MS,
            }
        }
        let since = *wait.missing_since.get_or_insert(now);
        let is_gone = wait.deleted || wants_gone && wait.exists || now - since >= apart_ms;
        match is_gone {
            true if wants_gone => Ok(PollOutcome::Ended(Some(self.host.nothing()))),
            true if wait.goal.ends_when_gone() => {
                Ok(PollOutcome::Ended(Some(wait.last.clone().unwrap_or_else(|| self.host.nothing()))))
            }
            true => Err(wait.error_of(WaitReason::Gone, now, error)),
            false => {
                wait.not_found(error, now)?;
                Ok(PollOutcome::Pause)
            }
        }
    }

    /// The outcome of a 404 of a resource that has never been read.
    fn on_not_found_unread(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        error: Box<Error>,
        now: f64,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        match wait.goal.not_found_policy() {
            NotFoundPolicy::ConfirmInList => Ok(PollOutcome::Confirm(error)),
            NotFoundPolicy::MayBeNew if now < NEW_MS => {
                let failure = RequestFailure::of(&self.host, &error);
                wait.read_failed(error, failure, now)?;
                Ok(PollOutcome::Pause)
            }
            NotFoundPolicy::MayBeNew => Err(error),
        }
    }

    /// Looks in the list of services for one that a read did not find. Where it is not listed, its deletion is requested: reads
    /// and lists lag behind a creation, changes do not.
    async fn confirm(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        read: Box<Error>,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let options = Self::without_retries(&wait.options.call);
        let listed = self.call(&contract::SERVICES_LIST, &Arguments::default(), &options).await;
        let now = self.elapsed_ms(wait);
        let failed = match listed {
            Ok(output) if is_list(&output.response.body) => {
                wait.unproven = 0;
                if let Some(service) = self.item(&output.data, wait.id()) {
                    return self.on_read(wait, service, now);
                }
                return Ok(PollOutcome::Do(Action::Delete));
            }
            // A 2xx without a list of services.
            Ok(_) => read,
            Err(error) => match RequestFailure::of(&self.host, &error) {
                RequestFailure::Final => return Err(error),
                RequestFailure::Refused | RequestFailure::Transient if !matches!(*error, Error::Response { .. }) => {
                    wait.read_failed(error, RequestFailure::Transient, now)?;
                    return Ok(PollOutcome::Pause);
                }
                _ => error,
            },
        };
        // One failure may be a page that a proxy shows for a moment.
        wait.unproven += 1;
        if wait.unproven > 1 {
            return Err(wait.error_of(WaitReason::Refused, now, Some(failed)));
        }
        wait.read_failed(failed, RequestFailure::NotFoundPage, now)?;
        Ok(PollOutcome::Pause)
    }

    /// Requests an action.
    async fn request_action(
        &self,
        wait: &mut WaitState<'_, H::Value>,
        action: Action,
    ) -> Result<PollOutcome<H::Value>, Box<Error>> {
        let (operation, arguments) = wait.request(action);
        let options = Self::without_retries(&wait.options.call);
        let Err(error) = self.call(operation, &arguments, &options).await else {
            wait.action_accepted(action);
            return Ok(PollOutcome::Pause);
        };
        let now = self.elapsed_ms(wait);
        match RequestFailure::of(&self.host, &error) {
            RequestFailure::Final => Err(error),
            // Neither reads nor the list nor its deletion know the service; but an earlier request may have deleted it.
            RequestFailure::NotFound if action == Action::Delete && !wait.exists => {
                Ok(PollOutcome::Ended(wait.maybe_deleted.then(|| self.host.nothing())))
            }
            RequestFailure::NotFound => self.on_not_found(wait, Some(error), now),
            failure @ (RequestFailure::NotFoundPage | RequestFailure::Refused | RequestFailure::Transient) => {
                self.log_failed_request(wait, failure, &error);
                wait.action_failed(action, error, failure, now)?;
                Ok(PollOutcome::Pause)
            }
        }
    }

    /// Logs a failure that the call itself has not logged.
    fn log_failed_request(&self, wait: &WaitState<'_, H::Value>, failure: RequestFailure, error: &Error) {
        if failure != RequestFailure::Transient {
            self.log(Level::Info, format_args!("{}: goes on after {error}", wait.goal.helper()));
        }
    }

    /// Whether a listed resource makes a read needless. A list may be older than the change that is waited for: it counts as
    /// reached only after another state was read, and neither failures nor actions follow from it.
    fn is_enough(&self, wait: &WaitState<'_, H::Value>, listed: &H::Value) -> bool {
        match wait.goal.step_for(&self.state(wait, listed), wait.refused_deletion()) {
            WaitStep::Waiting => true,
            WaitStep::Reached | WaitStep::Gone => wait.last_state.is_some(),
            WaitStep::Failed | WaitStep::Do(_) => false,
        }
    }

    /// Whether a read is of a version before the one that is waited for: reads lag behind writes.
    fn is_outdated(&self, wait: &WaitState<'_, H::Value>, found: &H::Value) -> bool {
        let Some((property, least)) = wait.goal.least_version() else { return false };
        let version = self.host.member(found, property).and_then(|version| self.host.as_number(&version));
        version.is_some_and(|version| version < least)
    }

    fn state(&self, wait: &WaitState<'_, H::Value>, found: &H::Value) -> String {
        let state = self.host.member(found, wait.goal.waiter().state);
        state.and_then(|state| self.host.as_text(&state)).unwrap_or_default()
    }
}

/// Checks the id of a resource that is read among others: no request carries it.
fn check_id(of: &'static Operation, arguments: &Arguments) -> Result<(), Box<Error>> {
    let Some(parameter) = of.path_parameters.last() else { return Ok(()) };
    let json = arguments.path.last().map_or("null", |argument| &argument.json);
    let path = [Step::Key("path".into()), Step::Key(parameter.name.into())];
    let issues = validate(json.as_bytes(), parameter.schema, Mode::Request { unknown: Unknown::Refuse }, &path).issues;
    if issues.is_empty() { Ok(()) } else { Err(Error::Request { operation: of, issues }.into()) }
}

/// Whether a response holds a list of services, even where responses are not validated.
fn is_list(body: &[u8]) -> bool {
    let ResponseKind::Json(schema) = contract::SERVICES_LIST.response else { return false };
    let envelope = validate_response(body, Some(schema));
    envelope.issues.iter().all(|issue| issue.path.len() > 1 && issue.code != Code::Syntax)
}
