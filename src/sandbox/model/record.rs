//! A record: one thing of a resource, with its properties as the API shows them.
//!
//! Properties are kept only where the contract shows them, at every depth. So whatever a caller may write but never read
//! (a password of a source, a secret key) is gone as soon as the request is done.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::machine::Lifecycle;
use super::random::Random;
use crate::contract::{AdditionalProperties, Format, Kind, Schema};
use crate::validate::{Mode, Unknown, validate};

/// A record of a resource.
#[derive(Clone, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the order of creation, across all resources.
    pub number: u64,
    /// The values of the parameters of its path, without the organization's.
    pub path: Vec<String>,
    /// The properties that the API shows, but for the state of its lifecycle.
    pub shown: Map<String, Value>,
    /// Properties that rules of the sandbox need, and the API never shows. No secret is among them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub hidden: Map<String, Value>,
    /// Its states, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    pub random: Random,
}

impl Record {
    /// The record as the API shows it.
    pub fn show(&self) -> Value {
        let mut shown = self.shown.clone();
        if let Some(lifecycle) = &self.lifecycle {
            shown.insert(lifecycle.machine().property.to_owned(), lifecycle.shown().into());
        }
        Value::Object(shown)
    }

    /// Its identity below its parents; empty for the only record of a parent.
    pub fn id(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The text of a property that the API shows.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.shown.get(name).and_then(Value::as_str)
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        if let Some(lifecycle) = &mut self.lifecycle {
            lifecycle.visit_moments(visit);
        }
    }
}

/// The part of a value that a schema shows, at every depth. `null` stays where the schema allows it.
pub fn projected(value: &Value, schema: &'static Schema) -> Option<Value> {
    if value.is_null() {
        return schema.nullable.then_some(Value::Null);
    }
    match (&schema.kind, value) {
        (Kind::Object(object), Value::Object(given)) => {
            if object.properties.is_empty() && !matches!(object.additional, AdditionalProperties::Schema(_)) {
                return Some(value.clone());
            }
            let mut shown = Map::new();
            for (name, value) in given {
                let known = object.properties.iter().find(|property| property.name == name);
                let part = match (known, &object.additional) {
                    (Some(property), _) => projected(value, property.schema),
                    (None, AdditionalProperties::Schema(schema)) => projected(value, schema),
                    (None, AdditionalProperties::Allowed) => Some(value.clone()),
                    (None, AdditionalProperties::Unspecified) => None,
                };
                if let Some(part) = part {
                    shown.insert(name.clone(), part);
                }
            }
            Some(Value::Object(shown))
        }
        (Kind::Array { items, .. }, Value::Array(given)) => {
            Some(given.iter().filter_map(|item| projected(item, items)).collect())
        }
        (Kind::Union(_), value) => {
            let variant = variant(value, schema);
            if matches!(variant.kind, Kind::Union(_)) { Some(value.clone()) } else { projected(value, variant) }
        }
        (_, value) => Some(value.clone()),
    }
}

/// The variant of a union that a value fits best; of others, the schema itself.
pub fn variant(value: &Value, schema: &'static Schema) -> &'static Schema {
    let Kind::Union(variants) = &schema.kind else { return schema };
    let text = value.to_string();
    let issues = |variant: &&&'static Schema| {
        validate(text.as_bytes(), variant, Mode::Request { unknown: Unknown::Refuse }, &[]).issues.len()
    };
    variants.iter().min_by_key(issues).map_or(schema, |nearest| variant(value, nearest))
}

/// Adds the least value of each required property that is missing, at every depth.
pub fn complete(value: &mut Value, schema: &'static Schema) {
    match (&schema.kind, value) {
        (Kind::Object(object), Value::Object(members)) => {
            for property in object.properties {
                match members.get_mut(property.name) {
                    Some(member) => complete(member, property.schema),
                    None if property.required => {
                        members.insert(property.name.to_owned(), least(property.schema));
                    }
                    None => {}
                }
            }
        }
        (Kind::Array { items, .. }, Value::Array(members)) => {
            members.iter_mut().for_each(|member| complete(member, items));
        }
        _ => {}
    }
}

/// The least value of a schema: `false`, 0, an empty text, the first of an enum.
fn least(schema: &'static Schema) -> Value {
    if schema.nullable {
        return Value::Null;
    }
    let mut value = match &schema.kind {
        Kind::Any | Kind::Object(_) => Value::Object(Map::new()),
        Kind::Boolean => Value::Bool(false),
        Kind::Number(_) | Kind::Integer(_) => 0.into(),
        Kind::Text(text) => match text.format {
            Some(Format::Uuid) => "00000000-0000-4000-8000-000000000000".into(),
            Some(Format::DateTime) => "1970-01-01T00:00:00Z".into(),
            Some(Format::Date) => "1970-01-01".into(),
            _ => "".into(),
        },
        Kind::Enum { values, .. } => values.first().copied().unwrap_or_default().into(),
        Kind::NumberEnum(values) => values.first().and_then(|value| value.parse().ok()).unwrap_or(Value::Null),
        Kind::Array { .. } => Value::Array(Vec::new()),
        Kind::Union(variants) => variants.first().map_or(Value::Null, |variant| least(variant)),
    };
    complete(&mut value, schema);
    value
}

/// Merges a change into a value: objects by their properties, everything else as a whole.
pub fn merge(value: &mut Value, change: Value) {
    match (value, change) {
        (Value::Object(members), Value::Object(changes)) => {
            for (name, change) in changes {
                match members.get_mut(&name) {
                    Some(member) => merge(member, change),
                    None => {
                        members.insert(name, change);
                    }
                }
            }
        }
        (value, change) => *value = change,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::schema;

    #[test]
    fn only_what_the_contract_shows_is_kept() {
        let sent = json!({ "name": "ci", "hashData": { "keyIdHash": "secret" }, "ipAccessList": [{ "source": "::/0", "x": 1 }] });
        let kept = projected(&sent, schema("ApiKey").unwrap());
        assert_eq!(kept, Some(json!({ "name": "ci", "ipAccessList": [{ "source": "::/0" }] })));
    }

    #[test]
    fn required_properties_are_completed() {
        let mut value = json!({});
        complete(&mut value, schema("ReversePrivateEndpoint").unwrap());
        assert!(value.get("id").is_some_and(Value::is_string), "{value}");
        assert!(value.get("description").is_none());
    }

    #[test]
    fn changes_are_merged() {
        let mut value = json!({ "a": { "b": 1, "c": [1] }, "d": 2 });
        merge(&mut value, json!({ "a": { "c": [2, 3] }, "e": null }));
        assert_eq!(value, json!({ "a": { "b": 1, "c": [2, 3] }, "d": 2, "e": null }));
    }
}
