//! stopAndDelete: from each state, and again half-way.

use std::rc::Rc;

use clickhouse_cloud::client::CallOptions;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::error::{Error, WaitReason};
use clickhouse_cloud::race::{First, race};

use super::cloud::{Cloud, NOBODY, failed, service};
use super::network::{Act, answer};

const STATES: [&str; 7] = ["provisioning", "running", "idle", "awaking", "stopping", "stopped", "starting"];

/// Whether the service is gone, as the sandbox itself says.
async fn gone(cloud: &Cloud, id: &str) -> bool {
    matches!(cloud.get(id).await, Err(error) if error.status() == Some(404))
}

#[test]
fn from_each_state() {
    for state in STATES {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.in_state(state).await;
            let before = cloud.network.count();
            cloud.stop_and_delete(&id).await.unwrap();
            assert!(gone(&cloud, &id).await, "{state}");
            let stops = cloud.requests()[before..].iter().filter(|request| request.ends_with("/state")).count();
            assert_eq!(stops, usize::from(state == "running"), "stops only what must be stopped: {state}");
            let refused = cloud.network.sandbox.borrow().ledger().filter(|entry| entry.status >= 500).count();
            assert_eq!(refused, 0, "{state}");
        });
        cloud.assert_quiet();
    }
}

#[test]
fn gone_is_success() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        cloud.stop_and_delete(NOBODY).await.unwrap();
        let id = cloud.in_state("idle").await;
        cloud.stop_and_delete(&id).await.unwrap();
        cloud.stop_and_delete(&id).await.unwrap();
    });
    assert_eq!(cloud.requests()[0], format!("GET /{NOBODY}"));
}

#[test]
fn dropped_half_way_and_called_again() {
    // A running service takes about two minutes to go; each round gives up at another moment.
    for round in 0..60 {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.running().await;
            let patience = 137.0 + 3_700.0 * f64::from(round);
            let work = cloud.stop_and_delete(&id);
            if let First::Right(()) = race(work, cloud.world.sleep(patience)).await {
                assert_eq!((cloud.network.under_way(), cloud.world.timers()), (0, 0), "after {patience} ms");
                cloud.stop_and_delete(&id).await.unwrap();
            }
            assert!(gone(&cloud, &id).await, "after {patience} ms");
        });
        cloud.assert_quiet();
    }
}

#[test]
fn dropped_again_and_again() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let mut calls = 0;
        while let First::Right(()) = race(cloud.stop_and_delete(&id), cloud.world.sleep(5_000.0)).await {
            calls += 1;
            assert!(calls < 100, "never comes to an end");
        }
        assert!(gone(&cloud, &id).await);
    });
}

#[test]
fn two_at_once() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let other = {
            let (cloud, id) = (cloud.clone(), id.clone());
            cloud.world.clone().spawn(async move { cloud.stop_and_delete(&id).await })
        };
        cloud.stop_and_delete(&id).await.unwrap();
        other.await.unwrap();
        assert!(gone(&cloud, &id).await);
    });
    cloud.assert_quiet();
}

#[test]
fn a_connection_that_ends_after_the_change_is_no_harm() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        cloud.network.on("PATCH", "/state", Act::DropAfter);
        cloud.network.on("DELETE", "", Act::DropAfter);
        cloud.network.on("GET", "", Act::DropBefore);
        cloud.stop_and_delete(&id).await.unwrap();
        assert!(gone(&cloud, &id).await);
    });
    cloud.assert_quiet();
}

#[test]
fn an_idle_service_that_refuses_as_a_failed_dependency_is_deleted_all_the_same() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("idle").await;
        let text = r#"{"status":424,"error":"FAILED_DEPENDENCY: the service is idle","requestId":"x"}"#;
        cloud.network.on("DELETE", "", answer(424, text));
        cloud.stop_and_delete(&id).await.unwrap();
        assert!(gone(&cloud, &id).await);
    });
}

#[test]
fn no_access_ends_it_at_once() {
    for status in [401, 403] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.running().await;
            let before = cloud.world.elapsed();
            cloud.network.on("PATCH", "/state", answer(status, "{}"));
            assert_eq!(failed(cloud.stop_and_delete(&id).await).status(), Some(status));
            assert!(cloud.world.elapsed() - before < 1_000.0);
        });
        cloud.assert_quiet();
    }
}

#[test]
fn the_deadline_ends_it() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let began = cloud.world.elapsed();
        let states = Rc::new(std::cell::RefCell::new(Vec::new()));
        let seen = states.clone();
        let options = WaitOptions {
            call: CallOptions::default(),
            timeout_ms: Some(20_000.0),
            poll_interval_ms: None,
            on_progress: Some(Box::new(move |progress| {
                seen.borrow_mut().push(progress.state.clone());
                Ok(())
            })),
        };
        match failed(cloud.client.stop_and_delete(&service(&id), &options).await) {
            Error::Wait { helper, reason, last_state, elapsed_ms, .. } => {
                assert_eq!((helper, reason), ("services.stopAndDelete", WaitReason::Deadline));
                assert_eq!((last_state.as_deref(), elapsed_ms), (Some("stopping"), 20_000.0));
            }
            other => panic!("{other}"),
        }
        assert_eq!(cloud.world.elapsed() - began, 20_000.0);
        assert_eq!(states.borrow()[..2], ["running", "stopping"]);
    });
    cloud.assert_quiet();
}

#[test]
fn a_read_that_lags_behind_the_creation_is_no_deletion() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("provisioning").await;
        let text = r#"{"status":404,"error":"NOT_FOUND: no such service","requestId":"x"}"#;
        cloud.network.on("GET", "", answer(404, text));
        cloud.stop_and_delete(&id).await.unwrap();
        assert!(gone(&cloud, &id).await);
    });
    cloud.assert_quiet();
}
