//! Faults: the delivery to the client, and whether the change was made.

use clickhouse_cloud::contract::{self, Method, OPERATIONS, Operation, ResponseKind};
use clickhouse_cloud::host::{HttpRequest, HttpResponse};
use clickhouse_cloud::sandbox::{Delivery, Fault, Injection, Options, RateLimit, Reply};
use clickhouse_cloud::validate::validate_response;
use serde_json::{Value, json};

use crate::cloud::{Cloud, basic, body};

const SERVICE: &str = "/v1/organizations/{organizationId}/services/{serviceId}";

/// Sends a request without checks of the response.
fn ask(cloud: &mut Cloud, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let options = cloud.sandbox.options();
    let request = HttpRequest {
        method,
        url: cloud.url(path),
        headers: Vec::new(),
        authorization: Some(basic(&options.key_id, options.key_secret.reveal())),
        body: body.map(Value::to_string),
    };
    cloud.sandbox.handle(cloud.now, &request)
}

#[track_caller]
fn answered(reply: Reply) -> HttpResponse {
    match reply.delivery {
        Delivery::Respond(response) => response,
        Delivery::Drop => panic!("dropped"),
    }
}

fn parse(response: &HttpResponse) -> Option<Value> {
    serde_json::from_slice(&response.body).ok()
}

pub fn breaches(operation: &Operation, response: &HttpResponse) -> usize {
    let ResponseKind::Json(schema) = operation.response else { panic!("{} brings no JSON", operation.name) };
    validate_response(&response.body, Some(schema)).issues.len()
}

fn seeded(seed: u64) -> Cloud {
    Cloud::of(Options { seed, rate_limit: None, ..Options::default() })
}

/// Renames a service under a fault. Returns the reply, and whether the service has the new name.
fn rename(fault: Fault, seed: u64) -> (Reply, bool) {
    let mut cloud = seeded(seed);
    let (id, _) = cloud.create(&json!({}));
    cloud.wait(200.0);
    let path = format!("/services/{id}");
    cloud.sandbox.inject(Injection::once(fault)).unwrap();
    let reply = ask(&mut cloud, Method::Patch, &path, Some(&json!({ "name": "renamed" })));
    let changed = {
        let entry = cloud.sandbox.ledger().next_back().unwrap();
        assert_eq!(entry.fault, Some(fault));
        assert_eq!(entry.status, if let Delivery::Respond(response) = &reply.delivery { response.status } else { 0 });
        entry.change.is_some()
    };
    if fault == Fault::Outage {
        cloud.wait(90.0);
    }
    let renamed = cloud.get(&path).result()["name"] == "renamed";
    assert_eq!(changed, renamed, "the ledger says something else");
    assert_eq!(cloud.sandbox.ledger().next_back().unwrap().fault, None, "it met one request");
    (reply, renamed)
}

