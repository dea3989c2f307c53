//! A random walk: requests of every kind, right and wrong, with pauses in between, each drawn from a number. The changes of
//! its ledger, sent again, lead to the same state.

use clickhouse_cloud::contract::{self, Method};
use clickhouse_cloud::host::HttpRequest;
use clickhouse_cloud::password::{double_sha1_hex, sha256_base64};
use clickhouse_cloud::sandbox::{Entry, Injection, LEDGER_ENTRIES, Options, Sandbox};
use clickhouse_cloud::secret::Secret;
use serde_json::{Value, json};

/// The pauses before a request, in seconds.
const RESTS: [f64; 15] = [0.0, 0.0, 0.5, 1.0, 3.0, 10.0, 10.0, 10.0, 20.0, 20.0, 30.0, 45.0, 60.0, 90.0, 150.0];
/// One step in so many has half a day before it: backups, idle services, finished deletions.
const LONG_REST: (usize, f64) = (300, 43_200.0);
/// The most services that the requests are about.
const REMEMBERED: usize = 32;

pub struct RandomWalk {
    pub sandbox: Sandbox,
    pub now: f64,
    /// The number of requests.
    pub asked: usize,
    services: Vec<String>,
}

/// Small numbers, drawn from a large one.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        let drawn = self.0 % bound as u64;
        self.0 /= bound as u64;
        drawn as usize
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

impl RandomWalk {
    pub fn new(options: Options, start: f64) -> Self {
        Self { sandbox: Sandbox::new(options), now: start, asked: 0, services: Vec::new() }
    }

    /// A pause and a request.
    pub fn step(&mut self, number: u64) {
        let mut draw = Draw(number);
        let rest = if draw.below(LONG_REST.0) == 0 { LONG_REST.1 } else { draw.one(&RESTS) };
        self.now += rest * 1_000.0;
        let (method, path, body) = self.draw_request(&mut draw);
        self.ask(method, &path, body);
        let last = self.sandbox.ledger().next_back().unwrap();
        if last.status == 404 {
            self.services.retain(|id| !last.path.contains(id.as_str()));
        }
        if let (Some("services.create"), Some(change)) = (last.operation, &last.change) {
            let id = change.split([' ', ';']).next().unwrap().to_owned();
            if self.services.len() == REMEMBERED {
                self.services.remove(0);
            }
            self.services.push(id);
        }
    }

