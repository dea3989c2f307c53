//! Keys: their credentials, what closes them, and how they are changed.

use std::net::IpAddr;

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::{Key, Options, RateLimit};
use clickhouse_cloud::secret::Secret;
use serde_json::{Value, json};

use crate::cloud::{Cloud, Received, START, basic};

/// The id of the key that all requests of a test use.
fn own_id(cloud: &mut Cloud) -> String {
    cloud.get("/keys").result()[0]["id"].as_str().unwrap().to_owned()
}

fn created(cloud: &mut Cloud, body: &Value) -> (String, Secret) {
    let result = cloud.post("/keys", body).result().clone();
    let text = |name: &str| result[name].as_str().unwrap().to_owned();
    (result["key"]["id"].as_str().unwrap().to_owned(), basic(&text("keyId"), &text("keySecret")))
}

fn with(cloud: &mut Cloud, key: &Secret) -> Received {
    let url = cloud.url("/services");
    cloud.send_as(Some(key.clone()), Method::Get, &url, None)
}

#[test]
fn credentials_are_shown_once_and_open_the_door() {
    let mut cloud = Cloud::new();
    let result = cloud.post("/keys", &json!({ "name": "ci", "roles": ["developer"] })).result().clone();
    let (id, secret) = (result["keyId"].as_str().unwrap(), result["keySecret"].as_str().unwrap());
    assert_eq!((id.len(), secret.len()), (20, 42));
    let key = &result["key"];
    assert_eq!(key["keySuffix"], id[16..]);
    assert_eq!((&key["state"], &key["expireAt"]), (&json!("enabled"), &Value::Null));
    assert_eq!(key["roles"], json!(["developer"]));
    assert_eq!(key["assignedRoles"][0]["roleName"], "Developer");
    assert_eq!(key["ipAccessList"], json!([{ "source": "0.0.0.0/0", "description": "Anywhere" }]));
    assert!(key.get("usedAt").is_none(), "{key}");
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let read = cloud.get(&path);
    assert_eq!(read.result(), key);
    assert!(!cloud.sandbox.snapshot(cloud.now).contains(secret) && !cloud.sandbox.snapshot(cloud.now).contains(id));
    cloud.wait(60.0);
    assert_eq!(with(&mut cloud, &basic(id, secret)).status, 200);
    assert_eq!(with(&mut cloud, &Secret::new(format!("Bearer {secret}"))).status, 200);
    assert_eq!(with(&mut cloud, &basic(id, "other")).status, 401);
    cloud.wait(60.0);
    assert_eq!(cloud.get(&path).result()["usedAt"], "2026-08-01T00:01:00Z");
}

#[test]
fn each_key_has_a_rate_limit_of_its_own() {
    let limit = Some(RateLimit { requests: 3, per_ms: 10_000.0 });
    let mut cloud = Cloud::of(Options { rate_limit: limit, ..Options::default() });
    let (id, key) = created(&mut cloud, &json!({ "name": "ci" }));
    for status in [200, 200, 200, 429] {
        assert_eq!(with(&mut cloud, &key).status, status);
    }
    assert_eq!(cloud.get(&format!("/keys/{id}")).status, 200);
    let windows = |cloud: &mut Cloud| {
        serde_json::from_str::<Value>(&cloud.sandbox.snapshot(cloud.now)).unwrap()["windows"].clone()
    };
    assert_eq!(windows(&mut cloud)[&id].as_array().map(Vec::len), Some(3));
    assert_eq!(cloud.delete(&format!("/keys/{id}")).status, 200);
    assert!(windows(&mut cloud).get(&id).is_none());
}

#[test]
fn disabled_expired_and_deleted_keys_are_unauthorized() {
    let mut cloud = Cloud::new();
    let (id, key) = created(&mut cloud, &json!({ "name": "ci", "expireAt": "2026-08-01T01:00:00Z" }));
    let path = format!("/keys/{id}");
    for (state, status) in [("disabled", 401), ("enabled", 200)] {
        assert_eq!(cloud.patch(&path, &json!({ "state": state })).result()["state"], state);
        assert_eq!(with(&mut cloud, &key).status, status);
    }
    cloud.wait(3600.0);
    assert!(with(&mut cloud, &key).refused(401).starts_with("UNAUTHORIZED: "));
    let past = json!({ "expireAt": "2026-08-01T00:59:00Z" });
    let text = "BAD_REQUEST: body.expireAt: expected a moment in the future, received \"2026-08-01T00:59:00Z\"";
    assert_eq!(cloud.patch(&path, &past).refused(400), text);
    assert_eq!(cloud.patch(&path, &json!({ "expireAt": null })).result()["expireAt"], Value::Null);
    assert_eq!(with(&mut cloud, &key).status, 200);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(with(&mut cloud, &key).status, 401);
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: key {id} not found"));
}

