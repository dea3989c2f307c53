//! When backups are made, how long they are kept, and the caller's own bucket for them.

use serde_json::{Value, json};

use crate::cloud::{Cloud, START};

const HOUR: f64 = 3600.0;

fn list(cloud: &mut Cloud, id: &str) -> Vec<Value> {
    cloud.get(&format!("/services/{id}/backups")).result().as_array().unwrap().clone()
}

fn started(cloud: &mut Cloud, id: &str) -> Vec<String> {
    list(cloud, id).iter().map(|backup| backup["startedAt"].as_str().unwrap().to_owned()).collect()
}

fn configure(cloud: &mut Cloud, id: &str, body: &Value) -> Value {
    cloud.patch(&format!("/services/{id}/backupConfiguration"), body).result().clone()
}

#[test]
fn a_period_and_a_retention() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/backupConfiguration");
    let usual = json!({ "backupPeriodInHours": 24, "backupRetentionPeriodInHours": 168 });
    assert_eq!(cloud.get(&path).result(), &usual);
    cloud.wait(HOUR);
    let first = started(&mut cloud, &id);
    assert_eq!(first.len(), 1);
    let changed = configure(&mut cloud, &id, &json!({ "backupPeriodInHours": 6 }));
    assert_eq!(changed, json!({ "backupPeriodInHours": 6, "backupRetentionPeriodInHours": 168 }));
    configure(&mut cloud, &id, &json!({ "backupRetentionPeriodInHours": 24 }));
    cloud.wait(3.0 * 24.0 * HOUR);
    let backups = started(&mut cloud, &id);
    // Of the last day four, and the first one, whose own time is a week.
    assert_eq!((backups.len(), backups.last()), (5, first.last()));
    cloud.wait(4.0 * 24.0 * HOUR);
    assert_eq!(list(&mut cloud, &id).len(), 4);
    // No backup is made for hours that are over.
    configure(&mut cloud, &id, &json!({ "backupPeriodInHours": 48 }));
    cloud.wait(24.0 * HOUR);
    let newest = started(&mut cloud, &id);
    assert_eq!(newest.len(), 1, "the newest stays");
    configure(&mut cloud, &id, &json!({ "backupPeriodInHours": 1 }));
    let next = started(&mut cloud, &id);
    assert!(next.len() == 1 && next > newest, "{newest:?} {next:?}");
}

#[test]
fn a_start_time_means_one_backup_a_day() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let set = configure(&mut cloud, &id, &json!({ "backupStartTime": "04:30" }));
    let daily = json!({
        "backupPeriodInHours": 24, "backupRetentionPeriodInHours": 168, "backupStartTime": "04:30"
    });
    assert_eq!(set, daily);
    cloud.now = START + 3.0 * 24.0 * HOUR * 1000.0;
    assert_eq!(started(&mut cloud, &id), ["2026-08-03T04:30:00Z", "2026-08-02T04:30:00Z", "2026-08-01T04:30:00Z"]);
    for (wrong, text) in [
        (json!({ "backupStartTime": "25:00" }), "body.backupStartTime: expected a time of day"),
        (
            json!({ "backupStartTime": "04:00", "backupPeriodInHours": 12 }),
            "body.backupPeriodInHours: expected nothing",
        ),
        (json!({ "backupPeriodInHours": 0 }), "body.backupPeriodInHours: expected 1 to 720 hours"),
        (json!({ "backupRetentionPeriodInHours": 1000 }), "body.backupRetentionPeriodInHours: expected 1 to 720"),
    ] {
        let received = cloud.patch(&format!("/services/{id}/backupConfiguration"), &wrong);
        assert!(received.refused(400).contains(text), "{}", received.text);
    }
    // As official clients send it: null for what stays, and for no start time.
    let body = json!({ "backupPeriodInHours": null, "backupRetentionPeriodInHours": 48, "backupStartTime": "5:00" });
    assert_eq!(configure(&mut cloud, &id, &body)["backupStartTime"], "5:00");
    let body = json!({ "backupPeriodInHours": 12, "backupRetentionPeriodInHours": null, "backupStartTime": null });
    let plain = json!({ "backupPeriodInHours": 12, "backupRetentionPeriodInHours": 48 });
    assert_eq!(configure(&mut cloud, &id, &body), plain);
    configure(&mut cloud, &id, &json!({ "backupStartTime": "04:30" }));
    assert_eq!(
        configure(&mut cloud, &id, &json!({ "backupPeriodInHours": 12 })),
        plain,
        "a period ends the start time"
    );
}

