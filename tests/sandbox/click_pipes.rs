//! ClickPipes: their states, changes of the source, scaling and settings; and the private endpoints that lead to sources.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::Options;
use serde_json::{Value, json};

use crate::cloud::{Cloud, Received};

fn kafka() -> Value {
    json!({ "kafka": {
        "type": "kafka", "format": "JSONEachRow", "brokers": "a:9092", "topics": "events", "authentication": "PLAIN",
        "credentials": { "username": "reader", "password": "kafka-secret" },
    } })
}

fn postgres(mode: &str) -> Value {
    json!({ "postgres": {
        "host": "db.example.com", "port": 5432, "database": "shop", "authentication": "basic",
        "credentials": { "username": "reader", "password": "pg-secret" },
        "settings": { "replicationMode": mode, "syncIntervalSeconds": 60 },
        "tableMappings": [table("orders"), table("users")],
    } })
}

fn table(name: &str) -> Value {
    json!({ "sourceSchemaName": "public", "sourceTable": name, "targetTable": format!("shop_{name}") })
}

/// A running service, and the path of its pipes.
fn service(cloud: &mut Cloud) -> String {
    let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
    format!("/services/{id}/clickpipes")
}

/// Creates a pipe. Returns its path.
#[track_caller]
fn create(cloud: &mut Cloud, path: &str, source: &Value) -> String {
    let body = json!({ "name": "a", "source": source, "destination": { "database": "default" } });
    let created = cloud.post(path, &body);
    format!("{path}/{}", created.result()["id"].as_str().unwrap())
}

fn command(cloud: &mut Cloud, pipe: &str, command: &str) -> Received {
    cloud.patch(&format!("{pipe}/state"), &json!({ "command": command }))
}

#[test]
fn the_source_decides_the_states() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let files = |continuous: bool| json!({ "objectStorage": { "type": "s3", "format": "CSV", "url": "https://a/*.csv", "isContinuous": continuous } });
    for (source, until, states) in [
        (kafka(), "Running", vec!["Provisioning", "Running"]),
        (files(true), "Running", vec!["Provisioning", "Running"]),
        (files(false), "Completed", vec!["Provisioning", "Running", "Completed"]),
        (postgres("cdc"), "Running", vec!["Provisioning", "Setup", "Snapshot", "Running"]),
        (postgres("snapshot"), "Completed", vec!["Provisioning", "Setup", "Snapshot", "Completed"]),
        (postgres("cdc_only"), "Running", vec!["Provisioning", "Setup", "Running"]),
    ] {
        let pipe = create(&mut cloud, &path, &source);
        assert_eq!(cloud.states_until(&pipe, "state", until), states, "{source}");
    }
    assert_eq!(cloud.get(&path).result().as_array().map(Vec::len), Some(6));
}

#[test]
fn a_source_has_what_it_needs_to_be_read() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    for (source, property) in [
        (json!({ "kafka": {} }), "kafka.brokers"),
        (json!({ "kafka": { "brokers": "a:9092", "topics": "" } }), "kafka.topics"),
        (json!({ "kinesis": { "streamName": "a" } }), "kinesis.region"),
        (json!({ "pubsub": { "projectId": "a" } }), "pubsub.topic"),
        (json!({ "objectStorage": {} }), "objectStorage.url or azureContainerName"),
        (json!({ "postgres": { "tableMappings": [table("a")] } }), "postgres.host"),
        (json!({ "postgres": { "host": "db.example.com", "tableMappings": [] } }), "postgres.tableMappings"),
        (json!({ "mysql": {} }), "mysql.host"),
        (json!({ "mongodb": {} }), "mongodb.uri"),
        (json!({ "bigquery": {} }), "bigquery.tableMappings"),
    ] {
        let body = json!({ "name": "a", "source": source, "destination": { "database": "default" } });
        let refused = cloud.post(&path, &body).refused(400).to_owned();
        assert!(refused.contains(&format!("body.source.{property}")), "{refused}");
    }
    assert_eq!(cloud.get(&path).result(), &json!([]));
}

