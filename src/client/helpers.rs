//! The helpers of services and backups: passwords that are hashed here, and waits with their commands. Waits of other resources
//! are `Client::wait` with a [`StatesGoal`].

use super::Client;
use super::wait::{WaitOptions, Waiting};
use crate::contract;
use crate::error::Error;
use crate::host::Host;
use crate::password;
use crate::request::{Argument, Arguments};

pub use super::goal::{Command, StatesGoal, WaitGoal};

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
    let (sha256, double_sha1) = (password::sha256_base64(password), password::double_sha1_hex(password));
    // Both: with the first alone, the MySQL interface would still accept the old password.
    format!(r#"{{"newPasswordHash":"{sha256}","newDoubleSha1Hash":"{double_sha1}"}}"#)
}

/// The arguments of `services.updatePassword`: the service makes a new password, and returns it once.
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
        let goal = StatesGoal { helper, ..StatesGoal::new(&contract::SERVICES_WAIT_FOR, states.to_vec()) };
        let waiting = self.wait(WaitGoal::States(goal), of(service, None), options);
        self.resource(waiting).await
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
        let goal = StatesGoal::new(&contract::BACKUPS_WAIT_FOR, Vec::new());
        self.resource(self.wait(WaitGoal::States(goal), arguments, options)).await
    }

    /// Brings a service to `running`: wakes an idle one, starts a stopped one only where `start` says so.
    pub async fn ensure_running(
        &self,
        service: &Argument,
        start: bool,
        options: &WaitOptions,
    ) -> Result<H::Value, Box<Error>> {
        self.resource(self.wait(WaitGoal::Running(start), of(service, None), options)).await
    }

    /// Stops the service where that is needed, deletes it, and waits until the API itself says that it is gone. A repeated
    /// call resumes. False: the service did not exist.
    pub async fn stop_and_delete(&self, service: &Argument, options: &WaitOptions) -> Result<bool, Box<Error>> {
        self.wait(WaitGoal::Deletion, of(service, None), options).await.map(|ended| ended.is_some())
    }

    async fn resource(&self, waiting: Waiting<'_, H::Value>) -> Result<H::Value, Box<Error>> {
        Ok(waiting.await?.unwrap_or_else(|| self.host.nothing()))
    }
}

fn of(service: &Argument, body: Option<String>) -> Arguments {
    Arguments { path: vec![service.clone()], body, ..Arguments::default() }
}