#[test]
fn days_that_nobody_watched_have_the_same_backups() {
    let course = |watched: bool, body: &Value| {
        let mut cloud = Cloud::new();
        let (id, _) = cloud.create_running(&json!({}));
        configure(&mut cloud, &id, body);
        for _ in 0..40 * 24 {
            cloud.wait(HOUR);
            if watched {
                list(&mut cloud, &id);
            }
        }
        list(&mut cloud, &id)
    };
    for body in [
        json!({ "backupPeriodInHours": 5, "backupRetentionPeriodInHours": 77 }),
        json!({ "backupPeriodInHours": 1, "backupRetentionPeriodInHours": 720 }),
        json!({ "backupStartTime": "23:59", "backupRetentionPeriodInHours": 24 }),
    ] {
        assert_eq!(course(true, &body), course(false, &body));
    }
}

#[test]
fn backups_go_to_a_bucket_of_ones_own() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}/backupBucket");
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: the bucket of {id} not found"));
    cloud.wait(HOUR);
    let bucket = json!({ "bucketProvider": "AWS", "bucketPath": "s3://ours/backups", "iamRoleArn": "arn:aws:iam::1:role/x", "iamRoleSessionName": "s" });
    let created = cloud.post(&path, &bucket).result().clone();
    assert!(created["id"].is_string());
    assert_eq!((&created["bucketPath"], &created["iamRoleSessionName"]), (&json!("s3://ours/backups"), &json!("s")));
    assert!(cloud.post(&path, &bucket).refused(409).starts_with("CONFLICT: "));
    let gcp =
        json!({ "bucketProvider": "GCP", "bucketPath": "b", "accessKeyId": "k", "secretAccessKey": "never-kept" });
    assert!(cloud.patch(&path, &gcp).refused(400).contains("body.bucketProvider: expected AWS"));
    let change = json!({ "bucketProvider": "AWS", "bucketPath": "s3://ours/new", "iamRoleSessionName": null });
    let updated = cloud.patch(&path, &change).result().clone();
    assert_eq!((&updated["id"], &updated["bucketPath"]), (&created["id"], &json!("s3://ours/new")));
    assert_eq!((&updated["iamRoleArn"], updated.get("iamRoleSessionName")), (&created["iamRoleArn"], None));
    assert_eq!(cloud.get(&path).result(), &updated);
    cloud.wait(24.0 * HOUR);
    let backups = list(&mut cloud, &id);
    assert_eq!(backups[0]["bucket"]["bucketPath"], "s3://ours/new");
    assert_eq!((backups[0]["bucket"].get("id"), backups[1].get("bucket")), (None, None));
    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!((cloud.get(&path).status, cloud.delete(&path).status), (404, 404));
    assert!(list(&mut cloud, &id)[0]["bucket"].is_object(), "a backup stays where it is");
}

#[test]
fn secrets_of_a_bucket_are_never_kept() {
    let mut cloud = Cloud::new();
    for (provider, region, secret, bucket) in [
        (
            "gcp",
            "europe-west4",
            "gcp-secret",
            json!({ "bucketProvider": "GCP", "bucketPath": "b", "accessKeyId": "k", "secretAccessKey": "gcp-secret" }),
        ),
        (
            "azure",
            "westus3",
            "azure-secret",
            json!({ "bucketProvider": "AZURE", "containerName": "c", "connectionString": "azure-secret" }),
        ),
    ] {
        let (id, _) = cloud.create_running(&json!({ "provider": provider, "region": region }));
        let created = cloud.post(&format!("/services/{id}/backupBucket"), &bucket);
        assert_eq!(created.result()["bucketProvider"], bucket["bucketProvider"]);
        cloud.patch(&format!("/services/{id}/backupBucket"), &bucket).result();
        cloud.wait(24.0 * HOUR);
        assert_eq!(list(&mut cloud, &id)[0]["bucket"]["bucketProvider"], bucket["bucketProvider"]);
        assert!(!created.text.contains(secret) && !cloud.sandbox.snapshot(cloud.now).contains(secret));
    }
}
