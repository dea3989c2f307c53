//! Secrets that servers and proxies echo are in no error, header, hook or log.

use base64::Engine as _;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::host::{Level, ResponseEvent};
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
            if let Told::Response(_, ResponseEvent { headers, request_id, .. }) = told {
                assert_clean(&format!("{headers:?} {request_id:?}"));
            }
            Ok(())
        });
        let called = cloud.run(
            cloud.call(&contract::SERVICES_UPDATE_PASSWORD, of(NOBODY, Some(&json!({ "newPasswordHash": HASH })))),
        );
        let response = match &called {
            Ok(outcome) => &outcome.response,
            Err(error) => {
                assert_clean(&format!("{error} {error:?}"));
                match &**error {
                    Error::Api { response, text, code, .. } => {
                        assert_clean(&format!("{text:?} {code:?}"));
                        assert!(error.to_string().contains("you sent [secret], yes [secret]"), "{error}");
                        response
                    }
                    Error::Response { response, issues, .. } => {
                        assert_clean(&format!("{issues:?}"));
                        response
                    }
                    other => panic!("{other}"),
                }
            }
        };
        assert_clean(&format!("{:?} {:?} {:?}", response.headers, response.request_id, response.attempt_log.attempts));
        assert_eq!(response.headers[0].1, "authorization: [secret]");
        assert!(String::from_utf8_lossy(&response.body).contains(HASH), "the raw answer is the caller's");
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

/// Spellings of a text in which servers say it back.
fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let each = |spell: &dyn Fn(u8) -> String| secret.bytes().map(spell).collect::<String>();
    let letters = |spell: &dyn Fn(u32) -> String| secret.chars().map(|letter| spell(letter.into())).collect::<String>();
    let odd = |byte: u8| !byte.is_ascii_alphanumeric();
    let engine = base64::engine::general_purpose::STANDARD;
    let unpadded = base64::engine::general_purpose::STANDARD_NO_PAD;
    let url = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let percent = |byte: u8| if odd(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() };
    let percent = each(&percent);
    vec![
        ("verbatim", secret.to_owned()),
        ("in capitals", secret.to_ascii_uppercase()),
        ("percent-encoded", percent.clone()),
        (
            "percent-encoded in lower case",
            each(&|byte| if odd(byte) { format!("%{byte:02x}") } else { char::from(byte).to_string() }),
        ),
        ("percent-encoded as a whole", each(&|byte| format!("%{byte:02x}"))),
        ("percent-encoded twice", percent.replace('%', "%25")),
        ("as a form", percent.replace("%20", "+")),
        ("with decimal entities", letters(&|letter| format!("&#{letter};"))),
        ("with hexadecimal entities", letters(&|letter| format!("&#x{letter:X};"))),
        (
            "with named entities",
            secret
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('/', "&sol;")
                .replace('=', "&equals;")
                .replace('+', "&plus;"),
        ),
        ("with escapes of JSON", letters(&|letter| format!("\\u{letter:04x}"))),
        ("with escaped slashes", secret.replace('/', "\\/")),
        ("with escapes of JavaScript", letters(&|letter| format!("\\x{letter:02x}"))),
        ("in base64url", secret.replace('+', "-").replace('/', "_")),
        ("without padding", secret.trim_end_matches('=').to_owned()),
        ("as base64", engine.encode(secret)),
        ("as base64 without padding", unpadded.encode(secret)),
        ("as base64url", url.encode(secret)),
        ("inside of base64", engine.encode(format!("ab{secret}"))),
        (
            "inside of base64 and percent-encoded",
            engine.encode(format!("a{secret}")).replace('=', "%3D").replace('/', "%2F").replace('+', "%2B"),
        ),
        ("in hexadecimal digits", each(&|byte| format!("{byte:02X}"))),
        ("as the value of a cookie", format!("session=\"{percent}\"; Path=/")),
    ]
}

