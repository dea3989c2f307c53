//! Mutations: a snapshot with the mutations after it restores the same state.

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

/// The state without rate-limit windows, which are no mutation, and without request ids, whose stream differs after `resume`.
fn comparable(sandbox: &mut Sandbox, now: f64) -> Value {
    let mut all: Value = serde_json::from_str(&sandbox.snapshot(now)).unwrap();
    for name in ["arrivals", "windows", "request_ids"] {
        all.as_object_mut().unwrap().remove(name);
    }
    all
}

#[test]
fn the_mutations_restore_the_state() {
    let mut cloud = Cloud::of(two_organizations());
    let mut texts = vec![cloud.sandbox.mutations(cloud.now, false).unwrap()];
    let other_url = format!("https://host/v1/organizations/{OTHER}/services");
    for round in 0..20 {
        let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
        texts.extend(cloud.sandbox.mutations(cloud.now, false));
        cloud.patch(&format!("/services/{id}"), &json!({ "name": format!("round {round}") }));
        texts.extend(cloud.sandbox.mutations(cloud.now, false));
        if round % 3 == 0 {
            cloud.command(&id, "stop");
            cloud.until(&id, "stopped");
            cloud.wait(60.0);
            cloud.delete(&format!("/services/{id}"));
            cloud.wait(600.0);
        }
        let body = crate::cloud::body(&json!({})).to_string();
        assert_eq!(cloud.send_as(Some(basic("second", "s")), Method::Post, &other_url, Some(body)).status, 200);
        texts.extend(cloud.sandbox.mutations(cloud.now, false));
    }
    texts.extend(cloud.sandbox.mutations(cloud.now, true));
    assert_eq!(cloud.sandbox.mutations(cloud.now, false), None);

    let mut other = Sandbox::new(Options { seed: 9, ..two_organizations() });
    let then = other.resume(texts.iter().map(String::as_str)).unwrap();
    assert_eq!(then, cloud.now);
    assert_eq!(comparable(&mut other, then), comparable(&mut cloud.sandbox, then));
    // Unchanged services are not written again.
    let longest = texts.iter().skip(1).map(String::len).max().unwrap();
    assert!(longest < cloud.sandbox.snapshot(then).len() / 3, "{longest}");
}

#[test]
fn a_read_is_no_mutation_and_a_restored_snapshot_is_a_whole_one() {
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
fn request_ids_never_come_twice() {
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
fn a_wrong_text_is_refused() {
    let mut cloud = Cloud::of(two_organizations());
    let text = cloud.sandbox.mutations(cloud.now, false).unwrap();
    let mut one = Sandbox::new(Options::default());
    assert!(one.resume([text.as_str()].into_iter()).unwrap_err().contains("has 2 organizations"));
    assert!(one.restore(START, &text).unwrap_err().contains("has 2 organizations"));
    for wrong in [vec![], vec![""], vec!["{}"], vec![text.as_str(), "{}"], vec![text.as_str(), "null"]] {
        assert!(cloud.sandbox.resume(wrong.into_iter()).is_err());
    }
}

#[test]
fn each_key_opens_its_own_organization() {
    let mut cloud = Cloud::of(two_organizations());
    let first = cloud.url("/services");
    let other_url = format!("https://host/v1/organizations/{OTHER}/services");
    let second = || Some(basic("second", "s"));
    assert_eq!(cloud.send_as(second(), Method::Get, &first, None).status, 403);
    assert_eq!(cloud.send(Method::Get, &other_url, None).status, 403);
    cloud.create(&json!({}));
    assert_eq!(cloud.send_as(second(), Method::Get, &other_url, None).result(), &json!([]));
    let state = cloud.sandbox.state(cloud.now);
    assert_eq!(
        (&state["others"][0]["organization"]["id"], &state["others"][0]["services"]),
        (&json!(OTHER), &json!([]))
    );
    // More organizations change nothing in the first.
    let mut alone = Cloud::new();
    assert_eq!(alone.create(&json!({})).0, cloud.sandbox.state(cloud.now)["services"][0]["id"]);
}
