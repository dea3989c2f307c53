//! Secrets that servers and proxies echo: they stand in no error, header, hook or line of the log.

use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::host::{Level, Received};
use clickhouse_cloud::secret::Secret;
use serde_json::json;

use super::caller::Told;
use super::cloud::{Cloud, NOBODY, failed, of};
use super::network::{Act, answer_with};

const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
/// `key-id:Planted-Key-Secret` in base64.
const BASIC: &str = "a2V5LWlkOlBsYW50ZWQtS2V5LVNlY3JldA==";

fn planted() -> [&'static str; 4] {
    ["Planted-Key-Secret", BASIC, HASH, "Planted-Header-Token"]
}

/// A client whose service echoes all that it was sent, at any status.
fn echoing(status: u16) -> Cloud {
    let cloud = Cloud::with(|settings| {
        settings.retry_budget_ms = 0.0;
        settings.target.authorization = Some(Secret::new(format!("Basic {BASIC}")));
        settings.key_secret = Some(Secret::new("Planted-Key-Secret"));
        settings.target.headers = vec![("x-auth-token".to_owned(), "Planted-Header-Token".to_owned())];
    });
    let said = planted().map(|secret| format!("you sent {secret}, yes {secret}")).join("; ");
    let echo = format!("authorization: Basic {BASIC}");
    let text = json!({ "status": status, "error": format!("ODD: {said}"), "requestId": said, "result": said });
    cloud.network.next(answer_with(status, &[("x-echo", &echo), ("x-said", &said)], &text.to_string()));
    cloud
}

#[track_caller]
fn assert_clean(text: &str) {
    for secret in planted() {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn no_error_header_hook_or_line_shows_what_is_echoed() {
    for status in [200, 400, 401, 404, 409, 429, 500] {
        let cloud = echoing(status);
        cloud.network.caller.hook(|told| {
            if let Told::Response(_, Received { headers, request_id, .. }) = told {
                assert_clean(&format!("{headers:?} {request_id:?}"));
            }
            Ok(())
        });
        let called = cloud.run(
            cloud.call(&contract::SERVICES_UPDATE_PASSWORD, of(NOBODY, Some(&json!({ "newPasswordHash": HASH })))),
        );
        let exchange = match &called {
            Ok(outcome) => &outcome.exchange,
            Err(error) => {
                assert_clean(&format!("{error} {error:?}"));
                match &**error {
                    Error::Api { exchange, text, code, .. } => {
                        assert_clean(&format!("{text:?} {code:?}"));
                        assert!(error.to_string().contains("you sent [secret], yes [secret]"), "{error}");
                        exchange
                    }
                    Error::Response { exchange, issues, .. } => {
                        assert_clean(&format!("{issues:?}"));
                        exchange
                    }
                    other => panic!("{other}"),
                }
            }
        };
        assert_clean(&format!("{:?} {:?} {:?}", exchange.headers, exchange.request_id, exchange.trail.attempts));
        assert_eq!(exchange.headers[0].1, "authorization: [secret]");
        assert!(String::from_utf8_lossy(&exchange.body).contains(HASH), "the raw answer is the caller's");
        assert!(cloud.network.lines.borrow().iter().any(|(level, _)| *level == Level::Debug));
        for (_, line) in cloud.network.lines.borrow().iter() {
            assert_clean(line);
        }
        cloud.assert_quiet();
    }
}

#[test]
fn what_fetch_quotes_is_taken_out() {
    let cloud = Cloud::with(|settings| {
        settings.retry_budget_ms = 0.0;
        settings.target.authorization = Some(Secret::new(format!("Basic {BASIC}")));
        settings.key_secret = Some(Secret::new("Planted-Key-Secret"));
    });
    let message = format!("failed to parse header authorization: Basic {BASIC} (Planted-Key-Secret)");
    cloud.network.next(Act::Fail(message));
    match failed(cloud.run(cloud.list())) {
        Error::Connection { message, .. } => {
            assert_eq!(message, "failed to parse header authorization: [secret] ([secret])");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_bearer_token_is_taken_out_with_and_without_its_word() {
    let cloud = Cloud::with(|settings| {
        settings.target.authorization = Some(Secret::new("Bearer planted.token"));
    });
    let text = json!({ "status": 401, "error": "Bearer planted.token: planted.token is unknown" });
    cloud.network.next(answer_with(401, &[], &text.to_string()));
    match failed(cloud.run(cloud.list())) {
        Error::Api { text, .. } => assert_eq!(text.as_deref(), Some("[secret]: [secret] is unknown")),
        other => panic!("{other}"),
    }
}

#[test]
fn a_secret_with_escapes_is_taken_out_as_it_reads() {
    let body = format!(r#"{{"newPasswordHash":"{}"}}"#, HASH.replace('/', "\\/").replace('=', "\\u003d"));
    let cloud = echoing(400);
    let arguments = clickhouse_cloud::request::Arguments { body: Some(body), ..of(NOBODY, None) };
    let error = failed(cloud.run(cloud.call(&contract::SERVICES_UPDATE_PASSWORD, arguments)));
    assert_clean(&error.to_string());
}

#[test]
fn a_breach_quotes_no_echo() {
    let own = |status, text: &str| {
        let cloud = Cloud::with(|settings| {
            settings.retry_budget_ms = 0.0;
            settings.target.authorization = Some(Secret::new(format!("Basic {BASIC}")));
            settings.key_secret = Some(Secret::new("Planted-Key-Secret"));
        });
        cloud.network.next(answer_with(status, &[("content-type", "Planted-Key-Secret")], text));
        let error = failed(cloud.run(cloud.get(NOBODY)));
        assert!(matches!(error, Error::Response { .. }));
        assert_clean(&error.to_string());
        assert!(error.to_string().contains("[secret]"), "or the test shows nothing: {error}");
    };
    own(200, &json!({ "result": { "id": "Planted-Key-Secret", "name": "a", "state": "running" } }).to_string());
    own(200, "<html>");
}

#[test]
fn a_state_that_echoes_stands_in_no_error_of_a_wait() {
    let cloud = Cloud::with(|settings| settings.key_secret = Some(Secret::new("Planted-Key-Secret")));
    let found = json!({ "result": { "id": NOBODY, "name": "a", "state": "Planted-Key-Secret" } });
    cloud.network.next(answer_with(200, &[], &found.to_string()));
    let options = WaitOptions { timeout_ms: Some(500.0), ..WaitOptions::default() };
    let error = failed(cloud.run(cloud.wait_with(NOBODY, &["running"], &options)));
    assert!(error.to_string().contains("the last state was [secret]"), "{error}");
    assert!(cloud.network.lines.borrow().iter().all(|(_, line)| !line.contains("Planted")));
}

#[test]
fn a_secret_that_is_a_common_word_hides_no_state_from_a_wait() {
    let cloud = Cloud::with(|settings| settings.key_secret = Some(Secret::new("running")));
    let found = json!({ "result": { "id": NOBODY, "name": "a", "state": "running" } });
    cloud.network.next(answer_with(200, &[], &found.to_string()));
    assert_eq!(cloud.run(cloud.wait_for(NOBODY, "running")).unwrap()["state"], "running");
}