#[test]
fn the_key_in_use_does_not_lock_itself_out() {
    let mut cloud = Cloud::new();
    let path = format!("/keys/{}", own_id(&mut cloud));
    assert!(cloud.delete(&path).refused(409).contains("cannot delete itself"));
    assert!(cloud.patch(&path, &json!({ "state": "disabled" })).refused(409).contains("cannot disable itself"));
    assert_eq!(cloud.patch(&path, &json!({ "name": "mine" })).result()["name"], "mine");
    // Another key may.
    let (_, other) = created(&mut cloud, &json!({ "name": "ci" }));
    let url = cloud.url(&path);
    assert_eq!(cloud.send_as(Some(other), Method::Delete, &url, None).status, 200);
    assert_eq!(cloud.get("/keys").status, 401);
}

#[test]
fn own_credentials_are_sent_as_hashes() {
    let mut cloud = Cloud::new();
    let hash = |text: &str| clickhouse_cloud::password::sha256_base64(text.as_bytes());
    let hex = |text: &str| {
        use sha2::Digest as _;
        sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let hashes = json!({ "keyIdHash": hash("my-id"), "keySecretHash": hex("my-secret"), "keyIdSuffix": "y-id" });
    let body = json!({ "name": "own", "hashData": hashes });
    let result = cloud.post("/keys", &body).result().clone();
    assert_eq!(result["key"]["keySuffix"], "y-id");
    assert!(result.get("keyId").is_none() && result.get("keySecret").is_none(), "{result}");
    assert_eq!(with(&mut cloud, &basic("my-id", "my-secret")).status, 200);
    assert!(cloud.post("/keys", &body).refused(409).starts_with("CONFLICT: "));
    let wrong = json!({ "name": "own", "hashData": { "keyIdHash": "my-id", "keySecretHash": "my-secret" } });
    let refused = cloud.post("/keys", &wrong);
    assert!(refused.refused(400).starts_with("BAD_REQUEST: body.hashData: ") && !refused.text.contains("my-secret"));
}

#[test]
fn roles_are_given_by_their_ids() {
    let mut cloud = Cloud::new();
    let roles = cloud.get("/roles").result().clone();
    let billing = roles.as_array().unwrap().iter().find(|role| role["name"] == "Billing").unwrap()["id"].clone();
    let key =
        cloud.post("/keys", &json!({ "name": "bill", "assignedRoleIds": [billing, billing] })).result()["key"].clone();
    let assigned = json!([{ "roleId": billing, "roleName": "Billing", "roleType": "system" }]);
    assert_eq!((&key["assignedRoles"], &key["roles"]), (&assigned, &json!([])));
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let changed = cloud.patch(&path, &json!({ "roles": ["admin", "query_endpoints"] })).result().clone();
    assert_eq!(changed["roles"], json!(["admin", "query_endpoints"]));
    assert_eq!(changed["assignedRoles"].as_array().unwrap().len(), 2);
    let unknown = json!({ "assignedRoleIds": ["11111111-2222-4333-8444-555555555555"] });
    assert!(cloud.patch(&path, &unknown).refused(400).contains("body.assignedRoleIds[0]: expected the id of a role"));
}

#[test]
fn the_access_list_holds_where_the_address_is_known() {
    let mut cloud = Cloud::new();
    let list = json!([{ "source": "10.1.0.0/16" }, { "source": "2001:db8::/32" }]);
    let (id, key) = created(&mut cloud, &json!({ "name": "office", "ipAccessList": list }));
    let url = cloud.url("/services");
    let from = |cloud: &mut Cloud, address: Option<&str>| {
        let address = address.map(|address| address.parse::<IpAddr>().unwrap());
        let reply = cloud.sandbox.handle_wire(cloud.now, "GET", &url, Some(&key), None, address);
        let response = reply.into_result().unwrap();
        (response.status, String::from_utf8(response.body).unwrap())
    };
    for allowed in ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8:1::1"] {
        assert_eq!(from(&mut cloud, Some(allowed)).0, 200, "{allowed}");
    }
    assert_eq!(from(&mut cloud, None).0, 200);
    let (status, text) = from(&mut cloud, Some("10.2.0.1"));
    assert_eq!(status, 403);
    assert!(text.contains("FORBIDDEN: the access list of the key does not allow 10.2.0.1"), "{text}");
    for open in [json!([]), json!([{ "source": "0.0.0.0/0" }])] {
        cloud.patch(&format!("/keys/{id}"), &json!({ "ipAccessList": open })).result();
        assert_eq!(from(&mut cloud, Some("10.2.0.1")).0, 200);
        assert_eq!(from(&mut cloud, Some("::1")).0, 200);
    }
    let twice = json!({ "ipAccessList": [{ "source": "10.0.0.1" }, { "source": "10.0.0.1/32" }] });
    assert!(cloud.patch(&format!("/keys/{id}"), &twice).refused(400).contains("body.ipAccessList[1]"));
}

