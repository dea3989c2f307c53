//! Reads the marks that say what goes beyond one call: lists with pages, ranges with a longest length, and resources
//! that are waited for.
//!
//! The contract names a mark in short; the OpenAPI document and the tables have it in full, with every name that the
//! client needs, so that a new list or waiter is a change of the contract alone.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::document::{Failure, Place};
use crate::operation::{Operation, Parameter, Reader, ResponseKind};
use crate::schema::{Kind, Schema};
use crate::tables::constant;

/// How a list is read page by page.
#[derive(Clone, Copy, Debug)]
pub enum Pages {
    /// The result says where the next page begins.
    Cursor,
    /// The caller says how many items to skip.
    Offset,
}

/// The names of lists with a cursor: the query's, and those of the result.
const CURSOR: (&str, &str, [&str; 2]) = ("cursor", "items", ["pagination", "nextCursor"]);
/// The names of lists with an offset.
const OFFSET: [&str; 2] = ["offset", "limit"];

/// A range of days in the query, and the most days that the service takes at once.
#[derive(Clone, Debug)]
pub struct Range {
    pub from: String,
    pub to: String,
    pub days: u32,
}

/// A resource that can be waited for.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// The operation that reads it.
    pub operation: String,
    /// Where the operation reads more than the resource: the property with the list of them.
    pub list: Option<String>,
    /// The property that has the state.
    pub state: String,
    /// The enum of its values, a named schema.
    pub schema: String,
    pub states: States,
}

/// The meanings of an enum's values to a wait, in their order.
pub type States = Vec<&'static str>;

/// The keys of `x-states`, and their names in the tables.
const MEANINGS: &[(&str, &str)] =
    &[("ongoing", "Ongoing"), ("reached", "Reached"), ("failed", "Failed"), ("ending", "Ending"), ("gone", "Gone")];

/// `x-states`: each value of the enum has one meaning.
pub fn states(values: &[String], states: &Value, place: &Place) -> Result<States, Failure> {
    let object = place.object(states)?;
    let keys: Vec<&str> = MEANINGS.iter().map(|(key, _)| *key).collect();
    place.only(object, &keys, &[])?;
    let mut all = Vec::new();
    for (key, meaning) in MEANINGS {
        for name in object.get(*key).map_or(Ok(Vec::new()), |names| place.at(key).texts(names))? {
            if !values.contains(&name) {
                return Err(place.at(key).failure(&format!("there is no state {name}")));
            }
            all.push((name, *meaning));
        }
    }
    let meaning = |value: &String| {
        let mut found = all.iter().filter(|(name, _)| name == value).map(|(_, meaning)| *meaning);
        found
            .next()
            .filter(|_| found.next().is_none())
            .ok_or_else(|| place.failure(&format!("{value} must have exactly one meaning: {}", keys.join(", "))))
    };
    values.iter().map(meaning).collect()
}

/// `pages: cursor` or `pages: offset`.
pub fn pages(
    reader: &Reader<'_>,
    object: &Map<String, Value>,
    query: &[Parameter],
    response: &ResponseKind,
) -> Result<Option<Pages>, Failure> {
    let place = reader.place.at("pages");
    let takes = |name: &str| match query.iter().any(|parameter| parameter.name == name) {
        true => Ok(()),
        false => Err(place.failure(&format!("the query has no {name}"))),
    };
    let ResponseKind::Json(result, _) = response else {
        return match object.get("pages") {
            Some(_) => Err(place.failure("needs a result")),
            None => Ok(None),
        };
    };
    let is_list = |schema: &Schema| matches!(schema.kind, Kind::Array { .. });
    match reader.place.optional_text(object, "pages")? {
        None => Ok(None),
        Some("cursor") => {
            let (cursor, items, [inner, next]) = CURSOR;
            takes(cursor)?;
            if !is_list(&reader.property(Some(result), items, &place)?.schema) {
                return Err(place.failure(&format!("{items} is no list")));
            }
            reader.property(Some(&reader.property(Some(result), inner, &place)?.schema), next, &place)?;
            Ok(Some(Pages::Cursor))
        }
        Some("offset") if !is_list(result) => Err(place.failure("the result is no list")),
        Some("offset") => OFFSET.iter().try_for_each(|name| takes(name)).map(|()| Some(Pages::Offset)),
        Some(_) => Err(place.failure("must be cursor or offset")),
    }
}

/// `range: { from, to, days }`.
pub fn range(reader: &Reader<'_>, object: &Map<String, Value>, query: &[Parameter]) -> Result<Option<Range>, Failure> {
    let Some(value) = object.get("range") else { return Ok(None) };
    let place = reader.place.at("range");
    let object = place.object(value)?;
    place.only(object, &["from", "to", "days"], &[])?;
    let days = place.count(object, "days")?.filter(|days| *days > 0).ok_or_else(|| place.failure("needs days"))?;
    let (from, to) = (place.text(object, "from")?, place.text(object, "to")?);
    match [from, to].iter().find(|name| !query.iter().any(|parameter| parameter.name == **name)) {
        Some(name) => Err(place.failure(&format!("the query has no {name}"))),
        None => Ok(Some(Range { from: from.to_owned(), to: to.to_owned(), days })),
    }
}

