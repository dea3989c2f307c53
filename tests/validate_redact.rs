//! What logs may show of a body: nothing that the contract marks as secret, and nothing that it does not know.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod validate_tables;

use clickhouse_cloud::contract::{self, ResponseKind, Schema};
use clickhouse_cloud::validate::{redact, redact_response};
use proptest::prelude::*;
use serde_json::{Value, json};
use validate_tables::*;

fn shown(json: &str, schema: &'static Schema) -> String {
    redact(json.as_bytes(), Some(schema))
}

#[test]
fn what_is_shown() {
    for (schema, json, expected) in [
        (
            &SERVICES,
            r#"[{"id":"a","idle":null,"ratio":0.50,"open":{"known":true}}]"#,
            r#"[{"id":"a","idle":null,"ratio":0.50,"open":{"known":true}}]"#,
        ),
        (&SERVICE, "{ \"name\" : \"a\\u0062\\n\" }\n", r#"{"name":"ab\n"}"#),
        (
            &SERVICE,
            r#"{"password":"x","name":"y","password":null}"#,
            r#"{"password":"[secret]","name":"y","password":"[secret]"}"#,
        ),
        (&SERVICE, r#"{"passw\u006frd":["x"]}"#, r#"{"password":"[secret]"}"#),
        (&SERVICE, r#"{"pasword":"abcd"}"#, r#"{"[unknown]":"[unknown, a string of 6 bytes]"}"#),
        (
            &SERVICE,
            r#"{"anything":{"a":1},"open":{"x":[1]}}"#,
            r#"{"anything":"[unknown, an object of 7 bytes]","open":{"[unknown]":"[unknown, an array of 3 bytes]"}}"#,
        ),
        (
            &SERVICE,
            r#"{"name":{"a":1},"tags":{"any":"thing"}}"#,
            r#"{"name":"[unknown, an object of 7 bytes]","tags":{"any":"thing"}}"#,
        ),
        (&SECRETS, r#"[{"owner":"me"}]"#, r#""[secret]""#),
        // Whichever alternative was meant: one of them is secret.
        (&KEY, r#"{"type":"alpha"}"#, r#""[secret]""#),
        (
            &CHOICE,
            r#"{"type":"beta","port":1,"host":"h","x":true}"#,
            r#"{"type":"beta","port":1,"host":"h","[unknown]":"[unknown, a boolean of 4 bytes]"}"#,
        ),
        (&RATIO, "1e5", "1e5"),
    ] {
        assert_eq!(shown(json, schema), expected);
    }
    assert_eq!(redact(b"[1]", None), r#""[unknown, an array of 3 bytes]""#);
}

#[test]
fn what_is_no_json_is_not_shown() {
    for (text, expected) in [
        ("", "[0 bytes, no JSON]"),
        ("<html>", "[6 bytes, no JSON]"),
        ("{", "[1 byte, no JSON]"),
        (r#"{"name":"a"} "#, r#"{"name":"a"}"#),
        (r#"{"name":"a"} x"#, "[14 bytes, no JSON]"),
        (r#"{"name":"a","x"}"#, "[16 bytes, no JSON]"),
    ] {
        assert_eq!(shown(text, &SERVICE), expected);
    }
}

#[test]
fn answers_enveloped_and_bare() {
    for (answer, expected) in [
        (
            r#"{"status":200,"requestId":"r","result":{"name":"a","password":"b"}}"#,
            r#"{"name":"a","password":"[secret]"}"#,
        ),
        (r#"{"name":"a","password":"b"}"#, r#"{"name":"a","password":"[secret]"}"#),
        (r#"{"status":400,"error":"b"}"#, "[no result]"),
        (r#"{"status":200,"result":{"name":"a"}"#, "[35 bytes, no JSON]"),
    ] {
        assert_eq!(redact_response(answer.as_bytes(), Some(&SERVICE)), expected);
    }
}

#[test]
fn what_is_long_or_deep_ends() {
    let long = json!({ "name": "é".repeat(100_000), "password": "x" }).to_string();
    let text = shown(&long, &SERVICE);
    assert!(text.len() < 4_200 && text.ends_with('…'), "{}", text.len());
    let many = format!("[{}]", vec![r#"{"name":"a"}"#; 10_000].join(","));
    assert!(shown(&many, &SERVICES).len() < 4_200);
    let deep = format!("{}{{}}{}", "{\"child\":".repeat(100_000), "}".repeat(100_000));
    assert!(shown(&deep, &TREE).contains("[unknown, an object of"));
}

/// The first place of a secret in the real contract: the way to it as a document around a value.
fn around(schema: &Schema, value: &str, depth: usize) -> Option<String> {
    use clickhouse_cloud::contract::{AdditionalProperties, Kind};
    if schema.secret {
        return Some(value.to_owned());
    }
    match &schema.kind {
        _ if depth > 8 => None,
        Kind::Array { items, .. } => around(items, value, depth + 1).map(|inner| format!("[{inner},{inner}]")),
        Kind::Union(variants) => variants.iter().find_map(|variant| around(variant, value, depth + 1)),
        Kind::Object(object) => {
            let mut members: Vec<String> = Vec::new();
            for property in object.properties {
                let inner = around(property.schema, value, depth + 1);
                members.extend(inner.map(|inner| format!("\"{}\":{inner}", property.name)));
            }
            if let AdditionalProperties::Schema(schema) = object.additional {
                members.extend(around(schema, value, depth + 1).map(|inner| format!("\"any\":{inner}")));
            }
            (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
        }
        _ => None,
    }
}

#[test]
fn every_secret_of_the_contract_is_left_out() {
    let mut found = 0;
    for operation in contract::OPERATIONS {
        let body = operation.body.as_ref().map(|body| body.schema);
        let answer = if let ResponseKind::Json(schema) = operation.response { Some(schema) } else { None };
        for (schema, answer) in [(body, false), (answer, true)] {
            let Some(schema) = schema else { continue };
            let Some(document) = around(schema, "\"hunter2\"", 0) else { continue };
            found += 1;
            let text = redact(document.as_bytes(), Some(schema));
            assert!(text.contains("[secret]") && !text.contains("hunter2"), "{}: {text}", operation.name);
            let enveloped = format!(r#"{{"status":200,"result":{document}}}"#);
            let text = redact_response(enveloped.as_bytes(), Some(schema));
            assert!(!answer || text.contains("[secret]") && !text.contains("hunter2"), "{}: {text}", operation.name);
        }
    }
    assert!(found >= 3, "{found}");
}

/// As JSON, each letter as it is or escaped.
fn written(text: &str, escaped: bool) -> String {
    match escaped {
        true => format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>()),
        false => Value::from(text).to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever a secret stands, however it is written, and wherever the text ends.
    #[test]
    fn no_secret_is_shown(
        // No word that is shown has these letters.
        secret in "[QXZ]{6,12}[ -~é\u{1F40E}]{0,3}",
        (escaped, name_escaped) in (any::<bool>(), any::<bool>()),
        shape in 0..5,
        place in 0..10,
        end in any::<prop::sample::Index>(),
        cut in prop::bool::weighted(0.3),
    ) {
        let text = written(&secret, escaped);
        let name = written("password", name_escaped);
        let value = match shape {
            0 => text.clone(),
            1 => format!("[{text},[{text}]]"),
            2 => format!("{{\"owner\":{text},{text}:1}}"),
            3 => format!("[{{\"type\":{text}}}]"),
            _ => format!(" \n{text} "),
        };
        let (schema, document): (&'static Schema, String) = match place {
            0 => (&SERVICE, format!("{{\"name\":\"a\",{name}:{value}}}")),
            1 => (&SERVICE, format!("{{{name}:{value},\"name\":\"a\",{name}:{value}}}")),
            2 => (&SERVICES, format!("[{{}},{{{name}:{value}}},{{\"password\":1,{name}:{value}}}]")),
            3 => (&KEY, value),
            4 => (&SECRETS, format!("[{value}]")),
            5 => (&SERVICE, format!("{{\"unheard\":{value},\"open\":{{\"of\":{value}}}}}")),
            6 => (&SERVICE, format!("{{\"name\":[{value}],\"anything\":{value}}}")),
            7 => (&VAULT, format!("{{\"any\":{value},{name}:{value}}}")),
            8 => (&RACK, format!("[{value},{{\"type\":\"alpha\",\"port\":1}}]")),
            _ => (&SERVICE, format!("{{{text}:1}}")),
        };
        let mut bytes = document.clone().into_bytes();
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        let letters = &secret[..6];
        for text in [redact(&bytes, Some(schema)), redact_response(&bytes, Some(schema)), redact(&bytes, None)] {
            prop_assert!(!text.contains(letters), "{document}: {text}");
            prop_assert!(cut || serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }

    /// On any bytes it ends.
    #[test]
    fn soup(bytes in prop::collection::vec(prop::sample::select(&b"{}[]\"\",:\\u0-1.e tfn\xc3adi"[..]), 0..60)) {
        let _ = redact(&bytes, Some(&SERVICE));
        let _ = redact_response(&bytes, Some(&SERVICES));
    }
}
