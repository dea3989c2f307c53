//! Infrastructure in a cloud account of the customer's own: shown in the organization.

use serde_json::{Value, json};

use crate::cloud::Cloud;

fn shown(cloud: &mut Cloud) -> Value {
    cloud.get("").result()["byocConfig"].clone()
}

#[test]
fn infrastructure_lives_in_the_organization() {
    let mut cloud = Cloud::new();
    assert_eq!(shown(&mut cloud), json!([]));
    let body = json!({ "regionId": "eu-west-1", "accountId": "123456789012", "displayName": "ours" });
    let made = cloud.post("/byocInfrastructure", &body).result().clone();
    assert_eq!(made["state"], "infra-provisioning");
    assert_eq!((&made["accountName"], &made["cloudProvider"]), (&json!("123456789012"), &json!("aws")));
    assert_eq!(shown(&mut cloud), json!([made]));
    let path = format!("/byocInfrastructure/{}", made["id"].as_str().unwrap());
    assert_eq!(cloud.patch(&path, &json!({ "displayName": "theirs" })).result()["displayName"], "theirs");
    cloud.wait(2_400.0);
    assert_eq!(shown(&mut cloud)[0]["state"], "infra-ready");

    let text = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud::new();
    other.sandbox.restore(other.now, &text).unwrap();
    assert_eq!(shown(&mut other), shown(&mut cloud));

    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(shown(&mut cloud)[0]["state"], "infra-ready");
    cloud.wait(900.0);
    assert_eq!(shown(&mut cloud)[0]["state"], "infra-terminated");
    cloud.wait(7_200.0);
    assert_eq!(shown(&mut cloud), json!([]));
    assert_eq!(cloud.patch(&path, &json!({ "displayName": "x" })).status, 404);
}

#[test]
fn infrastructure_with_services_is_not_deleted() {
    let mut cloud = Cloud::new();
    let body = json!({ "regionId": "eu-west-1", "accountId": "123456789012" });
    let id = cloud.post("/byocInfrastructure", &body).result()["id"].as_str().unwrap().to_owned();
    cloud.wait(2_400.0);
    cloud.create(&json!({ "byocId": id }));
    let text = cloud.delete(&format!("/byocInfrastructure/{id}")).refused(409).to_owned();
    assert_eq!(text, "CONFLICT: The infrastructure has services: delete them before.");
}
