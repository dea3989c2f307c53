//! What a wait knows, and what its caller is told of it. Times are milliseconds since the wait began.

use super::CallOptions;
use super::goal::{Action, Aim, Failure, is_permanent};
use super::scrub::Scrub;
use crate::contract::{self, Operation};
use crate::error::{Error, WaitReason};
use crate::host::Foreign;
use crate::request::Arguments;

/// A command is given again when nothing has come of it for that long: reads lag behind writes.
const AGAIN_MS: f64 = 15_000.0;
/// A refusal that lasts so long, in the same words and while the state stays the same, does not pass by waiting.
const REFUSED_MS: f64 = 120_000.0;
/// The state that progress tells while none has been read.
const UNREAD: &str = "unknown";

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
    /// The state that was read last; `unknown` where none has been read yet.
    pub state: String,
    /// The state that was read before, where it was another.
    pub previous_state: Option<String>,
    /// How long the wait has lasted.
    pub elapsed_ms: f64,
    /// How many times it has read, this one included.
    pub attempt: u32,
    /// The refusal of what the wait has asked for, while it stands.
    pub refusal: Option<Refusal>,
    /// The request that has failed, with something that may pass.
    pub fault: Option<PassingFault>,
}

/// 409 or 424: the state does not allow it, yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The word before the colon in the API's text, such as `CONFLICT`.
    pub code: Option<String>,
    /// The API's text.
    pub message: String,
}

/// What a request of a wait has met that may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassingFault {
    /// The HTTP status, where a response came.
    pub status: Option<u16>,
    /// Why none came: `connection` or `timeout`.
    pub fault: Option<&'static str>,
    /// The error in words.
    pub message: String,
}

impl Refusal {
    fn of(error: &Error) -> Option<Self> {
        let Error::Api { code, text, exchange, .. } = error else { return None };
        let message = text.clone().unwrap_or_else(|| error.message());
        Some(Self { status: exchange.status, code: code.clone(), message })
    }
}

impl PassingFault {
    fn of(error: &Error) -> Self {
        let fault = match error {
            Error::Connection { .. } => Some("connection"),
            Error::Timeout { .. } => Some("timeout"),
            _ => None,
        };
        Self { status: error.status(), fault, message: error.message() }
    }
}

/// How long a wait has lasted, by the client's clock, which never runs backwards.
pub(super) struct Stopwatch(f64);

impl Stopwatch {
    pub fn start(now: f64) -> Self {
        Self(now)
    }

    /// Milliseconds since the start.
    pub fn read(&self, now: f64) -> f64 {
        now - self.0
    }
}

/// A request that failed, until a later one succeeds.
struct Trouble {
    error: Box<Error>,
    is_refusal: bool,
    /// The state in which it was met first, and when.
    state: Option<String>,
    since: f64,
}

/// What a wait knows so far.
pub(super) struct Wait<'a, V> {
    pub aim: Aim,
    /// Which resource.
    pub arguments: Arguments,
    pub options: &'a WaitOptions,
    pub scrub: Scrub,
    pub attempt: u32,
    pub last_state: Option<String>,
    /// The resource as it was read last.
    pub last: Option<V>,
    /// The API has shown that the resource exists, or did.
    pub exists: bool,
    /// The API has accepted the deletion.
    pub deleted: bool,
    /// A deletion has lost its response: it may have been carried out.
    pub maybe_deleted: bool,
    /// Since when each read has brought the API's own 404.
    pub missing_since: Option<f64>,
    /// How many times in a row neither the resource nor the list of them could be read.
    pub unproven: u32,
    /// How many requests in a row have failed.
    pub faults: u32,
    /// The pause before the latest poll; 0 before the first.
    pub pause_ms: f64,
    done: Done,
    /// Of the reads.
    read: Option<Trouble>,
    /// Of the commands, and which one.
    command: Option<(Action, Trouble)>,
}

impl<'a, V> Wait<'a, V> {
    pub fn new(aim: Aim, arguments: Arguments, options: &'a WaitOptions, scrub: Scrub) -> Self {
        Self {
            aim,
            arguments,
            options,
            scrub,
            attempt: 0,
            last_state: None,
            last: None,
            exists: false,
            deleted: false,
            maybe_deleted: false,
            missing_since: None,
            unproven: 0,
            faults: 0,
            pause_ms: 0.0,
            done: Done::default(),
            read: None,
            command: None,
        }
    }

    /// The id of the service, where the wait is for one.
    pub fn service(&self) -> Option<&str> {
        let [service] = self.arguments.path.as_slice() else { return None };
        // Without its quotes: what is a UUID has no escapes.
        service.json.get(1..service.json.len().checked_sub(1)?)
    }

    /// The id of the service, where the wait may share its polls.
    pub fn shared(&self) -> Option<&str> {
        self.service().filter(|_| self.options.call.headers.is_empty())
    }

    /// The error with which the wait ends. Its cause is the failure that still stands.
    pub fn error(&self, reason: WaitReason, elapsed_ms: f64) -> Box<Error> {
        let trouble = self.read.as_ref().or(self.command.as_ref().map(|(_, trouble)| trouble));
        let cause = trouble.map(|trouble| trouble.error.clone());
        self.error_of(reason, elapsed_ms, cause)
    }

