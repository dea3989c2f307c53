//! The organization, determinism, the ledger, limits, and which operations are played.

use clickhouse_cloud::contract::{Method, OPERATIONS};
use clickhouse_cloud::host::HttpRequest;
use clickhouse_cloud::sandbox::{Delivery, LEDGER_ENTRIES, Options, Sandbox, plays};
use serde_json::json;

use crate::cloud::{Cloud, START, body};

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn there_is_one_organization() {
    let mut cloud = Cloud::new();
    let organization = cloud.get("").result().clone();
    assert_eq!(organization["name"], "Sandbox");
    assert_eq!(organization["id"], cloud.sandbox.options().organization_id);
    let list = cloud.send(Method::Get, "https://api.clickhouse.cloud/v1/organizations", None);
    assert_eq!(list.result(), &json!([organization]));
    assert_eq!(cloud.get("/services").result(), &json!([]));
}

#[test]
fn an_operation_is_played_or_rejected_with_501() {
    let mut cloud = Cloud::new();
    let organization = cloud.sandbox.options().organization_id.clone();
    for operation in OPERATIONS {
        let path: Vec<&str> = operation
            .path
            .split('/')
            .map(|part| match part {
                "{organizationId}" => organization.as_str(),
                _ if part.starts_with('{') => NOBODY,
                _ => part,
            })
            .collect();
        let url = format!("https://api.clickhouse.cloud{}", path.join("/"));
        let answer = cloud.send(operation.method, &url, operation.body.as_ref().map(|_| "{}".to_owned()));
        assert_eq!(answer.status == 501, !plays(operation), "{}", operation.name);
        if answer.status == 501 {
            let expected = format!("NOT_IMPLEMENTED: the sandbox does not play {} yet", operation.name);
            assert_eq!(answer.json["error"], expected);
        }
        assert_eq!(cloud.sandbox.ledger().next_back().unwrap().operation, Some(operation.name));
    }
    for name in ["services.create", "services.updateState", "backups.list", "organizations.get"] {
        assert!(plays(clickhouse_cloud::contract::operation(name).unwrap()), "{name}");
    }
}

/// Every byte of the responses to a series of requests.
fn course(seed: u64) -> Vec<String> {
    let mut cloud = Cloud::of(Options { seed, ..Options::default() });
    let mut texts = Vec::new();
    for round in 0..5 {
        let answer = cloud.post("/services", &body(&json!({ "name": format!("service {round}") })));
        let path = format!("/services/{}", answer.json["result"]["service"]["id"].as_str().unwrap());
        texts.push(answer.text);
        cloud.wait(400.0);
        texts.push(cloud.get(&format!("{path}/backups")).text);
        texts.push(cloud.patch(&format!("{path}/password"), &json!({})).text);
        texts.push(cloud.patch(&format!("{path}/state"), &json!({ "command": "stop" })).text);
        texts.extend((0..10).map(|_| cloud.get("/services").text));
        cloud.wait(20.0);
    }
    texts
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    assert_eq!(course(7), course(7));
    assert_ne!(course(7), course(8));
}

#[test]
fn a_rejected_request_changes_no_later_response() {
    let mut with = Cloud::new();
    let mut without = Cloud::new();
    assert_eq!(with.post("/services", &body(&json!({ "region": "westus3" }))).status, 400);
    assert_eq!(with.create(&json!({})), without.create(&json!({})));
}

#[test]
fn the_ledger_has_requests_and_changes() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.patch(&format!("/services/{id}"), &json!({ "name": "other" }));
    cloud.command(&id, "stop");
    cloud.command(&id, "stop");
    cloud.delete(&format!("/services/{id}"));
    let last: Vec<_> = cloud.sandbox.ledger().rev().take(4).map(|it| (it.status, it.change.as_deref())).collect();
    assert_eq!(last, [(409, None), (200, None), (200, Some("running -> stopping")), (200, Some("updated name"))]);
    let created = cloud.sandbox.ledger().next().unwrap();
    assert_eq!((&*created.method, created.operation), ("POST", Some("services.create")));
    assert_eq!(created.change, Some(format!("{id} created")));
    assert_eq!(created.at, START);
    assert!(created.path.ends_with("/services"));
}

#[test]
fn the_ledger_is_bounded() {
    let mut cloud = Cloud::new();
    for _ in 0..LEDGER_ENTRIES + 10 {
        cloud.get("/nowhere");
    }
    assert_eq!(cloud.sandbox.ledger().len(), LEDGER_ENTRIES);
}

#[test]
fn time_never_runs_backwards_and_ends() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let options = cloud.sandbox.options();
    let request = HttpRequest {
        method: Method::Get,
        url: cloud.url(&format!("/services/{id}")),
        headers: Vec::new(),
        authorization: Some(crate::cloud::basic(&options.key_id, options.key_secret.reveal())),
        body: None,
    };
    for moment in [START, f64::NAN, f64::NEG_INFINITY] {
        let Delivery::Respond(response) = cloud.sandbox.handle(moment, &request).delivery else { panic!("dropped") };
        assert!(String::from_utf8(response.body).unwrap().contains("\"state\":\"running\""));
        assert_eq!(cloud.sandbox.ledger().next_back().unwrap().at, cloud.now);
    }
    cloud.now = 8.64e15;
    assert_eq!(cloud.state(&id), "idle");
    assert_eq!(cloud.command(&id, "stop").status, 200);
    cloud.sandbox.handle(f64::INFINITY, &request);
    assert_eq!(cloud.state(&id), "stopped");
}

#[test]
fn responses_are_delayed_by_the_latency() {
    let mut sandbox = Sandbox::new(Options { latency_ms: 25.0, ..Options::default() });
    let request = HttpRequest {
        method: Method::Get,
        url: "/v1/organizations".to_owned(),
        headers: Vec::new(),
        authorization: None,
        body: None,
    };
    assert_eq!(sandbox.handle(START, &request).delay_ms, 25.0);
}

#[test]
fn an_organization_has_so_many_services() {
    let mut cloud = Cloud::of(Options { rate_limit: None, ..Options::default() });
    let ids: Vec<String> = (0..20).map(|_| cloud.create(&json!({})).0).collect();
    assert_eq!(
        cloud.post("/services", &body(&json!({}))).refused(400),
        "BAD_REQUEST: the organization may have at most 20 services"
    );
    assert_eq!(cloud.delete(&format!("/services/{}", ids[7])).status, 200);
    assert_eq!(cloud.post("/services", &body(&json!({}))).status, 400, "it is not gone yet");
    cloud.wait(121.0);
    cloud.create(&json!({}));
    assert_eq!(cloud.get("/services").result().as_array().unwrap().len(), 20);
}

#[test]
fn a_cached_response_is_never_stale() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    let read = |cloud: &mut Cloud| (cloud.get(&path).result().clone(), cloud.get("/services").result()[0].clone());
    for turn in 0..300 {
        let (one, listed) = read(&mut cloud);
        assert_eq!(one, listed, "{turn}");
        match turn % 6 {
            0 => drop(cloud.patch(&path, &json!({ "name": format!("turn {turn}") }))),
            1 => drop(cloud.command(&id, "stop")),
            3 => drop(cloud.command(&id, "start")),
            4 => drop(cloud.patch(&format!("{path}/replicaScaling"), &json!({ "idleTimeoutMinutes": 5 + turn }))),
            _ => cloud.wait(70.0),
        }
    }
}
