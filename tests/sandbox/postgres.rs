//! Postgres services: states, passwords, replicas, restored services, configuration, metrics and slow queries.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use clickhouse_cloud::contract::{Method, OPERATIONS};
use clickhouse_cloud::sandbox::plays;
use serde_json::{Value, json};

use crate::cloud::{Cloud, START, basic};

fn body(more: &Value) -> Value {
    let mut body = json!({ "name": "shop", "provider": "aws", "region": "us-east-1", "size": "m8gd.xlarge" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The path of a new service that runs.
#[track_caller]
fn running(cloud: &mut Cloud, more: &Value) -> String {
    let created = cloud.post("/postgres", &body(more)).result().clone();
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    until(cloud, &path, "running");
    path
}

/// Waits until a service has a state. Returns the states on the way.
#[track_caller]
fn until(cloud: &mut Cloud, path: &str, state: &str) -> Vec<String> {
    let mut states: Vec<String> = Vec::new();
    for _ in 0..3600 {
        let now = cloud.get(path).result()["state"].as_str().unwrap().to_owned();
        if states.last() != Some(&now) {
            states.push(now.clone());
        }
        if now == state {
            return states;
        }
        cloud.wait(1.0);
    }
    panic!("never {state}, but {states:?}");
}

/// The text of a response that is no JSON.
fn text(cloud: &mut Cloud, path: &str) -> (String, String) {
    let options = cloud.sandbox.options();
    let key = basic(&options.key_id, options.key_secret.reveal());
    let response = cloud.sandbox.handle_wire(cloud.now, "GET", &cloud.url(path), Some(&key), None, None);
    let response = response.into_result().unwrap();
    assert_eq!(response.status, 200);
    let media_type = response.header("content-type").unwrap().to_owned();
    (media_type, String::from_utf8(response.body).unwrap())
}

#[test]
fn every_operation_is_played() {
    for operation in OPERATIONS.iter().filter(|operation| operation.name.starts_with("postgres.")) {
        assert!(plays(operation), "{}", operation.name);
    }
}

#[test]
fn a_service_is_created_and_deleted() {
    let mut cloud = Cloud::new();
    let elsewhere = cloud.post("/postgres", &body(&json!({ "region": "westus3" })));
    assert!(elsewhere.refused(400).starts_with("BAD_REQUEST: body.region: expected a region of aws"));
    let created = cloud.post("/postgres", &body(&json!({ "tags": [{ "key": "team", "value": "shop" }] })));
    let created = created.result();
    assert_eq!(created["state"], "creating");
    for (name, value) in [
        ("postgresVersion", json!("18")),
        ("haType", json!("none")),
        ("storageSize", json!(237)),
        ("isPrimary", json!(true)),
        ("username", json!("postgres")),
        ("createdAt", json!("2026-08-01T00:00:00Z")),
    ] {
        assert_eq!(created[name], value, "{name}");
    }
    let host = created["hostname"].as_str().unwrap();
    assert!(host.ends_with(".us-east-1.aws.pg.clickhouse.cloud"), "{host}");
    let address = created["connectionString"].as_str().unwrap();
    assert!(address.starts_with("postgres://postgres:") && address.contains(&format!("@{host}:5432/")), "{address}");
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    let shown = cloud.get(&path);
    assert_eq!(shown.result(), created);
    assert_eq!(until(&mut cloud, &path, "running"), ["creating", "running"]);

    // A list shows less, and no secret.
    let listed = cloud.get("/postgres");
    let listed = &listed.result()[0];
    assert_eq!((&listed["id"], &listed["isPrimary"]), (&created["id"], &json!(true)));
    assert!(listed.get("password").is_none() && listed.get("connectionString").is_none());

    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.get(&path).result()["state"], "deleting");
    assert_eq!(cloud.delete(&path).status, 200);
    let refused = cloud.patch(&path, &json!({ "name": "other" }));
    assert_eq!(refused.refused(409), "CONFLICT: The Postgres service is being deleted. Current state: 'deleting'");
    cloud.wait(60.0);
    let id = path.trim_start_matches("/postgres/");
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: postgres service {id} not found"));
    for below in ["config", "caCertificates", "prometheus"] {
        assert_eq!(cloud.get(&format!("{path}/{below}")).status, 404, "{below}");
    }
    assert!(!cloud.sandbox.snapshot(cloud.now).contains("max_connections"));
}

#[test]
fn a_password_is_generated_or_given() {
    let mut cloud = Cloud::new();
    let created = cloud.post("/postgres", &body(&json!({}))).result().clone();
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    let password = format!("{path}/password");
    assert_eq!(
        cloud.patch(&password, &json!({})).refused(409),
        "CONFLICT: Only Postgres service in one of the following states: 'running' can be given a password. \
         Current state: 'creating'"
    );
    until(&mut cloud, &path, "running");
    let reset = cloud.patch(&password, &json!({})).result()["password"].clone();
    assert_ne!(reset, created["password"]);
    assert_eq!(cloud.get(&path).result()["password"], reset);

    assert_eq!(cloud.patch(&password, &json!({ "password": "too simple" })).status, 400);
    let own = "Correct-horse-battery-1";
    assert_eq!(cloud.patch(&password, &json!({ "password": own })).result(), &json!({ "password": own }));
    let shown = cloud.get(&path);
    assert!(shown.result().get("password").is_none());
    let address = shown.result()["connectionString"].as_str().unwrap();
    assert!(address.starts_with("postgres://postgres@"), "{address}");
    let id = created["id"].as_str().unwrap();
    assert!(cloud.sandbox.verify_password(id, own));
    assert!(!cloud.sandbox.verify_password(id, reset.as_str().unwrap()));

    let again = cloud.patch(&password, &json!({})).result()["password"].clone();
    assert_ne!(again, reset);
    assert_eq!(cloud.get(&path).result()["password"], again);
    assert!(cloud.sandbox.verify_password(id, again.as_str().unwrap()));
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    for secret in [own, again.as_str().unwrap(), reset.as_str().unwrap()] {
        assert!(!snapshot.contains(secret));
        let mut entries = cloud.sandbox.ledger();
        assert!(entries.all(|entry| !entry.change.as_deref().unwrap_or_default().contains(secret)));
    }
}

#[test]
fn a_larger_size_restarts_the_service_and_a_name_does_not() {
    let mut cloud = Cloud::new();
    let created = cloud.post("/postgres", &body(&json!({}))).result().clone();
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    let larger = json!({ "size": "m8gd.2xlarge", "haType": "async" });
    assert!(cloud.patch(&path, &larger).refused(409).ends_with("Current state: 'creating'"));
    let renamed = cloud.patch(&path, &json!({ "name": "orders", "tags": [{ "key": "a" }] }));
    assert_eq!(renamed.result()["name"], "orders");
    assert_eq!(renamed.result()["tags"], json!([{ "key": "a" }]));
    assert_eq!(renamed.result()["password"], created["password"]);
    until(&mut cloud, &path, "running");
    let resized = cloud.patch(&path, &larger);
    let resized = resized.result();
    assert_eq!((&resized["state"], &resized["storageSize"]), (&json!("restarting"), &json!(474)));
    assert_eq!(until(&mut cloud, &path, "running"), ["restarting", "running"]);
    // The same once more is nothing new.
    assert_eq!(cloud.patch(&path, &larger).result()["state"], "running");
    assert_eq!(cloud.patch(&path, &json!({ "tags": [] })).result()["tags"], json!([]));
    assert_eq!(cloud.patch(&path, &json!({})).status, 400);
}

#[test]
fn commands_have_their_conditions() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({}));
    let state = format!("{path}/state");
    let command = |cloud: &mut Cloud, command: &str| cloud.patch(&state, &json!({ "command": command }));
    assert_eq!(command(&mut cloud, "promote").refused(409), "CONFLICT: Only a read replica can be promoted.");
    assert_eq!(
        command(&mut cloud, "switchover").refused(409),
        "CONFLICT: Only a Postgres service with a standby can be switched over."
    );
    assert_eq!(cloud.get(&path).result()["state"], "running");
    assert_eq!(command(&mut cloud, "restart").result()["state"], "restarting");
    assert_eq!(
        command(&mut cloud, "restart").refused(409),
        "CONFLICT: Only Postgres service in one of the following states: 'running','unavailable' can be restarted. \
         Current state: 'restarting'"
    );
    until(&mut cloud, &path, "running");
    cloud.patch(&path, &json!({ "haType": "sync" })).result();
    until(&mut cloud, &path, "running");
    assert_eq!(command(&mut cloud, "switchover").result()["state"], "restarting");
}

