//! What became of a sandbox since it was asked: told in parts, and gone on from.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::{Key, Options, Sandbox};
use clickhouse_cloud::secret::Secret;
use serde_json::{Value, json};

use crate::cloud::{Cloud, START, basic};

const OTHER: &str = "5a9db0c5-2222-4000-8000-000000000002";

fn two_organizations() -> Options {
    let key = Key { id: "second".to_owned(), secret: Secret::new("s"), organization_id: Some(OTHER.to_owned()) };
    Options { rate_limit: None, keys: vec![key], ..Options::default() }
}

/// Without the windows of the rate limit, which are no change, and the draws of request ids, which go another way.
fn kept(sandbox: &mut Sandbox, now: f64) -> Value {
    let mut all: Value = serde_json::from_str(&sandbox.snapshot(now)).unwrap();
    for name in ["arrivals", "windows", "request_ids"] {
        all.as_object_mut().unwrap().remove(name);
    }
    all
}

#[test]
fn what_it_tells_in_parts_is_all_of_it() {
    let mut cloud = Cloud::of(two_organizations());
    let mut told = vec![cloud.sandbox.mutations(cloud.now, false).unwrap()];
    let theirs = format!("https://host/v1/organizations/{OTHER}/services");
    for turn in 0..20 {
        let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
        told.extend(cloud.sandbox.mutations(cloud.now, false));
        cloud.patch(&format!("/services/{id}"), &json!({ "name": format!("turn {turn}") }));
        told.extend(cloud.sandbox.mutations(cloud.now, false));
        if turn % 3 == 0 {
            cloud.command(&id, "stop");
            cloud.until(&id, "stopped");
            cloud.wait(60.0);
            cloud.delete(&format!("/services/{id}"));
            cloud.wait(600.0);
        }
        let body = crate::cloud::body(&json!({})).to_string();
        assert_eq!(cloud.send_as(Some(basic("second", "s")), Method::Post, &theirs, Some(body)).status, 200);
        told.extend(cloud.sandbox.mutations(cloud.now, false));
    }
    told.extend(cloud.sandbox.mutations(cloud.now, true));
    assert_eq!(cloud.sandbox.mutations(cloud.now, false), None);

    let mut other = Sandbox::new(Options { seed: 9, ..two_organizations() });
    let then = other.resume(told.iter().map(String::as_str)).unwrap();
    assert_eq!(then, cloud.now);
    assert_eq!(kept(&mut other, then), kept(&mut cloud.sandbox, then));
    // Nothing is written twice that is the same.
    let longest = told.iter().skip(1).map(String::len).max().unwrap();
    assert!(longest < cloud.sandbox.snapshot(then).len() / 3, "{longest}");
}

#[test]
fn reads_are_no_change_and_a_restored_snapshot_is_all_of_it() {
    let mut cloud = Cloud::new();
    cloud.create(&json!({}));
    let young = cloud.sandbox.snapshot(cloud.now);
    let first = cloud.sandbox.mutations(cloud.now, false).unwrap();
    cloud.get("/services");
    assert_eq!(cloud.sandbox.mutations(cloud.now, false), None);
    cloud.create(&json!({}));
    cloud.sandbox.restore(cloud.now, &young).unwrap();
    let again = cloud.sandbox.mutations(cloud.now, false).unwrap();
    let mut other = Sandbox::new(Options::default());
    other.resume([first.as_str(), again.as_str()].into_iter()).unwrap();
    assert_eq!(other.state(START)["services"].as_array().unwrap().len(), 1);
}

#[test]
fn request_ids_are_never_given_twice() {
    let mut cloud = Cloud::new();
    let first = cloud.sandbox.mutations(cloud.now, false).unwrap();
    let mut seen = Vec::new();
    let mut resumed = first;
    for _ in 0..4 {
        for _ in 0..5 {
            seen.push(cloud.get("/services").json["requestId"].to_string());
        }
        cloud = Cloud::of(Options { rate_limit: None, ..Options::default() });
        cloud.sandbox.resume([resumed.as_str()].into_iter()).unwrap();
        resumed = cloud.sandbox.mutations(cloud.now, false).unwrap();
    }
    seen.sort();
    let all = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
fn what_was_not_told_is_not_gone_on_from() {
    let mut cloud = Cloud::of(two_organizations());
    let told = cloud.sandbox.mutations(cloud.now, false).unwrap();
    let mut one = Sandbox::new(Options::default());
    assert!(one.resume([told.as_str()].into_iter()).unwrap_err().contains("has 2 organizations"));
    assert!(one.restore(START, &told).unwrap_err().contains("has 2 organizations"));
    for wrong in [vec![], vec![""], vec!["{}"], vec![told.as_str(), "{}"], vec![told.as_str(), "null"]] {
        assert!(cloud.sandbox.resume(wrong.into_iter()).is_err());
    }
}

#[test]
fn each_key_opens_its_own_organization() {
    let mut cloud = Cloud::of(two_organizations());
    let first = cloud.url("/services");
    let theirs = format!("https://host/v1/organizations/{OTHER}/services");
    let second = || Some(basic("second", "s"));
    assert_eq!(cloud.send_as(second(), Method::Get, &first, None).status, 403);
    assert_eq!(cloud.send(Method::Get, &theirs, None).status, 403);
    cloud.create(&json!({}));
    assert_eq!(cloud.send_as(second(), Method::Get, &theirs, None).result(), &json!([]));
    let state = cloud.sandbox.state(cloud.now);
    assert_eq!(
        (&state["others"][0]["organization"]["id"], &state["others"][0]["services"]),
        (&json!(OTHER), &json!([]))
    );
    // More organizations change nothing in the first.
    let mut alone = Cloud::new();
    assert_eq!(alone.create(&json!({})).0, cloud.sandbox.state(cloud.now)["services"][0]["id"]);
}
