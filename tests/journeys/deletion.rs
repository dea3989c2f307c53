//! stopAndDelete: from each state, and again half-way.

use std::rc::Rc;

use clickhouse_cloud::client::ValidationMode;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::error::{Error, WaitReason};
use clickhouse_cloud::race::{Either, race};
use clickhouse_cloud::sandbox::{Fault, Injection};

use super::cloud::{Cloud, NOBODY, failed, service};
use super::network::{Act, answer};
use super::outages::{FOREIGN, NOT_FOUND, PAGE, cause_of};
use super::waiting::{assert_wait, options, shown};

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
fn what_is_not_there_was_not_found() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        assert!(!cloud.stop_and_delete(NOBODY).await.unwrap());
        assert_eq!(cloud.requests(), [format!("GET /{NOBODY}"), "GET ".to_owned(), format!("DELETE /{NOBODY}")]);
        let id = cloud.in_state("idle").await;
        assert!(cloud.stop_and_delete(&id).await.unwrap());
        assert!(!cloud.stop_and_delete(&id).await.unwrap());
    });
    cloud.assert_quiet();
}

/// The fault of every request from now on.
fn always(cloud: &Cloud, act: impl Fn() -> Act) {
    for _ in 0..5_000 {
        cloud.network.next(act());
    }
}

#[test]
fn a_404_that_proves_nothing_is_an_error_that_says_so() {
    let nothing_here = r#"{"status":404,"error":"NOT_FOUND: there is nothing at this path","requestId":"r-1"}"#;
    for body in FOREIGN.into_iter().chain([nothing_here]) {
        let cloud = Cloud::unlimited();
        always(&cloud, || answer(404, body));
        cloud.run(async {
            let error = failed(cloud.stop_and_delete(NOBODY).await);
            let message = error.to_string();
            assert!(message.contains("proves nothing") && message.contains("baseUrl"), "{message}");
            assert_eq!(cause_of(&error).status(), Some(404));
            assert_wait::<()>(Err(error.into()), WaitReason::Refused, None);
        });
        assert!(cloud.world.elapsed() < 2_000.0, "soon");
        assert!(cloud.requests().iter().all(|request| request.starts_with("GET")), "nothing is deleted");
    }
}

#[test]
fn a_list_that_is_none_confirms_nothing() {
    for listed in ["<html>", r#"{"status":200,"result":{}}"#, r#"{"status":200}"#, "{}", ""] {
        for mode in [ValidationMode::Error, ValidationMode::Off] {
            let cloud = Cloud::with(|settings| settings.response_validation = mode);
            for _ in 0..10 {
                cloud.network.on("GET", NOBODY, answer(404, NOT_FOUND));
                cloud.network.on("GET", "/services", answer(200, listed));
            }
            cloud.run(async {
                let (options, _) = options(Some(60_000.0), None);
                let error = failed(cloud.client.stop_and_delete(&service(NOBODY), &options).await);
                assert!(error.to_string().contains("proves nothing"), "{listed}: {error}");
            });
            assert!(cloud.requests().iter().all(|request| request.starts_with("GET")), "nothing is deleted");
        }
    }
}

#[test]
fn another_organization_is_an_error() {
    let cloud =
        Cloud::with(|settings| settings.organization_id = Some("99999999-2222-4333-8444-555555555555".to_owned()));
    cloud.run(async {
        assert_eq!(failed(cloud.stop_and_delete(NOBODY).await).status(), Some(403));
    });
    cloud.assert_quiet();
}

#[test]
fn a_page_in_the_midst_is_no_deletion() {
    for body in FOREIGN {
        for method in ["GET", "PATCH", "DELETE"] {
            let cloud = Cloud::unlimited();
            cloud.run(async {
                let id = cloud.running().await;
                for _ in 0..5 {
                    cloud.network.on(method, "", answer(404, body));
                }
                if method == "GET" {
                    // The first read finds it.
                    cloud.network.forget();
                    cloud.network.on("PATCH", "/state", Act::DropBefore);
                    for _ in 0..5 {
                        cloud.network.on("GET", "", answer(200, &shown("running")));
                        cloud.network.on("GET", "", answer(404, body));
                    }
                }
                assert!(cloud.stop_and_delete(&id).await.unwrap());
                assert!(gone(&cloud, &id).await, "{method}");
            });
            cloud.assert_quiet();
        }
    }
}