/// `waiter: state`, the property of the result that has the state; or `waiter: { operation, list, state }`, where
/// another operation reads the resource as one of a list, told by its `id`.
pub fn waiter(
    reader: &Reader<'_>,
    name: &str,
    object: &Map<String, Value>,
    response: &ResponseKind,
) -> Result<Option<Waiter>, Failure> {
    let place = reader.place.at("waiter");
    let found = |response: &ResponseKind| match response {
        ResponseKind::Json(schema, _) => Ok(schema.clone()),
        _ => Err(place.failure("needs a result")),
    };
    let (operation, list, state, resource) = match object.get("waiter") {
        None => return Ok(None),
        Some(Value::String(state)) => (name, None, state.as_str(), found(response)?),
        Some(value) => {
            let waiter = place.object(value)?;
            place.only(waiter, &["operation", "list", "state"], &[])?;
            let operation = place.text(waiter, "operation")?;
            let list = place.text(waiter, "list")?;
            let named = reader.document.files.iter().find_map(|file| Some((file, file.operations.get(operation)?)));
            let (file, other) = named.ok_or_else(|| place.failure(&format!("there is no operation {operation}")))?;
            let of_other = Place::new(&file.name).at("operations").at(operation);
            let other =
                Reader { document: reader.document, file, place: &of_other }.response(of_other.object(other)?)?;
            let Kind::Array { items, .. } = reader.property(Some(&found(&other)?), list, &place)?.schema.kind else {
                return Err(place.failure(&format!("{list} is no list")));
            };
            reader.property(Some(&items), "id", &place)?;
            (operation, Some(list.to_owned()), place.text(waiter, "state")?, *items)
        }
    };
    let schema = reader.property(Some(&resource), state, &place)?.schema;
    let (Kind::Named(named), Kind::Enum { states: Some(states), .. }) =
        (&schema.kind, reader.resolved(&schema, &place)?.kind)
    else {
        return Err(place.failure(&format!("{state} has no named enum with x-states")));
    };
    Ok(Some(Waiter { operation: operation.to_owned(), list, state: state.to_owned(), schema: named.clone(), states }))
}

/// The marks of an operation in full, for the OpenAPI document.
pub fn expanded(operation: &Operation) -> Vec<(&'static str, Value)> {
    let (cursor, items, next) = CURSOR;
    let pages = operation.pages.map(|pages| match pages {
        Pages::Cursor => json!({ "cursor": cursor, "items": items, "next": next }),
        Pages::Offset => Value::Object(OFFSET.iter().map(|name| ((*name).to_owned(), (*name).into())).collect()),
    });
    let range =
        operation.range.as_ref().map(|Range { from, to, days }| json!({ "from": from, "to": to, "days": days }));
    let waiter = operation.waiter.as_ref().map(|Waiter { operation, list, state, .. }| match list {
        None => json!({ "operation": operation, "state": state }),
        Some(list) => json!({ "operation": operation, "list": list, "state": state }),
    });
    let marks = [("x-pages", pages), ("x-range", range), ("x-waiter", waiter)];
    marks.into_iter().filter_map(|(key, mark)| Some((key, mark?))).collect()
}

/// The name of a waiter: that of the method, beside those of the resource's operations.
fn name_of(operation: &Operation) -> String {
    let resource = operation.name.rsplit_once('.').map_or("", |(resource, _)| resource);
    format!("{resource}.waitFor")
}

/// The waiters and the ranges as Rust source.
pub fn tables(operations: &[Operation]) -> String {
    let (mut out, mut identifiers) = (String::new(), Vec::new());
    for operation in operations {
        let Some(Waiter { operation: read, list, state, schema, states }) = &operation.waiter else { continue };
        let item = match list {
            None => "None".to_owned(),
            Some(list) => {
                format!("Some(ListItem {{ of: &{}, list: {list:?} }})", constant(&operation.name))
            }
        };
        let meanings: Vec<String> = states.iter().map(|meaning| format!("Meaning::{meaning}")).collect();
        let name = name_of(operation);
        let identifier = constant(&name);
        let _ = writeln!(
            out,
            "/// `{name}`.\npub static {identifier}: Waiter = Waiter {{ name: {name:?}, operation: &{}, item: {item}, \
             state: {state:?}, schema: {}, meanings: &[{}] }};",
            constant(read),
            constant(schema),
            meanings.join(", "),
        );
        identifiers.push(format!("&{identifier}"));
    }
    let ranges = operations.iter().filter_map(|operation| {
        let Range { from, to, days } = operation.range.as_ref()?;
        let of = constant(&operation.name);
        Some(format!("Range {{ operation: &{of}, from: {from:?}, to: {to:?}, days: {days} }}"))
    });
    let ranges = ranges.collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "/// Every range of days.\npub static RANGES: &[Range] = &[{ranges}];");
    let _ = writeln!(out, "/// Every waiter.\npub static WAITERS: &[&Waiter] = &[{}];", identifiers.join(", "));
    out
}
