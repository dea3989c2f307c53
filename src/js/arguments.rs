//! JavaScript values become the arguments of a request: JSON texts, written by the host's own `JSON.stringify`.

use wasm_bindgen::prelude::*;

use super::options::Options;
use super::values::{describe, get, is_object, json, keys, texts};
use crate::contract::{OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;
use crate::request::{Argument, Arguments};

/// The arguments of a call: `{ path, query, body }`. What is undefined is not there.
pub fn read_all(operation: &'static Operation, value: JsValue) -> Result<Arguments, Error> {
    let given = Options::new(operation.name, value, "path:any query:any body:any")?;
    let mut arguments = Arguments::default();
    read_object(operation, "path", &given.given("path"), &mut arguments.path)?;
    read_object(operation, "query", &given.given("query"), &mut arguments.query)?;
    let body = given.value("body");
    if !body.is_undefined() {
        arguments.body = Some(json(&body).ok_or_else(|| no_json(operation, vec!["body".into()], &body))?);
    }
    Ok(arguments)
}

/// One argument of the path, which must be there.
pub fn one(operation: &'static Operation, arguments: &Arguments, name: &'static str) -> Result<Argument, Error> {
    arguments.path.iter().find(|argument| argument.name == name).cloned().ok_or_else(|| Error::Request {
        operation,
        issues: vec![Issue {
            path: vec![Step::Key("path".into()), Step::Key(name.into())],
            code: Code::Required,
            expected: "a UUID".to_owned(),
            received: "nothing".to_owned(),
            hint: None,
        }],
    })
}

/// The operation of a name such as `services.list`, or of a route such as `GET /v1/organizations`.
pub fn operation(value: &JsValue) -> Result<&'static Operation, Error> {
    let given = value.as_string().unwrap_or_default();
    if let Some(operation) = OPERATIONS.iter().find(|operation| operation.name == given) {
        return Ok(operation);
    }
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
    if value.is_undefined() {
        return Ok(());
    }
    if !is_object(value) {
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
