//! The caller's own hooks, limiter and log.

use std::cell::RefCell;
use std::rc::Rc;

use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::client::{CallOptions, RateLimiting};
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::host::{CallerError, Level};
use clickhouse_cloud::race::race;
use clickhouse_cloud::request::Arguments;
use serde_json::json;

use super::caller::Told;
use super::cloud::{Cloud, NOBODY, body, failed, of, service};
use super::network::{Act, answer, answer_with};
use super::world::all;

const LIMITED: &str = r#"{"status":429,"error":"RATE_LIMITED: slow down","requestId":"x"}"#;

/// Every event as one line.
fn record(cloud: &Cloud) -> Rc<RefCell<Vec<String>>> {
    let events = Rc::new(RefCell::new(Vec::new()));
    let seen = events.clone();
    cloud.network.caller.hook(move |told| {
        let line = match told {
            Told::Request(sent) => format!("{} {} {}", sent.attempt, sent.method.as_str(), sent.operation),
            Told::Response(sent, got) => {
                format!("{} {} {:?} {}", sent.attempt, got.status, got.request_id, got.duration_ms)
            }
            Told::Retry(retry) => {
                assert!(retry.wait_ms > 0.0);
                format!("{} again {:?} {:?} {}", retry.attempt, retry.status, retry.fault, retry.operation)
            }
        };
        seen.borrow_mut().push(line);
        Ok(())
    });
    events
}

#[test]
fn hooks_are_told_of_every_attempt() {
    let cloud = Cloud::unlimited();
    let events = record(&cloud);
    cloud.network.next(Act::DropBefore);
    cloud.network.next(Act::Hang);
    cloud.network.next(answer(503, r#"{"status":503,"error":"UNAVAILABLE: x","requestId":"r3"}"#));
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "1")], LIMITED));
    cloud.network.next(answer(200, r#"{"status":200,"requestId":"r5","result":[]}"#));
    let outcome = cloud.run(cloud.list()).unwrap();
    assert_eq!(
        *events.borrow(),
        [
            "1 GET services.list",
            "1 again None Some(\"connection\") services.list",
            "2 GET services.list",
            "2 again None Some(\"timeout\") services.list",
            "3 GET services.list",
            "3 503 Some(\"r3\") 50",
            "3 again Some(503) None services.list",
            "4 GET services.list",
            "4 429 Some(\"x\") 50",
            "4 again Some(429) None services.list",
            "5 GET services.list",
            "5 200 Some(\"r5\") 50",
        ]
    );
    let ids: Vec<Option<&str>> =
        outcome.response.attempt_log.attempts.iter().map(|attempt| attempt.request_id.as_deref()).collect();
    assert_eq!(ids, [None, None, Some("r3"), Some("x"), Some("r5")]);
}

#[test]
fn hooks_see_waits_and_the_look_up_of_the_organization() {
    let cloud = Cloud::with(|settings| settings.organization_id = None);
    let events = record(&cloud);
    cloud.run(async {
        let id = cloud.running().await;
        cloud.client.ensure_running(&service(&id), false, &WaitOptions::default()).await.unwrap();
    });
    let events = events.borrow();
    let sent = events.iter().filter(|event| event.contains("services.") || event.contains("organizations."));
    assert_eq!(sent.count(), cloud.network.count());
    assert_eq!(events[0], "1 GET organizations.list");
    assert!(events.iter().any(|event| event == "1 GET services.get"));
}

#[test]
fn hooks_see_no_credentials() {
    let cloud = Cloud::unlimited();
    cloud.network.caller.hook(|told| {
        if let Told::Request(sent) = told {
            assert_eq!(sent.headers, [("accept", "application/json"), ("traceparent", "00-1-2-03")]);
            assert!(sent.url.starts_with("https://api.clickhouse.cloud/v1/organizations/"));
        }
        Ok(())
    });
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("authorization", "Bearer planted"),
        header("x-api-key", "planted"),
        header("cookie", "planted"),
        header("traceparent", "00-1-2-03"),
    ];
    let options = CallOptions { headers, ..CallOptions::default() };
    let arguments = Arguments::default();
    let called = cloud.client.call(&contract::SERVICES_LIST, &arguments, &options);
    assert_eq!(failed(cloud.run(called)).status(), Some(401), "the sandbox does not know that token");
}

