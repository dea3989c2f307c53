//! Waiting: polling until a state is reached, inside the rate limit and never past the deadline.

use std::pin::{Pin, pin};

use super::helpers::{Aim, Command};
use super::scrub::Scrub;
use super::{CallOptions, Client};
use crate::contract::{self, Operation};
use crate::error::{Error, WaitReason};
use crate::host::{Foreign, Host, Level};
use crate::race::{First, first};
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

/// A wait under way.
pub type Waiting<'a, V> = Pin<Box<dyn Future<Output = Result<V, Box<Error>>> + 'a>>;

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
struct Wait<'a, V> {
    aim: Aim,
    /// Which thing.
    arguments: Arguments,
    options: &'a WaitOptions,
    scrub: Scrub,
    began: f64,
    attempt: u32,
    last_state: Option<String>,
    last: Option<V>,
    done: Done,
    /// With which status the deletion was refused.
    refused: Option<u16>,
    deleted: bool,
    /// The pause before the latest poll; 0 before the first.
    pause_ms: f64,
}

/// What follows a look at the thing.
enum Step<V> {
    Reached(V),
    /// The thing may have been missing: then nothing is known of its state.
    Do(Action, &'static [u16], Option<V>),
    Pause,
}

impl<V> Wait<'_, V> {
    /// The id of the service, where the wait is for one and may share its polls.
    fn shared(&self) -> Option<&str> {
        let [service] = self.arguments.path.as_slice() else { return None };
        // Without its quotes: what is a UUID has no escapes.
        self.options.call.headers.is_empty().then(|| service.json.get(1..service.json.len().checked_sub(1)?))?
    }

    /// The error with which the wait ends.
    fn error(&self, reason: WaitReason, now: f64) -> Box<Error> {
        // It comes from an answer, which may echo.
        let last_state = self.last_state.as_deref().map(|state| self.scrub.shown(state));
        let (helper, wanted) = (self.aim.helper(), self.aim.wanted());
        Error::Wait { helper, reason, wanted, last_state, elapsed_ms: now - self.began }.into()
    }

    /// Remembers a state and tells the caller of it.
    fn progress(&mut self, state: &str, now: f64) -> Result<(), Box<Error>> {
        let previous = self.last_state.replace(state.to_owned());
        self.attempt = self.attempt.saturating_add(1);
        let Some(on_progress) = &self.options.on_progress else { return Ok(()) };
        let previous_state = previous.filter(|previous| previous != state).map(|state| self.scrub.shown(&state));
        let progress = Progress {
            state: self.scrub.shown(state),
            previous_state,
            elapsed_ms: now - self.began,
            attempt: self.attempt,
        };
        on_progress(&progress).map_err(|thrown| Error::Caller(thrown).into())
    }

    /// So young a wait may look for a thing that is too new to be read.
    fn is_young(&self, now: f64) -> bool {
        now - self.began < MISSING_MS
    }

    /// What does it.
    fn command(&self, action: Action) -> (&'static Operation, Arguments) {
        let mut arguments = self.arguments.clone();
        match action {
            Action::Tell(command) => {
                arguments.body = Some(command.body());
                (&contract::SERVICES_UPDATE_STATE, arguments)
            }
            Action::Delete => (&contract::SERVICES_DELETE, arguments),
        }
    }

    /// Remembers what came of it, and the thing as it was before; `None`: it was missing.
    fn acted(&mut self, action: Action, refused: Option<u16>, found: Option<V>) {
        if action == Action::Delete {
            self.deleted |= refused.is_none();
            if found.is_some() {
                self.refused = refused;
                if refused.is_some() {
                    // Soon it may be taken.
                    *self.done.last(action) = None;
                }
            }
        }
        if found.is_some() {
            self.last = found;
        }
    }

    /// The pause before the next poll.
    fn next_pause_ms(&self) -> f64 {
        let grown = if self.pause_ms == 0.0 { FIRST_PAUSE_MS } else { (self.pause_ms * 1.5).min(LONGEST_PAUSE_MS) };
        self.options.poll_interval_ms.unwrap_or(grown)
    }
}

/// What has been done last, and when: it is done again when nothing has come of it for a while. One command makes another
/// one due again; a deletion stands for itself.
#[derive(Default)]
struct Done {
    command: Option<(Action, f64)>,
    deletion: Option<(Action, f64)>,
}

impl Done {
    fn last(&mut self, action: Action) -> &mut Option<(Action, f64)> {
        if action == Action::Delete { &mut self.deletion } else { &mut self.command }
    }

    fn is_due(&mut self, action: Action, now: f64) -> bool {
        self.last(action).is_none_or(|(done, at)| done != action || now - at >= AGAIN_MS)
    }
}

