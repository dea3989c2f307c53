//! The small parts of a service: upgrade window, query endpoint, private endpoints, metrics.

use clickhouse_cloud::contract::{self, Method};
use clickhouse_cloud::host::{HttpRequest, HttpResponse};
use clickhouse_cloud::sandbox::{self, Key, Options};
use clickhouse_cloud::secret::Secret;
use serde_json::{Value, json};

use crate::cloud::{Cloud, basic, body};

#[test]
fn every_operation_of_a_service_and_its_backups_is_played() {
    let all = contract::OPERATIONS.iter();
    for operation in all.filter(|it| it.name.starts_with("services.") || it.name.starts_with("backups.")) {
        assert!(sandbox::plays(operation), "{}", operation.name);
    }
}

#[test]
fn an_upgrade_window_lasts_six_hours() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/upgradeWindow");
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: the upgrade window of {id} not found"));
    assert_eq!(cloud.delete(&path).status, 404);
    for (weekday, hour) in [(3, 12), (0, 0)] {
        let window = json!({ "weekday": weekday, "startHourUtc": hour });
        let set = cloud.send(Method::Put, &cloud.url(&path), Some(window.to_string()));
        assert_eq!(set.result(), &json!({ "weekday": weekday, "startHourUtc": hour, "duration": 6 }));
        assert_eq!(cloud.get(&path).result(), set.result());
    }
    let warehouse = cloud.get(&format!("/services/{id}")).result()["dataWarehouseId"].clone();
    let (secondary, _) = cloud.create_running(&json!({ "dataWarehouseId": warehouse }));
    let its = format!("/services/{secondary}/upgradeWindow");
    assert_eq!(cloud.get(&its).result()["weekday"], 0, "it has that of the primary service");
    let window = json!({ "weekday": 1, "startHourUtc": 6 }).to_string();
    assert_eq!(cloud.send(Method::Put, &cloud.url(&its), Some(window)).status, 400);
    assert_eq!(cloud.delete(&its).status, 400);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!((cloud.get(&path).status, cloud.get(&its).status), (404, 404));
}

#[test]
fn a_query_endpoint_is_bound_to_keys_that_exist() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/serviceQueryEndpoint");
    assert_eq!((cloud.get(&path).status, cloud.delete(&path).status), (404, 404));
    let keys: Vec<Value> = cloud.get("/keys").result().as_array().unwrap().clone();
    let key = keys[0]["id"].as_str().unwrap().to_owned();
    let unknown = json!({ "roles": ["sql_console_admin"], "openApiKeys": [id], "allowedOrigins": "*" });
    assert_eq!(cloud.post(&path, &unknown).refused(404), format!("NOT_FOUND: key {id} not found"));
    let bound = json!({ "roles": ["sql_console_admin"], "openApiKeys": [key], "allowedOrigins": "*" });
    let first = cloud.post(&path, &bound).result().clone();
    assert_eq!((&first["openApiKeys"], &first["allowedOrigins"]), (&json!([key]), &json!("*")));
    assert_eq!(cloud.post(&path, &bound).result(), &first, "the id stays");
    assert_eq!(cloud.get(&path).result(), &first);
    let whole = cloud.post(&path, &json!({ "roles": ["sql_console_read_only"] })).result().clone();
    assert_eq!((&whole["id"], &whole["openApiKeys"]), (&first["id"], &json!([])));
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.get(&path).status, 404);
    assert_ne!(cloud.post(&path, &bound).result()["id"], first["id"]);
}

#[test]
fn a_deleted_key_leaves_the_query_endpoint() {
    let other = Key { id: "other".to_owned(), secret: Secret::new("secret"), organization_id: None };
    let mut cloud = Cloud::of(Options { rate_limit: None, keys: vec![other], ..Options::default() });
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/serviceQueryEndpoint");
    let keys = cloud.get("/keys").result().clone();
    let key = keys.as_array().unwrap().iter().find(|key| key["name"] == "other").unwrap()["id"].as_str().unwrap();
    cloud.post(&path, &json!({ "openApiKeys": [key] })).result();
    assert_eq!(cloud.get(&path).result()["openApiKeys"], json!([key]));
    assert_eq!(cloud.delete(&format!("/keys/{key}")).status, 200);
    assert_eq!(cloud.get(&path).result()["openApiKeys"], json!([]));
}

