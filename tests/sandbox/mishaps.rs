//! Mishaps of services: the states that only a fault leads to.

use clickhouse_cloud::sandbox::{Fault, Injection, Options};
use serde_json::{Value, json};

use crate::cloud::Cloud;

const ONLY: &str = "CONFLICT: Only instance in one of the following states: ";
const STARTABLE: &str = "'stopped','idle' can be started.";
const STOPPABLE: &str = "'running','partially_running','idle','degraded' can be stopped.";
const WAKEABLE: &str = "'idle' can be awakened.";
const TERMINABLE: &str = "'provisioning','starting','awaking','idle','stopped', 'degraded','failed' can be terminated.";

fn inject(cloud: &mut Cloud, fault: Fault) {
    cloud.sandbox.inject(Injection::once(fault)).unwrap();
}

#[track_caller]
fn last_change(cloud: &Cloud) -> (Option<Fault>, &str) {
    let entry = cloud.sandbox.ledger().next_back().unwrap();
    (entry.fault, entry.change.as_deref().unwrap())
}

/// The command is rejected with the states that it is for, and nothing changes.
#[track_caller]
fn refuses(cloud: &mut Cloud, id: &str, command: &str, states: &str) {
    let before = cloud.state(id);
    let text = match command {
        "delete" => cloud.delete(&format!("/services/{id}")),
        command => cloud.command(id, command),
    };
    assert_eq!(text.refused(409), format!("{ONLY}{states} Current state: '{before}'"));
    assert_eq!(cloud.state(id), before);
}

/// Requests that need a running service are rejected.
#[track_caller]
fn takes_no_changes_of_the_running(cloud: &mut Cloud, id: &str) {
    let state = cloud.state(id);
    for (suffix, body) in [("password", json!({})), ("replicaScaling", json!({ "numReplicas": 2 }))] {
        let text = cloud.patch(&format!("/services/{id}/{suffix}"), &body).refused(409).to_owned();
        assert!(text.ends_with(&format!("Current state: '{state}'")), "{text}");
    }
}

#[test]
fn a_service_can_fail_and_is_then_only_deleted() {
    let mut cloud = Cloud::new();
    inject(&mut cloud, Fault::Failed);
    let (id, _) = cloud.create(&json!({}));
    assert_eq!(last_change(&cloud), (Some(Fault::Failed), format!("{id} created; failed").as_str()));
    assert_eq!(cloud.state(&id), "provisioning");
    let seconds = cloud.until(&id, "failed");
    assert!((60..=181).contains(&seconds), "{seconds}");
    cloud.wait(86_400.0);
    assert_eq!(cloud.state(&id), "failed");
    refuses(&mut cloud, &id, "start", STARTABLE);
    refuses(&mut cloud, &id, "stop", STOPPABLE);
    refuses(&mut cloud, &id, "awake", WAKEABLE);
    takes_no_changes_of_the_running(&mut cloud, &id);
    assert_eq!(cloud.get(&format!("/services/{id}/backups")).result(), &json!([]));
    assert_eq!(cloud.delete(&format!("/services/{id}")).status, 200);

    let (id, _) = cloud.create_running(&json!({}));
    for (from, through, command) in [("idle", "awaking", "awake"), ("stopped", "starting", "start")] {
        if from == "stopped" {
            cloud.command(&id, "stop");
        }
        cloud.until(&id, from);
        inject(&mut cloud, Fault::PartiallyRunning);
        assert_eq!(cloud.command(&id, command).result()["state"], through);
        cloud.until(&id, "partially_running");
        cloud.until(&id, "running");
    }
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    inject(&mut cloud, Fault::Failed);
    cloud.command(&id, "start");
    cloud.until(&id, "failed");
}

#[test]
fn a_service_can_run_in_part_first() {
    let mut cloud = Cloud::new();
    inject(&mut cloud, Fault::PartiallyRunning);
    let (id, _) = cloud.create(&json!({}));
    cloud.until(&id, "partially_running");
    assert_eq!(cloud.command(&id, "start").result()["state"], "partially_running");
    assert_eq!(cloud.command(&id, "awake").result()["state"], "partially_running");
    refuses(&mut cloud, &id, "delete", TERMINABLE);
    takes_no_changes_of_the_running(&mut cloud, &id);
    let seconds = cloud.until(&id, "running");
    assert!((59..=301).contains(&seconds), "{seconds}");

    inject(&mut cloud, Fault::PartiallyRunning);
    let (id, _) = cloud.create(&json!({}));
    cloud.until(&id, "partially_running");
    assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
    cloud.until(&id, "stopped");
}

#[test]
fn a_running_service_can_degrade_for_a_while() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    inject(&mut cloud, Fault::Degraded);
    // Only a running service degrades: the injection waits.
    assert!((60..=181).contains(&cloud.until(&id, "running")));
    assert_eq!(last_change(&cloud), (Some(Fault::Degraded), "running -> degraded"));
    assert_eq!(cloud.state(&id), "degraded");
    assert_eq!(cloud.command(&id, "start").result()["state"], "degraded");
    assert_eq!(cloud.command(&id, "awake").result()["state"], "degraded");
    assert_eq!(cloud.patch(&path, &json!({ "name": "other" })).status, 200);
    takes_no_changes_of_the_running(&mut cloud, &id);
    let seconds = cloud.until(&id, "running");
    assert!((58..=301).contains(&seconds), "{seconds}");
    // Its time without activity begins anew.
    let seconds = cloud.until(&id, "idle");
    assert!((898..=901).contains(&seconds), "{seconds}");

    for deletes in [false, true] {
        let (id, _) = cloud.create_running(&json!({}));
        inject(&mut cloud, Fault::Degraded);
        cloud.state(&id);
        if deletes {
            assert_eq!(cloud.delete(&format!("/services/{id}")).status, 200);
            assert_eq!(cloud.state(&id), "terminating");
        } else {
            assert_eq!(cloud.command(&id, "stop").result()["state"], "stopping");
            cloud.until(&id, "stopped");
        }
    }
}

