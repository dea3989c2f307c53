//! A mistake stops the build, with its file and its place.

use crate::document::Document;
use crate::{operation, tables};

/// Compiles files, to the tables or to what is wrong.
pub fn compile(files: &[(&str, &str)]) -> Result<String, String> {
    let mut document = Document::default();
    for (name, text) in files {
        document.add(name, text).map_err(|failure| failure.to_string())?;
    }
    let operations = operation::read_all(&document).map_err(|failure| failure.to_string())?;
    tables::write(&document, &operations).map_err(|failure| failure.to_string())
}

/// A schema named X, in one line of YAML.
pub fn schema(text: &str) -> Result<String, String> {
    compile(&[("a.yaml", &format!("schemas: {{ X: {text} }}"))])
}

#[track_caller]
fn refused(result: Result<String, String>, expected: &str) {
    match result {
        Ok(_) => panic!("compiled, but {expected}"),
        Err(message) => assert!(message.contains(expected), "{message}\nand not\n{expected}"),
    }
}

const AT: &str = "a.yaml: schemas.X";

#[test]
fn of_schemas() {
    for (text, expected) in [
        ("{ type: string, minlength: 3 }", ": unknown keyword minlength"),
        ("{ type: string, minimum: 3 }", ": unknown keyword minimum"),
        ("{ type: integer, maxLength: 3 }", ": unknown keyword maxLength"),
        ("{ type: boolean, enum: [true] }", ": unknown keyword enum"),
        ("{ not: { type: string } }", ": unknown keyword not"),
        ("{ $ref: Y }", ".$ref: there is no schema Y"),
        ("{ $ref: '#/components/schemas/X' }", ".$ref: there is no schema #/components/schemas/X"),
        ("{ $ref: 7 }", ".$ref: must be a string"),
        ("{ $ref: X, minLength: 3 }", ": unknown keyword minLength"),
        ("{ type: number, minimum: 5, maximum: 4 }", ": minimum is above maximum"),
        ("{ type: number, multipleOf: 0 }", ": multipleOf must be above 0"),
        ("{ type: number, multipleOf: -2 }", ": multipleOf must be above 0"),
        ("{ type: number, minimum: many }", ".minimum: must be a number"),
        ("{ type: string, minLength: -1 }", ".minLength: must be a whole number"),
        ("{ type: string, maxLength: 1.5 }", ".maxLength: must be a whole number"),
        ("{ type: string, format: uid }", ": unknown format uid"),
        ("{ type: text }", ": unknown type text"),
        ("{ type: 7 }", ": type must be a name or a list of names"),
        ("{ type: array }", ": an array needs items"),
        ("{ type: array, items: { type: strin } }", ".items: unknown type strin"),
        ("{ type: array, items: [{ type: string }] }", ".items: must be an object"),
        ("{ type: string, enum: [a, 1] }", ".enum: must be a list of strings"),
        ("{ type: integer, enum: [a] }", ": its enum must be of numbers"),
        ("{ oneOf: [{ type: 'null' }] }", ": has no alternative but null"),
        ("{ oneOf: [{ type: string }, { type: strin }] }", ".[1]: unknown type strin"),
        ("{ allOf: [{ type: string }, { type: integer }] }", ": allOf can join objects with objects"),
        ("{ type: object, properties: { a: { type: strin } } }", ".properties.a: unknown type strin"),
        ("{ type: object, properties: { a: string } }", ".properties.a: must be an object"),
        ("{ type: object, required: [a] }", ": requires a, which it does not describe"),
        ("{ type: object, required: a }", ".required: must be a list"),
        ("{ type: object, nullable: true }", ": unknown keyword nullable"),
        ("{ type: string, x-secret: maybe }", ".x-secret: must be true or false"),
        ("{ enum: [a], x-states: [a] }", ".x-states: must be an object"),
        ("{ enum: [a], x-states: { done: [a] } }", ".x-states: unknown keyword done"),
        ("{ enum: [a], x-states: { reached: [b] } }", ".x-states.reached: there is no state b"),
        (
            "{ enum: [a, b], x-states: { reached: [a] } }",
            ".x-states: b must have exactly one meaning: ongoing, reached",
        ),
        ("{ enum: [a], x-states: { reached: [a], failed: [a] } }", ".x-states: a must have exactly one meaning"),
        ("{ enum: [a], x-enum-groups: b }", ".x-enum-groups: must be an object"),
        ("{ enum: [a], x-enum-groups: { b: 1 } }", ".x-enum-groups.b: must be a string"),
        ("{ enum: [a], x-enum-groups: { b: '[' } }", ".x-enum-groups.b: "),
        ("{ enum: [a, b], x-enum-groups: { c: '^a$' } }", ".x-enum-groups: b must have exactly one group"),
        ("{ enum: [a, b], x-enum-groups: { c: '^a$', d: '^.$' } }", ".x-enum-groups: a must have exactly one group"),
        ("{ properties: { a: { enum: [b], x-enum-groups: { c: b } } } }", ": x-enum-groups stands in a named schema"),
        ("{ type: string, x-expected: [a] }", ".x-expected: must be a string"),
        ("{ type: integer, x-expected: a }", ": unknown keyword x-expected"),
        ("{ type: string, x-aliases: a }", ".x-aliases: must be a list"),
        ("{ type: string, x-deviation: [maxLength] }", ".x-deviation: must be an object"),
        ("{ type: string, x-deviation: { maxLength: ' ' } }", ".x-deviation.maxLength: needs a reason"),
        ("{ type: string, x-deviation: { maxLength: { official: 5 } } }", ".x-deviation.maxLength: needs reason"),
        (
            "{ type: string, x-deviation: { maxLength: { reason: a, why: b } } }",
            ".x-deviation.maxLength: unknown keyword why",
        ),
        ("{ type: string, description: 'TODO: say what it is' }", ".description: TODO: say what it is"),
        ("{ oneOf: [{ type: string, description: TODO }] }", ".oneOf[0].description: TODO"),
        ("[]", ": must be an object"),
    ] {
        let at = if expected.starts_with(".[") { expected.replacen('.', "", 1) } else { expected.to_owned() };
        refused(schema(text), &format!("{AT}{at}"));
    }
}

