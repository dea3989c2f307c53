//! A walk over all operations: requests that are drawn from a seed, with pauses in between. Each response keeps the contract, and
//! the changes of its ledger, sent again, lead to the same state.

use std::collections::BTreeMap;

use clickhouse_cloud::contract::{self, Kind, Method, OPERATIONS, Operation, Parameter};
use clickhouse_cloud::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::cloud::{Cloud, START};
use crate::examples::{self, Draw};
use crate::random_walk::{assert_consistent, replay, whole_state, without_faults};

/// The pauses before a request, in seconds.
const RESTS: [f64; 8] = [0.0, 0.0, 1.0, 5.0, 20.0, 60.0, 150.0, 900.0];
/// One step in so many has half a day before it.
const LONG_REST: (usize, f64) = (200, 43_200.0);
/// How many requests pass before the walk looks which records there are.
const LOOK_EVERY: usize = 100;
/// A setting of ClickHouse.
const SETTING: &str = "keep_alive_timeout";

/// Requests of all operations, drawn from a seed.
pub struct Walk {
    pub cloud: Cloud,
    pub draw: Draw,
    asked: usize,
    /// The number of entries in the ledger, uploads among them.
    pub sent: usize,
    /// The paths of things that exist: parameters with their values.
    pub known: Vec<Vec<(String, String)>>,
    /// The id of the key that sends the requests.
    own_key: String,
    /// How often each operation succeeded.
    pub succeeded: BTreeMap<&'static str, usize>,
    pub last_url: String,
    /// The text of the last response.
    pub last_text: String,
    last_path: Vec<(String, String)>,
    /// Uploads whose file was sent, and that no version has.
    uploads: Vec<Value>,
    /// With more records than this, every second request is a deletion.
    pub crowd: usize,
}

impl Walk {
    pub fn new(seed: u64) -> Self {
        let mut cloud = Cloud::of(Options { seed, rate_limit: None, ..Options::default() });
        let own_key = cloud.get("/keys").result()[0]["id"].as_str().unwrap().to_owned();
        let (known, succeeded) = (Vec::new(), BTreeMap::new());
        Self {
            cloud,
            draw: Draw::new(seed),
            asked: 0,
            // The walk has looked for its own key.
            sent: 1,
            known,
            own_key,
            succeeded,
            last_url: String::new(),
            last_text: String::new(),
            last_path: Vec::new(),
            uploads: Vec::new(),
            crowd: usize::MAX,
        }
    }

    /// The same walk, from now on in another sandbox.
    pub fn continued(&self, sandbox: Sandbox) -> Self {
        Self {
            cloud: Cloud { sandbox, now: self.cloud.now },
            draw: self.draw.clone(),
            known: self.known.clone(),
            own_key: self.own_key.clone(),
            succeeded: self.succeeded.clone(),
            last_url: self.last_url.clone(),
            last_text: self.last_text.clone(),
            last_path: self.last_path.clone(),
            uploads: self.uploads.clone(),
            ..*self
        }
    }

    /// A sandbox of another seed, restored from a snapshot of this one.
    pub fn restored(&mut self) -> Sandbox {
        let snapshot = self.cloud.sandbox.snapshot(self.cloud.now);
        let options = without_faults(self.cloud.sandbox.options());
        let mut restored = Sandbox::new(Options { seed: options.seed + 100, ..options });
        restored.restore(self.cloud.now, &snapshot).unwrap();
        restored
    }

    /// Sends at least so many requests, and the changes among them again to a sandbox that has had the same state: it has the
    /// same state again.
    pub fn walk_and_replay(&mut self, requests: usize, replayed: &mut Sandbox) {
        let before = self.sent;
        while self.sent < before + requests {
            self.step();
        }
        assert_consistent(&self.cloud.sandbox);
        let earlier = self.cloud.sandbox.ledger().len() - (self.sent - before);
        replay(replayed, self.cloud.sandbox.ledger().skip(earlier));
        let expected = whole_state(&mut self.cloud.sandbox, self.cloud.now);
        let again = whole_state(replayed, self.cloud.now);
        assert_eq!(difference(&again, &expected, &format!("after {} requests", self.sent)), None);
    }

