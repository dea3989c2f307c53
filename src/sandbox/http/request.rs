//! Checks path, query and body of a request against the contract: every issue at once, the body after path and query.
//!
//! A client only warns of a value that an open enum does not list, since a newer service may know it. The sandbox knows the
//! values of its contract and no others, but for regions.

use std::borrow::Cow;
use std::ptr;

use serde_json::{Map, Value};

use super::route::Route;
use crate::contract::{self, Kind, Operation, Parameter, Schema};
use crate::issue::{Issue, Step};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::rejection::Rejection;
use crate::validate::{Mode, Unknown, validate};

/// Checks a request of a route, and makes it a call.
pub fn read_call(route: Route, key: String, body: Option<&[u8]>) -> Result<Call, Rejection> {
    let Route { operation, origin, path, query } = route;
    let mut arguments = Map::new();
    let mut issues = Vec::new();
    for (name, value) in &path {
        let parameter = operation.path_parameters.iter().find(|parameter| parameter.name == *name);
        issues
            .extend(parameter.map(|it| argument_issues(&scalar(&it.schema.kind, value), it.schema, ["path", it.name])));
    }
    for parameter in operation.query_parameters {
        let value = argument(parameter, &query);
        if value.is_null() && !parameter.required {
            continue;
        }
        let mut found = argument_issues(&value, parameter.schema, ["query", parameter.name]);
        if value.is_null() {
            found.iter_mut().for_each(|issue| "nothing".clone_into(&mut issue.received));
        }
        issues.push(found);
        arguments.insert(parameter.name.to_owned(), value);
    }
    let issues: Vec<Issue> = issues.into_iter().flatten().collect();
    if !issues.is_empty() {
        return Err(Rejection::issues(&issues));
    }
    let body = read_body(operation, body)?;
    Ok(Call { operation, key, address: None, uses: Vec::new(), origin, path, query: arguments, body })
}

/// The issues of a parameter's value.
fn argument_issues(value: &Value, schema: &'static Schema, path: [&'static str; 2]) -> Vec<Issue> {
    check(value.to_string().as_bytes(), schema, &path.map(|step| Step::Key(Cow::Borrowed(step))))
}

/// The issues of a JSON text. A value that an open enum does not list is one, unless it stands for a region.
fn check(json: &[u8], schema: &'static Schema, root: &[Step]) -> Vec<Issue> {
    let report = validate(json, schema, Mode::Request { unknown: Unknown::Refuse }, root);
    let is_region = |issue: &Issue| issue.path.get(root.len()..).is_some_and(|path| leads_to_region(schema, path));
    let mut issues = report.issues;
    issues.extend(report.warnings.into_iter().filter(|warning| !is_region(warning)));
    issues
}

/// Whether a path leads from a schema to that of regions.
fn leads_to_region(schema: &'static Schema, path: &[Step]) -> bool {
    match (&schema.kind, path) {
        (Kind::Union(variants), path) => variants.iter().any(|variant| leads_to_region(variant, path)),
        (_, []) => ptr::eq(schema, contract::REGION),
        (Kind::Object(object), [Step::Key(name), rest @ ..]) => {
            let mut named = object.properties.iter().filter(|property| property.name == name);
            named.any(|property| leads_to_region(property.schema, rest))
        }
        (Kind::Array { items, .. }, [Step::Index(_), rest @ ..]) => leads_to_region(items, rest),
        _ => false,
    }
}

/// The value of a query parameter in the type of its schema; `null` when it is absent. A repeated scalar is a list, which its
/// schema refuses.
fn argument(parameter: &Parameter, query: &[(String, String)]) -> Value {
    let given: Vec<&str> =
        query.iter().filter(|(name, _)| name == parameter.name).map(|(_, value)| value.as_str()).collect();
    let kind = match &parameter.schema.kind {
        Kind::Array { items, .. } => Some(&items.kind),
        _ => None,
    };
    match (given.as_slice(), kind) {
        ([], _) => Value::Null,
        ([text], None) => scalar(&parameter.schema.kind, text),
        (texts, kind) => {
            let kind = kind.unwrap_or(&parameter.schema.kind);
            Value::Array(texts.iter().map(|text| scalar(kind, text)).collect())
        }
    }
}

fn scalar(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Boolean | Kind::Number(_) | Kind::Integer(_) => {
            // "null" is a text: an absent value is not written.
            serde_json::from_str(text).ok().filter(|value: &Value| !value.is_null()).unwrap_or_else(|| text.into())
        }
        _ => text.into(),
    }
}

/// Reads and checks a JSON body. A body of an operation that takes none is ignored.
pub fn read_body(operation: &Operation, body: Option<&[u8]>) -> Result<Map<String, Value>, Rejection> {
    let Some(expected) = &operation.body else { return Ok(Map::new()) };
    let text = str::from_utf8(body.unwrap_or_default())
        .map_err(|fault| Rejection::bad_request(format!("body: expected JSON in UTF-8, received {fault}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = match Some(text.trim_matches([' ', '\t', '\n', '\r'])).filter(|body| !body.is_empty()) {
        Some(body) => body,
        None if expected.required => {
            return Err(Rejection::bad_request("body: expected a JSON object, received nothing"));
        }
        None => "{}",
    };
    let value: Value = serde_json::from_str(body)
        .map_err(|fault| Rejection::bad_request(format!("body: expected JSON, received {fault}")))?;
    let root = [Step::Key(Cow::Borrowed("body"))];
    let issues = check(body.as_bytes(), expected.schema, &root);
    match value {
        Value::Object(body) if issues.is_empty() => Ok(body),
        _ if issues.is_empty() => Err(Rejection::bad_request("body: expected an object")),
        _ => Err(Rejection::issues(&issues)),
    }
}