#[test]
fn a_stopping_service_can_read_idle_first() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    inject(&mut cloud, Fault::IdleFirst);
    assert_eq!(cloud.command(&id, "awake").result()["state"], "running");
    assert_eq!(cloud.sandbox.ledger().next_back().unwrap().fault, None, "nothing was told to stop");
    cloud.command(&id, "stop");
    assert_eq!(last_change(&cloud), (Some(Fault::IdleFirst), "running -> stopping; stopping -> idle"));
    assert_eq!(cloud.state(&id), "idle");
    let idle = cloud.until(&id, "stopping");
    assert!((5..=21).contains(&idle), "{idle}");
    let stopping = cloud.until(&id, "stopped");
    assert!((29..=61).contains(&stopping), "{stopping}");

    let (id, _) = cloud.create_running(&json!({}));
    inject(&mut cloud, Fault::IdleFirst);
    cloud.command(&id, "stop");
    assert_eq!(cloud.command(&id, "start").result()["state"], "awaking", "the last word counts");
    cloud.until(&id, "running");
}

#[test]
fn a_deleted_service_can_be_read_for_a_while() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    inject(&mut cloud, Fault::SoftDeleted);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(last_change(&cloud).1, "provisioning -> terminating; terminating -> softdeleting");
    for (state, next) in [("softdeleting", "softdeleted"), ("softdeleted", "")] {
        assert_eq!(cloud.state(&id), state);
        refuses(&mut cloud, &id, "start", STARTABLE);
        refuses(&mut cloud, &id, "stop", STOPPABLE);
        refuses(&mut cloud, &id, "awake", WAKEABLE);
        refuses(&mut cloud, &id, "delete", TERMINABLE);
        takes_no_changes_of_the_running(&mut cloud, &id);
        assert_eq!(cloud.patch(&path, &json!({ "name": "x" })).status, 409);
        if next.is_empty() {
            break;
        }
        assert!((30..=121).contains(&cloud.until(&id, next)));
    }
    let mut seconds = 0;
    while cloud.get(&path).status == 200 {
        cloud.wait(1.0);
        seconds += 1;
    }
    assert!((59..=301).contains(&seconds), "{seconds}");
    assert_eq!(cloud.sandbox.state(cloud.now)["services"], json!([]));
}

#[test]
fn at_the_end_of_time_a_snapshot_is_still_one() {
    let mut cloud = Cloud::new();
    let [scaled, stopping, deleted] = [(); 3].map(|()| cloud.create_running(&json!({ "idleScaling": false })).0);
    cloud.now = 8.64e15 - 1_000.0;
    cloud.patch(&format!("/services/{scaled}/replicaScaling"), &json!({ "numReplicas": 2 }));
    inject(&mut cloud, Fault::IdleFirst);
    cloud.command(&stopping, "stop");
    inject(&mut cloud, Fault::Degraded);
    cloud.state(&deleted);
    inject(&mut cloud, Fault::SoftDeleted);
    assert_eq!(cloud.delete(&format!("/services/{deleted}")).status, 200);
    let (snapshot, before) = (cloud.sandbox.snapshot(cloud.now), cloud.sandbox.state(cloud.now));
    cloud.sandbox.restore(cloud.now, &snapshot).unwrap();
    assert_eq!(cloud.sandbox.state(cloud.now), before);
}

/// Every state of a service during a day of commands.
fn states_seen(faults: &[Fault]) -> Vec<String> {
    let faults = faults.iter().map(|fault| (*fault, 0.3)).collect();
    let mut cloud = Cloud::of(Options { rate_limit: None, max_services: 1_000, faults, ..Options::default() });
    let mut seen: Vec<String> = Vec::new();
    let mut before = String::new();
    for _ in 0..60 {
        let (id, _) = cloud.create(&json!({ "idleTimeoutMinutes": 5 }));
        for step in 0..40 {
            match step {
                1 if !before.is_empty() => drop(cloud.command(&before, "awake")),
                15 => drop(cloud.command(&id, "stop")),
                20 => drop(cloud.command(&id, "start")),
                30 if !before.is_empty() => drop(cloud.command(&before, "stop")),
                36 if !before.is_empty() => drop(cloud.delete(&format!("/services/{before}"))),
                _ => {}
            }
            cloud.wait(20.0);
            let services = cloud.sandbox.state(cloud.now)["services"].as_array().unwrap().clone();
            seen.extend(services.iter().map(|service: &Value| service["state"].as_str().unwrap().to_owned()));
            seen.sort_unstable();
            seen.dedup();
        }
        before = id;
    }
    seen
}

#[test]
fn every_state_of_the_contract_but_the_last_is_reached_and_some_only_when_asked() {
    let mut usual = ["awaking", "idle", "provisioning", "running", "starting", "stopped", "stopping", "terminating"];
    usual.sort_unstable();
    assert_eq!(states_seen(&[]), usual);
    let mishaps: Vec<Fault> = Fault::ALL.iter().copied().filter(|fault| fault.changes_resource()).collect();
    let mut all: Vec<&str> = usual.to_vec();
    all.extend(["degraded", "failed", "partially_running", "softdeleted", "softdeleting"]);
    all.sort_unstable();
    assert_eq!(states_seen(&mishaps), all);
}