#[test]
fn each_fault_does_what_it_says() {
    let update = contract::operation("services.update").unwrap();
    for seed in 0..10 {
        for fault in Fault::ALL {
            if !fault.applies_to(update) {
                continue;
            }
            let (reply, renamed) = rename(*fault, seed);
            assert_eq!(reply.delay_ms > 0.0, *fault == Fault::Slow);
            if *fault == Fault::Outage {
                assert!(!renamed);
                if let Delivery::Respond(response) = &reply.delivery {
                    assert_eq!((response.status, parse(response)), (503, None));
                }
                continue;
            }
            if matches!(fault, Fault::DropBefore | Fault::DropAfter) {
                assert!(matches!(reply.delivery, Delivery::Drop));
                assert_eq!(renamed, *fault == Fault::DropAfter);
                continue;
            }
            let response = answered(reply.clone());
            let json = parse(&response);
            let name = fault.name();
            match fault {
                Fault::RateLimited => {
                    assert_eq!((response.status, renamed), (429, false));
                    let reset: f64 = response.header("x-ratelimit-reset").unwrap().parse().unwrap();
                    assert!(reset > 0.0 && reset <= 10.0, "{reset}");
                    assert_eq!(response.header("x-ratelimit-remaining"), Some("0"));
                    assert!(json.unwrap()["error"].as_str().unwrap().starts_with("RATE_LIMITED: "));
                }
                Fault::ServerError => {
                    assert_eq!((response.status, renamed), (500, false));
                    assert!(json.unwrap()["error"].as_str().unwrap().starts_with("INTERNAL_ERROR: "));
                }
                Fault::Unavailable => {
                    assert_eq!((response.status, renamed, json), (503, false, None));
                    if let Some(after) = response.header("retry-after") {
                        assert!((1..=5).contains(&after.parse::<u32>().unwrap()), "{after}");
                    }
                }
                Fault::Html => {
                    assert_eq!((response.status, json), (502, None));
                    assert_eq!(response.header("content-type"), Some("text/html"));
                }
                Fault::NotFoundPage => {
                    assert_eq!((response.status, json, renamed), (404, None, false));
                    assert_eq!(response.header("content-type"), Some("text/html"));
                }
                Fault::Degraded | Fault::BackupFailed => {
                    assert_eq!((response.status, breaches(update, &response), renamed), (200, 0, true));
                }
                Fault::Slow => {
                    assert_eq!((response.status, breaches(update, &response), renamed), (200, 0, true));
                    assert!((2_000.0..=45_000.0).contains(&reply.delay_ms));
                }
                Fault::Truncated => {
                    assert_eq!((response.status, json, renamed), (200, None, true), "{name}");
                    assert!(!response.body.is_empty());
                }
                Fault::WrongType | Fault::MissingProperty => {
                    assert_eq!((response.status, breaches(update, &response), renamed), (200, 1, true), "{name}");
                }
                Fault::UnknownState | Fault::UnknownProperty => {
                    assert_eq!((response.status, breaches(update, &response), renamed), (200, 0, true), "{name}");
                }
                Fault::DropBefore | Fault::DropAfter | Fault::Outage => panic!("{name} was met above"),
                Fault::Failed
                | Fault::PartiallyRunning
                | Fault::IdleFirst
                | Fault::SoftDeleted
                | Fault::InternalError
                | Fault::SourceGone
                | Fault::Crashed
                | Fault::Rejected
                | Fault::Expired
                | Fault::StaleRead => {
                    panic!("{name} meets no update")
                }
            }
        }
    }
}

#[test]
fn what_is_by_chance_comes_either_way() {
    let made = (0..40).filter(|seed| rename(Fault::Html, *seed).1).count();
    assert!((8..=32).contains(&made), "{made}");
    let after = (0..40).filter(|seed| answered(rename(Fault::Unavailable, *seed).0).header("retry-after").is_some());
    assert!((8..=32).contains(&after.count()));
    let long = (0..40).filter(|seed| rename(Fault::Slow, *seed).0.delay_ms > 30_000.0).count();
    assert!((4..=36).contains(&long), "{long}");
}

/// A request of each operation on services and backups, on a running service with a backup. The walk over every operation
/// (`every_operation`) meets the others.
fn requests(cloud: &mut Cloud) -> Vec<(&'static Operation, String, Option<Value>)> {
    let (id, _) = cloud.create(&json!({ "tags": [{ "key": "a" }] }));
    cloud.wait(800.0);
    let backup = cloud.get(&format!("/services/{id}/backups")).result()[0]["id"].as_str().unwrap().to_owned();
    let bodies = [
        ("services.create", body(&json!({}))),
        ("services.update", json!({ "name": "other" })),
        ("services.updateState", json!({ "command": "awake" })),
        ("services.updateScaling", json!({ "minTotalMemoryGb": 48 })),
        ("services.updateReplicaScaling", json!({ "minReplicaMemoryGb": 16 })),
        ("services.updatePassword", json!({})),
    ];
    let reads =
        ["organizations.list", "organizations.get", "services.list", "services.get", "backups.list", "backups.get"];
    let named = |operation: &&&Operation| {
        reads.contains(&operation.name) || bodies.iter().any(|(name, _)| *name == operation.name)
    };
    let json = OPERATIONS.iter().filter(named);
    let organization = cloud.sandbox.options().organization_id.clone();
    json.map(|operation| {
        let path = operation.path.replace("{organizationId}", &organization);
        let path = path.replace("{serviceId}", &id).replace("{backupId}", &backup);
        let body = bodies.iter().find(|(name, _)| *name == operation.name).map(|(_, body)| body.clone());
        (*operation, path, body)
    })
    .collect()
}

