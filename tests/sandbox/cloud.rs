//! A sandbox with a clock that the test sets. Each response is checked: envelope, content type, the contract's schema, and
//! that every property is one of the contract's.

use clickhouse_cloud::contract::{self, AdditionalProperties, Kind, Method, ResponseKind, Schema};
use clickhouse_cloud::host::{HttpRequest, HttpResponse};
use clickhouse_cloud::sandbox::{Options, Sandbox};
use clickhouse_cloud::secret::Secret;
use clickhouse_cloud::validate::validate_response;
use serde_json::{Value, json};

/// 2026-08-01T00:00:00Z.
pub const START: f64 = 1_785_542_400_000.0;

pub struct Cloud {
    pub sandbox: Sandbox,
    pub now: f64,
}

pub struct Received {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub json: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn result(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.text);
        &self.json["result"]
    }

    /// The text of the refusal with this status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        self.json["error"].as_str().unwrap()
    }
}

impl Cloud {
    /// Without a rate limit, and with room for many services.
    pub fn new() -> Self {
        Self::of(Options { rate_limit: None, max_services: 1_000, ..Options::default() })
    }

    pub fn of(options: Options) -> Self {
        Self { sandbox: Sandbox::new(options), now: START }
    }

    pub fn wait(&mut self, seconds: f64) {
        self.now += seconds * 1000.0;
    }

    /// The states of a resource, asked every second, until it has one of them.
    #[track_caller]
    pub fn states_until(&mut self, path: &str, property: &str, until: &str) -> Vec<String> {
        let mut states: Vec<String> = Vec::new();
        for _ in 0..2000 {
            let state = self.get(path).result()[property].as_str().unwrap().to_owned();
            if states.last() != Some(&state) {
                states.push(state.clone());
            }
            if state == until {
                return states;
            }
            self.wait(1.0);
        }
        panic!("never {until}: {states:?}");
    }

    /// The address of a path in the organization.
    pub fn url(&self, path: &str) -> String {
        format!("https://api.clickhouse.cloud/v1/organizations/{}{path}", self.sandbox.options().organization_id)
    }

    pub fn get(&mut self, path: &str) -> Received {
        self.send(Method::Get, &self.url(path), None)
    }

