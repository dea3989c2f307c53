//! Writes the whole contract as an OpenAPI 3.1 document: adds to each operation the envelope, the error and the
//! parameters, which the contract's short form omits. The package's types, methods, routes and openapi.json derive from
//! it.

use serde_json::{Map, Value, json};

use crate::document::{Document, Failure, Place};
use crate::marks;
use crate::operation::{Idempotency, Operation, Parameter, ResponseKind};

/// The whole document. `version` is that of the package.
pub fn write(document: &Document, operations: &[Operation], version: &str) -> Result<Value, Failure> {
    let place = Place::new("contract");
    let mut info = place.object(document.head.get("info").unwrap_or(&Value::Null))?.clone();
    info.insert("version".to_owned(), version.into());
    if !document.schemas.contains_key(ERROR) {
        return Err(place.failure(&format!("there is no schema {ERROR}")));
    }
    let schemes = document.head.get("securitySchemes").cloned().unwrap_or_else(|| json!({}));
    let security: Vec<Value> =
        schemes.as_object().into_iter().flat_map(Map::keys).map(|name| object([(name, json!([]))])).collect();
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            path.insert(operation.method.to_lowercase(), write_operation(operation));
        }
    }
    let schemas: Map<String, Value> =
        document.schemas.iter().map(|(name, (_, value))| (name.clone(), schema(value))).collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": info,
        "servers": document.head.get("servers").cloned().unwrap_or_else(|| json!([])),
        "security": security,
        "tags": tags(document),
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": schemes },
    }))
}

/// The schema of every error's body.
const ERROR: &str = "ErrorBody";

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// One tag per resource: the first part of its operations' names, described by the first of its files.
fn tags(document: &Document) -> Vec<Value> {
    let mut tags: Vec<Value> = Vec::new();
    for file in &document.files {
        let Some(name) = file.operations.keys().next().map(|name| resource(name)) else { continue };
        if tags.iter().any(|tag| tag.get("name").is_some_and(|known| known == name)) {
            continue;
        }
        tags.push(match &file.description {
            Some(description) => json!({ "name": name, "description": description.trim() }),
            None => json!({ "name": name }),
        });
    }
    tags
}

fn resource(name: &str) -> &str {
    name.split_once('.').map_or(name, |(resource, _)| resource)
}

fn write_operation(operation: &Operation) -> Value {
    let mut out = Map::new();
    let mut add = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    add("operationId", operation.id.as_str().into());
    add("x-name", operation.name.as_str().into());
    add(
        "x-idempotency",
        match &operation.idempotency {
            Idempotency::Safe => "safe".into(),
            Idempotency::Unsafe => "unsafe".into(),
            Idempotency::SafeWith(names) => json!({ "safeWith": names }),
            Idempotency::SafeWhen(name, values) => json!({ "safeWhen": object([(name, json!(values))]) }),
        },
    );
    if let Some(yields) = &operation.yields {
        add("x-yields", json!({ "property": yields.property, "unless": yields.unless }));
    }
    for (key, mark) in marks::expanded(operation) {
        add(key, mark);
    }
    if operation.beta {
        add("x-maturity", "beta".into());
    }
    if operation.deprecated {
        add("deprecated", true.into());
    }
    add("tags", json!([resource(&operation.name)]));
    add("summary", operation.summary.trim().into());
    if let Some(description) = &operation.description {
        add("description", description.trim().into());
    }
    if let Some(deviation) = &operation.deviation {
        add("x-deviation", deviation.clone());
    }
    let path = operation.path_parameters.iter().map(|one| parameter(one, "path"));
    let parameters: Vec<Value> =
        path.chain(operation.query_parameters.iter().map(|one| parameter(one, "query"))).collect();
    if !parameters.is_empty() {
        add("parameters", parameters.into());
    }
    if let Some(body) = &operation.body {
        let content = json!({ "application/json": { "schema": schema(&body.source) } });
        add("requestBody", json!({ "required": body.required, "content": content }));
    }
    add("responses", responses(operation));
    Value::Object(out)
}

