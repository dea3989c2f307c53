//! Responses that break the contract: which are tolerated, which are errors, and that the error holds the whole response.

use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::client::{CallOutput, RateLimiting, ValidationMode};
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::host::Level;
use clickhouse_cloud::issue::{Code, Step};
use serde_json::{Value, json};

use super::cloud::{Cloud, NOBODY, body, failed, of};
use super::network::{Act, answer, answer_with};

/// The result of `get` with this response.
fn get(status: u16, text: &str) -> Result<Value, Box<Error>> {
    let cloud = Cloud::with(|settings| {
        settings.limiter = RateLimiting::Off;
        settings.retry_budget_ms = 0.0;
    });
    cloud.network.next(answer(status, text));
    let result = cloud.run(cloud.get(NOBODY)).map(|outcome| outcome.data);
    cloud.assert_quiet();
    result
}

fn bare() -> String {
    format!(r#"{{"id":"{NOBODY}","name":"a","state":"running"}}"#)
}

#[test]
fn enveloped_or_bare() {
    let expected: Value = serde_json::from_str(&bare()).unwrap();
    assert_eq!(get(200, &bare()).unwrap(), expected);
    for envelope in [
        format!(r#"{{"status":200,"requestId":"r","result":{}}}"#, bare()),
        format!(r#"{{"result":{},"status":200}}"#, bare()),
        format!(r#"{{"result":{}}}"#, bare()),
        format!(r#"{{"status":500,"error":"odd","result":{}}}"#, bare()),
    ] {
        assert_eq!(get(200, &envelope).unwrap(), expected, "{envelope}");
        assert_eq!(get(201, &envelope).unwrap(), expected, "any 2xx will do");
    }
}

#[test]
fn a_bare_backup_has_a_status_of_its_own() {
    let cloud = Cloud::unlimited();
    let text = format!(r#"{{"id":"{NOBODY}","status":"done"}}"#);
    cloud.network.next(answer(200, &text));
    let mut arguments = of(NOBODY, None);
    arguments.path.push(clickhouse_cloud::request::Argument::text("backupId", NOBODY));
    assert_eq!(cloud.run(cloud.call(&contract::BACKUPS_GET, arguments)).unwrap().data["status"], "done");
    cloud.network.next(answer(200, &format!("[{text}]")));
    let all = cloud.run(cloud.call(&contract::BACKUPS_LIST, of(NOBODY, None))).unwrap().data;
    assert_eq!(all[0]["status"], "done");
}

#[test]
fn what_the_contract_does_not_know_survives() {
    let text = r#"{"status":200,"result":{"id":"9f8b6c1e-0000-4000-8000-00000000dead","name":"a","state":"hibernating",
        "provider":"hetzner","region":"mars-1","tier":null,"endpoints":null,"minTotalMemoryGb":-7,
        "new":{"deep":[1,{"x":null}]},"__proto__":{"y":1}}}"#;
    let found = get(200, text).unwrap();
    assert_eq!(found, serde_json::from_str::<Value>(text).unwrap()["result"]);
}

#[test]
fn a_byte_order_mark_is_no_harm() {
    assert_eq!(get(200, &format!("\u{feff}{}", bare())).unwrap()["name"], "a");
    assert_eq!(failed(get(404, "\u{feff}{\"status\":404,\"error\":\"NOT_FOUND: x\"}")).status(), Some(404));
}

#[test]
fn what_a_client_cannot_do_without_must_be_there() {
    let (missing, wrong) = (Code::Required, Code::Type);
    for (text, path, code) in [
        (r#"{"name":"a","state":"running"}"#.to_owned(), "id", missing),
        (format!(r#"{{"id":"{NOBODY}","state":"running"}}"#), "name", missing),
        (format!(r#"{{"id":"{NOBODY}","name":"a"}}"#), "state", missing),
        (format!(r#"{{"id":"{NOBODY}","name":"a","state":null}}"#), "state", wrong),
        (format!(r#"{{"id":"{NOBODY}","name":7,"state":"running"}}"#), "name", wrong),
        (r#"{"id":"7","name":"a","state":"running"}"#.to_owned(), "id", Code::Format),
    ] {
        for text in [format!(r#"{{"status":200,"requestId":"r","result":{text}}}"#), text] {
            match failed(get(200, &text)) {
                Error::Response { issues, response, ambiguous } => {
                    let [issue] = issues.as_slice() else { panic!("{issues:?}") };
                    let expected = [Step::Key("result".into()), Step::Key(path.into())];
                    assert_eq!((issue.path.as_slice(), issue.code), (&expected[..], code), "{text}");
                    assert_eq!(response.body, text.as_bytes());
                    assert!(!ambiguous, "a read changes nothing");
                }
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn no_json_is_a_breach_with_the_whole_answer() {
    let deep = "[".repeat(100_000);
    let whole = ["", " ", "<html>hello</html>", "nul", "[1,]", "{}{}"].map(|text| (text, false));
    let cut_off = ["{", "{\"status\":200,\"result\":{\"id\":", " [1 ", &deep].map(|text| (text, true));
    for (text, is_cut_off) in whole.into_iter().chain(cut_off) {
        match failed(get(200, text)) {
            Error::Response { issues, response, .. } => {
                assert_eq!(issues[0].code, Code::Syntax, "{text:.40}");
                let hint = issues[0].hint.as_deref().unwrap_or_default();
                assert_eq!(hint.contains("cut off"), is_cut_off, "{text:.40}");
                assert_eq!((response.status, response.body.as_slice()), (200, text.as_bytes()));
            }
            other => panic!("{other}"),
        }
    }
    let cloud = Cloud::with(|settings| settings.retry_budget_ms = 0.0);
    cloud.network.next(answer_with(200, &[("content-type", "text/html; charset=utf-8")], "<html>"));
    let error = failed(cloud.run(cloud.list())).to_string();
    assert!(error.contains("expected JSON, received 6 bytes of text/html"), "{error}");
}

#[test]
fn nothing_is_enough_for_a_delete() {
    for (status, text) in [(200, ""), (204, ""), (202, " \n"), (200, "{}"), (200, r#"{"status":200,"requestId":"r"}"#)]
    {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer(status, text));
        assert_eq!(cloud.run(cloud.delete(NOBODY)).unwrap().data, Value::Null, "{status} {text}");
        assert_eq!(cloud.network.count(), 1, "{status} {text}");
    }
}

#[test]
fn nothing_is_not_enough_for_a_list() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(200, ""));
    assert_eq!(cloud.run(cloud.list()).unwrap().data, json!([]), "tried again");
    assert_eq!(cloud.network.count(), 2);
}

#[test]
fn a_creation_that_breaks_the_contract_still_holds_the_password() {
    let text = r#"{"status":200,"requestId":"r","result":{"service":{"name":"events"},"password":"S3cret-planted"}}"#;
    let cloud = Cloud::new();
    cloud.network.next(answer(200, text));
    let error = failed(cloud.run(cloud.create(&body())));
    let Error::Response { issues, response, ambiguous } = &error else { panic!("{error}") };
    assert!(ambiguous);
    assert_eq!(issues.len(), 2, "{issues:?}");
    assert_eq!((response.body.as_slice(), response.request_id.as_deref()), (text.as_bytes(), Some("r")));
    assert!(!error.to_string().contains("S3cret") && !format!("{error:?}").contains("S3cret"), "{error}");
    assert_eq!(cloud.network.count(), 1, "a second one would be a second service");
}

#[test]
fn a_creation_without_a_password_or_with_a_wrong_one_says_only_its_type() {
    for (password, received) in [(r#","password":{"text":"S3cret"}"#, "an object"), ("", "nothing")] {
        let text = format!(r#"{{"result":{{"service":{}{password}}}}}"#, bare());
        let cloud = Cloud::new();
        cloud.network.next(answer(200, &text));
        let error = failed(cloud.run(cloud.create(&body())));
        assert!(error.to_string().contains(received) && !error.to_string().contains("S3cret"), "{text}: {error}");
    }
}

#[test]
fn a_success_without_the_password_that_the_call_is_for_is_none() {
    let created = |password: &str| format!(r#"{{"status":200,"result":{{"service":{}{password}}}}}"#, bare());
    let reset = |cloud: &Cloud| cloud.run(cloud.reset_password(NOBODY));
    let create = |cloud: &Cloud| cloud.run(cloud.create(&body()));
    let empty = r#"{"status":200,"result":{"password":""}}"#;
    type Case<'a> = (&'a dyn Fn(&Cloud) -> Result<CallOutput<Value>, Box<Error>>, String, &'a str);
    let cases: [Case<'_>; 9] = [
        (&reset, "{}".to_owned(), "nothing"),
        (&reset, r#"{"status":200,"result":{}}"#.to_owned(), "nothing"),
        (&reset, r#"{"status":200,"requestId":"r"}"#.to_owned(), "nothing"),
        (&reset, r#"{"status":200,"result":{"password":null}}"#.to_owned(), "another value"),
        (&reset, r#"{"status":200,"result":{"password":7}}"#.to_owned(), "a number"),
        (&reset, empty.to_owned(), "an empty string"),
        (&create, created(r#","password":"""#), "an empty string"),
        (&create, created(r#","password":null"#), "null"),
        (&create, created(""), "nothing"),
    ];
    for (call, text, received) in cases {
        // However tolerant the client is: there is nothing to go on with.
        for mode in [ValidationMode::Error, ValidationMode::Warn, ValidationMode::Off] {
            let cloud = Cloud::with(|settings| settings.response_validation = mode);
            cloud.network.next(answer(200, &text));
            let error = failed(call(&cloud));
            let Error::Response { issues, response, ambiguous } = &error else { panic!("{text}: {error}") };
            let [issue] = issues.as_slice() else { panic!("{text}: {issues:?}") };
            assert_eq!(issue.received, received, "{text}");
            assert!(*ambiguous && response.body == text.as_bytes(), "{text}");
            assert_eq!(cloud.network.count(), 1, "{text}: once more would make another");
        }
    }
    // A password that was set by its hash is known to the caller.
    let cloud = Cloud::new();
    for text in ["{}", r#"{"status":200,"result":{}}"#, empty] {
        cloud.network.next(answer(200, text));
        cloud.run(cloud.set_password(NOBODY, b"x")).unwrap();
    }
}

#[test]
fn breaches_are_let_through_where_the_settings_say_so() {
    for (mode, warnings) in [(ValidationMode::Warn, 1), (ValidationMode::Off, 0)] {
        let cloud = Cloud::with(|settings| settings.response_validation = mode);
        cloud.network.next(answer(200, r#"{"result":{"name":"a"}}"#));
        assert_eq!(cloud.run(cloud.get(NOBODY)).unwrap().data, json!({ "name": "a" }));
        let lines = cloud.network.lines.borrow().clone();
        let warned = lines.iter().filter(|(level, line)| *level == Level::Warn && line.contains("result.")).count();
        assert!(if warnings == 0 { warned == 0 } else { warned >= warnings }, "{lines:?}");
        // Still no value where there is none.
        cloud.network.next(answer(200, "<html>"));
        assert_eq!(failed(cloud.run(cloud.call(&contract::SERVICES_CREATE, create()))).status(), Some(200));
    }
}

fn create() -> clickhouse_cloud::request::Arguments {
    clickhouse_cloud::request::Arguments { body: Some(body().to_string()), ..Default::default() }
}

/// The error of a response with this body: its code, its text, and the whole message.
fn refusal(status: u16, headers: &[(&str, &str)], text: &str) -> (Option<String>, Option<String>, String) {
    let cloud = Cloud::with(|settings| settings.retry_budget_ms = 0.0);
    cloud.network.next(answer_with(status, headers, text));
    let error = failed(cloud.run(cloud.get(NOBODY)));
    let message = error.to_string();
    match error {
        Error::Api { code, text: said, response, .. } => {
            assert_eq!(response.body, text.as_bytes());
            (code, said, message)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn refusals_without_a_text() {
    for text in ["", " \n", "<html></html>", "null", "[]", "7", r#"{"error":{"code":7}}"#, r#"{"message":" "}"#, "\0\0"]
    {
        let (code, said, message) = refusal(403, &[], text);
        assert_eq!((code, said), (None, None), "{text}");
        assert!(message.starts_with("services.get: 403 without a text of the API"), "{message}");
    }
}

#[test]
fn refusals_in_the_words_of_others() {
    for (text, expected) in [
        (r#"{"error":"FORBIDDEN: a","message":"b"}"#, "FORBIDDEN: a"),
        (r#"{"error":{"message":"a"},"message":"b"}"#, "a"),
        (r#"{"message":"source IP is not in the key's allow list"}"#, "source IP is not in the key's allow list"),
        (r#"{"Message":"User is not authorized"}"#, "User is not authorized"),
        (r#"{"error":"invalid_client","error_description":"unknown client"}"#, "invalid_client: unknown client"),
        (r#"{"error_description":"unknown client"}"#, "unknown client"),
        (r#"{"errors":[{"message":"a"},{"message":"b"}]}"#, "a"),
        (r#"{"errors":["a"]}"#, "a"),
        (r#"{"title":"Forbidden","detail":"a"}"#, "a"),
        (r#"{"detail":[{"msg":"a"}]}"#, "a"),
        (r#"{"title":"Forbidden"}"#, "Forbidden"),
        (r#"{"error":"","message":"b"}"#, "b"),
        (r#""Forbidden""#, "Forbidden"),
        ("upstream connect error\r\nreset", r"upstream connect error\r\nreset"),
        ("<html><head><TITLE lang=en>\n 403&nbsp;Forbidden &#8211; A&amp;B </TITLE></head>", "403 Forbidden – A&B"),
        ("<h1>Not <b>here</b></h1>", "Not here"),
        ("<?xml version='1.0'?><Error><Code>X</Code><Message>Access Denied</Message></Error>", "Access Denied"),
        ("\u{feff}<!doctype html><titles>x</titles><title>a</title>", "a"),
    ] {
        let (code, said, message) = refusal(403, &[], text);
        assert_eq!(said.as_deref(), Some(expected), "{text}");
        assert_eq!(
            code.is_some(),
            text.contains(r#""error":"FORBIDDEN"#),
            "only the API's own form has a code: {text}"
        );
        let once = expected.strip_prefix("403 ").unwrap_or(expected);
        assert!(message.starts_with(&format!("services.get: 403 {once}")), "the status once: {message}");
    }
}

#[test]
fn what_is_not_the_apis_is_told_as_such() {
    let (_, _, message) = refusal(403, &[("content-type", "text/html")], "<title>Access Denied</title>");
    assert_eq!(
        message,
        "services.get: 403 Access Denied (an HTML page, not the API's response: a proxy, a firewall or a wrong baseUrl?)"
    );
    let (_, _, message) = refusal(404, &[("content-type", "text/html")], "<title>404 Not Found</title>");
    assert!(message.starts_with("services.get: 404 Not Found (an HTML page"), "the status once: {message}");
    let (_, _, message) = refusal(502, &[("content-type", "text/plain")], "no healthy upstream");
    assert!(message.contains("502 no healthy upstream (a text, not the API's response:"), "{message}");
    let (_, _, message) = refusal(407, &[], "x");
    assert_eq!(
        message,
        "services.get: 407 x; a proxy on the way wants credentials: give them to it, for example in the agent of your fetch"
    );
    for (location, target) in [
        (Some("https://user:pass@login.example/sso?token=abc#x"), "https://login.example/sso?…"),
        (Some("/login"), "/login"),
        (None, "an unnamed place"),
    ] {
        let headers: Vec<_> = location.iter().map(|location| ("location", *location)).collect();
        for status in [301, 302, 303, 307, 308] {
            let (_, _, message) = refusal(status, &headers, "<html>moved</html>");
            let expected = format!("services.get: {status} a redirect to {target}, not followed");
            assert!(message.starts_with(&expected), "{message}");
        }
    }
    assert!(refusal(0, &[], "").2.contains("a redirect whose target the host hides"));
}

#[test]
fn a_success_that_holds_an_error_is_none() {
    for text in [
        r#"{"status":500,"requestId":"r","error":"INTERNAL: sorry"}"#,
        r#"{"status":400,"requestId":"r","error":"INTERNAL: sorry","result":null}"#,
        r#"{"requestId":"r","error":"INTERNAL: sorry"}"#,
    ] {
        for mode in [ValidationMode::Error, ValidationMode::Off] {
            for operation in [&contract::SERVICES_GET, &contract::SERVICES_DELETE] {
                let cloud = Cloud::with(|settings| {
                    settings.response_validation = mode;
                    settings.retry_budget_ms = 0.0;
                });
                cloud.network.next(answer(200, text));
                let error = failed(cloud.run(cloud.call(operation, of(NOBODY, None))));
                let Error::Response { response, ambiguous, .. } = &error else { panic!("{error}") };
                assert_eq!(response.request_id.as_deref(), Some("r"));
                assert_eq!(*ambiguous, operation.name == "services.delete");
                assert!(error.to_string().contains("an error instead: INTERNAL: sorry"), "{error}");
            }
        }
    }
    // A portal that wants a sign-in says 200 to everything.
    let page = "<html><title>Sign in to the network</title></html>";
    let error = failed(get(200, page)).to_string();
    assert!(error.contains("titled Sign in to the network: not the API's response"), "{error}");
}

#[test]
fn a_409_of_a_delete_names_the_helper() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(409, r#"{"status":409,"error":"CONFLICT: running"}"#));
    let error = failed(cloud.run(cloud.delete(NOBODY))).to_string();
    assert!(error.contains("services.stopAndDelete"), "{error}");
}

#[test]
fn texts_of_others_are_cut_and_forge_no_line() {
    let forged = "a\n2026-01-01 ERROR forged\r\u{1b}[2K\u{9b}31m\u{2028}\u{202e}b";
    let shown = r"a\n2026-01-01 ERROR forged\r\u001b[2K\u009b31m\u2028\u202eb";
    let cloud = Cloud::with(|settings| settings.retry_budget_ms = 0.0);
    let body = json!({ "status": 500, "error": forged, "requestId": forged }).to_string();
    cloud.network.next(answer_with(500, &[("x-a", forged)], &body));
    let error = failed(cloud.run(cloud.get(NOBODY)));
    assert!(error.to_string().contains(shown), "{error}");
    let Error::Api { response, .. } = &error else { panic!("{error}") };
    assert_eq!(response.request_id.as_deref(), Some(shown));
    let wrong = json!({ "result": { "id": forged, "name": "a", "state": "running" } }).to_string();
    cloud.network.next(answer_with(200, &[("content-type", forged)], &wrong));
    let breach = failed(cloud.run(cloud.get(NOBODY))).to_string();
    cloud.network.next(answer_with(302, &[("location", forged)], ""));
    let redirect = failed(cloud.run(cloud.get(NOBODY))).to_string();
    cloud.network.next(Act::Fail(forged.to_owned()));
    let connection = failed(cloud.run(cloud.get(NOBODY))).to_string();
    cloud.network.next(answer(200, &json!({ "result": { "id": NOBODY, "name": "a", "state": forged } }).to_string()));
    let options = WaitOptions { timeout_ms: Some(500.0), ..WaitOptions::default() };
    let waiting = failed(cloud.run(cloud.wait_with(NOBODY, &["running"], &options)));
    assert!(matches!(&waiting, Error::Wait { last_state, .. } if last_state.as_deref() == Some(shown)), "{waiting}");
    let lines: Vec<String> = cloud.network.lines.borrow().iter().map(|(_, line)| line.clone()).collect();
    for text in [error.to_string(), breach, redirect, connection, waiting.to_string()].iter().chain(&lines) {
        assert!(!text.contains(|letter: char| letter.is_control() || "\u{2028}\u{202e}".contains(letter)), "{text:?}");
    }

    let long = "é".repeat(5_000);
    for body in [
        json!({ "error": long }).to_string(),
        json!({ "message": long }).to_string(),
        format!("<title>{long}</title>"),
        long.clone(),
        "é".repeat(1_000_000),
    ] {
        let (_, said, message) = refusal(400, &[], &body);
        assert_eq!(said, Some(format!("{}… (shortened)", "é".repeat(2_000))));
        assert!(message.chars().count() < 2_200, "{}", message.len());
    }
}

#[test]
fn the_code_is_the_word_before_the_colon() {
    for (text, expected) in [
        ("CONFLICT: Only instance in one of: 'idle'", Some("CONFLICT")),
        ("NOT_FOUND: x", Some("NOT_FOUND")),
        ("E2: x", Some("E2")),
        ("no such thing: x", None),
        ("Unauthorized", None),
        (": x", None),
        ("", None),
    ] {
        let body = json!({ "status": 400, "error": text }).to_string();
        match failed(get(400, &body)) {
            Error::Api { code, .. } => assert_eq!(code.as_deref(), expected, "{text}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn an_open_value_of_a_request_is_sent_with_a_warning() {
    let cloud = Cloud::unlimited();
    let mut new = body();
    new["region"] = "mars-north-1".into();
    let _ = cloud.run(cloud.create(&new));
    assert_eq!(cloud.network.count(), 1);
    let lines = cloud.network.lines.borrow().clone();
    let warning = lines.iter().find(|(level, _)| *level == Level::Warn).unwrap();
    assert!(warning.1.contains("body.region") && warning.1.contains("mars-north-1"), "{warning:?}");
}