#[test]
fn a_replica_follows_its_primary_until_it_is_promoted() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({ "haType": "async" }));
    let created = cloud.post(&format!("{path}/readReplica"), &json!({ "name": "reports" })).result().clone();
    let primary = cloud.get(&path).result().clone();
    assert_eq!((&created["isPrimary"], &created["haType"]), (&json!(false), &json!("none")));
    for same in ["provider", "region", "size", "storageSize", "postgresVersion", "username", "password"] {
        assert_eq!(created[same], primary[same], "{same}");
    }
    assert_ne!(created["hostname"], primary["hostname"]);
    let replica = format!("/postgres/{}", created["id"].as_str().unwrap());
    assert_eq!(until(&mut cloud, &replica, "running"), ["creating", "restoring_backup", "replaying_wal", "running"]);
    let refused = cloud.post(&format!("{replica}/readReplica"), &json!({ "name": "more" }));
    assert_eq!(refused.refused(409), "CONFLICT: A read replica has no read replicas of its own.");
    let refused = cloud.patch(&format!("{replica}/password"), &json!({}));
    assert_eq!(refused.refused(409), "CONFLICT: The password of a read replica is that of its primary.");

    let password = cloud.patch(&format!("{path}/password"), &json!({})).result()["password"].clone();
    assert_eq!(cloud.get(&replica).result()["password"], password);
    let promoted = cloud.patch(&format!("{replica}/state"), &json!({ "command": "promote" }));
    assert_eq!(promoted.result()["isPrimary"], true);
    until(&mut cloud, &replica, "running");
    let other = cloud.patch(&format!("{path}/password"), &json!({})).result()["password"].clone();
    assert_ne!(other, password);
    assert_eq!(cloud.get(&replica).result()["password"], password);
}