    pub fn delete(&mut self, path: &str) -> Received {
        self.send(Method::Delete, &self.url(path), None)
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Received {
        self.send(Method::Post, &self.url(path), Some(body.to_string()))
    }

    pub fn patch(&mut self, path: &str, body: &Value) -> Received {
        self.send(Method::Patch, &self.url(path), Some(body.to_string()))
    }

    pub fn send(&mut self, method: Method, url: &str, body: Option<String>) -> Received {
        self.send_as(Some(self.first_key()), method, url, body)
    }

    /// The header of the first key.
    fn first_key(&self) -> Secret {
        let options = self.sandbox.options();
        basic(&options.key_id, options.key_secret.reveal())
    }

    /// A request with a method that the contract does not have.
    pub fn send_other(&mut self, method: &str, url: &str) -> HttpResponse {
        let key = self.first_key();
        let response = self.sandbox.handle_wire(self.now, method, url, Some(&key), None, None).into_result().unwrap();
        let entry = self.sandbox.ledger().next_back().unwrap();
        assert_eq!((&*entry.method, entry.status), (method, response.status));
        response
    }

    /// Sends a file to the address of an upload.
    pub fn upload(&mut self, url: &str, file: &str) -> u16 {
        let reply = self.sandbox.handle_wire(self.now, "PUT", url, None, Some(file.as_bytes()), None);
        reply.into_result().unwrap().status
    }

    /// Sends a request with the first key. Nothing in the response is checked: a fault may have altered it.
    pub fn send_unchecked(&mut self, method: Method, url: &str) -> HttpResponse {
        let authorization = Some(self.first_key());
        let request = HttpRequest { method, url: url.to_owned(), headers: Vec::new(), authorization, body: None };
        self.sandbox.handle(self.now, &request).into_result().unwrap()
    }

    pub fn send_as(&mut self, key: Option<Secret>, method: Method, url: &str, body: Option<String>) -> Received {
        let request = HttpRequest { method, url: url.to_owned(), headers: Vec::new(), authorization: key, body };
        let response = self.sandbox.handle(self.now, &request).into_result().unwrap();
        let content_type = response.header("content-type").unwrap().to_owned();
        let text = String::from_utf8(response.body).unwrap();
        let entry = self.sandbox.ledger().next_back().unwrap();
        if let Some(ResponseKind::Text(media_type)) = kind(entry.operation).filter(|_| response.status < 300) {
            assert_eq!(content_type, format!("{media_type}; charset=utf-8"));
            return Received { status: response.status, headers: response.headers, text, json: Value::Null };
        }
        assert_eq!(content_type, "application/json; charset=utf-8");
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((entry.at, &*entry.method, entry.status), (self.now, method.as_str(), response.status));
        check(entry.operation, response.status, &text, &json);
        Received { status: response.status, headers: response.headers, text, json }
    }

    /// Creates a service with these properties beside the required ones. Returns its id and its password.
    #[track_caller]
    pub fn create(&mut self, more: &Value) -> (String, String) {
        let answer = self.post("/services", &body(more));
        let result = answer.result();
        (result["service"]["id"].as_str().unwrap().to_owned(), result["password"].as_str().unwrap().to_owned())
    }

    /// The same, and waits until it runs.
    #[track_caller]
    pub fn create_running(&mut self, more: &Value) -> (String, String) {
        let (id, password) = self.create(more);
        self.until(&id, "running");
        (id, password)
    }

    pub fn state(&mut self, id: &str) -> String {
        let answer = self.get(&format!("/services/{id}"));
        answer.result()["state"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn command(&mut self, id: &str, command: &str) -> Received {
        self.patch(&format!("/services/{id}/state"), &json!({ "command": command }))
    }

    /// Waits second by second until the service has that state. Returns the number of seconds.
    #[track_caller]
    pub fn until(&mut self, id: &str, state: &str) -> u32 {
        for seconds in 0..7200 {
            if self.state(id) == state {
                return seconds;
            }
            self.wait(1.0);
        }
        panic!("never {state}, but {}", self.state(id));
    }
}

/// The body of a creation.
pub fn body(more: &Value) -> Value {
    let mut body = json!({ "name": "events", "provider": "aws", "region": "eu-west-1", "ipAccessList": [] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub fn basic(id: &str, secret: &str) -> Secret {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    Secret::new(format!("Basic {key}"))
}

fn kind(operation: Option<&str>) -> Option<&'static ResponseKind> {
    Some(&contract::operation(operation?)?.response)
}

#[track_caller]
fn check(operation: Option<&str>, status: u16, text: &str, json: &Value) {
    assert_eq!(json["status"], status);
    let request_id = json["requestId"].as_str().unwrap();
    assert_eq!(request_id.len(), 36);
    if status >= 300 {
        assert_eq!(json.as_object().unwrap().len(), 3, "{text}");
        let (code, words) = json["error"].as_str().unwrap().split_once(": ").unwrap();
        assert!(code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{text}");
        assert!(!words.is_empty());
        return;
    }
    let operation = contract::operation(operation.unwrap()).unwrap();
    let ResponseKind::Json(schema) = operation.response else {
        assert!(json.get("result").is_none(), "{text}");
        return;
    };
    let envelope = validate_response(text.as_bytes(), Some(schema));
    assert!(envelope.enveloped);
    assert_eq!(envelope.request_id.as_deref(), Some(request_id));
    assert_eq!(envelope.issues, [], "{text}");
    known(&json["result"], schema, operation.name);
}

/// Every property is one of the contract's.
#[track_caller]
fn known(value: &Value, schema: &Schema, place: &str) {
    match (&schema.kind, value) {
        (Kind::Array { items, .. }, Value::Array(values)) => {
            for value in values {
                known(value, items, place);
            }
        }
        (Kind::Object(record), Value::Object(object)) => {
            for (name, value) in object {
                let property = record.properties.iter().find(|property| property.name == name);
                match (property, &record.additional) {
                    (Some(property), _) => known(value, property.schema, name),
                    (None, AdditionalProperties::Schema(schema)) => known(value, schema, name),
                    (None, AdditionalProperties::Allowed) => {}
                    // Any object.
                    (None, AdditionalProperties::Unspecified) if record.properties.is_empty() => {}
                    (None, AdditionalProperties::Unspecified) => panic!("{place} shows {name}"),
                }
            }
        }
        (Kind::Enum { values, .. }, Value::String(value)) => {
            // A region may be any that was asked for.
            assert!(values.contains(&value.as_str()) || place == "region", "{place} is {value}");
        }
        _ => {}
    }
}