    /// A pause and a request.
    pub fn step(&mut self) {
        let rest = if self.draw.below(LONG_REST.0) == 0 { LONG_REST.1 } else { *self.draw.one(&RESTS) };
        self.cloud.wait(rest);
        if self.asked.is_multiple_of(LOOK_EVERY) {
            self.look();
        }
        self.asked += 1;
        // Services are what most other resources need.
        let operation = match self.draw.below(12) {
            0 => OPERATIONS.iter().find(|operation| operation.name == "services.create").unwrap(),
            _ => *self.draw.one(OPERATIONS),
        };
        let is_crowded = self.known.len() > self.crowd;
        let deletions = OPERATIONS.iter().copied().filter(|operation| operation.method == Method::Delete);
        let operation = match is_crowded && self.draw.below(2) == 0 {
            true => *self.draw.one(&deletions.collect::<Vec<_>>()),
            false => operation,
        };
        let url = self.url(operation);
        if !is_crowded && self.draw.below(3) != 0 && operation.method == Method::Delete {
            return;
        }
        if url.contains(&self.own_key) && operation.method != Method::Get {
            return;
        }
        self.last_url.clone_from(&url);
        let body = operation.body.is_some().then(|| self.body(operation).to_string());
        self.sent += 1;
        let received = self.cloud.send(operation.method, &url, body);
        let (status, result) = (received.status, &received.json["result"]);
        assert!(
            status == operation.status || [400, 403, 404, 409, 424].contains(&status),
            "{} {url}: {status}",
            operation.name
        );
        if status == operation.status {
            *self.succeeded.entry(operation.name).or_default() += 1;
            self.learn(operation, result);
            if let Some(url) = result.get("uploadUrl").and_then(Value::as_str) {
                assert_eq!(self.cloud.upload(url, "print(1)"), 200);
                self.sent += 1;
                self.uploads.push(result["uploadId"].clone());
            }
        }
        self.last_text = received.text;
    }

    /// Remembers the identities of listed things, for those that are made at each request and stand in no snapshot.
    fn learn(&mut self, operation: &'static Operation, result: &Value) {
        let Some(resource) = operation.name.strip_suffix(".list") else { return };
        let Some(one) = contract::operation(&format!("{resource}.get")) else { return };
        let parameter = one.path_parameters.last().unwrap().name;
        // A pattern is told by four properties of the listed one, which nobody guesses.
        if let (Some(pattern), "postgres.slowQueryPatterns") = (result.get(0), resource) {
            let of = |name: &str| encoded(&plain(&pattern[name]));
            let list = self.last_url.split('?').next().unwrap();
            let query = format!("db_name={}&db_user={}&db_operation={}", of("dbName"), of("dbUser"), of("dbOperation"));
            let url = format!("{list}/{}?{query}", of("queryId"));
            self.sent += 1;
            assert_eq!(self.cloud.send(Method::Get, &url, None).status, 200, "{url}");
            *self.succeeded.entry(one.name).or_default() += 1;
        }
        for item in result.as_array().into_iter().flatten() {
            let Some(id) = item.get(parameter).or(item.get("id")).and_then(Value::as_str) else { continue };
            let mut path = self.last_path.clone();
            path.push((parameter.to_owned(), id.to_owned()));
            self.known.push(path);
        }
        let surplus = self.known.len().saturating_sub(1_000);
        self.known.drain(..surplus);
    }

    /// A body that the contract allows; names of things that exist are more likely than others.
    fn body(&mut self, operation: &'static Operation) -> Value {
        let mut body = examples::body(operation, &mut self.draw);
        // Bodies with rules that only the state knows: drawn ones would hardly ever fit.
        match operation.name {
            "services.create" => {
                let name = format!("walk {}", self.draw.below(100));
                body = json!({ "name": name, "provider": "aws", "region": "eu-west-1", "idleScaling": false });
            }
            "services.scalingSchedule.set" => {
                let entry = |hour: usize| json!({ "name": format!("from {hour}"), "weekdays": [1, 2, 3], "startHourUtc": hour, "endHourUtc": hour + 2 });
                body = json!({ "entries": [entry(self.draw.below(10)), entry(12 + self.draw.below(8))] });
            }
            "services.settings.update" => {
                body = json!({ "settings": json!({ SETTING: 10 + self.draw.below(50) }).to_string() });
            }
            "clickStack.alerts.create" | "clickStack.alerts.replace" => {
                body["source"] = json!("saved_search");
                body["savedSearchId"] = self.below_service("clickStackSavedSearchId").into();
                body["channel"] = json!({ "type": "email", "emailRecipients": ["a@example.com"] });
                body["dashboardId"] = Value::Null;
            }
            "postgres.restore" => {
                let hour = 1 + self.draw.below(24);
                body["restoreTarget"] = time(self.cloud.now - hour as f64 * 3_600_000.0).into();
            }
            _ => {}
        }
        if body.get("uploadId").is_some()
            && let Some(upload) = self.uploads.pop()
        {
            body["uploadId"] = upload;
        }
        body
    }

