//! Warehouses: a primary service, and secondary ones that share its data.

use serde_json::{Value, json};

use crate::cloud::{Cloud, body};

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

fn warehouse(cloud: &mut Cloud, id: &str) -> Value {
    cloud.get(&format!("/services/{id}")).result()["dataWarehouseId"].clone()
}

#[test]
fn a_secondary_shares_the_warehouse() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let warehouse = warehouse(&mut cloud, &id);
    let more = json!({ "dataWarehouseId": warehouse, "isReadonly": true });
    let answer = cloud.post("/services", &body(&more));
    let secondary = &answer.result()["service"];
    assert_eq!((&secondary["isPrimary"], &secondary["isReadonly"]), (&json!(false), &json!(true)));
    assert_eq!(secondary["dataWarehouseId"], warehouse);
    assert_eq!(cloud.post("/services", &body(&json!({ "dataWarehouseId": NOBODY }))).status, 404);
}

#[test]
fn it_is_where_the_warehouse_is() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let warehouse = warehouse(&mut cloud, &id);
    for (field, mut more) in [
        ("body.region", json!({ "region": "us-east-1" })),
        ("body.provider", json!({ "provider": "gcp", "region": "europe-west4" })),
    ] {
        more["dataWarehouseId"] = warehouse.clone();
        assert!(cloud.post("/services", &body(&more)).refused(400).contains(field));
    }
    let mut other = body(&json!({ "regionId": "us-east-1", "dataWarehouseId": warehouse }));
    other.as_object_mut().unwrap().remove("region");
    let text = "BAD_REQUEST: body.regionId: expected eu-west-1, where the data warehouse is, received us-east-1";
    assert_eq!(cloud.post("/services", &other).refused(400), text);
}

#[test]
fn a_primary_stays_while_others_live_on_its_data() {
    let mut cloud = Cloud::new();
    let (primary, _) = cloud.create_running(&json!({}));
    let warehouse = warehouse(&mut cloud, &primary);
    let (secondary, _) = cloud.create_running(&json!({ "dataWarehouseId": warehouse }));
    let path = format!("/services/{primary}");
    assert_eq!(
        cloud.command(&primary, "stop").refused(409),
        "CONFLICT: The primary service of a warehouse cannot be stopped while the warehouse has secondary services."
    );
    assert!(cloud.delete(&path).refused(409).contains("cannot be deleted while"));
    cloud.until(&primary, "idle");
    assert_eq!(cloud.command(&primary, "awake").status, 200);
    cloud.until(&primary, "running");

    cloud.command(&secondary, "stop");
    cloud.until(&secondary, "stopped");
    assert_eq!(cloud.command(&primary, "stop").status, 409, "a stopped one lives on them too");
    cloud.wait(15.0);
    assert_eq!(cloud.delete(&format!("/services/{secondary}")).status, 200);
    assert_eq!(cloud.command(&primary, "stop").status, 200);
    cloud.until(&primary, "stopped");
    cloud.wait(15.0);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.post("/services", &body(&json!({ "dataWarehouseId": warehouse }))).status, 404);
}

#[test]
fn backups_are_those_of_the_primary() {
    let mut cloud = Cloud::new();
    let (primary, _) = cloud.create_running(&json!({}));
    let warehouse = warehouse(&mut cloud, &primary);
    let (secondary, _) = cloud.create_running(&json!({ "dataWarehouseId": warehouse }));
    cloud.wait(3.0 * 86_400.0);
    let mut count = |id: &str| cloud.get(&format!("/services/{id}/backups")).result().as_array().unwrap().len();
    assert_eq!((count(&primary), count(&secondary)), (3, 0));
}