#[test]
fn a_moment_of_the_past_is_restored_into_a_new_service() {
    let mut cloud = Cloud::new();
    let created = cloud.post("/postgres", &body(&json!({}))).result().clone();
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    let restore = format!("{path}/restoredService");
    let at = |target: &str| json!({ "name": "copy", "restoreTarget": target });
    assert!(cloud.post(&restore, &at("2026-08-01T00:00:00Z")).refused(409).ends_with("Current state: 'creating'"));
    until(&mut cloud, &path, "running");
    for (target, expected) in [
        ("2026-08-02T00:00:00Z", "a moment in the past"),
        ("2026-07-31T23:59:59Z", "a moment since the creation of the service"),
    ] {
        assert_eq!(
            cloud.post(&restore, &at(target)).refused(400),
            format!("BAD_REQUEST: body.restoreTarget: expected {expected}, received {target}")
        );
    }
    let restored = cloud.post(&restore, &at("2026-08-01T00:00:30Z")).result().clone();
    assert_ne!(restored["id"], created["id"]);
    assert_ne!(restored["password"], created["password"]);
    for same in ["provider", "region", "size", "postgresVersion", "haType"] {
        assert_eq!(restored[same], created[same], "{same}");
    }
    let copy = format!("/postgres/{}", restored["id"].as_str().unwrap());
    assert_eq!(
        until(&mut cloud, &copy, "running"),
        ["creating", "restoring_backup", "replaying_wal", "finalizing_restore", "running"]
    );
    cloud.wait(8.0 * 86_400.0);
    assert!(cloud.post(&restore, &at("2026-08-01T00:01:00Z")).refused(400).contains("a moment of the last 7 days"));
}

#[test]
fn a_configuration_says_whether_a_restart_is_needed() {
    const IN_FORCE: &str = "The configuration is in force, no restart is needed.";
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({ "pgConfig": { "work_mem": "64MB" } }));
    let config = format!("{path}/config");
    let (own, pool) = (json!({ "work_mem": "64MB" }), json!({ "default_pool_size": "20" }));
    assert_eq!(cloud.get(&config).result(), &json!({ "pgConfig": own, "pgBouncerConfig": pool }));

    let change = json!({
        "pgConfig": { "max_connections": 250, "lock_timeout": "30s" },
        "pgBouncerConfig": { "pool_mode": "session" },
    });
    let changed = cloud.patch(&config, &change);
    let changed = changed.result();
    assert_eq!(changed["pgConfig"], json!({ "work_mem": "64MB", "max_connections": 250, "lock_timeout": "30s" }));
    assert_eq!(changed["message"], "A restart is needed before these parameters are in force: max_connections.");
    assert_eq!(cloud.get(&config).result()["pgBouncerConfig"], json!({ "pool_mode": "session" }));
    let metrics = format!("{path}/prometheus");
    let connections = |cloud: &mut Cloud| {
        let (_, text) = text(cloud, &metrics);
        let line = text.lines().find(|line| line.starts_with("pg_settings_max_connections{")).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(connections(&mut cloud), "400");
    cloud.patch(&format!("{path}/state"), &json!({ "command": "restart" })).result();
    assert_eq!(cloud.patch(&config, &change).result()["message"], IN_FORCE);
    assert_eq!(connections(&mut cloud), "250");

    let whole = json!({ "pgConfig": { "random_page_cost": 1.5 }, "pgBouncerConfig": { "pool_mode": "session" } });
    let replaced = cloud.post(&config, &whole);
    assert_eq!(replaced.result()["pgConfig"], json!({ "random_page_cost": 1.5 }));
    assert!(replaced.result()["message"].as_str().unwrap().contains("max_connections"));
    assert_eq!(cloud.get(&config).result(), &whole);
}

