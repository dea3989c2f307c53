//! Texts that are not JSON, or want to be the end of us.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod validate_tables;

use clickhouse_cloud::contract::Schema;
use clickhouse_cloud::issue::Code;
use clickhouse_cloud::validate::{validate, validate_response};
use proptest::prelude::*;
use validate_tables::*;

const SCHEMAS: [&Schema; 7] = [&SERVICE, &SERVICES, &TREE, &CHOICE, &ANYTHING, &SECRETS, &INTEGER];

/// Runs everything over the bytes; the test is that it ends.
fn survive(bytes: &[u8]) {
    for schema in SCHEMAS {
        for mode in [RESPONSE, REQUEST] {
            let found = validate(bytes, schema, mode, &[]);
            let broken = found.issues.iter().any(|issue| issue.code == Code::Syntax);
            assert!(!broken || (found.issues.len() == 1 && found.warnings.is_empty()));
        }
        let _ = validate_response(bytes, Some(schema));
    }
    let _ = validate_response(bytes, None);
}

/// One a line; the first two are nothing and a space.
const BROKEN: &str = "
 
\u{feff}
{
}
[
]
[1
[1,
[1,]
[,1]
[1 2]
[] x
{,}
{\"a\"
{\"a\":
{\"a\":1
{\"a\":1,
{\"a\":1,}
{\"a\" 1}
{\"known\":}
{\"known\" true}
{a:1}
{1:1}
{} {}
\"
\"a
\"a\\
\"a\\\"
tru
nul
nulll
truefalse
-
--1
+1
.5
1.
1e
1e+
01
0x10
1 2
'a'
undefined
NaN
Infinity
\u{0}
<html>";

#[test]
fn what_is_noticed() {
    for json in BROKEN.split('\n') {
        // Where an object or a list is skipped unread, what is broken inside it is left to the host.
        let schemas: &[&'static Schema] = match json.as_bytes().first() {
            Some(b'{') => &[&OPEN],
            Some(b'[') => &[&SERVICES],
            _ => &[&OPEN, &SERVICES, &ANYTHING, &INTEGER, &CHOICE],
        };
        for schema in schemas {
            for mode in [RESPONSE, REQUEST] {
                let found = validate(json.as_bytes(), schema, mode, &[]);
                let codes: Vec<_> = found.issues.iter().map(|issue| issue.code).collect();
                assert_eq!(codes, [Code::Syntax], "{json:?}");
            }
        }
        survive(json.as_bytes());
    }
    let issue = &validate(b"{\"known\":tru}", &OPEN, RESPONSE, &[]).issues[0];
    assert_eq!(issue.message(), "expected JSON, received something else at byte 9");
    assert_eq!(
        show(&validate_response(b"", Some(&OPEN)).issues),
        [".result syntax: expected JSON, received something else at byte 0"]
    );
}

#[test]
fn every_beginning_of_a_document() {
    let good = format!(r#"{{"status":200,"requestId":"a\u00e9","result":[{GOOD}]}}"#);
    for end in 0..good.len() {
        survive(&good.as_bytes()[..end]);
        let envelope = validate_response(&good.as_bytes()[..end], Some(&SERVICES));
        assert_eq!(envelope.issues.len(), 1, "{end}");
        assert_eq!((envelope.issues[0].code, envelope.request_id), (Code::Syntax, None));
    }
    assert!(validate_response(good.as_bytes(), Some(&SERVICES)).issues.is_empty());
}

#[test]
fn depth_takes_no_stack() {
    // On the small stack of a wasm instance.
    let deep = 100_000;
    let run = move || {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"x\":[", "]}]")] {
            let nested = format!("{}1{}", open.repeat(deep), close.repeat(deep));
            for json in
                [nested.clone(), format!("{{\"open\":{nested},\"x\":{nested}}}"), open.repeat(deep), close.repeat(deep)]
            {
                survive(json.as_bytes());
            }
            assert!(lines(&nested, &ANYTHING, REQUEST).is_empty());
        }
        for (open, close) in [("{\"child\":", "}"), ("{\"children\":[", "]}")] {
            let nested = format!("{}{{}}{}", open.repeat(deep), close.repeat(deep));
            survive(nested.as_bytes());
            assert_eq!(validate(nested.as_bytes(), &TREE, RESPONSE, &[]).issues[0].code, Code::Depth);
        }
        let path =
            &validate(format!("{}7{}", "{\"child\":".repeat(64), "}".repeat(64)).as_bytes(), &TREE, REQUEST, &[])
                .issues[0]
                .path;
        assert_eq!(path.len(), 64);
    };
    let stack = if cfg!(debug_assertions) { 512 } else { 64 } * 1024;
    std::thread::Builder::new().stack_size(stack).spawn(run).unwrap().join().unwrap();
}

#[test]
fn unions_inside_unions_end() {
    let nested = |deep: usize| format!("{}{{\"leaf\":5}}{}", "{\"either\":".repeat(deep), "}".repeat(deep));
    for deep in [1, 7, 8, 9, 63, 100] {
        survive(nested(deep).as_bytes());
    }
    assert!(lines(&nested(30), &TREE, RESPONSE)[0].contains(" depth: expected a value nested less deep"));
}

#[test]
fn issues_do_not_fill_the_memory() {
    let items = format!("[{}1]", "1,".repeat(100_000));
    let members: Vec<String> = (0..20_000).map(|index| format!("\"x{index}\":1")).collect();
    let map = format!("{{{}}}", members.join(","));
    for (json, schema) in [(&items, &SERVICES), (&map, &TAGS), (&map, &ENTRY)] {
        assert_eq!(report(json, schema, REQUEST).issues.len(), 1_000);
        survive(json.as_bytes());
    }
    assert_eq!(validate_response(items.as_bytes(), Some(&SERVICES)).issues.len(), 1_000);
    assert!(validate_response(map.as_bytes(), Some(&OPEN)).issues.is_empty());
}

#[test]
fn strange_texts() {
    for json in [
        &b"{\"\\ud800\":1,\"id\":\"\\udc00\\ud800\"}"[..],
        b"{\"\xff\xfe\":1,\"id\":\"\xc3\"}",
        b"[\"\\uZZZZ\\u12\\u\\q\"]",
        b"{\"name\":\"\\ud83d\"}",
        b"{\"name\":\"\\ud83d\\u0041\\ud83d\\\"\"}",
        b"\"\\u00\xe9\xe9\"",
        b"1e999999999999999999999999",
        b"-1E-999999999999999999999",
        b"123456789012345678901234567890123456789012345678901234567890",
    ] {
        survive(json);
        for schema in [&NAME, &CODE, &RATIO, &MEMORY, &TAGS, &FLAG] {
            let _ = validate(json, schema, REQUEST, &[]);
        }
    }
    assert!(lines("1e999999999999", &INTEGER, REQUEST).is_empty());
    assert_eq!(lines("1e999999999999", &RATIO, REQUEST).len(), 1);
    assert_eq!(lines("\"\\ud800\"", &NAME, REQUEST).len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn corrupted(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4), 1..8)) {
        let mut bytes = format!(r#"{{"status":200,"requestId":"x","result":[{GOOD},{GOOD}]}}"#).into_bytes();
        for (index, byte, kind) in changes {
            let index = index.index(bytes.len().max(1));
            let nasty = b"{}[]\",:\\0-e.tn \xff"[usize::from(byte % 16)];
            match kind {
                0 => bytes.truncate(index.max(1)),
                1 => drop(bytes.remove(index)),
                2 => bytes.insert(index, nasty),
                _ => bytes[index] = byte,
            }
            if bytes.is_empty() {
                break;
            }
        }
        survive(&bytes);
    }

    #[test]
    fn soup(bytes in prop::collection::vec(prop::sample::select(&b"{}[]\"\",:\\u0-1.e tfn\xc3adi"[..]), 0..60)) {
        survive(&bytes);
    }

    #[test]
    fn noise(bytes: Vec<u8>) {
        survive(&bytes);
    }
}
