//! What JavaScript hands over becomes the arguments of a request: names and JSON texts, written by the host's own
//! `JSON.stringify` (`pkg/src/parameters.js`).

use wasm_bindgen::JsValue;

use super::values::{get, text, texts};
use crate::contract::{OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Step};
use crate::nearest::nearest;
use crate::request::{self, Argument, Arguments};
use crate::text::text as joined;

/// The `operation`: a name such as `services.list`, or a route such as `GET /v1/organizations`.
pub fn operation(given: &JsValue) -> Result<&'static Operation, Error> {
    let given = text(given, "operation").unwrap_or_default();
    let mut routes = Vec::with_capacity(OPERATIONS.len());
    for operation in OPERATIONS {
        let route = joined(&[operation.method.as_str(), " ", operation.path]);
        if operation.name == given || route == given {
            return Ok(operation);
        }
        routes.push(route);
    }
    let hint = match nearest(&given, routes.iter().map(String::as_str)) {
        Some(near) => joined(&["did you mean \"", near, "\"?"]),
        None => "a route is a method and a path template of the contract".to_owned(),
    };
    Err(Error::Configuration(joined(&["request: the contract has no route \"", &given, "\": ", &hint])))
}

/// The arguments: of `path` and `query` names and values in turn, where one text alone says what came instead of an
/// object; and the `body`. A value that JSON cannot hold is an exclamation mark and what it is.
pub fn read(operation: &'static Operation, given: &JsValue) -> Result<Arguments, Error> {
    let body = text(given, "body");
    if let Some(received) = body.as_deref().and_then(|json| json.strip_prefix('!')) {
        return Err(breach(operation, &[Step::Key("body".into())], Code::Type, NO_JSON, received));
    }
    let path = pairs(operation, "path", given)?;
    Ok(Arguments { path, query: pairs(operation, "query", given)?, body })
}

const NO_JSON: &str = "a value that JSON can hold";

fn pairs(operation: &'static Operation, place: &'static str, given: &JsValue) -> Result<Vec<Argument>, Error> {
    let mut arguments = Vec::new();
    let mut list = texts(&get(given, place)).into_iter();
    while let Some(name) = list.next() {
        let Some(json) = list.next() else {
            return Err(breach(operation, &[Step::Key(place.into())], Code::Type, "an object", &name));
        };
        if let Some(received) = json.strip_prefix('!') {
            let path = [Step::Key(place.into()), Step::Key(name.into())];
            return Err(breach(operation, &path, Code::Type, NO_JSON, received));
        }
        arguments.push(Argument { name, json });
    }
    Ok(arguments)
}

/// The arguments break the contract in one thing.
pub fn breach(operation: &'static Operation, path: &[Step], code: Code, expected: &str, received: &str) -> Error {
    Error::Request { operation, issues: vec![request::breach(path, code, expected, received)] }
}
