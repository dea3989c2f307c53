//! The state of a wait, and the progress that its caller is told. Times are milliseconds since the wait began.

use std::ptr;

use super::CallOptions;
use super::goal::{Action, RequestFailure, WaitGoal, is_permanent};
use super::redact::Redactor;
use crate::contract::{self, Operation};
use crate::error::{Error, WaitReason};
use crate::host::CallerError;
use crate::request::Arguments;

/// A command is repeated when the state has not changed for that long: reads lag behind writes.
const AGAIN_MS: f64 = 15_000.0;
/// A refusal is final when it lasts that long with the same text and in the same state.
const REFUSED_MS: f64 = 120_000.0;
/// The state in progress events while none has been read.
const UNREAD: &str = "unknown";

/// The options of a wait.
#[derive(Default)]
pub struct WaitOptions {
    /// For each call that the wait makes.
    pub call: CallOptions,
    /// The deadline of the whole wait.
    pub timeout_ms: Option<f64>,
    /// How much of it the helper has spent before the wait, in milliseconds.
    pub spent_ms: f64,
    /// Makes the pause between two polls fixed.
    pub poll_interval_ms: Option<f64>,
    /// Called after each poll.
    pub on_progress: Option<OnProgress>,
}

/// Called after each poll. An error that it throws ends the wait and goes back to the caller.
pub type OnProgress = Box<dyn Fn(&Progress) -> Result<(), CallerError>>;

/// The progress of a wait.
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
    /// The refusal of the wait's last request, until one is accepted.
    pub refusal: Option<WaitRefusal>,
    /// The transient failure of the wait's last request, until one succeeds.
    pub fault: Option<TransientFault>,
}

/// A request of a wait was refused with 409 or 424: the state does not allow it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitRefusal {
    /// The HTTP status.
    pub status: u16,
    /// The word before the colon in the API's text, such as `CONFLICT`.
    pub code: Option<String>,
    /// The API's text.
    pub message: String,
}

/// A request of a wait failed with something that may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransientFault {
    /// The HTTP status, where a response came.
    pub status: Option<u16>,
    /// Why none came: `connection` or `timeout`.
    pub fault: Option<&'static str>,
    /// The error in words.
    pub message: String,
}

impl WaitRefusal {
    fn of(error: &Error) -> Option<Self> {
        let Error::Api { code, text, response, .. } = error else { return None };
        let message = text.clone().unwrap_or_else(|| error.message());
        Some(Self { status: response.status, code: code.clone(), message })
    }
}

impl TransientFault {
    fn of(error: &Error) -> Self {
        let fault = match error {
            Error::Connection { .. } => Some("connection"),
            Error::Timeout { .. } => Some("timeout"),
            _ => None,
        };
        Self { status: error.status(), fault, message: error.message() }
    }
}

/// A request that failed, until a later one succeeds.
struct OpenFailure {
    error: Box<Error>,
    is_refusal: bool,
    /// The state in which the request failed first, and when.
    state: Option<String>,
    since: f64,
}

/// The state of a wait.
pub(super) struct WaitState<'a, V> {
    pub goal: WaitGoal,
    /// When the wait began, by the client's clock.
    pub began_at: f64,
    /// The path of the resource.
    pub arguments: Arguments,
    pub options: &'a WaitOptions,
    pub redactor: Redactor,
    pub attempt: u32,
    pub last_state: Option<String>,
    /// The resource as it was read last.
    pub last: Option<V>,
    /// A response of the API proves that the resource exists, or did.
    pub exists: bool,
    /// The API has accepted the deletion.
    pub deleted: bool,
    /// The response to a deletion was lost: it may have been carried out.
    pub maybe_deleted: bool,
    /// Since when each read has met the API's own 404.
    pub missing_since: Option<f64>,
    /// How many times in a row neither the resource nor the list of them could be read.
    pub unproven: u32,
    /// How many requests in a row have failed.
    pub faults: u32,
    /// The pause before the latest poll; 0 before the first.
    pub pause_ms: f64,
    requested: LastRequests,
    failed_read: Option<OpenFailure>,
    failed_action: Option<(Action, OpenFailure)>,
}

