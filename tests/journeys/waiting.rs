//! Waiting: deadlines, progress, states that fail or are unknown, things that are gone, too new or forbidden.

use std::cell::RefCell;
use std::rc::Rc;

use clickhouse_cloud::client::CallOptions;
use clickhouse_cloud::client::wait::{Progress, WaitOptions};
use clickhouse_cloud::error::{Error, WaitReason};
use clickhouse_cloud::host::Level;
use clickhouse_cloud::request::Argument;

use super::cloud::{Cloud, NOBODY, body, failed, service};
use super::network::{Act, answer};

pub fn options(timeout_ms: Option<f64>, poll_interval_ms: Option<f64>) -> (WaitOptions, Rc<RefCell<Vec<Progress>>>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let told = seen.clone();
    let on_progress: clickhouse_cloud::client::wait::OnProgress = Box::new(move |progress| {
        told.borrow_mut().push(progress.clone());
        Ok(())
    });
    (
        WaitOptions {
            call: CallOptions::default(),
            timeout_ms,
            poll_interval_ms,
            on_progress: Some(on_progress),
            ..WaitOptions::default()
        },
        seen,
    )
}

pub fn shown(state: &str) -> String {
    format!(r#"{{"id":"{NOBODY}","name":"a","state":"{state}"}}"#)
}

fn backup(status: &str) -> String {
    format!(r#"{{"status":200,"result":{{"id":"{NOBODY}","status":"{status}"}}}}"#)
}

#[track_caller]
pub fn assert_wait<T>(result: Result<T, Box<Error>>, expected: WaitReason, state: Option<&str>) -> f64 {
    match failed(result) {
        Error::Wait { reason, last_state, elapsed_ms, .. } => {
            assert_eq!((reason, last_state.as_deref()), (expected, state));
            elapsed_ms
        }
        other => panic!("{other}"),
    }
}

#[test]
fn progress_is_told_and_pauses_grow() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        let (options, seen) = options(None, None);
        cloud.wait_with(&id, &["running"], &options).await.unwrap();
        let seen = seen.borrow();
        let (first, last) = (&seen[0], seen.last().unwrap());
        assert_eq!((first.state.as_str(), first.previous_state.as_deref(), first.attempt), ("provisioning", None, 1));
        assert_eq!((last.state.as_str(), last.previous_state.as_deref()), ("running", Some("provisioning")));
        assert_eq!(last.attempt as usize, seen.len());
        assert_eq!(seen[1].previous_state, None, "only where it has just changed");
        let pauses: Vec<f64> = seen.windows(2).map(|pair| pair[1].elapsed_ms - pair[0].elapsed_ms).collect();
        assert_eq!(pauses[..3], [1_050.0, 1_550.0, 2_300.0]);
        assert!(pauses.iter().all(|ms| *ms <= 10_050.0));
    });
    cloud.assert_quiet();
}

#[test]
fn a_poll_interval_is_kept() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        let (options, seen) = options(None, Some(2_500.0));
        cloud.wait_with(&id, &["running"], &options).await.unwrap();
        assert!(seen.borrow().windows(2).all(|pair| pair[1].elapsed_ms - pair[0].elapsed_ms == 2_550.0));
    });
}

#[test]
fn one_of_several_states_is_enough() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let found = cloud.wait_with(&id, &["stopped", "idle"], &WaitOptions::default()).await.unwrap();
        assert_eq!(found["state"], "idle");
    });
}

#[test]
fn the_deadline_is_never_passed() {
    for deadline in [0.0, 1.0, 999.0, 30_000.0, 59_999.0] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.created(&body()).await;
            let began = cloud.world.elapsed();
            let (options, seen) = options(Some(deadline), None);
            let state = (deadline > 50.0).then_some("provisioning");
            let elapsed = assert_wait(cloud.wait_with(&id, &["running"], &options).await, WaitReason::Deadline, state);
            assert_eq!((elapsed, cloud.world.elapsed() - began), (deadline, deadline));
            assert!(seen.borrow().iter().all(|progress| progress.elapsed_ms <= deadline));
        });
        cloud.assert_quiet();
    }
}

#[test]
fn the_deadline_reaches_the_rate_limit() {
    let cloud = Cloud::new();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        for _ in 0..9 {
            cloud.get(&id).await.unwrap();
        }
        // The window is full: the first poll would only go some nine seconds later.
        let (options, _) = options(Some(3_000.0), None);
        let began = cloud.world.elapsed();
        assert_wait(cloud.wait_with(&id, &["running"], &options).await, WaitReason::Deadline, None);
        assert_eq!(cloud.world.elapsed() - began, 3_000.0);
    });
    cloud.assert_quiet();
}

#[test]
fn half_an_hour_is_the_deadline_where_none_is_given() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let elapsed = assert_wait(cloud.wait_for(&id, "stopped").await, WaitReason::Deadline, Some("idle"));
        assert_eq!(elapsed, 1_800_000.0);
    });
}

#[test]
fn failed_states_end_it() {
    for state in ["failed", "terminating", "terminated", "softdeleting", "softdeleted"] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown("provisioning")));
        cloud.network.next(answer(200, &shown(state)));
        cloud.run(async {
            assert_wait(cloud.wait_for(NOBODY, "running").await, WaitReason::FailedState, Some(state));
        });
        cloud.assert_quiet();
    }
}

#[test]
fn a_failed_state_that_was_asked_for_is_reached() {
    for wanted in ["failed", "terminating"] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown(wanted)));
        cloud.run(async {
            assert_eq!(cloud.wait_for(NOBODY, wanted).await.unwrap()["state"], wanted);
        });
    }
}