#[test]
fn a_restored_state_has_the_same_keys() {
    let second = Key { id: "second".to_owned(), secret: Secret::new("s"), organization_id: None };
    let options = || Options { rate_limit: None, keys: vec![second.clone()], ..Options::default() };
    let mut cloud = Cloud::of(options());
    let (_, key) = created(&mut cloud, &json!({ "name": "ci" }));
    let given = cloud.get("/keys").result()[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.delete(&format!("/keys/{given}")).status, 200);
    let mut texts = vec![cloud.sandbox.mutations(cloud.now, false).unwrap()];
    let (_, later) = created(&mut cloud, &json!({ "name": "later" }));
    texts.extend(cloud.sandbox.mutations(cloud.now, false));
    let mut other = Cloud::of(options());
    other.sandbox.resume(texts.iter().map(String::as_str)).unwrap();
    for key in [&key, &later] {
        assert_eq!(with(&mut other, key).status, 200);
    }
    assert_eq!(with(&mut other, &basic("second", "s")).status, 401, "it was deleted");
    assert_eq!(other.get("/keys").result().as_array().unwrap().len(), 3);
    assert!(START <= other.now);
}

#[test]
fn the_roles_of_a_key_decide_its_permissions() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create(&json!({}));
    let as_key = |cloud: &mut Cloud, key: &Secret, method: Method, path: &str, body: Option<Value>| {
        let url = cloud.url(path);
        cloud.send_as(Some(key.clone()), method, &url, body.map(|body| body.to_string()))
    };
    let path = format!("/services/{service}");
    let rename = || Some(json!({ "name": "other" }));
    let lacks = |permission: &str| {
        format!("FORBIDDEN: the roles of the key do not have the permission control-plane:{permission}")
    };

    let (_, developer) = created(&mut cloud, &json!({ "name": "reader", "roles": ["developer"] }));
    assert_eq!(as_key(&mut cloud, &developer, Method::Get, &path, None).status, 200);
    let refused = as_key(&mut cloud, &developer, Method::Patch, &path, rename());
    assert_eq!(refused.refused(403), lacks("service:manage"));
    let refused = as_key(&mut cloud, &developer, Method::Get, "/activities", None);
    assert_eq!(refused.refused(403), lacks("organization:view-activities"));

    let (_, queries) = created(&mut cloud, &json!({ "name": "queries", "roles": ["query_endpoints"] }));
    assert_eq!(as_key(&mut cloud, &queries, Method::Get, "/services", None).result(), &json!([]));
    assert_eq!(as_key(&mut cloud, &queries, Method::Get, &path, None).refused(403), lacks("service:view"));

    // A key that names no roles has those of the key that creates it.
    let (_, admin) = created(&mut cloud, &json!({ "name": "all" }));
    assert_eq!(as_key(&mut cloud, &admin, Method::Patch, &path, rename()).status, 200);
}

#[test]
fn a_role_that_there_is_not_is_refused_and_gives_no_other_roles() {
    let mut cloud = Cloud::new();
    let (id, _) = created(&mut cloud, &json!({ "name": "ci", "roles": ["developer"] }));
    let member = cloud.get("/members").result()[1].clone();
    let (key, user) = (format!("/keys/{id}"), format!("/members/{}", member["userId"].as_str().unwrap()));
    for (method, path, body) in [
        (Method::Post, "/keys", json!({ "name": "x", "roles": ["god"] })),
        (Method::Post, "/keys", json!({ "name": "x", "roles": ["developer", "god"] })),
        (Method::Patch, &key, json!({ "roles": ["god"] })),
        (Method::Patch, &user, json!({ "role": "god" })),
        (Method::Post, "/invitations", json!({ "email": "a@example.com", "role": "god" })),
        (Method::Post, "/invitations", json!({ "email": "a@example.com", "role": "query_endpoints" })),
    ] {
        let url = cloud.url(path);
        let refused = cloud.send(method, &url, Some(body.to_string())).refused(400).to_owned();
        assert!(refused.starts_with("BAD_REQUEST: body.role"), "{refused}");
        assert!(refused.contains(": expected one of \"admin\", \"developer\""), "{refused}");
    }
    assert_eq!(cloud.get(&key).result()["roles"], json!(["developer"]));
    assert_eq!(cloud.get(&user).result(), &member);
    assert_eq!(cloud.get("/keys").result().as_array().unwrap().len(), 2);
}