#[test]
fn of_schemas_that_stand_for_themselves() {
    refused(schema("{ $ref: X }"), &format!("{AT}: stands for itself, by way of X"));
    refused(schema("{ oneOf: [{ $ref: X }, { type: 'null' }] }"), &format!("{AT}: stands for itself, by way of X"));
    let two = "schemas: { X: { $ref: Y }, Y: { $ref: X, nullable: true } }";
    refused(compile(&[("a.yaml", two)]), "schemas.X: stands for itself, by way of X");
    assert!(schema("{ properties: { a: { $ref: X } } }").is_ok());
}

#[test]
fn of_patterns() {
    refused(schema("{ type: string, pattern: '[a-' }"), "schemas.X: [a-: ");
    refused(schema("{ type: string, pattern: '(?=a)b' }"), "schemas.X: (?=a)b: ");
}

#[test]
fn of_rules() {
    let object = |rule: &str| {
        schema(&format!(
            "{{ type: object, properties: {{ a: {{ type: number }}, b: {{ type: string }} }}, x-rules: {rule} }}"
        ))
    };
    for (rule, expected) in [
        ("[{ ordered: [a, c] }]", "names c, which the object does not have"),
        ("[{ ordered: [a] }]", "ordered takes two properties"),
        ("[{ atMostOne: [a, z] }]", "names z, which the object does not have"),
        ("[{ atLeastOne: [z] }]", "names z, which the object does not have"),
        ("[{ absentWhen: { property: z, equals: x, absent: [a] } }]", "names z"),
        ("[{ absentWhen: { property: b, equals: x, absent: [z] } }]", "names z"),
        ("[{ absentWhen: { property: b, absent: [a] } }]", "needs equals"),
        ("[{ absentWhen: { property: b, equals: x } }]", "must be a list"),
        ("[{ absentWhen: { property: b, equals: x, absent: [a], also: 1 } }]", "unknown keyword also"),
        ("[{ notAllEmpty: [z] }]", "names z, which the object does not have"),
        ("[{ equalWhen: { property: b, equals: x, orDiffer: [a, b] } }]", "must be a list"),
        ("[{ equalWhen: { property: b, equals: x, orDiffer: [a], equal: [a, b] } }]", "orDiffer takes two properties"),
        ("[{ equalWhen: { property: b, equals: x, orDiffer: [a, b], equal: [a, z] } }]", "names z"),
        ("[{ sameGroup: [a] }]", "sameGroup takes two properties"),
        ("[{ sameGroup: [a, b] }]", "a refers to no schema with x-enum-groups"),
        ("[{ sometimes: [a] }]", "unknown rule sometimes"),
        ("[{ ordered: [a, b], atMostOne: [a, b] }]", "a rule has one key"),
    ] {
        refused(object(rule), &format!("{AT}.x-rules[0]: {expected}"));
    }
    refused(object("{ ordered: [a, b] }"), "x-rules: must be a list");
    for (needs, expected) in [("{ z: [a] }", "names z"), ("{ a: [z] }", "names z"), ("{ a: b }", "must be a list")] {
        let text = format!("{{ properties: {{ a: {{ type: number }} }}, dependentRequired: {needs} }}");
        refused(schema(&text), &format!("{AT}.dependentRequired: {expected}"));
    }
    assert!(object("[{ ordered: [a, b] }, { absentWhen: { property: b, equals: x, absent: [a] } }]").is_ok());
}

