//! The OpenAPI document that the contract stands for.

use serde_json::{Value, json};

use crate::document::Document;
use crate::mistakes::one;
use crate::{openapi, operation};

const HEAD: &str = "
info: { title: T }
servers: [{ url: https://api.example }]
securitySchemes: { basicAuth: { type: http, scheme: basic } }
parameters: { organizationId: { type: string, format: uuid, description: The organization. } }
schemas: { ErrorBody: { properties: { error: { type: string } } } }
";

/// The document of [`one`] operation, and the operation.
fn expanded(more: &str) -> (Value, Value) {
    let mut document = Document::default();
    document.add("api.yaml", HEAD).unwrap();
    document.add("a.yaml", &format!("description: Things.\n{}", one(more))).unwrap();
    let operations = operation::read_all(&document).unwrap();
    let whole = openapi::write(&document, &operations, "1.2.3").unwrap();
    let path = whole["paths"].as_object().unwrap().values().next().unwrap().as_object().unwrap();
    let operation = path.values().next().unwrap().clone();
    (whole, operation)
}

#[test]
fn the_head() {
    let (whole, _) = expanded("");
    assert_eq!(whole["openapi"], "3.1.0");
    assert_eq!(whole["info"], json!({ "title": "T", "version": "1.2.3" }));
    assert_eq!(whole["security"], json!([{ "basicAuth": [] }]));
    assert_eq!(whole["tags"], json!([{ "name": "a", "description": "Things." }]));
    assert_eq!(whole["components"]["schemas"]["ErrorBody"]["type"], "object");
    let mut document = Document::default();
    assert!(openapi::write(&document, &[], "1").is_err());
    document.add("a.yaml", "info: { title: T }").unwrap();
    let missing = openapi::write(&document, &[], "1").unwrap_err().to_string();
    assert_eq!(missing, "contract: there is no schema ErrorBody");
}

#[test]
fn an_operation_has_its_envelope_its_error_and_its_parameters() {
    let (whole, operation) = expanded(
        "query: { from: { type: string, format: date, description: The first day., required: true }, \
         tags: { type: array, items: { type: string } } }\nresult: A[]\nbody: { schema: A, required: false }\nmaturity: beta",
    );
    let error = json!({ "schema": { "$ref": "#/components/schemas/ErrorBody" } });
    let envelope = json!({ "type": "object", "properties": {
        "status": { "type": "number" }, "requestId": { "type": "string" },
        "result": { "type": "array", "items": { "$ref": "#/components/schemas/A" } },
    } });
    assert!(whole["paths"]["/v1/organizations/{organizationId}/a"]["get"].is_object());
    assert_eq!(
        operation,
        json!({
            "operationId": "aGet",
            "x-name": "a.get",
            "x-idempotency": "safe",
            "x-maturity": "beta",
            "tags": ["a"],
            "summary": "Read it.",
            "parameters": [
                { "name": "organizationId", "in": "path", "required": true, "description": "The organization.",
                  "schema": { "type": "string", "format": "uuid" } },
                { "name": "from", "in": "query", "required": true, "description": "The first day.",
                  "schema": { "type": "string", "format": "date" } },
                { "name": "tags", "in": "query", "style": "form", "explode": true,
                  "schema": { "type": "array", "items": { "type": "string" } } },
            ],
            "requestBody": {
                "required": false,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } },
            },
            "responses": {
                "200": { "description": "OK", "content": { "application/json": { "schema": envelope } } },
                "default": { "description": "An error.", "content": { "application/json": error } },
            },
        })
    );
}

#[test]
fn results_may_be_text_created_or_absent() {
    let responses = |more: &str| expanded(more).1["responses"].clone();
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    assert_eq!(responses("result: text/plain")["200"]["content"], text);
    assert_eq!(responses("status: 201\nresult: A")["201"]["description"], "Created");
    let envelope = &responses("")["200"]["content"]["application/json"]["schema"]["properties"];
    assert!(envelope["status"].is_object() && envelope["result"].is_null());
}

#[test]
fn schemas_are_written_in_full() {
    let mut document = Document::default();
    document.add("api.yaml", HEAD).unwrap();
    for (name, short, full) in [
        (
            "A",
            "{ properties: { enum: { $ref: B } } }",
            json!({ "type": "object", "properties": { "enum": { "$ref": "#/components/schemas/B" } } }),
        ),
        ("B", "{ enum: [a, b] }", json!({ "type": "string", "enum": ["a", "b"] })),
        ("C", "{ enum: [a, null] }", json!({ "type": ["string", "null"], "enum": ["a", null] })),
        (
            "D",
            "{ properties: { b: { $ref: B, nullable: true, description: D. } } }",
            json!({ "type": "object", "properties": {
                "b": { "description": "D.", "anyOf": [{ "$ref": "#/components/schemas/B" }, { "type": "null" }] },
            } }),
        ),
        (
            "E",
            "{ oneOf: [{ $ref: A }, { $ref: D }], discriminator: { propertyName: b, mapping: { x: A } } }",
            json!({
                "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/D" }],
                "discriminator": { "propertyName": "b", "mapping": { "x": "#/components/schemas/A" } },
            }),
        ),
        (
            "F",
            "{ additionalProperties: { type: array, items: { $ref: B } } }",
            json!({ "type": "object", "additionalProperties": { "type": "array", "items": { "$ref": "#/components/schemas/B" } } }),
        ),
    ] {
        document.add(&format!("{name}.yaml"), &format!("schemas: {{ {name}: {short} }}")).unwrap();
        let whole = openapi::write(&document, &[], "1").unwrap();
        assert_eq!(whole["components"]["schemas"][name], full);
    }
}

#[test]
fn marks_are_there_in_full() {
    let mark = |more: &str, key: &str| expanded(more).1[key].clone();
    let query =
        "query: { offset: { type: integer }, limit: { type: integer }, f: { type: string }, t: { type: string } }";
    let pages = mark(&format!("result: A[]\n{query}\npages: offset"), "x-pages");
    assert_eq!(pages, json!({ "offset": "offset", "limit": "limit" }));
    let range = mark(&format!("{query}\nrange: {{ from: f, to: t, days: 31 }}"), "x-range");
    assert_eq!(range, json!({ "from": "f", "to": "t", "days": 31 }));
}
