//! Resources of ordinary behaviour: the store of the contract's shapes.

use clickhouse_cloud::contract::Method;
use serde_json::{Value, json};

use crate::cloud::Cloud;

fn saved_search(name: &str) -> Value {
    json!({ "name": name, "sourceId": "65f1c0ffee65f1c0ffee65f1", "where": "level:error", "tags": ["a"] })
}

#[test]
fn a_record_lives_from_its_creation_to_its_deletion() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{service}/clickstack/saved-searches");
    let created = cloud.post(&path, &saved_search("errors")).result().clone();
    let id = created["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 24);
    assert_eq!(created["name"], "errors");
    assert_eq!(cloud.get(&format!("{path}/{id}")).result(), &created);
    cloud.wait(10.0);
    let replaced =
        cloud.send(Method::Put, &cloud.url(&format!("{path}/{id}")), Some(saved_search("other").to_string()));
    let replaced = replaced.result();
    assert_eq!((&replaced["id"], &replaced["createdAt"]), (&created["id"], &created["createdAt"]));
    assert_ne!(replaced["updatedAt"], created["updatedAt"]);
    assert_eq!(cloud.get(&path).result().as_array().map(Vec::len), Some(1));
    assert_eq!(cloud.delete(&format!("{path}/{id}")).status, 200);
    assert_eq!(cloud.get(&format!("{path}/{id}")).refused(404), format!("NOT_FOUND: saved search {id} not found"));
    assert_eq!(cloud.get(&path).result(), &json!([]));
}

#[test]
fn records_end_with_their_service() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{service}/clickstack/saved-searches");
    cloud.post(&path, &saved_search("errors")).result();
    cloud.command(&service, "stop");
    cloud.until(&service, "stopped");
    cloud.wait(60.0);
    cloud.delete(&format!("/services/{service}"));
    cloud.wait(600.0);
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: service {service} not found"));
    assert!(!cloud.sandbox.snapshot(cloud.now).contains("errors"));
}
