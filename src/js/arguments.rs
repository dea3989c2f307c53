//! JavaScript values become the arguments of a request: JSON texts, written by the host's own `JSON.stringify`.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::options::{Options, js_text};
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
    if !query.is_undefined() && !query.is_null() {
        if !query.is_object() || Array::is_array(query) {
            return Err(breach(operation, vec!["query".into()], "an object", query));
        }
        for pair in Object::entries(query.unchecked_ref()).iter() {
            let pair: Array = pair.unchecked_into();
            let name = pair.get(0).as_string().unwrap_or_default();
            arguments.query.extend(argument(operation, "query", &name, &pair.get(1))?);
        }
    }
    if !body.is_undefined() {
        arguments.body = Some(json(operation, vec!["body".into()], body)?);
    }
    Ok(arguments)
}

/// The arguments of `request` and `buildRequest`: `{ path, query, body }`.
pub fn read_all(operation: &'static Operation, value: JsValue) -> Result<Arguments, Error> {
    let given = Options::new(operation.name, value, &["path", "query", "body"])?;
    let get = |name| given.get(name).unwrap_or(JsValue::UNDEFINED);
    let path = get("path");
    let mut names = Vec::new();
    if !path.is_undefined() {
        if !path.is_object() {
            return Err(breach(operation, vec!["path".into()], "an object", &path));
        }
        for name in Object::keys(path.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()) {
            let value = Reflect::get(&path, &name.as_str().into()).unwrap_or(JsValue::UNDEFINED);
            names.push((name, value));
        }
    }
    let path = names.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    read(operation, path, &get("query"), &get("body"))
}

/// The operation of a route such as `GET /v1/organizations`.
pub fn route(value: &JsValue) -> Result<&'static Operation, Error> {
    let given = value.as_string().unwrap_or_default();
    let routes: Vec<String> =
        OPERATIONS.iter().map(|operation| format!("{} {}", operation.method.as_str(), operation.path)).collect();
    let found = OPERATIONS.iter().zip(&routes).find(|(_, route)| **route == given);
    found.map(|(operation, _)| *operation).ok_or_else(|| {
        let hint = match nearest(&given, routes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "a route is a method and a path template of the contract".to_owned(),
        };
        Error::Configuration(format!("request: the contract has no route \"{given}\": {hint}"))
    })
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
    let json = json(operation, vec![place.into(), name.to_owned()], value)?;
    let texts = match value.dyn_ref::<Array>() {
        Some(items) => items.iter().map(|item| text(&item)).collect(),
        None => vec![text(value)],
    };
    Ok(Some(Argument { name: name.to_owned(), json, texts }))
}

/// As it stands in an address; what cannot is refused by the contract.
fn text(value: &JsValue) -> String {
    if value.is_object() || value.is_symbol() { String::new() } else { js_text(value) }
}

fn json(operation: &'static Operation, path: Vec<String>, value: &JsValue) -> Result<String, Error> {
    let written = JSON::stringify(value).ok().and_then(|text| text.as_string());
    written.ok_or_else(|| breach(operation, path, "a value that JSON can hold", value))
}

fn breach(operation: &'static Operation, path: Vec<String>, expected: &str, received: &JsValue) -> Error {
    let issue = Issue {
        path: path.into_iter().map(|step| Step::Key(step.into())).collect(),
        code: Code::Type,
        expected: expected.to_owned(),
        received: match Array::is_array(received) {
            true => "an array".to_owned(),
            false => format!("a value of type {}", received.js_typeof().as_string().unwrap_or_default()),
        },
        hint: None,
    };
    Error::Request { operation, issues: vec![issue] }
}
