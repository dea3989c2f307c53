//! Waiting: polling until a goal is reached, inside the rate limit and by the wait's own deadline.
//!
//! - Each request of a wait is sent once. What may pass (no response, one that cannot be read, 408, 429, 5xx, the 404 page
//!   of a proxy) is waited out until the deadline, with backoff; the caller's `on_progress` is told.
//! - The deadline is a moment of the clock, not a timer: a timer that fires early or late changes nothing. Where the clock
//!   has passed it by more than a second at a wake-up (the machine slept, the tab was frozen), one last look is taken.
//! - A 404 counts only in the API's own envelope, and one alone only after an accepted deletion.

use std::pin::{Pin, pin};

use super::goal::{Action, Aim, Failure, Verdict};
use super::progress::{Stopwatch, Wait};
use super::{CallOptions, Client, retry};
use crate::contract::{self, ResponseKind};
use crate::error::{Error, WaitReason};
use crate::host::{Host, Level};
use crate::issue::Code;
use crate::race::{First, first};
use crate::request::Arguments;
use crate::validate::validate_response;

pub use super::progress::{OnProgress, PassingFault, Progress, Refusal, WaitOptions};

/// How long a wait may last where the caller does not say.
const DEADLINE_MS: f64 = 30.0 * 60_000.0;
/// The first pause between two polls, and the longest; each is half as long again as the one before.
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 10_000.0;
/// The longest pause that a response may ask for.
const LONGEST_ASKED_MS: f64 = 60_000.0;
/// While nothing has been read, a resource may be missing for that long: it may be too new.
const NEW_MS: f64 = 120_000.0;
/// Two 404s prove something when they are that far apart.
const APART_MS: f64 = 10_000.0;
/// Where the clock has passed the deadline by more, the wait has not been awake at the time.
const LATE_MS: f64 = 1_000.0;
/// A clock whose timers take less than a hundredth of what they are asked for is none: a wait on it must not spin.
const HURRIED: f64 = 100.0;
/// How long the last look may take.
const LAST_LOOK_MS: f64 = 10_000.0;

/// A wait under way. It resolves with the resource as it was read last; with `None` where there was none to be deleted.
pub type Waiting<'a, V> = Pin<Box<dyn Future<Output = Result<Option<V>, Box<Error>>> + 'a>>;

/// What follows a look at the resource.
enum Step<V> {
    /// The wait ends.
    Ended(Option<V>),
    /// This is to be done.
    Do(Action),
    /// The list of services has to confirm that there is none.
    Confirm(Box<Error>),
    /// The next poll follows.
    Pause,
}

impl<H: Host> Client<H> {
    /// Polls until the goal is reached, by the deadline. Boxed: all waits are of one type.
    pub fn wait<'a>(&'a self, aim: Aim, arguments: Arguments, options: &'a WaitOptions) -> Waiting<'a, H::Value> {
        Box::pin(async move {
            for state in aim.unknown_states()? {
                let helper = aim.helper();
                self.say(Level::Warn, &[helper, ": the contract has no state ", state, "; it is waited for as it is"]);
            }
            let watch = Stopwatch::start(self.now());
            let deadline_ms = options.timeout_ms.unwrap_or(DEADLINE_MS);
            let mut wait = Wait::new(aim, arguments, options, self.scrub.with_headers(&options.call.headers));
            let polled =
                first(pin!(self.poll(&mut wait, &watch, deadline_ms)), pin!(self.until(&watch, deadline_ms))).await;
            if let First::Left(Some(ended)) = polled {
                return ended;
            }
            drop(polled);
            if watch.read(self.now()) - deadline_ms > LATE_MS {
                let look = first(pin!(self.look(&mut wait, &watch)), pin!(self.host.sleep(LAST_LOOK_MS))).await;
                if let First::Left(looked) = look
                    && let Step::Ended(ended) = looked?
                {
                    return Ok(ended);
                }
            }
            Err(wait.error(WaitReason::Deadline, watch.read(self.now())))
        })
    }