#[test]
fn the_certificate_is_one_that_openssl_reads() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({}));
    let (media_type, pem) = text(&mut cloud, &format!("{path}/caCertificates"));
    assert_eq!(media_type, "application/x-pem-file; charset=utf-8");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n"));
    let mut openssl = Command::new("openssl")
        .args(["x509", "-noout", "-subject", "-issuer", "-enddate"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    openssl.stdin.take().unwrap().write_all(pem.as_bytes()).unwrap();
    let output = openssl.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    assert_eq!(field("subject="), field("issuer="));
    assert!(field("notAfter=").contains("2124"), "{printed}");
}

#[test]
fn prometheus_reads_the_metrics() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({ "name": "the \"shop\"\\\n" }));
    cloud.wait(90.0);
    let (media_type, text) = text(&mut cloud, &format!("{path}/prometheus"));
    assert_eq!(media_type, "text/plain; charset=utf-8");
    let mut families = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(kind, "gauge");
            assert!(families.insert(name.to_owned()), "{name} twice");
        } else if !line.starts_with("# HELP ") {
            let (name, rest) = line.split_once('{').unwrap();
            assert!(families.contains(name), "{line}");
            let (labels, value) = rest.rsplit_once("} ").unwrap();
            assert!(labels.contains(r#"postgres_service_name="the \"shop\"\\\n""#), "{labels}");
            value.parse::<f64>().unwrap();
        }
    }
    assert!(text.contains("\npg_up{") && text.contains("\npg_cpu_usage{"));
}

#[test]
fn metrics_of_a_range_stay_the_same() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({}));
    cloud.wait(7_200.0);
    let query = |from: &str, to: &str, more: &str| format!("{path}/metrics?from_date={from}&to_date={to}{more}");
    let hour = query("2026-08-01T00:00:00Z", "2026-08-01T01:00:00Z", "&bucket_size_seconds=300");
    let metrics = cloud.get(&hour).result().clone();
    let line = &metrics["metrics"][0];
    assert_eq!(line["key"], "cpu_usage");
    let points = line["series"][0]["dataPoints"].as_array().unwrap();
    // The server came up after the first of them.
    assert_eq!(points.len(), 12);
    let times: Vec<i64> = points.iter().map(|point| point["timestamp"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 300));
    assert_eq!(times[11], START as i64 / 1000 + 3_600);
    cloud.wait(600.0);
    assert_eq!(cloud.get(&hour).result(), &metrics);

    let wrong = query("2026-08-02T00:00:00Z", "2026-08-01T00:00:00Z", "");
    assert!(cloud.get(&wrong).refused(400).starts_with("BAD_REQUEST: query.to_date: expected a moment after"));
    let fine = query("2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z", "&bucket_size_seconds=1");
    assert!(cloud.get(&fine).refused(400).starts_with("BAD_REQUEST: query.bucket_size_seconds: expected at least "));
    assert_eq!(cloud.get(&format!("{path}/metrics")).status, 400);
    let future = query("2027-08-01T00:00:00Z", "2027-08-02T00:00:00Z", "");
    assert_eq!(cloud.get(&future).result()["metrics"][0]["series"][0]["dataPoints"], json!([]));
    let day = query("2026-08-01T00:00:00Z", "9999-08-02T00:00:00Z", "");
    let points = cloud.get(&day).result()["metrics"][0]["series"][0]["dataPoints"].as_array().unwrap().len();
    assert!((60..=130).contains(&points), "{points}");
}

