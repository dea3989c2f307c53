//! ensureRunning: wakes an idle service, starts a stopped one only where `start` says so.

use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::error::{Error, WaitReason};

use super::cloud::{Cloud, NOBODY, failed, service};
use super::network::answer;

async fn ensure(cloud: &Cloud, id: &str, start: bool) -> Result<serde_json::Value, Box<Error>> {
    cloud.client.ensure_running(&service(id), start, &WaitOptions::default()).await
}

#[test]
fn what_comes_up_by_itself_or_is_idle() {
    for state in ["provisioning", "running", "idle", "awaking", "starting"] {
        for start in [false, true] {
            let cloud = Cloud::unlimited();
            cloud.run(async {
                let id = cloud.in_state(state).await;
                let before = cloud.network.count();
                assert_eq!(ensure(&cloud, &id, start).await.unwrap()["state"], "running");
                let commands = cloud.requests()[before..].iter().filter(|request| request.starts_with("PATCH")).count();
                assert_eq!(commands, usize::from(state == "idle"), "{state}");
            });
            cloud.assert_quiet();
        }
    }
}

#[test]
fn a_stopped_service_is_started_only_where_told() {
    for state in ["stopped", "stopping"] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.in_state(state).await;
            let before = cloud.network.count();
            match failed(ensure(&cloud, &id, false).await) {
                Error::Wait { reason, last_state, .. } => {
                    assert_eq!((reason, last_state.as_deref()), (WaitReason::FailedState, Some(state)));
                }
                other => panic!("{other}"),
            }
            assert_eq!(cloud.network.count(), before + 1, "it only looked");
            assert_eq!(ensure(&cloud, &id, true).await.unwrap()["state"], "running");
            let commands = cloud.requests()[before..].iter().filter(|request| request.starts_with("PATCH")).count();
            assert_eq!(commands, 1);
        });
        cloud.assert_quiet();
    }
}

#[test]
fn what_is_on_its_way_out_or_failed_does_not_run() {
    for state in ["failed", "terminating", "terminated", "softdeleting", "softdeleted"] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &format!(r#"{{"id":"{NOBODY}","name":"a","state":"{state}"}}"#)));
        cloud.run(async {
            match failed(ensure(&cloud, NOBODY, true).await) {
                Error::Wait { reason, last_state, .. } => {
                    assert_eq!((reason, last_state.as_deref()), (WaitReason::FailedState, Some(state)));
                }
                other => panic!("{other}"),
            }
        });
        cloud.assert_quiet();
    }
}

#[test]
fn partly_running_degraded_and_unknown_states_are_waited_through() {
    let cloud = Cloud::unlimited();
    for state in ["partially_running", "degraded", "hibernating", "running"] {
        cloud.network.next(answer(200, &format!(r#"{{"id":"{NOBODY}","name":"a","state":"{state}"}}"#)));
    }
    cloud.run(async {
        assert_eq!(ensure(&cloud, NOBODY, false).await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}

#[test]
fn a_command_that_got_lost_is_given_again() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("idle").await;
        // Answered, but nothing comes of it.
        cloud.network.on("PATCH", "/state", answer(200, &format!(r#"{{"id":"{id}","name":"a","state":"awaking"}}"#)));
        let before = cloud.network.count();
        assert_eq!(ensure(&cloud, &id, false).await.unwrap()["state"], "running");
        let commands = cloud.requests()[before..].iter().filter(|request| request.starts_with("PATCH")).count();
        assert_eq!(commands, 2);
    });
    cloud.assert_quiet();
}

#[test]
fn a_conflict_means_that_somebody_else_was_first() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("stopped").await;
        cloud.network.on("PATCH", "/state", answer(409, r#"{"status":409,"error":"CONFLICT: not now"}"#));
        assert_eq!(ensure(&cloud, &id, true).await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}
