//! What a state, a 404 and a refusal mean for a wait. Pure decisions: no requests, no clock.

use super::retry::Setback;
use crate::contract::{self, Kind, Operation};
use crate::error::Error;
use crate::host::Values;
use crate::issue::Code;
use crate::nearest::nearest;
use crate::response::is_own_envelope;

/// What a service is told.
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

/// The state of a resource that can no longer be read.
const TERMINATED: &str = "terminated";

/// States that lead to nothing but the end.
const ENDING: &[&str] = &["terminating", TERMINATED, "softdeleting", "softdeleted"];

/// States from which a service is deleted without being stopped first.
const DELETABLE: &[&str] = &["provisioning", "starting", "awaking", "idle", "stopped", "degraded", "failed"];

/// What a helper waits for.
pub enum Aim {
    /// That a service is in one of these states; the helper's name.
    States(&'static str, Vec<String>),
    /// That a backup is done.
    Backup,
    /// That a service runs; whether a stopped one is to be started.
    Running(bool),
    /// That a service is gone.
    Deletion,
}

/// What a state means for a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The goal is reached.
    Reached,
    /// The goal may still be reached.
    Waiting,
    /// The goal cannot be reached any more.
    Failed,
    /// The goal is reached once this has been done.
    Do(Action),
}

/// What a wait does to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// It is told something.
    Tell(Command),
    /// It is deleted.
    Delete,
}

/// What a failed request means for a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
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

impl Failure {
    pub fn of<H: Values>(host: &H, error: &Error) -> Self {
        match error {
            Error::Api { exchange, .. } => match exchange.status {
                404 if is_own_envelope(host, &exchange.body) => Self::NotFound,
                404 => Self::NotFoundPage,
                409 | 424 => Self::Refused,
                status => match Setback::of_status(status) {
                    Some(Setback::Refused) | None => Self::Final,
                    Some(_) => Self::Transient,
                },
            },
            // Each later response would be like it.
            Error::Response { issues, .. } if issues.iter().any(|issue| issue.code == Code::Unreadable) => Self::Final,
            Error::Response { .. } | Error::Connection { .. } | Error::Timeout { .. } => Self::Transient,
            Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => Self::Final,
        }
    }
}

/// Whether a refusal with this text stays, however long the wait lasts: the primary service of a warehouse is neither
/// stopped nor deleted before its secondary services are.
pub(super) fn is_permanent(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("primary") && text.contains("secondar")
}

impl Aim {
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

    /// Holds the states that are waited for against those of the contract. A misspelt one is refused; those that the
    /// contract does not have come back.
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

    /// Whether a resource that is gone is what is waited for.
    pub(super) fn ends_when_gone(&self) -> bool {
        self.judge(TERMINATED, None) == Verdict::Reached
    }

    /// What a state means; `refused` is the status with which the deletion was refused last.
    pub(super) fn judge(&self, state: &str, refused: Option<u16>) -> Verdict {
        const STOP: Verdict = Verdict::Do(Action::Tell(Command::Stop));
        let ends = ENDING.contains(&state);
        match (self, state) {
            (Self::States(_, states), _) if states.iter().any(|wanted| wanted == state) => Verdict::Reached,
            (Self::States(..), "failed") => Verdict::Failed,
            // On the way to the end only the end can be waited for.
            (Self::States(_, states), _) if ends && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
                Verdict::Failed
            }
            (Self::Backup, "done") | (Self::Running(_), "running") | (Self::Deletion, TERMINATED) => Verdict::Reached,
            (Self::Backup, "error") => Verdict::Failed,
            (Self::Running(_), "idle") => Verdict::Do(Action::Tell(Command::Awake)),
            (Self::Running(true), "stopped") => Verdict::Do(Action::Tell(Command::Start)),
            (Self::Running(true), "stopping") => Verdict::Waiting,
            (Self::Running(_), "stopped" | "stopping" | "failed") => Verdict::Failed,
            (Self::Running(_), _) if ends => Verdict::Failed,
            (Self::Deletion, "running" | "partially_running") => STOP,
            // An idle service may have to be stopped first after all.
            (Self::Deletion, "idle") if refused == Some(424) => STOP,
            (Self::Deletion, _) if DELETABLE.contains(&state) => Verdict::Do(Action::Delete),
            _ => Verdict::Waiting,
        }
    }
}