#[test]
fn slow_queries_grow_with_the_time_that_the_service_runs() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({}));
    let list = format!("{path}/slowQueryPatterns");
    let query = format!("{list}?from_date=2026-08-01T00:00:00Z&to_date=2027-08-01T00:00:00Z");
    assert_eq!(cloud.get(&query).result(), &json!([]));
    cloud.wait(7_200.0);
    let patterns = cloud.get(&query).result().as_array().unwrap().clone();
    assert_eq!(patterns.len(), 6);
    let by = |patterns: &[Value], name: &str| -> Vec<u64> {
        patterns.iter().map(|pattern| pattern[name].as_u64().unwrap()).collect()
    };
    let totals = by(&patterns, "totalDurationUs");
    assert!(totals.is_sorted_by(|one, other| one >= other), "{totals:?}");
    for pattern in &patterns {
        let number = |name: &str| pattern[name].as_u64().unwrap();
        assert_eq!(number("avgDurationUs"), number("totalDurationUs") / number("callCount"));
        assert!(number("p50DurationUs") <= number("p95DurationUs"));
        assert!(number("p99DurationUs") <= number("maxDurationUs"));
    }
    cloud.wait(3_600.0);
    let later = cloud.get(&query).result().as_array().unwrap().clone();
    let count = |patterns: &[Value]| by(patterns, "callCount").iter().sum::<u64>();
    assert!(count(&later) > count(&patterns));

    let sorted = cloud.get(&format!("{query}&sort_by=call_count&sort_order=asc")).result().clone();
    assert!(by(sorted.as_array().unwrap(), "callCount").is_sorted());
    let page = cloud.get(&format!("{query}&sort_by=call_count&sort_order=asc&limit=2&offset=1")).result().clone();
    assert_eq!(page.as_array().unwrap()[..], sorted.as_array().unwrap()[1..3]);
    let selects = cloud.get(&format!("{query}&db_operation=SELECT&app=reports")).result().clone();
    assert_eq!(selects.as_array().unwrap().len(), 2);
    assert_eq!(cloud.get(&format!("{query}&db_name=other")).result(), &json!([]));
    assert_eq!(cloud.get(&format!("{query}&limit=501")).status, 400);

    // One pattern, with executions that agree with its sums.
    let wanted = patterns.iter().find(|pattern| pattern["app"] == "collector").unwrap();
    let one =
        format!("{list}/{}?db_name=postgres&db_user=postgres&db_operation=INSERT", wanted["queryId"].as_str().unwrap());
    let detail = cloud.get(&one).result().clone();
    assert_eq!(detail["aggregate"]["queryText"], wanted["queryText"]);
    let executions = detail["recentExecutions"].as_array().unwrap();
    assert_eq!(executions.len(), 10);
    assert!(executions.iter().all(|run| run["durationUs"].as_u64() <= detail["aggregate"]["maxDurationUs"].as_u64()));
    assert!(executions[0]["timestamp"].as_str() > executions[9]["timestamp"].as_str());
    assert_eq!(
        cloud.get(&one.replace("INSERT", "DELETE")).refused(404),
        format!("NOT_FOUND: slow query pattern {} not found", wanted["queryId"].as_str().unwrap())
    );
    assert_eq!(cloud.get(&format!("{list}/7?db_name=a&db_user=b&db_operation=c")).status, 404);
    assert_eq!(cloud.get(&format!("{list}/7")).status, 400);
}

#[test]
fn a_snapshot_has_all_of_it() {
    let mut cloud = Cloud::new();
    let path = running(&mut cloud, &json!({ "pgConfig": { "max_connections": 90 } }));
    cloud.post(&format!("{path}/readReplica"), &json!({ "name": "reports" })).result();
    let config = json!({ "pgConfig": { "max_connections": 91 }, "pgBouncerConfig": { "pool_mode": "session" } });
    cloud.patch(&format!("{path}/config"), &config).result();
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud { now: cloud.now, ..Cloud::new() };
    other.sandbox.restore(cloud.now, &snapshot).unwrap();
    for _ in 0..20 {
        for path in ["/postgres".to_owned(), path.clone(), format!("{path}/config")] {
            assert_eq!(other.get(&path).result(), cloud.get(&path).result(), "{path}");
        }
        cloud.wait(20.0);
        other.now = cloud.now;
    }
    let url = cloud.url(&format!("{path}/config"));
    let again = cloud.send(Method::Patch, &url, Some(config.to_string()));
    assert_eq!(other.send(Method::Patch, &url, Some(config.to_string())).result(), again.result());
}
