//! The lists of a service that a change adds to and takes from: addresses, tags, private endpoints.
//!
//! What is to go goes first, then comes what is to come, so one change can replace an entry. An entry that would stand
//! twice is refused, with nothing changed; taking away what is not there is no fault.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// The most entries of any list, so that its memory has a bound.
const ENTRIES: usize = 1_000;
/// The most tags a service carries: the contract bounds what one change adds, this is about what comes of it.
const TAGS: usize = 50;

/// Refuses a new list in which an entry stands twice.
pub fn check(name: &str, list: &[Value]) -> Result<(), Refusal> {
    for (index, entry) in list.iter().enumerate() {
        if list.iter().take(index).any(|earlier| key(earlier) == key(entry)) {
            return Err(duplicate(&format!("body.{name}[{index}]"), entry));
        }
    }
    let most = if name == "tags" { TAGS } else { ENTRIES };
    if list.len() > most {
        return Err(Refusal::bad_request(format!("body.{name}: expected at most {most}, received {}", list.len())));
    }
    Ok(())
}

/// The list after a change of the form `{ add, remove }`.
pub fn changed(name: &str, list: &[Value], change: &Map<String, Value>) -> Result<Vec<Value>, Refusal> {
    let part = |part: &str| change.get(part).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (added, removed) = (part("add"), part("remove"));
    let mut list: Vec<Value> =
        list.iter().filter(|entry| !removed.iter().any(|gone| takes(gone, entry))).cloned().collect();
    for (index, entry) in added.iter().enumerate() {
        if list.iter().any(|earlier| key(earlier) == key(entry)) {
            return Err(duplicate(&format!("body.{name}.add[{index}]"), entry));
        }
        list.push(entry.clone());
    }
    check(name, &list)?;
    Ok(list)
}

/// What tells an entry from the others: an address, a tag's key, or the text itself.
fn key(entry: &Value) -> Option<String> {
    match entry.get("source").and_then(Value::as_str) {
        Some(source) => Some(source.to_ascii_lowercase()),
        None => entry.get("key").unwrap_or(entry).as_str().map(str::to_owned),
    }
}

/// Whether a removal takes an entry: the same key and, where the removal names one, the same value.
fn takes(removal: &Value, entry: &Value) -> bool {
    key(removal) == key(entry) && removal.get("value").is_none_or(|value| entry.get("value") == Some(value))
}

fn duplicate(path: &str, entry: &Value) -> Refusal {
    let entry = key(entry).unwrap_or_default();
    Refusal::bad_request(format!("{path}: expected an entry that is not in the list yet, received {entry:?}"))
}

/// One filter of a list of services.
pub struct TagFilter<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

impl<'a> TagFilter<'a> {
    /// Reads `tag:KEY=VALUE`, or `tag:KEY` for any value.
    pub fn read(filter: &'a str) -> Result<Self, Refusal> {
        let tag = filter.strip_prefix("tag:").filter(|tag| !tag.is_empty() && !tag.starts_with('='));
        let Some(tag) = tag else {
            return Err(Refusal::bad_request(format!("query.filter: expected tag:KEY=VALUE, received {filter:?}")));
        };
        Ok(match tag.split_once('=') {
            Some((key, value)) => Self { key, value: Some(value) },
            None => Self { key: tag, value: None },
        })
    }

    /// Whether one of the tags is the one.
    pub fn matches(&self, tags: &[Value]) -> bool {
        let text = |tag: &Value, part: &str| tag.get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
        tags.iter()
            .any(|tag| text(tag, "key") == self.key && self.value.is_none_or(|value| text(tag, "value") == value))
    }
}
