//! User-defined functions: uploads, versions, attachments.

use clickhouse_cloud::contract::{Method, OPERATIONS};
use clickhouse_cloud::host::HttpResponse;
use clickhouse_cloud::sandbox::plays;
use serde_json::{Value, json};

use crate::cloud::{Cloud, Received};

/// Sends a file to the address of an upload, without a key.
fn put(cloud: &mut Cloud, address: &str, file: &[u8]) -> HttpResponse {
    cloud.sandbox.handle_wire(cloud.now, "PUT", address, None, Some(file), None).into_result().unwrap()
}

/// A new upload: its id and its address.
#[track_caller]
fn open(cloud: &mut Cloud) -> (String, String) {
    let opened = cloud.post("/udfUploads/url", &json!({}));
    assert_eq!(opened.status, 201, "{}", opened.text);
    let text = |name: &str| opened.json["result"][name].as_str().unwrap().to_owned();
    (text("uploadId"), text("uploadUrl"))
}

/// The id of an upload with a file.
#[track_caller]
fn uploaded(cloud: &mut Cloud, file: &[u8]) -> String {
    let (id, address) = open(cloud);
    assert_eq!(put(cloud, &address, file).status, 200);
    id
}

fn version_of(upload: &str) -> Value {
    json!({
        "uploadId": upload,
        "runtime": "python3.11",
        "arguments": [{ "name": "x", "type": "UInt64" }],
        "returnType": "UInt64",
        "type": "executable",
    })
}

fn body(name: &str, upload: &str) -> Value {
    let mut body = version_of(upload);
    body["functionName"] = name.into();
    body
}

#[track_caller]
fn create(cloud: &mut Cloud, name: &str) -> Value {
    let upload = uploaded(cloud, b"archive");
    created(&cloud.post("/udfs", &body(name, &upload)))
}

#[track_caller]
fn add_version(cloud: &mut Cloud, name: &str) -> Value {
    let upload = uploaded(cloud, b"archive");
    created(&cloud.post(&format!("/udfs/{name}/versions"), &version_of(&upload)))
}

#[track_caller]
fn created(received: &Received) -> Value {
    assert_eq!(received.status, 201, "{}", received.text);
    received.json["result"].clone()
}

fn attach(cloud: &mut Cloud, path: &str, body: &Value) -> Received {
    cloud.send(Method::Put, &cloud.url(path), Some(body.to_string()))
}

#[track_caller]
fn until(cloud: &mut Cloud, path: &str, status: &str) {
    for _ in 0..600 {
        if cloud.get(path).result()["status"] == status {
            return;
        }
        cloud.wait(1.0);
    }
    panic!("never {status}");
}

#[test]
fn every_operation_is_played() {
    for operation in OPERATIONS.iter().filter(|operation| operation.name.starts_with("udfs.")) {
        assert!(plays(operation), "{}", operation.name);
    }
}

#[test]
fn a_function_is_built_from_an_upload() {
    let mut cloud = Cloud::new();
    let function = create(&mut cloud, "double");
    for (name, value) in [
        ("functionName", json!("double")),
        ("version", json!(1)),
        ("status", json!("building")),
        ("returnName", Value::Null),
        ("poolSize", Value::Null),
        ("commandReadTimeout", json!(10_000)),
        ("format", json!("TabSeparated")),
        ("sandboxVersion", json!("v2")),
        ("error", Value::Null),
        ("createdAt", json!("2026-08-01T00:00:00Z")),
        ("updatedAt", json!("2026-08-01T00:00:00Z")),
    ] {
        assert_eq!(function[name], value, "{name}");
    }
    until(&mut cloud, "/udfs/double", "ready");
    assert_ne!(cloud.get("/udfs/double").result()["updatedAt"], "2026-08-01T00:00:00Z");

    let upload = uploaded(&mut cloud, b"archive");
    assert_eq!(cloud.post("/udfs", &body("double", &upload)).refused(409), "CONFLICT: a udf double exists already");
    // The upload is still there for another one, with processes that are kept.
    let mut pool = body("triple", &upload);
    pool["type"] = "executable_pool".into();
    assert_eq!(created(&cloud.post("/udfs", &pool))["poolSize"], 3);
    assert_eq!(cloud.get("/udfs").result()["pagination"]["totalRecords"], 2);
    assert_eq!(cloud.get("/udfs/other").refused(404), "NOT_FOUND: udf other not found");
    let upload = uploaded(&mut cloud, b"archive");
    assert_eq!(cloud.post("/udfs/other/versions", &version_of(&upload)).status, 404);
}

