//! Waiting: polling until a state is reached, inside the rate limit and never past the deadline.

use std::cell::{Cell, RefCell};

use super::helpers::Command;
use super::scrub::Scrub;
use super::{CallOptions, Client};
use crate::contract::{self, Operation};
use crate::error::{Error, WaitReason};
use crate::host::{Foreign, Host, Level};
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
/// A command is given again when nothing has come of it for that long: reads lag behind writes.
const AGAIN_MS: f64 = 15_000.0;

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
pub(super) struct Goal<'a> {
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
    /// What it means that the thing is not there.
    pub missing: Missing,
    /// What a state means, and the status with which a deletion was refused.
    pub judge: &'a dyn Fn(&str, Option<u16>) -> Verdict,
}

impl Goal<'_> {
    /// The id of the service, where the wait is for one and may share its polls.
    fn shared(&self, options: &WaitOptions) -> Option<&str> {
        let [service] = self.arguments.path.as_slice() else { return None };
        // Without its quotes: what is a UUID has no escapes.
        options.call.headers.is_empty().then(|| service.json.get(1..service.json.len().checked_sub(1)?))?
    }
}

/// What a state means for a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is what was waited for.
    Reached,
    /// It may still come.
    Waiting,
    /// It does not come any more.
    Failed,
    /// It comes once this has been done; refusals with these statuses are no errors.
    Do(Action, &'static [u16]),
}

/// What is done to a service on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// It is told something.
    Tell(Command),
    /// It is deleted.
    Delete,
}

/// What it means that the thing is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is gone, for which some wait; while the wait is young, it may be too new to be read.
    Gone,
    /// There is no such thing.
    Unknown,
    /// Once it was deleted, it is what was waited for; before, its deletion tells.
    Reached,
}

/// What a wait knows so far.
struct Wait {
    helper: &'static str,
    wanted: String,
    scrub: Scrub,
    began: f64,
    last_state: RefCell<Option<String>>,
    attempt: Cell<u32>,
}

impl Wait {
    fn new(helper: &'static str, wanted: String, scrub: Scrub, began: f64) -> Self {
        Self { helper, wanted, scrub, began, last_state: RefCell::new(None), attempt: Cell::new(0) }
    }

    /// The error with which the wait ends.
    fn error(&self, reason: WaitReason, now: f64) -> Box<Error> {
        // It comes from an answer, which may echo.
        let mut last_state = self.last_state.borrow().clone();
        self.scrub.option(&mut last_state);
        Error::Wait {
            helper: self.helper,
            reason,
            wanted: self.wanted.clone(),
            last_state,
            elapsed_ms: now - self.began,
        }
        .into()
    }

    /// Remembers a state and tells the caller of it.
    fn progress(&self, state: &str, now: f64, options: &WaitOptions) -> Result<(), Box<Error>> {
        let previous = self.last_state.replace(Some(state.to_owned()));
        let attempt = self.attempt.get().saturating_add(1);
        self.attempt.set(attempt);
        let Some(on_progress) = &options.on_progress else { return Ok(()) };
        let progress = Progress {
            state: state.to_owned(),
            previous_state: previous.filter(|previous| previous != state),
            elapsed_ms: now - self.began,
            attempt,
        };
        on_progress(&progress).map_err(|thrown| Error::Caller(thrown).into())
    }

    /// So young a wait may look for a thing that is too new to be read.
    fn is_young(&self, now: f64) -> bool {
        now - self.began < MISSING_MS
    }
}

/// The pauses between polls.
struct Pauses {
    fixed: bool,
    next_ms: f64,
}

impl Pauses {
    fn new(options: &WaitOptions) -> Self {
        let fixed = options.poll_interval_ms.is_some();
        Self { fixed, next_ms: options.poll_interval_ms.unwrap_or(FIRST_PAUSE_MS) }
    }

    fn next_ms(&mut self) -> f64 {
        let ms = self.next_ms;
        if !self.fixed {
            self.next_ms = (ms * 1.5).min(LONGEST_PAUSE_MS);
        }
        ms
    }
}

/// What has been done, and when: it is done again when nothing has come of it for a while.
#[derive(Default)]
struct Done(Vec<(Action, f64)>);

impl Done {
    fn is_due(&self, action: Action, now: f64) -> bool {
        !self.0.iter().any(|(done, at)| *done == action && now - at < AGAIN_MS)
    }

    fn note(&mut self, action: Action, now: f64) {
        // One command makes another one due again; a deletion stands for itself.
        self.0.retain(|(done, _)| (*done == Action::Delete) != (action == Action::Delete));
        self.0.push((action, now));
    }

    fn forget(&mut self, action: Action) {
        self.0.retain(|(done, _)| *done != action);
    }
}

