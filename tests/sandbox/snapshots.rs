//! Snapshots: their contents, and restored sandboxes.

use clickhouse_cloud::sandbox::Options;
use serde_json::{Value, json};

use crate::cloud::{Cloud, START, body};

/// The responses of a day, as text.
fn course(cloud: &mut Cloud, id: &str) -> Vec<String> {
    let path = format!("/services/{id}");
    let mut texts = Vec::new();
    for _ in 0..24 {
        texts.push(cloud.get(&path).text);
        texts.push(cloud.get(&format!("{path}/backups")).text);
        texts.push(cloud.post("/services", &body(&json!({}))).text);
        texts.push(cloud.command(id, "stop").text);
        texts.push(cloud.patch(&format!("{path}/password"), &json!({})).text);
        cloud.wait(300.0);
        texts.push(cloud.command(id, "start").text);
        cloud.wait(3300.0);
    }
    texts
}

#[test]
fn a_restored_sandbox_takes_the_same_course() {
    let mut cloud = Cloud::of(Options::default());
    let (id, password) =
        cloud.create(&json!({ "tags": [{ "key": "a" }], "endpoints": [{ "protocol": "mysql", "enabled": true }] }));
    cloud.wait(4000.0);
    cloud.create(&json!({ "tier": "development" }));
    let (text, then) = (cloud.sandbox.snapshot(cloud.now), cloud.now);
    let expected = course(&mut cloud, &id);

    // Another sandbox with another seed at the same time, from JSON that another program has rewritten.
    let mut other = Cloud::of(Options { seed: 99, ..Options::default() });
    other.now = then;
    let rewritten = serde_json::from_str::<Value>(&text).unwrap().to_string();
    other.sandbox.restore(other.now, &rewritten).unwrap();
    assert!(other.sandbox.verify_password(&id, &password));
    assert!(other.sandbox.verify_mysql_password(&id, &password));
    assert_eq!(course(&mut other, &id), expected);
}

#[test]
fn upcoming_states_are_as_far_away_as_before() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let young = cloud.sandbox.snapshot(cloud.now);
    let seconds = cloud.until(&id, "running");
    for days in [0.0, 1.0, 1000.0] {
        cloud.wait(days * 86_400.0);
        cloud.sandbox.restore(cloud.now, &young).unwrap();
        assert_eq!(cloud.until(&id, "running"), seconds);
    }
}

#[test]
fn expiries_are_as_far_away_as_before() {
    let mut cloud = Cloud::new();
    let body = json!({ "name": "ci", "expireAt": "2026-08-01T01:00:00Z" });
    let key = cloud.post("/keys", &body).result()["key"]["id"].as_str().unwrap().to_owned();
    let young = cloud.sandbox.snapshot(cloud.now);
    cloud.wait(86_400.0);
    cloud.sandbox.restore(cloud.now, &young).unwrap();
    assert_eq!(cloud.get(&format!("/keys/{key}")).result()["expireAt"], "2026-08-02T01:00:00Z");
}

#[test]
fn a_snapshot_has_the_window_of_the_rate_limit() {
    let mut cloud = Cloud::of(Options::default());
    for _ in 0..10 {
        assert_eq!(cloud.get("/services").status, 200);
    }
    let full = cloud.sandbox.snapshot(cloud.now);
    cloud.wait(60.0);
    assert_eq!(cloud.get("/services").status, 200);
    cloud.sandbox.restore(cloud.now, &full).unwrap();
    assert_eq!(cloud.get("/services").status, 429);
}

#[test]
fn a_snapshot_has_no_password() {
    let mut cloud = Cloud::new();
    let (id, password) = cloud.create_running(&json!({}));
    let reset = cloud.patch(&format!("/services/{id}/password"), &json!({})).result()["password"].clone();
    let text = cloud.sandbox.snapshot(cloud.now);
    assert!(!text.contains(&password) && !text.contains(reset.as_str().unwrap()));
    assert!(!text.contains(cloud.sandbox.options().key_secret.reveal()));
}

#[test]
fn a_broken_snapshot_changes_nothing() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.wait(800.0);
    let text = cloud.sandbox.snapshot(cloud.now);
    let whole: Value = serde_json::from_str(&text).unwrap();
    let mut broken = vec![json!(null), json!({}), json!([1])];
    for name in whole.as_object().unwrap().keys() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        broken.push(without);
    }
    for (place, value) in [
        ("/snapshot", json!(1)),
        ("/now", json!(-1e300)),
        ("/world", json!("draws")),
        ("/services/0/life/state", json!("hibernating")),
        ("/services/0/life/active", json!(1e300)),
        ("/services/0/life/up_since", json!(-1e300)),
        ("/services/0/backups/last", json!(-1e300)),
        ("/services/0/backups/kept/0/started", json!(1e16)),
    ] {
        let mut wrong = whole.clone();
        *wrong.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value;
        broken.push(wrong);
    }
    for wrong in broken {
        assert!(cloud.sandbox.restore(cloud.now, &wrong.to_string()).is_err(), "{wrong}");
        assert_eq!(cloud.sandbox.snapshot(cloud.now), text);
    }
    assert!(cloud.sandbox.restore(cloud.now, "").is_err());
    assert_eq!(cloud.state(&id), "running");
}

#[test]
fn the_state_equals_the_responses_of_the_api() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let state = cloud.sandbox.state(cloud.now);
    assert_eq!(state["now"], cloud.now);
    assert_eq!(&state["services"], cloud.get("/services").result());
    assert_eq!(&state["organization"], cloud.get("").result());
    cloud.wait(3600.0);
    assert_eq!(cloud.sandbox.state(cloud.now)["services"][0]["state"], "idle");
    // Time never runs backwards.
    assert_eq!(cloud.sandbox.state(START)["now"], cloud.now);
    assert_eq!(cloud.state(&id), "idle");
}