#[test]
fn a_pipe_whose_private_endpoint_is_gone_does_not_start_again() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let endpoints = path.replace("clickpipes", "clickpipesReversePrivateEndpoints");
    let msk = json!({ "type": "MSK_MULTI_VPC", "mskClusterArn": "arn:aws:kafka:a/b", "mskAuthentication": "SASL_IAM" });
    let id = cloud.post(&endpoints, &msk).result()["id"].as_str().unwrap().to_owned();
    cloud.wait(600.0);
    let mut source = kafka();
    source["kafka"]["reversePrivateEndpointIds"] = json!([id]);
    let pipe = create(&mut cloud, &path, &source);
    cloud.wait(300.0);
    cloud.delete(&format!("{endpoints}/{id}"));
    cloud.wait(300.0);
    let refused = command(&mut cloud, &pipe, "start").refused(400).to_owned();
    assert!(refused.contains("source.kafka.reversePrivateEndpointIds[0]: expected a reverse private"), "{refused}");
    assert_eq!(cloud.get(&pipe).result()["state"], "Failed");
    cloud.patch(&pipe, &json!({ "source": { "kafka": { "reversePrivateEndpointIds": [] } } })).result();
    assert_eq!(command(&mut cloud, &pipe, "start").status, 200);
}

#[test]
fn a_pipe_is_created_as_the_official_terraform_provider_does() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let body = json!({ "name": "a", "source": kafka(), "destination": { "database": "default" } });
    assert_eq!(cloud.post(&format!("{path}/"), &body).result()["name"], "a");
}

#[test]
fn credentials_are_never_shown_nor_kept() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &kafka());
    let other = create(&mut cloud, &path, &postgres("cdc"));
    let update = json!({ "source": { "kafka": { "credentials": { "username": "b", "password": "next-secret" } } } });
    cloud.patch(&pipe, &update).result();
    for text in [cloud.get(&pipe).text, cloud.get(&other).text, cloud.sandbox.snapshot(cloud.now)] {
        assert!(!text.contains("-secret") && !text.contains("\"reader\""), "{text}");
    }
}

#[test]
fn a_pipe_needs_one_source_and_a_service_that_runs() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({ "idleTimeoutMinutes": 5 }));
    let path = format!("/services/{id}/clickpipes");
    let body = |source: Value| json!({ "name": "a", "source": source, "destination": {} });
    assert_eq!(
        cloud.post(&path, &body(kafka())).refused(409),
        "CONFLICT: A ClickPipe is created only when the service is running. Current state: 'provisioning'"
    );
    cloud.until(&id, "running");
    assert!(cloud.post(&path, &body(json!({}))).refused(400).contains("at least one of kafka"));
    let mut two = kafka();
    two["kinesis"] = json!({ "streamName": "a" });
    assert!(cloud.post(&path, &body(two)).refused(400).contains("body.source"));
    let pipe = create(&mut cloud, &path, &kafka());
    cloud.until(&id, "idle");
    let refusal = "FAILED_DEPENDENCY: ClickPipes need a service that is awake. Current state: idle";
    assert_eq!(cloud.post(&path, &body(kafka())).refused(424), refusal);
    assert_eq!(command(&mut cloud, &pipe, "stop").refused(424), refusal);
    // Reading wakes nobody.
    assert_eq!(cloud.get(&pipe).result()["state"], "Running");
    assert_eq!(cloud.get(&format!("{path}/00000000-0000-4000-8000-000000000000")).status, 404);
}

