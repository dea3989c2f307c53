//! One life of a service, as a careful program lives it: safe calls are repeated, and after an ambiguous error it looks first.
//! After each call the sandbox itself is asked, past all faults, whether the laws hold.

use clickhouse_cloud::client::helpers::Command;
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use serde_json::{Value, json};

use super::cloud::{Called, Cloud, body, of};
use super::counts::Counts;

/// How often a step that failed is tried again.
const AGAIN: u32 = 4;
/// How long a creation that may have happened is looked for: lists lag behind by up to a minute.
const LOOKED_FOR_MS: f64 = 75_000.0;

/// The plan of a journey.
pub struct Plan {
    /// No other service has it.
    pub name: String,
    /// It is deleted as soon as it is there.
    pub hurries: bool,
    pub resets: bool,
    pub stops: bool,
}

pub struct Journey {
    pub cloud: Cloud,
    pub plan: Plan,
    pub counts: Counts,
    /// How many creations were requested.
    creations: usize,
}

/// Why it came to no end.
pub struct GaveUp(&'static str, Box<Error>);

impl Journey {
    pub fn new(cloud: Cloud, plan: Plan) -> Self {
        Self { cloud, plan, counts: Counts { journeys: 1, ..Counts::default() }, creations: 0 }
    }

    /// Lives it to its end, if that can be reached.
    pub async fn live(mut self) -> Counts {
        match self.steps().await {
            Ok(()) => self.counts.ended += 1,
            Err(GaveUp(step, error)) => {
                self.counts.gave_up.insert(format!("{step}: {}", kind(&error)), 1);
            }
        }
        self.counts
    }

    async fn steps(&mut self) -> Result<(), GaveUp> {
        let (id, password) = self.create().await?;
        if let Some(password) = password {
            assert!(self.verifies(&id, &password), "the password of a creation is another one");
        }
        if !self.plan.hurries {
            match self.use_it(&id).await {
                // A failed service can only be deleted.
                Err(GaveUp(_, error)) if has_failed(&error) => self.counts.failed += 1,
                used => used?,
            }
        }
        self.delete(&id).await
    }

    async fn use_it(&self, id: &str) -> Result<(), GaveUp> {
        self.until(id, "running").await?;
        self.scale(id).await?;
        self.set_password(id).await?;
        if self.plan.resets {
            self.reset_password(id).await?;
        }
        if self.plan.stops {
            let stop = self.again(async || self.cloud.command(id, Command::Stop).await).await;
            stop.map_err(|error| GaveUp("stop", error))?;
            self.until(id, "stopped").await?;
        }
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), GaveUp> {
        let mut calls = 0;
        let deleted = self
            .again(async || {
                calls += 1;
                self.cloud.stop_and_delete(id).await
            })
            .await;
        let found = deleted.map_err(|error| GaveUp("delete", error))?;
        assert!(found || calls > 1, "it was there");
        // A read that lags behind its creation may have said too early that it is gone, but on its way it is.
        let ends =
            |service: &Value| ["terminating", "softdeleting", "softdeleted"].iter().any(|it| service["state"] == *it);
        assert!(self.services().iter().all(ends), "left behind");
        Ok(())
    }

    /// The id of the service, and its password where it was shown.
    async fn create(&mut self) -> Result<(String, Option<String>), GaveUp> {
        let mut body = body();
        body["name"] = self.plan.name.as_str().into();
        loop {
            let before = self.services().len();
            let created = self.cloud.create(&body).await;
            self.creations += 1;
            let more = self.services().len() - before;
            match &created {
                Ok(_) => assert_eq!(more, 1, "created on the client's own"),
                Err(error) if ambiguous(error) => assert!(more <= 1, "created on the client's own"),
                Err(error) => assert_eq!(more, 0, "created without a word: {error}"),
            }
            match created {
                Ok(created) => {
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    return Ok((text(&created.data["service"]["id"]), Some(text(&created.data["password"]))));
                }
                Err(error) if ambiguous(&error) => {
                    self.counts.ambiguous_creates += 1;
                    let made = self.services().len();
                    let found = self.look_for_it().await?;
                    assert_eq!(found.is_some(), made > 0, "a careful look finds what there is");
                    if let Some(id) = found {
                        self.counts.found_again += 1;
                        return Ok((id, None));
                    }
                    if self.creations > AGAIN as usize {
                        return Err(GaveUp("create", error));
                    }
                }
                // Surely nothing was created: a proxy's page, or the rate limit of others.
                Err(error) if may_pass(&error) && self.creations <= AGAIN as usize => {
                    self.cloud.world.sleep(5_000.0).await;
                }
                Err(error) => return Err(GaveUp("create", error)),
            }
        }
    }

    async fn look_for_it(&self) -> Result<Option<String>, GaveUp> {
        let until = self.cloud.world.now() + LOOKED_FOR_MS;
        loop {
            let last = self.cloud.world.now() > until;
            let list = self.again(async || self.cloud.list().await).await.map_err(|error| GaveUp("list", error))?;
            let all = list.data.as_array().unwrap().clone();
            if let Some(found) = all.iter().find(|service| service["name"] == *self.plan.name) {
                return Ok(found["id"].as_str().map(str::to_owned));
            }
            if last {
                return Ok(None);
            }
            self.cloud.world.sleep(15_000.0).await;
        }
    }

    async fn until(&self, id: &str, state: &str) -> Result<(), GaveUp> {
        let waited = self.again(async || self.cloud.wait_for(id, state).await).await;
        waited.map(|_| ()).map_err(|error| GaveUp("wait", error))
    }

    async fn scale(&self, id: &str) -> Result<(), GaveUp> {
        let size = json!({ "minReplicaMemoryGb": 24, "maxReplicaMemoryGb": 48 });
        let operation = &contract::SERVICES_UPDATE_REPLICA_SCALING;
        self.once_it_runs(id, "scale", async || self.cloud.call(operation, of(id, Some(&size))).await).await?;
        let service = self.services().pop().unwrap();
        assert_eq!((&service["minReplicaMemoryGb"], &service["maxReplicaMemoryGb"]), (&json!(24), &json!(48)));
        Ok(())
    }

    async fn set_password(&self, id: &str) -> Result<(), GaveUp> {
        let password = format!("correct horse {}", self.plan.name);
        self.once_it_runs(id, "set password", async || self.cloud.set_password(id, password.as_bytes()).await).await?;
        assert!(self.verifies(id, &password), "the password was not set");
        Ok(())
    }

    async fn reset_password(&self, id: &str) -> Result<(), GaveUp> {
        let mut known = format!("correct horse {}", self.plan.name);
        let mut tries = 0;
        loop {
            let reset: Called = self.cloud.reset_password(id).await;
            tries += 1;
            match reset {
                Ok(reset) => {
                    let Some(password) = reset.data["password"].as_str() else { continue };
                    assert!(self.verifies(id, password), "another password than the one that was shown");
                    return Ok(());
                }
                Err(error) if error.status() == Some(409) && tries <= AGAIN => self.until_it_runs_again(id).await?,
                Err(error) if may_pass(&error) && tries <= 2 * AGAIN => {
                    if ambiguous(&error) {
                        known.clear();
                    }
                    self.cloud.world.sleep(15_000.0).await;
                }
                Err(error) => {
                    let lost = !ambiguous(&error) && !known.is_empty() && !self.verifies(id, &known);
                    assert!(!lost, "a new password got lost without a word: {error}");
                    return Err(GaveUp("reset password", error));
                }
            }
        }
    }

    /// Calls an operation of running services: a degraded one refuses it for a while.
    async fn once_it_runs<T>(
        &self,
        id: &str,
        step: &'static str,
        mut act: impl AsyncFnMut() -> Result<T, Box<Error>>,
    ) -> Result<T, GaveUp> {
        let mut tries = 0;
        loop {
            match self.again(&mut act).await {
                Err(error) if tries < AGAIN && error.status() == Some(409) => tries += 1,
                done => return done.map_err(|error| GaveUp(step, error)),
            }
            self.until_it_runs_again(id).await?;
        }
    }

    async fn until_it_runs_again(&self, id: &str) -> Result<(), GaveUp> {
        // Until no read that lags behind says that it still runs.
        self.cloud.world.sleep(20_000.0).await;
        self.until(id, "running").await
    }

    /// Repeats a call after a transient failure.
    async fn again<T>(&self, mut act: impl AsyncFnMut() -> Result<T, Box<Error>>) -> Result<T, Box<Error>> {
        let mut tries = 0;
        loop {
            match act().await {
                Err(error) if tries < AGAIN && may_pass(&error) => tries += 1,
                done => return done,
            }
            self.cloud.world.sleep(5_000.0).await;
        }
    }

    /// The services of this journey in the sandbox.
    fn services(&self) -> Vec<Value> {
        let state = self.cloud.network.sandbox.borrow_mut().state(self.cloud.world.now());
        let all = state["services"].as_array().unwrap().clone();
        all.into_iter().filter(|service| service["name"] == *self.plan.name).collect()
    }

    fn verifies(&self, id: &str, password: &str) -> bool {
        self.cloud.network.sandbox.borrow().verify_password(id, password)
    }
}

fn has_failed(error: &Error) -> bool {
    matches!(error, Error::Wait { last_state: Some(state), .. } if state == "failed")
}

pub fn ambiguous(error: &Error) -> bool {
    match error {
        Error::Api { ambiguous, .. }
        | Error::Response { ambiguous, .. }
        | Error::Connection { ambiguous, .. }
        | Error::Timeout { ambiguous, .. } => *ambiguous,
        Error::Configuration(_) | Error::Request { .. } | Error::Wait { .. } | Error::Caller(_) => false,
    }
}

/// No response, a broken one, or a proxy's.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Connection { .. } | Error::Timeout { .. } | Error::Response { .. } => true,
        // Without a request's id it is not the API that says that there is no such thing.
        Error::Api { response, .. } => match response.status {
            404 => response.request_id.is_none(),
            status => status == 429 || status >= 500,
        },
        _ => false,
    }
}

fn kind(error: &Error) -> String {
    match error {
        Error::Configuration(_) => "configuration".to_owned(),
        Error::Request { .. } => "request".to_owned(),
        Error::Response { .. } => "response".to_owned(),
        Error::Api { response, .. } => format!("api {}", response.status),
        Error::Connection { .. } => "connection".to_owned(),
        Error::Timeout { .. } => "timeout".to_owned(),
        Error::Wait { reason, .. } => format!("wait {}", reason.as_str()),
        Error::Caller(_) => "caller".to_owned(),
    }
}
