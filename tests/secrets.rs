//! Secrets are never shown: texts that are planted in credentials, headers, passwords, hashes and responses are in no error
//! message, no debug print and no log.

#![cfg(all(feature = "client", not(target_arch = "wasm32")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

use std::collections::BTreeSet;
use std::rc::Rc;

use clickhouse_cloud::contract::{self, AdditionalProperties, Kind, OPERATIONS, Property, ResponseKind, Schema};
use clickhouse_cloud::error::{Attempt, AttemptLog, AttemptOutcome, CredentialSource, Error, ResponseParts, Source};
use clickhouse_cloud::host::{HttpRequest, HttpResponse, TransportError, TransportErrorKind};
use clickhouse_cloud::request::{Argument, Arguments, Checks, Target, build};
use clickhouse_cloud::sandbox::Options;
use clickhouse_cloud::secret::Secret;
use clickhouse_cloud::validate::{Unknown, validate_response};
use serde_json::{Value, json};

const PLANTED: &str = "PLANTED-s3cret";
const ID: &str = "5a9db0c5-0000-4000-8000-000000000001";

#[track_caller]
fn assert_hidden(shown: &str) {
    assert!(!shown.contains("PLANTED") && !shown.contains("s3cret"), "{shown}");
}

fn target() -> Target {
    Target {
        base_url: "https://api.clickhouse.cloud".to_owned(),
        authorization: Some(Secret::new(format!("Basic {PLANTED}"))),
        headers: vec![("x-api-token".to_owned(), PLANTED.to_owned())],
    }
}

fn password(body: &Value) -> Arguments {
    let path = ["organizationId", "serviceId"].map(|name| Argument::text(name, ID)).to_vec();
    Arguments { path, body: Some(body.to_string()), ..Arguments::default() }
}

#[test]
fn of_a_secret() {
    let secret = Secret::new(PLANTED);
    assert_eq!(format!("{secret:?}"), "[secret]");
    assert_eq!(secret.reveal(), PLANTED);
    assert_eq!(format!("{:?}", Some(secret.clone())), "Some([secret])");
}

#[test]
fn of_requests_and_responses() {
    let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let arguments = password(&json!({ "newPasswordHash": hash }));
    let built = build(&contract::SERVICES_UPDATE_PASSWORD, &target(), &arguments, &[], Checks::STRICT).ok().unwrap();
    let shown = format!("{:?} {}", built.request, built.to_curl());
    assert_hidden(&shown);
    assert!(!shown.contains(hash), "{shown}");
    assert!(!built.request.url.contains(hash));

    let body = Some(format!("{{\"password\":\"{PLANTED}\"}}"));
    let request = HttpRequest { body, ..built.request };
    assert_hidden(&format!("{request:?}"));
    let headers = vec![("set-cookie".to_owned(), PLANTED.to_owned())];
    let response = HttpResponse { status: 200, headers, body: PLANTED.as_bytes().to_vec() };
    assert_hidden(&format!("{response:?}"));
    let cause: clickhouse_cloud::host::CallerError = std::rc::Rc::new(PLANTED);
    let fault =
        TransportError { kind: TransportErrorKind::Connection, message: "reset".to_owned(), cause: Some(cause) };
    assert_hidden(&format!("{fault:?}"));
}

#[test]
fn of_the_sandboxs_options() {
    let options = Options { key_secret: Secret::new(PLANTED), ..Options::default() };
    assert_hidden(&format!("{options:?}"));
}

/// Wrong values of a secret, each of which would show in an issue if its value did.
fn wrong() -> Vec<Value> {
    vec![
        json!(PLANTED),
        json!([PLANTED]),
        json!({ "text": PLANTED }),
        json!({ PLANTED: 1 }),
        json!([{ PLANTED: [PLANTED] }]),
        json!(format!("{PLANTED}\u{0}")),
    ]
}

#[test]
fn of_issues_in_requests() {
    for value in wrong() {
        for name in ["newPasswordHash", "newDoubleSha1Hash"] {
            for unknown in [Unknown::Refuse, Unknown::Send] {
                let mut body = json!({});
                body[name] = value.clone();
                let found = build(
                    &contract::SERVICES_UPDATE_PASSWORD,
                    &target(),
                    &password(&body),
                    &[],
                    Checks { unknown, ..Checks::STRICT },
                );
                let issues = found.err().expect("no hash");
                for issue in &issues {
                    assert_hidden(&format!("{issue} {issue:?} {}", issue.message()));
                }
                let error = Error::Request { operation: &contract::SERVICES_UPDATE_PASSWORD, issues };
                assert_hidden(&format!("{error} {error:?}"));
            }
        }
    }
}

#[test]
fn of_a_misspelt_secret() {
    // An unknown property may be a misspelt secret: its value is not shown.
    for name in ["newPaswordHash", "password", "new_password_hash"] {
        for value in wrong().into_iter().chain([json!(7_777_777)]) {
            let mut body = json!({});
            body[name] = value;
            let found = build(&contract::SERVICES_UPDATE_PASSWORD, &target(), &password(&body), &[], Checks::STRICT);
            for issue in found.err().unwrap() {
                assert_hidden(&format!("{issue} {issue:?}"));
                assert!(!issue.to_string().contains("7777777"), "{issue}");
            }
        }
    }
}

