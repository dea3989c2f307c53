//! Activities: each change that has a type is recorded, with its author and its target.

use clickhouse_cloud::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::cloud::{Cloud, START};
use crate::random_walk::{replay, whole_state, without_faults};

fn types(activities: &Value) -> Vec<&str> {
    activities.as_array().unwrap().iter().map(|activity| activity["type"].as_str().unwrap()).collect()
}

#[test]
fn changes_are_recorded_with_the_newest_first() {
    let mut cloud = Cloud::new();
    assert_eq!(cloud.get("/activities").result(), &json!([]));
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    cloud.patch(&path, &json!({ "name": "other", "ipAccessList": { "add": [{ "source": "10.0.0.1" }] } }));
    cloud.patch(&format!("{path}/replicaScaling"), &json!({ "numReplicas": 2, "idleScaling": false }));
    cloud.command(&id, "stop");
    cloud.command(&id, "stop");
    cloud.patch(&path, &json!({ "name": "" }));
    cloud.get(&path);
    let activities = cloud.get("/activities").result().clone();
    let expected = [
        "service_stop",
        "service_update_autoscaling_idling",
        "service_update_autoscaling_replicas",
        "service_update_ip_access_list",
        "service_update_name",
        "service_running",
        "service_create",
    ];
    assert_eq!(types(&activities), expected);
    let newest = &activities[0];
    let key = cloud.get("/keys").result()[0].clone();
    assert_eq!((&newest["actorType"], &newest["actorId"]), (&json!("api"), &key["id"]));
    assert_eq!((&newest["actorDetails"], &newest["serviceId"]), (&key["name"], &json!(id)));
    assert_eq!(activities[6]["serviceId"], id);
    assert_eq!(cloud.get(&format!("/activities/{}", newest["id"].as_str().unwrap())).result(), newest);
    assert_eq!(cloud.get("/activities/nothing").status, 404);
}

/// The types of the activities that a step adds, the newest first.
fn added(cloud: &mut Cloud, step: impl FnOnce(&mut Cloud)) -> Vec<String> {
    let before = cloud.get("/activities").result().as_array().unwrap().len();
    step(cloud);
    let after = cloud.get("/activities").result().clone();
    let added = after.as_array().unwrap().len() - before;
    types(&after).into_iter().take(added).map(str::to_owned).collect()
}

#[test]
fn each_change_of_the_scaling_is_recorded_by_either_path() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    for (path, body, expected) in [
        ("scaling", json!({ "numReplicas": 2 }), &["service_update_autoscaling_replicas"][..]),
        ("scaling", json!({ "numReplicas": 2 }), &[]),
        ("scaling", json!({ "idleTimeoutMinutes": 20 }), &["service_update_autoscaling_idling"]),
        ("replicaScaling", json!({ "idleTimeoutMinutes": 30 }), &["service_update_autoscaling_idling"]),
        (
            "replicaScaling",
            json!({ "idleScaling": false, "idleTimeoutMinutes": 40 }),
            &["service_update_autoscaling_idling"],
        ),
        ("replicaScaling", json!({ "numReplicas": 2, "idleScaling": true }), &["service_update_autoscaling_idling"]),
    ] {
        let added = added(&mut cloud, |cloud| {
            cloud.patch(&format!("/services/{id}/{path}"), &body).result();
        });
        assert_eq!(added, expected, "{path} {body}");
    }
}

#[test]
fn what_stays_as_it_is_is_not_recorded() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "name": "a" }));
    let path = format!("/services/{id}");
    let none = added(&mut cloud, |cloud| {
        cloud.patch(&path, &json!({ "name": "a", "ipAccessList": { "remove": [{ "source": "10.9.9.9" }] } })).result();
    });
    assert_eq!(none, [""; 0]);
    let key = cloud.post("/keys", &json!({ "name": "ci" })).result()["key"]["id"].as_str().unwrap().to_owned();
    let one = added(&mut cloud, |cloud| {
        cloud.patch(&format!("/keys/{key}"), &json!({ "name": "ci", "state": "disabled" })).result();
    });
    assert_eq!(one, ["openapi_key_update"]);
    assert_eq!(cloud.get("/activities").result()[0]["keyUpdateType"], "state-changed");
}

#[test]
fn a_service_records_the_states_that_it_reaches_by_itself() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleTimeoutMinutes": 5 }));
    let mut reached = added(&mut cloud, |cloud| cloud.wait(900.0));
    assert_eq!(reached, ["service_idle"]);
    let idle = cloud.get("/activities").result()[0].clone();
    assert_eq!((&idle["actorType"], &idle["serviceId"]), (&json!("system"), &json!(id)));
    assert!(idle.get("actorId").is_none(), "{idle}");
    reached = added(&mut cloud, |cloud| {
        cloud.command(&id, "awake");
        cloud.wait(900.0);
    });
    assert_eq!(reached, ["service_idle", "service_running", "service_awaken"]);
    // The moment is that of the state, not that of the read.
    let moments: Vec<_> = cloud.get("/activities").result().as_array().unwrap()[..2]
        .iter()
        .map(|activity| activity["createdAt"].as_str().unwrap().to_owned())
        .collect();
    assert!(moments[0] > moments[1] && *moments[0] > *idle["createdAt"].as_str().unwrap(), "{moments:?}");
}

