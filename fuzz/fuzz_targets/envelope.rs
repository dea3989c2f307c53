//! Arbitrary bytes as a response of the API. Whether it is enveloped, its request id and the position of its result
//! agree with serde_json's reading, and the result has the same issues as when it is checked alone.
#![no_main]

#[path = "../support/mod.rs"]
mod support;

use clickhouse_cloud::contract::Schema;
use clickhouse_cloud::issue::Step;
use clickhouse_cloud::validate::{redact_response, validate, validate_response};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use support::tables::{RESPONSE, CHOICE, FLAG, OPEN, SECRETS, SERVICE, SERVICES, TREE};
use support::{ended_early, found, parse};

static RESULTS: [&Schema; 7] = [&SERVICE, &SERVICES, &TREE, &CHOICE, &OPEN, &SECRETS, &FLAG];

fuzz_target!(|bytes: &[u8]| {
    let document = parse(bytes);
    check(bytes, document.as_ref(), None);
    for schema in RESULTS {
        check(bytes, document.as_ref(), Some(schema));
        let _ = redact_response(bytes, Some(schema));
    }
});

fn check(bytes: &[u8], document: Option<&Value>, schema: Option<&'static Schema>) {
    let envelope = validate_response(bytes, schema);
    let result = envelope.result.clone().map(|range| bytes.get(range).expect("the result stands in the answer"));
    let Some(document) = document else { return };
    // If the check ended early, only the issues are known.
    if ended_early(&envelope.issues) {
        return;
    }
    let numeric = document.get("status").is_some_and(Value::is_number);
    let enveloped = document.is_object() && (numeric || document.get("result").is_some());
    assert_eq!(envelope.enveloped, enveloped);
    let id = document.get("requestId").and_then(Value::as_str).filter(|_| enveloped);
    assert_eq!(envelope.request_id.as_deref(), id);
    let expected = if enveloped { document.get("result") } else { Some(document) };
    assert_eq!(result.map(|text| serde_json::from_slice(text).expect("the result is JSON")).as_ref(), expected);
    match (schema, result) {
        (None, _) => assert!(envelope.issues.is_empty()),
        (Some(_), None) => assert_eq!(found(&envelope.issues), [".result required"]),
        (Some(schema), Some(text)) => {
            let alone = validate(text, schema, RESPONSE, &[Step::Key("result".into())]);
            assert_eq!(found(&envelope.issues), found(&alone.issues));
        }
    }
}
