//! A client on the network, and its calls as the tests make them.

use std::rc::Rc;

use base64::Engine as _;
use clickhouse_cloud::client::helpers::{self, Command};
use clickhouse_cloud::client::rate_limit::RateLimiter;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::client::{CallOptions, CallOutput, Client, RateLimiting, Settings, ValidationMode};
use clickhouse_cloud::contract::{self, Operation};
use clickhouse_cloud::error::{CredentialSource, Error};
use clickhouse_cloud::request::{Argument, Arguments, Target};
use clickhouse_cloud::sandbox::{Options, Sandbox};
use clickhouse_cloud::secret::Secret;
use clickhouse_cloud::validate::Unknown;
use serde_json::{Value, json};

use super::network::{Network, TestHost};
use super::world::World;

/// The id of a service that does not exist.
pub const NOBODY: &str = "9f8b6c1e-0000-4000-8000-00000000dead";

/// A world with a network and a client on it. Clones are the same.
#[derive(Clone)]
pub struct Cloud {
    pub world: World,
    pub network: Rc<Network>,
    pub client: Rc<Client<TestHost>>,
}

pub type Called = Result<CallOutput<Value>, Box<Error>>;

impl Cloud {
    /// With the settings of the JavaScript client's defaults.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with changed settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let world = World::new();
        let network = Rc::new(Network::new(Sandbox::new(Options::default())));
        Self::on(&world, &network, change)
    }

    /// Another client on the same network.
    pub fn on(world: &World, network: &Rc<Network>, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(&Options::default());
        change(&mut settings);
        let host = TestHost { world: world.clone(), network: network.clone() };
        Self { world: world.clone(), network: network.clone(), client: Rc::new(Client::new(host, settings)) }
    }

    /// Without a rate limit on either side, for tests about something else.
    pub fn unlimited() -> Self {
        let world = World::new();
        let options = Options { rate_limit: None, ..Options::default() };
        let network = Rc::new(Network::new(Sandbox::new(options)));
        Self::on(&world, &network, |settings| settings.limiter = RateLimiting::Off)
    }

    #[track_caller]
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.world.run(work)
    }

    pub async fn call(&self, operation: &'static Operation, arguments: Arguments) -> Called {
        self.client.call(operation, &arguments, &CallOptions::default()).await
    }

    pub async fn list(&self) -> Called {
        self.call(&contract::SERVICES_LIST, Arguments::default()).await
    }

    pub async fn get(&self, id: &str) -> Called {
        self.call(&contract::SERVICES_GET, of(id, None)).await
    }

    pub async fn create(&self, body: &Value) -> Called {
        let arguments = Arguments { body: Some(body.to_string()), ..Arguments::default() };
        self.call(&contract::SERVICES_CREATE, arguments).await
    }

    pub async fn delete(&self, id: &str) -> Called {
        self.call(&contract::SERVICES_DELETE, of(id, None)).await
    }

    pub async fn update(&self, id: &str, body: &Value) -> Called {
        self.call(&contract::SERVICES_UPDATE, of(id, Some(body))).await
    }

    pub async fn command(&self, id: &str, command: Command) -> Called {
        self.call(&contract::SERVICES_UPDATE_STATE, helpers::command(&service(id), command)).await
    }

    pub async fn set_password(&self, id: &str, password: &[u8]) -> Called {
        self.call(&contract::SERVICES_UPDATE_PASSWORD, helpers::set_password(&service(id), password)).await
    }

    pub async fn reset_password(&self, id: &str) -> Called {
        self.call(&contract::SERVICES_UPDATE_PASSWORD, helpers::reset_password(&service(id))).await
    }

    /// The id of a new service.
    pub async fn created(&self, body: &Value) -> String {
        let created = self.create(body).await.unwrap().data;
        created["service"]["id"].as_str().unwrap().to_owned()
    }

    /// The id of a new service that runs.
    pub async fn running(&self) -> String {
        let id = self.created(&body()).await;
        self.wait_for(&id, "running").await.unwrap();
        id
    }

    /// The id of a new service, brought to that state.
    pub async fn in_state(&self, state: &str) -> String {
        let id = self.created(&body()).await;
        let path: &[(&str, Option<Command>)] = match state {
            "provisioning" => &[],
            "running" => &[("running", None)],
            "idle" => &[("running", None), ("idle", None)],
            "awaking" => &[("running", None), ("idle", Some(Command::Awake))],
            "stopping" => &[("running", Some(Command::Stop))],
            "stopped" => &[("running", Some(Command::Stop)), ("stopped", None)],
            "starting" => &[("running", Some(Command::Stop)), ("stopped", Some(Command::Start))],
            other => panic!("no way to {other}"),
        };
        for (state, command) in path {
            self.wait_for(&id, state).await.unwrap();
            if let Some(command) = command {
                self.command(&id, *command).await.unwrap();
            }
        }
        assert_eq!(self.get(&id).await.unwrap().data["state"], state);
        id
    }

    pub async fn wait_for(&self, id: &str, state: &str) -> Result<Value, Box<Error>> {
        self.wait_with(id, &[state], &WaitOptions::default()).await
    }

    pub async fn wait_with(&self, id: &str, states: &[&str], options: &WaitOptions) -> Result<Value, Box<Error>> {
        let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
        self.client.wait_for("services.waitFor", &service(id), &states, options).await
    }

    pub async fn stop_and_delete(&self, id: &str) -> Result<bool, Box<Error>> {
        self.client.stop_and_delete(&service(id), &WaitOptions::default()).await
    }

    /// Nothing is running any more: no request, no timer, no scripted act that was never met.
    #[track_caller]
    pub fn assert_quiet(&self) {
        self.network.assert_quiet();
        assert_eq!(self.world.timers(), 0, "timers are running");
    }

    /// The methods and paths of the requests, from `services` on.
    pub fn requests(&self) -> Vec<String> {
        let sent = self.network.sent.borrow();
        let short = |path: &str| path.split("/services").nth(1).unwrap_or(path).to_owned();
        sent.iter().map(|sent| format!("{} {}", sent.method, short(&sent.path))).collect()
    }
}

