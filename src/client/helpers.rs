//! What takes more than one call, or more than the call: passwords hashed here, waiting, waking, stopping and deleting.

use super::Client;
use super::wait::{Action, Missing, Verdict, WaitOptions, Waiting};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::host::Host;
use crate::password;
use crate::request::{Argument, Arguments};
use crate::text::{also, text};

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

/// States that lead to nothing but the end.
const ENDING: &[&str] = &["terminating", "terminated", "softdeleting", "softdeleted"];

/// States from which a service is deleted without being stopped first.
const DELETABLE: &[&str] = &["provisioning", "starting", "awaking", "idle", "stopped", "degraded", "failed"];

/// The arguments of `services.updateState`: starts, stops or wakes a service.
#[must_use]
pub fn command(service: &Argument, command: Command) -> Arguments {
    of(service, Some(command.body()))
}

/// The arguments of `services.updatePassword`: sets a password by its hash. The password itself is never sent.
#[must_use]
pub fn set_password(service: &Argument, password: &[u8]) -> Arguments {
    of(service, Some(new_password(password)))
}

/// The body of `services.updatePassword` that sets a password.
#[must_use]
pub fn new_password(password: &[u8]) -> String {
    text(&[r#"{"newPasswordHash":""#, &password::sha256_base64(password), r#""}"#])
}

/// The arguments of `services.updatePassword`: the server makes a new password, which it shows once.
#[must_use]
pub fn reset_password(service: &Argument) -> Arguments {
    of(service, Some("{}".to_owned()))
}

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

    /// What is waited for, in words.
    pub(super) fn wanted(&self) -> String {
        let mut wanted = String::new();
        match self {
            Self::States(_, states) => states.iter().for_each(|state| also(&mut wanted, " or ", state)),
            Self::Backup => wanted.push_str("done"),
            Self::Running(_) => wanted.push_str("running"),
            Self::Deletion => wanted.push_str("its deletion"),
        }
        wanted
    }

    /// What it means that the thing is not there.
    pub(super) fn missing(&self) -> Missing {
        match self {
            Self::States(..) | Self::Backup => Missing::Gone,
            Self::Running(_) => Missing::Unknown,
            Self::Deletion => Missing::Reached,
        }
    }

    /// What reads the thing, and the property that holds its state.
    pub(super) fn source(&self) -> (&'static Operation, &'static str) {
        match self {
            Self::Backup => (&contract::BACKUPS_GET, "status"),
            Self::States(..) | Self::Running(_) | Self::Deletion => (&contract::SERVICES_GET, "state"),
        }
    }

    /// What a state means, and the status with which a deletion was refused.
    pub(super) fn judge(&self, state: &str, refused: Option<u16>) -> Verdict {
        const STOP: Verdict = Verdict::Do(Action::Tell(Command::Stop), &[404, 409]);
        let ends = ENDING.contains(&state);
        match (self, state) {
            (Self::States(_, states), _) if states.iter().any(|wanted| wanted == state) => Verdict::Reached,
            (Self::States(..), "failed") => Verdict::Failed,
            // On the way to the end only the end can be waited for.
            (Self::States(_, states), _) if ends && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
                Verdict::Failed
            }
            (Self::Backup, "done") | (Self::Running(_), "running") => Verdict::Reached,
            (Self::Backup, "error") => Verdict::Failed,
            (Self::Running(_), "idle") => Verdict::Do(Action::Tell(Command::Awake), &[409]),
            (Self::Running(true), "stopped") => Verdict::Do(Action::Tell(Command::Start), &[409]),
            (Self::Running(true), "stopping") => Verdict::Waiting,
            (Self::Running(_), "stopped" | "stopping" | "failed") => Verdict::Failed,
            (Self::Running(_), _) if ends => Verdict::Failed,
            (Self::Deletion, "running" | "partially_running") => STOP,
            // An idle service may have to be stopped first after all.
            (Self::Deletion, "idle") if refused == Some(424) => STOP,
            // Right after a stop the service may still refuse: soon it will not.
            (Self::Deletion, _) if DELETABLE.contains(&state) => Verdict::Do(Action::Delete, &[404, 409, 424]),
            _ => Verdict::Waiting,
        }
    }
}

impl<H: Host> Client<H> {
    /// Waits until the service is in one of the states; resolves with the service.
    pub fn wait_for<'a>(
        &'a self,
        helper: &'static str,
        service: &Argument,
        states: &[String],
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        self.wait(Aim::States(helper, states.to_vec()), of(service, None), options)
    }

    /// Waits until the backup is done; resolves with the backup.
    pub fn wait_for_backup<'a>(
        &'a self,
        service: &Argument,
        backup: &Argument,
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        let mut arguments = of(service, None);
        arguments.path.push(backup.clone());
        self.wait(Aim::Backup, arguments, options)
    }

    /// Brings a service to `running`: wakes an idle one, starts a stopped one only where `start` says so.
    pub fn ensure_running<'a>(
        &'a self,
        service: &Argument,
        start: bool,
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        self.wait(Aim::Running(start), of(service, None), options)
    }

    /// Stops what must be stopped, deletes, and waits until it is gone. Called again at any point, it goes on from
    /// there; gone is success.
    pub async fn stop_and_delete(&self, service: &Argument, options: &WaitOptions) -> Result<(), Box<Error>> {
        self.wait(Aim::Deletion, of(service, None), options).await.map(|_| ())
    }
}

fn of(service: &Argument, body: Option<String>) -> Arguments {
    Arguments { path: vec![service.clone()], query: Vec::new(), body }
}
