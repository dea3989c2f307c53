//! Scaling schedules: entries act by the clock, whether anybody looks or not.

use serde_json::{Value, json};

use crate::cloud::{Cloud, START};

const HOUR: f64 = 3600.0;

/// Saturday, when the sandbox starts, and Sunday, from 9 to 17.
fn weekend() -> Value {
    json!({
        "name": "weekend", "weekdays": [6, 0], "startHourUtc": 9, "endHourUtc": 17, "numReplicas": 5,
        "minReplicaMemoryGb": 64, "maxReplicaMemoryGb": 128, "idleScaling": false,
    })
}

fn set(cloud: &mut Cloud, id: &str, entries: &[Value]) -> Value {
    cloud.post(&format!("/services/{id}/scalingSchedule"), &json!({ "entries": entries })).result().clone()
}

fn current(cloud: &mut Cloud, id: &str) -> Value {
    cloud.get(&format!("/services/{id}")).result()["currentScaling"].clone()
}

#[test]
fn an_entry_is_in_force_within_its_hours() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleScaling": false }));
    let path = format!("/services/{id}/scalingSchedule");
    assert!(cloud.get(&path).refused(404).starts_with("NOT_FOUND: the scaling schedule of "));
    let base = current(&mut cloud, &id);
    let schedule = set(&mut cloud, &id, &[weekend()]);
    let entry = &schedule["entries"][0];
    assert_eq!((entry["isActiveNow"].clone(), schedule.get("activeEntryId")), (json!(false), None));
    assert_eq!((&entry["autoscalingMode"], &entry["maxReplicas"]), (&json!("vertical"), &json!(5)));
    assert_eq!(
        (&schedule["baseConfig"]["minReplicas"], &schedule["baseConfig"]["idleScaling"]),
        (&json!(3), &json!(false))
    );
    assert_eq!(current(&mut cloud, &id), base);

    cloud.now = START + 9.0 * HOUR * 1000.0 - 1000.0;
    assert_eq!(current(&mut cloud, &id), base);
    cloud.wait(1.0);
    let during = current(&mut cloud, &id);
    assert_eq!(during["activeEntryId"], entry["id"]);
    assert_eq!((&during["effectiveMinReplicas"], &during["effectiveMaxReplicas"]), (&json!(5), &json!(5)));
    assert_eq!(
        (&during["effectiveMinReplicaMemoryGb"], &during["effectiveMaxReplicaMemoryGb"]),
        (&json!(64), &json!(128))
    );
    let shown = cloud.get(&path).result().clone();
    assert_eq!((&shown["activeEntryId"], &shown["entries"][0]["isActiveNow"]), (&entry["id"], &json!(true)));
    let service = cloud.get(&format!("/services/{id}")).result().clone();
    assert_eq!(service["scalingSchedule"], shown);
    assert_eq!(service["numReplicas"], 3, "the service shows what is configured");

    // What is configured changes meanwhile, and applies outside of the entry's hours.
    cloud.patch(&format!("/services/{id}/replicaScaling"), &json!({ "numReplicas": 2 })).result();
    cloud.wait(8.0 * HOUR - 1.0);
    assert_eq!(current(&mut cloud, &id)["effectiveMinReplicas"], 5);
    cloud.wait(1.0);
    let after = current(&mut cloud, &id);
    assert_eq!((&after["effectiveMinReplicas"], after.get("activeEntryId")), (&json!(2), None));
    // Days later, nobody has looked.
    cloud.wait((7.0 * 24.0 - 5.0) * HOUR);
    assert_eq!(current(&mut cloud, &id)["activeEntryId"], entry["id"]);
}

#[test]
fn deleting_or_replacing_a_schedule_takes_effect_at_once() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/scalingSchedule");
    cloud.now = START + 10.0 * HOUR * 1000.0;
    let base = current(&mut cloud, &id);
    let first = set(&mut cloud, &id, &[weekend()]);
    assert_eq!(first["activeEntryId"], first["entries"][0]["id"]);
    assert_ne!(current(&mut cloud, &id), base);
    let mut other = weekend();
    other["weekdays"] = json!([2]);
    let second = set(&mut cloud, &id, &[other]);
    assert_eq!((second["entries"].as_array().map(Vec::len), second.get("activeEntryId")), (Some(1), None));
    assert_eq!(current(&mut cloud, &id), base);
    set(&mut cloud, &id, &[weekend()]);
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(current(&mut cloud, &id), base);
    assert_eq!((cloud.get(&path).status, cloud.delete(&path).status), (404, 404));
    // An empty list removes it, too.
    set(&mut cloud, &id, &[weekend()]);
    assert_eq!(set(&mut cloud, &id, &[]), json!({ "entries": [], "baseConfig": {} }));
    assert_eq!(cloud.get(&path).status, 404);
    assert_eq!(cloud.get(&format!("/services/{id}")).result().get("scalingSchedule"), None);
}