#[test]
fn an_upload_serves_once_and_for_a_while() {
    let mut cloud = Cloud::new();
    let refused = |cloud: &mut Cloud, upload: &str| {
        let refused = cloud.post("/udfs", &body("double", upload));
        refused.refused(400).strip_prefix("BAD_REQUEST: body.uploadId: expected an upload ").unwrap().to_owned()
    };
    let unknown = "5a9db0c5-0000-4000-8000-000000000009";
    assert_eq!(refused(&mut cloud, unknown), "that was opened before, received an unknown one");
    let (id, address) = open(&mut cloud);
    assert!(address.starts_with(&format!("https://api.clickhouse.cloud/uploads/{id}?token=")), "{address}");
    assert_eq!(refused(&mut cloud, &id), "with a file, received one whose file was not sent to its address");

    // Only with the token, and only by PUT.
    let (bare, token) = address.split_once('=').unwrap();
    for wrong in [bare.to_owned(), format!("{bare}=x{token}"), address.split('?').next().unwrap().to_owned()] {
        assert_eq!(put(&mut cloud, &wrong, b"x").status, 403, "{wrong}");
    }
    let gone = address.replace(&id, unknown);
    assert_eq!(put(&mut cloud, &gone, b"x").status, 404);
    let got = cloud.sandbox.handle_wire(cloud.now, "GET", &address, None, None, None).into_result().unwrap();
    assert_eq!((got.status, got.header("allow")), (405, Some("PUT")));
    let stored = put(&mut cloud, &address, b"archive");
    assert_eq!((stored.status, stored.body.len()), (200, 0));
    assert_eq!(stored.header("etag").map(str::len), Some(66));
    // A file may be sent again until it is used.
    assert_eq!(put(&mut cloud, &address, b"archive 2").status, 200);
    created(&cloud.post("/udfs", &body("double", &id)));
    assert_eq!(put(&mut cloud, &address, b"archive 3").status, 409);
    let version = version_of(&id);
    assert_eq!(
        cloud.post("/udfs/double/versions", &version).refused(400),
        "BAD_REQUEST: body.uploadId: expected an upload that can be used, received one that a version has already"
    );
    for entry in cloud.sandbox.ledger() {
        assert!(!entry.path.contains(token) && !entry.change.as_deref().unwrap_or_default().contains(token));
    }
    assert!(!cloud.sandbox.snapshot(cloud.now).contains(token));

    let (late, address) = open(&mut cloud);
    put(&mut cloud, &address, b"archive");
    cloud.wait(3_600.0);
    assert_eq!(put(&mut cloud, &address, b"archive").status, 403);
    let version = cloud.post("/udfs/double/versions", &version_of(&late));
    assert!(version.refused(400).ends_with("received one that has expired"));
    // The next upload removes those that are over.
    open(&mut cloud);
    assert!(!cloud.sandbox.snapshot(cloud.now).contains(&late));
}

#[test]
fn an_empty_archive_can_not_be_built() {
    let mut cloud = Cloud::new();
    let upload = uploaded(&mut cloud, b"");
    assert_eq!(created(&cloud.post("/udfs", &body("double", &upload)))["status"], "building");
    until(&mut cloud, "/udfs/double", "error");
    assert_eq!(cloud.get("/udfs/double").result()["error"], "the archive is empty");
    let (service, _) = cloud.create_running(&json!({}));
    let refused = attach(&mut cloud, &format!("/udfs/double/attachments/{service}"), &json!({}));
    assert_eq!(
        refused.refused(409),
        "CONFLICT: Only version in one of the following states: 'ready' can be attached. Current state: 'error'"
    );
}