#[test]
fn a_service_that_only_the_list_has_is_there() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        cloud.network.on("GET", "", answer(404, NOT_FOUND));
        assert!(cloud.stop_and_delete(&id).await.unwrap());
        assert!(gone(&cloud, &id).await);
        assert_eq!(cloud.requests().iter().filter(|request| *request == "GET ").count(), 1);
    });
    cloud.assert_quiet();
}

#[test]
fn terminated_is_gone_and_softdeleted_is_not_yet() {
    let gone_at_last = |last: &str, deadline: f64| {
        let cloud = Cloud::unlimited();
        for state in ["idle", "terminating", last] {
            cloud.network.on("GET", "", answer(200, &shown(state)));
        }
        for _ in 0..1_000 {
            cloud.network.on("GET", "", answer(200, &shown(last)));
        }
        cloud.network.on("DELETE", "", answer(200, r#"{"status":200,"requestId":"r-1"}"#));
        let (options, _) = options(Some(deadline), None);
        cloud.run(cloud.client.stop_and_delete(&service(NOBODY), &options))
    };
    assert!(gone_at_last("terminated", 60_000.0).unwrap());
    let error = failed(gone_at_last("softdeleted", 600_000.0));
    assert!(error.to_string().contains("softdeleted"), "{error}");
    assert_wait::<()>(Err(error.into()), WaitReason::Deadline, Some("softdeleted"));
}

#[test]
fn softdeleted_is_waited_through() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("idle").await;
        cloud.network.sandbox.borrow_mut().inject(Injection::once(Fault::SoftDeleted)).unwrap();
        let (options, seen) = options(None, None);
        assert!(cloud.client.stop_and_delete(&service(&id), &options).await.unwrap());
        assert!(seen.borrow().iter().any(|progress| progress.state == "softdeleted"));
        assert!(gone(&cloud, &id).await);
    });
    cloud.assert_quiet();
}

#[test]
fn what_somebody_else_deletes_is_gone_when_two_reads_say_so() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(200, &shown("terminating")));
    for _ in 0..20 {
        cloud.network.next(answer(404, NOT_FOUND));
    }
    cloud.run(async { assert!(cloud.stop_and_delete(NOBODY).await.unwrap()) });
    assert!((10_000.0..25_000.0).contains(&cloud.world.elapsed()), "{}", cloud.world.elapsed());
}

#[test]
fn a_repeated_delete_believes_only_the_apis_own_404() {
    for (act, body, is_gone) in [
        (Act::DropAfter, NOT_FOUND, true),
        (Act::DropAfter, PAGE, false),
        (answer(503, ""), PAGE, false),
        (answer(503, ""), r#"{"message":"no Route matched with those values"}"#, false),
    ] {
        let cloud = Cloud::unlimited();
        cloud.run(async {
            let id = cloud.in_state("idle").await;
            cloud.network.on("DELETE", "", act);
            cloud.network.on("DELETE", "", answer(404, body));
            match cloud.delete(&id).await {
                Ok(_) => assert!(is_gone),
                Err(error) => {
                    assert!(!is_gone && error.status() == Some(404), "{error}");
                    assert!(matches!(*error, Error::Api { ambiguous: true, .. }));
                }
            }
        });
        cloud.assert_quiet();
    }
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
            if let Either::Right(()) = race(work, cloud.world.sleep(patience)).await {
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
        while let Either::Right(()) = race(cloud.stop_and_delete(&id), cloud.world.sleep(5_000.0)).await {
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
            timeout_ms: Some(20_000.0),
            on_progress: Some(Box::new(move |progress| {
                seen.borrow_mut().push(progress.state.clone());
                Ok(())
            })),
            ..WaitOptions::default()
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