impl<H: Host> Client<H> {
    /// Polls until the goal is reached, inside the deadline; resolves with the thing as it was then.
    pub(super) async fn wait(&self, goal: &Goal<'_>, options: &WaitOptions) -> Result<H::Value, Box<Error>> {
        let wait = Wait::new(goal.helper, goal.wanted.clone(), Scrub::of_client(&self.settings), self.host.now());
        let deadline = self.host.sleep(options.timeout_ms.unwrap_or(DEADLINE_MS));
        match race(self.poll(goal, options, &wait), deadline).await {
            First::Left(result) => result,
            First::Right(()) => Err(wait.error(WaitReason::Deadline, self.host.now())),
        }
    }

    async fn poll(&self, goal: &Goal<'_>, options: &WaitOptions, wait: &Wait) -> Result<H::Value, Box<Error>> {
        let _sharing = goal.shared(options).map(|_| self.polls.join());
        let mut pauses = Pauses::new(options);
        let mut pause_ms = 0.0;
        let mut done = Done::default();
        let mut refused = None;
        let mut last = None;
        let mut deleted = false;
        loop {
            match self.look(goal, options, refused, pause_ms).await {
                Ok(found) => {
                    let state = self.state(goal, &found);
                    let now = self.host.now();
                    if wait.last_state.borrow().as_ref() != Some(&state) {
                        let mut shown = state.clone();
                        wait.scrub.text(&mut shown);
                        self.say(Level::Info, &[goal.helper, ": the ", goal.property, " is ", &shown]);
                    }
                    wait.progress(&state, now, options)?;
                    match (goal.judge)(&state, refused) {
                        Verdict::Reached => return Ok(found),
                        Verdict::Failed => return Err(wait.error(WaitReason::FailedState, now)),
                        Verdict::Do(action, tolerated) if done.is_due(action, now) => {
                            done.note(action, now);
                            let status = self.act(goal, action, tolerated, options).await?;
                            if action == Action::Delete {
                                refused = status;
                                deleted |= status.is_none();
                                if status.is_some() {
                                    // Soon it may be taken.
                                    done.forget(action);
                                }
                            }
                        }
                        Verdict::Do(..) | Verdict::Waiting => {}
                    }
                    last = Some(found);
                }
                Err(error) if error.status() == Some(404) => {
                    let now = self.host.now();
                    match (goal.missing, &last) {
                        (Missing::Reached, Some(last)) if deleted => return Ok(last.clone()),
                        // Reads lag behind a creation: of a service that nobody has deleted, only its deletion can tell.
                        (Missing::Reached, _) => {
                            let refused = self.act(goal, Action::Delete, &[404, 409, 424], options).await?;
                            if refused == Some(404) {
                                return Ok(self.host.nothing());
                            }
                            deleted |= refused.is_none();
                        }
                        // Who waits for its end has what it waits for.
                        (Missing::Gone, Some(last)) if (goal.judge)(GONE, None) == Verdict::Reached => {
                            return Ok(last.clone());
                        }
                        // Of two reads, the second may lag further behind.
                        (Missing::Gone, _) if wait.is_young(now) => {}
                        (Missing::Gone, Some(_)) => return Err(wait.error(WaitReason::Gone, now)),
                        (Missing::Gone | Missing::Unknown, _) => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
            pause_ms = pauses.next_ms();
            self.host.sleep(pause_ms).await;
        }
    }

    /// Reads the thing: by itself, or from a list that waits share, of which only good news is taken.
    async fn look(
        &self,
        goal: &Goal<'_>,
        options: &WaitOptions,
        refused: Option<u16>,
        pause_ms: f64,
    ) -> Result<H::Value, Box<Error>> {
        if let Some(id) = goal.shared(options)
            && let Some(listed) = self.listed(id, pause_ms).await?
            && let Verdict::Reached | Verdict::Waiting = (goal.judge)(&self.state(goal, &listed), refused)
        {
            return Ok(listed);
        }
        Ok(self.call(goal.operation, &goal.arguments, &options.call).await?.data)
    }

    fn state(&self, goal: &Goal<'_>, found: &H::Value) -> String {
        let state = self.host.member(found, goal.property);
        state.and_then(|state| self.host.as_text(&state)).unwrap_or_default()
    }

    /// Does it; the status, where it was refused with one that is no error.
    async fn act(
        &self,
        goal: &Goal<'_>,
        action: Action,
        tolerated: &[u16],
        options: &WaitOptions,
    ) -> Result<Option<u16>, Box<Error>> {
        let mut arguments = goal.arguments.clone();
        let operation = match action {
            Action::Tell(command) => {
                arguments.body = Some(command.body());
                &contract::SERVICES_UPDATE_STATE
            }
            Action::Delete => &contract::SERVICES_DELETE,
        };
        match self.call(operation, &arguments, &options.call).await {
            Ok(_) => Ok(None),
            Err(error) => match error.status().filter(|status| tolerated.contains(status)) {
                Some(status) => Ok(Some(status)),
                None => Err(error),
            },
        }
    }
}
