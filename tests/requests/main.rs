//! Requests, with the real contract: what is refused, with which path and code, and how what passes is written.

#![cfg(all(feature = "client", not(target_arch = "wasm32")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod rules;

use clickhouse_cloud::client::retry::is_safe;
use clickhouse_cloud::contract::{
    self, Body, Bound, Count, Idempotency, Kind, Method, NumberLimit, OPERATIONS, Operation, Parameter, ResponseKind,
    Schema, Text,
};
use clickhouse_cloud::issue::{Code, Issue, Step};
use clickhouse_cloud::request::{Argument, Arguments, CheckedRequest, Checks, Target, build};
use clickhouse_cloud::secret::Secret;
use clickhouse_cloud::validate::Unknown;
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &str = "5a9db0c5-0000-4000-8000-000000000001";

fn target() -> Target {
    Target {
        base_url: "https://api.clickhouse.cloud".to_owned(),
        authorization: Some(Secret::new("Basic c2VjcmV0")),
        headers: vec![("x-trace".to_owned(), "1".to_owned())],
    }
}

fn with(path: &[(&str, &str)], body: Option<Value>) -> Arguments {
    let path = path.iter().map(|(name, value)| Argument::text(name, value)).collect();
    Arguments { path, body: body.map(|body| body.to_string()), ..Arguments::default() }
}

fn of_service(body: Option<Value>) -> Arguments {
    with(&[("organizationId", ID), ("serviceId", ID)], body)
}

fn of_organization(body: Option<Value>) -> Arguments {
    with(&[("organizationId", ID)], body)
}

fn issues(operation: &'static Operation, arguments: &Arguments) -> Vec<Issue> {
    build(operation, &target(), arguments, &[], Checks::STRICT).err().unwrap_or_default()
}

fn checked(operation: &'static Operation, arguments: &Arguments) -> CheckedRequest {
    build(operation, &target(), arguments, &[], Checks::STRICT).ok().unwrap()
}

/// `body.ipAccessList[0].source format`
fn short(issues: &[Issue]) -> Vec<String> {
    issues
        .iter()
        .map(|issue| {
            let text = issue.to_string();
            let path = text.split(": ").next().unwrap();
            format!("{path} {}", issue.code.as_str())
        })
        .collect()
}