/// The defaults of the JavaScript client, for the sandbox of these options.
pub fn settings(options: &Options) -> Settings {
    let key = format!("{}:{}", options.key_id, options.key_secret.reveal());
    let key = base64::engine::general_purpose::STANDARD.encode(key);
    Settings {
        target: Target {
            base_url: "https://api.clickhouse.cloud".to_owned(),
            authorization: Some(Secret::new(format!("Basic {key}"))),
            headers: Vec::new(),
        },
        credentials: CredentialSource::Options,
        in_the_clear: false,
        key_secret: Some(options.key_secret.clone()),
        organization_id: Some(options.organization_id.clone()),
        timeout_ms: 30_000.0,
        retry_budget_ms: 60_000.0,
        request_validation: ValidationMode::Error,
        unknown: Unknown::Refuse,
        response_validation: ValidationMode::Error,
        limiter: RateLimiting::Shared(Rc::new(RateLimiter::new(10, 10_000.0))),
    }
}

/// The body of a creation.
pub fn body() -> Value {
    json!({ "name": "events", "provider": "aws", "region": "eu-west-1", "ipAccessList": [] })
}

pub fn service(id: &str) -> Argument {
    Argument::text("serviceId", id)
}

/// The arguments of an operation on a service.
pub fn of(id: &str, body: Option<&Value>) -> Arguments {
    Arguments { path: vec![service(id)], body: body.map(Value::to_string), ..Arguments::default() }
}

/// The error of a call that must have failed.
#[track_caller]
pub fn failed<T>(result: Result<T, Box<Error>>) -> Error {
    match result {
        Ok(_) => panic!("succeeded"),
        Err(error) => *error,
    }
}
