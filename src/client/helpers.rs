//! What takes more than one call, or more than the call: passwords hashed here, waiting, waking, stopping and deleting.

use super::wait::{Goal, Pauses, Verdict, Wait, WaitOptions};
use super::{CallOptions, Client, Outcome};
use crate::contract;
use crate::error::{Error, WaitReason};
use crate::host::Host;
use crate::password;
use crate::request::{Argument, Arguments};

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

/// States that lead to nothing but the end.
const ENDING: &[&str] = &["terminating", "terminated", "softdeleting", "softdeleted"];

/// States from which a service is deleted without being stopped first.
const DELETABLE: &[&str] = &["provisioning", "starting", "awaking", "idle", "stopped", "degraded", "failed"];

/// A command is given again when nothing has come of it for that long: reads lag behind writes.
const AGAIN_MS: f64 = 15_000.0;

/// The arguments of `services.updateState`: starts, stops or wakes a service.
#[must_use]
pub fn command(service: &Argument, command: Command) -> Arguments {
    let word = match command {
        Command::Start => "start",
        Command::Stop => "stop",
        Command::Awake => "awake",
    };
    of(service, Some(format!("{{\"command\":\"{word}\"}}")))
}

/// The arguments of `services.updatePassword`: sets a password by its hash. The password itself is never sent.
#[must_use]
pub fn set_password(service: &Argument, password: &[u8]) -> Arguments {
    of(service, Some(format!("{{\"newPasswordHash\":\"{}\"}}", password::sha256_base64(password))))
}

/// The arguments of `services.updatePassword`: the server makes a new password, which it shows once.
#[must_use]
pub fn reset_password(service: &Argument) -> Arguments {
    of(service, Some("{}".to_owned()))
}

impl<H: Host> Client<H> {
    async fn tell(&self, service: &Argument, word: Command, options: &CallOptions) -> Result<Outcome<H::Value>, Error> {
        self.call(&contract::SERVICES_UPDATE_STATE, &command(service, word), options).await
    }

    /// Waits until the service is in one of the states; resolves with the service.
    pub async fn wait_for(
        &self,
        helper: &'static str,
        service: &Argument,
        states: &[String],
        options: &WaitOptions,
    ) -> Result<H::Value, Error> {
        let judge = |state: &str| match state {
            _ if states.iter().any(|wanted| wanted == state) => Verdict::Reached,
            "failed" => Verdict::Failed,
            // On the way to the end only the end can be waited for.
            _ if ENDING.contains(&state) && !states.iter().any(|wanted| ENDING.contains(&wanted.as_str())) => {
                Verdict::Failed
            }
            _ => Verdict::Waiting,
        };
        let goal = Goal {
            helper,
            operation: &contract::SERVICES_GET,
            arguments: of(service, None),
            property: "state",
            wanted: states.iter().map(String::as_str).collect::<Vec<_>>().join(" or "),
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
    ) -> Result<H::Value, Error> {
        let mut arguments = of(service, None);
        arguments.path.push(backup.clone());
        let goal = Goal {
            helper: "backups.waitFor",
            operation: &contract::BACKUPS_GET,
            arguments,
            property: "status",
            wanted: "done".to_owned(),
            judge: &|status| match status {
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
    ) -> Result<H::Value, Error> {
        let wait = Wait::new("services.ensureRunning", "running".to_owned(), self.host.now());
        let work = async {
            let mut pauses = Pauses::new(options);
            let mut commanded = Commanded::default();
            loop {
                let found = self.call(&contract::SERVICES_GET, &of(service, None), &options.call).await?;
                let state = self.state_of(&found.data, "state");
                let now = self.host.now();
                wait.progress(&state, now, options)?;
                let command = match state.as_str() {
                    "running" => return Ok(found.data),
                    "idle" => Some(Command::Awake),
                    "stopped" if start => Some(Command::Start),
                    "stopping" if start => None,
                    "stopped" | "stopping" | "failed" => return Err(wait.error(WaitReason::FailedState, now)),
                    _ if ENDING.contains(&state.as_str()) => return Err(wait.error(WaitReason::FailedState, now)),
                    _ => None,
                };
                if let Some(command) = command
                    && commanded.due(command, now)
                {
                    tolerate(self.tell(service, command, &options.call).await, &[409])?;
                }
                self.host.sleep(pauses.next_ms()).await;
            }
        };
        self.until_deadline(&wait, options, work).await
    }

    /// Stops what must be stopped, deletes, and waits until it is gone. Called again at any point, it goes on from
    /// there; gone is success.
    pub async fn stop_and_delete(&self, service: &Argument, options: &WaitOptions) -> Result<(), Error> {
        let mut must_stop = false;
        let wait = Wait::new("services.stopAndDelete", "its deletion".to_owned(), self.host.now());
        let work = async {
            let mut pauses = Pauses::new(options);
            let mut commanded = Commanded::default();
            loop {
                let state = match self.call(&contract::SERVICES_GET, &of(service, None), &options.call).await {
                    Ok(found) => self.state_of(&found.data, "state"),
                    // Reads lag behind a creation: of a service that was never seen, only its deletion can tell.
                    Err(error) if error.status() == Some(404) && !wait.seen() => {
                        let deleted = self.call(&contract::SERVICES_DELETE, &of(service, None), &options.call).await;
                        match deleted {
                            Err(error) if error.status() == Some(404) => return Ok(()),
                            deleted => tolerate(deleted, &[409, 424])?,
                        };
                        self.host.sleep(pauses.next_ms()).await;
                        continue;
                    }
                    Err(error) if error.status() == Some(404) => return Ok(()),
                    Err(error) => return Err(error),
                };
                let now = self.host.now();
                wait.progress(&state, now, options)?;
                if state == "running" || state == "partially_running" || must_stop && state == "idle" {
                    if commanded.due(Command::Stop, now) {
                        tolerate(self.tell(service, Command::Stop, &options.call).await, &[404, 409])?;
                    }
                } else if DELETABLE.contains(&state.as_str()) && commanded.due_deletion(now) {
                    let deleted = self.call(&contract::SERVICES_DELETE, &of(service, None), &options.call).await;
                    // An idle service may have to be stopped first after all.
                    must_stop = deleted.as_ref().is_err_and(|error| error.status() == Some(424));
                    // Right after a stop the service may still refuse: soon it will not.
                    if !tolerate(deleted, &[404, 409, 424])? {
                        commanded.deleted_at = None;
                    }
                }
                self.host.sleep(pauses.next_ms()).await;
            }
        };
        self.until_deadline(&wait, options, work).await
    }
}

/// What a service has been told, and when.
#[derive(Default)]
struct Commanded {
    last: Option<(Command, f64)>,
    deleted_at: Option<f64>,
}

impl Commanded {
    fn due(&mut self, command: Command, now: f64) -> bool {
        let due = !self.last.is_some_and(|(last, at)| last == command && now - at < AGAIN_MS);
        if due {
            self.last = Some((command, now));
        }
        due
    }

    fn due_deletion(&mut self, now: f64) -> bool {
        let due = !self.deleted_at.is_some_and(|at| now - at < AGAIN_MS);
        if due {
            self.deleted_at = Some(now);
        }
        due
    }
}

/// Whether the call succeeded; refusals of these kinds are no errors.
fn tolerate<V>(result: Result<Outcome<V>, Error>, statuses: &[u16]) -> Result<bool, Error> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.status().is_some_and(|status| statuses.contains(&status)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn of(service: &Argument, body: Option<String>) -> Arguments {
    Arguments { path: vec![service.clone()], query: Vec::new(), body }
}