#[test]
fn responses_are_altered_by_the_contract() {
    for seed in 0..20 {
        let mut cloud = seeded(seed);
        for (operation, path, body) in requests(&mut cloud) {
            for fault in [Fault::WrongType, Fault::MissingProperty, Fault::UnknownState, Fault::UnknownProperty] {
                // The organization has a state only inside the list of its infrastructure, which is empty here.
                let empty = fault == Fault::UnknownState && operation.name.starts_with("organizations.");
                if empty || !fault.applies_to(operation) {
                    continue;
                }
                cloud.sandbox.inject(Injection::once(fault)).unwrap();
                let options = cloud.sandbox.options();
                let authorization = Some(basic(&options.key_id, options.key_secret.reveal()));
                let body = body.as_ref().map(Value::to_string);
                let request =
                    HttpRequest { method: operation.method, url: path.clone(), headers: vec![], authorization, body };
                let response = answered(cloud.sandbox.handle(cloud.now, &request));
                let place = format!("{} {}", fault.name(), operation.name);
                assert_eq!(response.status, 200, "{place}");
                assert_eq!(cloud.sandbox.ledger().next_back().unwrap().fault, Some(fault), "{place}");
                let broken = usize::from(matches!(fault, Fault::WrongType | Fault::MissingProperty));
                assert_eq!(breaches(operation, &response), broken, "{place}");
                let text = String::from_utf8(response.body).unwrap();
                if fault == Fault::UnknownState {
                    let known = ["hibernating", "relocating", "awaiting_approval"];
                    assert!(known.iter().any(|state| text.contains(&format!("\"state\":\"{state}\""))), "{text}");
                }
                if fault == Fault::UnknownProperty {
                    assert!(text.to_lowercase().replace(['-', '_'], "").contains("futurefeature\":"), "{text}");
                }
            }
        }
    }
}

#[test]
fn truncated_json_is_never_json() {
    let mut cloud =
        Cloud::of(Options { faults: vec![(Fault::Truncated, 1.0)], rate_limit: None, ..Options::default() });
    for path in ["/services", "/services/x", "/nowhere", ""] {
        for _ in 0..100 {
            let response = answered(ask(&mut cloud, Method::Get, path, None));
            // A fault meets only a request with an operation.
            assert_eq!(parse(&response).is_some(), path == "/nowhere");
        }
    }
}

#[test]
fn an_outage_meets_all_requests_for_ninety_seconds() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.sandbox.inject(Injection::once(Fault::Outage)).unwrap();
    // The outage leaves a waiting injection alone.
    cloud.sandbox.inject(Injection::once(Fault::ServerError)).unwrap();
    let before = cloud.sandbox.ledger().len();
    let mut met = [0, 0];
    for round in 0..60 {
        let path = if round % 2 == 0 { "/services".to_owned() } else { format!("/services/{id}") };
        match ask(&mut cloud, if round % 4 == 3 { Method::Delete } else { Method::Get }, &path, None).delivery {
            Delivery::Respond(response) if response.status == 503 => met[0] += 1,
            Delivery::Drop => met[1] += 1,
            Delivery::Respond(response) => panic!("{}", response.status),
        }
        cloud.wait(1.5);
    }
    assert!(met.iter().all(|count| *count > 10), "{met:?}");
    let ledger: Vec<_> = cloud.sandbox.ledger().skip(before).map(|entry| (entry.fault, entry.change.clone())).collect();
    assert!(ledger.iter().all(|entry| *entry == (Some(Fault::Outage), None)));
    assert_eq!(answered(ask(&mut cloud, Method::Get, "/services", None)).status, 500);
    assert_eq!(answered(ask(&mut cloud, Method::Get, "/services", None)).status, 200);
}

