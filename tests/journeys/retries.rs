//! Which failures are retried, and which leave a call ambiguous.

use std::cell::RefCell;
use std::rc::Rc;

use clickhouse_cloud::client::{CallOptions, RateLimiting};
use clickhouse_cloud::contract::{self, Operation};
use clickhouse_cloud::error::{AttemptOutcome, Error};
use clickhouse_cloud::request::Arguments;
use serde_json::json;

use super::caller::Told;
use super::cloud::{Called, Cloud, NOBODY, body, failed, of};
use super::network::{Act, answer, answer_with};

/// A call, and whether it may be repeated when its fate is unknown.
struct Case {
    name: &'static str,
    safe: bool,
    reads: bool,
    operation: &'static Operation,
    arguments: fn(&str) -> Arguments,
}

const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

const CASES: &[Case] = &[
    Case { name: "get", safe: true, reads: true, operation: &contract::SERVICES_GET, arguments: |id| of(id, None) },
    Case {
        name: "list",
        safe: true,
        reads: true,
        operation: &contract::SERVICES_LIST,
        arguments: |_| Arguments::default(),
    },
    Case {
        name: "delete",
        safe: true,
        reads: false,
        operation: &contract::SERVICES_DELETE,
        arguments: |id| of(id, None),
    },
    Case {
        name: "state",
        safe: true,
        reads: false,
        operation: &contract::SERVICES_UPDATE_STATE,
        arguments: |id| of(id, Some(&json!({ "command": "stop" }))),
    },
    Case {
        name: "scaling",
        safe: true,
        reads: false,
        operation: &contract::SERVICES_UPDATE_REPLICA_SCALING,
        arguments: |id| of(id, Some(&json!({ "numReplicas": 2 }))),
    },
    Case {
        name: "password by hash",
        safe: true,
        reads: false,
        operation: &contract::SERVICES_UPDATE_PASSWORD,
        arguments: |id| of(id, Some(&json!({ "newPasswordHash": HASH }))),
    },
    Case {
        name: "password reset",
        safe: false,
        reads: false,
        operation: &contract::SERVICES_UPDATE_PASSWORD,
        arguments: |id| of(id, Some(&json!({}))),
    },
    Case {
        name: "update",
        safe: false,
        reads: false,
        operation: &contract::SERVICES_UPDATE,
        arguments: |id| of(id, Some(&json!({ "name": "b" }))),
    },
    Case {
        name: "create",
        safe: false,
        reads: false,
        operation: &contract::SERVICES_CREATE,
        arguments: |_| Arguments { body: Some(body().to_string()), ..Arguments::default() },
    },
];

fn ambiguous(error: &Error) -> bool {
    match error {
        Error::Response { ambiguous, .. }
        | Error::Api { ambiguous, .. }
        | Error::Connection { ambiguous, .. }
        | Error::Timeout { ambiguous, .. } => *ambiguous,
        _ => false,
    }
}

/// Runs each case against the failure once; `retried` says whether a second request follows.
#[track_caller]
fn each(setback: fn() -> Act, retried: fn(&Case) -> bool, doubtful: fn(&Case) -> bool) {
    for case in CASES {
        let cloud = Cloud::unlimited();
        let id = cloud.run(if case.name == "delete" { boxed(cloud.in_state("idle")) } else { boxed(cloud.running()) });
        let before = cloud.network.count();
        cloud.network.next(setback());
        let result: Called = cloud.run(cloud.call(case.operation, (case.arguments)(&id)));
        let requests = cloud.network.count() - before;
        assert_eq!(requests, if retried(case) { 2 } else { 1 }, "{}", case.name);
        match result {
            Ok(outcome) => {
                assert!(retried(case), "{}", case.name);
                assert_eq!(outcome.response.attempt_log.attempts.len(), 2);
                let first = &outcome.response.attempt_log.attempts[0];
                assert!(first.after_ms == 0.0 && first.waited_ms >= 0.0, "{first:?}");
            }
            Err(error) => {
                assert!(!retried(case), "{}: {error}", case.name);
                assert_eq!(ambiguous(&error), doubtful(case), "{}: {error}", case.name);
                assert!(error.to_string().starts_with(case.operation.name), "{error}");
                assert_eq!(error.to_string().contains("look before you try again"), doubtful(case), "{error}");
            }
        }
        cloud.assert_quiet();
    }
}

fn boxed<'a, T>(work: impl Future<Output = T> + 'a) -> std::pin::Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(work)
}

