//! What takes more than one call, or more than the call: passwords hashed here, waiting, waking, stopping and deleting.

use super::Client;
use super::wait::{Action, Goal, Missing, Verdict, WaitOptions, Waiting};
use crate::contract;
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
    of(service, Some(text(&[r#"{"newPasswordHash":""#, &password::sha256_base64(password), r#""}"#])))
}

/// The arguments of `services.updatePassword`: the server makes a new password, which it shows once.
#[must_use]
pub fn reset_password(service: &Argument) -> Arguments {
    of(service, Some("{}".to_owned()))
}

/// What a helper waits for.
pub(super) enum Aim<'a> {
    /// That a service is in one of these states.
    States(&'a [String]),
    /// That a backup is done.
    Backup,
    /// That a service runs; whether a stopped one is to be started.
    Running(bool),
    /// That a service is gone.
    Deletion,
}

impl Aim<'_> {
    /// What a state means, and the status with which a deletion was refused.
    pub(super) fn judge(&self, state: &str, refused: Option<u16>) -> Verdict {
        const STOP: Verdict = Verdict::Do(Action::Tell(Command::Stop), &[404, 409]);
        let ends = ENDING.contains(&state);
        match (self, state) {
            (Self::States(states), _) if states.iter().any(|wanted| wanted == state) => Verdict::Reached,
            (Self::States(_), "failed") => Verdict::Failed,
            // On the way to the end only the end can be waited for.
            (Self::States(states), _) if ends && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
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
        states: &'a [String],
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        let mut wanted = String::new();
        states.iter().for_each(|state| also(&mut wanted, " or ", state));
        self.wait(goal(helper, service, wanted, Missing::Gone, Aim::States(states)), options)
    }

    /// Waits until the backup is done; resolves with the backup.
    pub fn wait_for_backup<'a>(
        &'a self,
        service: &Argument,
        backup: &Argument,
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        let mut goal = goal("backups.waitFor", service, "done".to_owned(), Missing::Gone, Aim::Backup);
        goal.operation = &contract::BACKUPS_GET;
        goal.property = "status";
        goal.arguments.path.push(backup.clone());
        self.wait(goal, options)
    }

    /// Brings a service to `running`: wakes an idle one, starts a stopped one only where `start` says so.
    pub fn ensure_running<'a>(
        &'a self,
        service: &Argument,
        start: bool,
        options: &'a WaitOptions,
    ) -> Waiting<'a, H::Value> {
        let wanted = "running".to_owned();
        self.wait(goal("services.ensureRunning", service, wanted, Missing::Unknown, Aim::Running(start)), options)
    }

    /// Stops what must be stopped, deletes, and waits until it is gone. Called again at any point, it goes on from
    /// there; gone is success.
    pub async fn stop_and_delete(&self, service: &Argument, options: &WaitOptions) -> Result<(), Box<Error>> {
        let wanted = "its deletion".to_owned();
        let goal = goal("services.stopAndDelete", service, wanted, Missing::Reached, Aim::Deletion);
        self.wait(goal, options).await.map(|_| ())
    }
}

/// What is to be waited for, of a service.
fn goal<'a>(helper: &'static str, service: &Argument, wanted: String, missing: Missing, aim: Aim<'a>) -> Goal<'a> {
    let arguments = of(service, None);
    Goal { helper, operation: &contract::SERVICES_GET, arguments, property: "state", wanted, missing, aim }
}

fn of(service: &Argument, body: Option<String>) -> Arguments {
    Arguments { path: vec![service.clone()], query: Vec::new(), body }
}
