//! Waits on a network that fails: transient failures are waited out until the deadline; and what a 404 proves.

use clickhouse_cloud::client::wait::{TransientFault, WaitOptions};
use clickhouse_cloud::error::{Error, WaitReason};
use clickhouse_cloud::request::Argument;

use super::cloud::{Cloud, NOBODY, body, failed, service};
use super::network::{Act, answer, answer_with};
use super::waiting::{assert_wait, options, shown};

pub const PAGE: &str = "<html><head><title>404 Not Found</title></head></html>";
/// The API's own.
pub const NOT_FOUND: &str = r#"{"status":404,"error":"NOT_FOUND: no such service","requestId":"r-1"}"#;
/// Bodies of 404s of other servers.
pub const FOREIGN: [&str; 7] = [
    PAGE,
    "",
    r#"{"message":"no Route matched with those values"}"#,
    r#"{"statusCode":404,"message":"Cannot GET /","error":"Not Found"}"#,
    r#"{"timestamp":"2026-08-01T00:00:00Z","status":404,"error":"Not Found","path":"/v1"}"#,
    r#"{"status":"404","error":"NOT_FOUND: no such service","requestId":"r-1"}"#,
    r#"{"error":"NOT_FOUND: no such service","requestId":"r-1"}"#,
];

fn fault(status: Option<u16>, fault: Option<&'static str>) -> (Option<u16>, Option<&'static str>) {
    (status, fault)
}

fn short(fault: &TransientFault) -> (Option<u16>, Option<&'static str>) {
    assert!(fault.message.starts_with("services.get: "), "{}", fault.message);
    (fault.status, fault.fault)
}

#[test]
fn what_may_pass_is_waited_out_and_shown() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        let acts = [
            (answer(200, &shown("provisioning")), None),
            (answer(503, "no healthy upstream"), Some(fault(Some(503), None))),
            (answer(500, "{}"), Some(fault(Some(500), None))),
            (answer(408, ""), Some(fault(Some(408), None))),
            (answer_with(429, &[("x-ratelimit-reset", "2")], "{}"), Some(fault(Some(429), None))),
            (Act::DropBefore, Some(fault(None, Some("connection")))),
            (Act::Hang, Some(fault(None, Some("timeout")))),
            (answer(200, "<html>"), Some(fault(Some(200), None))),
            (answer(200, r#"{"status":200,"result":7}"#), Some(fault(Some(200), None))),
            (answer(404, PAGE), Some(fault(Some(404), None))),
        ];
        let expected: Vec<_> = acts.iter().map(|(_, fault)| *fault).collect();
        for (act, _) in acts {
            cloud.network.on("GET", "", act);
        }
        let (options, seen) = options(None, None);
        assert_eq!(cloud.wait_with(&id, &["running"], &options).await.unwrap()["state"], "running");
        let seen = seen.borrow();
        let faults: Vec<_> = seen.iter().map(|progress| progress.fault.as_ref().map(short)).collect();
        assert_eq!(faults[..expected.len()], expected[..]);
        assert!(faults[expected.len()..].iter().all(Option::is_none), "over with the next read");
        for (index, progress) in seen.iter().enumerate() {
            assert_eq!(progress.attempt as usize, index + 1);
            assert!(progress.refusal.is_none() && !progress.state.is_empty());
        }
        assert!(seen[1..expected.len()].iter().all(|progress| progress.state == "provisioning"));
    });
    cloud.assert_quiet();
}

#[test]
fn an_outage_of_ninety_seconds_ends_no_wait() {
    for act in [|| answer(503, ""), || Act::DropBefore, || answer(404, PAGE), || answer(200, "<html>")] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.created(&body()).await;
            cloud.network.on("GET", "", answer(200, &shown("provisioning")));
            let before = cloud.network.count();
            let (options, seen) = options(None, None);
            let wait = cloud.wait_with(&id, &["running"], &options);
            // Every request in the next minute and a half fails.
            let out = async {
                cloud.world.sleep(60.0).await;
                while cloud.world.elapsed() < 90_000.0 {
                    cloud.network.forget();
                    cloud.network.on("GET", "", act());
                    cloud.world.sleep(10.0).await;
                }
                cloud.network.forget();
                std::future::pending::<()>().await;
            };
            let ended = clickhouse_cloud::race::race(wait, out).await;
            let clickhouse_cloud::race::Either::Left(waited) = ended else { panic!("never ends") };
            assert_eq!(waited.unwrap()["state"], "running");
            assert!(seen.borrow().iter().filter(|progress| progress.fault.is_some()).count() >= 8);
            let requests = cloud.network.count() - before;
            assert!(requests < 60, "{requests} requests");
        });
        cloud.assert_quiet();
    }
}