#[test]
fn what_a_hook_throws_ends_the_call_and_the_client_lives_on() {
    let thrown: CallerError = Rc::new("enough");
    for which in 0..3 {
        let cloud = Cloud::new();
        let mine = thrown.clone();
        cloud.network.caller.hook(move |told| match (told, which) {
            (Told::Request(_), 0) | (Told::Response(..), 1) | (Told::Retry(_), 2) => Err(mine.clone()),
            _ => Ok(()),
        });
        cloud.network.next(answer(500, ""));
        match failed(cloud.run(cloud.list())) {
            Error::Caller(value) => assert!(Rc::ptr_eq(&value, &thrown)),
            other => panic!("{other}"),
        }
        *cloud.network.caller.hook.borrow_mut() = None;
        if which == 0 {
            assert_eq!(cloud.network.count(), 0, "nothing was sent");
            assert_eq!(failed(cloud.run(cloud.get(NOBODY))).status(), Some(404), "after a 500");
        }
        let before = cloud.world.elapsed();
        cloud.run(async {
            for _ in 0..6 {
                cloud.list().await.unwrap();
            }
        });
        assert!(cloud.world.elapsed() - before < 5_000.0, "its slot is not lost");
        cloud.assert_quiet();
    }
}

#[test]
fn a_hook_may_call_the_client_again() {
    let cloud = Cloud::new();
    let (inner, calls) = (cloud.clone(), Rc::new(RefCell::new(Vec::new())));
    let started = calls.clone();
    cloud.network.caller.hook(move |told| {
        let few = started.borrow().len() < 5;
        if let (Told::Response(sent, _), true) = (told, few) {
            assert_eq!(sent.operation, "services.list");
            let cloud = inner.clone();
            // As JavaScript starts a call: up to where it first waits.
            let mut call = Box::pin(async move { cloud.list().await.map(|_| ()) });
            let waker = std::task::Waker::noop();
            assert!(call.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
            started.borrow_mut().push(inner.world.spawn(call));
        }
        Ok(())
    });
    cloud.run(cloud.list()).unwrap();
    loop {
        let Some(call) = calls.borrow_mut().pop() else { break };
        cloud.run(call).unwrap();
        if cloud.network.count() >= 6 {
            *cloud.network.caller.hook.borrow_mut() = None;
        }
    }
    assert!(cloud.network.count() >= 6);
    cloud.assert_quiet();
}

fn lent() -> Cloud {
    Cloud::with(|settings| settings.limiter = RateLimiting::Custom)
}

#[test]
fn a_lent_limiter_says_when_a_request_may_go() {
    let cloud = lent();
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let cloud = cloud.clone();
            cloud.world.clone().spawn(async move { cloud.list().await.map(|_| ()) })
        })
        .collect();
    for sent in 1..=3 {
        cloud.run(cloud.world.sleep(60_000.0));
        assert_eq!(cloud.network.count(), sent - 1);
        cloud.network.caller.free(1);
    }
    assert!(cloud.run(all(tasks)).iter().all(Result::is_ok));
    assert_eq!(*cloud.network.caller.told.borrow(), [1, 2, 3].map(|slot| (slot, Some(200), None)));
    cloud.assert_quiet();
}

#[test]
fn a_lent_limiter_is_told_what_came_of_each_slot() {
    let cloud = lent();
    cloud.network.caller.free(100);
    cloud.network.next(Act::DropBefore);
    cloud.network.next(Act::Hang);
    cloud.network.next(answer(503, ""));
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "2.5")], LIMITED));
    let before = cloud.world.elapsed();
    cloud.run(cloud.list()).unwrap();
    let told =
        [(1, None, None), (2, None, None), (3, Some(503), None), (4, Some(429), Some(2_500.0)), (5, Some(200), None)];
    assert_eq!(*cloud.network.caller.told.borrow(), told);
    let sent = cloud.network.sent.borrow();
    assert!(sent[4].at - sent[3].at >= 2_550.0, "the call itself waits");
    assert!(cloud.world.elapsed() - before > 32_500.0);
    cloud.assert_quiet();
}

#[test]
fn who_waits_for_a_lent_slot_can_be_dropped_and_a_slot_under_way_is_given_back() {
    let cloud = lent();
    let _ = cloud.run(race(cloud.list(), cloud.world.sleep(1_000.0)));
    assert_eq!((cloud.network.count(), cloud.network.caller.told.borrow().len()), (0, 0));
    cloud.network.caller.free(1);
    let _ = cloud.run(race(cloud.list(), cloud.world.sleep(10.0)));
    assert_eq!(*cloud.network.caller.told.borrow(), [(1, None, None)]);
    cloud.assert_quiet();
}

