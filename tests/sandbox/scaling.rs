//! The size of a service.

use clickhouse_cloud::contract::Method;
use serde_json::{Value, json};

use crate::cloud::{Cloud, body};

fn memory(service: &Value) -> [i64; 4] {
    ["minReplicaMemoryGb", "maxReplicaMemoryGb", "minTotalMemoryGb", "maxTotalMemoryGb"]
        .map(|name| service[name].as_i64().unwrap())
}

#[test]
fn both_ways_of_saying_it_mean_the_same() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let total = json!({ "minTotalMemoryGb": 24, "maxTotalMemoryGb": 48 });
    let answer = cloud.patch(&format!("/services/{id}/scaling"), &total);
    assert_eq!(memory(answer.result()), [8, 16, 24, 48]);
    let replica = json!({ "minReplicaMemoryGb": 16, "maxReplicaMemoryGb": 32, "numReplicas": 2 });
    let answer = cloud.patch(&format!("/services/{id}/replicaScaling"), &replica);
    assert_eq!(memory(answer.result()), [16, 32, 48, 96]);
    assert_eq!(answer.result()["numReplicas"], 2);
    assert_eq!(cloud.get(&format!("/services/{id}")).result(), answer.result());
}

#[test]
fn what_runs_comes_to_its_new_size_after_a_while() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "minReplicaMemoryGb": 16, "maxReplicaMemoryGb": 32 }));
    let path = format!("/services/{id}");
    let size = json!({ "maxReplicaMemoryGb": 64, "numReplicas": 2, "idleTimeoutMinutes": 30 });
    let asked = cloud.patch(&format!("{path}/replicaScaling"), &size).result().clone();
    assert_eq!((&asked["maxReplicaMemoryGb"], &asked["numReplicas"]), (&json!(64), &json!(2)));
    // Idling changes at once.
    assert_eq!(asked["currentScaling"]["effectiveIdleTimeoutMinutes"], 30);
    let effective = |service: &Value| {
        let current = &service["currentScaling"];
        (current["effectiveMaxReplicaMemoryGb"].as_u64().unwrap(), current["effectiveMaxReplicas"].as_u64().unwrap())
    };
    let mut seconds = 0;
    while effective(cloud.get(&path).result()) == (32, 3) {
        cloud.wait(1.0);
        seconds += 1;
    }
    assert_eq!(effective(cloud.get(&path).result()), (64, 2));
    assert!((30..=121).contains(&seconds), "{seconds}");

    // A later request replaces an earlier one, and takes its time from then on.
    cloud.patch(&format!("{path}/replicaScaling"), &json!({ "numReplicas": 4 }));
    cloud.wait(29.0);
    cloud.patch(&format!("{path}/replicaScaling"), &json!({ "numReplicas": 5 }));
    cloud.wait(29.0);
    assert_eq!(effective(cloud.get(&path).result()), (64, 2));
    cloud.wait(91.0);
    assert_eq!(effective(cloud.get(&path).result()), (64, 5));

    // A stopped service has its new size at its start.
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    let answer = cloud.patch(&format!("{path}/replicaScaling"), &json!({ "numReplicas": 6 }));
    assert_eq!(effective(answer.result()), (64, 6));
}

#[test]
fn a_bound_is_held_against_the_stored_one() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "minReplicaMemoryGb": 16, "maxReplicaMemoryGb": 32 }));
    let path = format!("/services/{id}");
    let cases = [
        (
            "scaling",
            json!({ "minTotalMemoryGb": 108 }),
            "body.minTotalMemoryGb: expected at most the maximum of 96, received 108",
        ),
        (
            "scaling",
            json!({ "maxTotalMemoryGb": 24 }),
            "body.maxTotalMemoryGb: expected at least the minimum of 48, received 24",
        ),
        (
            "replicaScaling",
            json!({ "minReplicaMemoryGb": 36 }),
            "body.minReplicaMemoryGb: expected at most the maximum of 32, received 36",
        ),
    ];
    for (suffix, body, text) in cases {
        assert_eq!(cloud.patch(&format!("{path}/{suffix}"), &body).refused(400), format!("BAD_REQUEST: {text}"));
    }
    assert_eq!(memory(cloud.get(&path).result()), [16, 32, 48, 96]);
}

#[test]
fn a_new_service_fits_the_bound_that_was_said() {
    let mut cloud = Cloud::new();
    for (more, expected) in [
        (json!({}), [16, 120, 48, 360]),
        (json!({ "minReplicaMemoryGb": 200 }), [200, 200, 600, 600]),
        (json!({ "maxTotalMemoryGb": 24 }), [8, 8, 24, 24]),
    ] {
        let answer = cloud.post("/services", &body(&more));
        assert_eq!(memory(&answer.result()["service"]), expected, "{more}");
    }
    for more in [
        json!({ "minReplicaMemoryGb": 32, "maxReplicaMemoryGb": 16 }),
        json!({ "minTotalMemoryGb": 48, "maxTotalMemoryGb": 24 }),
    ] {
        assert_eq!(cloud.post("/services", &body(&more)).status, 400);
    }
}