#[test]
fn pipes_stop_start_and_copy_again() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &kafka());
    cloud.states_until(&pipe, "state", "Running");
    assert_eq!(command(&mut cloud, &pipe, "start").result()["state"], "Running");
    assert_eq!(command(&mut cloud, &pipe, "stop").result()["state"], "Stopping");
    assert_eq!(cloud.states_until(&pipe, "state", "Stopped"), ["Stopping", "Stopped"]);
    assert_eq!(command(&mut cloud, &pipe, "start").result()["state"], "Provisioning");
    assert_eq!(
        command(&mut cloud, &pipe, "resync").refused(409),
        "CONFLICT: Only ClickPipe of a database can be resynced. Current state: 'Provisioning'"
    );
    let pipe = create(&mut cloud, &path, &postgres("cdc"));
    cloud.states_until(&pipe, "state", "Running");
    command(&mut cloud, &pipe, "stop");
    assert_eq!(cloud.states_until(&pipe, "state", "Paused"), ["Pausing", "Paused"]);
    command(&mut cloud, &pipe, "resync").result();
    assert_eq!(cloud.states_until(&pipe, "state", "Running"), ["Resync", "Snapshot", "Running"]);
}

#[test]
fn an_update_merges_and_takes_a_while() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &kafka());
    cloud.states_until(&pipe, "state", "Running");
    let created = cloud.get(&pipe).result().clone();
    cloud.wait(10.0);
    let change = json!({ "name": "b", "source": { "kafka": { "authentication": "IAM_ROLE", "iamRole": "arn" }, "kinesis": null } });
    let changed = cloud.patch(&pipe, &change).result().clone();
    assert_eq!((&changed["name"], &changed["state"]), (&json!("b"), &json!("Modifying")));
    assert_eq!(changed["source"]["kafka"]["topics"], "events");
    assert_eq!(changed["source"]["kafka"]["iamRole"], "arn");
    assert_eq!(changed["source"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(changed["createdAt"], created["createdAt"]);
    assert_ne!(changed["updatedAt"], created["updatedAt"]);
    cloud.states_until(&pipe, "state", "Running");
    let other = json!({ "source": { "mysql": { "host": "a", "port": 1 } } });
    assert_eq!(
        cloud.patch(&pipe, &other).refused(400),
        "BAD_REQUEST: body.source.mysql: expected changes to the source that the pipe has, kafka, received another kind"
    );
    assert!(cloud.patch(&pipe, &json!({ "name": "" })).refused(400).contains("body.name"));
    assert_eq!(cloud.get(&pipe).result()["name"], "b");
}

#[test]
fn tables_change_while_a_database_pipe_is_paused() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &postgres("cdc"));
    cloud.states_until(&pipe, "state", "Running");
    let change = json!({ "source": { "postgres": {
        "tableMappingsToAdd": [table("items")],
        "tableMappingsToRemove": [{ "sourceSchemaName": "public", "sourceTable": "users", "targetTable": "shop_users" }],
    } } });
    assert_eq!(cloud.patch(&pipe, &change).refused(400), "BAD_REQUEST: Postgres ClickPipe must be paused to edit");
    command(&mut cloud, &pipe, "stop");
    cloud.states_until(&pipe, "state", "Paused");
    let changed = cloud.patch(&pipe, &change).result().clone();
    assert_eq!(changed["source"]["postgres"]["tableMappings"], json!([table("orders"), table("items")]));
    assert_eq!(changed["source"]["postgres"]["settings"]["replicationMode"], "cdc");
    assert_eq!(cloud.states_until(&pipe, "state", "Running"), ["Modifying", "Running"]);
    command(&mut cloud, &pipe, "stop");
    cloud.states_until(&pipe, "state", "Paused");
    assert!(cloud.patch(&pipe, &change).refused(400).contains("tableMappingsToRemove[0]"));
}

