//! The organization itself: its properties, metrics, and endpoint services.

use serde_json::json;

use crate::cloud::Cloud;

#[test]
fn the_organization_is_updated() {
    let mut cloud = Cloud::new();
    let before = cloud.get("").result().clone();
    let changed = cloud.patch("", &json!({ "name": "Mine", "enableCoreDumps": true })).result().clone();
    assert_eq!((&changed["name"], &changed["enableCoreDumps"]), (&json!("Mine"), &json!(true)));
    assert_eq!((&changed["id"], &changed["createdAt"]), (&before["id"], &before["createdAt"]));
    assert_eq!(cloud.sandbox.ledger().next_back().unwrap().change.as_deref(), Some("organization updated"));
    assert_eq!(cloud.get("").result(), &changed);
    assert!(cloud.patch("", &json!({ "name": " " })).refused(400).starts_with("BAD_REQUEST: body.name: "));
}

#[test]
fn private_endpoints_are_removed_before_others_are_added() {
    let mut cloud = Cloud::new();
    let endpoint =
        |id: &str, region: &str| json!({ "id": id, "cloudProvider": "aws", "region": region, "description": id });
    let (one, two) = (endpoint("vpce-1", "eu-west-1"), endpoint("vpce-2", "us-east-1"));
    let mut change = |add: serde_json::Value, remove: serde_json::Value| {
        let body = json!({ "privateEndpoints": { "add": add, "remove": remove } });
        let answer = cloud.patch("", &body);
        if answer.status == 200 { answer.result()["privateEndpoints"].clone() } else { json!(answer.refused(400)) }
    };
    assert_eq!(change(json!([one, two]), json!([])), json!([one, two]));
    let mut described = one.clone();
    described["description"] = json!("other");
    assert_eq!(change(json!([described]), json!([])), json!([described, two]));
    assert_eq!(change(json!([one]), json!([{ "id": "vpce-1" }, { "id": "vpce-9" }])), json!([two, one]));
    assert_eq!(change(json!([]), json!([{ "id": "vpce-2", "region": "eu-west-1" }])), json!([two, one]));
    assert_eq!(change(json!([]), json!([two])), json!([one]));
    let text = "BAD_REQUEST: body.privateEndpoints.add[0].id: expected the id of an endpoint, received nothing";
    assert_eq!(change(json!([{ "description": "x" }]), json!([])), json!(text));
}

#[test]
fn a_private_endpoint_that_is_added_again_keeps_what_is_not_sent() {
    let mut cloud = Cloud::new();
    let whole = json!({ "id": "vpce-1", "cloudProvider": "aws", "region": "us-east-1", "description": "mine" });
    cloud.patch("", &json!({ "privateEndpoints": { "add": [whole] } })).result();
    let again = json!({ "privateEndpoints": { "add": [{ "id": "vpce-1" }] } });
    assert_eq!(cloud.patch("", &again).result()["privateEndpoints"], json!([whole]));
    let wrong = json!({ "id": "vpce-2", "cloudProvider": "aws", "region": "europe-west4" });
    let wrong = json!({ "privateEndpoints": { "add": [whole, wrong] } });
    let text = "BAD_REQUEST: body.privateEndpoints.add[1].region: expected a region of aws, received \"europe-west4\"";
    assert_eq!(cloud.patch("", &wrong).refused(400), text);
    assert_eq!(cloud.get("").result()["privateEndpoints"], json!([whole]));
}

#[test]
fn a_private_endpoint_that_a_service_uses_is_not_removed() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    cloud.post(&format!("{path}/privateEndpoint"), &json!({ "id": "vpce-1", "description": "mine" })).result();
    let removal = json!({ "privateEndpoints": { "remove": [{ "id": "vpce-1" }] } });
    let text = format!("CONFLICT: the private endpoint vpce-1 is used by the service {id}; remove it there first");
    assert_eq!(cloud.patch("", &removal).refused(409), text);
    assert_eq!(cloud.get(&path).result()["availablePrivateEndpointIds"], json!(["vpce-1"]));
    cloud.patch(&path, &json!({ "privateEndpointIds": { "remove": ["vpce-1"] } })).result();
    assert_eq!(cloud.patch("", &removal).result()["privateEndpoints"], json!([]));
    assert_eq!(cloud.get(&path).result()["availablePrivateEndpointIds"], json!([]));
}