fn create(more: Value) -> Arguments {
    let mut body = json!({ "name": "events", "provider": "aws", "region": "eu-west-1" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    of_organization(Some(body))
}

#[test]
fn every_bad_input_of_the_founding_reference_has_its_path_and_code() {
    let long = "x".repeat(51);
    let cases: Vec<(&'static Operation, Arguments, &[&str])> = vec![
        (&contract::SERVICES_CREATE, create(json!({ "name": long })), &["body.name length"]),
        (&contract::SERVICES_UPDATE, of_service(Some(json!({ "name": long }))), &["body.name length"]),
        (&contract::SERVICES_CREATE, create(json!({ "name": "" })), &["body.name length"]),
        (
            &contract::SERVICES_UPDATE_SCALING,
            of_service(Some(json!({ "minTotalMemoryGb": 36.5 }))),
            &["body.minTotalMemoryGb step"],
        ),
        (
            &contract::SERVICES_UPDATE_SCALING,
            of_service(Some(json!({ "maxTotalMemoryGb": 30 }))),
            &["body.maxTotalMemoryGb step"],
        ),
        (
            &contract::SERVICES_UPDATE_SCALING,
            of_service(Some(json!({ "minTotalMemoryGb": 48, "maxTotalMemoryGb": 24 }))),
            &["body.minTotalMemoryGb rule"],
        ),
        (
            &contract::SERVICES_UPDATE_SCALING,
            of_service(Some(json!({ "idleTimeoutMinutes": 4 }))),
            &["body.idleTimeoutMinutes minimum"],
        ),
        (
            &contract::SERVICES_CREATE,
            create(json!({ "tier": "development", "minTotalMemoryGb": 24, "maxTotalMemoryGb": 48 })),
            &["body.minTotalMemoryGb rule", "body.maxTotalMemoryGb rule"],
        ),
        (&contract::SERVICES_CREATE, create(json!({ "regionId": "eu-west-1" })), &["body.regionId rule"]),
        (
            &contract::SERVICES_CREATE,
            create(json!({ "ipAccessList": [{ "source": "10.0.0.0/8" }, { "source": "10.0.0.0/33" }] })),
            &["body.ipAccessList[1].source format"],
        ),
        (
            &contract::SERVICES_UPDATE,
            of_service(Some(json!({ "ipAccessList": { "add": [{ "source": "10.0.0.0/33" }] } }))),
            &["body.ipAccessList.add[0].source format"],
        ),
        (
            &contract::SERVICES_GET,
            with(&[("organizationId", ID), ("serviceId", "../../organizations")], None),
            &["path.serviceId format"],
        ),
        (&contract::SERVICES_UPDATE, of_service(Some(json!({}))), &["body count"]),
        (&contract::SERVICES_UPDATE_SCALING, of_service(Some(json!({}))), &["body count"]),
        (&contract::SERVICES_UPDATE_REPLICA_SCALING, of_service(Some(json!({}))), &["body count"]),
        (&contract::SERVICES_UPDATE_STATE, of_service(Some(json!({ "command": "restart" }))), &["body.command enum"]),
        (&contract::SERVICES_UPDATE_STATE, of_service(None), &["body required"]),
        (
            &contract::SERVICES_UPDATE_REPLICA_SCALING,
            of_service(Some(json!({ "minReplicaMemoryGb": 10, "numReplicas": 21, "maxReplicas": 1.5 }))),
            &[
                "body.maxReplicas type",
                "body.minReplicaMemoryGb step",
                "body.numReplicas maximum",
                "body.maxReplicas rule",
                "body.minReplicas required",
            ],
        ),
        (
            &contract::SERVICES_UPDATE_REPLICA_SCALING,
            of_service(Some(json!({ "numReplicas": 2, "minReplicas": 2, "maxReplicas": 2 }))),
            &["body.minReplicas rule", "body.maxReplicas rule"],
        ),
        (
            &contract::SERVICES_UPDATE_REPLICA_SCALING,
            of_service(Some(json!({ "numReplicas": 2, "autoscalingMode": "horizontal" }))),
            &["body.numReplicas rule"],
        ),
    ];
    for (operation, arguments, expected) in cases {
        let found = issues(operation, &arguments);
        assert_eq!(short(&found), expected, "{} {:?}", operation.name, arguments.body);
    }
}

#[test]
fn all_are_found_at_once() {
    let mut arguments = with(
        &[("organizationId", "../x"), ("serviceId", "..")],
        Some(json!({
            "name": "x".repeat(51), "ipAcessList": [], "tags": { "add": [{ "key": "a b" }, { "value": "" }] },
            "ipAccessList": { "add": [{ "source": "10.0.0.0/33", "note": 1 }, 7] }, "releaseChannel": "weekly",
            "enableCoreDumps": "yes"
        })),
    );
    arguments.path.push(Argument::text("servceId", ID));
    arguments.query.push(Argument::text("filter", "tag:a=b"));
    let found = short(&issues(&contract::SERVICES_UPDATE, &arguments));
    for expected in [
        "path.organizationId format",
        "path.serviceId format",
        "path.servceId unknown",
        "query.filter unknown",
        "body.name length",
        "body.ipAcessList unknown",
        "body.tags.add[0].key pattern",
        "body.tags.add[1].key required",
        "body.ipAccessList.add[0].source format",
        "body.ipAccessList.add[0].note unknown",
        "body.ipAccessList.add[1] type",
        "body.enableCoreDumps type",
    ] {
        assert!(found.iter().any(|issue| issue == expected), "{expected} is not among {found:#?}");
    }
    // An open value is sent, with a warning.
    assert!(found.iter().all(|issue| !issue.contains("releaseChannel")), "{found:#?}");
}

#[test]
fn misspelt_names_are_told_the_nearest() {
    let hint = |operation, arguments: &Arguments| {
        let found = issues(operation, arguments);
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].code, found[0].hint.clone())
    };
    let body = create(json!({ "ipAcessList": [] }));
    assert_eq!(hint(&contract::SERVICES_CREATE, &body), (Code::Unknown, Some("did you mean ipAccessList?".to_owned())));
    let mut path = of_service(None);
    path.path.push(Argument::text("service_id", ID));
    assert_eq!(hint(&contract::SERVICES_GET, &path), (Code::Unknown, Some("did you mean serviceId?".to_owned())));
    let mut query = of_organization(None);
    query.query.push(Argument::text("filters", "x"));
    assert_eq!(hint(&contract::SERVICES_LIST, &query), (Code::Unknown, Some("did you mean filter?".to_owned())));
    let command = of_service(Some(json!({ "command": "awke" })));
    let (code, said) = hint(&contract::SERVICES_UPDATE_STATE, &command);
    assert_eq!((code, said.as_deref()), (Code::Enum, Some("did you mean awake?")));
}

