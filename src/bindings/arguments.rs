//! Turns the values that JavaScript passes into the arguments of a request. They arrive as names and JSON texts,
//! written by the runtime's own `JSON.stringify` (`js/parameters.js`).

use wasm_bindgen::prelude::*;

use super::seam::{CoreArguments, CoreRefusal, CoreRequest};
use super::values::paired;
use crate::contract::{self, OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
use crate::request::{Argument, Arguments};
use crate::suggest::nearest;

/// The `operation`: a name such as `services.list`, or a route such as `GET /v1/organizations`.
pub fn operation(given: &CoreRequest) -> Result<&'static Operation, Error> {
    let given = given.operation();
    if let Some(operation) = contract::operation(&given).or_else(|| contract::operation_of_route(&given)) {
        return Ok(operation);
    }
    let routes: Vec<String> =
        OPERATIONS.iter().map(|operation| format!("{} {}", operation.method.as_str(), operation.path)).collect();
    let hint = match nearest(&given, routes.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "a route is a method and a path template of the contract".to_owned(),
    };
    Err(Error::Configuration(format!("request: the contract has no route \"{given}\": {hint}")))
}

/// The arguments, and the values among them that JSON cannot hold.
pub fn read(given: &CoreArguments) -> Arguments {
    let named = |list| paired(list).into_iter().map(|(name, json)| Argument { name, json }).collect();
    Arguments {
        path: named(given.path()),
        query: named(given.query()),
        body: given.body(),
        refused: given.refused().iter().map(refusal).collect(),
    }
}

fn refusal(refused: &CoreRefusal) -> Issue {
    let steps = refused.steps();
    let step = |step: &JsValue| match (step.as_string(), step.as_f64()) {
        (Some(key), _) => Step::Key(key.into()),
        (None, index) => Step::Index(index.unwrap_or_default() as usize),
    };
    let path: Vec<Step> = steps.iter().map(step).collect();
    Issue::new(&path, Code::Type, &refused.expected(), &refused.received())
}

/// An argument that violates the contract in one point.
pub fn violation(operation: &'static Operation, path: &[Step], code: Code, expected: &str, received: &str) -> Error {
    Error::Request { operation, issues: vec![Issue::new(path, code, expected, received)] }
}