#[test]
fn a_private_endpoint_stands_on_service_and_organization() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let (near, _) = cloud.create(&json!({}));
    let (far, _) = cloud.create(&json!({ "provider": "gcp", "region": "europe-west4" }));
    let path = format!("/services/{id}");
    let config = cloud.get(&format!("{path}/privateEndpointConfig")).result().clone();
    assert!(config["endpointServiceId"].as_str().unwrap().starts_with("com.amazonaws.vpce.eu-west-1.vpce-svc-"));
    let host = config["privateDnsHostname"].as_str().unwrap();
    assert!(host.ends_with(".eu-west-1.vpce.aws.clickhouse.cloud"), "{host}");
    let other = cloud.get(&format!("/services/{near}/privateEndpointConfig")).result().clone();
    assert_eq!(other["endpointServiceId"], config["endpointServiceId"], "one for each region");
    let query = "cloud_provider=aws&region_id=eu-west-1";
    let older = cloud.get(&format!("/privateEndpointConfig?{query}")).result()["endpointServiceId"].clone();
    assert_eq!(older, config["endpointServiceId"], "the organization has the same one");
    assert_ne!(other["privateDnsHostname"], config["privateDnsHostname"]);

    let endpoint = json!({ "id": "vpce-0123456789abcdef0", "description": "ours" });
    let created = cloud.post(&format!("{path}/privateEndpoint"), &endpoint).result().clone();
    let whole = json!({
        "id": "vpce-0123456789abcdef0", "description": "ours", "cloudProvider": "aws", "region": "eu-west-1"
    });
    assert_eq!(created, whole);
    assert!(cloud.post(&format!("{path}/privateEndpoint"), &endpoint).refused(409).starts_with("CONFLICT: "));
    assert_eq!(cloud.get("").result()["privateEndpoints"], json!([whole]));
    assert_eq!(cloud.get(&path).result()["privateEndpointIds"], json!(["vpce-0123456789abcdef0"]));
    let offered = |cloud: &mut Cloud, id: &str| {
        cloud.get(&format!("/services/{id}")).result()["availablePrivateEndpointIds"].clone()
    };
    assert_eq!(offered(&mut cloud, &near), json!(["vpce-0123456789abcdef0"]));
    assert_eq!(offered(&mut cloud, &far), json!([]));
    let later = cloud.post("/services", &body(&json!({}))).result()["service"].clone();
    assert_eq!(later["availablePrivateEndpointIds"], json!(["vpce-0123456789abcdef0"]));

    let near_id = json!({ "id": "vpce-2", "cloudProvider": "aws", "region": "eu-west-1" });
    cloud.patch("", &json!({ "privateEndpoints": { "add": [near_id] } })).result();
    assert_eq!(offered(&mut cloud, &near), json!(["vpce-0123456789abcdef0", "vpce-2"]));
    cloud.patch("", &json!({ "privateEndpoints": { "remove": [{ "id": "vpce-2" }] } })).result();

    // The same endpoint on another service is one of the organization.
    cloud.post(&format!("/services/{near}/privateEndpoint"), &endpoint).result();
    assert_eq!(cloud.get("").result()["privateEndpoints"], json!([whole]));
    let removal = json!({ "privateEndpointIds": { "add": [], "remove": ["vpce-0123456789abcdef0"] } });
    assert_eq!(cloud.patch(&path, &removal).result()["privateEndpointIds"], json!([]));
}

/// The response of a metrics endpoint.
fn scrape(cloud: &mut Cloud, path: &str) -> HttpResponse {
    let options = cloud.sandbox.options();
    let key = basic(&options.key_id, options.key_secret.reveal());
    let url = cloud.url(path);
    let request = HttpRequest { method: Method::Get, url, headers: Vec::new(), authorization: Some(key), body: None };
    cloud.sandbox.handle(cloud.now, &request).into_result().unwrap()
}

/// The values of a metric.
fn values(text: &str, name: &str) -> Vec<f64> {
    let lines = text.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{')));
    lines.map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap()).collect()
}

#[test]
fn metrics_follow_the_state() {
    let mut cloud = Cloud::new();
    let (id, _) =
        cloud.create_running(&json!({ "name": "a \"b\" \\ c", "idleScaling": false, "minReplicaMemoryGb": 16 }));
    let path = format!("/services/{id}/prometheus");
    cloud.wait(600.0);
    let response = scrape(&mut cloud, &path);
    assert_eq!((response.status, response.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    let text = String::from_utf8(response.body).unwrap();
    assert!(text.contains(r#"clickhouse_service_name="a \"b\" \\ c""#) && text.contains(r#"="running""#), "{text}");
    assert_eq!(values(&text, "ClickHouseAsyncMetrics_CGroupMemoryTotal"), [17_179_869_184.0; 3]);
    let before = values(&text, "ClickHouseProfileEvents_Query");
    assert_eq!(before.len(), 3);
    cloud.patch(&format!("/services/{id}/password"), &json!({})).result();
    cloud.wait(600.0);
    let later = String::from_utf8(scrape(&mut cloud, &path).body).unwrap();
    let after = values(&later, "ClickHouseProfileEvents_Query");
    assert!(before.iter().zip(&after).all(|(before, after)| before < after), "{before:?} {after:?}");
    let fewer = String::from_utf8(scrape(&mut cloud, &format!("{path}?filtered_metrics=true")).body).unwrap();
    assert!(fewer.len() < later.len() && !values(&fewer, "ClickHouseProfileEvents_Query").is_empty());
    assert!(fewer.contains(r#"scrape="filtered""#));
    assert_eq!(scrape(&mut cloud, &format!("{path}?filtered_metrics=maybe")).status, 400);
    cloud.command(&id, "stop");
    let stopped = String::from_utf8(scrape(&mut cloud, &path).body).unwrap();
    assert_eq!(values(&stopped, "ClickHouse_ServiceInfo"), [1.0]);
    assert_eq!(values(&stopped, "ClickHouseProfileEvents_Query"), [0.0; 0]);
}

/// The rules of the text format that a parser holds: a family's lines stand together, after its type.
#[test]
fn metrics_are_of_the_text_format() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let text = String::from_utf8(scrape(&mut cloud, &format!("/services/{id}/prometheus")).body).unwrap();
    assert!(text.ends_with('\n'));
    let mut families = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "untyped"].contains(&kind), "{line}");
            assert!(!families.contains(&name), "{line}");
            families.push(name);
        } else if !line.starts_with("# HELP ") {
            let name = line.split_once('{').unwrap().0;
            assert_eq!(families.last(), Some(&name), "{line}");
        }
    }
    assert!(families.len() > 5);
}