#[test]
fn a_response_that_can_not_be_read_ends_a_wait() {
    let cloud = Cloud::unlimited();
    let id = cloud.run(cloud.running());
    let before = cloud.network.count();
    cloud.network.next(Act::Unreadable(200));
    let error = failed(cloud.run(cloud.wait_with(&id, &["stopped"], &options(None, None).0)));
    assert!(matches!(error, Error::Response { ambiguous: false, .. }), "{error}");
    assert_eq!(cloud.network.count() - before, 1);
    cloud.assert_quiet();
}

#[test]
fn unknown_states_keep_waiting() {
    let cloud = Cloud::unlimited();
    for state in ["hibernating", "", "RUNNING", "running"] {
        cloud.network.next(answer(200, &shown(state)));
    }
    cloud.run(async {
        assert_eq!(cloud.wait_for(NOBODY, "running").await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}

#[test]
fn a_misspelt_state_is_refused_with_the_known_one() {
    let cloud = Cloud::unlimited();
    for (given, meant) in [
        ("Running", "running"),
        ("RUNNING", "running"),
        ("runing", "running"),
        ("partially-running", "partially_running"),
        ("Partially Running", "partially_running"),
        ("stoped", "stopped"),
        ("idel", "idle"),
    ] {
        cloud.run(async {
            let error = failed(cloud.wait_with(NOBODY, &["idle", given], &WaitOptions::default()).await);
            assert!(matches!(error, Error::Configuration(_)));
            assert_eq!(
                error.to_string(),
                format!("services.waitFor: there is no state {given:?}: did you mean {meant:?}?")
            );
        });
    }
    assert_eq!(cloud.network.count(), 0);
}

#[test]
fn of_an_unknown_state_the_log_is_warned() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(200, &shown("hibernated")));
    cloud.run(async {
        assert_eq!(cloud.wait_for(NOBODY, "hibernated").await.unwrap()["state"], "hibernated");
    });
    let lines = cloud.network.lines.borrow();
    let warned: Vec<_> = lines.iter().filter(|(level, _)| *level == Level::Warn).map(|(_, line)| line).collect();
    assert_eq!(warned.len(), 1);
    assert!(warned[0].contains("services.waitFor") && warned[0].contains("hibernated"), "{}", warned[0]);
}

#[test]
fn what_was_there_and_is_not_any_more_is_gone() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(200, &shown("running")));
    cloud.run(async {
        let elapsed = assert_wait(cloud.wait_for(NOBODY, "stopped").await, WaitReason::Gone, Some("running"));
        assert!((10_000.0..25_000.0).contains(&elapsed), "{elapsed}");
    });
    cloud.assert_quiet();
}

#[test]
fn what_is_too_new_to_be_read_is_waited_for() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        for _ in 0..4 {
            cloud.network.on("GET", "", answer(404, r#"{"status":404,"error":"NOT_FOUND: not yet"}"#));
        }
        assert_eq!(cloud.wait_for(&id, "running").await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}

#[test]
fn what_never_was_is_not_found() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        assert_eq!(failed(cloud.wait_for(NOBODY, "running").await).status(), Some(404));
    });
    assert!((120_000.0..135_000.0).contains(&cloud.world.elapsed()), "tolerated for two minutes");
    cloud.assert_quiet();
}

#[test]
fn no_access_ends_it_at_once() {
    for status in [400, 401, 403] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown("provisioning")));
        cloud.network.next(answer(status, "{}"));
        cloud.run(async {
            assert_eq!(failed(cloud.wait_for(NOBODY, "running").await).status(), Some(status));
        });
        assert_eq!(cloud.network.count(), 2);
        cloud.assert_quiet();
    }
}

#[test]
fn what_the_callback_throws_is_handed_back() {
    let cloud = Cloud::unlimited();
    let mine: Rc<dyn std::any::Any> = Rc::new("enough");
    cloud.run(async {
        let id = cloud.created(&body()).await;
        let thrown = mine.clone();
        let options = WaitOptions {
            on_progress: Some(Box::new(
                move |progress| if progress.attempt == 3 { Err(thrown.clone()) } else { Ok(()) },
            )),
            ..WaitOptions::default()
        };
        match failed(cloud.wait_with(&id, &["running"], &options).await) {
            Error::Caller(value) => assert!(Rc::ptr_eq(&value, &mine)),
            other => panic!("{other}"),
        }
    });
    assert_eq!(cloud.network.count(), 4);
    cloud.assert_quiet();
}

#[test]
fn backups_are_waited_for_by_their_status() {
    let wait = |statuses: &[&str]| {
        let cloud = Cloud::unlimited();
        for status in statuses {
            cloud.network.next(answer(200, &backup(status)));
        }
        let waited = cloud.run(cloud.client.wait_for_backup(
            &service(NOBODY),
            &Argument::text("backupId", NOBODY),
            &WaitOptions::default(),
        ));
        cloud.assert_quiet();
        waited
    };
    assert_eq!(wait(&["in_progress", "paused", "done"]).unwrap()["status"], "done");
    assert_wait(wait(&["in_progress", "error"]), WaitReason::FailedState, Some("error"));
}

#[test]
fn who_waits_for_the_end_has_it_when_it_is_gone() {
    for wanted in ["terminated", "softdeleted"] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown("terminating")));
        cloud.run(async {
            let waited = cloud.wait_for(NOBODY, wanted).await;
            match wanted {
                "terminated" => assert_eq!(waited.unwrap()["state"], "terminating"),
                _ => {
                    assert_wait(waited, WaitReason::Gone, Some("terminating"));
                }
            }
        });
        cloud.assert_quiet();
    }
}