#[test]
fn a_stale_read_shows_what_was_so_before() {
    let mut cloud = Cloud::new();
    let stale = Injection { times: 1_000, path: Some(SERVICE.to_owned()), ..Injection::once(Fault::StaleRead) };
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    cloud.wait(100.0);
    cloud.patch(&path, &json!({ "name": "renamed" }));
    cloud.sandbox.inject(stale).unwrap();
    let name =
        |cloud: &mut Cloud| parse(&answered(ask(cloud, Method::Get, &path, None))).unwrap()["result"]["name"].clone();
    assert_eq!(name(&mut cloud), "events");
    cloud.wait(8.0);
    let seen: Vec<Value> = (0..50).map(|_| name(&mut cloud)).collect();
    assert!(seen.contains(&json!("events")) && seen.contains(&json!("renamed")));
    cloud.wait(8.0);
    assert!((0..50).all(|_| name(&mut cloud) == "renamed"));

    // A new service is not visible yet, and a deleted one still is.
    let status =
        |cloud: &mut Cloud, id: &str| answered(ask(cloud, Method::Get, &format!("/services/{id}"), None)).status;
    let (young, _) = cloud.create(&json!({}));
    assert_eq!(status(&mut cloud, &young), 404);
    cloud.wait(16.0);
    assert_eq!(status(&mut cloud, &young), 200);
    cloud.delete(&format!("/services/{young}"));
    while cloud.get("/services").result().as_array().unwrap().len() > 1 {
        cloud.wait(1.0);
    }
    let seen: Vec<u16> = (0..50).map(|_| status(&mut cloud, &young)).collect();
    assert!(seen.contains(&200), "{seen:?}");
    cloud.wait(16.0);
    assert_eq!(status(&mut cloud, &young), 404);
}

#[test]
fn a_list_lags_longer() {
    let mut cloud =
        Cloud::of(Options { faults: vec![(Fault::StaleRead, 1.0)], rate_limit: None, ..Options::default() });
    cloud.create(&json!({}));
    let mut seen = |seconds| {
        cloud.wait(seconds);
        (0..100).filter(|_| cloud.get("/services").result() != &json!([])).count()
    };
    assert_eq!(seen(4.0), 0);
    let half = seen(28.0);
    assert!((20..80).contains(&half), "{half}");
    assert_eq!(seen(29.0), 100);
}

#[test]
fn slow_responses_take_virtual_time() {
    let mut cloud = Cloud::of(Options {
        faults: vec![(Fault::Slow, 1.0)],
        time_scale: 1000.0,
        latency_ms: 7.0,
        rate_limit: None,
        ..Options::default()
    });
    for _ in 0..100 {
        let real_ms = ask(&mut cloud, Method::Get, "/services", None).delay_ms - 7.0;
        assert!((2.0..=45.0).contains(&real_ms), "{real_ms}");
    }
}

/// Responses and ledger under every fault, as text.
fn course(seed: u64, probability: f64) -> Vec<String> {
    let faults = Fault::ALL.iter().map(|fault| (*fault, probability)).collect();
    let mut cloud = Cloud::of(Options { seed, faults, rate_limit: None, ..Options::default() });
    let mut seen = Vec::new();
    for _ in 0..100 {
        cloud.wait(3.0);
        let created = ask(&mut cloud, Method::Post, "/services", Some(&body(&json!({}))));
        let listed = ask(&mut cloud, Method::Get, "/services", None);
        for Reply { delivery, delay_ms, .. } in [created, listed] {
            seen.push(match delivery {
                Delivery::Respond(response) => {
                    format!("{delay_ms} {:?} {}", response, String::from_utf8_lossy(&response.body))
                }
                Delivery::Drop => "dropped".to_owned(),
            });
        }
    }
    seen.extend(cloud.sandbox.ledger().map(|entry| format!("{entry:?}")));
    seen
}

