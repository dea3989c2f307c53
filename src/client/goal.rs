//! The goals of waits, and what a state, a 404 and a failed request mean for them.
//!
//! Pure decisions: no requests and no clock. What a state means is the contract's (`x-states`); only the commands to services
//! are decided here, by the live API.

use super::retry::AttemptFailure;
use crate::contract::{self, Kind, Meaning, Waiter};
use crate::encoded::find;
use crate::error::Error;
use crate::host::Values;
use crate::issue::Code;
use crate::printable::escaped;
use crate::response::is_own_envelope;
use crate::suggest::nearest;

/// A command of `services.updateState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// To start.
    Start,
    /// To stop.
    Stop,
    /// To wake from idleness.
    Awake,
}

impl Command {
    /// The body of `services.updateState`.
    pub(super) fn body(self) -> String {
        let body = match self {
            Self::Start => r#"{"command":"start"}"#,
            Self::Stop => r#"{"command":"stop"}"#,
            Self::Awake => r#"{"command":"awake"}"#,
        };
        body.to_owned()
    }
}

/// The goal of those who wait for the end of a resource: it stands beside the states.
const GONE: &str = "gone";

/// The property that counts the versions of a resource.
const VERSION: &str = "version";

/// States in which the API accepts a deletion.
const DELETABLE: &[&str] = &["provisioning", "starting", "awaking", "idle", "stopped", "degraded", "failed"];

/// The goal of a wait.
pub enum WaitGoal {
    /// A resource is in one of these states, or gone.
    States(StatesGoal),
    /// A service runs; whether a stopped one is started.
    Running(bool),
    /// A service is gone.
    Deletion,
}

/// The goal of a resource in certain states.
pub struct StatesGoal {
    /// How the resource is read, and what its states mean.
    pub waiter: &'static Waiter,
    /// The helper, as users call it.
    pub helper: &'static str,
    /// The states.
    pub states: Vec<String>,
    /// Reads of a version before this one are too old to say anything.
    pub least_version: Option<f64>,
}

impl StatesGoal {
    /// The goal of these states; without any, of all in which the resource rests.
    #[must_use]
    pub fn new(waiter: &'static Waiter, mut states: Vec<String>) -> Self {
        if states.is_empty() {
            for (state, meaning) in waiter.states() {
                if meaning == Meaning::Reached {
                    states.push(state.to_owned());
                }
            }
        }
        Self { waiter, helper: waiter.name, states, least_version: None }
    }

    fn wants(&self, state: &str) -> bool {
        self.states.iter().any(|wanted| wanted == state)
    }

    /// Whether one of the states has a meaning that fits.
    fn wants_any(&self, fits: fn(Meaning) -> bool) -> bool {
        self.states.iter().any(|wanted| fits(self.waiter.meaning(wanted)))
    }

    fn step_for(&self, state: &str) -> WaitStep {
        match self.waiter.meaning(state) {
            _ if self.wants(state) => WaitStep::Reached,
            Meaning::Gone if self.wants(GONE) => WaitStep::Gone,
            // Broken resources are deleted, too.
            _ if self.wants(GONE) => WaitStep::Waiting,
            Meaning::Failed => WaitStep::Failed,
            // A resource on its way to the end reaches only the states of the end.
            meaning if ends(meaning) && !self.wants_any(ends) => WaitStep::Failed,
            _ => WaitStep::Waiting,
        }
    }
}

/// Whether a resource only goes on to its end, or is there.
fn ends(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Ending | Meaning::Gone)
}

/// The next step of a wait, given a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitStep {
    /// The goal is reached.
    Reached,
    /// The goal is reached: the resource counts as gone.
    Gone,
    /// The goal may still be reached.
    Waiting,
    /// The goal can no longer be reached.
    Failed,
    /// The action leads to the goal.
    Do(Action),
}

/// A change that a wait requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `services.updateState`.
    Command(Command),
    /// `services.delete`.
    Delete,
}

/// How a wait treats the API's 404 for a resource that it has never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotFoundPolicy {
    /// The resource may be too new to be read, for a while.
    MayBeNew,
    /// The list of services has to confirm it.
    ConfirmInList,
}

/// How a failed request counts for a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestFailure {
    /// The wait ends with the error.
    Final,
    /// The API says that there is no such resource.
    NotFound,
    /// A 404 that is not the API's own, such as a proxy's page. It says nothing about the resource.
    NotFoundPage,
    /// 409 or 424: the state does not allow the request, yet.
    Refused,
    /// It may pass: no response, a response that cannot be read, 408, 429, 5xx.
    Transient,
}

