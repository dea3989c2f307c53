//! Mishaps of ClickPipes, their private endpoints, Postgres services, functions and backups: states that only a fault leads to.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::{Fault, Injection, Options, Scenario};
use serde_json::{Value, json};

use crate::cloud::{Cloud, Received};

const DAY: f64 = 86_400.0;

fn inject(cloud: &mut Cloud, fault: Fault) {
    cloud.sandbox.inject(Injection::once(fault)).unwrap();
}

/// The fault and the change of the last request.
#[track_caller]
fn last(cloud: &Cloud) -> (Option<Fault>, &str) {
    let entry = cloud.sandbox.ledger().next_back().unwrap();
    (entry.fault, entry.change.as_deref().unwrap_or_default())
}

/// It is in a state, and stays so.
#[track_caller]
fn stays(cloud: &mut Cloud, path: &str, property: &str, state: &str) {
    cloud.wait(DAY);
    assert_eq!(cloud.get(path).result()[property], state);
}

#[track_caller]
fn path_of(parent: &str, created: &Received) -> String {
    format!("{parent}/{}", created.json["result"]["id"].as_str().unwrap_or_else(|| panic!("{}", created.text)))
}

fn source(kind: &str) -> Value {
    match kind {
        "stream" => json!({ "kafka": {
            "type": "kafka", "format": "JSONEachRow", "brokers": "a:9092", "topics": "events", "authentication": "PLAIN",
            "credentials": { "username": "reader", "password": "secret" },
        } }),
        "files" => json!({ "objectStorage": { "type": "s3", "format": "CSV", "url": "https://a/*.csv" } }),
        mode => json!({ "postgres": {
            "host": "db.example.com", "port": 5432, "database": "shop", "authentication": "basic",
            "credentials": { "username": "reader", "password": "secret" },
            "settings": { "replicationMode": mode, "syncIntervalSeconds": 60 },
            "tableMappings": [{ "sourceSchemaName": "public", "sourceTable": "orders", "targetTable": "orders" }],
        } }),
    }
}

/// The path of the pipes of a new service that runs.
fn pipes(cloud: &mut Cloud) -> String {
    format!("/services/{}/clickpipes", cloud.create_running(&json!({ "idleScaling": false })).0)
}

#[track_caller]
fn create_pipe(cloud: &mut Cloud, pipes: &str, source: Value) -> String {
    let body = json!({ "name": "a", "source": source, "destination": { "database": "default" } });
    path_of(pipes, &cloud.post(pipes, &body))
}

fn command(cloud: &mut Cloud, path: &str, command: &str) -> Received {
    cloud.patch(&format!("{path}/state"), &json!({ "command": command }))
}

#[test]
fn a_pipe_of_each_kind_can_fail_before_it_runs_and_starts_again() {
    let mut cloud = Cloud::new();
    let pipes = pipes(&mut cloud);
    for (kind, runs) in [
        ("stream", "Running"),
        ("files", "Completed"),
        ("cdc", "Running"),
        ("snapshot", "Completed"),
        ("cdc_only", "Running"),
    ] {
        for (fault, state) in [(Fault::Failed, "Failed"), (Fault::InternalError, "InternalError")] {
            inject(&mut cloud, fault);
            let pipe = create_pipe(&mut cloud, &pipes, source(kind));
            assert_eq!(last(&cloud).0, Some(fault));
            assert_eq!(cloud.states_until(&pipe, "state", state), ["Provisioning", state], "{kind}");
            stays(&mut cloud, &pipe, "state", state);
            command(&mut cloud, &pipe, "start");
            cloud.states_until(&pipe, "state", runs);
        }
    }
}

#[test]
fn a_running_pipe_can_lose_its_source_or_degrade() {
    let mut cloud = Cloud::new();
    let pipes = pipes(&mut cloud);
    for kind in ["stream", "cdc"] {
        let pipe = create_pipe(&mut cloud, &pipes, source(kind));
        inject(&mut cloud, Fault::SourceGone);
        assert_eq!(cloud.get(&pipe).result()["state"], "Provisioning");
        assert_eq!(last(&cloud).0, None, "a pipe that does not read yet has nothing to lose");
        cloud.wait(3_600.0);
        // Any request for the pipe meets it, on a part of it, too; the response shows the moment before.
        cloud.get(&format!("{pipe}/settings"));
        assert_eq!(last(&cloud), (Some(Fault::SourceGone), "Running -> Failed"));
        stays(&mut cloud, &pipe, "state", "Failed");
        inject(&mut cloud, Fault::InternalError);
        command(&mut cloud, &pipe, "start");
        cloud.states_until(&pipe, "state", "InternalError");
        command(&mut cloud, &pipe, "start");
        cloud.states_until(&pipe, "state", "Running");
        inject(&mut cloud, Fault::Degraded);
        cloud.get(&pipe);
        assert_eq!(last(&cloud), (Some(Fault::Degraded), "Running -> Degraded"), "the pipe, not its service");
        assert_eq!(cloud.states_until(&pipe, "state", "Running"), ["Degraded", "Running"]);
    }
}