    /// The id of a known thing below the service of the last path.
    fn below_service(&self, parameter: &str) -> String {
        let service = self.last_path.iter().find(|(name, _)| name == "serviceId");
        let mut known = self.known.iter().filter(|known| service.is_none_or(|service| known.contains(service)));
        let found = known.find_map(|known| known.iter().find(|(name, _)| name == parameter));
        found.map(|(_, id)| id.clone()).unwrap_or_default()
    }

    fn url(&mut self, operation: &'static Operation) -> String {
        let mut path = operation.path.to_owned();
        let names = || operation.path_parameters.iter().map(|parameter| parameter.name);
        let covers = |known: &&Vec<(String, String)>| {
            names().all(|name| name == "organizationId" || known.iter().any(|(known, _)| known == name))
        };
        let fitting: Vec<_> = self.known.iter().filter(covers).cloned().collect();
        // What is below a service that has none of it is a case of its own.
        let services: Vec<_> = self.known.iter().filter(|known| known.len() == 1).cloned().collect();
        let from = if fitting.is_empty() || self.draw.below(20) == 0 { services } else { fitting };
        self.last_path.clear();
        let one = if from.is_empty() { Vec::new() } else { self.draw.one(&from).clone() };
        for Parameter { name, schema, .. } in operation.path_parameters {
            let value = match one.iter().find(|(known, _)| known == name) {
                _ if *name == "organizationId" => self.cloud.sandbox.options().organization_id.clone(),
                Some((_, value)) => value.clone(),
                None if *name == "settingName" => SETTING.to_owned(),
                None => plain(&examples::of_schema(schema, &mut self.draw)),
            };
            path = path.replace(&format!("{{{name}}}"), &encoded(&value));
            if *name != "organizationId" {
                self.last_path.push(((*name).to_owned(), value));
            }
        }
        let mut query = String::new();
        for Parameter { name, schema, required } in operation.query_parameters {
            if !*required && self.draw.below(3) != 0 {
                continue;
            }
            let value = match *name {
                "cloud_provider" => json!("aws"),
                "region_id" => json!("eu-west-1"),
                _ => examples::of_schema(schema, &mut self.draw),
            };
            let values = match (&schema.kind, &value) {
                (Kind::Array { .. }, Value::Array(values)) => values.clone(),
                _ => vec![value],
            };
            for value in values {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(&format!("{name}={}", encoded(&plain(&value))));
            }
        }
        format!("https://api.clickhouse.cloud{path}{query}")
    }

    /// Looks which records there are.
    fn look(&mut self) {
        let snapshot: Value = serde_json::from_str(&self.cloud.sandbox.snapshot(self.cloud.now)).unwrap();
        self.known.clear();
        for service in snapshot["services"].as_array().unwrap() {
            self.known.push(vec![("serviceId".to_owned(), plain(&service["id"]))]);
        }
        for (resource, records) in snapshot["store"].as_object().unwrap() {
            let of_resource = |operation: &&&Operation| operation.name.rsplit_once('.').unwrap().0 == resource;
            let longest = OPERATIONS.iter().filter(of_resource).map(|operation| operation.path_parameters);
            // Uploads are no resource of the contract.
            let Some(parameters) = longest.max_by_key(|parameters| parameters.len()) else { continue };
            for record in records.as_array().unwrap() {
                let names = parameters.iter().map(|parameter| parameter.name).filter(|name| *name != "organizationId");
                let values = record["path"].as_array().unwrap().iter().map(plain);
                self.known.push(names.map(str::to_owned).zip(values).collect());
            }
        }
    }
}

/// A moment of August 2026 or later in the year, as RFC 3339.
fn time(ms: f64) -> String {
    let days = ((ms - START) / 86_400_000.0).floor();
    let (month, day) = [(8, 31), (9, 30), (10, 31), (11, 30), (12, 31)]
        .into_iter()
        .try_fold(
            days as i64,
            |left, (month, length)| if left < length { Err((month, left + 1)) } else { Ok(left - length) },
        )
        .err()
        .unwrap_or((12, 31));
    let seconds = ((ms - START) / 1000.0).rem_euclid(86_400.0) as i64;
    format!("2026-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A value as a path or a query has it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The first place where two values differ, with both sides.
fn difference(one: &Value, other: &Value, place: &str) -> Option<String> {
    let text = |value: &Value| value.to_string().chars().take(200).collect::<String>();
    match (one, other) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            let mut pairs = left.iter().zip(right.values());
            pairs.find_map(|((name, left), right)| difference(left, right, &format!("{place}/{name}")))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(index, (left, right))| difference(left, right, &format!("{place}/{index}")))
        }
        _ => (one != other).then(|| format!("{place}: {} and {}", text(one), text(other))),
    }
}
