//! Answers: read tolerantly, enveloped or bare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod validate_tables;

use clickhouse_cloud::issue::Step;
use clickhouse_cloud::validate::{Envelope, validate, validate_response};
use validate_tables::*;

const ID: &str = "123e4567-e89b-12d3-a456-426614174000";

#[test]
fn good_answers_have_no_issues() {
    let escaped = GOOD.replace("\"state\"", "\"st\\u0061te\"").replace("\"name\"", "\"n\\u0061m\\u0065\"");
    for json in [GOOD, &GOOD.replace('\n', "\r\n\t "), &format!("\u{feff} {GOOD} \n"), &escaped] {
        table(RESPONSE, &[(&SERVICE, json, &[])]);
    }
    table(
        RESPONSE,
        &[(&SERVICES, &format!("[{GOOD},{GOOD} , {GOOD}]"), &[]), (&SERVICES, " [ ] ", &[]), (&OPEN, "{ }", &[])],
    );
}

#[test]
fn only_types_required_properties_and_two_formats_count() {
    let base = format!(r#""id":"{ID}","createdAt":"2024-01-01t00:00:00.5+01:00""#);
    for rest in [
        r#""name":"","state":"new","tier":"new","minMemoryGb":1,"maxMemoryGb":-5000,"ratio":7.77"#,
        r#""name":"far too long a name","codes":[],"ipAccessList":[{"source":"nowhere"},{"source":"nowhere"}]"#,
        r#""name":"a","password":"short","tags":{},"region":"a","regionId":"b""#,
        r#""name":"a","unknown":{"a":[{"b":"}]"}]},"state":null,"tier":null,"minMemoryGb":null,"ratio":null"#,
        r#""name":"a","codes":null,"ipAccessList":null,"tags":null,"open":null,"anything":null,"choice":null"#,
        r#""name":"a","minMemoryGb":24.0,"maxMemoryGb":1e3,"ratio":1E-2,"tags":{"a":null},"__proto__":1"#,
    ] {
        table(
            RESPONSE,
            &[(&SERVICE, &format!("{{{base},{rest}}}"), &[]), (&SERVICE, &format!("{{{rest},{base}}}"), &[])],
        );
    }
}

#[test]
fn breaches() {
    let missing = [
        ".id required: expected a UUID, received nothing",
        ".name required: expected a string, received nothing",
        ".createdAt required: expected a date and time such as 2024-01-31T12:00:00Z, received nothing",
    ];
    table(
        RESPONSE,
        &[
            (&SERVICE, "{}", &missing),
            (&SERVICE, "[]", &[" type: expected an object, received an array"]),
            (&SERVICES, "null", &[" type: expected an array, received null"]),
            (
                &SERVICES,
                r#"[5,"x"]"#,
                &["[0] type: expected an object, received 5", "[1] type: expected an object, received \"x\""],
            ),
            (&UUID, "\"123\"", &[" format: expected a UUID, received \"123\""]),
            (&UUID, "null", &[" type: expected a UUID, received null"]),
            (
                &TIME,
                "\"2023-02-29T00:00:00Z\"",
                &[" format: expected a date and time such as 2024-01-31T12:00:00Z, received \"2023-02-29T00:00:00Z\""],
            ),
            (&TIER, "1", &[" type: expected a string, received 1"]),
            (&INTEGER, "1.5", &[" type: expected an integer, received 1.5"]),
            (&INTEGER, "1e-1", &[" type: expected an integer, received 1e-1"]),
            (&INTEGER, "\"1\"", &[" type: expected an integer, received \"1\""]),
            (&INTEGER, "true", &[" type: expected an integer, received true"]),
            (&FLAG, "\"true\"", &[" type: expected a boolean or null, received \"true\""]),
            (&FLAG, "0", &[" type: expected a boolean or null, received 0"]),
            (
                &TAGS,
                r#"{"owner":1,"x":{}}"#,
                &[".owner type: expected a string, received 1", ".x type: expected a string, received an object"],
            ),
            (&ENTRIES, "[null]", &["[0] type: expected an object, received null"]),
            (
                &ENTRIES,
                r#"[{"source":null}]"#,
                &["[0].source type: expected an IPv4 or IPv6 address, or a CIDR block, received null"],
            ),
            (&SECRET, "15", &[" type: expected a string, received a number"]),
            (
                &SECRETS,
                r#"[{"owner":1},false]"#,
                &[
                    "[0].owner type: expected a string, received a number",
                    "[1] type: expected an object, received a boolean",
                ],
            ),
        ],
    );
}

#[test]
fn received_is_short() {
    let long = "ab\"\\\n\u{1}é".repeat(100);
    let json = serde_json::to_string(&long).unwrap();
    // Of an answer no part of a long text: it may echo a secret, of which a part would not be found.
    let expected = format!(" type: expected a boolean or null, received a string of {} bytes", json.len() - 2);
    assert_eq!(lines(&json, &FLAG, RESPONSE)[0], expected);
    let expected = r#" type: expected a boolean or null, received "ab\"\\\n\u0001éab\"\\\n\u0001éab\"\\\n\u0001éab\"\\\n\u0001éab\"\\\n\u0001éab\"\\\n…""#;
    assert_eq!(lines(&json, &FLAG, REQUEST)[0], expected);
    let shown = &lines(&"7".repeat(1000), &FLAG, RESPONSE)[0];
    assert_eq!(shown, &format!(" type: expected a boolean or null, received {}…", "7".repeat(40)));
}

#[test]
fn unions_fit_if_any_variant_does() {
    let uuid = format!("\"{ID}\"");
    table(
        RESPONSE,
        &[
            (&CHOICE, &uuid, &[]),
            (&CHOICE, r#"{"type":"whatever","port":1}"#, &[]),
            (&CHOICE, r#"{"user":"x","host":"y","type":"beta"}"#, &[]),
            (
                &CHOICE,
                r#"{"type":"beta"}"#,
                &[
                    ".host required: expected a string, received nothing",
                    ".user required: expected a string, received nothing",
                ],
            ),
            (&CHOICE, r#"{"type":"alpha","port":"x"}"#, &[".port type: expected an integer, received \"x\""]),
            (&CHOICE, "[]", &[" union: expected an object or a UUID, received an array"]),
            (&CHOICE, "\"x\"", &[" format: expected a UUID, received \"x\""]),
        ],
    );
}

#[test]
fn references_that_say_more_than_their_target_may_stand_deep() {
    let mut json = "{}".to_owned();
    for _ in 0..20 {
        json = format!(r#"{{"next":{json}}}"#);
    }
    assert_eq!(lines(&json, &CHAIN, RESPONSE), [""; 0]);
    assert_eq!(lines(&json.replace("{}", "null"), &CHAIN, REQUEST), [""; 0]);
    let path = ".next".repeat(20);
    let expected = format!("{path} type: expected an object or null, received 7");
    assert_eq!(lines(&json.replace("{}", "7"), &CHAIN, RESPONSE), [expected]);
}

#[test]
fn duplicates_are_judged_by_the_last() {
    table(
        RESPONSE,
        &[
            (&ENTRY, r#"{"source":1,"source":"a"}"#, &[]),
            (
                &ENTRY,
                r#"{"source":"a","source":1}"#,
                &[".source type: expected an IPv4 or IPv6 address, or a CIDR block, received 1"],
            ),
            (
                &ENTRY,
                r#"{"source":1,"description":2,"sour\u0063e":"a"}"#,
                &[".description type: expected a string, received 2"],
            ),
            (&TAGS, r#"{"x":1,"y":2,"x":"a"}"#, &[".y type: expected a string, received 2"]),
            (
                &TREE,
                r#"{"child":{"child":1},"children":[3],"child":{}}"#,
                &[".children[0] type: expected an object, received 3"],
            ),
        ],
    );
}

#[test]
fn names_are_found_in_any_order() {
    // The same strange names again and again, and the same name known in one object and unknown in the next.
    let mut members: Vec<String> = (0..300).map(|index| format!(r#""unknown{index}":{index}"#)).collect();
    members.extend([r#""owner":"x""#, r#""known":1"#, r#""child":1"#].map(str::to_owned));
    let tree = format!("{{{}}}", members.join(","));
    let expected: Vec<String> =
        (0..5).map(|index| format!(".children[{index}].child type: expected an object, received 1")).collect();
    let json = format!(r#"{{"children":[{}]}}"#, [tree.as_str(); 5].join(","));
    assert_eq!(lines(&json, &TREE, RESPONSE), expected);
}

fn answer(json: &str) -> (Envelope, Vec<String>) {
    let envelope = validate_response(json.as_bytes(), Some(&SERVICES));
    let lines = show(&envelope.issues);
    (envelope, lines)
}

#[test]
fn envelopes() {
    let good = format!("[{GOOD}]");
    let name = r#"[{"name":1}]"#;
    let breach = ".result[0].name type: expected a string, received 1";
    let id = Some("r\n1");
    for (json, enveloped, request_id, line, result) in [
        (format!(r#"{{"status":200,"requestId":"r\n1","result":{good}}}"#), true, id, "", Some(good.as_str())),
        (format!(r#" {{"result": {name} , "requestId":"x","requestId":"r\u000a1"}} "#), true, id, breach, Some(name)),
        (format!(r#"{{"result":{name},"r\u0065sult":{good}}}"#), true, None, "", Some(&good)),
        (format!(r#"{{"result":{good},"result":{name},"requestId":7}}"#), true, None, breach, Some(name)),
        (format!(r#"{{"requestId":"a","requestId":null,"result":{good}}}"#), true, None, "", Some(&good)),
        (format!(r#"{{"status":"x","result":{good},"more":{{"result":1}}}}"#), true, None, "", Some(&good)),
        (
            r#"{"status":200,"requestId":"r\n1"}"#.into(),
            true,
            id,
            ".result required: expected an array, received nothing",
            None,
        ),
        (r#"{"result":null}"#.into(), true, None, ".result type: expected an array, received null", Some("null")),
        (good.clone(), false, None, "", Some(&good)),
        (format!("\u{feff}{name}\n"), false, None, breach, Some(name)),
        (
            r#"{"status":"done","requestId":"x"}"#.into(),
            false,
            None,
            ".result type: expected an array, received an object",
            Some(r#"{"status":"done","requestId":"x"}"#),
        ),
        (
            r#"{"status":200,"status":"done"}"#.into(),
            false,
            None,
            ".result type: expected an array, received an object",
            Some(r#"{"status":200,"status":"done"}"#),
        ),
        ("{}".into(), false, None, ".result type: expected an array, received an object", Some("{}")),
        ("7".into(), false, None, ".result type: expected an array, received 7", Some("7")),
    ] {
        let (envelope, lines) = answer(&json);
        assert_eq!((envelope.enveloped, envelope.request_id.as_deref()), (enveloped, request_id), "{json}");
        assert_eq!(lines.first().map_or("", String::as_str), line, "{json}");
        assert_eq!(envelope.result.and_then(|range| json.get(range)), result, "{json}");
    }
}

#[test]
fn nothing_is_asked_of_an_answer_without_a_result() {
    for (json, id) in [
        (r#"{"status":200,"requestId":"x"}"#, Some("x")),
        ("", None),
        ("[1", None),
        (r#"{"requestId":"x"}"#, None),
        ("{]", None),
    ] {
        let envelope = validate_response(json.as_bytes(), None);
        assert_eq!((envelope.request_id.as_deref(), envelope.issues.len()), (id, 0), "{json}");
    }
}

#[test]
fn every_path_begins_with_the_root() {
    let root = [Step::Key("body".into()), Step::Index(2)];
    let report = validate(br#"{"source":1}"#, &ENTRY, REQUEST, &root);
    assert_eq!(path(&report.issues[0].path), ".body[2].source");
    assert_eq!(path(&validate(b"{", &ENTRY, REQUEST, &root).issues[0].path), ".body[2]");
}
