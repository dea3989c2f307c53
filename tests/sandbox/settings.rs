//! Settings of ClickHouse on a service: their schema, checked values, restarts.

use serde_json::{Value, json};

use crate::cloud::Cloud;

fn update(cloud: &mut Cloud, id: &str, settings: &Value) -> crate::cloud::Received {
    cloud.patch(&format!("/services/{id}/clickhouseSettings"), &json!({ "settings": settings.to_string() }))
}

#[test]
fn each_setting_of_the_schema_is_set_read_and_reset() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/clickhouseSettings");
    assert_eq!(cloud.get(&path).result(), &json!({ "settings": [] }));
    let schema = cloud.get(&format!("{path}/schema")).result()["settings"].as_array().unwrap().clone();
    assert!(schema.len() >= 30);
    for entry in &schema {
        let (name, example) = (entry["name"].as_str().unwrap(), entry["example"].as_str().unwrap());
        assert!(cloud.get(&format!("{path}/{name}")).refused(404).contains(name));
        let result = update(&mut cloud, &id, &json!({ name: example })).result().clone();
        let all: Value = serde_json::from_str(result["settings"].as_str().unwrap()).unwrap();
        assert_eq!(all[name].is_u64(), entry["type"] == "integer", "{name}");
        assert_eq!(cloud.get(&format!("{path}/{name}")).result(), &json!({ "name": name, "value": example }));
        assert_eq!(result["warnings"].as_array().map_or(0, Vec::len), usize::from(entry.get("warning").is_some()));
    }
    assert_eq!(cloud.get(&path).result()["settings"].as_array().map(Vec::len), Some(schema.len()));
    assert_eq!(cloud.delete(&format!("{path}/max_query_size")).status, 200);
    assert_eq!(
        cloud.delete(&format!("{path}/max_query_size")).refused(404),
        "NOT_FOUND: setting max_query_size not found"
    );
    let names = cloud.get(&path).result().to_string();
    assert!(!names.contains("max_query_size") && names.contains("compatibility"));
}

#[test]
fn wrong_names_and_values_change_nothing() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    for (settings, text) in [
        (json!({ "max_query_size": 5, "max_querysize": 5 }), r#"received "max_querysize""#),
        (json!({ "max_query_size": "large" }), "body.settings.max_query_size: expected an integer"),
        (json!({ "async_insert": 2 }), "body.settings.async_insert: expected 0 or 1"),
        (json!({ "compatibility": 25 }), "body.settings.compatibility: expected a string"),
        (json!({}), "at least one setting"),
        (json!([]), "a JSON object in a text"),
    ] {
        let received = update(&mut cloud, &id, &settings);
        assert!(received.refused(400).contains(text), "{}", received.text);
    }
    let broken = cloud.patch(&format!("/services/{id}/clickhouseSettings"), &json!({ "settings": "{" }));
    assert!(broken.refused(400).contains("a JSON object in a text"));
    assert_eq!(cloud.get(&format!("/services/{id}/clickhouseSettings")).result(), &json!({ "settings": [] }));
}

#[test]
fn a_setting_of_the_server_restarts_the_service() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    update(&mut cloud, &id, &json!({ "max_query_size": 5 })).result();
    assert_eq!(cloud.state(&id), "running");
    let result = update(&mut cloud, &id, &json!({ "keep_alive_timeout": 60 })).result().clone();
    assert_eq!(result["settings"], r#"{"keep_alive_timeout":60,"max_query_size":5}"#);
    assert_eq!(result["warnings"][0]["name"], "keep_alive_timeout");
    assert_eq!(cloud.state(&id), "partially_running");
    assert!((10..=31).contains(&cloud.until(&id, "running")));
    // The same value again changes nothing.
    update(&mut cloud, &id, &json!({ "keep_alive_timeout": "60" })).result();
    assert_eq!(cloud.state(&id), "running");
    cloud.delete(&format!("/services/{id}/clickhouseSettings/keep_alive_timeout"));
    assert_eq!(cloud.state(&id), "partially_running");
    assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
}

#[test]
fn settings_change_only_while_the_service_runs() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let size = json!({ "max_query_size": 5 });
    assert!(update(&mut cloud, &id, &size).refused(409).ends_with("Current state: 'provisioning'"));
    cloud.until(&id, "idle");
    assert!(update(&mut cloud, &id, &size).refused(424).starts_with("FAILED_DEPENDENCY: "));
    assert_eq!(cloud.get(&format!("/services/{id}/clickhouseSettings")).status, 200);
    let none = "00000000-0000-4000-8000-00000000000f";
    assert_eq!(update(&mut cloud, none, &size).status, 404);
    assert_eq!(cloud.get(&format!("/services/{none}/clickhouseSettings/schema")).status, 404);
}

#[test]
fn settings_are_in_a_snapshot_and_end_with_their_service() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    update(&mut cloud, &id, &json!({ "session_timezone": "Europe/Amsterdam" })).result();
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud::new();
    other.sandbox.restore(other.now, &snapshot).unwrap();
    let path = format!("/services/{id}/clickhouseSettings/session_timezone");
    assert_eq!(other.get(&path).result()["value"], "Europe/Amsterdam");
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    cloud.wait(60.0);
    cloud.delete(&format!("/services/{id}"));
    cloud.wait(600.0);
    assert!(!cloud.sandbox.snapshot(cloud.now).contains("session_timezone"));
}
