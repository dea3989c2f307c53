//! Quotas are computed from the limits that hold.

use clickhouse_cloud::sandbox::Options;
use serde_json::json;

use crate::cloud::{Cloud, body};

#[test]
fn quotas_follow_the_limits_and_their_use() {
    let mut cloud = Cloud::of(Options { rate_limit: None, max_services: 2, ..Options::default() });
    let path = "/quotas/services-per-organization";
    let quota = cloud.get(path).result().clone();
    assert_eq!((&quota["value"], &quota["usage"]), (&json!(2), &json!(0)));
    cloud.create(&json!({}));
    cloud.create(&json!({}));
    assert_eq!(cloud.get(path).result()["usage"], 2);
    assert_eq!(cloud.post("/services", &body(&json!({}))).status, 400);
    let all = cloud.get("/quotas").result().clone();
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(cloud.get("/quotas/replicas-per-warehouse").result()["value"], 20);
    assert_eq!(cloud.get("/quotas/nothing").refused(404), "NOT_FOUND: quota nothing not found");
}

#[test]
fn the_services_of_a_warehouse_share_its_replicas() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "numReplicas": 10 }));
    let warehouse = cloud.get(&format!("/services/{id}")).result()["dataWarehouseId"].clone();
    let secondary = |replicas: u64| body(&json!({ "dataWarehouseId": warehouse, "numReplicas": replicas }));
    let text = "BAD_REQUEST: the services of a warehouse may have at most 20 replicas together";
    assert_eq!(cloud.post("/services", &secondary(11)).refused(400), text);
    cloud.post("/services", &secondary(10)).result();
    let path = format!("/services/{id}/replicaScaling");
    assert_eq!(cloud.patch(&path, &json!({ "numReplicas": 11 })).refused(400), text);
    assert_eq!(cloud.get(&format!("/services/{id}")).result()["numReplicas"], 10);
    assert_eq!(cloud.patch(&path, &json!({ "numReplicas": 9 })).result()["numReplicas"], 9);
    assert_eq!(cloud.patch(&path, &json!({ "numReplicas": 10 })).result()["numReplicas"], 10);
}