/// The samples of a text, each with its name, labels and value, if all of it is of Prometheus' format.
fn samples(text: &str) -> Vec<(String, String, f64)> {
    let mut family = String::new();
    let mut samples = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().unwrap().to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert!(["gauge", "counter", "untyped"].contains(&kind));
        } else {
            let (name, rest) = line.split_once('{').unwrap();
            let (labels, value) = rest.rsplit_once("} ").unwrap();
            assert_eq!(name, family);
            samples.push((name.to_owned(), labels.to_owned(), value.parse().unwrap()));
        }
    }
    samples
}

#[test]
fn metrics_are_made_from_the_state() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "name": "my \"first\"", "numReplicas": 2, "minReplicaMemoryGb": 8 }));
    cloud.create(&json!({ "name": "second" }));
    cloud.wait(30.0);
    let text = cloud.get("/prometheus").text;
    let all = samples(&text);
    let of = |name: &str| all.iter().filter(|(known, ..)| known == name).collect::<Vec<_>>();
    let info = of("ClickHouse_ServiceInfo");
    assert_eq!(info.len(), 2);
    let service = format!("clickhouse_service=\"{id}\",clickhouse_service_name=\"my \\\"first\\\"\"");
    assert!(info[0].1.contains(&service) && info[0].1.contains("clickhouse_cluster_status=\"running\""), "{text}");
    assert!(info[1].1.contains("clickhouse_cluster_status=\"provisioning\""), "{text}");
    let memory = of("ClickHouseAsyncMetrics_CGroupMemoryTotal");
    assert_eq!(memory.iter().map(|(.., bytes)| *bytes).collect::<Vec<_>>(), [8.0 * 1_073_741_824.0; 2]);
    assert!(of("ClickHouseAsyncMetrics_Uptime").iter().all(|(.., seconds)| (30.0..120.0).contains(seconds)));
    let main = samples(&cloud.get("/prometheus?filtered_metrics=true").text);
    assert!(main.len() < all.len());
    assert_eq!(cloud.get("/prometheus?filtered_metrics=yes").status, 400);
    assert_eq!(samples(&cloud.get("/postgres/prometheus").text), []);
    let body = json!({ "name": "shop", "provider": "aws", "region": "us-east-1", "size": "m8gd.xlarge" });
    let id = cloud.post("/postgres", &body).result()["id"].as_str().unwrap().to_owned();
    cloud.wait(600.0);
    // The same metrics as those of the service itself.
    let all = cloud.get("/postgres/prometheus").text;
    assert!(all.contains("pg_up{"), "{all}");
    assert_eq!(all, cloud.get(&format!("/postgres/{id}/prometheus")).text);
}

#[test]
fn the_endpoint_service_of_a_region() {
    let mut cloud = Cloud::new();
    let mut get = |provider: &str, region: &str| {
        cloud.get(&format!("/privateEndpointConfig?cloud_provider={provider}&region_id={region}"))
    };
    let name = get("aws", "eu-west-1").result()["endpointServiceId"].as_str().unwrap().to_owned();
    assert!(name.starts_with("com.amazonaws.vpce.eu-west-1.vpce-svc-"), "{name}");
    assert_eq!(get("aws", "eu-west-1").result()["endpointServiceId"], name);
    assert_ne!(get("aws", "us-east-1").result()["endpointServiceId"], name);
    assert_eq!(get("gcp", "europe-west4").status, 200);
    assert_eq!(get("azure", "westus3").status, 200);
    assert!(get("aws", "westus3").refused(400).contains("query.region_id: expected a region of aws"));
    assert!(get("moon", "westus3").refused(400).contains("query.cloud_provider: expected one of"));
}
