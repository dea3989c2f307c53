//! Arbitrary bytes against every kind of schema. Nothing panics, a document that serde_json accepts is never reported
//! as invalid JSON, and the same document reserialized by serde_json has the same issues.
#![no_main]

#[path = "../support/mod.rs"]
mod support;

use clickhouse_cloud::issue::Code;
use clickhouse_cloud::validate::{has_property, redact, strings, texts, validate};
use libfuzzer_sys::fuzz_target;
use support::tables::{RESPONSE, REQUEST};
use support::{SCHEMAS, ended_early, found, parse, paths_lead_somewhere};

fuzz_target!(|bytes: &[u8]| {
    let document = parse(bytes);
    let anew = document.as_ref().map(|document| document.to_string());
    for schema in SCHEMAS {
        for mode in [RESPONSE, REQUEST] {
            let report = validate(bytes, schema, mode, &[]);
            let broken = report.issues.iter().any(|issue| issue.code == Code::Syntax);
            assert!(!broken || (report.issues.len() == 1 && report.warnings.is_empty()));
            for secret in &report.secrets {
                assert!(bytes.get(secret.bytes.clone()).is_some(), "{secret:?} is not in the text");
            }
            let (Some(document), Some(anew)) = (&document, &anew) else { continue };
            assert!(!broken, "valid JSON was called broken");
            paths_lead_somewhere(document, &report.issues);
            let again = validate(anew.as_bytes(), schema, mode, &[]);
            if !ended_early(&report.issues) {
                assert_eq!(found(&report.issues), found(&again.issues), "{mode:?} {anew}");
                assert_eq!(report.warnings.len(), again.warnings.len(), "{mode:?} {anew}");
            }
        }
        let shown = redact(bytes, Some(schema));
        if document.is_some() && !shown.ends_with('…') {
            assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok(), "redacted to what is no JSON: {shown}");
        }
    }
    for range in strings(bytes) {
        assert!(bytes.get(range).is_some());
    }
    if let Ok(text) = str::from_utf8(bytes) {
        let found = texts(text);
        if let Some(serde_json::Value::Array(items)) = &document {
            assert_eq!(found.len(), items.len());
        }
    }
    let has = has_property(bytes, "name");
    if let Some(document) = &document {
        assert_eq!(has, document.get("name").is_some_and(|value| !value.is_null()));
    }
});
