//! What the sources of ClickPipes need to be read: an address, and something to read there. The contract requires none of it.

use serde_json::Value;

use crate::sandbox::model::rejection::Rejection;

/// What a source needs to be read, by its kind: of each group, one property is enough.
const NEEDS: [(&str, &[&[&str]]); 8] = [
    ("kafka", &[&["brokers"], &["topics"]]),
    ("kinesis", &[&["streamName"], &["region"]]),
    ("pubsub", &[&["projectId"], &["topic"]]),
    ("objectStorage", &[&["url", "azureContainerName"]]),
    ("postgres", &[&["host"], &["tableMappings"]]),
    ("mysql", &[&["host"], &["tableMappings"]]),
    ("mongodb", &[&["uri"], &["tableMappings"]]),
    ("bigquery", &[&["tableMappings"]]),
];

/// Rejects a source without the properties that it needs to be read.
pub fn check(source: &Value) -> Result<(), Rejection> {
    for (kind, needs) in NEEDS {
        let Some(source) = source.get(kind).filter(|source| source.is_object()) else { continue };
        let is_empty = |name: &str| match source.get(name) {
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            value => value.is_none_or(Value::is_null),
        };
        if let Some(group) = needs.iter().find(|group| group.iter().all(|name| is_empty(name))) {
            return Err(Rejection::bad_request(format!(
                "body.source.{kind}.{}: expected a value, which the source needs, received nothing",
                group.join(" or ")
            )));
        }
    }
    Ok(())
}