impl<'a, V> WaitState<'a, V> {
    pub fn new(
        goal: WaitGoal,
        arguments: Arguments,
        options: &'a WaitOptions,
        redactor: Redactor,
        began_at: f64,
    ) -> Self {
        Self {
            goal,
            began_at,
            arguments,
            options,
            redactor,
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
            requested: LastRequests::default(),
            failed_read: None,
            failed_action: None,
        }
    }

    /// The id of the resource.
    pub fn id(&self) -> &str {
        // Without its quotes: a UUID has no escapes.
        let json = self.arguments.path.last().map_or("", |argument| &argument.json);
        json.get(1..json.len().saturating_sub(1)).unwrap_or_default()
    }

    /// The id of the service, where the wait may share its polls.
    pub fn shared(&self) -> Option<&str> {
        let is_service = ptr::eq(self.goal.waiter().operation, &contract::SERVICES_GET);
        (is_service && self.options.call.headers.is_empty()).then(|| self.id())
    }

    /// The error with which the wait ends. Its cause is the failure that is still open.
    pub fn error(&self, reason: WaitReason, elapsed_ms: f64) -> Box<Error> {
        let cause = self.open_failures().next().map(|failure| failure.error.clone());
        self.error_of(reason, elapsed_ms, cause)
    }

    /// The same with this cause.
    pub fn error_of(&self, reason: WaitReason, elapsed_ms: f64, cause: Option<Box<Error>>) -> Box<Error> {
        // A text of the service, which may echo a secret.
        let last_state = self.last_state.as_deref().map(|state| self.redactor.shown(state));
        let (helper, wanted) = (self.goal.helper(), self.goal.wanted());
        Error::Wait { helper, reason, wanted, last_state, elapsed_ms, cause }.into()
    }

    /// A read has brought this state.
    pub fn read_succeeded(&mut self, state: &str, now: f64) -> Result<(), Box<Error>> {
        let previous = self.last_state.replace(state.to_owned());
        (self.exists, self.missing_since, self.faults, self.failed_read) = (true, None, 0, None);
        self.report_progress(previous.filter(|previous| previous != state), now)
    }

    /// A read has failed with something that may pass.
    pub fn read_failed(&mut self, error: Box<Error>, failure: RequestFailure, now: f64) -> Result<(), Box<Error>> {
        // The API has responded to all others: there is no need to back off.
        let counts = matches!(failure, RequestFailure::Transient | RequestFailure::NotFoundPage);
        self.faults = if counts { self.faults.saturating_add(1) } else { 0 };
        let earlier = self.failed_read.take();
        let failure = self.open_failure(error, failure == RequestFailure::Refused, earlier, now)?;
        self.failed_read = Some(failure);
        self.report_progress(None, now)
    }

    /// A read has not found the resource: with the API's 404, or in a list without it.
    pub fn not_found(&mut self, error: Option<Box<Error>>, now: f64) -> Result<(), Box<Error>> {
        match error {
            Some(error) => self.read_failed(error, RequestFailure::NotFound, now),
            None => {
                (self.faults, self.failed_read) = (0, None);
                self.report_progress(None, now)
            }
        }
    }

    /// The API has accepted an action.
    pub fn action_accepted(&mut self, action: Action) {
        (self.faults, self.failed_action) = (0, None);
        if action == Action::Delete {
            (self.deleted, self.exists) = (true, true);
        }
    }

    /// An action has failed with something that may pass. It will be requested again.
    pub fn action_failed(
        &mut self,
        action: Action,
        error: Box<Error>,
        failure: RequestFailure,
        now: f64,
    ) -> Result<(), Box<Error>> {
        let is_refusal = failure == RequestFailure::Refused;
        if is_refusal {
            self.exists = true;
        } else {
            self.faults = self.faults.saturating_add(1);
        }
        self.maybe_deleted |= action == Action::Delete && error.is_ambiguous();
        if action == Action::Delete || !is_refusal {
            // It may soon be accepted.
            *self.requested.last(action) = None;
        }
        let earlier = self.failed_action.take().filter(|(before, _)| *before == action).map(|(_, failure)| failure);
        let failure = self.open_failure(error, is_refusal, earlier, now)?;
        self.failed_action = Some((action, failure));
        Ok(())
    }