#[test]
fn changes_of_keys_name_their_key_and_kind() {
    let mut cloud = Cloud::new();
    let id = cloud.post("/keys", &json!({ "name": "ci" })).result()["key"]["id"].as_str().unwrap().to_owned();
    cloud.patch(&format!("/keys/{id}"), &json!({ "name": "cd", "state": "disabled" }));
    cloud.delete(&format!("/keys/{id}"));
    cloud.patch("", &json!({ "name": "Mine" }));
    cloud.patch("", &json!({ "enableCoreDumps": true }));
    let activities = cloud.get("/activities").result().clone();
    assert_eq!(
        types(&activities),
        ["organization_update_name", "key_delete", "openapi_key_update", "openapi_key_update", "key_create"]
    );
    let kinds: Vec<_> =
        activities.as_array().unwrap()[1..].iter().map(|it| it["keyUpdateType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["deleted", "state-changed", "name-changed", "created"]);
    assert!(activities.as_array().unwrap()[1..].iter().all(|it| it["targetKeyId"] == id));
}

#[test]
fn a_range_is_filtered_and_the_oldest_are_dropped() {
    let mut cloud = Cloud::new();
    for minute in 0..1_005 {
        cloud.now = START + f64::from(minute) * 60_000.0;
        cloud.patch("", &json!({ "name": format!("turn {minute}") }));
    }
    let list = |cloud: &mut Cloud, query: &str| cloud.get(&format!("/activities{query}")).result().clone();
    assert_eq!(types(&list(&mut cloud, "")).len(), 1_000);
    let some = list(&mut cloud, "?from_date=2026-08-01T00:10:00Z&to_date=2026-08-01T00:12:00Z");
    let moments: Vec<_> = some.as_array().unwrap().iter().map(|it| it["createdAt"].as_str().unwrap()).collect();
    assert_eq!(moments, ["2026-08-01T00:12:00Z", "2026-08-01T00:11:00Z", "2026-08-01T00:10:00Z"]);
    assert_eq!(types(&list(&mut cloud, "?to_date=2026-08-01T00:04:00Z")).len(), 0);
    let wrong = "/activities?from_date=2026-08-01T00:12:00Z&to_date=2026-08-01T00:10:00Z";
    assert!(cloud.get(wrong).refused(400).starts_with("BAD_REQUEST: query.to_date: "));
}

#[test]
fn the_address_is_recorded_where_it_is_known() {
    let mut cloud = Cloud::new();
    let (url, body) = (cloud.url(""), json!({ "name": "Mine" }).to_string());
    let options = cloud.sandbox.options();
    let key = crate::cloud::basic(&options.key_id, options.key_secret.reveal());
    let address = "::ffff:192.0.2.7".parse().ok();
    cloud.sandbox.handle_wire(cloud.now, "PATCH", &url, Some(&key), Some(body.as_bytes()), address);
    assert_eq!(cloud.get("/activities").result()[0]["actorIpAddress"], "192.0.2.7");
}

#[test]
fn a_ledger_replays_to_the_same_activities_keys_and_roles() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({ "idleTimeoutMinutes": 5 }));
    for round in 0..20 {
        cloud.wait(450.0 * f64::from(round % 4));
        let key = cloud.post("/keys", &json!({ "name": format!("key {round}") })).result()["key"]["id"].clone();
        let key = key.as_str().unwrap();
        cloud.get("/keys");
        let role = json!({ "name": "r", "actors": [key], "policies": [] });
        let role = cloud.post("/roles", &role).result()["id"].as_str().unwrap().to_owned();
        cloud.get("/usageCost?from_date=2026-08-01&to_date=2026-08-31");
        match round % 3 {
            0 => cloud.delete(&format!("/keys/{key}")),
            1 => cloud.delete(&format!("/roles/{role}")),
            _ => cloud.post("/invitations", &json!({ "email": format!("a{round}@example.com") })),
        };
        cloud.command(&service, if round % 2 == 0 { "awake" } else { "stop" });
        cloud.command(&service, "start");
        cloud.patch("", &json!({ "name": format!("round {round}") }));
        cloud.delete("/members/11111111-2222-4333-8444-555555555555");
    }
    let mut fresh = Sandbox::new(without_faults(cloud.sandbox.options()));
    replay(&mut fresh, cloud.sandbox.ledger());
    assert_eq!(whole_state(&mut fresh, cloud.now), whole_state(&mut cloud.sandbox, cloud.now));
}
