//! Backups begin, finish, and can be restored.

use serde_json::{Value, json};

use crate::cloud::{Cloud, body};

const DAY: f64 = 86_400.0;

fn list(cloud: &mut Cloud, id: &str) -> Vec<Value> {
    cloud.get(&format!("/services/{id}/backups")).result().as_array().unwrap().clone()
}

/// Waits for the first backup to begin.
fn first(cloud: &mut Cloud, id: &str) -> Value {
    for _ in 0..600 {
        if let Some(backup) = list(cloud, id).pop() {
            return backup;
        }
        cloud.wait(1.0);
    }
    panic!("no backup");
}

#[test]
fn the_first_backup_begins_and_finishes() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    assert_eq!(list(&mut cloud, &id), [Value::Null; 0]);
    let begun = first(&mut cloud, &id);
    assert_eq!(
        (&begun["status"], &begun["type"], &begun["serviceId"]),
        (&json!("in_progress"), &json!("full"), &json!(id))
    );
    assert_eq!(begun.get("finishedAt"), None);
    let path = format!("/services/{id}/backups/{}", begun["id"].as_str().unwrap());
    let mut seconds = 0;
    while cloud.get(&path).result()["status"] == "in_progress" {
        cloud.wait(1.0);
        seconds += 1;
    }
    assert!((59..=181).contains(&seconds), "{seconds}");
    let done = cloud.get(&path).result().clone();
    assert_eq!(done["status"], "done");
    assert!(done["finishedAt"].as_str() > done["startedAt"].as_str());
    assert!(done["sizeInBytes"].as_u64().unwrap() > 0);
    assert!((59..=181).contains(&done["durationInSeconds"].as_u64().unwrap()));
    assert_eq!(list(&mut cloud, &id), [done]);
}

#[test]
fn then_comes_one_a_day_and_old_ones_go() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let mut most = 0;
    for day in 1..30 {
        cloud.wait(DAY);
        let backups = list(&mut cloud, &id);
        most = most.max(backups.len());
        assert_eq!(backups.len(), day.min(7) as usize, "{day}");
        let started: Vec<&str> = backups.iter().map(|backup| backup["startedAt"].as_str().unwrap()).collect();
        assert!(started.iter().rev().is_sorted(), "newest first: {started:?}");
    }
}

#[test]
fn a_stopped_service_makes_none() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.wait(DAY / 2.0);
    cloud.command(&id, "stop");
    let before = list(&mut cloud, &id);
    cloud.wait(5.0 * DAY);
    assert_eq!(list(&mut cloud, &id), before);
    cloud.command(&id, "start");
    cloud.until(&id, "running");
    assert_eq!(list(&mut cloud, &id).len(), before.len());
    cloud.wait(600.0);
    assert_eq!(list(&mut cloud, &id).len(), before.len() + 1);
}

#[test]
fn unknown_ones_are_not_found() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let (other, _) = cloud.create_running(&json!({}));
    let backup = first(&mut cloud, &id)["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.get(&format!("/services/{id}/backups/{backup}")).status, 200);
    assert_eq!(cloud.get(&format!("/services/{other}/backups/{backup}")).status, 404);
    assert_eq!(cloud.get(&format!("/services/{id}/backups/{id}")).status, 404);
    assert!(cloud.get(&format!("/services/{id}/backups/x")).refused(400).contains("path.backupId"));
    assert_eq!(cloud.get(&format!("/services/{backup}/backups")).status, 404);
}

#[test]
fn only_a_finished_backup_is_restored() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let backup = first(&mut cloud, &id)["id"].clone();
    let restore = body(&json!({ "name": "restored", "backupId": backup }));
    assert!(cloud.post("/services", &restore).refused(400).contains("body.backupId"));
    cloud.wait(200.0);
    for other in [json!({ "region": "us-east-1" }), json!({ "tier": "production" })] {
        let mut other = body(&other);
        other["backupId"] = backup.clone();
        assert!(cloud.post("/services", &other).refused(400).contains("body.backupId"));
    }
    let service = cloud.post("/services", &restore).result()["service"].clone();
    assert_eq!((&service["name"], &service["state"]), (&json!("restored"), &json!("provisioning")));
    assert!(cloud.post("/services", &body(&json!({ "backupId": id }))).refused(404).starts_with("NOT_FOUND: backup"));
}

#[test]
fn a_backup_that_went_wrong_is_not_restored() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let wrong = (0..365).find_map(|_| {
        cloud.wait(DAY);
        list(&mut cloud, &id).into_iter().find(|backup| backup["status"] == "error")
    });
    let wrong = wrong.unwrap();
    assert!(wrong["finishedAt"].is_string() && wrong.get("sizeInBytes").is_none(), "{wrong}");
    let text = cloud.post("/services", &body(&json!({ "backupId": wrong["id"] }))).refused(400).to_owned();
    assert_eq!(text, "BAD_REQUEST: body.backupId: expected a backup that is done, received one that is error");
}

#[test]
fn backups_last_as_long_as_their_service() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    cloud.wait(DAY);
    assert_eq!(cloud.state(&id), "idle");
    cloud.wait(DAY);
    assert_eq!(list(&mut cloud, &id).len(), 2, "an idle service is backed up, too");
    cloud.command(&id, "stop");
    cloud.until(&id, "stopped");
    let restore = body(&json!({ "backupId": list(&mut cloud, &id)[1]["id"] }));
    assert_eq!(cloud.post("/services", &restore).status, 200, "of a stopped service");
    cloud.wait(16.0);
    assert_eq!(cloud.delete(&format!("/services/{id}")).status, 200);
    cloud.wait(121.0);
    assert_eq!(cloud.get(&format!("/services/{id}/backups")).status, 404);
    assert_eq!(cloud.post("/services", &restore).status, 404, "it is gone with its service");
}
