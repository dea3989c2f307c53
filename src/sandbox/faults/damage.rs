//! What a fault makes of an answer.
//!
//! Results are spoilt by the contract's schema of the answer, so that an operation that the contract gains is spoilt
//! like all others.

use serde_json::{Map, Value, json};

use super::{Fault, is_state};
use crate::contract::{Kind, Property, Record, Schema};
use crate::host::HttpResponse;
use crate::sandbox::http::envelope::{of_proxy, refused};
use crate::sandbox::http::rate_limit::Window;
use crate::sandbox::http::reply::Outcome;
use crate::sandbox::model::error::Refusal;
use crate::sandbox::model::random::Random;

/// States that nobody knows.
const STATES: &[&str] = &["hibernating", "relocating", "awaiting_approval"];
/// Properties that nobody knows.
const NAMES: &[&str] = &["futureFeature", "future_feature", "x-future-feature"];

const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const NOT_FOUND: &str = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
    <center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n";
const NO_UPSTREAM: &str = "no healthy upstream";
/// How long a proxy asks to stay away, in seconds.
const RETRY_AFTER: (u64, u64) = (1, 5);

/// What comes instead of what the request asks for; none: it is carried out.
pub fn instead(fault: Fault, request_id: &str, window: &Window, random: &Random) -> Option<Outcome> {
    match fault {
        Fault::RateLimited => {
            Some(Outcome::Respond(refused(Refusal::rate_limited(window.as_if_full(random)), request_id)))
        }
        Fault::ServerError => Some(Outcome::Respond(refused(Refusal::internal_error(), request_id))),
        Fault::Unavailable => {
            let mut response = of_proxy(503, "text/plain", NO_UPSTREAM);
            if random.chance(0.5) {
                let seconds = RETRY_AFTER.0 + random.below(RETRY_AFTER.1);
                response.headers.push(("retry-after".to_owned(), seconds.to_string()));
            }
            Some(Outcome::Respond(response))
        }
        Fault::DropBefore => Some(Outcome::Drop),
        Fault::NotFoundPage => Some(Outcome::Respond(of_proxy(404, "text/html", NOT_FOUND))),
        Fault::Outage => Some(outage(random)),
        Fault::Html if random.chance(0.5) => Some(bad_gateway()),
        Fault::DropAfter
        | Fault::Slow
        | Fault::Truncated
        | Fault::Html
        | Fault::WrongType
        | Fault::MissingProperty
        | Fault::UnknownState
        | Fault::UnknownProperty
        | Fault::Failed
        | Fault::PartiallyRunning
        | Fault::Degraded
        | Fault::IdleFirst
        | Fault::SoftDeleted
        | Fault::StaleRead => None,
    }
}

/// What becomes of the answer of a request that was carried out.
pub fn after(fault: Fault, mut response: HttpResponse, random: &Random) -> Outcome {
    match fault {
        Fault::DropAfter => return Outcome::Drop,
        Fault::Html => return bad_gateway(),
        // Of an object in JSON no beginning is JSON, too.
        Fault::Truncated => {
            let length = response.body.len();
            response.body.truncate(1 + random.below(length.saturating_sub(1) as u64) as usize);
        }
        Fault::RateLimited
        | Fault::ServerError
        | Fault::Unavailable
        | Fault::DropBefore
        | Fault::NotFoundPage
        | Fault::Outage
        | Fault::Slow
        | Fault::WrongType
        | Fault::MissingProperty
        | Fault::UnknownState
        | Fault::UnknownProperty
        | Fault::Failed
        | Fault::PartiallyRunning
        | Fault::Degraded
        | Fault::IdleFirst
        | Fault::SoftDeleted
        | Fault::StaleRead => {}
    }
    Outcome::Respond(response)
}

/// What a request meets during an outage.
pub fn outage(random: &Random) -> Outcome {
    if random.chance(0.5) { Outcome::Drop } else { Outcome::Respond(of_proxy(503, "text/plain", NO_UPSTREAM)) }
}

fn bad_gateway() -> Outcome {
    Outcome::Respond(of_proxy(502, "text/html", BAD_GATEWAY))
}