#[test]
fn an_entry_keeps_the_service_awake() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleTimeoutMinutes": 30 }));
    cloud.now = START + 9.0 * HOUR * 1000.0;
    cloud.command(&id, "start").result();
    cloud.until(&id, "running");
    set(&mut cloud, &id, &[weekend()]);
    cloud.wait(7.5 * HOUR);
    assert_eq!(cloud.state(&id), "running");
    cloud.wait(HOUR);
    assert_eq!(cloud.state(&id), "idle");

    // The same when nobody looked for days: it went idle after the first entry, and no entry wakes it.
    let (other, _) = cloud.create_running(&json!({}));
    let mut entry = weekend();
    entry["weekdays"] = json!([0, 1, 2, 3, 4, 5, 6]);
    entry["startHourUtc"] = json!(17);
    entry["endHourUtc"] = json!(3);
    set(&mut cloud, &other, &[entry]);
    cloud.wait(9.0 * HOUR);
    assert_eq!(cloud.state(&other), "running");
    cloud.wait(60.0 * 24.0 * HOUR);
    assert_eq!(cloud.state(&other), "idle");
}

#[test]
fn entries_that_do_not_fit_are_refused() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let entry = |more: Value| {
        let mut entry = json!({ "name": "x", "weekdays": [1], "startHourUtc": 22, "endHourUtc": 6 });
        for (name, value) in more.as_object().unwrap() {
            entry[name] = value.clone();
        }
        entry
    };
    for (entries, text) in [
        (vec![entry(json!({ "weekdays": [7] }))], "body.entries[0].weekdays[0]: expected a day from 0"),
        (vec![entry(json!({ "endHourUtc": 22 }))], "body.entries[0].endHourUtc: expected another hour"),
        (
            vec![entry(json!({})), entry(json!({ "weekdays": [2], "startHourUtc": 5, "endHourUtc": 7 }))],
            "body.entries[1]: expected hours that no other entry has, received those of body.entries[0] on weekday 2",
        ),
        (vec![entry(json!({ "minReplicas": 3, "maxReplicas": 2 }))], "body.entries[0].minReplicas: expected at most"),
        (vec![entry(json!({ "minReplicas": 1, "maxReplicas": 2 }))], "equal to minReplicas in vertical mode"),
        (
            vec![entry(json!({
                "autoscalingMode": "horizontal", "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16
            }))],
            "equal to minReplicaMemoryGb in horizontal mode",
        ),
        (vec![entry(json!({ "autoscalingMode": "horizontal", "numReplicas": 2 }))], "body.entries[0].numReplicas"),
        (vec![entry(json!({ "numReplicas": 21 }))], "body.entries[0].numReplicas: expected at most 20"),
        (vec![entry(json!({ "idleTimeoutMinutes": 4 }))], "body.entries[0].idleTimeoutMinutes: expected at least 5"),
        (vec![entry(json!({})); 11], "body.entries: expected at most 10"),
    ] {
        let received = cloud.post(&format!("/services/{id}/scalingSchedule"), &json!({ "entries": entries }));
        assert!(received.refused(400).contains(text), "{}", received.text);
    }
    assert_eq!(cloud.get(&format!("/services/{id}/scalingSchedule")).status, 404);
    let (small, _) = cloud.create_running(&json!({ "tier": "development" }));
    assert_eq!(
        cloud.post(&format!("/services/{small}/scalingSchedule"), &json!({ "entries": [entry(json!({}))] })).status,
        400
    );
}

#[test]
fn a_horizontal_entry_on_a_vertical_service() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.now = START + 10.0 * HOUR * 1000.0;
    let mut entry = weekend();
    for name in ["numReplicas", "minReplicaMemoryGb", "maxReplicaMemoryGb"] {
        entry.as_object_mut().unwrap().remove(name);
    }
    entry["autoscalingMode"] = json!("horizontal");
    entry["minReplicas"] = json!(2);
    entry["maxReplicas"] = json!(6);
    set(&mut cloud, &id, &[entry]);
    let current = current(&mut cloud, &id);
    assert_eq!(current["effectiveAutoscalingMode"], "horizontal");
    assert_eq!((&current["effectiveMinReplicas"], &current["effectiveMaxReplicas"]), (&json!(2), &json!(6)));
    assert_eq!(current["effectiveMinReplicaMemoryGb"], current["effectiveMaxReplicaMemoryGb"]);
}

#[test]
fn a_restored_schedule_follows_the_clock() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    set(&mut cloud, &id, &[weekend()]);
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud::new();
    other.now = START + 10.0 * HOUR * 1000.0;
    other.sandbox.restore(other.now, &snapshot).unwrap();
    assert!(current(&mut other, &id)["activeEntryId"].is_string());
    // Far in the future it is quick, too.
    other.now = 8.0e15;
    assert!(other.get(&format!("/services/{id}")).result()["scalingSchedule"].is_object());
}
