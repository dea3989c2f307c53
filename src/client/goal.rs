//! The goals of waits, and what a state, a 404 and a failed request mean for them.
//!
//! Pure decisions: no requests and no clock. The states are those of the contract and of the live API.

use super::retry::AttemptFailure;
use crate::contract::{self, Kind, Operation};
use crate::error::Error;
use crate::host::Values;
use crate::issue::Code;
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

/// The last state before a service is gone.
const TERMINATED: &str = "terminated";

/// States from which a service only goes on to its end.
const ENDING: &[&str] = &["terminating", TERMINATED, "softdeleting", "softdeleted"];

/// States in which the API accepts a deletion.
const DELETABLE: &[&str] = &["provisioning", "starting", "awaking", "idle", "stopped", "degraded", "failed"];

/// The goal of a wait.
pub enum WaitGoal {
    /// A service is in one of these states; the helper's name.
    States(&'static str, Vec<String>),
    /// A backup is done.
    Backup,
    /// A service runs; whether a stopped one is started.
    Running(bool),
    /// A service is gone.
    Deletion,
}

/// The next step of a wait, given a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitStep {
    /// The goal is reached.
    Reached,
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
    text.contains("primary") && text.contains("secondar")
}

impl WaitGoal {
    /// The helper, as users call it.
    pub(super) fn helper(&self) -> &'static str {
        match self {
            Self::States(helper, _) => helper,
            Self::Backup => "backups.waitFor",
            Self::Running(_) => "services.ensureRunning",
            Self::Deletion => "services.stopAndDelete",
        }
    }

    /// The goal in words.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::States(_, states) => states.join(" or "),
            Self::Backup => "done".to_owned(),
            Self::Running(_) => "running".to_owned(),
            Self::Deletion => "its deletion".to_owned(),
        }
    }

    /// The operation that reads the resource, and the property that holds its state.
    pub(super) fn source(&self) -> (&'static Operation, &'static str) {
        match self {
            Self::Backup => (&contract::BACKUPS_GET, "status"),
            Self::States(..) | Self::Running(_) | Self::Deletion => (&contract::SERVICES_GET, "state"),
        }
    }

    /// The wanted states that the contract does not have. One that looks misspelt is an error.
    pub(super) fn unknown_states(&self) -> Result<Vec<&str>, Error> {
        let Self::States(helper, states) = self else { return Ok(Vec::new()) };
        let Kind::Enum { values: known, .. } = &contract::STATE.kind else { return Ok(Vec::new()) };
        let mut unknown = Vec::new();
        for state in states.iter().filter(|state| !known.contains(&state.as_str())) {
            if let Some(near) = nearest(&state.replace(' ', "_"), known.iter().copied()) {
                return Err(Error::Configuration(format!(
                    "{helper}: there is no state {state:?}: did you mean {near:?}?"
                )));
            }
            unknown.push(state.as_str());
        }
        Ok(unknown)
    }

    /// How a 404 counts while nothing has been read.
    pub(super) fn not_found_policy(&self) -> NotFoundPolicy {
        match self {
            Self::Deletion => NotFoundPolicy::ConfirmInList,
            Self::States(..) | Self::Backup | Self::Running(_) => NotFoundPolicy::MayBeNew,
        }
    }

    /// Whether the goal is reached when the resource is gone.
    pub(super) fn ends_when_gone(&self) -> bool {
        self.step_for(TERMINATED, None) == WaitStep::Reached
    }

    /// The next step in a state; `refused` is the status with which the deletion was refused last.
    pub(super) fn step_for(&self, state: &str, refused: Option<u16>) -> WaitStep {
        const STOP: WaitStep = WaitStep::Do(Action::Command(Command::Stop));
        let ends = ENDING.contains(&state);
        match (self, state) {
            (Self::States(_, states), _) if states.iter().any(|wanted| wanted == state) => WaitStep::Reached,
            (Self::States(..), "failed") => WaitStep::Failed,
            // A service on its way to the end reaches only the states of the end.
            (Self::States(_, states), _) if ends && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
                WaitStep::Failed
            }
            (Self::Backup, "done") | (Self::Running(_), "running") | (Self::Deletion, TERMINATED) => WaitStep::Reached,
            (Self::Backup, "error") => WaitStep::Failed,
            (Self::Running(_), "idle") => WaitStep::Do(Action::Command(Command::Awake)),
            (Self::Running(true), "stopped") => WaitStep::Do(Action::Command(Command::Start)),
            (Self::Running(true), "stopping") => WaitStep::Waiting,
            (Self::Running(_), "stopped" | "stopping" | "failed") => WaitStep::Failed,
            (Self::Running(_), _) if ends => WaitStep::Failed,
            (Self::Deletion, "running" | "partially_running") => STOP,
            // An idle service may have to be stopped first after all.
            (Self::Deletion, "idle") if refused == Some(424) => STOP,
            (Self::Deletion, _) if DELETABLE.contains(&state) => WaitStep::Do(Action::Delete),
            _ => WaitStep::Waiting,
        }
    }
}