    /// Walks until the ledger is full of new requests, and replays their changes in a sandbox that begins at the same
    /// snapshot: the states must be equal.
    pub fn walk_and_replay(&mut self) {
        let before = (self.sandbox.snapshot(self.now), self.now, self.asked);
        // A step is two requests at most.
        while self.asked - before.2 + 2 <= LEDGER_ENTRIES {
            // The steps of SplitMix64: far apart, and the same in every run.
            let state = (self.asked as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            self.step(mixed ^ mixed >> 27);
        }
        assert_consistent(&self.sandbox);
        let skipped = self.sandbox.ledger().len() - (self.asked - before.2);
        let mut again = Sandbox::new(without_faults(self.sandbox.options()));
        again.restore(before.1, &before.0).unwrap();
        replay(&mut again, self.sandbox.ledger().skip(skipped));
        assert_eq!(whole_state(&mut again, self.now), whole_state(&mut self.sandbox, self.now));
    }

    fn ask(&mut self, method: Method, path: &str, body: Option<String>) -> Value {
        self.asked += 1;
        let organization = self.sandbox.options().organization_id.clone();
        let url = format!("https://api.clickhouse.cloud/v1/organizations/{organization}{path}");
        ask(&mut self.sandbox, self.now, method, url, body)
    }

    fn draw_request(&mut self, draw: &mut Draw) -> (Method, String, Option<String>) {
        use Method::{Delete, Get, Patch, Post};
        let kind = draw.below(20);
        let id = if self.services.is_empty() { "nobody".to_owned() } else { draw.one(&self.services) };
        let service = format!("/services/{id}");
        let (path, body) = match kind {
            0..=2 => return (Post, "/services".to_owned(), Some(self.creation(&id, draw).to_string())),
            3 | 4 => (service, update(draw)),
            5 => (format!("{service}/scaling"), json!({ "maxTotalMemoryGb": draw.one(&[24, 96, 360]) })),
            6 => (format!("{service}/replicaScaling"), replicas(draw)),
            7 => (format!("{service}/password"), json!({})),
            8 => (format!("{service}/password"), hashes(draw.below(4))),
            9..=13 => {
                let command = draw.one(&["stop", "stop", "start", "awake"]);
                (format!("{service}/state"), json!({ "command": command }))
            }
            14 | 15 => return (Delete, service, None),
            16 => return (Get, service, None),
            17 => {
                return (Get, draw.one(&["/services", "/services?filter=tag:team=a", "", "/nowhere"]).to_owned(), None);
            }
            18 => return (Get, format!("{service}/backups"), None),
            _ => return (Patch, service, Some(draw.one(&["{", "[]", "{\"name\":1}", ""]).to_owned())),
        };
        (Patch, path, Some(body.to_string()))
    }

    /// The body of a creation; sometimes in a warehouse, or from a backup, of another service.
    fn creation(&mut self, other: &str, draw: &mut Draw) -> Value {
        let (provider, region) = draw.one(&[
            ("aws", "eu-west-1"),
            ("aws", "us-east-1"),
            ("gcp", "us-east1"),
            ("azure", "eastus2"),
            ("gcp", "eastus2"),
        ]);
        let mut body = json!({ "name": "walk", "provider": provider, "region": region, "ipAccessList": [] });
        let mut known = || {
            let state = self.sandbox.state(self.now);
            let services = state["services"].as_array().unwrap().iter();
            services.clone().find(|service| service["id"] == *other).cloned().unwrap_or_default()
        };
        let more = match draw.below(8) {
            0 => json!({ "idleTimeoutMinutes": 5 }),
            1 => json!({ "idleScaling": false, "tags": [{ "key": "team", "value": "a" }] }),
            2 => json!({ "tier": "development" }),
            3 => json!({ "minReplicaMemoryGb": 16, "minReplicas": 2, "maxReplicas": 6 }),
            4 => json!({ "endpoints": [{ "protocol": "mysql", "enabled": true }] }),
            5 => {
                let known = known();
                json!({ "dataWarehouseId": known["dataWarehouseId"], "provider": known["provider"], "region": known["region"] })
            }
            6 => {
                let known = known();
                let backups = self.ask(Method::Get, &format!("/services/{other}/backups"), None);
                json!({ "backupId": backups["result"][0]["id"], "provider": known["provider"], "region": known["region"] })
            }
            _ => json!({}),
        };
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }
}

fn update(draw: &mut Draw) -> Value {
    let address = |number: usize| json!([{ "source": format!("10.0.0.{number}") }]);
    match draw.below(5) {
        0 => json!({ "name": format!("walk {}", draw.below(100)) }),
        1 => json!({ "ipAccessList": { "add": address(draw.below(8)), "remove": address(draw.below(8)) } }),
        2 => json!({ "tags": { "add": [{ "key": draw.one(&["team", "env"]), "value": "a" }] } }),
        3 => json!({ "privateEndpointIds": { "add": ["vpce-1"], "remove": ["vpce-1"] }, "releaseChannel": "fast" }),
        _ => json!({ "endpoints": [{ "protocol": "mysql", "enabled": draw.below(2) == 0 }] }),
    }
}

fn replicas(draw: &mut Draw) -> Value {
    match draw.below(5) {
        0 => json!({ "numReplicas": 1 + draw.below(5) }),
        1 => json!({ "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 8, "minReplicas": 2, "maxReplicas": 4 }),
        2 => json!({ "minReplicas": 2, "maxReplicas": 2 + draw.below(5) }),
        3 => json!({ "idleScaling": draw.below(2) == 0, "idleTimeoutMinutes": 5 + draw.below(20) }),
        _ => json!({ "minReplicaMemoryGb": draw.one(&[8, 16, 64]), "numReplicas": 2 }),
    }
}

fn hashes(number: usize) -> Value {
    let password = format!("correct horse {number}");
    let (sha256, double_sha1) = (sha256_base64(password.as_bytes()), double_sha1_hex(password.as_bytes()));
    match number {
        0 => json!({ "newPasswordHash": sha256 }),
        1 => json!({ "newDoubleSha1Hash": double_sha1 }),
        _ => json!({ "newPasswordHash": sha256, "newDoubleSha1Hash": double_sha1 }),
    }
}

/// The JSON of the response; null without one.
fn ask(sandbox: &mut Sandbox, now: f64, method: Method, url: String, body: Option<String>) -> Value {
    use base64::Engine as _;
    let options = sandbox.options();
    let key = format!("{}:{}", options.key_id, options.key_secret.reveal());
    let authorization = Some(Secret::new(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(key))));
    let request = HttpRequest { method, url, headers: Vec::new(), authorization, body };
    let answer = sandbox.handle(now, &request).into_result();
    answer.ok().and_then(|response| serde_json::from_slice(&response.body).ok()).unwrap_or_default()
}

/// Sends the changes of a ledger again, and nothing else.
pub fn replay<'a>(sandbox: &mut Sandbox, ledger: impl Iterator<Item = &'a Entry>) {
    for entry in ledger.filter(|entry| entry.change.is_some()) {
        if let Some(fault) = entry.fault.filter(|fault| fault.changes_resource()) {
            sandbox.inject(Injection::once(fault)).unwrap();
        }
        let method = Method::ALL.into_iter().find(|method| method.as_str() == entry.method).unwrap();
        let body = entry.body.as_ref().map(|body| body.reveal().to_owned());
        ask(sandbox, entry.at, method, entry.path.clone(), body);
        let again = sandbox.ledger().next_back().unwrap();
        let status = entry.operation.and_then(contract::operation).map_or(200, |operation| operation.status);
        assert_eq!((again.status, &again.change), (status, &entry.change), "{entry:?}");
        assert_eq!(again.fault, entry.fault.filter(|fault| fault.changes_resource()), "{entry:?}");
    }
}

/// The state with upcoming states and hashes of passwords, without the draws and windows of reads.
pub fn whole_state(sandbox: &mut Sandbox, now: f64) -> Value {
    let mut all: Value = serde_json::from_str(&sandbox.snapshot(now)).unwrap();
    // Reads move these, too.
    for of_requests in ["request_ids", "faults", "windows"] {
        all.as_object_mut().unwrap().remove(of_requests).unwrap();
    }
    all
}

/// The same options without faults.
pub fn without_faults(options: &Options) -> Options {
    Options { faults: Vec::new(), rate_limit: None, ..options.clone() }
}

/// The invariants of every ledger.
pub fn assert_consistent(sandbox: &Sandbox) {
    assert!(sandbox.ledger().len() <= LEDGER_ENTRIES);
    assert!(sandbox.ledger().map(|entry| entry.at).is_sorted());
    for entry in sandbox.ledger() {
        if entry.change.is_some() {
            assert!(entry.operation.is_some() || entry.path.starts_with("/uploads/"), "{entry:?}");
            assert!(matches!(entry.status, 200 | 201) || entry.fault.is_some(), "{entry:?}");
        }
        assert!(entry.status != 0 || entry.fault.is_some(), "{entry:?}");
        assert!(entry.body.is_none() || entry.change.is_some(), "{entry:?}");
    }
}