impl<H: Host> Client<H> {
    /// Polls until the aim is reached, inside the deadline; resolves with the thing as it was then. Boxed: all that waits
    /// is of one kind.
    pub fn wait<'a>(&'a self, aim: Aim, arguments: Arguments, options: &'a WaitOptions) -> Waiting<'a, H::Value> {
        Box::pin(async move {
            let mut wait = Wait {
                aim,
                arguments,
                options,
                scrub: self.scrub.with_headers(&options.call.headers),
                began: self.now(),
                attempt: 0,
                last_state: None,
                last: None,
                done: Done::default(),
                refused: None,
                deleted: false,
                pause_ms: 0.0,
            };
            let deadline = self.sleep(options.timeout_ms.unwrap_or(DEADLINE_MS));
            let ended = first(pin!(self.poll(&mut wait)), pin!(deadline)).await;
            match ended {
                First::Left(result) => result,
                First::Right(()) => Err(wait.error(WaitReason::Deadline, self.now())),
            }
        })
    }

    async fn poll(&self, wait: &mut Wait<'_, H::Value>) -> Result<H::Value, Box<Error>> {
        let _sharing = wait.shared().map(|_| self.polls.join());
        let options = &wait.options.call;
        loop {
            let listed = match wait.shared() {
                Some(id) => self.listed(id, wait.pause_ms).await?,
                None => None,
            };
            let looked = match listed.filter(|listed| self.tells(wait, listed)) {
                Some(listed) => Ok(listed),
                None => self.call(wait.aim.source().0, &wait.arguments, options).await.map(|outcome| outcome.data),
            };
            match self.step(wait, looked)? {
                Step::Reached(found) => return Ok(found),
                Step::Do(action, tolerated, found) => {
                    let (operation, arguments) = wait.command(action);
                    let refused = match self.call(operation, &arguments, options).await {
                        Ok(_) => None,
                        Err(error) if error.status().is_some_and(|status| tolerated.contains(&status)) => {
                            error.status()
                        }
                        Err(error) => return Err(error),
                    };
                    if found.is_none() && refused == Some(404) {
                        return Ok(self.host.nothing());
                    }
                    wait.acted(action, refused, found);
                }
                Step::Pause => {}
            }
            wait.pause_ms = wait.next_pause_ms();
            self.sleep(wait.pause_ms).await;
        }
    }

    /// What follows from what was read.
    fn step(
        &self,
        wait: &mut Wait<'_, H::Value>,
        looked: Result<H::Value, Box<Error>>,
    ) -> Result<Step<H::Value>, Box<Error>> {
        let now = self.now();
        let found = match looked {
            Ok(found) => found,
            Err(error) if error.status() == Some(404) => return self.missed(wait, error, now),
            Err(error) => return Err(error),
        };
        let state = self.state(wait, &found);
        if wait.last_state.as_ref() != Some(&state) {
            let shown = wait.scrub.shown(&state);
            self.say(Level::Info, &[wait.aim.helper(), ": the ", wait.aim.source().1, " is ", &shown]);
        }
        wait.progress(&state, now)?;
        match wait.aim.judge(&state, wait.refused) {
            Verdict::Reached => return Ok(Step::Reached(found)),
            Verdict::Failed => return Err(wait.error(WaitReason::FailedState, now)),
            Verdict::Do(action, tolerated) if wait.done.is_due(action, now) => {
                *wait.done.last(action) = Some((action, now));
                return Ok(Step::Do(action, tolerated, Some(found)));
            }
            Verdict::Do(..) | Verdict::Waiting => wait.last = Some(found),
        }
        Ok(Step::Pause)
    }

    /// What follows from it that the thing is not there.
    fn missed(&self, wait: &mut Wait<'_, H::Value>, error: Box<Error>, now: f64) -> Result<Step<H::Value>, Box<Error>> {
        match (wait.aim.missing(), &wait.last) {
            (Missing::Reached, Some(last)) if wait.deleted => Ok(Step::Reached(last.clone())),
            // Reads lag behind a creation: of a service that nobody has deleted, only its deletion can tell.
            (Missing::Reached, _) => Ok(Step::Do(Action::Delete, &[404, 409, 424], None)),
            // Who waits for its end has what it waits for.
            (Missing::Gone, Some(last)) if wait.aim.judge(GONE, None) == Verdict::Reached => {
                Ok(Step::Reached(last.clone()))
            }
            // Of two reads, the second may lag further behind.
            (Missing::Gone, _) if wait.is_young(now) => Ok(Step::Pause),
            (Missing::Gone, Some(_)) => Err(wait.error(WaitReason::Gone, now)),
            (Missing::Gone | Missing::Unknown, _) => Err(error),
        }
    }

    /// Whether the thing as a list has it is worth a read of it. Of a list only good news is taken, and that it is there
    /// already only where this wait has seen it otherwise: a list may be older than the change that is waited for.
    fn tells(&self, wait: &Wait<'_, H::Value>, listed: &H::Value) -> bool {
        match wait.aim.judge(&self.state(wait, listed), wait.refused) {
            Verdict::Waiting => true,
            Verdict::Reached => wait.last_state.is_some(),
            Verdict::Failed | Verdict::Do(..) => false,
        }
    }

    fn state(&self, wait: &Wait<'_, H::Value>, found: &H::Value) -> String {
        let state = self.host.member(found, wait.aim.source().1);
        state.and_then(|state| self.host.as_text(&state)).unwrap_or_default()
    }
}
