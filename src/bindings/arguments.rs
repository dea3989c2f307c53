//! What JavaScript hands over becomes the arguments of a request: names and JSON texts, written by the host's own
//! `JSON.stringify` (`js/parameters.js`).

use wasm_bindgen::prelude::*;

use super::values::{get, items, pairs, text};
use crate::contract::{self, OPERATIONS, Operation};
use crate::error::Error;
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;
use crate::request::{self, Argument, Arguments};
use crate::text::text as joined;

#[wasm_bindgen]
extern "C" {
    /// What a method of the package hands over: an object without a prototype, so that what is not there is undefined. Each
    /// property is of its kind: `js/options.js` has checked it.
    pub type CoreCall;
    /// A name such as `services.list`, or a route.
    #[wasm_bindgen(method, getter)]
    fn operation(this: &CoreCall) -> String;
    /// The helper, as users call it, where it is one.
    #[wasm_bindgen(method, getter)]
    pub fn helper(this: &CoreCall) -> Option<String>;
    /// Names and JSON texts in turn.
    #[wasm_bindgen(method, getter)]
    fn path(this: &CoreCall) -> JsValue;
    /// Names and JSON texts in turn.
    #[wasm_bindgen(method, getter)]
    fn query(this: &CoreCall) -> JsValue;
    /// A JSON text.
    #[wasm_bindgen(method, getter)]
    fn body(this: &CoreCall) -> Option<String>;
    /// What JSON could not hold: `{ path, expected, received }` each.
    #[wasm_bindgen(method, getter)]
    fn refused(this: &CoreCall) -> JsValue;
    /// A string, or bytes.
    #[wasm_bindgen(method, getter)]
    pub fn password(this: &CoreCall) -> JsValue;
    /// The states that are waited for.
    #[wasm_bindgen(method, getter)]
    pub fn states(this: &CoreCall) -> JsValue;
    /// Whether a stopped service is started.
    #[wasm_bindgen(method, getter)]
    pub fn start(this: &CoreCall) -> Option<bool>;
    /// For one attempt.
    #[wasm_bindgen(method, getter, js_name = timeoutMs)]
    pub fn timeout_ms(this: &CoreCall) -> Option<f64>;
    /// Of the whole wait.
    #[wasm_bindgen(method, getter, js_name = deadlineMs)]
    pub fn deadline_ms(this: &CoreCall) -> Option<f64>;
    /// Between two polls.
    #[wasm_bindgen(method, getter, js_name = pollIntervalMs)]
    pub fn poll_interval_ms(this: &CoreCall) -> Option<f64>;
    /// Names, in lower case, and values in turn.
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &CoreCall) -> JsValue;
    /// An `AbortSignal`.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &CoreCall) -> JsValue;
}

/// The `operation`: a name such as `services.list`, or a route such as `GET /v1/organizations`.
pub fn operation(given: &CoreCall) -> Result<&'static Operation, Error> {
    let given = given.operation();
    if let Some(operation) = contract::operation(&given).or_else(|| contract::operation_of_route(&given)) {
        return Ok(operation);
    }
    let routes: Vec<String> =
        OPERATIONS.iter().map(|operation| joined(&[operation.method.as_str(), " ", operation.path])).collect();
    let hint = match nearest(&given, routes.iter().map(String::as_str)) {
        Some(near) => joined(&["did you mean \"", near, "\"?"]),
        None => "a route is a method and a path template of the contract".to_owned(),
    };
    Err(Error::Configuration(joined(&["request: the contract has no route \"", &given, "\": ", &hint])))
}

/// The arguments: of `path` and `query` names and JSON texts in turn; the JSON text of the `body`; and what JSON could not
/// hold, as `refused`: `{ path, expected, received }` each.
pub fn read(given: &CoreCall) -> Arguments {
    let named = |list| pairs(list).into_iter().map(|(name, json)| Argument { name, json }).collect();
    let refused = items(&given.refused());
    Arguments {
        path: named(&given.path()),
        query: named(&given.query()),
        body: given.body(),
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
