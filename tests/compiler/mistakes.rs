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
    compile(&[("a.yaml", &format!("components: {{ schemas: {{ X: {text} }} }}"))])
}

#[track_caller]
fn refused(result: Result<String, String>, expected: &str) {
    match result {
        Ok(_) => panic!("compiled, but {expected}"),
        Err(message) => assert!(message.contains(expected), "{message}\nand not\n{expected}"),
    }
}

const AT: &str = "a.yaml: components.schemas.X";

#[test]
fn of_schemas() {
    for (text, expected) in [
        ("{ type: string, minlength: 3 }", ": unknown keyword minlength"),
        ("{ type: string, minimum: 3 }", ": unknown keyword minimum"),
        ("{ type: integer, maxLength: 3 }", ": unknown keyword maxLength"),
        ("{ type: boolean, enum: [true] }", ": unknown keyword enum"),
        ("{ not: { type: string } }", ": unknown keyword not"),
        ("{ $ref: '#/components/schemas/Y' }", ".$ref: #/components/schemas/Y does not exist"),
        ("{ $ref: 'other.yaml#/X' }", ".$ref: other.yaml#/X does not exist"),
        ("{ $ref: 7 }", ".$ref: must be a string"),
        ("{ $ref: '#/components/schemas/X', minLength: 3 }", ": unknown keyword minLength"),
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
        ("{ enum: [a], x-enum-groups: b }", ".x-enum-groups: must be an object"),
        ("{ enum: [a], x-enum-groups: { b: 1 } }", ".x-enum-groups.b: must be a string"),
        ("{ enum: [a], x-enum-groups: { b: '[' } }", ".x-enum-groups.b: "),
        ("{ enum: [a, b], x-enum-groups: { c: '^a$' } }", ".x-enum-groups: b must have exactly one group"),
        ("{ enum: [a, b], x-enum-groups: { c: '^a$', d: '^.$' } }", ".x-enum-groups: a must have exactly one group"),
        ("{ properties: { a: { enum: [b], x-enum-groups: { c: b } } } }", ": x-enum-groups stands in a named schema"),
        ("{ type: string, x-expected: [a] }", ".x-expected: must be a string"),
        ("{ type: integer, x-expected: a }", ": unknown keyword x-expected"),
        ("{ type: string, x-aliases: a }", ".x-aliases: must be a list"),
        ("[]", ": must be an object"),
    ] {
        let at = if expected.starts_with(".[") { expected.replacen('.', "", 1) } else { expected.to_owned() };
        refused(schema(text), &format!("{AT}{at}"));
    }
}

#[test]
fn of_patterns() {
    refused(schema("{ type: string, pattern: '[a-' }"), "components.schemas.X: [a-: ");
    refused(schema("{ type: string, pattern: '(?=a)b' }"), "components.schemas.X: (?=a)b: ");
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
    refused(compile(&[("a.yaml", "paths: [")]), "a.yaml: ");
    refused(compile(&[("a.yaml", "- 1")]), "a.yaml: must be an object");
    refused(compile(&[("a.yaml", "path: {}")]), "a.yaml: unknown keyword path");
    let x = "components: { schemas: { X: { type: string } } }";
    refused(compile(&[("a.yaml", x), ("b.yaml", x)]), "b.yaml: components.schemas: X stands twice");
    let path = "paths: { /v1/a: {} }";
    refused(compile(&[("a.yaml", path), ("b.yaml", path)]), "b.yaml: paths: /v1/a stands in another file too");
}

/// One operation, with more or other lines than the least that it needs.
pub fn one(path: &str, method: &str, more: &str) -> String {
    let mut lines: Vec<(&str, String)> = vec![
        ("operationId", "aGet".to_owned()),
        ("x-name", "a.get".to_owned()),
        ("x-idempotency", "safe".to_owned()),
        ("responses", "{ '200': { description: x } }".to_owned()),
    ];
    for line in more.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(": ").unwrap();
        lines.retain(|(known, _)| *known != key);
        if value != "-" {
            lines.push((key, value.to_owned()));
        }
    }
    let lines: Vec<String> = lines.iter().map(|(key, value)| format!("      {key}: {value}\n")).collect();
    format!("paths:\n  {path}:\n    {method}:\n{}", lines.concat())
}

#[test]
fn of_operations() {
    let at = "a.yaml: paths./v1/a.get";
    for (more, expected) in [
        ("operationid: x", ": unknown keyword operationid"),
        ("operationId: -", ": needs operationId"),
        ("x-name: -", ": needs x-name"),
        ("x-name: get", ".x-name: must be resource.method"),
        ("x-idempotency: -", ".x-idempotency: must be safe, unsafe or"),
        ("x-idempotency: sometimes", ".x-idempotency: must be safe, unsafe or"),
        ("x-idempotency: { safeWith: name }", ".x-idempotency: must be a list"),
        ("x-yields: password", ".x-yields: must be an object"),
        ("x-yields: { unless: [a] }", ".x-yields: needs property"),
        ("x-yields: { property: a, unless: b }", ".x-yields.unless: must be a list"),
        ("x-yields: { property: a, also: b }", ".x-yields: unknown keyword also"),
        ("responses: -", ".responses: must be an object"),
        ("responses: { '404': { description: x } }", ".responses: needs a success"),
        ("requestBody: { content: { text/plain: {} } }", ".requestBody: needs content application/json"),
        ("parameters: [{ name: x, in: query }]", ".parameters[0]: needs a schema"),
        ("parameters: [{ name: x, in: query, schema: { type: strin } }]", ".parameters[0].schema: unknown type strin"),
        ("parameters: [{ name: x, in: header, schema: {} }]", ".parameters[0]: parameters in header are not supported"),
        ("parameters: [{ name: x, in: path, schema: {} }]", ": the path's parameters must be declared"),
        (
            "parameters: [{ name: x, in: query, schema: {}, required: 1 }]",
            ".parameters[0].required: must be true or false",
        ),
    ] {
        refused(compile(&[("a.yaml", &one("/v1/a", "get", more))]), &format!("{at}{expected}"));
    }
    refused(compile(&[("a.yaml", &one("/v1/a", "fetch", ""))]), "a.yaml: paths./v1/a.fetch: unknown method");
    refused(compile(&[("a.yaml", &one("/v1/{x}", "get", ""))]), "the path's parameters must be declared");
    let twice = [("a.yaml", &*one("/v1/a", "get", "")), ("b.yaml", &*one("/v1/b", "get", ""))];
    refused(compile(&twice), "b.yaml: paths./v1/b.get: its operationId or x-name stands twice");
}

#[test]
fn a_mistake_in_a_schema_that_an_operation_uses_names_the_operations_file() {
    let pattern = "parameters: [{ name: x, in: query, schema: { type: string, pattern: '(' } }]";
    let message = compile(&[("contract/a.yaml", &one("/v1/a", "get", pattern))]).unwrap_err();
    assert!(message.starts_with("contract/a.yaml: paths./v1/a.get"), "{message}");
}