#[test]
fn versions_count_up_and_are_listed_by_pages() {
    let mut cloud = Cloud::new();
    create(&mut cloud, "double");
    for number in 2..=5 {
        assert_eq!(add_version(&mut cloud, "double")["version"], number);
    }
    assert_eq!(cloud.get("/udfs/double").result()["version"], 5);
    assert_eq!(cloud.get("/udfs").result()["items"].as_array().unwrap().len(), 1);
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = cloud.get(&format!("/udfs/double/versions?limit=2{next}")).result().clone();
        seen.extend(page["items"].as_array().unwrap().iter().map(|version| version["version"].as_u64().unwrap()));
        assert_eq!(page["pagination"]["limit"], 2);
        let Some(cursor) = page["pagination"]["nextCursor"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert_eq!(cloud.get("/udfs/double/versions?cursor=x").status, 400);

    // A number is never used again.
    assert_eq!(cloud.delete("/udfs/double/versions/5").status, 200);
    assert_eq!(cloud.delete("/udfs/double/versions/5").refused(404), "NOT_FOUND: version 5 not found");
    assert_eq!(cloud.get("/udfs/double").result()["version"], 4);
    assert_eq!(add_version(&mut cloud, "double")["version"], 6);
    for number in [1, 2, 3, 4] {
        assert_eq!(cloud.delete(&format!("/udfs/double/versions/{number}")).status, 200);
    }
    assert_eq!(
        cloud.delete("/udfs/double/versions/6").refused(409),
        "CONFLICT: The only version of a function cannot be deleted: delete the function."
    );
    assert_eq!(cloud.delete("/udfs/double").status, 200);
    assert_eq!(cloud.get("/udfs/double/versions").status, 404);
    assert_eq!(create(&mut cloud, "double")["version"], 1);
}

#[test]
fn a_function_is_attached_to_a_service() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({ "idleScaling": false }));
    create(&mut cloud, "double");
    let path = format!("/udfs/double/attachments/{service}");
    assert!(attach(&mut cloud, &path, &json!({})).refused(409).ends_with("Current state: 'building'"));
    until(&mut cloud, "/udfs/double", "ready");
    let unknown = "/udfs/double/attachments/5a9db0c5-0000-4000-8000-000000000009";
    assert_eq!(attach(&mut cloud, unknown, &json!({})).status, 404);
    assert_eq!(attach(&mut cloud, &path, &json!({ "version": 9 })).refused(404), "NOT_FOUND: version 9 not found");
    assert_eq!(cloud.get(&path).status, 404);

    let attached = cloud.send(Method::Put, &cloud.url(&path), None);
    let expected = json!({ "functionName": "double", "serviceId": service, "status": "provisioning", "version": 1 });
    assert_eq!(attached.result(), &expected);
    until(&mut cloud, &path, "deployed");
    // The same once more is nothing new, another version is.
    assert_eq!(attach(&mut cloud, &path, &json!({ "version": 1 })).result()["status"], "deployed");
    add_version(&mut cloud, "double");
    until(&mut cloud, "/udfs/double", "ready");
    assert_eq!(cloud.get(&path).result()["version"], 1);
    let newer = attach(&mut cloud, &path, &json!({})).result().clone();
    assert_eq!((&newer["status"], &newer["version"]), (&json!("provisioning"), &json!(2)));
    until(&mut cloud, &path, "deployed");
    let list = cloud.get("/udfs/double/attachments").result().clone();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["status"], "deployed");

    // It waits for its service.
    cloud.command(&service, "stop").result();
    assert_eq!(cloud.get(&path).result()["status"], "standby");
    cloud.until(&service, "stopped");
    cloud.command(&service, "start").result();
    cloud.until(&service, "running");
    assert_eq!(cloud.get(&path).result()["status"], "deployed");

    let refused = cloud.delete("/udfs/double");
    assert_eq!(
        refused.refused(409),
        format!("CONFLICT: The function is attached to service {service}: detach it before.")
    );
    assert!(cloud.delete("/udfs/double/versions/2").refused(409).contains("The version is attached"));
    assert_eq!(cloud.delete("/udfs/double/versions/1").status, 200);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.get(&path).result()["status"], "deprovisioning");
    cloud.wait(20.0);
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: attachment {service} not found"));
    assert_eq!(cloud.delete(&path).status, 404);
    assert_eq!(cloud.delete("/udfs/double").status, 200);
    assert_eq!(cloud.get("/udfs/double").status, 404);
}

#[test]
fn an_attachment_ends_with_its_service() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({}));
    create(&mut cloud, "double");
    until(&mut cloud, "/udfs/double", "ready");
    attach(&mut cloud, &format!("/udfs/double/attachments/{service}"), &json!({})).result();
    cloud.command(&service, "stop");
    cloud.until(&service, "stopped");
    cloud.wait(60.0);
    assert_eq!(cloud.delete(&format!("/services/{service}")).status, 200);
    cloud.wait(600.0);
    assert_eq!(cloud.get("/udfs/double/attachments").result()["items"], json!([]));
    assert_eq!(cloud.delete("/udfs/double").status, 200);
}

#[test]
fn a_snapshot_has_all_of_it() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({}));
    create(&mut cloud, "double");
    until(&mut cloud, "/udfs/double", "ready");
    add_version(&mut cloud, "double");
    attach(&mut cloud, &format!("/udfs/double/attachments/{service}"), &json!({ "version": 1 })).result();
    let (id, address) = open(&mut cloud);
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud { now: cloud.now, ..Cloud::new() };
    other.sandbox.restore(cloud.now, &snapshot).unwrap();
    assert_eq!(put(&mut other, &address, b"archive").status, 200);
    assert_eq!(created(&other.post("/udfs/double/versions", &version_of(&id)))["version"], 3);
    for _ in 0..20 {
        cloud.wait(5.0);
        other.now = cloud.now;
        for path in ["/udfs/double/versions?limit=2", "/udfs/double/attachments"] {
            let (one, same) = (cloud.get(path).result().clone(), other.get(path).result().clone());
            assert_eq!(one["items"], same["items"], "{path}");
        }
    }
}