#[test]
fn of_objects_that_are_too_wide() {
    let wide = |count: usize| {
        let properties: Vec<String> = (0..count).map(|number| format!("p{number}: {{ type: string }}")).collect();
        schema(&format!("{{ type: object, properties: {{ {} }} }}", properties.join(", ")))
    };
    assert!(wide(64).is_ok());
    refused(wide(65), &format!("{AT}: has more than 64 properties"));
}

#[test]
fn of_joined_objects_that_are_too_wide() {
    let half = |from: usize| {
        let properties: Vec<String> =
            (from..from + 40).map(|number| format!("p{number}: {{ type: string }}")).collect();
        format!("{{ type: object, properties: {{ {} }} }}", properties.join(", "))
    };
    refused(schema(&format!("{{ allOf: [{}, {}] }}", half(0), half(100))), "has more than 64 properties");
}

#[test]
fn of_files() {
    refused(compile(&[("a.yaml", "operations: [")]), "a.yaml: ");
    refused(compile(&[("a.yaml", "- 1")]), "a.yaml: must be an object");
    refused(compile(&[("a.yaml", "paths: {}")]), "a.yaml: unknown keyword paths");
    let x = "schemas: { X: { type: string } }";
    refused(compile(&[("a.yaml", x), ("b.yaml", x)]), "b.yaml: schemas: X stands twice");
    let head = "info: { title: x }";
    refused(compile(&[("a.yaml", head), ("b.yaml", head)]), "b.yaml: info stands in another file too");
}

/// One operation, `a.get`, with other keys than the least that it needs, or without some (`-`). There are schemas A (an
/// object with the properties a and b, and the enum c) and B (a string).
pub fn one(more: &str) -> String {
    let mut lines: Vec<(&str, &str)> = vec![("route", "GET /a"), ("id", "aGet"), ("summary", "Read it.")];
    for line in more.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(": ").unwrap();
        lines.retain(|(known, _)| *known != key);
        if value != "-" {
            lines.push((key, value));
        }
    }
    let lines: Vec<String> = lines.iter().map(|(key, value)| format!("    {key}: {value}\n")).collect();
    format!("{SCHEMAS}operations:\n  a.get:\n{}", lines.concat())
}

pub const SCHEMAS: &str =
    "parameters: { organizationId: { type: string, format: uuid, description: The organization. } }
schemas: { A: { properties: { a: { type: string }, b: { type: string }, c: { enum: [x, y] } } }, B: { type: string } }
";