#[test]
fn unknown_names_can_be_sent_but_known_ones_are_held_to_the_contract() {
    let arguments = create(json!({ "brandNew": { "x": 1 }, "name": "" }));
    let found = build(
        &contract::SERVICES_CREATE,
        &target(),
        &arguments,
        &[],
        Checks { unknown: Unknown::Send, ..Checks::STRICT },
    )
    .err()
    .unwrap();
    assert_eq!(short(&found), ["body.name length"]);
    let arguments = create(json!({ "brandNew": { "x": 1 } }));
    let sent = build(
        &contract::SERVICES_CREATE,
        &target(),
        &arguments,
        &[],
        Checks { unknown: Unknown::Send, ..Checks::STRICT },
    )
    .ok()
    .unwrap();
    assert_eq!(sent.request.body, arguments.body, "the body goes as it is");
}

#[test]
fn the_body_of_an_operation_without_one_is_refused() {
    let found = issues(&contract::SERVICES_GET, &of_service(Some(json!({}))));
    assert_eq!(short(&found), ["body unknown"]);
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in [json!(null), json!([]), json!("x"), json!(7), json!(true)] {
        assert_eq!(
            short(&issues(&contract::SERVICES_CREATE, &of_organization(Some(body.clone())))),
            ["body type"],
            "{body}"
        );
    }
    let mut broken = of_organization(None);
    broken.body = Some("{".to_owned());
    assert_eq!(short(&issues(&contract::SERVICES_CREATE, &broken)), ["body syntax"]);
}

#[test]
fn missing_path_arguments_are_named() {
    let found = issues(&contract::BACKUPS_GET, &Arguments::default());
    assert_eq!(short(&found), ["path.organizationId required", "path.serviceId required", "path.backupId required"]);
    assert!(found.iter().all(|issue| issue.expected == "a UUID" && issue.received == "nothing"));
}

#[test]
fn ids_are_uuids_and_nothing_else() {
    let bad = [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "%2e%2e",
        "5a9db0c5-0000-4000-8000-00000000000",
        "5a9db0c5000040008000000000000001",
        "5a9db0c5-0000-4000-8000-000000000001/..",
        "5a9db0c5-0000-4000-8000-000000000001?x=1",
        "５a9db0c5-0000-4000-8000-000000000001",
        "5a9db0c5-0000-4000-8000-000000000001\n",
        " 5a9db0c5-0000-4000-8000-000000000001",
        "{5a9db0c5-0000-4000-8000-000000000001}",
    ];
    for id in bad {
        let arguments = with(&[("organizationId", ID), ("serviceId", id)], None);
        assert_eq!(short(&issues(&contract::SERVICES_GET, &arguments)), ["path.serviceId format"], "{id:?}");
    }
    let upper = ID.to_uppercase();
    let arguments = with(&[("organizationId", ID), ("serviceId", &upper)], None);
    assert!(checked(&contract::SERVICES_GET, &arguments).request.url.ends_with(&upper));
}

