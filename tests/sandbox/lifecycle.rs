//! States, and the transitions between them.

use serde_json::{Value, json};

use crate::cloud::Cloud;

const ONLY: &str = "CONFLICT: Only instance in one of the following states: \
    'provisioning','starting','awaking','idle','stopped', 'degraded','failed' can be terminated. Current state: ";

fn between(seconds: u32, least: u32, most: u32) -> bool {
    // A second more: the test reads once a second.
    (least..=most + 1).contains(&seconds)
}

#[test]
fn a_whole_life() {
    for seed in 0..20 {
        let mut cloud = Cloud::new();
        for _ in 0..seed {
            cloud.create(&json!({}));
        }
        let (id, _) = cloud.create(&json!({}));
        let path = format!("/services/{id}");
        assert_eq!(cloud.state(&id), "provisioning");
        assert!(between(cloud.until(&id, "running"), 60, 180));

        assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
        assert!(between(cloud.until(&id, "stopped"), 30, 60));

        assert_eq!(cloud.command(&id, "start").result()["state"], "starting");
        assert!(between(cloud.until(&id, "running"), 30, 60));

        cloud.command(&id, "stop");
        cloud.until(&id, "stopped");
        cloud.wait(16.0);
        assert_eq!(cloud.delete(&path).status, 200);
        assert_eq!(cloud.state(&id), "terminating");
        let mut seconds = 0;
        while cloud.get(&path).status == 200 {
            assert_eq!(cloud.state(&id), "terminating");
            cloud.wait(1.0);
            seconds += 1;
        }
        assert!(between(seconds, 30, 120), "{seconds}");
        assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: service {id} not found"));
        assert_eq!(cloud.delete(&path).status, 404);
        let list = cloud.get("/services");
        assert!(list.result().as_array().unwrap().iter().all(|service| service["id"] != id));
    }
}

#[test]
fn a_running_service_is_not_deleted() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    assert_eq!(cloud.delete(&path).refused(409), format!("{ONLY}'running'"));
    cloud.command(&id, "stop");
    assert_eq!(cloud.delete(&path).refused(409), format!("{ONLY}'stopping'"));
    assert_eq!(cloud.state(&id), "stopping");
}

#[test]
fn a_service_that_reads_stopped_is_not_deleted_at_once() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    let mut seconds = 0;
    loop {
        let answer = cloud.delete(&path);
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.refused(409), format!("{ONLY}'stopping'"));
        assert_eq!(cloud.state(&id), "stopped");
        cloud.wait(1.0);
        seconds += 1;
    }
    assert!((4..=15).contains(&seconds), "{seconds}");
}

#[test]
fn a_restored_service_that_reads_stopped_is_not_deleted_at_once_either() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    cloud.wait(60.0);
    cloud.sandbox.restore(cloud.now, &snapshot).unwrap();
    assert_eq!(cloud.delete(&path).refused(409), format!("{ONLY}'stopping'"));
    cloud.wait(15.0);
    assert_eq!(cloud.delete(&path).status, 200);
}

#[test]
fn a_service_has_the_life_of_a_service_and_of_nothing_else() {
    let mut cloud = Cloud::new();
    cloud.create_running(&json!({}));
    let text = cloud.sandbox.snapshot(cloud.now);
    for machine in ["postgres", "clickPipes", "robots"] {
        let mut wrong: Value = serde_json::from_str(&text).unwrap();
        *wrong.pointer_mut("/services/0/life/machine").unwrap() = machine.into();
        assert!(cloud.sandbox.restore(cloud.now, &wrong.to_string()).is_err(), "{machine}");
        assert_eq!(cloud.sandbox.snapshot(cloud.now), text);
    }
}

#[test]
fn provisioning_starting_idle_and_awaking_services_are_deleted() {
    let mut cloud = Cloud::new();
    let (provisioning, _) = cloud.create(&json!({}));
    let (starting, _) = cloud.create_running(&json!({}));
    let (idle, _) = cloud.create_running(&json!({}));
    let (awaking, _) = cloud.create_running(&json!({}));
    cloud.until(&awaking, "idle");
    cloud.until(&idle, "idle");
    cloud.command(&starting, "stop");
    cloud.until(&starting, "stopped");
    cloud.command(&starting, "start");
    cloud.command(&awaking, "awake");
    let (fresh, _) = cloud.create(&json!({}));
    for (id, state) in [(&starting, "starting"), (&idle, "idle"), (&awaking, "awaking"), (&fresh, "provisioning")] {
        assert_eq!(cloud.state(id), state);
        assert_eq!(cloud.delete(&format!("/services/{id}")).status, 200);
        assert_eq!(cloud.state(id), "terminating");
    }
    assert_eq!(cloud.state(&provisioning), "idle");
}

#[test]
fn nothing_is_possible_on_a_service_that_is_being_deleted() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.delete(&path).refused(409), format!("{ONLY}'terminating'"));
    for command in ["start", "stop", "awake"] {
        assert_eq!(cloud.command(&id, command).status, 409);
    }
    let changes = [
        ("", json!({ "name": "other" })),
        ("/password", json!({})),
        ("/scaling", json!({ "idleScaling": true })),
        ("/replicaScaling", json!({ "numReplicas": 2 })),
    ];
    for (suffix, body) in changes {
        let text = cloud.patch(&format!("{path}{suffix}"), &body).refused(409).to_owned();
        assert!(text.starts_with("CONFLICT: ") && text.ends_with("Current state: 'terminating'"), "{text}");
    }
    assert_eq!(cloud.get(&path).result()["name"], "events");
}

