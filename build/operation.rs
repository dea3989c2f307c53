//! Reads the operations of the contract: each method of each path.

use serde_json::{Map, Value};

use crate::document::{Document, Failure, Place};
use crate::schema::{self, Schema};

/// An operation, as the tables will have it.
#[derive(Debug)]
pub struct Operation {
    /// Where it stands in the contract.
    pub place: Place,
    pub id: String,
    /// `services.list`
    pub name: String,
    pub method: &'static str,
    pub path: String,
    pub path_parameters: Vec<Parameter>,
    pub query_parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub response: ResponseKind,
    pub idempotency: Idempotency,
    pub yields: Option<Yields>,
    pub deprecated: bool,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub schema: Schema,
    pub required: bool,
}

#[derive(Debug)]
pub struct Body {
    pub schema: Schema,
    pub required: bool,
}

#[derive(Debug)]
pub enum ResponseKind {
    Json(Schema),
    Empty,
    Text,
}

#[derive(Debug)]
pub enum Idempotency {
    Safe,
    Unsafe,
    SafeWith(Vec<String>),
}

/// What the call is for: a property of the result, unless the body has one of these.
#[derive(Debug)]
pub struct Yields {
    pub property: String,
    pub unless: Vec<String>,
}

const METHODS: &[(&str, &str)] =
    &[("get", "Get"), ("post", "Post"), ("put", "Put"), ("patch", "Patch"), ("delete", "Delete")];

/// Reads every operation, in the order of the files.
pub fn read_all(document: &Document) -> Result<Vec<Operation>, Failure> {
    let mut operations: Vec<Operation> = Vec::new();
    for (file, path, item) in &document.paths {
        let place = Place::new(file).at("paths").at(path);
        for (key, value) in place.object(item)? {
            let place = place.at(key);
            let Some((_, method)) = METHODS.iter().find(|(name, _)| name == key) else {
                return Err(place.failure("unknown method"));
            };
            let operation = read(document, path, method, value, &place)?;
            if operations.iter().any(|known| known.name == operation.name || known.id == operation.id) {
                return Err(place.failure("its operationId or x-name stands twice"));
            }
            operations.push(operation);
        }
    }
    Ok(operations)
}

fn read(
    document: &Document,
    path: &str,
    method: &'static str,
    value: &Value,
    place: &Place,
) -> Result<Operation, Failure> {
    let object = place.object(value)?;
    place.only(
        object,
        &["operationId", "x-name", "x-idempotency", "x-yields", "parameters", "requestBody", "responses"],
        &["summary", "description", "deprecated", "tags"],
    )?;
    let name = place.text(object, "x-name")?.to_owned();
    if name.split('.').count() != 2 {
        return Err(place.at("x-name").failure("must be resource.method"));
    }
    let (mut path_parameters, mut query_parameters) = (Vec::new(), Vec::new());
    if let Some(parameters) = object.get("parameters") {
        let place = place.at("parameters");
        for (index, value) in place.list(parameters)?.iter().enumerate() {
            let place = place.at(&format!("[{index}]"));
            let object = place.object(value)?;
            place.only(
                object,
                &["name", "in", "required", "schema", "style", "explode"],
                &["description", "deprecated"],
            )?;
            let parameter = Parameter {
                name: place.text(object, "name")?.to_owned(),
                schema: match object.get("schema") {
                    Some(schema) => schema::read(document, schema, &place.at("schema"))?,
                    None => return Err(place.failure("needs a schema")),
                },
                required: place.flag(object, "required")?,
            };
            match place.text(object, "in")? {
                "path" => path_parameters.push(parameter),
                "query" => query_parameters.push(parameter),
                other => return Err(place.failure(&format!("parameters in {other} are not supported"))),
            }
        }
    }
    let named: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    if !named.iter().copied().eq(path_parameters.iter().map(|parameter| parameter.name.as_str())) {
        return Err(place.failure("the path's parameters must be declared, in the path's order"));
    }
    Ok(Operation {
        place: place.clone(),
        id: place.text(object, "operationId")?.to_owned(),
        name,
        method,
        path: path.to_owned(),
        path_parameters,
        query_parameters,
        body: body(document, object, place)?,
        response: read_response(document, object, place)?,
        idempotency: read_idempotency(object, place)?,
        yields: yields(object, place)?,
        deprecated: place.flag(object, "deprecated")?,
    })
}

fn body(document: &Document, object: &Map<String, Value>, place: &Place) -> Result<Option<Body>, Failure> {
    let Some(value) = object.get("requestBody") else { return Ok(None) };
    let place = place.at("requestBody");
    let required = place.flag(place.object(value)?, "required")?;
    match value.pointer("/content/application~1json/schema") {
        Some(schema) => Ok(Some(Body { schema: schema::read(document, schema, &place.at("schema"))?, required })),
        None => Err(place.failure("needs content application/json with a schema")),
    }
}

/// What a 2xx brings: `result` of the envelope, or text.
fn read_response(document: &Document, object: &Map<String, Value>, place: &Place) -> Result<ResponseKind, Failure> {
    let place = place.at("responses");
    let responses = place.object(object.get("responses").unwrap_or(&Value::Null))?;
    let Some((status, response)) = responses.iter().find(|(status, _)| status.starts_with('2')) else {
        return Err(place.failure("needs a success"));
    };
    let place = place.at(status);
    let Some(content) = response.get("content") else { return Ok(ResponseKind::Empty) };
    match content.pointer("/application~1json/schema") {
        None => Ok(ResponseKind::Text),
        Some(envelope) => match envelope.pointer("/properties/result") {
            None => Ok(ResponseKind::Empty),
            Some(result) => Ok(ResponseKind::Json(schema::read(document, result, &place.at("result"))?)),
        },
    }
}

fn read_idempotency(object: &Map<String, Value>, place: &Place) -> Result<Idempotency, Failure> {
    let place = place.at("x-idempotency");
    match object.get("x-idempotency") {
        Some(Value::String(word)) if word == "safe" => Ok(Idempotency::Safe),
        Some(Value::String(word)) if word == "unsafe" => Ok(Idempotency::Unsafe),
        Some(Value::Object(with)) if with.len() == 1 && with.contains_key("safeWith") => {
            Ok(Idempotency::SafeWith(place.texts(with.get("safeWith").unwrap_or(&Value::Null))?))
        }
        _ => Err(place.failure("must be safe, unsafe or { safeWith: [property] }")),
    }
}

fn yields(object: &Map<String, Value>, place: &Place) -> Result<Option<Yields>, Failure> {
    let Some(value) = object.get("x-yields") else { return Ok(None) };
    let place = place.at("x-yields");
    let object = place.object(value)?;
    place.only(object, &["property", "unless"], &[])?;
    let unless = object.get("unless").map_or(Ok(Vec::new()), |names| place.at("unless").texts(names))?;
    Ok(Some(Yields { property: place.text(object, "property")?.to_owned(), unless }))
}
