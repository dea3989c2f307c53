//! Refusals that waits meet: a lasting one is reported, and a permanent one ends the wait.

use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::contract;
use clickhouse_cloud::error::{Error, WaitReason};
use serde_json::json;

use super::cloud::{Cloud, body, failed, of, service};
use super::network::answer;
use super::outages::cause_of;
use super::waiting::{assert_wait, options};

fn conflict(text: &str) -> String {
    json!({ "status": 409, "error": format!("CONFLICT: {text}"), "requestId": "r-1" }).to_string()
}

async fn delete(cloud: &Cloud, id: &str, options: &WaitOptions) -> Error {
    failed(cloud.client.stop_and_delete(&service(id), options).await)
}

#[test]
fn the_primary_of_a_warehouse_with_secondaries_is_refused_at_once() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let warehouse = cloud.get(&id).await.unwrap().data["dataWarehouseId"].clone();
        let mut second = body();
        second["dataWarehouseId"] = warehouse;
        let secondary = cloud.created(&second).await;
        cloud.wait_for(&secondary, "running").await.unwrap();
        let (options, _) = options(None, None);
        let before = cloud.world.elapsed();
        let error = delete(&cloud, &id, &options).await;
        assert!(cloud.world.elapsed() - before < 5_000.0, "at once");
        let text =
            "CONFLICT: The primary service of a warehouse cannot be stopped while the warehouse has secondary services";
        let message = error.to_string();
        assert!(message.contains(text) && message.starts_with("services.stopAndDelete: "), "{message}");
        match cause_of(&error) {
            Error::Api { response, code, .. } => {
                assert_eq!((response.status, code.as_deref()), (409, Some("CONFLICT")));
                assert_eq!(response.attempt_log.operation.name, contract::SERVICES_UPDATE_STATE.name);
            }
            other => panic!("{other}"),
        }
        assert_wait::<()>(Err(error.into()), WaitReason::Refused, Some("running"));
        // Once they are gone, so is the reason.
        assert!(cloud.stop_and_delete(&secondary).await.unwrap());
        assert!(cloud.stop_and_delete(&id).await.unwrap());
    });
    cloud.assert_quiet();
}

#[test]
fn the_same_refusal_for_two_minutes_ends_the_wait() {
    for (method, state, status) in [("PATCH", "running", 409), ("DELETE", "stopped", 409), ("DELETE", "stopped", 424)] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.in_state(state).await;
            // Running services become idle after a while; then it would be another state.
            cloud
                .call(&contract::SERVICES_UPDATE_REPLICA_SCALING, of(&id, Some(&json!({ "idleScaling": false }))))
                .await
                .unwrap();
            let text = conflict("backups are running").replace("409", &status.to_string());
            for _ in 0..1_000 {
                cloud.network.on(method, "", answer(status, &text));
            }
            let (options, seen) = options(None, None);
            let error = delete(&cloud, &id, &options).await;
            assert!(error.to_string().contains("CONFLICT: backups are running"), "{error}");
            assert_eq!(cause_of(&error).status(), Some(status));
            let elapsed = assert_wait::<()>(Err(error.into()), WaitReason::Refused, Some(state));
            assert!((120_000.0..150_000.0).contains(&elapsed), "{elapsed}");
            let seen = seen.borrow();
            assert!(seen[0].refusal.is_none());
            for progress in &seen[1..] {
                let refusal = progress.refusal.as_ref().unwrap();
                assert_eq!((refusal.status, refusal.code.as_deref()), (status, Some("CONFLICT")));
                assert_eq!(refusal.message, "CONFLICT: backups are running");
                assert!(progress.fault.is_none());
            }
            cloud.network.forget();
        });
        cloud.assert_quiet();
    }
}

#[test]
fn a_refusal_that_changes_its_words_is_waited_out_until_the_deadline() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("stopped").await;
        for round in 0..1_000 {
            cloud.network.on("DELETE", "", answer(409, &conflict(&format!("{round} backups are running"))));
        }
        let (options, _) = options(Some(400_000.0), None);
        let error = delete(&cloud, &id, &options).await;
        let message = error.to_string();
        assert!(message.contains("409 CONFLICT: ") && message.contains("backups are running"), "{message}");
        assert_eq!(cause_of(&error).status(), Some(409));
        assert_eq!(assert_wait::<()>(Err(error.into()), WaitReason::Deadline, Some("stopped")), 400_000.0);
        cloud.network.forget();
    });
    cloud.assert_quiet();
}

#[test]
fn a_deadline_before_the_two_minutes_quotes_the_refusal_too() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("stopped").await;
        for _ in 0..100 {
            cloud.network.on("PATCH", "/state", answer(409, &conflict("not now")));
        }
        let (options, seen) = options(Some(30_000.0), None);
        let error = failed(cloud.client.ensure_running(&service(&id), true, &options).await);
        assert!(error.to_string().contains("services.updateState: 409 CONFLICT: not now"), "{error}");
        assert_eq!(cause_of(&error).status(), Some(409));
        assert_wait::<()>(Err(error.into()), WaitReason::Deadline, Some("stopped"));
        assert_eq!(seen.borrow().last().unwrap().refusal.as_ref().unwrap().message, "CONFLICT: not now");
        cloud.network.forget();
    });
    cloud.assert_quiet();
}

#[test]
fn a_refusal_that_passed_is_forgotten() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("stopped").await;
        for _ in 0..3 {
            cloud.network.on("DELETE", "", answer(409, &conflict("not now")));
        }
        let (options, seen) = options(None, None);
        assert!(cloud.client.stop_and_delete(&service(&id), &options).await.unwrap());
        let refused = seen.borrow().iter().filter(|progress| progress.refusal.is_some()).count();
        assert!((3..=6).contains(&refused), "{refused}");
        assert!(seen.borrow().last().unwrap().refusal.is_none());
    });
    cloud.assert_quiet();
}
