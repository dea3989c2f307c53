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
    writes("{ properties: { a: { $ref: '#/components/schemas/X' } } }", "schema: X,");
    writes(
        "{ type: string, default: x, example: y, examples: [z], title: t, description: d, readOnly: true }",
        "Kind::Text(&",
    );
}

#[test]
fn a_reference_reaches_over_files() {
    let uses = "components: { schemas: { A: { type: array, items: { $ref: '#/components/schemas/B' } } } }";
    let has = "components: { schemas: { B: { type: string } } }";
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

#[test]
fn responses_are_json_text_or_nothing() {
    for (responses, expected) in [
        ("{ '200': { description: x } }", "ResponseKind::Empty"),
        ("{ '200': { content: { text/plain: {} } } }", "ResponseKind::Text"),
        (
            "{ '200': { content: { application/json: { schema: { properties: { status: {} } } } } } }",
            "ResponseKind::Empty",
        ),
        (
            "{ '201': { content: { application/json: { schema: { properties: { result: { type: string } } } } } } }",
            "ResponseKind::Json(",
        ),
    ] {
        let tables = compile(&[("a.yaml", &one("/v1/a", "get", &format!("responses: {responses}")))]).unwrap();
        assert!(tables.contains(expected), "{responses}: {tables}");
    }
}

#[test]
fn a_value_can_be_held_against_the_group_that_its_neighbour_names() {
    let region = "Region: { type: string, enum: [x1], x-enum-groups: { a: '^x' } }";
    let place = "Place: { properties: { region: { $ref: '#/components/schemas/Region' }, owner: { type: string } }, \
                 x-rules: [{ sameGroup: [region, owner] }] }";
    let tables = compile(&[("a.yaml", &format!("components: {{ schemas: {{ {region}, {place} }} }}"))]).unwrap();
    assert!(
        tables.contains(r#"Rule::SameGroup { value: "region", group: "owner", groups: REGION_GROUPS }"#),
        "{tables}"
    );
}

#[test]
fn what_a_call_is_for() {
    let tables = |more: &str| compile(&[("a.yaml", &one("/v1/a", "get", more))]).unwrap();
    assert!(tables("deprecated: true").contains("yields: None"));
    let yields = r#"yields: Some(Yields { property: "a", unless: &["b"] })"#;
    assert!(tables("x-yields: { property: a, unless: [b] }").contains(yields));
}