impl RequestFailure {
    pub fn of<H: Values>(host: &H, error: &Error) -> Self {
        match error {
            Error::Api { response, .. } => match response.status {
                404 if is_own_envelope(host, &response.body) => Self::NotFound,
                404 => Self::NotFoundPage,
                409 | 424 => Self::Refused,
                status => match AttemptFailure::of_status(status) {
                    Some(AttemptFailure::Refused) | None => Self::Final,
                    Some(_) => Self::Transient,
                },
            },
            // Each later response would be unreadable, too.
            Error::Response { issues, .. } if issues.iter().any(|issue| issue.code == Code::Unreadable) => Self::Final,
            Error::Response { .. } | Error::Connection { .. } | Error::Timeout { .. } => Self::Transient,
            Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => Self::Final,
        }
    }
}

/// Whether waiting does not change a refusal with this text: the primary service of a warehouse is neither stopped nor deleted
/// before its secondary services are.
pub(super) fn is_permanent(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    find(&text, "primary").is_some() && find(&text, "secondar").is_some()
}

impl WaitGoal {
    /// The helper, as users call it.
    pub(super) fn helper(&self) -> &'static str {
        match self {
            Self::States(goal) => goal.helper,
            Self::Running(_) => "services.ensureRunning",
            Self::Deletion => "services.stopAndDelete",
        }
    }

    /// The goal in words.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::States(StatesGoal { states, .. }) => states.join(" or "),
            Self::Running(_) => "running".to_owned(),
            Self::Deletion => "deleted".to_owned(),
        }
    }

    /// How the resource is read, and what its states mean.
    pub(super) fn waiter(&self) -> &'static Waiter {
        match self {
            Self::States(goal) => goal.waiter,
            Self::Running(_) | Self::Deletion => &contract::SERVICES_WAIT_FOR,
        }
    }

    /// The property that counts versions, and the least one of which a read says anything.
    pub(super) fn least_version(&self) -> Option<(&'static str, f64)> {
        match self {
            Self::States(goal) => goal.least_version.map(|least| (VERSION, least)),
            Self::Running(_) | Self::Deletion => None,
        }
    }

    /// The wanted states that the contract does not have. One that looks misspelt is an error.
    pub(super) fn unknown_states(&self) -> Result<Vec<&str>, Error> {
        let Self::States(StatesGoal { waiter, helper, states, .. }) = self else { return Ok(Vec::new()) };
        let Kind::Enum { values: known, .. } = waiter.schema.kind else { return Ok(Vec::new()) };
        let mut unknown = Vec::new();
        for state in states.iter().filter(|state| *state != GONE && !known.contains(&state.as_str())) {
            if let Some(near) = nearest(&state.replace(' ', "_"), known.iter().copied()) {
                let given = escaped(state);
                let message = format!("{helper}: there is no state \"{given}\": did you mean \"{near}\"?");
                return Err(Error::Configuration(message));
            }
            unknown.push(state.as_str());
        }
        Ok(unknown)
    }

    /// How a 404 counts while nothing has been read.
    pub(super) fn not_found_policy(&self) -> NotFoundPolicy {
        match self {
            Self::Deletion => NotFoundPolicy::ConfirmInList,
            Self::States(..) | Self::Running(_) => NotFoundPolicy::MayBeNew,
        }
    }

    /// Whether the goal is reached when the resource is gone.
    pub(super) fn ends_when_gone(&self) -> bool {
        match self {
            Self::States(goal) => self.wants_gone() || goal.wants_any(|meaning| meaning == Meaning::Gone),
            Self::Deletion => true,
            Self::Running(_) => false,
        }
    }

    /// Whether the caller waits for the end of a resource that it has deleted itself.
    pub(super) fn wants_gone(&self) -> bool {
        matches!(self, Self::States(goal) if goal.wants(GONE))
    }

    /// The next step in a state; `refused` is the status with which the deletion was refused last.
    pub(super) fn step_for(&self, state: &str, refused: Option<u16>) -> WaitStep {
        const STOP: WaitStep = WaitStep::Do(Action::Command(Command::Stop));
        let meaning = self.waiter().meaning(state);
        match (self, state) {
            (Self::States(goal), _) => goal.step_for(state),
            (Self::Running(_), "running") => WaitStep::Reached,
            (Self::Deletion, _) if meaning == Meaning::Gone => WaitStep::Reached,
            (Self::Running(_), "idle") => WaitStep::Do(Action::Command(Command::Awake)),
            (Self::Running(true), "stopped") => WaitStep::Do(Action::Command(Command::Start)),
            (Self::Running(true), "stopping") => WaitStep::Waiting,
            (Self::Running(_), "stopped" | "stopping" | "failed") => WaitStep::Failed,
            (Self::Running(_), _) if ends(meaning) => WaitStep::Failed,
            (Self::Deletion, "running" | "partially_running") => STOP,
            // An idle service may have to be stopped first after all.
            (Self::Deletion, "idle") if refused == Some(424) => STOP,
            (Self::Deletion, _) if DELETABLE.contains(&state) => WaitStep::Do(Action::Delete),
            _ => WaitStep::Waiting,
        }
    }
}
