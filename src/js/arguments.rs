//! What JavaScript hands over becomes the arguments of a request: names and JSON texts, written by the host's own
//! `JSON.stringify` (`pkg/src/parameters.js`).

use wasm_bindgen::JsValue;

use super::values::{get, items, pairs, text};
use crate::contract::{OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
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

/// The arguments: of `path` and `query` names and JSON texts in turn; the JSON text of the `body`; and what JSON could not
/// hold, as `refused`: `{ path, expected, received }` each.
pub fn read(given: &JsValue) -> Arguments {
    let named = |place| pairs(given, place).into_iter().map(|(name, json)| Argument { name, json }).collect();
    let refused = items(&get(given, "refused"));
    Arguments {
        path: named("path"),
        query: named("query"),
        body: text(given, "body"),
        refused: refused.iter().map(refusal).collect(),
    }
}

fn refusal(refused: &JsValue) -> Issue {
    let step = |step: &JsValue| match (step.as_string(), step.as_f64()) {
        (Some(key), _) => Step::Key(key.into()),
        (None, index) => Step::Index(index.unwrap_or_default() as usize),
    };
    let path: Vec<Step> = items(&get(refused, "path")).iter().map(step).collect();
    let words = |name| text(refused, name).unwrap_or_default();
    request::breach(&path, Code::Type, &words("expected"), &words("received"))
}

/// The arguments break the contract in one thing.
pub fn breach(operation: &'static Operation, path: &[Step], code: Code, expected: &str, received: &str) -> Error {
    Error::Request { operation, issues: vec![request::breach(path, code, expected, received)] }
}