#[test]
fn a_fixed_poll_interval_backs_off_in_an_outage() {
    let cloud = Cloud::unlimited();
    for _ in 0..10_000 {
        cloud.network.next(answer(503, ""));
    }
    cloud.run(async {
        let (options, _) = options(Some(600_000.0), Some(10.0));
        let error = failed(cloud.wait_with(NOBODY, &["running"], &options).await);
        assert_eq!(cause_of(&error).status(), Some(503));
    });
    let requests = cloud.network.count();
    assert!((100..300).contains(&requests), "{requests}");
}

#[track_caller]
pub fn cause_of(error: &Error) -> &Error {
    match error {
        Error::Wait { cause: Some(cause), .. } => cause,
        other => panic!("{other}"),
    }
}

#[test]
fn a_wait_that_ends_in_an_outage_says_so() {
    type Make = fn() -> Act;
    let acts: [(Make, &str); 4] = [
        (|| answer(503, ""), "services.get: 503"),
        (|| answer(404, PAGE), "services.get: 404"),
        (|| Act::DropBefore, "services.get: no response: connection refused"),
        (|| answer(200, "<html>"), "breaks the contract"),
    ];
    for (act, text) in acts {
        for deadline in [5_000.0, 1_800_000.0] {
            let cloud = Cloud::unlimited();
            cloud.network.next(answer(200, &shown("provisioning")));
            for _ in 0..1_000 {
                cloud.network.next(act());
            }
            cloud.run(async {
                let (options, _) = options(Some(deadline), None);
                let error = failed(cloud.wait_with(NOBODY, &["running"], &options).await);
                let message = error.to_string();
                assert!(message.contains(text) && message.contains("the last state was provisioning"), "{message}");
                assert!(cause_of(&error).to_string().contains(text));
                assert_eq!(assert_wait::<()>(Err(error.into()), WaitReason::Deadline, Some("provisioning")), deadline);
            });
        }
    }
}

#[test]
fn an_outage_that_is_over_is_not_the_cause() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(503, ""));
    for _ in 0..1_000 {
        cloud.network.next(answer(200, &shown("provisioning")));
    }
    cloud.run(async {
        let (options, _) = options(Some(60_000.0), None);
        match failed(cloud.wait_with(NOBODY, &["running"], &options).await) {
            Error::Wait { reason: WaitReason::Deadline, cause: None, .. } => {}
            other => panic!("{other}"),
        }
    });
}

#[test]
fn commands_are_given_again_after_an_outage() {
    for act in [|| answer(503, ""), || Act::DropBefore, || Act::DropAfter, || Act::HangAfter, || answer(404, PAGE)] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.running().await;
            for method in ["PATCH", "DELETE"] {
                for _ in 0..3 {
                    cloud.network.on(method, "", act());
                }
            }
            assert!(cloud.stop_and_delete(&id).await.unwrap());
            assert_eq!(failed(cloud.get(&id).await).status(), Some(404));
            // A command that was carried out is not repeated so often.
            cloud.network.forget();
        });
        cloud.assert_quiet();
    }
}

#[test]
fn an_own_404_is_believed_when_it_is_met_again_ten_seconds_later() {
    for (interval, counts) in [(1_000.0, 11), (3_000.0, 5), (20_000.0, 2)] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown("running")));
        for _ in 0..counts {
            cloud.network.next(answer(404, NOT_FOUND));
        }
        cloud.run(async {
            let (options, seen) = options(None, Some(interval));
            let error = failed(cloud.wait_with(NOBODY, &["stopped"], &options).await);
            assert_eq!(cause_of(&error).status(), Some(404));
            assert_wait::<()>(Err(error.into()), WaitReason::Gone, Some("running"));
            assert_eq!(seen.borrow().len(), counts, "the last one ends it: {interval}");
        });
        cloud.assert_quiet();
    }
}