#[test]
fn replicas_are_those_of_streams() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &kafka());
    let least = json!({ "replicas": 1, "concurrency": 1, "replicaCpuMillicores": 125, "replicaMemoryGb": 0.5 });
    assert_eq!(cloud.get(&pipe).result()["scaling"], least);
    cloud.states_until(&pipe, "state", "Running");
    let scaled =
        cloud.patch(&format!("{pipe}/scaling"), &json!({ "replicas": 4, "replicaMemoryGb": 2 })).result().clone();
    let more = json!({ "replicas": 4, "concurrency": 4, "replicaCpuMillicores": 125, "replicaMemoryGb": 2 });
    assert_eq!((&scaled["scaling"], &scaled["state"]), (&more, &json!("Modifying")));
    cloud.patch(&format!("{pipe}/scaling"), &json!({ "replicas": 41 })).refused(400);
    let pipe = create(&mut cloud, &path, &postgres("cdc"));
    assert!(cloud.patch(&format!("{pipe}/scaling"), &json!({ "replicas": 2 })).refused(400).contains("Cdc"));
}

#[test]
fn settings_are_a_part_of_the_pipe() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let first = json!({ "streaming_max_insert_wait_ms": 1000 });
    let body = json!({ "name": "a", "source": kafka(), "destination": {}, "settings": first });
    let pipe = format!("{path}/{}", cloud.post(&path, &body).result()["id"].as_str().unwrap());
    let settings = format!("{pipe}/settings");
    assert_eq!(cloud.get(&settings).result(), &first);
    let next = json!({ "clickhouse_max_threads": 4 });
    let url = cloud.url(&settings);
    assert_eq!(cloud.send(Method::Put, &url, Some(next.to_string())).result(), &next);
    assert_eq!(cloud.get(&pipe).result()["settings"], next);
    cloud.patch(&pipe, &json!({ "settings": first })).result();
    assert_eq!(
        cloud.get(&settings).result(),
        &json!({ "clickhouse_max_threads": 4, "streaming_max_insert_wait_ms": 1000 })
    );
}

#[test]
fn database_pipes_share_a_size() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let scaling = path.replace("clickpipes", "clickpipesCdcScaling");
    create(&mut cloud, &path, &kafka());
    assert_eq!(cloud.get(&scaling).status, 404);
    create(&mut cloud, &path, &postgres("cdc"));
    assert_eq!(cloud.get(&scaling).result(), &json!({ "replicaCpuMillicores": 2000, "replicaMemoryGb": 8 }));
    assert_eq!(
        cloud.patch(&scaling, &json!({ "replicaCpuMillicores": 4000 })).refused(400),
        "BAD_REQUEST: body.replicaMemoryGb: expected 16 where replicaCpuMillicores is 4000, 4 for every 1000, received 8"
    );
    let size = json!({ "replicaCpuMillicores": 4000, "replicaMemoryGb": 16 });
    assert_eq!(cloud.patch(&scaling, &size).result(), &size);
    create(&mut cloud, &path, &postgres("cdc"));
    assert_eq!(cloud.get(&scaling).result(), &size);
}

#[test]
fn a_schema_is_discovered_from_the_source() {
    let mut cloud = Cloud::new();
    let path = format!("{}/schemaDiscovery", service(&mut cloud));
    let found = cloud.post(&path, &json!({ "source": kafka() })).result().clone();
    assert_eq!(found["fields"][2], json!({ "name": "events", "type": "Nullable(String)", "optional": true }));
    assert_eq!(found["meta"]["topic"], "events");
    assert_eq!(cloud.post(&path, &json!({ "source": kafka() })).result(), &found);
    cloud.post(&path, &json!({ "source": postgres("cdc") })).refused(400);
}

#[test]
fn a_deleted_pipe_goes_after_seconds() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &kafka());
    assert_eq!(cloud.delete(&pipe).status, 200);
    assert_eq!(cloud.get(&pipe).result()["state"], "Stopping");
    assert_eq!(
        cloud.patch(&pipe, &json!({ "name": "b" })).refused(409),
        "CONFLICT: The ClickPipe is being deleted. Current state: 'Stopping'"
    );
    cloud.wait(10.0);
    assert_eq!(cloud.get(&pipe).status, 404);
    assert_eq!(cloud.delete(&pipe).status, 404);
}

