//! JavaScript values become the arguments of a request: JSON texts, written by the host's own `JSON.stringify`.

use wasm_bindgen::prelude::*;

use super::options::{Known, Options};
use super::values::{describe, fits, get, json, keys, texts};
use crate::contract::{OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;
use crate::request::{Argument, Arguments};

/// The arguments of a method: the values of the path by name, the query, the body. What is undefined is not there.
pub fn read(
    operation: &'static Operation,
    path: Vec<(&str, JsValue)>,
    query: &JsValue,
    body: &JsValue,
) -> Result<Arguments, Error> {
    let mut arguments = Arguments::default();
    for (name, value) in path {
        arguments.path.extend(argument(operation, "path", name, &value)?);
    }
    read_object(operation, "query", query, &mut arguments.query)?;
    if !body.is_undefined() {
        arguments.body = Some(json(body).ok_or_else(|| no_json(operation, vec!["body".into()], body))?);
    }
    Ok(arguments)
}

/// The arguments of `request` and `buildRequest`: `{ path, query, body }`.
pub fn read_all(operation: &'static Operation, value: JsValue) -> Result<Arguments, Error> {
    const KNOWN: &[Known] = &[Known::any("path"), Known::any("query"), Known::any("body")];
    let given = Options::new(operation.name, value.clone(), KNOWN)?;
    let get = |name| given.get(name).unwrap_or(JsValue::UNDEFINED);
    let mut arguments = read(operation, Vec::new(), &get("query"), &get("body"))?;
    read_object(operation, "path", &get("path"), &mut arguments.path)?;
    Ok(arguments)
}

/// The operation of a route such as `GET /v1/organizations`.
pub fn route(value: &JsValue) -> Result<&'static Operation, Error> {
    let given = value.as_string().unwrap_or_default();
    let routes: Vec<String> =
        OPERATIONS.iter().map(|operation| [operation.method.as_str(), " ", operation.path].concat()).collect();
    if let Some((operation, _)) = OPERATIONS.iter().zip(&routes).find(|(_, route)| **route == given) {
        return Ok(operation);
    }
    let hint = match nearest(&given, routes.iter().map(String::as_str)) {
        Some(near) => ["did you mean \"", near, "\"?"].concat(),
        None => "a route is a method and a path template of the contract".to_owned(),
    };
    Err(Error::Configuration(["request: the contract has no route \"", &given, "\": ", &hint].concat()))
}

fn read_object(
    operation: &'static Operation,
    place: &'static str,
    value: &JsValue,
    arguments: &mut Vec<Argument>,
) -> Result<(), Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(());
    }
    if !fits(value, "object", "") {
        return Err(breach(operation, vec![place.into()], "an object", value));
    }
    for name in keys(value) {
        arguments.extend(argument(operation, place, &name, &get(value, &name))?);
    }
    Ok(())
}

fn argument(
    operation: &'static Operation,
    place: &'static str,
    name: &str,
    value: &JsValue,
) -> Result<Option<Argument>, Error> {
    if value.is_undefined() {
        return Ok(None);
    }
    match json(value) {
        Some(json) => Ok(Some(Argument { name: name.to_owned(), json, texts: texts(value) })),
        None => Err(no_json(operation, vec![place.into(), name.to_owned().into()], value)),
    }
}

type Path = Vec<std::borrow::Cow<'static, str>>;

fn no_json(operation: &'static Operation, path: Path, received: &JsValue) -> Error {
    breach(operation, path, "a value that JSON can hold", received)
}

fn breach(operation: &'static Operation, path: Path, expected: &str, received: &JsValue) -> Error {
    let issue = Issue {
        path: path.into_iter().map(Step::Key).collect(),
        code: Code::Type,
        expected: expected.to_owned(),
        received: describe(received),
        hint: None,
    };
    Error::Request { operation, issues: vec![issue] }
}
