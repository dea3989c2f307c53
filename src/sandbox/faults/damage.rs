//! The damage that a fault does to a response: a replacement, or an altered result, body or connection.
//!
//! Results are altered by the contract's schema of the operation, so that new operations need no line here.

use serde_json::{Map, Value, json};

use super::{Fault, is_state};
use crate::contract::{AdditionalProperties, Kind, Object, Property, Schema};
use crate::host::HttpResponse;
use crate::sandbox::http::envelope::{self, from_proxy};
use crate::sandbox::http::rate_limit::RateWindow;
use crate::sandbox::http::reply::Delivery;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;

/// States that no client knows.
const STATES: &[&str] = &["hibernating", "relocating", "awaiting_approval"];
/// Properties that no client knows.
const NAMES: &[&str] = &["futureFeature", "future_feature", "x-future-feature"];

const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const NOT_FOUND: &str = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
    <center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n";
const NO_UPSTREAM: &str = "no healthy upstream";
/// The `retry-after` of a proxy, in seconds.
const RETRY_AFTER: (u64, u64) = (1, 5);

/// The delivery of a request that the fault keeps from running; none: the request runs.
pub fn replacement(fault: Fault, request_id: &str, window: &RateWindow, random: &Random) -> Option<Delivery> {
    match fault {
        Fault::RateLimited => {
            Some(Delivery::Respond(envelope::error(Rejection::rate_limited(window.as_if_full(random)), request_id)))
        }
        Fault::ServerError => Some(Delivery::Respond(envelope::error(Rejection::internal_error(), request_id))),
        Fault::Unavailable => {
            let mut response = from_proxy(503, "text/plain", NO_UPSTREAM);
            if random.chance(0.5) {
                let seconds = RETRY_AFTER.0 + random.below(RETRY_AFTER.1);
                response.headers.push(("retry-after".to_owned(), seconds.to_string()));
            }
            Some(Delivery::Respond(response))
        }
        Fault::DropBefore => Some(Delivery::Drop),
        Fault::NotFoundPage => Some(Delivery::Respond(from_proxy(404, "text/html", NOT_FOUND))),
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
        | Fault::InternalError
        | Fault::SourceGone
        | Fault::Crashed
        | Fault::Rejected
        | Fault::Expired
        | Fault::BackupFailed
        | Fault::StaleRead => None,
    }
}

/// The delivery of a request that ran.
pub fn alter_response(fault: Fault, mut response: HttpResponse, random: &Random) -> Delivery {
    match fault {
        Fault::DropAfter => return Delivery::Drop,
        Fault::Html => return bad_gateway(),
        // No proper prefix of a JSON object is JSON.
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
        | Fault::InternalError
        | Fault::SourceGone
        | Fault::Crashed
        | Fault::Rejected
        | Fault::Expired
        | Fault::BackupFailed
        | Fault::StaleRead => {}
    }
    Delivery::Respond(response)
}

/// The delivery of a request during an outage.
pub fn outage(random: &Random) -> Delivery {
    if random.chance(0.5) { Delivery::Drop } else { Delivery::Respond(from_proxy(503, "text/plain", NO_UPSTREAM)) }
}

fn bad_gateway() -> Delivery {
    Delivery::Respond(from_proxy(502, "text/html", BAD_GATEWAY))
}

/// Alters a result. False: nothing in it fits, or the fault alters no results.
pub fn alter_result(fault: Fault, result: &mut Value, schema: &Schema, random: &Random) -> bool {
    match fault {
        Fault::WrongType => {
            let breaks = |property: &Property, value: &Value| !value.is_null() && other_type(property.schema).is_some();
            alter_one(result, schema, &breaks, random, |object, property| {
                object.insert(property.name.to_owned(), other_type(property.schema).unwrap_or_default());
            })
        }
        Fault::MissingProperty => {
            alter_one(result, schema, &|property, _| property.required, random, |object, property| {
                object.remove(property.name);
            })
        }
        Fault::UnknownState => {
            alter_one(result, schema, &|property, _| is_state(property), random, |object, property| {
                object.insert(property.name.to_owned(), pick(STATES, random).into());
            })
        }
        Fault::UnknownProperty => {
            let mut added = 0;
            visit_objects(result, schema, &mut |object, record| {
                // In a map every name is known.
                if matches!(record.additional, AdditionalProperties::Schema(_)) {
                    return;
                }
                let values = [json!({ "enabled": true }), json!("new"), json!(3), json!([]), Value::Null];
                // The first object always gets one, so that the fault has an effect.
                if added == 0 || random.below(2) == 0 {
                    object.insert(pick(NAMES, random).to_owned(), pick(&values, random));
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
        | Fault::InternalError
        | Fault::SourceGone
        | Fault::Crashed
        | Fault::Rejected
        | Fault::Expired
        | Fault::BackupFailed
        | Fault::StaleRead => false,
    }
}

/// Alters one property, drawn from those that fit.
fn alter_one(
    result: &mut Value,
    schema: &Schema,
    wanted: &dyn Fn(&Property, &Value) -> bool,
    random: &Random,
    change: impl Fn(&mut Map<String, Value>, &Property),
) -> bool {
    let fits = |object: &Map<String, Value>, property: &Property| {
        object.get(property.name).is_some_and(|value| wanted(property, value))
    };
    let mut count = 0;
    visit_objects(result, schema, &mut |object, record| {
        count += record.properties.iter().filter(|property| fits(object, property)).count() as u64;
    });
    let mut left = random.below(count);
    let mut changed = false;
    visit_objects(result, schema, &mut |object, record| {
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

/// Visits every object that the schema has, outer ones first.
fn visit_objects(value: &mut Value, schema: &Schema, visit: &mut dyn FnMut(&mut Map<String, Value>, &Object)) {
    match (value, &schema.kind) {
        (Value::Array(values), Kind::Array { items, .. }) => {
            for value in values {
                visit_objects(value, items, visit);
            }
        }
        (Value::Object(object), Kind::Object(record)) => {
            visit(object, record);
            for property in record.properties {
                if let Some(value) = object.get_mut(property.name) {
                    visit_objects(value, property.schema, visit);
                }
            }
        }
        _ => {}
    }
}

/// A value of another JSON type than the schema's; none: the schema allows every type.
fn other_type(schema: &Schema) -> Option<Value> {
    match &schema.kind {
        Kind::Text(_) | Kind::Enum { .. } => Some(json!(42)),
        Kind::Number(_) | Kind::Integer(_) | Kind::NumberEnum(_) => Some(json!("42")),
        Kind::Boolean => Some(json!("true")),
        Kind::Array { .. } => Some(json!({})),
        Kind::Object(_) => Some(json!([])),
        Kind::Any | Kind::Union(_) => None,
    }
}

fn pick<T: Clone + Default>(all: &[T], random: &Random) -> T {
    all.get(random.below(all.len() as u64) as usize).cloned().unwrap_or_default()
}
