//! Waiting: polling until a state is reached, inside the rate limit and never past the deadline.

use std::cell::RefCell;

use super::{CallOptions, Client};
use crate::contract::Operation;
use crate::error::{Error, WaitReason};
use crate::host::{Foreign, Host};
use crate::race::{First, race};
use crate::request::Arguments;

/// How long a wait may last where the caller does not say.
const DEADLINE_MS: f64 = 30.0 * 60_000.0;
/// The first pause between two polls, and the longest; each is half as long again as the one before.
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 10_000.0;
/// Right after its creation a service may be missing for that long.
const MISSING_MS: f64 = 30_000.0;

/// The state of what can no longer be read.
const GONE: &str = "terminated";

/// What a wait asks for.
#[derive(Default)]
pub struct WaitOptions {
    /// For each call that the wait makes.
    pub call: CallOptions,
    /// The deadline of the whole wait.
    pub timeout_ms: Option<f64>,
    /// Makes the pause between two polls fixed.
    pub poll_interval_ms: Option<f64>,
    /// Told of each poll.
    pub on_progress: Option<OnProgress>,
}

/// Told of each poll. What it throws ends the wait and goes back to the caller.
pub type OnProgress = Box<dyn Fn(&Progress) -> Result<(), Foreign>>;

/// How a wait stands.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The state that was read.
    pub state: String,
    /// The state that was read before, where it was another.
    pub previous_state: Option<String>,
    /// How long the wait has lasted.
    pub elapsed_ms: f64,
    /// How many times it has read, this one included.
    pub attempt: u32,
}

/// What is to be waited for.
pub struct Goal<'a> {
    /// The helper, for errors.
    pub helper: &'static str,
    /// Reads the thing.
    pub operation: &'static Operation,
    /// Which thing.
    pub arguments: Arguments,
    /// The property that holds the state.
    pub property: &'static str,
    /// In words.
    pub wanted: String,
    /// What a state means.
    pub judge: &'a dyn Fn(&str) -> Verdict,
}

/// What a state means for a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is what was waited for.
    Reached,
    /// It may still come.
    Waiting,
    /// It does not come any more.
    Failed,
}

/// What a wait knows so far.
pub(super) struct Wait {
    helper: &'static str,
    wanted: String,
    began: f64,
    last_state: RefCell<Option<String>>,
    attempt: RefCell<u32>,
}

impl Wait {
    pub(super) fn new(helper: &'static str, wanted: String, began: f64) -> Self {
        Self { helper, wanted, began, last_state: RefCell::new(None), attempt: RefCell::new(0) }
    }

    /// The error with which the wait ends.
    pub(super) fn error(&self, reason: WaitReason, now: f64) -> Error {
        Error::Wait {
            helper: self.helper,
            reason,
            wanted: self.wanted.clone(),
            last_state: self.last_state.borrow().clone(),
            elapsed_ms: now - self.began,
        }
    }

    /// Remembers a state and tells the caller of it.
    pub(super) fn progress(&self, state: &str, now: f64, options: &WaitOptions) -> Result<(), Error> {
        let previous = self.last_state.replace(Some(state.to_owned()));
        let attempt = self.attempt.replace_with(|attempt| attempt.saturating_add(1)).saturating_add(1);
        let Some(on_progress) = &options.on_progress else { return Ok(()) };
        let progress = Progress {
            state: state.to_owned(),
            previous_state: previous.filter(|previous| previous != state),
            elapsed_ms: now - self.began,
            attempt,
        };
        on_progress(&progress).map_err(Error::Caller)
    }

    pub(super) fn seen(&self) -> bool {
        self.last_state.borrow().is_some()
    }

    /// A thing that has never been seen may be too new to be read.
    pub(super) fn may_be_too_new(&self, now: f64) -> bool {
        !self.seen() && now - self.began < MISSING_MS
    }
}

/// The pauses between polls.
pub(super) struct Pauses {
    fixed: bool,
    next_ms: f64,
}

impl Pauses {
    pub(super) fn new(options: &WaitOptions) -> Self {
        let fixed = options.poll_interval_ms.is_some();
        Self { fixed, next_ms: options.poll_interval_ms.unwrap_or(FIRST_PAUSE_MS) }
    }

    pub(super) fn next_ms(&mut self) -> f64 {
        let ms = self.next_ms;
        if !self.fixed {
            self.next_ms = (ms * 1.5).min(LONGEST_PAUSE_MS);
        }
        ms
    }
}

impl<H: Host> Client<H> {
    /// Runs a wait against its deadline.
    pub(super) async fn until_deadline<T>(
        &self,
        wait: &Wait,
        options: &WaitOptions,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match race(work, self.host.sleep(options.timeout_ms.unwrap_or(DEADLINE_MS))).await {
            First::Left(result) => result,
            First::Right(()) => Err(wait.error(WaitReason::Deadline, self.host.now())),
        }
    }

    /// Polls until the goal is reached; resolves with the thing as it was then.
    pub async fn wait(&self, goal: &Goal<'_>, options: &WaitOptions) -> Result<H::Value, Error> {
        let wait = Wait::new(goal.helper, goal.wanted.clone(), self.host.now());
        self.until_deadline(&wait, options, self.poll(goal, options, &wait)).await
    }

    async fn poll(&self, goal: &Goal<'_>, options: &WaitOptions, wait: &Wait) -> Result<H::Value, Error> {
        let mut pauses = Pauses::new(options);
        let mut last = None;
        loop {
            match self.call(goal.operation, &goal.arguments, &options.call).await {
                Ok(outcome) => {
                    let state = self.state_of(&outcome.data, goal.property);
                    wait.progress(&state, self.host.now(), options)?;
                    match (goal.judge)(&state) {
                        Verdict::Reached => return Ok(outcome.data),
                        Verdict::Failed => return Err(wait.error(WaitReason::FailedState, self.host.now())),
                        Verdict::Waiting => last = Some(outcome.data),
                    }
                }
                Err(error) if error.status() == Some(404) => {
                    let now = self.host.now();
                    if let Some(last) = last {
                        // Who waits for its end has what it waits for.
                        return match (goal.judge)(GONE) {
                            Verdict::Reached => Ok(last),
                            Verdict::Waiting | Verdict::Failed => Err(wait.error(WaitReason::Gone, now)),
                        };
                    }
                    if !wait.may_be_too_new(now) {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
            self.host.sleep(pauses.next_ms()).await;
        }
    }

    /// The state of a service or a backup, as text.
    pub(super) fn state_of(&self, thing: &H::Value, property: &str) -> String {
        self.host.member(thing, property).and_then(|state| self.host.as_text(&state)).unwrap_or_default()
    }
}
