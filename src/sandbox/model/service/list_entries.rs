//! The lists of a service that an update adds to and removes from: addresses, tags, private endpoints.
//!
//! Removals are applied before additions, so one update can replace an entry. Addresses are compared by value, not by
//! spelling: `10.0.0.1` is `10.0.0.1/32`. A duplicate is rejected; removing an absent entry is no error.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::sandbox::model::rejection::Rejection;

/// The most entries of a list, so that its memory has a bound.
const ENTRIES: usize = 1_000;
/// The most tags of a service. The contract bounds only those that one update adds.
const TAGS: usize = 50;

/// Rejects a list with a duplicate, or with too many entries.
pub fn check(name: &str, list: &[Value]) -> Result<(), Rejection> {
    let mut known = BTreeSet::new();
    for (index, entry) in list.iter().enumerate() {
        if !known.insert(key(entry)) {
            return Err(duplicate(&format!("body.{name}[{index}]"), entry));
        }
    }
    let most = if name == "tags" { TAGS } else { ENTRIES };
    if list.len() > most {
        return Err(Rejection::bad_request(format!("body.{name}: expected at most {most}, received {}", list.len())));
    }
    Ok(())
}

/// The list after an update of the form `{ add, remove }`.
pub fn updated(name: &str, list: &[Value], change: &Map<String, Value>) -> Result<Vec<Value>, Rejection> {
    let part = |part: &str| change.get(part).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (added, removed) = (part("add"), part("remove"));
    let removed: Vec<(Option<String>, &Value)> = removed.iter().map(|removal| (key(removal), removal)).collect();
    let stays = |entry: &&Value| {
        let key = key(entry);
        !removed.iter().any(|(gone, removal)| *gone == key && applies_to(removal, entry))
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

/// The identity of an entry: an address, the key of a tag, or the text itself.
fn key(entry: &Value) -> Option<String> {
    match entry.get("source").and_then(Value::as_str) {
        Some(source) => Some(canonical(source).unwrap_or_else(|| source.to_owned())),
        None => entry.get("key").unwrap_or(entry).as_str().map(str::to_owned),
    }
}

/// The canonical form of an address or CIDR block: the first address and the length of the prefix.
fn canonical(source: &str) -> Option<String> {
    let (address, bits) = block(source)?;
    Some(format!("{}/{bits}", first(address, bits)))
}

/// Whether an address is in a block. A prefix of no bits is every address, of IPv4 and IPv6.
pub fn covers(source: &str, address: IpAddr) -> bool {
    block(source).is_some_and(|(known, bits)| {
        bits == 0 || known.is_ipv4() == address.is_ipv4() && first(known, bits) == first(address, bits)
    })
}

/// An address of a block, and the length of the block's prefix.
fn block(source: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = source.split_once('/').map_or((source, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let longest: u32 = if address.is_ipv4() { 32 } else { 128 };
    Some((address, prefix.map_or(Some(longest), |bits| bits.parse().ok().filter(|bits| *bits <= longest))?))
}

/// The first address of a block.
fn first(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or(0)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or(0)).into()),
    }
}

/// Whether a removal applies to an entry: one with a tag's value only to that value.
fn applies_to(removal: &Value, entry: &Value) -> bool {
    removal.get("value").is_none_or(|value| entry.get("value") == Some(value))
}

fn duplicate(path: &str, entry: &Value) -> Rejection {
    let entry = entry.get("source").or_else(|| entry.get("key")).unwrap_or(entry).as_str().unwrap_or_default();
    Rejection::bad_request(format!("{path}: expected an entry that is not in the list yet, received {entry:?}"))
}