    /// The same with this cause.
    pub fn error_of(&self, reason: WaitReason, elapsed_ms: f64, cause: Option<Box<Error>>) -> Box<Error> {
        // It comes from a response, which may echo.
        let last_state = self.last_state.as_deref().map(|state| self.scrub.shown(state));
        let (helper, wanted) = (self.aim.helper(), self.aim.wanted());
        Error::Wait { helper, reason, wanted, last_state, elapsed_ms, cause }.into()
    }

    /// A read has brought this state. The caller is told.
    pub fn saw(&mut self, state: &str, now: f64) -> Result<(), Box<Error>> {
        let previous = self.last_state.replace(state.to_owned());
        (self.exists, self.missing_since, self.faults, self.read) = (true, None, 0, None);
        self.tell(previous.filter(|previous| previous != state), now)
    }

    /// A read has failed with something that may pass. The caller is told.
    pub fn missed(&mut self, error: Box<Error>, failure: Failure, now: f64) -> Result<(), Box<Error>> {
        // Of a service that answers there is no need to back off.
        let counts = matches!(failure, Failure::Transient | Failure::NotFoundPage);
        self.faults = if counts { self.faults.saturating_add(1) } else { 0 };
        let earlier = self.read.take();
        let trouble = self.trouble(error, failure == Failure::Refused, earlier, now)?;
        self.read = Some(trouble);
        self.tell(None, now)
    }

    /// The API has accepted a command.
    pub fn accepted(&mut self, action: Action) {
        (self.faults, self.command) = (0, None);
        if action == Action::Delete {
            (self.deleted, self.exists) = (true, true);
        }
    }

    /// A command has failed with something that may pass. It is given again.
    pub fn failed(&mut self, action: Action, error: Box<Error>, failure: Failure, now: f64) -> Result<(), Box<Error>> {
        let is_refusal = failure == Failure::Refused;
        if is_refusal {
            self.exists = true;
        } else {
            self.faults = self.faults.saturating_add(1);
        }
        self.maybe_deleted |= action == Action::Delete && error.is_ambiguous();
        if action == Action::Delete || !is_refusal {
            // Soon it may be taken.
            *self.done.last(action) = None;
        }
        let earlier = self.command.take().filter(|(before, _)| *before == action).map(|(_, trouble)| trouble);
        let trouble = self.trouble(error, is_refusal, earlier, now)?;
        self.command = Some((action, trouble));
        Ok(())
    }

    /// What has failed, and since when. A refusal that does not pass by waiting ends the wait.
    fn trouble(
        &self,
        error: Box<Error>,
        is_refusal: bool,
        earlier: Option<Trouble>,
        now: f64,
    ) -> Result<Trouble, Box<Error>> {
        let text = |error: &Error| if let Error::Api { text, .. } = error { text.clone() } else { None };
        let said = text(&error);
        let same = earlier
            .filter(|earlier| earlier.is_refusal && earlier.state == self.last_state && text(&earlier.error) == said);
        let since = same.map_or(now, |same| same.since);
        if is_refusal && (said.as_deref().is_some_and(is_permanent) || now - since >= REFUSED_MS) {
            return Err(self.error_of(WaitReason::Refused, now, Some(error)));
        }
        Ok(Trouble { error, is_refusal, state: self.last_state.clone(), since })
    }

    fn tell(&mut self, previous_state: Option<String>, now: f64) -> Result<(), Box<Error>> {
        self.attempt = self.attempt.saturating_add(1);
        let Some(on_progress) = &self.options.on_progress else { return Ok(()) };
        let troubles = || self.read.iter().chain(self.command.iter().map(|(_, trouble)| trouble));
        // They come from responses, which may echo.
        let state = self.last_state.as_deref().map(|state| self.scrub.shown(state));
        let previous_state = previous_state.map(|state| self.scrub.shown(&state));
        let progress = Progress {
            state: state.unwrap_or_else(|| UNREAD.to_owned()),
            previous_state,
            elapsed_ms: now,
            attempt: self.attempt,
            refusal: troubles().find(|it| it.is_refusal).and_then(|it| Refusal::of(&it.error)),
            fault: troubles().find(|it| !it.is_refusal).map(|it| PassingFault::of(&it.error)),
        };
        on_progress(&progress).map_err(|thrown| Error::Caller(thrown).into())
    }

    /// How long the response that failed last asks to wait.
    pub fn asked_pause_ms(&self) -> Option<f64> {
        let troubles = self.read.iter().chain(self.command.iter().map(|(_, trouble)| trouble));
        troubles
            .filter_map(|trouble| match *trouble.error {
                Error::Api { retry_after_ms, .. } => retry_after_ms,
                _ => None,
            })
            .reduce(f64::max)
    }

    /// The status with which the deletion was refused last.
    pub fn refused_deletion(&self) -> Option<u16> {
        let (_, trouble) = self.command.as_ref().filter(|(action, _)| *action == Action::Delete)?;
        trouble.error.status().filter(|_| trouble.is_refusal)
    }

    /// Whether to do it now: not yet, or nothing has come of it for a while.
    pub fn begins(&mut self, action: Action, now: f64) -> bool {
        let due = self.done.is_due(action, now);
        if due {
            *self.done.last(action) = Some((action, now));
        }
        due
    }

    /// The request that does it.
    pub fn request(&self, action: Action) -> (&'static Operation, Arguments) {
        let mut arguments = self.arguments.clone();
        match action {
            Action::Tell(command) => {
                arguments.body = Some(command.body());
                (&contract::SERVICES_UPDATE_STATE, arguments)
            }
            Action::Delete => (&contract::SERVICES_DELETE, arguments),
        }
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