    /// Resolves when the clock says that the deadline has come, whenever timers fire.
    async fn until(&self, watch: &Stopwatch, deadline_ms: f64) {
        let mut left = deadline_ms - watch.read(self.now());
        while left > 0.0 {
            let before = left;
            self.host.sleep(left).await;
            left = deadline_ms - watch.read(self.now());
            if left > 0.0 && before - left < 1.0 {
                // A clock whose timers take no time: then only the polls' own look at the clock counts.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Polls until the wait ends. `None`: the deadline has come first.
    async fn poll(
        &self,
        wait: &mut Wait<'_, H::Value>,
        watch: &Stopwatch,
        deadline_ms: f64,
    ) -> Option<Result<Option<H::Value>, Box<Error>>> {
        let _sharing = wait.shared().map(|_| self.polls.join());
        let mut asked_ms = 0.0;
        loop {
            match self.advance(wait, watch).await {
                Ok(Step::Ended(ended)) => return Some(Ok(ended)),
                Ok(Step::Do(_) | Step::Confirm(_) | Step::Pause) => {}
                Err(error) => return Some(Err(error)),
            }
            // Not past the deadline, of which the timer below may not know: the clock may have jumped.
            let pause_ms = self.next_pause_ms(wait).min((deadline_ms - watch.read(self.now())).max(0.0));
            asked_ms += pause_ms.max(1.0);
            self.host.sleep(pause_ms).await;
            if watch.read(self.now()) >= deadline_ms || asked_ms >= deadline_ms * HURRIED {
                return None;
            }
        }
    }

    /// Looks once, and does what follows.
    async fn advance(&self, wait: &mut Wait<'_, H::Value>, watch: &Stopwatch) -> Result<Step<H::Value>, Box<Error>> {
        let mut step = self.look(wait, watch).await?;
        if let Step::Confirm(error) = step {
            step = self.confirm(wait, watch, error).await?;
        }
        if let Step::Do(action) = step {
            step = self.act(wait, watch, action).await?;
        }
        Ok(step)
    }

    /// The pause before the next poll: the growing one, or longer after a failure.
    fn next_pause_ms(&self, wait: &mut Wait<'_, H::Value>) -> f64 {
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

    /// The options of the wait's requests: each is sent once.
    fn once(options: &CallOptions) -> CallOptions {
        CallOptions { retry_budget_ms: Some(0.0), ..options.clone() }
    }

    /// Reads the resource once, or takes it from a list that waits share.
    async fn look(&self, wait: &mut Wait<'_, H::Value>, watch: &Stopwatch) -> Result<Step<H::Value>, Box<Error>> {
        let listed = match wait.shared() {
            Some(id) => self.listed(id, wait.pause_ms).await,
            None => Ok(None),
        };
        let looked = match listed {
            Ok(Some(listed)) if self.tells(wait, &listed) => Ok(listed),
            Ok(_) => {
                let options = Self::once(&wait.options.call);
                self.call(wait.aim.source().0, &wait.arguments, &options).await.map(|outcome| outcome.data)
            }
            Err(error) => Err(error),
        };
        let now = watch.read(self.now());
        match looked {
            Ok(found) => self.found(wait, found, now),
            Err(error) => self.not_read(wait, error, now),
        }
    }

    /// What follows from the resource as it was read.
    fn found(&self, wait: &mut Wait<'_, H::Value>, found: H::Value, now: f64) -> Result<Step<H::Value>, Box<Error>> {
        let state = self.state(wait, &found);
        if wait.last_state.as_ref() != Some(&state) {
            let mut shown = state.clone();
            wait.scrub.text(&mut shown);
            self.say(Level::Info, &[wait.aim.helper(), ": the ", wait.aim.source().1, " is ", &shown]);
        }
        wait.last = Some(found.clone());
        wait.unproven = 0;
        wait.saw(&state, now)?;
        match wait.aim.judge(&state, wait.refused_deletion()) {
            Verdict::Reached => Ok(Step::Ended(Some(found))),
            Verdict::Failed => Err(wait.error(WaitReason::FailedState, now)),
            Verdict::Do(action) if wait.begins(action, now) => Ok(Step::Do(action)),
            Verdict::Do(_) | Verdict::Waiting => Ok(Step::Pause),
        }
    }

    /// What follows from a read that failed.
    fn not_read(
        &self,
        wait: &mut Wait<'_, H::Value>,
        error: Box<Error>,
        now: f64,
    ) -> Result<Step<H::Value>, Box<Error>> {
        match Failure::of(&self.host, &error) {
            Failure::Final => Err(error),
            Failure::NotFound => self.absent(wait, error, now),
            Failure::NotFoundPage if !wait.exists => self.never_read(wait, error, now),
            failure @ (Failure::NotFoundPage | Failure::Refused | Failure::Transient) => {
                self.say_trouble(wait, failure, &error);
                wait.missed(error, failure, now)?;
                Ok(Step::Pause)
            }
        }
    }

    /// What follows from the API's own 404. It proves that a resource is gone:
    ///
    /// - at once, where the API has accepted the deletion;
    /// - where the resource has been read before: when it is met again [`APART_MS`] later, and no read in between has
    ///   brought it. One alone may lag behind the reads before it.
    fn absent(&self, wait: &mut Wait<'_, H::Value>, error: Box<Error>, now: f64) -> Result<Step<H::Value>, Box<Error>> {
        if !wait.exists {
            return self.never_read(wait, error, now);
        }
        let since = *wait.missing_since.get_or_insert(now);
        let is_gone = wait.deleted || now - since >= APART_MS;
        match is_gone {
            true if wait.aim.ends_when_gone() => {
                Ok(Step::Ended(Some(wait.last.clone().unwrap_or_else(|| self.host.nothing()))))
            }
            true => Err(wait.error_of(WaitReason::Gone, now, Some(error))),
            false => {
                wait.missed(error, Failure::NotFound, now)?;
                Ok(Step::Pause)
            }
        }
    }

    /// What follows from a 404 of a resource that has never been read: it may be too new, or may not exist; before a
    /// deletion the list of services has to confirm it.
    fn never_read(
        &self,
        wait: &mut Wait<'_, H::Value>,
        error: Box<Error>,
        now: f64,
    ) -> Result<Step<H::Value>, Box<Error>> {
        match wait.aim {
            Aim::Deletion => Ok(Step::Confirm(error)),
            Aim::States(..) | Aim::Backup | Aim::Running(_) if now < NEW_MS => {
                let failure = Failure::of(&self.host, &error);
                wait.missed(error, failure, now)?;
                Ok(Step::Pause)
            }
            Aim::States(..) | Aim::Backup | Aim::Running(_) => Err(error),
        }
    }

    /// Looks for a service that a read did not find in the list of all. Where it is not in there, its deletion tells:
    /// reads and lists lag behind a creation, changes do not.
    async fn confirm(
        &self,
        wait: &mut Wait<'_, H::Value>,
        watch: &Stopwatch,
        read: Box<Error>,
    ) -> Result<Step<H::Value>, Box<Error>> {
        let options = Self::once(&wait.options.call);
        let listed = self.call(&contract::SERVICES_LIST, &Arguments::default(), &options).await;
        let now = watch.read(self.now());
        let failed = match listed {
            Ok(outcome) if is_list(&outcome.exchange.body) => {
                wait.unproven = 0;
                let mut services = self.by_id(&outcome.data).into_iter();
                let id = wait.service().unwrap_or_default();
                if let Some((_, service)) = services.find(|(known, _)| known.eq_ignore_ascii_case(id)) {
                    return self.found(wait, service, now);
                }
                return Ok(Step::Do(Action::Delete));
            }
            // A success that is no list of services.
            Ok(_) => read,
            Err(error) => match Failure::of(&self.host, &error) {
                Failure::Final => return Err(error),
                Failure::Refused | Failure::Transient if !matches!(*error, Error::Response { .. }) => {
                    wait.missed(error, Failure::Transient, now)?;
                    return Ok(Step::Pause);
                }
                _ => error,
            },
        };
        // Once it may be a page that a proxy shows for a moment.
        wait.unproven += 1;
        if wait.unproven > 1 {
            return Err(wait.error_of(WaitReason::Refused, now, Some(failed)));
        }
        wait.missed(failed, Failure::NotFoundPage, now)?;
        Ok(Step::Pause)
    }

    /// Does what the state asks for.
    async fn act(
        &self,
        wait: &mut Wait<'_, H::Value>,
        watch: &Stopwatch,
        action: Action,
    ) -> Result<Step<H::Value>, Box<Error>> {
        let (operation, arguments) = wait.request(action);
        let options = Self::once(&wait.options.call);
        let Err(error) = self.call(operation, &arguments, &options).await else {
            wait.accepted(action);
            return Ok(Step::Pause);
        };
        let now = watch.read(self.now());
        match Failure::of(&self.host, &error) {
            Failure::Final => Err(error),
            // Neither a read nor the list knows it, and neither does its deletion; but an earlier one may have deleted it.
            Failure::NotFound if action == Action::Delete && !wait.exists => {
                Ok(Step::Ended(wait.maybe_deleted.then(|| self.host.nothing())))
            }
            Failure::NotFound => self.absent(wait, error, now),
            failure @ (Failure::NotFoundPage | Failure::Refused | Failure::Transient) => {
                self.say_trouble(wait, failure, &error);
                wait.failed(action, error, failure, now)?;
                Ok(Step::Pause)
            }
        }
    }

    /// What the log is told of a failure that the call itself has not told.
    fn say_trouble(&self, wait: &Wait<'_, H::Value>, failure: Failure, error: &Error) {
        if failure != Failure::Transient {
            self.say(Level::Info, &[wait.aim.helper(), ": goes on after ", &error.message()]);
        }
    }

    /// Whether the resource as a list has it is worth a read of it. Of a list only good news is taken, and that it is
    /// there already only where this wait has seen it otherwise: a list may be older than the change that is waited for.
    fn tells(&self, wait: &Wait<'_, H::Value>, listed: &H::Value) -> bool {
        match wait.aim.judge(&self.state(wait, listed), wait.refused_deletion()) {
            Verdict::Waiting => true,
            Verdict::Reached => wait.last_state.is_some(),
            Verdict::Failed | Verdict::Do(_) => false,
        }
    }

    fn state(&self, wait: &Wait<'_, H::Value>, found: &H::Value) -> String {
        let state = self.host.member(found, wait.aim.source().1);
        state.and_then(|state| self.host.as_text(&state)).unwrap_or_default()
    }
}

/// Whether a response holds a list of services, whatever the client tolerates in it.
fn is_list(body: &[u8]) -> bool {
    let ResponseKind::Json(schema) = contract::SERVICES_LIST.response else { return false };
    let envelope = validate_response(body, Some(schema));
    envelope.issues.iter().all(|issue| issue.path.len() > 1 && issue.code != Code::Syntax)
}