#[test]
fn of_operations() {
    let at = "a.yaml: operations.a.get";
    for (more, expected) in [
        ("operationId: x", ": unknown keyword operationId"),
        ("id: -", ": needs id"),
        ("summary: -", ": needs summary"),
        ("route: -", ": needs route"),
        ("route: GET", ".route: must be a method and a path"),
        ("route: GET a", ".route: must be a method and a path"),
        ("route: get /a", ".route: unknown method get"),
        ("route: GET /a/{x}", ".route: no parameters describe x"),
        ("idempotency: sometimes", ".idempotency: must be safe, unsafe, { safeWith: [property] } or"),
        ("idempotency: { safeWith: name }", ".idempotency.safeWith: must be a list"),
        ("idempotency: { safeWith: [a] }", ".idempotency: there is no property a"),
        ("idempotency: { safeWith: [z] }\nbody: A", ".idempotency: there is no property z"),
        ("idempotency: { safeWhen: { z: [x] } }\nbody: A", ".idempotency.safeWhen: there is no property z"),
        ("idempotency: { safeWhen: { a: [x] } }\nbody: A", ".idempotency.safeWhen: names a property that is no enum"),
        ("idempotency: { safeWhen: { c: [z] } }\nbody: A", ".idempotency.safeWhen: c can not be z"),
        ("idempotency: { safeWhen: {} }\nbody: A", ".idempotency.safeWhen: names no property"),
        ("maturity: alpha", ".maturity: must be beta"),
        ("deviation: { maturity: {} }", ".deviation.maturity: needs reason"),
        ("deprecated: 1", ".deprecated: must be true or false"),
        ("yields: password", ".yields: must be an object"),
        ("yields: { unless: [a] }", ".yields: needs property"),
        ("yields: { property: a, unless: b }", ".yields.unless: must be a list"),
        ("yields: { property: a, also: b }", ".yields: unknown keyword also"),
        ("yields: { property: a }", ".yields: there is no property a"),
        ("yields: { property: z }\nresult: A", ".yields: there is no property z"),
        ("yields: { property: a, unless: [z] }\nresult: A\nbody: A", ".yields: there is no property z"),
        ("pages: cursor", ".pages: needs a result"),
        ("pages: offset\nresult: A", ".pages: the result is no list"),
        ("pages: offset\nresult: A[]", ".pages: the query has no offset"),
        ("pages: cursor\nresult: A", ".pages: the query has no cursor"),
        ("pages: cursor\nresult: A\nquery: { cursor: { type: string } }", ".pages: there is no property items"),
        ("pages: all\nresult: A", ".pages: must be cursor or offset"),
        ("range: 31", ".range: must be an object"),
        ("range: { from: a, to: b }", ".range: needs days"),
        ("range: { from: a, to: b, days: 0 }", ".range: needs days"),
        ("range: { from: a, to: b, days: 31 }", ".range: the query has no a"),
        ("waiter: a", ".waiter: needs a result"),
        ("waiter: z\nresult: A", ".waiter: there is no property z"),
        ("waiter: a\nresult: A", ".waiter: a has no named enum with x-states"),
        ("waiter: { operation: z, list: a, state: b }", ".waiter: there is no operation z"),
        ("waiter: { operation: a.get, state: b }", ".waiter: needs list"),
        ("waiter: { operation: a.get, list: a, state: b }\nresult: A", ".waiter: a is no list"),
        ("body: Z", ".body.$ref: there is no schema Z"),
        ("body: { schema: A, required: 1 }", ".body.required: must be true or false"),
        ("body: { required: true }", ".body: needs schema"),
        ("result: Z[]", ".result.items.$ref: there is no schema Z"),
        ("result: { type: string }", ".result: must be a string"),
        ("status: 404", ".status: must be a success"),
        ("query: [x]", ".query: must be an object"),
        ("query: { x: string }", ".query.x: must be an object"),
        ("query: { x: { type: strin } }", ".query.x: unknown type strin"),
        ("query: { x: { type: string, required: 1 } }", ".query.x.required: must be true or false"),
    ] {
        refused(compile(&[("a.yaml", &one(more))]), &format!("{at}{expected}"));
    }
    for name in ["get", "a.b.c.d", "a.", "A.get", "a-b.get"] {
        let file = one("").replace("a.get", name);
        refused(compile(&[("a.yaml", &file)]), &format!("operations.{name}: its name must be resource.method"));
    }
    let other = |name: &str, more: &str| {
        one(more).replace("schemas: { A", "schemas: { Z").replace("B: {", "Y: {").replace("a.get", name)
    };
    let after_one = |second: String| compile(&[("a.yaml", &one("")), ("b.yaml", &second)]);
    refused(after_one(other("a.get", "id: x")), "b.yaml: operations.a.get: its name or id stands twice");
    refused(after_one(other("b.get", "route: GET /b")), "b.yaml: operations.b.get: its name or id stands twice");
    refused(after_one(other("a.get.all", "id: x\nroute: GET /b")), "a.get can not be a method and a resource");
    refused(after_one(other("b.get", "id: x")), "b.yaml: operations.b.get: a.get has this route, too");
}

#[test]
fn a_mistake_in_a_schema_that_an_operation_has_names_the_operations_file() {
    let message = compile(&[("contract/a.yaml", &one("query: { x: { type: string, pattern: '(' } }"))]).unwrap_err();
    assert!(message.starts_with("contract/a.yaml: operations.a.get"), "{message}");
}