#[test]
fn own_404s_between_which_it_is_read_prove_nothing() {
    let cloud = Cloud::unlimited();
    for _ in 0..20 {
        cloud.network.next(answer(404, NOT_FOUND));
        cloud.network.next(answer(200, &shown("provisioning")));
    }
    cloud.network.next(answer(200, &shown("running")));
    cloud.run(async {
        assert_eq!(cloud.wait_for(NOBODY, "running").await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}

#[test]
fn a_404_that_is_not_the_apis_own_never_means_that_it_is_gone() {
    for body in FOREIGN {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &shown("provisioning")));
        for _ in 0..30 {
            cloud.network.next(answer(404, body));
        }
        cloud.network.next(answer(200, &shown("running")));
        cloud.run(async {
            assert_eq!(cloud.wait_for(NOBODY, "running").await.unwrap()["state"], "running", "{body}");
        });
        cloud.assert_quiet();
    }
}

#[test]
fn what_is_too_new_may_be_missing_for_two_minutes() {
    for body in [NOT_FOUND, PAGE] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let (options, seen) = options(None, Some(10_000.0));
            for _ in 0..12 {
                cloud.network.next(answer(404, body));
            }
            cloud.network.next(answer(200, &shown("running")));
            assert_eq!(cloud.wait_with(NOBODY, &["running"], &options).await.unwrap()["state"], "running");
            assert_eq!(seen.borrow()[0].state, "unknown");
            assert_eq!(seen.borrow()[0].fault.as_ref().unwrap().status, Some(404));
        });
        cloud.assert_quiet();
    }
}

#[test]
fn the_same_rules_hold_for_backups_and_for_ensure_running() {
    let backup = |status: &str| format!(r#"{{"status":200,"result":{{"id":"{NOBODY}","status":"{status}"}}}}"#);
    for ensures in [false, true] {
        let waiting = |state: &str| if ensures { shown(state) } else { backup("in_progress") };
        let wait = async |cloud: &Cloud| {
            let options = WaitOptions::default();
            if ensures {
                return cloud.client.ensure_running(&service(NOBODY), false, &options).await;
            }
            cloud.client.wait_for_backup(&service(NOBODY), &Argument::text("backupId", NOBODY), &options).await
        };
        let cloud = Cloud::unlimited();
        for act in [answer(404, NOT_FOUND), answer(200, &waiting("awaking")), answer(404, NOT_FOUND)] {
            cloud.network.next(act);
        }
        for act in [answer(503, ""), answer(404, PAGE), Act::DropBefore] {
            cloud.network.next(act);
        }
        cloud.network.next(answer(200, &if ensures { shown("running") } else { backup("done") }));
        cloud.run(wait(&cloud)).unwrap();
        cloud.assert_quiet();

        let cloud = Cloud::unlimited();
        cloud.network.next(answer(200, &waiting("awaking")));
        for _ in 0..30 {
            cloud.network.next(answer(404, NOT_FOUND));
        }
        let state = if ensures { "awaking" } else { "in_progress" };
        assert_wait(cloud.run(wait(&cloud)), WaitReason::Gone, Some(state));

        for status in [400, 401, 403] {
            let cloud = Cloud::unlimited();
            cloud.network.next(answer(200, &waiting("awaking")));
            cloud.network.next(answer(status, "{}"));
            assert_eq!(failed(cloud.run(wait(&cloud))).status(), Some(status));
            cloud.assert_quiet();
        }
    }
}

#[test]
fn a_429_in_a_wait_pauses_all_who_share_the_limiter() {
    let cloud = Cloud::new();
    cloud.network.on("GET", NOBODY, answer_with(429, &[("x-ratelimit-reset", "5")], "{}"));
    cloud.network.on("GET", NOBODY, answer(200, &shown("running")));
    cloud.run(async {
        let wait = {
            let cloud = cloud.clone();
            cloud.world.clone().spawn(async move { cloud.wait_for(NOBODY, "running").await })
        };
        cloud.world.sleep(100.0).await;
        cloud.list().await.unwrap();
        assert!(cloud.world.elapsed() >= 5_000.0, "{}", cloud.world.elapsed());
        assert_eq!(wait.await.unwrap()["state"], "running");
    });
    cloud.assert_quiet();
}
