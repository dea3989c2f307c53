//! Every operation of the contract, in any order: each response keeps the contract, nothing is left to 501, and the changes
//! of the ledger, sent again, lead to the same state.

use std::collections::BTreeMap;

use clickhouse_cloud::contract::{self, Kind, Method, OPERATIONS, Operation, Parameter};
use clickhouse_cloud::sandbox::{Fault, Injection, LEDGER_ENTRIES, Options, Sandbox, plays};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::examples::{self, Draw};
use crate::faults::breaches;
use crate::random_walk::{assert_consistent, replay, whole_state, without_faults};

/// The pauses before a request, in seconds.
const RESTS: [f64; 8] = [0.0, 0.0, 1.0, 5.0, 20.0, 60.0, 150.0, 900.0];
/// One step in so many has half a day before it.
const LONG_REST: (usize, f64) = (200, 43_200.0);
/// How many requests pass before the walk looks which records there are.
const LOOK_EVERY: usize = 20;

/// Requests of all operations, drawn from a seed.
struct Walk {
    cloud: Cloud,
    draw: Draw,
    asked: usize,
    /// The values that parameters of paths have somewhere, by the parameter's name.
    known: BTreeMap<String, Vec<String>>,
    /// The id of the key that sends the requests.
    own_key: String,
    /// How often each operation succeeded.
    succeeded: BTreeMap<&'static str, usize>,
    last_url: String,
    /// Uploads whose file was sent, and that no version has.
    uploads: Vec<Value>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut cloud = Cloud::of(Options { seed, rate_limit: None, ..Options::default() });
        let own_key = cloud.get("/keys").result()[0]["id"].as_str().unwrap().to_owned();
        let (known, succeeded) = (BTreeMap::new(), BTreeMap::new());
        Self {
            cloud,
            draw: Draw::new(seed),
            asked: 0,
            known,
            own_key,
            succeeded,
            last_url: String::new(),
            uploads: Vec::new(),
        }
    }

    /// A pause and a request.
    fn step(&mut self) {
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
        let url = self.url(operation);
        if self.draw.below(8) != 0 && operation.method == Method::Delete {
            return;
        }
        if url.contains(&self.own_key) && operation.method != Method::Get {
            return;
        }
        self.last_url.clone_from(&url);
        let body = operation.body.is_some().then(|| self.body(operation).to_string());
        let (status, result) = self.cloud.send_any(operation.method, &url, body);
        assert!(
            status == operation.status || [400, 403, 404, 409, 424].contains(&status),
            "{} {url}: {status}",
            operation.name
        );
        if status == operation.status {
            *self.succeeded.entry(operation.name).or_default() += 1;
            self.learn(operation, &result);
            if let Some(url) = result.get("uploadUrl").and_then(Value::as_str) {
                assert_eq!(self.cloud.upload(url, "print(1)"), 200);
                self.uploads.push(result["uploadId"].clone());
            }
        }
    }

    /// Remembers the identities of listed things, for those that are made at each request and stand in no snapshot.
    fn learn(&mut self, operation: &'static Operation, result: &Value) {
        let Some(resource) = operation.name.strip_suffix(".list") else { return };
        let Some(one) = contract::operation(&format!("{resource}.get")) else { return };
        let parameter = one.path_parameters.last().unwrap().name;
        let values = self.known.entry(parameter.to_owned()).or_default();
        for item in result.as_array().into_iter().flatten() {
            let id = item.get(parameter).or(item.get("id")).and_then(Value::as_str);
            values.extend(id.map(str::to_owned));
        }
        values.dedup();
        let surplus = values.len().saturating_sub(100);
        values.drain(..surplus);
    }

    /// A body that the contract allows; names of things that exist are more likely than others.
    fn body(&mut self, operation: &'static Operation) -> Value {
        let mut body = examples::body(operation, &mut self.draw);
        if operation.name == "services.create" {
            let name = format!("walk {}", self.draw.below(100));
            body = json!({ "name": name, "provider": "aws", "region": "eu-west-1", "idleTimeoutMinutes": 5 });
        }
        if body.get("uploadId").is_some()
            && let Some(upload) = self.uploads.pop()
        {
            body["uploadId"] = upload;
        }
        body
    }

    fn url(&mut self, operation: &'static Operation) -> String {
        let mut path = operation.path.to_owned();
        for Parameter { name, schema, .. } in operation.path_parameters {
            let value = match self.known.get(*name) {
                _ if *name == "organizationId" => self.cloud.sandbox.options().organization_id.clone(),
                Some(values) if !values.is_empty() && self.draw.below(20) != 0 => self.draw.one(values).clone(),
                _ => plain(&examples::of_schema(schema, &mut self.draw)),
            };
            path = path.replace(&format!("{{{name}}}"), &encoded(&value));
        }
        let mut query = String::new();
        for Parameter { name, schema, required } in operation.query_parameters {
            if !*required && self.draw.below(3) != 0 {
                continue;
            }
            let value = examples::of_schema(schema, &mut self.draw);
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
        // What was learned from lists may be gone, too.
        self.known.retain(|_, values| self.asked % (LOOK_EVERY * 10) != 0 && !values.is_empty());
        let services = snapshot["services"].as_array().unwrap();
        let mut add = |name: &str, value: &Value| {
            let values = self.known.entry(name.to_owned()).or_default();
            values.extend(value.as_str().map(str::to_owned));
        };
        for service in services {
            add("serviceId", &service["id"]);
        }
        for (resource, records) in snapshot["store"].as_object().unwrap() {
            let one = OPERATIONS.iter().filter(|operation| operation.name.rsplit_once('.').unwrap().0 == resource);
            let longest = one.map(|operation| operation.path_parameters).max_by_key(|parameters| parameters.len());
            // The uploads of functions have no path in the contract.
            let Some(longest) = longest else { continue };
            for record in records.as_array().unwrap() {
                let parameters = longest.iter().filter(|parameter| parameter.name != "organizationId");
                for (parameter, value) in parameters.zip(record["path"].as_array().unwrap()) {
                    add(parameter.name, value);
                }
            }
        }
    }
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

#[test]
fn every_operation_is_played() {
    let left: Vec<&str> =
        OPERATIONS.iter().filter(|operation| !plays(operation)).map(|operation| operation.name).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn the_changes_of_all_operations_lead_to_the_same_state() {
    let mut succeeded: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..10 {
        let mut walk = Walk::new(seed);
        // Twice: from the start, and from a snapshot on.
        let mut replayed = Sandbox::new(without_faults(walk.cloud.sandbox.options()));
        for _ in 0..2 {
            let before = walk.cloud.sandbox.ledger().len();
            while walk.cloud.sandbox.ledger().len() < before + LEDGER_ENTRIES / 2 {
                walk.step();
            }
            assert_consistent(&walk.cloud.sandbox);
            replay(&mut replayed, walk.cloud.sandbox.ledger().skip(before));
            let expected = whole_state(&mut walk.cloud.sandbox, walk.cloud.now);
            assert_eq!(whole_state(&mut replayed, walk.cloud.now), expected, "seed {seed}");
            let snapshot = walk.cloud.sandbox.snapshot(walk.cloud.now);
            replayed = Sandbox::new(Options { seed: seed + 100, ..without_faults(walk.cloud.sandbox.options()) });
            replayed.restore(walk.cloud.now, &snapshot).unwrap();
        }
        for (name, count) in walk.succeeded {
            *succeeded.entry(name).or_default() += count;
        }
    }
    let never: Vec<&str> =
        OPERATIONS.iter().map(|operation| operation.name).filter(|name| !succeeded.contains_key(name)).collect();
    assert_eq!(never, [""; 0], "these never succeeded");
}

#[test]
fn faults_alter_the_responses_of_all_operations() {
    let altering = [Fault::WrongType, Fault::MissingProperty, Fault::UnknownState, Fault::UnknownProperty];
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..4 {
        let mut walk = Walk::new(seed);
        for _ in 0..3_000 {
            walk.step();
            let last = walk.cloud.sandbox.ledger().next_back().unwrap();
            // A read that has just succeeded succeeds again, and now meets a fault.
            let read = last.operation.and_then(contract::operation).filter(|operation| operation.method == Method::Get);
            let (Some(operation), 200) = (read, last.status) else { continue };
            let fault = *walk.draw.one(&altering);
            if !fault.applies_to(operation) {
                continue;
            }
            let url = walk.last_url.clone();
            walk.cloud
                .sandbox
                .inject(Injection { operation: Some(operation.name.to_owned()), ..Injection::once(fault) })
                .unwrap();
            let response = walk.cloud.send_unchecked(Method::Get, &url);
            if walk.cloud.sandbox.ledger().next_back().unwrap().fault != Some(fault) {
                // An empty list has nothing to alter: the injection waits for the next request.
                walk.cloud.sandbox = Sandbox::new(walk.cloud.sandbox.options().clone());
                walk.known.clear();
                continue;
            }
            let broken = usize::from(matches!(fault, Fault::WrongType | Fault::MissingProperty));
            assert_eq!(breaches(operation, &response), broken, "{} {}", fault.name(), operation.name);
            *met.entry(operation.name).or_default() += 1;
        }
    }
    assert!(met.len() > 40, "{met:?}");
}