#[test]
fn a_private_endpoint_can_fail_be_rejected_or_expire() {
    let mut cloud = Cloud::new();
    let path = pipes(&mut cloud).replace("clickpipes", "clickpipesReversePrivateEndpoints");
    let create = |cloud: &mut Cloud, kind: &str, property: &str| {
        let body = json!({ "description": "a", "type": kind, property: "com.example.one" });
        path_of(&path, &cloud.post(&path, &body))
    };
    let waits = ["Provisioning", "PendingAcceptance"];
    for (fault, state, before) in [
        (Fault::Failed, "Failed", &waits[..1]),
        (Fault::Rejected, "Rejected", &waits[..]),
        (Fault::Expired, "Expired", &waits[..]),
    ] {
        inject(&mut cloud, fault);
        let endpoint = create(&mut cloud, "VPC_ENDPOINT_SERVICE", "vpcEndpointServiceName");
        assert_eq!(last(&cloud).0, Some(fault));
        let expected: Vec<&str> = before.iter().copied().chain([state]).collect();
        assert_eq!(cloud.states_until(&endpoint, "status", state), expected);
        stays(&mut cloud, &endpoint, "status", state);
        assert_eq!(cloud.delete(&endpoint).status, 200);
    }
    // One that waits already, by any request for it.
    let endpoint = create(&mut cloud, "VPC_ENDPOINT_SERVICE", "vpcEndpointServiceName");
    cloud.states_until(&endpoint, "status", "PendingAcceptance");
    inject(&mut cloud, Fault::Rejected);
    cloud.get(&endpoint);
    cloud.states_until(&endpoint, "status", "Rejected");
    // One whose target needs no acceptance is never rejected.
    inject(&mut cloud, Fault::Rejected);
    let endpoint = create(&mut cloud, "VPC_RESOURCE", "vpcResourceConfigurationId");
    assert_eq!(last(&cloud).0, None);
    cloud.states_until(&endpoint, "status", "Ready");
}

#[test]
fn a_postgres_service_can_fail_to_be_created_restored_and_restarted() {
    let mut cloud = Cloud::new();
    let body = json!({ "name": "shop", "provider": "aws", "region": "us-east-1", "size": "m8gd.xlarge" });
    inject(&mut cloud, Fault::Failed);
    let path = path_of("/postgres", &cloud.post("/postgres", &body));
    assert_eq!(cloud.states_until(&path, "state", "unavailable"), ["creating", "unavailable"]);
    stays(&mut cloud, &path, "state", "unavailable");
    assert!(command(&mut cloud, &path, "promote").refused(409).ends_with("Current state: 'unavailable'"));
    inject(&mut cloud, Fault::Failed);
    assert_eq!(command(&mut cloud, &path, "restart").result()["state"], "restarting");
    cloud.states_until(&path, "state", "unavailable");
    command(&mut cloud, &path, "restart");
    cloud.states_until(&path, "state", "running");
    inject(&mut cloud, Fault::Crashed);
    cloud.get(&format!("{path}/config"));
    assert_eq!(last(&cloud), (Some(Fault::Crashed), "running -> unavailable"));
    assert_eq!(cloud.get(&path).result()["state"], "unavailable");
    command(&mut cloud, &path, "restart");
    cloud.states_until(&path, "state", "running");
    for (part, body) in [
        ("readReplica", json!({ "name": "replica" })),
        ("restoredService", json!({ "name": "restored", "restoreTarget": "2026-08-02T00:00:00Z" })),
    ] {
        inject(&mut cloud, Fault::Failed);
        let path = path_of("/postgres", &cloud.post(&format!("{path}/{part}"), &body));
        assert_eq!(cloud.states_until(&path, "state", "unavailable"), ["creating", "unavailable"]);
        assert_eq!(cloud.delete(&path).status, 200);
    }
}

/// A function of an upload with a file.
#[track_caller]
fn create_udf(cloud: &mut Cloud, path: &str, name: Option<&str>) -> Value {
    let opened = cloud.post("/udfUploads/url", &json!({}));
    let upload = &opened.json["result"];
    assert_eq!(cloud.upload(upload["uploadUrl"].as_str().unwrap(), "print(1)"), 200);
    let mut body = json!({
        "uploadId": upload["uploadId"], "runtime": "python3.11", "type": "executable", "returnType": "UInt64",
        "arguments": [{ "name": "x", "type": "UInt64" }],
    });
    if let Some(name) = name {
        body["functionName"] = name.into();
    }
    let created = cloud.post(path, &body);
    assert_eq!(created.status, 201, "{}", created.text);
    created.json["result"].clone()
}

