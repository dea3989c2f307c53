//! Requests that break the contract and are sent all the same, since the service may have raised a limit.

use clickhouse_cloud::client::ValidationMode;
use clickhouse_cloud::contract::{self, Operation};
use clickhouse_cloud::error::Error;
use clickhouse_cloud::host::Level;
use clickhouse_cloud::request::{Argument, Arguments};
use clickhouse_cloud::validate::Unknown;
use serde_json::{Value, json};

use super::cloud::{Cloud, NOBODY, body, failed, of, service};
use super::network::answer;

const CLAUSE: &str = "; validateRequests: \"warn\" sends it anyway";

fn tolerant(mode: ValidationMode) -> Cloud {
    Cloud::with(|settings| {
        settings.request_validation = mode;
        settings.retry_budget_ms = 0.0;
    })
}

/// The warnings in the log.
fn warned(cloud: &Cloud) -> Vec<String> {
    let lines = cloud.network.lines.borrow();
    lines.iter().filter(|(level, _)| *level == Level::Warn).map(|(_, line)| line.clone()).collect()
}

fn replicas(count: u32) -> Arguments {
    of(NOBODY, Some(&json!({ "numReplicas": count })))
}

#[test]
fn a_limit_that_the_service_has_raised_is_no_end() {
    let operation = &contract::SERVICES_UPDATE_REPLICA_SCALING;
    let cloud = tolerant(ValidationMode::Error);
    let error = failed(cloud.run(cloud.call(operation, replicas(50)))).to_string();
    assert!(error.ends_with(CLAUSE) && error.matches("validateRequests").count() == 1, "{error}");
    assert_eq!(cloud.network.count(), 0);

    for (mode, count) in [(ValidationMode::Warn, 1), (ValidationMode::Off, 0)] {
        let cloud = tolerant(mode);
        cloud.network.next(answer(404, r#"{"status":404,"error":"NOT_FOUND: no"}"#));
        assert_eq!(failed(cloud.run(cloud.call(operation, replicas(50)))).status(), Some(404));
        assert_eq!(cloud.network.sent.borrow()[0].body.as_deref(), Some(r#"{"numReplicas":50}"#));
        let told = warned(&cloud);
        assert_eq!(told.len(), count, "{told:?}");
        for line in told {
            let start =
                "services.updateReplicaScaling: the request breaks the contract: body.numReplicas: expected at most ";
            assert!(line.starts_with(start) && line.ends_with(", received 50; sent as it is"), "{line}");
        }
    }
}

#[test]
fn every_kind_of_limit_says_so_and_nothing_else_does() {
    let create = |name: &str, value: Value| {
        let mut body = body();
        body[name] = value;
        Arguments { body: Some(body.to_string()), ..Arguments::default() }
    };
    let cases: &[(&str, &'static Operation, Arguments, bool)] = &[
        ("maximum", &contract::SERVICES_UPDATE_REPLICA_SCALING, replicas(50), true),
        ("minimum", &contract::SERVICES_UPDATE_REPLICA_SCALING, replicas(0), true),
        ("step", &contract::SERVICES_CREATE, create("minReplicaMemoryGb", json!(9)), true),
        ("length", &contract::SERVICES_CREATE, create("name", json!("")), true),
        ("enum", &contract::SERVICES_CREATE, create("provider", json!("ibm")), true),
        ("type", &contract::SERVICES_CREATE, create("name", json!(7)), false),
        ("unknown", &contract::SERVICES_CREATE, create("nmae", json!("x")), false),
        ("format", &contract::SERVICES_GET, of("x", None), false),
        ("required", &contract::SERVICES_GET, Arguments::default(), false),
    ];
    for (code, operation, arguments, is_limit) in cases {
        let cloud = Cloud::new();
        let error = failed(cloud.run(cloud.call(operation, arguments.clone())));
        let message = error.to_string();
        let Error::Request { issues, .. } = error else { panic!("{code}: {message}") };
        assert!(issues.iter().any(|issue| issue.code.as_str() == *code), "{code}: {message}");
        assert_eq!(message.ends_with(CLAUSE), *is_limit, "{code}: {message}");
        assert!(!issues.iter().any(|issue| issue.message().contains("validateRequests")), "once, not for each issue");
    }
}

#[test]
fn every_violation_is_told_and_no_secret() {
    let cloud = tolerant(ValidationMode::Warn);
    let operation = &contract::SERVICES_UPDATE_PASSWORD;
    // In the strict mode, too, a password in the place of the body is not shown.
    for body in [json!("S3cret-one"), json!(1_234_567)] {
        let strict = Cloud::new();
        let error = failed(strict.run(strict.call(operation, of(NOBODY, Some(&body))))).to_string();
        assert!(error.contains("body: expected an object, received a "), "{error}");
        assert!(!error.contains("S3cret-one") && !error.contains("1234567"), "{error}");
    }
    for body in [
        json!({ "newPasswordHash": "S3cret-one" }),
        json!({ "newPasswordHash": { "deep": ["S3cret-one"] }, "newPaswordHash": "S3cret-two" }),
        json!([{ "newPasswordHash": "S3cret-one" }, "S3cret-two"]),
        json!({ "data": { "newPasswordHash": "S3cret-one", "S3cret": 1 } }),
        json!("S3cret-one"),
    ] {
        cloud.network.lines.borrow_mut().clear();
        cloud.network.next(answer(
            400,
            &format!(r#"{{"status":400,"error":"BAD_REQUEST: you sent {}"}}"#, "S3cret-one S3cret-two"),
        ));
        let error = failed(cloud.run(cloud.call(operation, of(NOBODY, Some(&body)))));
        assert_eq!(error.status(), Some(400), "{error}");
        assert_eq!(cloud.network.sent.borrow().last().unwrap().body, Some(body.to_string()), "as it is");
        assert!(!warned(&cloud).is_empty(), "{body}");
        let built = cloud.client.build(operation, &of(NOBODY, Some(&body)), &[]).ok().unwrap();
        let curl = built.to_curl();
        let lines = format!("{:?}", cloud.network.lines.borrow());
        for text in [&curl, &lines] {
            assert!(!text.contains("S3cret-one") && !text.contains("S3cret-two"), "{body}: {text}");
        }
    }
}

#[test]
fn unknown_properties_are_sent_too_and_told_unless_they_were_wanted() {
    let mut body = body();
    body["ipAcessList"] = json!([]);
    let arguments = Arguments { body: Some(body.to_string()), ..Arguments::default() };
    for (mode, unknown, told) in [
        (ValidationMode::Warn, Unknown::Refuse, 1),
        (ValidationMode::Warn, Unknown::Send, 0),
        (ValidationMode::Off, Unknown::Refuse, 0),
    ] {
        let cloud = Cloud::with(|settings| {
            settings.request_validation = mode;
            settings.unknown = unknown;
            settings.retry_budget_ms = 0.0;
        });
        cloud.network.next(answer(500, ""));
        assert_eq!(failed(cloud.run(cloud.call(&contract::SERVICES_CREATE, arguments.clone()))).status(), Some(500));
        let lines = warned(&cloud);
        assert_eq!(lines.len(), told, "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("did you mean ipAccessList?")), "{lines:?}");
    }
}

#[test]
fn what_would_be_another_request_is_refused_in_every_mode() {
    let id = |json: &str| Arguments {
        path: vec![Argument { name: "serviceId".to_owned(), json: json.to_owned() }],
        ..Arguments::default()
    };
    let mut unknown = of(NOBODY, None);
    unknown.path.push(service("x"));
    unknown.path[1].name = "backupId".to_owned();
    let with_body = |text: &str| Arguments { body: Some(text.to_owned()), ..of(NOBODY, None) };
    for mode in [ValidationMode::Error, ValidationMode::Warn, ValidationMode::Off] {
        let cloud = tolerant(mode);
        let refused = |operation: &'static Operation, arguments: Arguments| {
            let error = failed(cloud.run(cloud.call(operation, arguments.clone())));
            assert!(matches!(error, Error::Request { .. }), "{error}");
            assert!(cloud.client.build(operation, &arguments, &[]).is_err());
        };
        for json in
            [r#""""#, r#"".""#, r#""..""#, r#""a/b""#, r#""a\\b""#, r#""\u002e.""#, "null", "[]", r#"["x"]"#, "{}"]
        {
            refused(&contract::SERVICES_GET, id(json));
        }
        refused(&contract::SERVICES_GET, Arguments::default());
        refused(&contract::SERVICES_GET, unknown.clone());
        refused(&contract::SERVICES_GET, with_body("{}"));
        refused(&contract::SERVICES_UPDATE, with_body("{"));
        refused(&contract::SERVICES_UPDATE, with_body(""));
        assert_eq!(cloud.network.count(), 0);
    }
    // An id of another form is one segment, too.
    let cloud = tolerant(ValidationMode::Warn);
    cloud.network.next(answer(404, ""));
    assert_eq!(failed(cloud.run(cloud.call(&contract::SERVICES_GET, of("svc 1", None)))).status(), Some(404));
    assert!(cloud.network.sent.borrow()[0].path.ends_with("/services/svc%201"));
}

#[test]
fn what_is_built_without_being_sent_goes_by_the_same_rule() {
    for (mode, told) in [(ValidationMode::Warn, 1), (ValidationMode::Off, 0)] {
        let cloud = tolerant(mode);
        let built = cloud.client.build(&contract::SERVICES_UPDATE_REPLICA_SCALING, &replicas(50), &[]).ok().unwrap();
        assert_eq!(built.request.body.as_deref(), Some(r#"{"numReplicas":50}"#));
        assert_eq!(warned(&cloud).len(), told);
    }
}

#[test]
fn off_is_without_a_word_also_of_what_may_be_new() {
    let mut new = body();
    new["region"] = json!("mars-1");
    let arguments = Arguments { body: Some(new.to_string()), ..Arguments::default() };
    for (mode, told) in [(ValidationMode::Error, 1), (ValidationMode::Warn, 1), (ValidationMode::Off, 0)] {
        let cloud = tolerant(mode);
        cloud.network.next(answer(500, ""));
        assert_eq!(failed(cloud.run(cloud.call(&contract::SERVICES_CREATE, arguments.clone()))).status(), Some(500));
        assert_eq!(warned(&cloud).len(), told, "{:?}", warned(&cloud));
    }
}
