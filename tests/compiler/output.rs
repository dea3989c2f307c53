//! What the compiler takes, and what it writes.

use crate::mistakes::{compile, one, schema};
use crate::tables::constant;

#[track_caller]
fn writes(text: &str, expected: &str) {
    let tables = schema(text).unwrap();
    assert!(tables.contains(expected), "{tables}\ndoes not hold\n{expected}");
}

#[test]
fn every_construct_of_the_published_document_is_taken() {
    writes("{ type: [string, 'null'] }", "nullable: true");
    writes("{ type: [string, integer] }", "Kind::Union(&[");
    writes("{ type: [string, integer, 'null'], minimum: 3, maxLength: 4 }", "max: 4");
    writes("{ const: AWS }", r#"Kind::Enum { values: &["AWS"], open: false }"#);
    writes("{ type: string, enum: [a, b], x-open-enum: true }", r#"Kind::Enum { values: &["a", "b"], open: true }"#);
    writes(
        "{ enum: [a], x-enum-groups: { b: '^a$' } }",
        r#"pub static X_GROUPS: &[(&str, Pattern)] = &[("b", Pattern {"#,
    );
    writes(
        "{ type: [string, 'null'], enum: [a, null] }",
        r#"Kind::Enum { values: &["a"], open: false }, nullable: true"#,
    );
    writes("{ enum: [a, null] }", r#"Kind::Enum { values: &["a"], open: false }, nullable: true"#);
    writes("{ type: [integer, 'null'], enum: [1, null] }", r#"Kind::NumberEnum(&["1"]), nullable: true"#);
    writes("{ properties: { a: { $ref: X, nullable: true } } }", "Schema { kind: Kind::Union(&[X]), nullable: true");
    writes("{ type: integer, enum: [1, 3] }", r#"Kind::NumberEnum(&["1", "3"])"#);
    writes("{ oneOf: [{ type: string }, { type: 'null' }] }", "nullable: true");
    writes("{ anyOf: [{ type: string }, { type: integer }] }", "Kind::Union(&[");
    writes("{ type: object, additionalProperties: true }", "additional: AdditionalProperties::Allowed");
    writes("{ type: object, additionalProperties: false }", "additional: AdditionalProperties::Unspecified");
    writes("{ additionalProperties: { type: string } }", "additional: AdditionalProperties::Schema(");
    writes(
        "{ type: array, items: {}, minItems: 1, maxItems: 2, uniqueItems: true }",
        "count: &Count { min: 1, max: 2, unique: true }",
    );
    writes(
        "{ exclusiveMinimum: 0, multipleOf: 0.1, type: number }",
        r#"&[NumberLimit { bound: Bound::ExclusiveMinimum, value: "0" }, NumberLimit { bound: Bound::MultipleOf, value: "0.1" }, ]"#,
    );
    writes("{ type: string, x-secret: true, format: password }", "secret: true");
    writes("{ type: object, minProperties: 1, maxProperties: 2 }", "min: 1, max: 2");
    writes("{ type: string, pattern: a, x-expected: an a }", r#"expected: Some("an a")"#);
    let object = |more: &str| format!("{{ properties: {{ a: {{ type: number, x-aliases: [z] }}, b: {{}} }}, {more} }}");
    writes(&object("title: t"), r#"aliases: &["z"]"#);
    writes(&object("dependentRequired: { a: [b] }"), r#"Rule::DependentRequired("a", &["b"])"#);
    writes(&object("x-rules: [{ notAllEmpty: [a, b] }]"), r#"Rule::NotAllEmpty(&["a", "b"])"#);
    writes(
        &object("x-rules: [{ equalWhen: { property: b, equals: x, orDiffer: [a, b], equal: [b, a] } }]"),
        r#"Rule::EqualWhen { property: "b", equals: "x", differ: ["a", "b"], equal: ["b", "a"] }"#,
    );
    writes("{ allOf: [{ minLength: 2, type: string }, { maxLength: 5, type: string }] }", "Text { min: 2, max: 5");
    writes("{ properties: { a: { $ref: X } } }", "schema: X,");
    writes(
        "{ type: string, default: x, example: y, examples: [z], title: t, description: d, readOnly: true }",
        "Kind::Text(&",
    );
}

#[test]
fn a_reference_reaches_over_files() {
    let uses = "schemas: { A: { type: array, items: { $ref: B } } }";
    let has = "schemas: { B: { type: string } }";
    let tables = compile(&[("a.yaml", uses), ("b.yaml", has)]).unwrap();
    assert!(tables.contains("items: B,"), "{tables}");
}

#[test]
fn names_of_statics() {
    for (name, expected) in
        [("services.updateState", "SERVICES_UPDATE_STATE"), ("CreateServiceBody", "CREATE_SERVICE_BODY"), ("x", "X")]
    {
        assert_eq!(constant(name), expected);
    }
}

/// The tables of [`one`] operation.
fn operation(more: &str) -> String {
    let tables = compile(&[("a.yaml", &one(more))]).unwrap();
    let (_, from) = tables.split_once("pub static A_GET").unwrap();
    from.lines().next().unwrap().to_owned()
}

#[track_caller]
fn has(more: &str, expected: &str) {
    let table = operation(more);
    assert!(table.contains(expected), "{table}\ndoes not hold\n{expected}");
}

#[test]
fn responses_are_json_text_or_nothing() {
    has("", "response: ResponseKind::Empty");
    has("result: A", "response: ResponseKind::Json(A)");
    has("result: A[]", "response: ResponseKind::Json(&Schema { kind: Kind::Array { items: A,");
    has("result: application/x-pem-file", r#"response: ResponseKind::Text("application/x-pem-file")"#);
}

#[test]
fn bodies_may_be_absent() {
    has("", "body: None");
    has("body: A", "body: Some(Body { schema: A, required: true })");
    has("body: { schema: A }", "required: true");
    has("body: { schema: A, required: false }", "body: Some(Body { schema: A, required: false })");
}

#[test]
fn routes_stand_below_the_organization() {
    has("route: GET /a/b", r#"path: "/v1/organizations/{organizationId}/a/b""#);
    has("route: GET /", r#"path: "/v1/organizations/{organizationId}""#);
    has("route: GET /v1/organizations", r#"path: "/v1/organizations""#);
}

#[test]
fn the_method_says_whether_a_request_may_be_repeated_unless_the_contract_does() {
    for (method, expected) in
        [("GET", "Safe"), ("PUT", "Safe"), ("DELETE", "Safe"), ("POST", "Unsafe"), ("PATCH", "Unsafe")]
    {
        has(&format!("route: {method} /a"), &format!("idempotency: Idempotency::{expected},"));
    }
    has("route: POST /a\nidempotency: safe", "idempotency: Idempotency::Safe,");
    has("idempotency: unsafe", "idempotency: Idempotency::Unsafe,");
    has("body: A\nidempotency: { safeWith: [a, b] }", r#"Idempotency::SafeWith(&["a", "b"])"#);
    has("body: A\nidempotency: { safeWhen: { c: [x] } }", r#"Idempotency::SafeWhen { property: "c", values: &["x"] }"#);
}

#[test]
fn names_may_have_three_parts() {
    let tables =
        compile(&[("a.yaml", &one("").replace("a.get", "clickPipes.reversePrivateEndpoints.create"))]).unwrap();
    assert!(tables.contains("pub static CLICK_PIPES_REVERSE_PRIVATE_ENDPOINTS_CREATE: Operation"), "{tables}");
}

#[test]
fn names_and_routes_are_sorted_and_paths_are_one_tree() {
    let second = "operations:\n  a.delete: { route: 'DELETE /a/{id}', id: d, summary: S. }\n  a.check: { route: POST /a/check, id: c, summary: S. }\n";
    let head = "info: { title: x }\nparameters: { organizationId: { type: string }, id: { type: string } }";
    let tables = compile(&[("a.yaml", head), ("b.yaml", &one("")), ("c.yaml", second)]).unwrap();
    assert!(tables.contains("static BY_NAME: &[&Operation] = &[&A_CHECK, &A_DELETE, &A_GET];"), "{tables}");
    assert!(tables.contains("static BY_ROUTE: &[&Operation] = &[&A_GET, &A_CHECK, &A_DELETE];"), "{tables}");
    let leaf = |name: &str| format!("RouteNode {{ fixed: &[], parameter: None, operations: &[&{name}] }}");
    let expected = format!(
        r#"("a", RouteNode {{ fixed: &[("check", {})], parameter: Some(&{}), operations: &[&A_GET] }})"#,
        leaf("A_CHECK"),
        leaf("A_DELETE")
    );
    assert!(tables.contains(&expected), "{tables}");
}

#[test]
fn path_parameters_are_described_once() {
    let with_id = |route: &str| one(&format!("route: {route}")).replacen("{ ", "{ id: { type: integer }, ", 1);
    let head = "info: { title: x }\nparameters: { id: { type: string } }";
    let tables = compile(&[("api.yaml", head), ("b.yaml", &with_id("GET /a/{id}"))]).unwrap();
    assert!(tables.contains(r#"Parameter { name: "id", schema: &Schema { kind: Kind::Integer("#), "{tables}");
    let tables = compile(&[("api.yaml", head), ("b.yaml", &one("route: GET /a/{id}"))]).unwrap();
    assert!(tables.contains(r#"Parameter { name: "id", schema: &Schema { kind: Kind::Text("#), "{tables}");
}

#[test]
fn what_is_unfinished_or_old_is_marked() {
    has("", "beta: false, deprecated: false");
    has("maturity: beta", "beta: true, deprecated: false");
    has("deprecated: true", "beta: false, deprecated: true");
}

#[test]
fn a_value_can_be_held_against_the_group_that_its_neighbour_names() {
    let region = "Region: { type: string, enum: [x1], x-enum-groups: { a: '^x' } }";
    let place = "Place: { properties: { region: { $ref: Region }, owner: { type: string } }, \
                 x-rules: [{ sameGroup: [region, owner] }] }";
    let tables = compile(&[("a.yaml", &format!("schemas: {{ {region}, {place} }}"))]).unwrap();
    assert!(
        tables.contains(r#"Rule::SameGroup { value: "region", group: "owner", groups: REGION_GROUPS }"#),
        "{tables}"
    );
}

#[test]
fn what_a_call_is_for() {
    has("", "yields: None");
    has(
        "body: A\nresult: A\nyields: { property: a, unless: [b] }",
        r#"yields: Some(Yields { property: "a", unless: &["b"] })"#,
    );
}

#[test]
fn waiters_know_the_meaning_of_each_state() {
    let schemas = "schemas:\n  A: { properties: { id: { type: string }, s: { $ref: S }, list: { type: array, items: { $ref: A } } } }\n  \
                   S: { enum: [x, y, z], x-states: { ongoing: [z], reached: [x], gone: [y] } }\n";
    let operations = "operations:\n  a.get: { route: GET /a, id: g, summary: S., result: A, waiter: s }\n  \
                      b.c.delete: { route: 'DELETE /a/{id}', id: d, summary: S., waiter: { operation: a.get, list: list, state: s } }\n";
    let head = "info: { title: x }\nparameters: { organizationId: { type: string }, id: { type: string } }";
    let tables = compile(&[("a.yaml", head), ("b.yaml", &format!("{schemas}{operations}"))]).unwrap();
    let meanings = "meanings: &[Meaning::Reached, Meaning::Gone, Meaning::Ongoing] };";
    for expected in [
        format!(
            r#"A_WAIT_FOR: Waiter = Waiter {{ name: "a.waitFor", operation: &A_GET, item: None, state: "s", schema: S, {meanings}"#
        ),
        format!(
            r#"B_C_WAIT_FOR: Waiter = Waiter {{ name: "b.c.waitFor", operation: &A_GET, item: Some(ListItem {{ of: &B_C_DELETE, list: "list" }}), state: "s", schema: S, {meanings}"#
        ),
        "pub static WAITERS: &[&Waiter] = &[&A_WAIT_FOR, &B_C_WAIT_FOR];".to_owned(),
    ] {
        assert!(tables.contains(&expected), "{tables}\ndoes not hold\n{expected}");
    }
}