fn parameter(parameter: &Parameter, place: &str) -> Value {
    let mut source = parameter.source.clone();
    let description = source.remove("description");
    let mut out = Map::new();
    out.insert("name".to_owned(), parameter.name.as_str().into());
    out.insert("in".to_owned(), place.into());
    if parameter.required {
        out.insert("required".to_owned(), true.into());
    }
    if let Some(Value::String(description)) = description {
        out.insert("description".to_owned(), description.trim().into());
    }
    if source.get("type").is_some_and(|kind| kind == "array") {
        out.insert("style".to_owned(), "form".into());
        out.insert("explode".to_owned(), true.into());
    }
    out.insert("schema".to_owned(), schema(&Value::Object(source)));
    Value::Object(out)
}

/// The responses: a success in its envelope, and the error.
fn responses(operation: &Operation) -> Value {
    let envelope = |result: Option<Value>| {
        let mut properties = json!({ "status": { "type": "number" }, "requestId": { "type": "string" } });
        if let (Some(result), Value::Object(properties)) = (result, &mut properties) {
            properties.insert("result".to_owned(), result);
        }
        json!({ "application/json": { "schema": { "type": "object", "properties": properties } } })
    };
    let content = match &operation.response {
        ResponseKind::Json(_, source) => envelope(Some(schema(source))),
        ResponseKind::Empty => envelope(None),
        ResponseKind::Text(media) => object([(media, json!({ "schema": { "type": "string" } }))]),
    };
    let error = json!({ "application/json": { "schema": { "$ref": reference(ERROR) } } });
    let success = if operation.status == 201 { "Created" } else { "OK" };
    object([
        (&operation.status.to_string(), json!({ "description": success, "content": content })),
        ("default", json!({ "description": "An error.", "content": error })),
    ])
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// A schema in full: with the type that the short form may omit, and with OpenAPI references.
fn schema(value: &Value) -> Value {
    let Value::Object(source) = value else { return value.clone() };
    let all = |values: &Value| Value::Array(values.as_array().into_iter().flatten().map(schema).collect());
    let each = |members: &Map<String, Value>, f: &dyn Fn(&Value) -> Value| {
        Value::Object(members.iter().map(|(name, value)| (name.clone(), f(value))).collect())
    };
    let mut out = Map::new();
    if !source.contains_key("type") {
        if source.contains_key("properties") || source.contains_key("additionalProperties") {
            out.insert("type".to_owned(), "object".into());
        } else if let Some(kind) = source.get("enum").and_then(Value::as_array).and_then(|values| type_of(values)) {
            out.insert("type".to_owned(), kind);
        }
    }
    for (key, value) in source {
        let value = match (key.as_str(), value) {
            ("$ref", Value::String(name)) => reference(name).into(),
            ("properties", Value::Object(properties)) => each(properties, &schema),
            ("items" | "additionalProperties", value) => schema(value),
            ("oneOf" | "anyOf" | "allOf", values) => all(values),
            ("discriminator", Value::Object(discriminator)) => each(discriminator, &|value| match value {
                Value::Object(mapping) => {
                    each(mapping, &|name| name.as_str().map_or(Value::Null, |name| reference(name).into()))
                }
                _ => value.clone(),
            }),
            ("description", Value::String(text)) => text.trim().into(),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    // `nullable` beside a `$ref` is an extension of the contract.
    if let (Some(Value::Bool(true)), Some(target)) = (out.remove("nullable"), out.get("$ref").cloned()) {
        out.remove("$ref");
        out.insert("anyOf".to_owned(), json!([{ "$ref": target }, { "type": "null" }]));
    }
    Value::Object(out)
}

/// The type of an enum's values.
fn type_of(values: &[Value]) -> Option<Value> {
    let texts = values.iter().filter(|value| value.is_string()).count();
    let nulls = values.iter().filter(|value| value.is_null()).count();
    match texts + nulls == values.len() && texts > 0 {
        true if nulls > 0 => Some(json!(["string", "null"])),
        true => Some("string".into()),
        false => None,
    }
}