/// The least that an operation is.
const THINGS: Operation = Operation {
    name: "things.list",
    method: Method::Get,
    path: "/v1/things",
    path_parameters: &[],
    query_parameters: &[],
    body: None,
    response: ResponseKind::Empty,
    status: 200,
    idempotency: Idempotency::Safe,
    yields: None,
    beta: false,
    deprecated: false,
};

#[test]
fn text_is_asked_for_where_the_result_is_text() {
    static METRICS: Operation = Operation { response: ResponseKind::Text("text/plain"), ..THINGS };
    static OTHER: Operation = THINGS;
    for (operation, expected) in [(&METRICS, "text/plain, application/json"), (&OTHER, "application/json")] {
        let request = checked(operation, &Arguments::default()).request;
        assert!(request.headers.contains(&("accept".to_owned(), expected.to_owned())), "{:?}", request.headers);
    }
}

#[test]
fn a_path_may_hold_a_number() {
    const MINIMUM: &[NumberLimit] = &[NumberLimit { bound: Bound::Minimum, value: "1" }];
    static VERSION: Schema = Schema { kind: Kind::Integer(MINIMUM), nullable: false, secret: false };
    static THING: Operation = Operation {
        path: "/v1/things/{version}",
        path_parameters: &[Parameter { name: "version", schema: &VERSION, required: true }],
        ..THINGS
    };
    let with = |json: &str| {
        let version = Argument { name: "version".to_owned(), json: json.to_owned() };
        Arguments { path: vec![version], ..Arguments::default() }
    };
    assert!(checked(&THING, &with("7")).request.url.ends_with("/v1/things/7"));
    for (json, expected) in
        [("0", "path.version minimum"), ("1.5", "path.version type"), ("\"7\"", "path.version type")]
    {
        assert_eq!(short(&issues(&THING, &with(json))), [expected]);
    }
}

#[test]
fn a_body_may_be_absent_altogether() {
    static CHANGE: Operation =
        Operation { method: Method::Post, body: Some(Body { schema: contract::TAG, required: false }), ..THINGS };
    let request = checked(&CHANGE, &Arguments::default()).request;
    assert!(request.body.is_none() && !request.headers.iter().any(|(name, _)| name == "content-type"));
    let arguments = with(&[], Some(json!({})));
    assert_eq!(short(&issues(&CHANGE, &arguments)), ["body.key required"]);
}

#[test]
fn a_request_may_be_safe_to_repeat_by_a_value_of_its_body() {
    static STATE: Operation = Operation {
        method: Method::Patch,
        body: Some(Body { schema: contract::UPDATE_SERVICE_STATE_BODY, required: true }),
        idempotency: Idempotency::SafeWhen { property: "command", values: &["start", "stop"] },
        ..THINGS
    };
    for (command, safe) in [("start", true), ("stop", true), ("awake", false)] {
        let checked = checked(&STATE, &with(&[], Some(json!({ "command": command }))));
        assert_eq!(is_safe(&STATE, &checked), safe, "{command}");
    }
    static HASH: Operation = Operation { idempotency: Idempotency::SafeWith(&["newPasswordHash"]), ..THINGS };
    assert!(!is_safe(&HASH, &checked(&STATE, &with(&[], Some(json!({ "command": "stop" }))))));
}

#[test]
fn queries_are_percent_encoded_and_repeat() {
    static TEXTS: Schema = Schema { kind: ITEMS, nullable: false, secret: false };
    static TEXT: Schema = Schema { kind: ANY_TEXT, nullable: false, secret: false };
    const NONE: u32 = u32::MAX;
    const ANY_TEXT: Kind = Kind::Text(&Text { min: 0, max: NONE, format: None, patterns: &[], expected: None });
    const ITEMS: Kind = Kind::Array { items: &TEXT, count: &Count { min: 0, max: NONE, unique: false } };
    static SEARCH: Operation =
        Operation { query_parameters: &[Parameter { name: "filter", schema: &TEXTS, required: false }], ..THINGS };
    let texts = ["tag:a=b", "x&y=z", "ü #?/%", "\u{1F40E}+", ""];
    let filter = Argument { name: "filter".to_owned(), json: json!(texts).to_string() };
    let url = checked(&SEARCH, &Arguments { query: vec![filter], ..Arguments::default() }).request.url;
    let query = url.split_once('?').unwrap().1;
    assert_eq!(
        query,
        "filter=tag%3Aa%3Db&filter=x%26y%3Dz&filter=%C3%BC%20%23%3F%2F%25&filter=%F0%9F%90%8E%2B&filter="
    );
}

