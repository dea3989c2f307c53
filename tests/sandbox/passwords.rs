//! Passwords are stored as hashes, and verified by them.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::password::{double_sha1_hex, sha256_base64};
use serde_json::json;

use crate::cloud::Cloud;

#[test]
fn a_new_service_has_a_password_of_its_own() {
    let mut cloud = Cloud::new();
    let (first, password) = cloud.create(&json!({}));
    let (second, other) = cloud.create(&json!({}));
    assert_ne!(password, other);
    assert!(password.len() >= 24);
    assert!(cloud.sandbox.verify_password(&first, &password));
    assert!(cloud.sandbox.verify_mysql_password(&first, &password));
    assert!(!cloud.sandbox.verify_password(&second, &password));
    assert!(!cloud.sandbox.verify_password("nobody", &password));
}

#[test]
fn a_hash_is_taken_and_nothing_comes_back() {
    let mut cloud = Cloud::new();
    let (id, old) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/password");
    let plain = "correct horse battery staple";
    let body = json!({ "newPasswordHash": sha256_base64(plain.as_bytes()) });
    assert_eq!(cloud.patch(&path, &body).result(), &json!({}));
    assert!(cloud.sandbox.verify_password(&id, plain));
    assert!(!cloud.sandbox.verify_password(&id, &old));
    assert!(!cloud.sandbox.verify_mysql_password(&id, plain));

    let body = json!({
        "newPasswordHash": sha256_base64(plain.as_bytes()),
        "newDoubleSha1Hash": double_sha1_hex(plain.as_bytes()),
    });
    assert_eq!(cloud.patch(&path, &body).status, 200);
    assert!(cloud.sandbox.verify_mysql_password(&id, plain));

    // Hexadecimal digits count in either case; the first hash alone removes the one for MySQL.
    let body = json!({
        "newPasswordHash": sha256_base64(b"yourpassword"),
        "newDoubleSha1Hash": "D4CECBA84F0A507325CD8AA82FCDE04EA8BE56B0",
    });
    assert_eq!(cloud.patch(&path, &body).status, 200);
    assert!(cloud.sandbox.verify_mysql_password(&id, "yourpassword"));
}

#[test]
fn without_a_hash_a_password_is_made() {
    let mut cloud = Cloud::new();
    let (id, old) = cloud.create_running(&json!({}));
    let url = cloud.url(&format!("/services/{id}/password"));
    for body in ["{}", "{ }"] {
        let answer = cloud.send(Method::Patch, &url, Some(body.to_owned()));
        let password = answer.result()["password"].as_str().unwrap();
        assert_ne!(password, old);
        assert!(cloud.sandbox.verify_password(&id, password));
    }
    assert!(!cloud.sandbox.verify_password(&id, &old));
}

#[test]
fn what_is_no_hash_is_refused() {
    let mut cloud = Cloud::new();
    let (id, old) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/password");
    for body in [
        json!({ "newPasswordHash": "plain" }),
        json!({ "newPasswordHash": double_sha1_hex(b"x") }),
        json!({ "newDoubleSha1Hash": double_sha1_hex(b"x") }),
        json!({ "newPasswordHash": sha256_base64(b"x"), "newDoubleSha1Hash": "1M7LqE8KUHMlzYqoL83gTqi+VrA=" }),
        json!({ "newPasswordHash": sha256_base64(b"x"), "newDoubleSha1Hash": "" }),
        json!({ "password": "plain" }),
    ] {
        assert_eq!(cloud.patch(&path, &body).status, 400, "{body}");
    }
    assert!(cloud.sandbox.verify_password(&id, &old));
}

#[test]
fn only_a_running_service_takes_a_password() {
    let mut cloud = Cloud::new();
    let (id, old) = cloud.create(&json!({}));
    let path = format!("/services/{id}/password");
    assert!(cloud.patch(&path, &json!({})).refused(409).ends_with("Current state: 'provisioning'"));
    cloud.until(&id, "idle");
    assert_eq!(
        cloud.patch(&path, &json!({})).refused(424),
        "FAILED_DEPENDENCY: Password update is allowed only when the ClickHouse service is running. \
         Current state: idle"
    );
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    assert_eq!(cloud.patch(&path, &json!({})).status, 409);
    assert!(cloud.sandbox.verify_password(&id, &old));
}