    /// A failed request, and since when it fails like this. A refusal that waiting does not change ends the wait.
    fn open_failure(
        &self,
        error: Box<Error>,
        is_refusal: bool,
        earlier: Option<OpenFailure>,
        now: f64,
    ) -> Result<OpenFailure, Box<Error>> {
        let text = |error: &Error| if let Error::Api { text, .. } = error { text.clone() } else { None };
        let said = text(&error);
        let same = earlier
            .filter(|earlier| earlier.is_refusal && earlier.state == self.last_state && text(&earlier.error) == said);
        let since = same.map_or(now, |same| same.since);
        if is_refusal && (said.as_deref().is_some_and(is_permanent) || now - since >= REFUSED_MS) {
            return Err(self.error_of(WaitReason::Refused, now, Some(error)));
        }
        Ok(OpenFailure { error, is_refusal, state: self.last_state.clone(), since })
    }

    /// The read that failed, then the action that failed.
    fn open_failures(&self) -> impl Iterator<Item = &OpenFailure> {
        self.failed_read.iter().chain(self.failed_action.iter().map(|(_, failure)| failure))
    }

    fn report_progress(&mut self, previous_state: Option<String>, now: f64) -> Result<(), Box<Error>> {
        self.attempt = self.attempt.saturating_add(1);
        let Some(on_progress) = &self.options.on_progress else { return Ok(()) };
        // Texts of the service, which may echo a secret.
        let state = self.last_state.as_deref().map(|state| self.redactor.shown(state));
        let previous_state = previous_state.map(|state| self.redactor.shown(&state));
        let progress = Progress {
            state: state.unwrap_or_else(|| UNREAD.to_owned()),
            previous_state,
            elapsed_ms: now,
            attempt: self.attempt,
            refusal: self.open_failures().find(|it| it.is_refusal).and_then(|it| WaitRefusal::of(&it.error)),
            fault: self.open_failures().find(|it| !it.is_refusal).map(|it| TransientFault::of(&it.error)),
        };
        on_progress(&progress).map_err(|thrown| Error::Caller(thrown).into())
    }

    /// How long the response that failed last asks to wait.
    pub fn asked_pause_ms(&self) -> Option<f64> {
        self.open_failures()
            .filter_map(|failure| match *failure.error {
                Error::Api { retry_after_ms, .. } => retry_after_ms,
                _ => None,
            })
            .reduce(f64::max)
    }

    /// The status with which the deletion was refused last.
    pub fn refused_deletion(&self) -> Option<u16> {
        let (_, failure) = self.failed_action.as_ref().filter(|(action, _)| *action == Action::Delete)?;
        failure.error.status().filter(|_| failure.is_refusal)
    }

    /// Whether to request the action now: for the first time, or again because it has had no effect for a while.
    pub fn begins(&mut self, action: Action, now: f64) -> bool {
        let due = self.requested.is_due(action, now);
        if due {
            *self.requested.last(action) = Some((action, now));
        }
        due
    }

    /// The operation of an action, and its arguments.
    pub fn request(&self, action: Action) -> (&'static Operation, Arguments) {
        let mut arguments = self.arguments.clone();
        match action {
            Action::Command(command) => {
                arguments.body = Some(command.body());
                (&contract::SERVICES_UPDATE_STATE, arguments)
            }
            Action::Delete => (&contract::SERVICES_DELETE, arguments),
        }
    }
}

/// The actions that were requested last, and when. A command replaces another one; a deletion stands for itself.
#[derive(Default)]
struct LastRequests {
    command: Option<(Action, f64)>,
    deletion: Option<(Action, f64)>,
}

impl LastRequests {
    fn last(&mut self, action: Action) -> &mut Option<(Action, f64)> {
        if action == Action::Delete { &mut self.deletion } else { &mut self.command }
    }

    fn is_due(&mut self, action: Action, now: f64) -> bool {
        self.last(action).is_none_or(|(last, at)| last != action || now - at >= AGAIN_MS)
    }
}