/// Spoils a result as the fault says. False: there is nothing in it to spoil, or it is not a fault that spoils results.
pub fn spoil(fault: Fault, result: &mut Value, schema: &Schema, random: &Random) -> bool {
    match fault {
        Fault::WrongType => {
            let breaks = |property: &Property, value: &Value| !value.is_null() && other(property.schema).is_some();
            at_one(result, schema, &breaks, random, |object, property| {
                object.insert(property.name.to_owned(), other(property.schema).unwrap_or_default());
            })
        }
        Fault::MissingProperty => {
            at_one(result, schema, &|property, _| property.required, random, |object, property| {
                object.remove(property.name);
            })
        }
        Fault::UnknownState => at_one(result, schema, &|property, _| is_state(property), random, |object, property| {
            object.insert(property.name.to_owned(), one(STATES, random).into());
        }),
        Fault::UnknownProperty => {
            let mut added = 0;
            each_record(result, schema, &mut |object, _| {
                let values = [json!({ "enabled": true }), json!("new"), json!(3), json!([]), Value::Null];
                // Never none at the first one, so that it shows.
                if added == 0 || random.below(2) == 0 {
                    object.insert(one(NAMES, random).to_owned(), one(&values, random));
                    added += 1;
                }
            });
            added > 0
        }
        Fault::RateLimited
        | Fault::ServerError
        | Fault::Unavailable
        | Fault::DropBefore
        | Fault::DropAfter
        | Fault::Slow
        | Fault::Truncated
        | Fault::Html
        | Fault::NotFoundPage
        | Fault::Outage
        | Fault::Failed
        | Fault::PartiallyRunning
        | Fault::Degraded
        | Fault::IdleFirst
        | Fault::SoftDeleted
        | Fault::StaleRead => false,
    }
}

/// Changes one property of those that are wanted, drawn from all that the result has.
fn at_one(
    result: &mut Value,
    schema: &Schema,
    wanted: &dyn Fn(&Property, &Value) -> bool,
    random: &Random,
    change: impl Fn(&mut Map<String, Value>, &Property),
) -> bool {
    let fits = |object: &Map<String, Value>, property: &Property| {
        object.get(property.name).is_some_and(|value| wanted(property, value))
    };
    let mut places = 0;
    each_record(result, schema, &mut |object, record| {
        places += record.properties.iter().filter(|property| fits(object, property)).count() as u64;
    });
    let mut left = random.below(places);
    let mut changed = false;
    each_record(result, schema, &mut |object, record| {
        for property in record.properties {
            if changed || !fits(object, property) {
                continue;
            }
            changed = left == 0;
            left = left.saturating_sub(1);
            if changed {
                change(object, property);
            }
        }
    });
    changed
}

/// Every object that the schema knows, from the outside to the inside.
fn each_record(value: &mut Value, schema: &Schema, visit: &mut dyn FnMut(&mut Map<String, Value>, &Record)) {
    match (value, &schema.kind) {
        (Value::Array(values), Kind::Array { items, .. }) => {
            for value in values {
                each_record(value, items, visit);
            }
        }
        (Value::Object(object), Kind::Record(record)) => {
            visit(object, record);
            for property in record.properties {
                if let Some(value) = object.get_mut(property.name) {
                    each_record(value, property.schema, visit);
                }
            }
        }
        _ => {}
    }
}

/// A value of a JSON type that the schema does not have; none: it has them all.
fn other(schema: &Schema) -> Option<Value> {
    match &schema.kind {
        Kind::Text(_) | Kind::Enum { .. } => Some(json!(42)),
        Kind::Number(_) | Kind::Integer(_) | Kind::NumberEnum(_) => Some(json!("42")),
        Kind::Boolean => Some(json!("true")),
        Kind::Array { .. } => Some(json!({})),
        Kind::Record(_) => Some(json!([])),
        Kind::Any | Kind::Union(_) => None,
    }
}

fn one<T: Clone + Default>(all: &[T], random: &Random) -> T {
    all.get(random.below(all.len() as u64) as usize).cloned().unwrap_or_default()
}