#[test]
fn a_connection_that_ends() {
    each(|| Act::DropBefore, |case| case.safe, |case| !case.reads);
}

#[test]
fn an_answer_that_never_comes() {
    each(|| Act::Hang, |case| case.safe, |case| !case.reads);
}

#[test]
fn statuses_that_say_nothing_about_the_change() {
    each(|| answer(500, r#"{"status":500,"error":"INTERNAL: sorry"}"#), |case| case.safe, |case| !case.reads);
    each(|| answer(503, ""), |case| case.safe, |case| !case.reads);
    each(|| answer_with(503, &[("retry-after", "2")], ""), |case| case.safe, |case| !case.reads);
    each(|| answer(502, "<html><body>Bad Gateway</body></html>"), |case| case.safe, |case| !case.reads);
    each(|| answer(599, "x"), |case| case.safe, |case| !case.reads);
    each(|| answer(408, "x"), |case| case.safe, |case| !case.reads);
}

#[test]
fn a_success_that_is_no_json() {
    each(|| answer(200, "<html></html>"), |case| case.safe, |case| !case.reads);
    each(|| answer(200, r#"{"status":200,"result":"#), |case| case.safe, |case| !case.reads);
}

#[test]
fn a_success_that_breaks_the_contract() {
    let operation_has_a_result = |case: &Case| case.safe && case.name != "delete" && case.name != "password by hash";
    for case in CASES.iter().filter(|case| operation_has_a_result(case)) {
        let cloud = Cloud::unlimited();
        let id = cloud.run(cloud.running());
        let before = cloud.network.count();
        for _ in 0..2 {
            cloud.network.next(answer(200, r#"{"status":200,"requestId":"r","result":7}"#));
        }
        let error = failed(cloud.run(cloud.call(case.operation, (case.arguments)(&id))));
        assert_eq!(cloud.network.count() - before, 2, "once more, not longer: {}", case.name);
        assert_eq!(ambiguous(&error), !case.reads);
        assert!(matches!(&error, Error::Response { response, .. } if response.request_id.as_deref() == Some("r")));
    }
}

#[test]
fn statuses_that_say_it_all() {
    for status in [400, 401, 403, 404, 405, 409, 410, 418, 422, 424] {
        for case in CASES {
            let cloud = Cloud::unlimited();
            cloud.network.next(answer(status, r#"{"status":999,"error":"WORD_1: text.","requestId":"r"}"#));
            let error = failed(cloud.run(cloud.call(case.operation, (case.arguments)(NOBODY))));
            match &error {
                Error::Api { code, text, response, ambiguous, retry_after_ms } => {
                    assert_eq!((response.status, code.as_deref()), (status, Some("WORD_1")));
                    assert_eq!((text.as_deref(), response.request_id.as_deref()), (Some("WORD_1: text."), Some("r")));
                    assert_eq!((*ambiguous, *retry_after_ms), (false, None));
                }
                other => panic!("{other}"),
            }
            assert_eq!(cloud.network.count(), 1, "{status} {}", case.name);
        }
    }
}

#[test]
fn redirects_and_odd_statuses_are_refusals() {
    for status in [0, 101, 301, 302, 304, 307, 308, 600] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer_with(status, &[("location", "https://elsewhere.example/")], ""));
        assert_eq!(failed(cloud.run(cloud.list())).status(), Some(status));
        assert_eq!(cloud.network.count(), 1);
    }
}

#[test]
fn an_answer_that_is_too_long_is_not_asked_for_again() {
    each(|| Act::TooLong, |_| false, |case| !case.reads);
}

#[test]
fn a_response_that_can_not_be_read_is_not_asked_for_again() {
    each(|| Act::Unreadable(200), |_| false, |case| !case.reads);
    each(|| Act::NoResponse, |_| false, |case| !case.reads);
    for case in CASES {
        let cloud = Cloud::unlimited();
        cloud.network.next(Act::Unreadable(201));
        match failed(cloud.run(cloud.call(case.operation, (case.arguments)(NOBODY)))) {
            Error::Response { issues, response, .. } => {
                assert_eq!((response.status, issues.len(), issues[0].code.as_str()), (201, 1, "unreadable"));
                assert_eq!(issues[0].received, "a body that has been read already");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_refusal_that_can_not_be_read_counts_by_its_status() {
    for (status, retried) in [(404, false), (409, false), (429, true), (500, true), (503, true)] {
        let cloud = Cloud::unlimited();
        cloud.network.next(Act::Unreadable(status));
        let result = cloud.run(cloud.list());
        assert_eq!(result.is_ok(), retried, "{status}");
        if let Err(error) = result {
            assert_eq!(error.status(), Some(status));
            assert!(matches!(*error, Error::Api { .. }), "{error}");
        }
    }
}

#[test]
fn what_the_callers_own_fetch_throws_is_handed_back() {
    let mine: std::rc::Rc<dyn std::any::Any> = std::rc::Rc::new(7);
    let cloud = Cloud::unlimited();
    cloud.network.next(Act::Throw(mine.clone()));
    match failed(cloud.run(cloud.list())) {
        Error::Caller(value) => assert!(std::rc::Rc::ptr_eq(&value, &mine)),
        other => panic!("{other}"),
    }
    assert_eq!(cloud.network.count(), 1);
}

#[test]
fn the_budget_is_of_time_and_no_retry_begins_after_it() {
    for (budget, least, most) in [(0.0, 1, 1), (1.0, 1, 2), (5_000.0, 3, 20), (60_000.0, 10, 60)] {
        let cloud = Cloud::with(|settings| {
            settings.limiter = RateLimiting::Off;
            settings.retry_budget_ms = budget;
        });
        for _ in 0..200 {
            cloud.network.next(answer(500, ""));
        }
        let error = failed(cloud.run(cloud.get(NOBODY)));
        let count = cloud.network.count();
        assert!((least..=most).contains(&count), "{budget}: {count}");
        let Error::Api { response, .. } = &error else { panic!("{error}") };
        let attempts = &response.attempt_log.attempts;
        assert_eq!(attempts.len(), count);
        assert!(
            attempts.iter().all(|attempt| attempt.outcome == AttemptOutcome::Status(500) && attempt.after_ms <= budget)
        );
        assert_eq!(attempts.last().unwrap().waited_ms, 0.0);
        for (tries, attempt) in attempts.iter().enumerate() {
            let ceiling = 500.0 * 2f64.powi(i32::try_from(tries.min(4)).unwrap());
            assert!(attempt.waited_ms <= ceiling, "{attempt:?} after {tries}");
        }
        for pair in attempts.windows(2) {
            assert!((pair[1].after_ms - pair[0].after_ms - pair[0].waited_ms - 50.0).abs() < 0.01, "{pair:?}");
        }
    }
}

#[test]
fn the_last_error_counts() {
    let cloud = Cloud::unlimited();
    cloud.network.next(Act::Hang);
    cloud.network.next(answer(502, "<html>"));
    cloud.network.next(Act::DropBefore);
    cloud.network.next(answer(403, r#"{"status":403,"error":"FORBIDDEN: no"}"#));
    let error = failed(cloud.run(cloud.get(NOBODY)));
    let Error::Api { response, .. } = &error else { panic!("{error}") };
    let met: Vec<&AttemptOutcome> = response.attempt_log.attempts.iter().map(|attempt| &attempt.outcome).collect();
    let expected = [
        AttemptOutcome::Fault("timeout"),
        AttemptOutcome::Status(502),
        AttemptOutcome::Fault("connection"),
        AttemptOutcome::Status(403),
    ];
    assert_eq!(met, expected.iter().collect::<Vec<_>>());
    assert_eq!(
        response.attempt_log.path,
        format!("/v1/organizations/5a9db0c5-0000-4000-8000-000000000001/services/{NOBODY}")
    );
}

#[test]
fn a_change_that_may_have_happened_stays_ambiguous_whatever_the_last_answer_is() {
    // The first attempt may have changed the service; later attempts do not undo that.
    for last in [400, 401, 403, 409] {
        let cloud = Cloud::unlimited();
        let id = cloud.run(cloud.running());
        cloud.network.on("PATCH", "/password", Act::DropAfter);
        cloud.network.on("PATCH", "/password", answer(last, "{}"));
        let error = failed(cloud.run(cloud.set_password(&id, b"new")));
        assert!(cloud.network.sandbox.borrow().verify_password(&id, "new"));
        assert!(ambiguous(&error), "{last}: {error}");
    }
}

#[test]
fn a_repeated_delete_that_meets_404_has_succeeded() {
    for setback in [Act::DropAfter, Act::HangAfter, answer(502, "")] {
        let cloud = Cloud::unlimited();
        cloud.network.on("DELETE", "", setback);
        cloud.network.on("DELETE", "", answer(404, r#"{"status":404,"error":"NOT_FOUND: gone","requestId":"r"}"#));
        let deleted = cloud.run(cloud.delete(NOBODY)).unwrap();
        assert_eq!(deleted.response.request_id.as_deref(), Some("r"));
        assert_eq!(deleted.response.attempt_log.attempts.len(), 2);
        cloud.assert_quiet();
    }
}

#[test]
fn a_delete_that_meets_404_at_once_was_of_nothing() {
    let cloud = Cloud::unlimited();
    assert_eq!(failed(cloud.run(cloud.delete(NOBODY))).status(), Some(404));
}

#[test]
fn a_delete_that_met_only_a_429_before_its_404_was_of_nothing_too() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "1")], ""));
    assert_eq!(failed(cloud.run(cloud.delete(NOBODY))).status(), Some(404), "a 429 has surely deleted nothing");
}

#[test]
fn a_timeout_is_of_one_attempt() {
    let cloud = Cloud::with(|settings| {
        settings.limiter = RateLimiting::Off;
        settings.retry_budget_ms = 0.0;
    });
    cloud.network.next(Act::Hang);
    match failed(cloud.run(cloud.list())) {
        Error::Timeout { timeout_ms, attempt_log, ambiguous } => {
            assert_eq!((timeout_ms, ambiguous, attempt_log.attempts.len()), (30_000.0, false, 1));
        }
        other => panic!("{other}"),
    }
    assert_eq!(cloud.world.elapsed(), 30_000.0);
    cloud.network.next(Act::Hang);
    let options = CallOptions { timeout_ms: Some(250.0), ..CallOptions::default() };
    let own = cloud.run(cloud.client.call(&contract::SERVICES_LIST, &Arguments::default(), &options));
    assert!(matches!(failed(own), Error::Timeout { timeout_ms: 250.0, .. }));
    assert_eq!(cloud.world.elapsed(), 30_250.0);
    cloud.assert_quiet();
}

/// The idempotency keys of the requests that a call sends.
fn keys(cloud: &Cloud, operation: &'static Operation, arguments: &Arguments, options: &CallOptions) -> Vec<String> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let keys = seen.clone();
    cloud.network.caller.hook(move |told| {
        if let Told::Request(sent) = told {
            let key = sent.headers.iter().find(|(name, _)| *name == "idempotency-key");
            keys.borrow_mut().push(key.map_or_else(String::new, |(_, value)| (*value).to_owned()));
        }
        Ok(())
    });
    let _ = cloud.run(cloud.client.call(operation, arguments, options));
    seen.take()
}

#[test]
fn what_is_not_safe_to_repeat_has_a_key_that_is_new_for_each_attempt() {
    for case in CASES {
        let cloud = Cloud::new();
        cloud.network.next(answer(429, ""));
        cloud.network.next(answer(404, ""));
        let keys = keys(&cloud, case.operation, &(case.arguments)(NOBODY), &CallOptions::default());
        let [first, second] = keys.as_slice() else { panic!("{}: {keys:?}", case.name) };
        if case.safe {
            assert_eq!(keys, ["", ""], "{}", case.name);
            continue;
        }
        assert_ne!(first, second, "{}", case.name);
        for key in &keys {
            let groups: Vec<&str> = key.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{key}");
            assert!(key.bytes().all(|byte| byte == b'-' || matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{key}");
            assert!(groups[2].starts_with('4') && groups[3].starts_with(['8', '9', 'a', 'b']), "{key}");
        }
    }
}

#[test]
fn a_key_of_the_callers_own_is_for_all_attempts_and_a_built_request_has_none() {
    let cloud = Cloud::new();
    cloud.network.next(answer(429, ""));
    let arguments = Arguments { body: Some(body().to_string()), ..Arguments::default() };
    let options =
        CallOptions { headers: vec![("idempotency-key".to_owned(), "mine".to_owned())], ..CallOptions::default() };
    assert_eq!(keys(&cloud, &contract::SERVICES_CREATE, &arguments, &options), ["mine", "mine"]);
    let built = cloud.client.build(&contract::SERVICES_CREATE, &arguments, &[]).unwrap();
    assert!(built.request.header("idempotency-key").is_none());
    assert!(!built.to_curl().contains("idempotency"));
}

#[test]
fn a_creation_whose_fate_is_unknown_is_never_sent_twice() {
    for setback in [Act::DropBefore, Act::DropAfter, Act::Hang, Act::HangAfter, answer(500, ""), answer(200, "")] {
        let cloud = Cloud::new();
        cloud.network.next(setback);
        let error = failed(cloud.run(cloud.create(&body())));
        assert!(ambiguous(&error), "{error}");
        assert_eq!(cloud.network.count(), 1);
    }
}