#[test]
fn pipes_stay_with_a_stopped_service_and_in_a_snapshot() {
    let mut cloud = Cloud::of(Options { rate_limit: None, ..Options::default() });
    let path = service(&mut cloud);
    let pipe = create(&mut cloud, &path, &postgres("cdc"));
    let (snapshot, then) = (cloud.sandbox.snapshot(cloud.now), cloud.now);
    let expected = cloud.states_until(&pipe, "state", "Running");
    let id = path.split('/').nth(2).unwrap().to_owned();
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    assert_eq!(cloud.get(&pipe).result()["state"], "Running");
    let mut other = Cloud::of(Options { rate_limit: None, seed: 9, ..Options::default() });
    other.now = then;
    other.sandbox.restore(then, &snapshot).unwrap();
    assert_eq!(other.states_until(&pipe, "state", "Running"), expected);
}

#[test]
fn private_endpoints_wait_for_the_owner_of_their_target() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud).replace("clickpipes", "clickpipesReversePrivateEndpoints");
    let vpc =
        json!({ "type": "VPC_ENDPOINT_SERVICE", "vpcEndpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1" });
    let msk = json!({ "type": "MSK_MULTI_VPC", "mskClusterArn": "arn:aws:kafka:a/b", "mskAuthentication": "SASL_IAM" });
    let mut statuses = Vec::new();
    for body in [vpc, msk] {
        let created = cloud.post(&path, &body).result().clone();
        assert!(created["endpointId"].as_str().unwrap().starts_with("vpce-"), "{created}");
        assert!(created["dnsNames"].is_array() && created["privateDnsNames"].is_array());
        assert_eq!(created["gcpServiceAttachment"], Value::Null);
        let one = format!("{path}/{}", created["id"].as_str().unwrap());
        let mut seen = Vec::new();
        while seen.last() != Some(&json!("Ready")) {
            let status = cloud.get(&one).result()["status"].clone();
            if seen.last() != Some(&status) {
                seen.push(status);
            }
            cloud.wait(1.0);
        }
        statuses.push(seen);
        let names = json!({ "customPrivateDnsMappings": [{ "privateDnsName": "a.example.com" }] });
        assert_eq!(cloud.patch(&one, &names).result()["customPrivateDnsMappings"], names["customPrivateDnsMappings"]);
        cloud.delete(&one);
        assert_eq!(cloud.get(&one).result()["status"], "Deleting");
        cloud.patch(&one, &names).refused(409);
        cloud.wait(60.0);
        assert_eq!(cloud.get(&one).status, 404);
    }
    assert_eq!(statuses, [vec!["Provisioning", "PendingAcceptance", "Ready"], vec!["Provisioning", "Ready"]]);
    let wrong = json!({ "type": "VPC_RESOURCE", "mskClusterArn": "arn" });
    assert_eq!(
        cloud.post(&path, &wrong).refused(400),
        "BAD_REQUEST: body.vpcResourceConfigurationId: expected the target of the type VPC_RESOURCE, received nothing"
    );
}

#[test]
fn a_pipe_fails_without_its_endpoint() {
    let mut cloud = Cloud::new();
    let path = service(&mut cloud);
    let endpoints = path.replace("clickpipes", "clickpipesReversePrivateEndpoints");
    let body = json!({ "type": "MSK_MULTI_VPC", "mskClusterArn": "arn:aws:kafka:a/b" });
    let id = cloud.post(&endpoints, &body).result()["id"].clone();
    let mut source = kafka();
    source["kafka"]["reversePrivateEndpointIds"] = json!([id]);
    let pipe = create(&mut cloud, &path, &source);
    cloud.states_until(&pipe, "state", "Running");
    cloud.delete(&format!("{endpoints}/{}", id.as_str().unwrap()));
    assert_eq!(cloud.get(&pipe).result()["state"], "Failed");
    let body = json!({ "name": "a", "source": source, "destination": {} });
    assert!(cloud.post(&path, &body).refused(400).contains("reversePrivateEndpointIds[0]: expected a reverse private"));
}