#[test]
fn of_issues_in_answers() {
    let service = json!({ "id": ID, "name": "a", "state": "running" });
    for value in wrong().into_iter().filter(|value| !value.is_string()) {
        for answer in [json!({ "service": service, "password": value }), json!({ "password": value })] {
            for text in [answer.to_string(), json!({ "status": 200, "result": answer }).to_string()] {
                for schema in ["CreateServiceResult", "UpdateServicePasswordResult"] {
                    let issues = validate_response(text.as_bytes(), contract::schema(schema)).issues;
                    assert!(!issues.is_empty(), "{schema} {text}");
                    assert_hidden(&format!("{issues:?}"));
                }
            }
        }
    }
}

#[test]
fn of_errors_that_hold_an_answer() {
    let body = json!({ "status": 200, "result": { "password": PLANTED } }).to_string().into_bytes();
    let attempts =
        vec![Attempt { outcome: AttemptOutcome::Status(200), after_ms: 0.0, waited_ms: 0.0, request_id: None }];
    let credentials = CredentialSource::Options;
    let attempt_log =
        AttemptLog { operation: &contract::SERVICES_CREATE, credentials, path: "/v1".to_owned(), attempts };
    let headers = vec![("x-token".to_owned(), PLANTED.to_owned())];
    let response = Rc::new(ResponseParts {
        attempt_log: attempt_log.clone(),
        status: 200,
        headers,
        request_id: None,
        body: body.clone(),
        source: Source::Api,
    });
    let issues = validate_response(&body, contract::schema("CreateServiceResult")).issues;
    let errors = [
        Error::Response { issues, response: response.clone(), ambiguous: true },
        Error::Api { code: None, text: None, response, ambiguous: true, retry_after_ms: None },
        Error::Timeout { timeout_ms: 1.0, attempt_log: attempt_log.clone(), ambiguous: true },
        Error::Caller(std::rc::Rc::new(PLANTED)),
    ];
    for error in errors {
        assert_hidden(&format!("{error} {error:?}"));
    }
}

/// Visits the properties below a schema, with whether they stand in a secret.
fn each_property(schema: &'static Schema, above: &mut Vec<*const Schema>, visit: &mut dyn FnMut(&'static Property)) {
    if above.contains(&std::ptr::from_ref(schema)) {
        return;
    }
    above.push(schema);
    match &schema.kind {
        Kind::Array { items, .. } => each_property(items, above, visit),
        Kind::Union(variants) => variants.iter().for_each(|variant| each_property(variant, above, visit)),
        Kind::Object(object) => {
            for property in object.properties {
                visit(property);
                if !property.schema.secret {
                    each_property(property.schema, above, visit);
                }
            }
            if let AdditionalProperties::Schema(schema) = object.additional {
                each_property(schema, above, visit);
            }
        }
        _ => {}
    }
    above.pop();
}

/// Whether some string stands in a schema.
fn holds_text(schema: &Schema) -> bool {
    match &schema.kind {
        Kind::Text(_) => true,
        Kind::Array { items, .. } => holds_text(items),
        Kind::Union(variants) => variants.iter().any(|variant| holds_text(variant)),
        _ => false,
    }
}

/// Whether a property is named as secrets are.
fn sounds_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let sounds = ["password", "secret", "privatekey", "connectionstring", "uploadurl", "accountkey", "accountfile"];
    sounds.iter().any(|word| name.contains(word))
}

/// Names that sound like secrets and are none.
const NO_SECRETS: &[&str] = &[];

#[test]
fn the_contract_marks_what_is_named_like_a_secret() {
    let mut marked = BTreeSet::new();
    for operation in OPERATIONS {
        let body = operation.body.as_ref().map(|body| body.schema);
        let response = if let ResponseKind::Json(schema) = operation.response { Some(schema) } else { None };
        for schema in [body, response].into_iter().flatten() {
            each_property(schema, &mut Vec::new(), &mut |property| {
                let is_named = sounds_secret(property.name) && holds_text(property.schema);
                assert!(
                    !is_named || property.schema.secret || NO_SECRETS.contains(&property.name),
                    "{}: {} has no x-secret",
                    operation.name,
                    property.name
                );
                if property.schema.secret {
                    marked.insert(property.name);
                }
            });
        }
        // Never in an address.
        for parameter in operation.path_parameters.iter().chain(operation.query_parameters) {
            assert!(!parameter.schema.secret, "{} {}", operation.name, parameter.name);
        }
    }
    // Those that no name gives away.
    for name in ["keySecret", "password", "newPasswordHash", "uploadUrl", "url", "headers", "connectionString"] {
        assert!(marked.contains(name), "{name} of {marked:?}");
    }
}
