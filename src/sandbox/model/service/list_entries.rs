//! The lists of a service that a change adds to and takes from: addresses, tags, private endpoints.
//!
//! Addresses are told apart by what they stand for, not by their spelling: `10.0.0.1` is `10.0.0.1/32`.
//!
//! What is to go goes first, then comes what is to come, so one change can replace an entry. An entry that would stand
//! twice is refused, with nothing changed; taking away what is not there is no fault.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::sandbox::model::error::Refusal;

/// The most entries of any list, so that its memory has a bound.
const ENTRIES: usize = 1_000;
/// The most tags a service carries: the contract bounds what one change adds, this is about what comes of it.
const TAGS: usize = 50;

/// Refuses a new list in which an entry stands twice.
pub fn check(name: &str, list: &[Value]) -> Result<(), Refusal> {
    let mut known = BTreeSet::new();
    for (index, entry) in list.iter().enumerate() {
        if !known.insert(key(entry)) {
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
    let removed: Vec<(Option<String>, &Value)> = removed.iter().map(|removal| (key(removal), removal)).collect();
    let stays = |entry: &&Value| {
        let key = key(entry);
        !removed.iter().any(|(gone, removal)| *gone == key && fits(removal, entry))
    };
    let mut list: Vec<Value> = list.iter().filter(stays).cloned().collect();
    let mut known: BTreeSet<Option<String>> = list.iter().map(key).collect();
    for (index, entry) in added.iter().enumerate() {
        if !known.insert(key(entry)) {
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
        Some(source) => Some(block(source).unwrap_or_else(|| source.to_owned())),
        None => entry.get("key").unwrap_or(entry).as_str().map(str::to_owned),
    }
}

/// An address or a block of addresses in its one spelling: the first address of the block, and how long its prefix is.
fn block(source: &str) -> Option<String> {
    let (address, prefix) = source.split_once('/').map_or((source, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let longest: u32 = if address.is_ipv4() { 32 } else { 128 };
    let bits = prefix.map_or(Some(longest), |bits| bits.parse().ok().filter(|bits| *bits <= longest))?;
    let first = match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or(0)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or(0)).into()),
    };
    Some(format!("{first}/{bits}"))
}

/// Whether a removal that names a tag's value names the entry's.
fn fits(removal: &Value, entry: &Value) -> bool {
    removal.get("value").is_none_or(|value| entry.get("value") == Some(value))
}

fn duplicate(path: &str, entry: &Value) -> Refusal {
    let entry = entry.get("source").or_else(|| entry.get("key")).unwrap_or(entry).as_str().unwrap_or_default();
    Refusal::bad_request(format!("{path}: expected an entry that is not in the list yet, received {entry:?}"))
}

/// One filter of a list of services.
pub struct TagFilter<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

impl<'a> TagFilter<'a> {
    /// Reads `tag:KEY=VALUE`, or `tag:KEY` for any value. The filter has passed the contract.
    pub fn read(filter: &'a str) -> Self {
        let tag = filter.strip_prefix("tag:").unwrap_or(filter);
        match tag.split_once('=') {
            Some((key, value)) => Self { key, value: Some(value) },
            None => Self { key: tag, value: None },
        }
    }

    /// Whether one of the tags is the one.
    pub fn matches(&self, tags: &[Value]) -> bool {
        let text = |tag: &Value, part: &str| tag.get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
        tags.iter()
            .any(|tag| text(tag, "key") == self.key && self.value.is_none_or(|value| text(tag, "value") == value))
    }
}