#[test]
fn what_a_lent_limiter_refuses_with_is_handed_back() {
    let cloud = lent();
    let mine: CallerError = Rc::new("closed");
    *cloud.network.caller.refusal.borrow_mut() = Some(mine.clone());
    match failed(cloud.run(cloud.create(&body()))) {
        Error::Caller(value) => assert!(Rc::ptr_eq(&value, &mine)),
        other => panic!("{other}"),
    }
    assert_eq!(cloud.network.count(), 0);
}

#[test]
fn without_a_limiter_a_429_pauses_the_client() {
    let cloud = Cloud::with(|settings| settings.limiter = RateLimiting::Off);
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "5")], LIMITED));
    let first = cloud.clone();
    let first = cloud.world.spawn(async move { first.list().await.map(|_| ()) });
    cloud.run(cloud.world.sleep(1_000.0));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let cloud = cloud.clone();
            cloud.world.clone().spawn(async move { cloud.list().await.map(|_| ()) })
        })
        .collect();
    cloud.run(cloud.world.sleep(3_500.0));
    assert_eq!(cloud.network.count(), 1);
    assert!(cloud.run(all(tasks)).iter().all(Result::is_ok));
    cloud.run(first).unwrap();
    assert!(cloud.world.elapsed() < 6_000.0, "and then all at once");
    cloud.assert_quiet();
}

/// The lines of that level.
fn lines(cloud: &Cloud, level: Level) -> Vec<String> {
    cloud.network.lines.borrow().iter().filter(|line| line.0 == level).map(|line| line.1.clone()).collect()
}

#[test]
fn the_log_has_each_request_and_answer_without_what_is_secret() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(503, ""));
    cloud.network.next(answer(200, r#"{"status":200,"requestId":"r","result":{"password":"S3cret-planted"}}"#));
    cloud
        .run(cloud.call(&contract::SERVICES_UPDATE_PASSWORD, of(NOBODY, Some(&json!({ "newPasswordHash": HASH })))))
        .unwrap();
    let debug = lines(&cloud, Level::Debug);
    let url =
        format!("https://api.clickhouse.cloud/v1/organizations/5a9db0c5-0000-4000-8000-000000000001/services/{NOBODY}");
    assert_eq!(
        debug,
        [
            format!("services.updatePassword: PATCH {url}/password, attempt 1, {{\"newPasswordHash\":\"[secret]\"}}"),
            "services.updatePassword: 503 in 50 ms, requestId none, [0 bytes, no JSON]".to_owned(),
            format!("services.updatePassword: PATCH {url}/password, attempt 2, {{\"newPasswordHash\":\"[secret]\"}}"),
            "services.updatePassword: 200 in 50 ms, requestId r, {\"password\":\"[secret]\"}".to_owned(),
        ]
    );
    let info = lines(&cloud, Level::Info);
    assert!(info.len() == 1 && info[0].starts_with("services.updatePassword: server error, again in "), "{info:?}");
    assert_eq!(lines(&cloud, Level::Error), [""; 0]);
}

const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

#[test]
fn the_log_has_calls_that_failed_for_good_but_not_refusals() {
    for (act, logged) in [
        (answer(500, ""), true),
        (Act::DropBefore, true),
        (Act::Hang, true),
        (answer(200, "<html>"), true),
        (answer(404, ""), false),
        (answer(401, ""), false),
        (answer(409, ""), false),
    ] {
        let cloud = Cloud::with(|settings| settings.retry_budget_ms = 0.0);
        cloud.network.next(act);
        let error = failed(cloud.run(cloud.list()));
        assert_eq!(lines(&cloud, Level::Info), if logged { vec![error.to_string()] } else { vec![] });
    }
}

#[test]
fn a_log_that_wants_less_is_told_less() {
    for (level, debug, info) in [(Level::Debug, true, true), (Level::Info, false, true), (Level::Warn, false, false)] {
        let cloud = Cloud::unlimited();
        cloud.network.caller.level.set(level);
        cloud.network.next(answer(503, ""));
        cloud.run(cloud.list()).unwrap();
        assert_eq!((!lines(&cloud, Level::Debug).is_empty(), !lines(&cloud, Level::Info).is_empty()), (debug, info));
    }
}

#[test]
fn a_deprecated_operation_is_warned_of_once() {
    let cloud = Cloud::unlimited();
    for _ in 0..3 {
        let scaling = json!({ "maxTotalMemoryGb": 48 });
        let _ = cloud.run(cloud.call(&contract::SERVICES_UPDATE_SCALING, of(NOBODY, Some(&scaling))));
    }
    let warnings = lines(&cloud, Level::Warn);
    assert!(warnings.len() == 1 && warnings[0].starts_with("services.updateScaling: "), "{warnings:?}");
}