#[test]
fn an_echo_is_found_in_every_spelling() {
    const KEY: &str = "my-very&secret+key/1=<ü>%41";
    const COOKIE: &str = "s3ss/ion+value==";
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("myKeyId:{KEY}"));
    for secret in [KEY, &basic, HASH, "hdr-S3cr3t/xyzzy+", COOKIE, "call-S3cr3t+a/b"] {
        for (how, said) in spellings(secret) {
            let cloud = Cloud::with(|settings| {
                settings.retry_budget_ms = 0.0;
                settings.target.authorization = Some(Secret::new(format!("Basic {basic}")));
                settings.key_secret = Some(Secret::new(KEY));
                settings.target.headers = vec![
                    ("x-api-key".to_owned(), "hdr-S3cr3t/xyzzy+".to_owned()),
                    ("cookie".to_owned(), format!("theme=dark; session={COOKIE}")),
                ];
            });
            let text = json!({ "status": 400, "error": format!("BAD_REQUEST: <{said}> is wrong"), "requestId": said });
            cloud.network.next(answer_with(400, &[("x-said", &said)], &text.to_string()));
            let options = clickhouse_cloud::client::CallOptions {
                headers: vec![("x-token".to_owned(), "call-S3cr3t+a/b".to_owned())],
                ..Default::default()
            };
            let arguments = of(NOBODY, Some(&json!({ "newPasswordHash": HASH })));
            let call = cloud.client.call(&contract::SERVICES_UPDATE_PASSWORD, &arguments, &options);
            let error = failed(cloud.run(call));
            let Error::Api { response, .. } = &error else { panic!("{error}") };
            let id = response.request_id.as_deref().unwrap();
            for shown in [error.to_string().as_str(), &response.headers[0].1, id] {
                assert!(shown.contains("[secret]"), "{secret} {how}: {shown}");
                assert!(shown.len() < 150 && !shown.contains(&said), "{secret} {how}: {shown}");
            }
            for (_, line) in cloud.network.lines.borrow().iter() {
                assert!(!line.contains(&said), "{secret} {how}: {line}");
            }
        }
    }
}

#[test]
fn an_echo_is_found_anywhere_in_a_long_text_and_only_there() {
    let cloud = Cloud::with(|settings| settings.key_secret = Some(Secret::new("Planted-Key-Secret")));
    for before in [0, 1, 1_000, 262_130, 262_144, 300_000, 600_000] {
        let mut text = format!("{}Planted%2DKey%2DSecret{}", "ä%20".repeat(before / 5), "x".repeat(300_000));
        let expected = text.replace("Planted%2DKey%2DSecret", "[secret]");
        cloud.client.redact(&contract::SERVICES_LIST, &Default::default(), &mut text);
        assert!(text == expected, "{before}");
    }
    for (text, expected) in [
        ("[secret] and 100% of &amp; \\u0041 stay", "[secret] and 100% of &amp; \\u0041 stay"),
        ("Planted-Key", "Planted-Key"),
        ("ÄPlanted-Key-SecretÄPlanted-Key-Secret", "Ä[secret]Ä[secret]"),
    ] {
        let mut shown = text.to_owned();
        cloud.client.redact(&contract::SERVICES_LIST, &Default::default(), &mut shown);
        assert_eq!(shown, expected);
    }
}

#[test]
fn the_clients_own_headers_are_secrets_in_waits_too() {
    let cloud = Cloud::with(|settings| {
        settings.target.headers = vec![("x-api-key".to_owned(), "hdr-S3cr3t-xyzzy".to_owned())];
    });
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let progress = seen.clone();
    for state in ["hdr-S3cr3t-xyzzy", "call%2dS3cr3t", "Planted"] {
        let found = json!({ "result": { "id": NOBODY, "name": "a", "state": state } });
        cloud.network.next(answer_with(200, &[], &found.to_string()));
    }
    let options = WaitOptions {
        timeout_ms: Some(3_000.0),
        call: clickhouse_cloud::client::CallOptions {
            headers: vec![("x-token".to_owned(), "call-S3cr3t".to_owned())],
            ..Default::default()
        },
        on_progress: Some(Box::new(move |told| {
            progress.borrow_mut().push(format!("{} {:?}", told.state, told.previous_state));
            Ok(())
        })),
        ..WaitOptions::default()
    };
    let error = failed(cloud.run(cloud.wait_with(NOBODY, &["running"], &options)));
    assert_eq!(seen.borrow()[..2], ["[secret] None", "[secret] Some(\"[secret]\")"], "{error}");
    for (_, line) in cloud.network.lines.borrow().iter() {
        assert!(!line.contains("S3cr3t"), "{line}");
    }
}

#[test]
fn a_cause_is_redacted() {
    let cloud = Cloud::with(|settings| {
        settings.retry_budget_ms = 0.0;
        settings.key_secret = Some(Secret::new("Planted-Key-Secret"));
    });
    let cause: clickhouse_cloud::host::CallerError = std::rc::Rc::new("bad header Planted-Key-Secret".to_owned());
    cloud.network.next(Act::FailWith(cause));
    match failed(cloud.run(cloud.list())) {
        Error::Connection { cause: Some(cause), .. } => {
            assert_eq!(cause.downcast_ref::<String>().unwrap(), "bad header [secret]");
        }
        other => panic!("{other}"),
    }
}
