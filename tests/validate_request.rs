//! Requests: every rule, every issue at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod validate_tables;

use clickhouse_cloud::contract::{self, Kind, Schema};
use clickhouse_cloud::validate::{Mode, Unknown};
use validate_tables::*;

const ID: &str = r#""id":"123e4567-e89b-12d3-a456-426614174000""#;

/// A service with what every one needs, and more.
fn service(more: &str) -> String {
    format!(r#"{{{ID},"name":"a","createdAt":"2024-01-01T00:00:00Z",{more}}}"#)
}

#[test]
fn good_requests_have_no_issues() {
    let report = report(GOOD, &SERVICE, REQUEST);
    assert_eq!((report.issues, report.warnings), Default::default());
    // What is secret is found, so that it can be left out wherever the request is shown.
    let secrets: Vec<_> = report.secrets.iter().map(|secret| (secret.name, &GOOD[secret.bytes.clone()])).collect();
    assert_eq!(secrets, [("password", "correct horse battery")]);
}

#[test]
fn values() {
    table(
        REQUEST,
        &[
            (&NAME, "\"\"", &[" length: expected at least 1 character, received \"\""]),
            (&NAME, "\"12345678901\"", &[" length: expected at most 10 characters, received \"12345678901\""]),
            (&NAME, "\"ééééé😀\\ud83d\\ude00\\u00e9\\ud800\\n\"", &[]),
            (&SECRET, "\"short\"", &[" length: expected at least 12 characters, received a string"]),
            (&UUID, "\"x\"", &[" format: expected a UUID, received \"x\""]),
            (
                &ADDRESS,
                "\"10.0.0.0/33\"",
                &[" format: expected an IPv4 or IPv6 address, or a CIDR block, received \"10.0.0.0/33\""],
            ),
            (&CODE, "\"abc\"", &[]),
            (&CODE, "\"a\\u0062c\"", &[]),
            (&CODE, "\"\"", &[" pattern: expected text that matches ^[a-z]+$, received \"\""]),
            (&CODE, "\"ab1\"", &[" pattern: expected text that matches ^[a-z]+$, received \"ab1\""]),
            (&CODE, "\"é\"", &[" pattern: expected text that matches ^[a-z]+$, received \"é\""]),
            (&TIER, "\"production\"", &[]),
            (&TIER, "\"pr\\u006fduction\"", &[]),
            (
                &TIER,
                "\"prodution\"",
                &[
                    " enum: expected one of \"development\", \"production\", received \"prodution\": did you mean production?",
                ],
            ),
            (&TIER, "7", &[" type: expected one of \"development\", \"production\", received 7"]),
            (&MEMORY, "24", &[]),
            (&MEMORY, "2.4e1", &[]),
            (&MEMORY, "36.5", &[" type: expected an integer, received 36.5"]),
            (&MEMORY, "30", &[" step: expected a multiple of 12, received 30"]),
            (
                &MEMORY,
                "13",
                &[" minimum: expected at least 24, received 13", " step: expected a multiple of 12, received 13"],
            ),
            (&MEMORY, "372", &[" maximum: expected at most 360, received 372"]),
            (&RATIO, "0.3", &[]),
            (&RATIO, "0.7", &[]),
            (&RATIO, "0", &[" minimum: expected more than 0, received 0"]),
            (
                &RATIO,
                "1.0001",
                &[
                    " maximum: expected at most 1, received 1.0001",
                    " step: expected a multiple of 0.1, received 1.0001",
                ],
            ),
            (&FLAG, "null", &[]),
            (&INTEGER, "null", &[" type: expected an integer, received null"]),
        ],
    );
}

#[test]
fn lists() {
    table(
        REQUEST,
        &[
            (&CODES, "[]", &[" count: expected at least 1 item, received an empty array"]),
            (&CODES, r#"["a","b","c","d"]"#, &[" count: expected at most 3 items, received 4 items"]),
            (&CODES, r#"["a","b","\u0061"]"#, &["[2] duplicate: expected an item that stands once, received \"a\""]),
            (
                &ENTRIES,
                r#"[{"source":"::"},{ "source" : "\u003a:" },{"source":"::","description":""}]"#,
                &["[1] duplicate: expected an item that stands once, received an object"],
            ),
        ],
    );
}

#[test]
fn objects() {
    table(
        REQUEST,
        &[
            (&TAGS, "{}", &[" count: expected at least 1 property, received an empty object"]),
            (
                &TAGS,
                r#"{"a":"1","b":"2","c":"3","owner":"4"}"#,
                &[" count: expected at most 3 properties, received 4 properties"],
            ),
            (&TAGS, r#"{"a":"1","b":"2","a":"3","b":"4"}"#, &[]),
            (&TAGS, r#"{"a":null}"#, &[".a type: expected a string, received null"]),
            (&ENTRY, r#"{"source":"::","description":null}"#, &[".description type: expected a string, received null"]),
            (
                &ENTRY,
                r#"{"source":"::","sourc":{"a":"b"}}"#,
                &[".sourc unknown: expected a known property, received an object: did you mean source?"],
            ),
            (
                &ENTRY,
                r#"{"source":"::","key":"hunter2"}"#,
                &[".key unknown: expected a known property, received a string"],
            ),
            (
                &ENTRY,
                r#"{"source":"::","__proto__":{}}"#,
                &[".__proto__ unknown: expected a known property, received an object"],
            ),
            (&OPEN, r#"{"any":{"thing":[]}}"#, &[]),
            (
                &SECRETS,
                r#"[{"owner":""},{"x":"a long long long tale"}]"#,
                &[
                    "[0].owner length: expected at least 1 character, received a string",
                    "[1].x length: expected at most 10 characters, received a string",
                ],
            ),
        ],
    );
    let send = Mode::Request { unknown: Unknown::Send };
    table(
        send,
        &[
            (&ENTRY, r#"{"sourc":1,"source":"::"}"#, &[]),
            (
                &ENTRY,
                r#"{"sourc":1}"#,
                &[".source required: expected an IPv4 or IPv6 address, or a CIDR block, received nothing"],
            ),
        ],
    );
}

#[test]
fn rules() {
    let region = r#""region":"eu""#;
    let rows: &[(&str, &[&str])] = &[
        (
            r#""minMemoryGb":48,"maxMemoryGb":24,"region":"eu""#,
            &[".minMemoryGb rule: expected at most maxMemoryGb (24), received 48"],
        ),
        (r#""maxMemoryGb":48,"minMemoryGb":48,"region":"eu""#, &[]),
        (r#""minMemoryGb":48,"region":"eu""#, &[]),
        (r#""region":"eu","regionId":"us""#, &[".regionId rule: expected nothing beside region, received \"us\""]),
        (r#""idle":true"#, &[".region required: expected at least one of region, regionId, ratio, received nothing"]),
        (r#""region":"eu","tier":"development""#, &[]),
        (
            r#""tier":"development","minMemoryGb":24,"maxMemoryGb":24,"region":"eu""#,
            &[
                ".minMemoryGb rule: expected nothing when tier is \"development\", received 24",
                ".maxMemoryGb rule: expected nothing when tier is \"development\", received 24",
            ],
        ),
        (r#""tier":"development","minMemoryGb":24,"tier":"production","region":"eu""#, &[]),
    ];
    for (more, expected) in rows {
        table(REQUEST, &[(&SERVICE, &service(more), expected)]);
    }
    table(RESPONSE, &[(&SERVICE, &service(&format!(r#"{region},"regionId":"x""#)), &[])]);
}

#[test]
fn an_unknown_value_of_an_open_list_is_a_warning() {
    let found = report(&service(r#""region":"eu","state":"runing""#), &SERVICE, REQUEST);
    assert!(found.issues.is_empty());
    assert_eq!(
        show(&found.warnings),
        [".state enum: expected one of \"running\", \"stopped\", received \"runing\": did you mean running?"]
    );
    let again = report(&service(r#""region":"eu","state":"x","state":"stopped""#), &SERVICE, REQUEST);
    assert_eq!(again, Default::default());
}

#[test]
fn a_format_and_a_pattern_complain_once() {
    table(REQUEST, &[(&STRICT, "\"a\"", &[" format: expected a UUID, received \"a\""])]);
}

#[test]
fn numbers_may_be_listed() {
    let expected = |received: &str| format!(" enum: expected 0 or 6 or 12, received {received}");
    for good in ["0", "6.0", "1.2e1"] {
        assert_eq!(lines(good, &HOUR, REQUEST), [""; 0], "{good}");
    }
    for bad in ["7", "-6", "6.5"] {
        assert_eq!(lines(bad, &HOUR, REQUEST), [expected(bad)]);
        // A response may bring new ones.
        assert_eq!(lines(bad, &HOUR, RESPONSE), [""; 0]);
    }
    assert_eq!(lines("\"6\"", &HOUR, RESPONSE), [" type: expected a number, received \"6\""]);
}

#[test]
fn of_many_values_only_the_first_are_named() {
    let [line] = &lines("\"x\"", &LETTER, REQUEST)[..] else { panic!("one issue") };
    assert!(line.contains(r#"one of "a", "b""#) && line.contains(r#""t" and 3 more, received "x""#), "{line}");
}

#[test]
fn a_discriminator_that_names_no_variant_is_the_only_issue() {
    let expected = r#"expected one of "alpha", "beta", received"#;
    for (json, line) in [
        (r#"{"type":"betta","port":true}"#, format!(".type enum: {expected} \"betta\": did you mean beta?")),
        (r#"{"port":1}"#, format!(".type required: {expected} nothing")),
        (r#"{"type":7}"#, format!(".type type: {expected} 7")),
    ] {
        assert_eq!(lines(json, &CHOICE, REQUEST), [line]);
    }
    // The service may have got another variant; but one that names itself is held to what it is.
    assert_eq!(lines(r#"{"type":"gamma"}"#, &CHOICE, RESPONSE), [""; 0]);
    assert_eq!(
        lines(r#"{"type":"alpha"}"#, &CHOICE, RESPONSE),
        [".port required: expected an integer, received nothing"]
    );
}

#[test]
fn the_nearest_variant_is_named_where_nothing_else_tells_them_apart() {
    static NEAR: Schema =
        Schema { kind: Kind::Union(&[contract::TAG, contract::IP_ACCESS_LIST_ENTRY]), nullable: false, secret: false };
    let lines = lines(r#"{"source":"x"}"#, &NEAR, REQUEST);
    let expected = "an IPv4 or IPv6 address, or a CIDR block";
    assert_eq!(
        lines,
        [format!(
            ".source format: expected {expected}, received \"x\": read as the nearest of 2 alternatives, with source"
        )]
    );
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    let secrets = |json: &str, schema| {
        let report = report(json, schema, REQUEST);
        assert!(report.issues.is_empty(), "{:?}", report.issues);
        report.secrets.iter().map(|secret| (secret.name, json[secret.bytes.clone()].to_owned())).collect::<Vec<_>>()
    };
    let long = "correct horse battery";
    let value = |text: &str| ("value", text.to_owned());
    assert_eq!(
        secrets(&format!(r#"{{ "a" : "{long}", "b":"{long}1"}}"#), &VAULT),
        [value(long), value(&format!("{long}1"))]
    );
    assert_eq!(secrets(&format!(r#"[ "{long}" , {{"type":"alpha","port":1}}]"#), &RACK), [value(long)]);
    // Once, although the first variant has read it too; and a secret object as a whole.
    let headers = format!(r#"{{"x":"{long}"}}"#);
    assert_eq!(
        secrets(&format!(r#"{{"password":"{long}","headers":{headers}}}"#), &LOGIN),
        [("password", long.to_owned()), ("headers", headers)]
    );
}

#[test]
fn unions() {
    table(
        REQUEST,
        &[
            (&CHOICE, r#"{"type":"alpha","port":1}"#, &[]),
            // The discriminator outweighs the number of issues.
            (
                &CHOICE,
                r#"{"type":"beta","port":1}"#,
                &[
                    ".port unknown: expected a known property, received a number",
                    ".host required: expected a string, received nothing",
                    ".user required: expected a string, received nothing",
                ],
            ),
            (
                &CHOICE,
                r#"{"type":"gamma","port":1}"#,
                &[".type enum: expected one of \"alpha\", \"beta\", received \"gamma\""],
            ),
            (&MAYBE, "null", &[]),
            (&MAYBE, "\"\"", &[" union: expected an object or a boolean or null, received \"\""]),
            (&CHOICE, "5", &[" union: expected an object or a UUID, received 5"]),
            (&CHOICE, "null", &[" union: expected an object or a UUID, received null"]),
        ],
    );
}

#[test]
fn a_secret_is_secret_in_a_union_too() {
    table(
        REQUEST,
        &[
            (&KEY, "\"hunter2\"", &[" length: expected at least 12 characters, received a string"]),
            (&KEY, "5318008", &[" union: expected a string or an object, received a number"]),
        ],
    );
}

#[test]
fn every_issue_at_once_in_order() {
    let json = r#"{"id":7,"name":"","tier":"x","minMemoryGb":30,"nmae":1,"ipAccessList":[{"source":"a"},{"surce":"::"}],
        "password":"short","region":null}"#;
    table(
        REQUEST,
        &[(
            &SERVICE,
            json,
            &[
                ".id type: expected a UUID, received 7",
                ".name length: expected at least 1 character, received \"\"",
                ".tier enum: expected one of \"development\", \"production\", received \"x\"",
                ".minMemoryGb step: expected a multiple of 12, received 30",
                ".nmae unknown: expected a known property, received a number: did you mean name?",
                ".ipAccessList[0].source format: expected an IPv4 or IPv6 address, or a CIDR block, received \"a\"",
                ".ipAccessList[1].surce unknown: expected a known property, received a string: did you mean source?",
                ".ipAccessList[1].source required: expected an IPv4 or IPv6 address, or a CIDR block, received nothing",
                ".password length: expected at least 12 characters, received a string",
                ".region type: expected a string, received null",
                ".createdAt required: expected a date and time such as 2024-01-31T12:00:00Z, received nothing",
                ".region required: expected at least one of region, regionId, ratio, received null",
            ],
        )],
    );
}