#[test]
fn horizontal_scaling_has_replicas_of_one_size() {
    let mut cloud = Cloud::new();
    let range = json!({ "minReplicaMemoryGb": 16, "minReplicas": 2, "maxReplicas": 6 });
    let half = cloud.post("/services", &body(&json!({ "minReplicas": 1 })));
    assert_eq!(
        half.refused(400),
        "BAD_REQUEST: body.maxReplicas: expected a value beside minReplicas, received nothing"
    );
    let unequal = json!({ "minReplicas": 2, "maxReplicas": 6, "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 });
    assert!(
        cloud.post("/services", &body(&unequal)).refused(400).contains("body.minReplicaMemoryGb: expected the same as")
    );
    let answer = cloud.post("/services", &body(&range));
    let service = &answer.result()["service"];
    assert_eq!(service["autoscalingMode"], "horizontal");
    assert_eq!((&service["replicaMemoryGb"], &service["maxReplicaMemoryGb"]), (&json!(16), &json!(16)));
    assert_eq!((&service["minReplicas"], &service["maxReplicas"]), (&json!(2), &json!(6)));
    assert_eq!((service.get("numReplicas"), service.get("minTotalMemoryGb")), (None, None));
    assert_eq!(service["currentScaling"]["effectiveAutoscalingMode"], "horizontal");
    assert_eq!(service["currentScaling"]["effectiveMaxReplicas"], 6);

    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/replicaScaling");
    for (wrong, field) in [
        (json!({ "autoscalingMode": "horizontal" }), "autoscalingMode"),
        (json!({ "autoscalingMode": "vertical", "minReplicas": 1, "maxReplicas": 2 }), "autoscalingMode"),
        (json!({ "autoscalingMode": "horizontal", "numReplicas": 2 }), "numReplicas"),
        (json!({ "numReplicas": 2, "minReplicas": 2, "maxReplicas": 2 }), "numReplicas"),
        (json!({ "minReplicas": 4 }), "maxReplicas"),
        (json!({ "maxReplicas": 2 }), "minReplicas"),
        (json!({ "minReplicas": 2, "maxReplicas": 4 }), "autoscalingMode"),
    ] {
        let text = cloud.patch(&path, &wrong).refused(400).to_owned();
        assert!(text.contains(field), "{text}");
    }
    let fixed = cloud.patch(&path, &json!({ "minReplicas": 2, "maxReplicas": 2 })).result().clone();
    assert_eq!((&fixed["autoscalingMode"], &fixed["numReplicas"]), (&json!("vertical"), &json!(2)));
    let there = json!({ "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 8, "minReplicas": 2, "maxReplicas": 4 });
    assert_eq!(cloud.patch(&path, &there).result()["autoscalingMode"], "horizontal");
    let more = cloud.patch(&path, &json!({ "minReplicas": 2, "maxReplicas": 5 })).result().clone();
    assert_eq!((&more["minReplicas"], &more["maxReplicas"]), (&json!(2), &json!(5)));
    let back = cloud.patch(&path, &json!({ "numReplicas": 3 })).result().clone();
    assert_eq!((&back["autoscalingMode"], &back["numReplicas"]), (&json!("vertical"), &json!(3)));
}

#[test]
fn a_development_service_has_one_size() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "tier": "development" }));
    let path = format!("/services/{id}");
    let service = cloud.get(&path).result().clone();
    assert_eq!(service["tier"], "development");
    assert_eq!(service["idleScaling"], true);
    assert_eq!(service.get("minTotalMemoryGb"), None);
    assert!(service["currentScaling"].is_object());
    assert!(service["autoscalingMode"].is_string());
    let text = cloud.patch(&format!("{path}/scaling"), &json!({ "minTotalMemoryGb": 24 })).refused(400).to_owned();
    assert!(text.starts_with("BAD_REQUEST: "), "{text}");
    assert_eq!(cloud.patch(&format!("{path}/replicaScaling"), &json!({ "numReplicas": 2 })).status, 400);
    assert_eq!(cloud.get(&path).result(), &service);
    let azure = json!({ "tier": "development", "provider": "azure", "region": "westus3" });
    assert!(cloud.post("/services", &body(&azure)).refused(400).contains("body.tier"));
    for size in ["minTotalMemoryGb", "maxReplicaMemoryGb"] {
        let answer = cloud.post("/services", &body(&json!({ "tier": "development", size: 24 })));
        assert!(answer.refused(400).contains(size));
    }
}

#[test]
fn a_service_is_scaled_where_it_stands_still() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}/replicaScaling");
    let size = json!({ "numReplicas": 4 });
    assert_eq!(cloud.patch(&path, &size).status, 409);
    cloud.until(&id, "idle");
    assert_eq!(cloud.patch(&path, &size).status, 200);
    cloud.command(&id, "stop");
    assert_eq!(cloud.patch(&path, &size).status, 409);
    cloud.until(&id, "stopped");
    assert_eq!(cloud.patch(&path, &size).status, 200);
}

#[test]
fn half_minutes_of_idling_are_whole_where_the_contract_wants_them_whole() {
    let mut cloud = Cloud::new();
    let answer = cloud.post("/services", &body(&json!({ "idleTimeoutMinutes": 7.5 })));
    let service = &answer.result()["service"];
    assert_eq!(service["idleTimeoutMinutes"], 7.5);
    assert_eq!(service["currentScaling"]["effectiveIdleTimeoutMinutes"], 8);
}

#[test]
fn a_whole_number_may_be_written_with_a_fraction() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let url = cloud.url(&format!("/services/{id}/replicaScaling"));
    let answer = cloud.send(Method::Patch, &url, Some(r#"{"numReplicas":2.0,"minReplicaMemoryGb":1.6e1}"#.to_owned()));
    assert_eq!((&answer.result()["numReplicas"], &answer.result()["minReplicaMemoryGb"]), (&json!(2), &json!(16)));
}
