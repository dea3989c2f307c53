//! What takes more than one call, or more than the call: passwords hashed here, waiting, waking, stopping and deleting.

use super::Client;
use super::wait::{Action, Goal, Missing, Verdict, WaitOptions};
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

impl<H: Host> Client<H> {
    /// Waits until the service is in one of the states; resolves with the service.
    pub async fn wait_for(
        &self,
        helper: &'static str,
        service: &Argument,
        states: &[String],
        options: &WaitOptions,
    ) -> Result<H::Value, Box<Error>> {
        let judge = |state: &str, _| match state {
            _ if states.iter().any(|wanted| wanted == state) => Verdict::Reached,
            "failed" => Verdict::Failed,
            // On the way to the end only the end can be waited for.
            _ if ENDING.contains(&state) && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
                Verdict::Failed
            }
            _ => Verdict::Waiting,
        };
        let mut wanted = String::new();
        states.iter().for_each(|state| also(&mut wanted, " or ", state));
        let goal = Goal {
            helper,
            operation: &contract::SERVICES_GET,
            arguments: of(service, None),
            property: "state",
            wanted,
            missing: Missing::Gone,
            judge: &judge,
        };
        self.wait(&goal, options).await
    }

    /// Waits until the backup is done; resolves with the backup.
    pub async fn wait_for_backup(
        &self,
        service: &Argument,
        backup: &Argument,
        options: &WaitOptions,
    ) -> Result<H::Value, Box<Error>> {
        let mut arguments = of(service, None);
        arguments.path.push(backup.clone());
        let goal = Goal {
            helper: "backups.waitFor",
            operation: &contract::BACKUPS_GET,
            arguments,
            property: "status",
            wanted: "done".to_owned(),
            missing: Missing::Gone,
            judge: &|status, _| match status {
                "done" => Verdict::Reached,
                "error" => Verdict::Failed,
                _ => Verdict::Waiting,
            },
        };
        self.wait(&goal, options).await
    }

    /// Brings a service to `running`: wakes an idle one, starts a stopped one only where `start` says so.
    pub async fn ensure_running(
        &self,
        service: &Argument,
        start: bool,
        options: &WaitOptions,
    ) -> Result<H::Value, Box<Error>> {
        const TOLERATED: &[u16] = &[409];
        let judge = |state: &str, _| match state {
            "running" => Verdict::Reached,
            "idle" => Verdict::Do(Action::Tell(Command::Awake), TOLERATED),
            "stopped" if start => Verdict::Do(Action::Tell(Command::Start), TOLERATED),
            "stopping" if start => Verdict::Waiting,
            "stopped" | "stopping" | "failed" => Verdict::Failed,
            _ if ENDING.contains(&state) => Verdict::Failed,
            _ => Verdict::Waiting,
        };
        let goal = Goal {
            helper: "services.ensureRunning",
            operation: &contract::SERVICES_GET,
            arguments: of(service, None),
            property: "state",
            wanted: "running".to_owned(),
            missing: Missing::Unknown,
            judge: &judge,
        };
        self.wait(&goal, options).await
    }

    /// Stops what must be stopped, deletes, and waits until it is gone. Called again at any point, it goes on from
    /// there; gone is success.
    pub async fn stop_and_delete(&self, service: &Argument, options: &WaitOptions) -> Result<(), Box<Error>> {
        let judge = |state: &str, refused| match state {
            "running" | "partially_running" => Verdict::Do(Action::Tell(Command::Stop), &[404, 409]),
            // An idle service may have to be stopped first after all.
            "idle" if refused == Some(424) => Verdict::Do(Action::Tell(Command::Stop), &[404, 409]),
            // Right after a stop the service may still refuse: soon it will not.
            _ if DELETABLE.contains(&state) => Verdict::Do(Action::Delete, &[404, 409, 424]),
            _ => Verdict::Waiting,
        };
        let goal = Goal {
            helper: "services.stopAndDelete",
            operation: &contract::SERVICES_GET,
            arguments: of(service, None),
            property: "state",
            wanted: "its deletion".to_owned(),
            missing: Missing::Reached,
            judge: &judge,
        };
        self.wait(&goal, options).await.map(|_| ())
    }
}

fn of(service: &Argument, body: Option<String>) -> Arguments {
    Arguments { path: vec![service.clone()], query: Vec::new(), body }
}
