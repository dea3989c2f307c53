//! A record: one thing of a resource, with its properties as the API shows them.
//!
//! Properties are kept only where the contract shows them, at every depth. So whatever a caller may write but never read
//! (a password of a source, a secret key) is gone as soon as the request is done.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::machine::Lifecycle;
use super::random::Random;
use super::time::{parse, timestamp};
use super::usage::Metered;
use crate::contract::{AdditionalProperties, Format, Kind, Property, Schema};
use crate::validate::{Mode, Unknown, validate};

/// The properties with the moment at which a key, an invitation or an upload ends.
const EXPIRIES: [&str; 2] = ["expireAt", "expiresAt"];

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
    /// What it has used of all that is paid for.
    #[serde(default, skip_serializing_if = "Metered::is_empty")]
    pub usage: Metered,
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

    /// Visits every moment that something happens at, to shift it: those of its lifecycle and its usage, and its expiry.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        if let Some(lifecycle) = &mut self.lifecycle {
            lifecycle.visit_moments(visit);
        }
        self.usage.values_mut().for_each(|usage| usage.visit_moments(visit));
        for expiry in EXPIRIES {
            let Some(shown) = self.shown.get_mut(expiry) else { continue };
            let Some(before) = shown.as_str().and_then(parse) else { continue };
            let mut moment = before;
            visit(&mut moment);
            // A text that another program wrote stays as it is where nothing is shifted.
            if moment != before {
                *shown = timestamp(moment).into();
            }
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
        // Sent in another form than shown: only its resource knows the difference.
        (Kind::Object(_) | Kind::Array { .. }, _) => None,
        (_, value) => Some(value.clone()),
    }
}

/// The variant of a union that a value fits best; of others, the schema itself. A value that names a variant by one of its
/// constants is never of another one, whatever else it has: what is written is often more than what is shown.
pub fn variant(value: &Value, schema: &'static Schema) -> &'static Schema {
    let Kind::Union(variants) = &schema.kind else { return schema };
    if let [only] = variants {
        return variant(value, only);
    }
    let text = value.to_string();
    let misfit = |variant: &&&'static Schema| {
        let mode = Mode::Request { unknown: Unknown::Refuse };
        (names_another(value, variant), validate(text.as_bytes(), variant, mode, &[]).issues.len())
    };
    variants.iter().min_by_key(misfit).map_or(schema, |nearest| variant(value, nearest))
}

/// Whether a property of an object is a constant of the schema, and another one in the value.
fn names_another(value: &Value, schema: &'static Schema) -> bool {
    let differs = |property: &Property| match (&property.schema.kind, value.get(property.name)) {
        (Kind::Enum { values, open: false }, Some(Value::String(text))) => !values.contains(&text.as_str()),
        _ => false,
    };
    match &schema.kind {
        Kind::Object(object) => object.properties.iter().any(differs),
        Kind::Union(variants) => variants.iter().all(|variant| names_another(value, variant)),
        _ => false,
    }
}

/// Shows as `null` what may be null and is absent. Enumerations, objects and unions stay absent: the official document names null
/// among their types, and excludes it by the list of values, or by two alternatives that both fit.
pub fn show_nulls(shown: &mut Map<String, Value>, schema: &'static Schema) {
    if let Kind::Object(object) = &schema.kind {
        let is_plain = |kind: &Kind| {
            matches!(kind, Kind::Boolean | Kind::Number(_) | Kind::Integer(_) | Kind::Text(_) | Kind::Array { .. })
        };
        for property in
            object.properties.iter().filter(|property| property.schema.nullable && is_plain(&property.schema.kind))
        {
            shown.entry(property.name).or_insert(Value::Null);
        }
    }
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
        (Kind::Union(_), value) if !value.is_null() => {
            let variant = variant(value, schema);
            if !matches!(variant.kind, Kind::Union(_)) {
                complete(value, variant);
            }
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
    fn the_variant_of_a_union_is_the_one_that_a_value_names() {
        // More than any variant shows, and less than each of them needs.
        let sent =
            json!({ "service": "generic", "name": "a", "url": "https://b", "body": "c", "headers": { "x": "secret" } });
        let kept = projected(&sent, schema("ClickStackWebhook").unwrap());
        assert_eq!(kept, Some(json!({ "service": "generic", "name": "a", "url": "https://b", "body": "c" })));
        let sent = json!({ "service": "slack", "name": "a", "url": "https://b", "body": "c" });
        let kept = projected(&sent, schema("ClickStackWebhook").unwrap());
        assert_eq!(kept, Some(json!({ "service": "slack", "name": "a", "url": "https://b" })));
    }

    #[test]
    fn a_value_of_a_union_of_unions_is_kept_whole() {
        let config = json!({
            "configType": "sql", "connectionId": "1", "sqlTemplate": "SELECT 1", "displayType": "table",
            "onClick": { "type": "search", "target": { "mode": "id", "id": "2" }, "whereTemplate": "x" },
        });
        assert_eq!(projected(&config, schema("ClickStackTileConfig").unwrap()).as_ref(), Some(&config));
        let rule = json!({ "operator": "eq", "value": "up", "color": "chart-red" });
        assert_eq!(projected(&rule, schema("ClickStackColorCondition").unwrap()).as_ref(), Some(&rule));
    }

    #[test]
    fn a_value_of_another_form_is_not_kept() {
        let sent = json!({ "name": "a", "ipAccessList": { "add": [] } });
        assert_eq!(projected(&sent, schema("ApiKey").unwrap()), Some(json!({ "name": "a" })));
    }

    #[test]
    fn changes_are_merged() {
        let mut value = json!({ "a": { "b": 1, "c": [1] }, "d": 2 });
        merge(&mut value, json!({ "a": { "c": [2, 3] }, "e": null }));
        assert_eq!(value, json!({ "a": { "b": 1, "c": [2, 3] }, "d": 2, "e": null }));
    }
}
