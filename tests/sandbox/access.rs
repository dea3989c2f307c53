//! Access: the key, the rate limit, paths and methods.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::{Options, RateLimit};
use clickhouse_cloud::secret::Secret;
use serde_json::json;

use crate::cloud::{Cloud, basic};

const OTHER: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn a_request_without_the_key_is_rejected() {
    let mut cloud =
        Cloud::of(Options { rate_limit: Some(RateLimit { requests: 1, per_ms: 1000.0 }), ..Options::default() });
    let id = cloud.sandbox.options().key_id.clone();
    for key in [None, Some(basic(&id, "wrong")), Some(basic("wrong", "wrong")), Some(Secret::new("Bearer x"))] {
        for path in ["/services", "/nowhere"] {
            let url = cloud.url(path);
            let answer = cloud.send_as(key.clone(), Method::Get, &url, None);
            assert!(answer.refused(401).starts_with("UNAUTHORIZED: "));
            assert_eq!(answer.header("www-authenticate"), Some(r#"Basic realm="ClickHouse Cloud", charset="UTF-8""#));
            assert_eq!(answer.header("x-ratelimit-limit"), None);
        }
    }
    assert_eq!(cloud.get("/services").status, 200);
}

#[test]
fn ten_in_ten_seconds() {
    let mut cloud = Cloud::of(Options::default());
    for remaining in (0..10).rev() {
        let answer = cloud.get("/services");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("10"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(remaining.to_string().as_str()));
        cloud.wait(0.5);
    }
    let answer = cloud.get("/services");
    assert!(answer.refused(429).starts_with("RATE_LIMITED: "));
    assert_eq!(answer.header("x-ratelimit-reset"), Some("5.000"));
    cloud.wait(5.0);
    assert_eq!(cloud.get("/services").status, 200);
    assert_eq!(cloud.get("/services").header("x-ratelimit-reset"), Some("0.500"));
}

#[test]
fn a_rejected_change_is_not_made() {
    let mut cloud =
        Cloud::of(Options { rate_limit: Some(RateLimit { requests: 1, per_ms: 60_000.0 }), ..Options::default() });
    cloud.get("/services");
    assert_eq!(cloud.post("/services", &crate::cloud::body(&json!({}))).status, 429);
    cloud.wait(60.0);
    assert_eq!(cloud.get("/services").result(), &json!([]));
}

#[test]
fn the_reset_shrinks_with_time() {
    let mut cloud = Cloud::of(Options { time_scale: 60.0, ..Options::default() });
    for _ in 0..10 {
        assert_eq!(cloud.get("/services").status, 200);
    }
    assert_eq!(cloud.get("/services").header("x-ratelimit-reset"), Some("0.167"));
}

#[test]
fn unknown_paths_and_wrong_methods() {
    let mut cloud = Cloud::new();
    for path in ["/nowhere", "/services/x/y/z/1", "/services//backups", ""] {
        let answer = match path {
            "" => cloud.send(Method::Get, "https://host/", None),
            path => cloud.get(path),
        };
        assert!(answer.refused(404).starts_with("NOT_FOUND: "), "{path}");
    }
    assert_eq!(cloud.get("/services/").status, 200, "an official client ends paths with a slash");
    let url = cloud.url("/services");
    let answer = cloud.send(Method::Delete, &url, None);
    assert_eq!(answer.refused(405), "METHOD_NOT_ALLOWED: the path takes GET, POST, not DELETE");
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    let url = cloud.url(&format!("/services/{OTHER}"));
    assert_eq!(cloud.send(Method::Post, &url, None).header("allow"), Some("GET, PATCH, DELETE"));
}

#[test]
fn a_method_of_no_operation_gets_the_allowed_ones() {
    let mut cloud = Cloud::new();
    let (services, nowhere) = (cloud.url("/services"), cloud.url("/nowhere"));
    for method in ["OPTIONS", "TRACE", "QUERY", "get", "head", ""] {
        let response = cloud.send_other(method, &services);
        assert_eq!((response.status, response.header("allow")), (405, Some("GET, POST")), "{method}");
        assert!(String::from_utf8(response.body).unwrap().contains("METHOD_NOT_ALLOWED: "));
        assert_eq!(cloud.send_other(method, &nowhere).status, 404);
    }
}

#[test]
fn head_gets_the_response_of_get() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let state = cloud.url(&format!("/services/{id}/state"));
    for (path, status) in [("/services", 200), ("/nowhere", 404), ("/services/x", 400)] {
        let url = cloud.url(path);
        let response = cloud.send_other("HEAD", &url);
        // The transport leaves the body out, and needs its length.
        assert_eq!((response.status, response.body.len()), (status, cloud.get(path).text.len()), "{path}");
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    }
    assert_eq!(cloud.send_other("HEAD", &state).header("allow"), Some("PATCH"));
}

#[test]
fn methods_of_no_operation_need_the_key_and_count() {
    let mut cloud =
        Cloud::of(Options { rate_limit: Some(RateLimit { requests: 2, per_ms: 1000.0 }), ..Options::default() });
    let url = cloud.url("/services");
    for method in ["HEAD", "OPTIONS"] {
        let response = cloud.sandbox.handle_wire(cloud.now, method, &url, None, None, None).into_result().unwrap();
        assert_eq!((response.status, response.header("allow")), (401, None));
    }
    assert_eq!(cloud.send_other("HEAD", &url).status, 200);
    assert_eq!(cloud.send_other("OPTIONS", &url).status, 405);
    let response = cloud.send_other("HEAD", &url);
    assert_eq!((response.status, response.header("x-ratelimit-reset")), (429, Some("1.000")));
}

#[test]
fn ids_are_checked_before_they_are_looked_up() {
    let mut cloud = Cloud::new();
    for id in ["x", "..%2f..", "11111111-2222-4333-8444-55555555555", "%20"] {
        let text = cloud.get(&format!("/services/{id}")).refused(400).to_owned();
        assert!(text.starts_with("BAD_REQUEST: path.serviceId: "), "{text}");
    }
    assert!(cloud.get("/services/%zz").refused(400).starts_with("BAD_REQUEST: path: "));
    assert!(cloud.get(&format!("/services/{OTHER}")).refused(404).contains(OTHER));
    let (id, _) = cloud.create(&json!({}));
    let encoded = format!("/services/%{:02x}{}", id.as_bytes()[0], &id[1..]);
    assert_eq!(cloud.get(&encoded).result()["id"], id);
    assert_eq!(cloud.get(&format!("/services/{}", id.to_uppercase())).result()["id"], id);
}

#[test]
fn another_organization_is_forbidden() {
    let mut cloud = Cloud::new();
    for path in ["", "/services"] {
        let url = format!("https://api.clickhouse.cloud/v1/organizations/{OTHER}{path}");
        assert!(cloud.send(Method::Get, &url, None).refused(403).starts_with("FORBIDDEN: "));
    }
}

#[test]
fn relative_addresses_and_other_hosts_do_as_well() {
    let mut cloud = Cloud::new();
    let path = cloud.url("").replace("https://api.clickhouse.cloud", "");
    for base in ["", "http://localhost:8080"] {
        assert_eq!(cloud.send(Method::Get, &format!("{base}{path}"), None).status, 200);
    }
}