#[test]
fn the_headers_of_a_call_win_and_names_stand_once() {
    let own = [("x-trace".to_owned(), "2".to_owned()), ("accept".to_owned(), "text/plain".to_owned())];
    let built = build(&contract::SERVICES_CREATE, &target(), &create(json!({})), &own, Checks::STRICT).ok().unwrap();
    let mut headers: Vec<_> = built.request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    headers.sort();
    assert_eq!(headers, ["accept: text/plain", "content-type: application/json", "x-trace: 2"]);
    assert!(built.request.authorization.is_some());

    let own = [("authorization".to_owned(), "Bearer mine".to_owned())];
    let built = build(&contract::SERVICES_LIST, &target(), &of_organization(None), &own, Checks::STRICT).ok().unwrap();
    assert!(built.request.authorization.is_none(), "the caller's own counts");
    let get = checked(&contract::SERVICES_LIST, &of_organization(None));
    assert!(get.request.headers.iter().all(|(name, _)| name != "content-type"));
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), Just(ID.to_owned()), "\\PC{0,8}", Just("..".to_owned()), Just("%2e%2e%2f".to_owned())]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("aws")),
        Just(json!("10.0.0.0/8")),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let name = prop_oneof![
            any::<String>(),
            Just("name".to_owned()),
            Just("provider".to_owned()),
            Just("region".to_owned()),
            Just("ipAccessList".to_owned()),
            Just("source".to_owned()),
            Just("newPasswordHash".to_owned()),
            Just("minTotalMemoryGb".to_owned()),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Nothing panics, and what passes stays below the base address, whatever the arguments are.
    #[test]
    fn any_arguments(
        index in 0..OPERATIONS.len(), path in prop::collection::vec(texts(), 0..4),
        query in prop::collection::vec(texts(), 0..3), body in prop::option::of(values()), raw in any::<Option<String>>(),
    ) {
        let operation = OPERATIONS[index];
        let names = operation.path_parameters.iter().map(|parameter| parameter.name).chain(["other"]);
        let mut arguments = Arguments {
            path: names.zip(&path).map(|(name, text)| Argument::text(name, text)).collect(),
            query: Vec::new(),
            body: body.map(|body| body.to_string()).or(raw),
            ..Arguments::default()
        };
        if !query.is_empty() {
            arguments.query.push(Argument { name: "filter".to_owned(), json: json!(query).to_string() });
        }
        match build(operation, &target(), &arguments, &[], Checks { unknown: Unknown::Send, ..Checks::STRICT }) {
            Err(issues) => {
                prop_assert!(!issues.is_empty());
                for issue in issues {
                    prop_assert!(matches!(&issue.path[0], Step::Key(root) if ["path", "query", "body"].contains(&root.as_ref())));
                    prop_assert!(!issue.to_string().is_empty());
                }
            }
            Ok(built) => {
                let url = &built.request.url;
                let rest = url.strip_prefix("https://api.clickhouse.cloud/v1/organizations").unwrap();
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/?=&".contains(&byte);
                prop_assert!(rest.bytes().all(allowed), "{}", url);
                let path = rest.split('?').next().unwrap();
                prop_assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{}", url);
                prop_assert_eq!(path.split('/').count() + 2, operation.path.split('/').count(), "{}", url);
                let curl = built.to_curl();
                prop_assert!(!curl.contains("c2VjcmV0"));
            }
        }
    }
}