#[test]
fn commands_that_ask_for_what_is_there_change_nothing() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    assert_eq!(cloud.command(&id, "start").result()["state"], "provisioning");
    cloud.until(&id, "running");
    assert_eq!(cloud.command(&id, "start").result()["state"], "running");
    assert_eq!(cloud.command(&id, "awake").result()["state"], "running");
    cloud.command(&id, "stop");
    assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
    cloud.until(&id, "stopped");
    assert_eq!(cloud.command(&id, "stop").result()["state"], "stopped");
    cloud.command(&id, "start");
    assert_eq!(cloud.command(&id, "start").result()["state"], "starting");
}

#[test]
fn commands_that_do_not_fit_are_conflicts() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    assert_eq!(cloud.command(&id, "awake").status, 409);
    assert_eq!(
        cloud.command(&id, "stop").refused(409),
        "CONFLICT: Only instance in one of the following states: \
         'running','partially_running','idle','degraded' can be stopped. Current state: 'provisioning'"
    );
    cloud.until(&id, "running");
    cloud.command(&id, "stop");
    assert_eq!(cloud.command(&id, "start").status, 409);
    assert_eq!(cloud.command(&id, "awake").status, 409);
    cloud.until(&id, "stopped");
    assert_eq!(cloud.command(&id, "awake").status, 409);
    cloud.command(&id, "start");
    assert_eq!(cloud.command(&id, "stop").status, 409);
}

#[test]
fn a_quiet_service_goes_idle_and_is_woken() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleTimeoutMinutes": 5 }));
    cloud.wait(299.0 - 1.0);
    assert_eq!(cloud.state(&id), "running");
    cloud.wait(2.0);
    assert_eq!(cloud.state(&id), "idle");

    assert_eq!(cloud.command(&id, "awake").result()["state"], "awaking");
    assert_eq!(cloud.command(&id, "awake").result()["state"], "awaking");
    assert!(between(cloud.until(&id, "running"), 5, 30));

    // A change begins the time without activity anew; a read does not.
    cloud.wait(200.0);
    assert_eq!(cloud.patch(&format!("/services/{id}"), &json!({ "name": "other" })).status, 200);
    cloud.wait(200.0);
    assert_eq!(cloud.state(&id), "running");
    cloud.wait(100.0);
    assert_eq!(cloud.state(&id), "idle");

    assert_eq!(cloud.command(&id, "start").result()["state"], "awaking");
    cloud.until(&id, "running");
    cloud.until(&id, "idle");
    assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
}

#[test]
fn only_idle_scaling_lets_a_service_go_idle() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
    cloud.wait(86_400.0);
    assert_eq!(cloud.state(&id), "running");
    let body = json!({ "idleScaling": true, "idleTimeoutMinutes": 10 });
    assert_eq!(cloud.patch(&format!("/services/{id}/replicaScaling"), &body).result()["idleTimeoutMinutes"], 10);
    cloud.wait(599.0);
    assert_eq!(cloud.state(&id), "running");
    cloud.wait(1.0);
    assert_eq!(cloud.state(&id), "idle");
}

#[test]
fn a_life_does_not_depend_on_who_looks() {
    let mut watched = Cloud::new();
    let mut alone = Cloud::new();
    let (id, _) = watched.create(&json!({}));
    assert_eq!(alone.create(&json!({})).0, id);
    for _ in 0..3000 {
        watched.wait(1.0);
        watched.state(&id);
    }
    alone.wait(3000.0);
    let path = format!("/services/{id}");
    let seen: Vec<Value> = [&mut watched, &mut alone]
        .into_iter()
        .flat_map(|cloud| [path.clone(), format!("{path}/backups")].map(|path| cloud.get(&path).result().clone()))
        .collect();
    assert_eq!(seen[0], seen[2]);
    assert_eq!(seen[1], seen[3]);
}

/// The states that an endpoint goes through, second by second, until it rests for an hour or is gone.
fn states_of(cloud: &mut Cloud, path: &str) -> Vec<String> {
    let mut states: Vec<String> = Vec::new();
    for _ in 0..3600 {
        let endpoint = cloud.get(path);
        if endpoint.status == 404 {
            break;
        }
        states.push(endpoint.result()["status"].as_str().unwrap().to_owned());
        states.dedup();
        cloud.wait(1.0);
    }
    states
}

#[test]
fn a_reverse_private_endpoint_waits_for_the_owner_of_its_target() {
    let mut cloud = Cloud::new();
    let (service, _) = cloud.create_running(&json!({ "idleScaling": false }));
    let endpoints = format!("/services/{service}/clickpipesReversePrivateEndpoints");
    let own = json!({ "type": "MSK_MULTI_VPC", "mskClusterArn": "arn:aws:kafka:eu-west-1:1:cluster/a/b" });
    let other = json!({ "type": "VPC_ENDPOINT_SERVICE", "vpcEndpointServiceName": "com.amazonaws.vpce.eu-west-1.a" });
    for (body, course) in
        [(own, &["Provisioning", "Ready"][..]), (other, &["Provisioning", "PendingAcceptance", "Ready"])]
    {
        let id = cloud.post(&endpoints, &body).result()["id"].as_str().unwrap().to_owned();
        let path = format!("{endpoints}/{id}");
        assert_eq!(states_of(&mut cloud, &path), course);
        assert_eq!(cloud.delete(&path).status, 200);
        assert_eq!(cloud.delete(&path).status, 200, "it is on its way already");
        assert_eq!(states_of(&mut cloud, &path), ["Deleting"]);
        assert_eq!(cloud.get(&path).status, 404);
    }
}