#[test]
fn the_same_seed_takes_the_same_course() {
    assert_eq!(course(7, 0.1), course(7, 0.1));
    assert_ne!(course(7, 0.1), course(8, 0.1));
    let met = course(7, 0.1).iter().filter(|line| line.contains("fault: Some")).count();
    assert!((100..200).contains(&met), "{met}");
}

#[test]
fn faults_change_nothing_about_the_services_that_are_created() {
    let mut plain = Cloud::new();
    let expected = [plain.create(&json!({})), plain.create(&json!({}))];
    let mut cloud =
        Cloud::of(Options { faults: vec![(Fault::ServerError, 0.5)], rate_limit: None, ..Options::default() });
    let mut made = Vec::new();
    while made.len() < 2 {
        let answer = cloud.post("/services", &body(&json!({})));
        if answer.status == 200 {
            let result = &answer.json["result"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            made.push((text(&result["service"]["id"]), text(&result["password"])));
        }
    }
    assert_eq!(made, expected);
}

#[test]
fn an_injection_meets_the_requests_that_it_names() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let (other, _) = cloud.create_running(&json!({}));
    let only = cloud.url(&format!("/services/{id}"));
    let inject = |cloud: &mut Cloud, fault, times, method, path: Option<&str>| {
        cloud
            .sandbox
            .inject(Injection { times, method, path: path.map(str::to_owned), ..Injection::once(fault) })
            .unwrap();
    };
    inject(&mut cloud, Fault::ServerError, 2, Some(Method::Get), Some(&only));
    inject(&mut cloud, Fault::Unavailable, 1, None, Some(SERVICE));
    let mut status = |method, path: &str| answered(ask(&mut cloud, method, path, Some(&json!({ "name": "x" })))).status;
    let (path, elsewhere) = (format!("/services/{id}"), format!("/services/{other}"));
    assert_eq!(status(Method::Get, "/services"), 200);
    assert_eq!(status(Method::Patch, &path), 503);
    assert_eq!(status(Method::Patch, &path), 200);
    assert_eq!(status(Method::Get, &elsewhere), 200);
    assert_eq!([(); 3].map(|()| status(Method::Get, &path)), [500, 500, 200]);
}

#[test]
fn the_oldest_injection_comes_first_and_waits_for_a_result_that_fits() {
    let mut cloud = Cloud::new();
    for fault in [Fault::MissingProperty, Fault::Html] {
        cloud.sandbox.inject(Injection::once(fault)).unwrap();
    }
    let mut met = |method, path: &str, json: Option<&Value>| {
        ask(&mut cloud, method, path, json);
        cloud.sandbox.ledger().next_back().unwrap().fault
    };
    // An empty list, and a rejection.
    assert_eq!(met(Method::Get, "/services", None), None);
    assert_eq!(met(Method::Post, "/services", Some(&json!({}))), None);
    // A deletion has no properties: it is no request for the injection.
    assert_eq!(met(Method::Delete, "/services/11111111-2222-4333-8444-555555555555", None), Some(Fault::Html));
    assert_eq!(met(Method::Post, "/services", Some(&body(&json!({})))), Some(Fault::MissingProperty));
    assert_eq!(met(Method::Get, "/services", None), None);
}

#[test]
fn a_request_without_access_meets_no_fault() {
    let limit = Some(RateLimit { requests: 1, per_ms: 10_000.0 });
    let mut cloud =
        Cloud::of(Options { rate_limit: limit, faults: vec![(Fault::DropAfter, 1.0)], ..Options::default() });
    let services = cloud.url("/services");
    assert_eq!(cloud.send_as(None, Method::Get, &services, None).status, 401);
    assert_eq!(cloud.get("/nowhere").status, 404);
    assert_eq!(cloud.get("/services").status, 429);
    cloud.wait(10.0);
    assert!(matches!(ask(&mut cloud, Method::Get, "/services", None).delivery, Delivery::Drop));
}

#[test]
fn a_fault_meets_head_as_it_meets_get() {
    let mut cloud = Cloud::of(Options { faults: vec![(Fault::ServerError, 1.0)], ..Options::default() });
    assert_eq!(cloud.send_other("HEAD", &cloud.url("/services")).status, 500);
}