#[test]
fn a_build_and_an_attachment_can_fail() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({ "idleScaling": false }));
    inject(&mut cloud, Fault::Failed);
    assert_eq!(create_udf(&mut cloud, "/udfs", Some("twice"))["status"], "building");
    assert_eq!(last(&cloud).0, Some(Fault::Failed));
    cloud.states_until("/udfs/twice", "status", "error");
    assert_eq!(cloud.get("/udfs/twice").result()["error"], "the archive can not be built");
    let attachment = format!("/udfs/twice/attachments/{service}");
    let attach = |cloud: &mut Cloud| cloud.send(Method::Put, &cloud.url(&attachment), Some("{}".to_owned()));
    assert_eq!(attach(&mut cloud).status, 409);
    inject(&mut cloud, Fault::Failed);
    create_udf(&mut cloud, "/udfs/twice/versions", None);
    cloud.states_until("/udfs/twice", "status", "error");
    create_udf(&mut cloud, "/udfs/twice/versions", None);
    cloud.states_until("/udfs/twice", "status", "ready");
    inject(&mut cloud, Fault::Failed);
    assert_eq!(attach(&mut cloud).result()["status"], "provisioning");
    cloud.states_until(&attachment, "status", "error");
    attach(&mut cloud);
    cloud.states_until(&attachment, "status", "deployed");
}

#[test]
fn the_backup_in_progress_or_the_next_one_can_fail() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
    let backups = format!("/services/{id}/backups");
    let statuses = |cloud: &mut Cloud| -> Vec<String> {
        let list = cloud.get(&backups).result().clone();
        list.as_array().unwrap().iter().map(|it| it["status"].as_str().unwrap().to_owned()).collect()
    };
    inject(&mut cloud, Fault::BackupFailed);
    assert_eq!(statuses(&mut cloud), [""; 0]);
    assert_eq!(last(&cloud), (Some(Fault::BackupFailed), "backup-failed"));
    // The moment of the fault is in a snapshot.
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    cloud.sandbox.restore(cloud.now, &snapshot).unwrap();
    cloud.wait(1_000.0);
    assert_eq!(statuses(&mut cloud), ["error"]);
    cloud.wait(DAY);
    assert_eq!(statuses(&mut cloud).len(), 2);
    while statuses(&mut cloud)[0] != "in_progress" {
        cloud.wait(30.0);
    }
    inject(&mut cloud, Fault::BackupFailed);
    cloud.get(&format!("/services/{id}"));
    cloud.wait(600.0);
    assert_eq!(statuses(&mut cloud)[0], "error");
    let failed = cloud.get(&backups).result()[0].clone();
    let restore = json!({ "backupId": failed["id"] });
    let refused = cloud.post("/services", &crate::cloud::body(&restore)).refused(400).to_owned();
    assert_eq!(refused, "BAD_REQUEST: body.backupId: expected a backup that is done, received one that is error");
}

#[test]
fn a_scenario_begins_with_what_has_failed() {
    let text = "
        services: [{ name: events, provider: aws, region: eu-west-1, $state: running, $ageDays: 2 }]
        clickPipes:
          - { name: orders, source: { objectStorage: { type: s3, format: CSV, url: https://a/x.csv } }, destination: {}, $service: events, $state: InternalError }
        clickPipes.reversePrivateEndpoints:
          - { description: a, type: VPC_ENDPOINT_SERVICE, vpcEndpointServiceName: com.a, $service: events, $state: Rejected }
        postgres: [{ name: shop, provider: aws, region: us-east-1, size: m8gd.xlarge, $state: unavailable, $ageDays: 1 }]";
    let scenario = Some(Scenario::parse(text).unwrap());
    let mut cloud = Cloud::of(Options { rate_limit: None, scenario, ..Options::default() });
    assert_eq!(cloud.get("/services").result()[0]["state"], "running");
    let id = cloud.get("/services").result()[0]["id"].as_str().unwrap().to_owned();
    for (path, property, state) in [
        (format!("/services/{id}/clickpipes"), "state", "InternalError"),
        (format!("/services/{id}/clickpipesReversePrivateEndpoints"), "status", "Rejected"),
        ("/postgres".to_owned(), "state", "unavailable"),
    ] {
        assert_eq!(cloud.get(&path).result()[0][property], state, "{path}");
    }
}

#[test]
fn an_injection_may_name_the_operation_that_a_mishap_meets() {
    let mut cloud = Cloud::new();
    let named = |fault, operation: &str| Injection { operation: Some(operation.to_owned()), ..Injection::once(fault) };
    cloud.sandbox.inject(named(Fault::Failed, "postgres.create")).unwrap();
    let (id, _) = cloud.create(&json!({}));
    assert_eq!(last(&cloud).0, None, "a service is no Postgres service");
    cloud.until(&id, "running");
    assert!(cloud.sandbox.inject(named(Fault::Rejected, "clickPipes.create")).is_err());
    assert!(cloud.sandbox.inject(named(Fault::Crashed, "services.get")).is_err());
}
