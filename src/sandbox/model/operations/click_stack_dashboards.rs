//! The operations on the dashboards of ClickStack: ids of tiles and filters, and what makes a dashboard wrong.
//!
//! A dashboard that `validate` finds wrong is refused when it is created or replaced. Alerts go with the tile that they watch.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::click_stack::{DASHBOARDS, SOURCES, delete_with_alerts, find, remove_alerts};
use super::{Handler, Output, click_stack_series, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::{Record, show_nulls};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;

/// The lists of a dashboard whose items have ids that the service gives.
const WITH_IDS: [&str; 2] = ["tiles", "filters"];
/// The lists that are shown although they were not sent.
const LISTS: [&str; 4] = ["tags", "filters", "savedFilterValues", "containers"];

/// The handler of an operation of `clickStack.dashboards`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "clickStack.dashboards.create" => create,
        "clickStack.dashboards.replace" => replace,
        "clickStack.dashboards.validate" => validate,
        "clickStack.dashboards.delete" => {
            |organization, call, now| delete_with_alerts(organization, call, now, "dashboardId")
        }
        _ => return None,
    })
}

/// A mistake in a dashboard: where it is, and its words.
type Mistake = (String, String);

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    check(organization, call)?;
    finish(&mut record, call);
    generic::insert(organization, call, record)
}

fn replace(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    check(organization, call)?;
    let sent = generic::sent(call)?;
    let mut stays = HashSet::new();
    let output = generic::change(organization, call, now, |record, _| {
        record.shown.retain(|name, _| name == "id");
        record.shown.extend(sent);
        finish(record, call);
        stays = ids(&record.shown, "tiles").map(str::to_owned).collect();
        Ok(())
    })?;
    remove_alerts(organization, call, |alert| {
        alert.text("dashboardId") == Some(&id) && alert.text("tileId").is_some_and(|tile| !stays.contains(tile))
    });
    Ok(output)
}

fn validate(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = Resource::named(DASHBOARDS).ok_or_else(Rejection::internal_error)?;
    generic::check_parents(organization, call, resource)?;
    let mistakes = mistakes(organization, call);
    let normalized = if mistakes.is_empty() {
        let mut record = generic::draft(organization, call, now)?;
        finish(&mut record, call);
        record.shown.remove("id");
        Value::Object(record.shown)
    } else {
        Value::Null
    };
    let errors = mistakes.into_iter().map(|(path, message)| json!({ "path": path, "message": message }));
    let errors: Vec<Value> = errors.collect();
    Ok(Output::unchanged(json!({ "valid": errors.is_empty(), "errors": errors, "normalized": normalized })))
}

/// Gives ids to tiles and filters that have none, and shows what was not sent.
fn finish(record: &mut Record, call: &Call) {
    let shown = record.shown.get_mut("tiles").and_then(Value::as_array_mut);
    for (tile, sent) in shown.into_iter().flatten().zip(list(&call.body, "tiles")) {
        if let (Value::Object(tile), Some(config)) = (tile, click_stack_series::config(sent)) {
            tile.entry("config").or_insert(config);
        }
    }
    for name in LISTS {
        record.shown.entry(name).or_insert_with(|| json!([]));
    }
    for name in WITH_IDS {
        let items = record.shown.get_mut(name).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            if item.get("id").and_then(Value::as_str).is_none_or(str::is_empty) {
                item.insert("id".to_owned(), record.random.object_id().into());
            }
        }
    }
    if let Some(resource) = Resource::named(DASHBOARDS) {
        show_nulls(&mut record.shown, resource.schema);
    }
}

/// Rejects a dashboard with mistakes.
fn check(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    let mistakes = mistakes(organization, call);
    if mistakes.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = mistakes.into_iter().map(|(path, message)| format!("body.{path}: {message}")).collect();
    Err(Rejection::bad_request(lines.join("; ")))
}

/// The mistakes in the dashboard of a body.
fn mistakes(organization: &Organization, call: &Call) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    check_tiles(&call.body, &mut mistakes);
    for name in ["tiles", "filters", "containers"] {
        check_ids(&call.body, name, &mut mistakes);
    }
    for name in WITH_IDS {
        if let Some(items) = call.body.get(name) {
            visit(items, name, &mut |path, name, value| {
                check_reference(organization, call, path, name, value, &mut mistakes)
            });
        }
    }
    mistakes
}

/// Tiles have a place in the grid, and stand in containers and tabs that there are.
fn check_tiles(body: &Map<String, Value>, mistakes: &mut Vec<Mistake>) {
    let containers: Vec<&Value> = list(body, "containers").collect();
    for (index, tile) in list(body, "tiles").enumerate() {
        for (name, least) in [("x", 0), ("y", 0), ("w", 1), ("h", 1)] {
            if let Some(number) = tile.get(name).and_then(Value::as_i64).filter(|number| *number < least) {
                mistakes
                    .push((format!("tiles[{index}].{name}"), format!("expected {least} or more, received {number}")));
            }
        }
        let text = |name: &str| tile.get(name).and_then(Value::as_str);
        let container = text("containerId");
        let own = containers.iter().find(|known| id(known).is_some() && id(known) == container);
        if let Some(container) = container.filter(|_| own.is_none()) {
            mistakes.push((
                format!("tiles[{index}].containerId"),
                format!("expected the id of a container of the dashboard, received {container:?}"),
            ));
        }
        let tabs = own.and_then(|container| container.get("tabs")).and_then(Value::as_array);
        if let Some(tab) = text("tabId").filter(|tab| !tabs.into_iter().flatten().any(|known| id(known) == Some(tab))) {
            mistakes.push((
                format!("tiles[{index}].tabId"),
                format!("expected the id of a tab of the tile's container, received {tab:?}"),
            ));
        }
    }
}

/// No two items of a list have the same id.
fn check_ids(body: &Map<String, Value>, name: &str, mistakes: &mut Vec<Mistake>) {
    let mut known = HashSet::new();
    for (index, item) in list(body, name).enumerate() {
        if let Some(id) = id(item).filter(|id| !known.insert(*id)) {
            mistakes.push((format!("{name}[{index}].id"), format!("expected an id of its own, received {id:?} again")));
        }
    }
}

/// A source or dashboard that is named exists.
fn check_reference(
    organization: &Organization,
    call: &Call,
    path: &str,
    name: &str,
    value: &Value,
    mistakes: &mut Vec<Mistake>,
) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let target = |resource| Some((resource, format!("{path}.target.id"), value.pointer("/target/id")?.as_str()?));
    let named = match (name, value) {
        ("sourceId", Value::String(id)) => Some((SOURCES, path.to_owned(), id.as_str())),
        ("appliesToSourceIds", Value::Array(ids)) => {
            let unknown = |id: &&Value| id.as_str().is_some_and(|id| find(organization, call, SOURCES, id).is_none());
            ids.iter().find(unknown).and_then(|id| Some((SOURCES, path.to_owned(), id.as_str()?)))
        }
        ("onClick", _) if text("type") == Some("search") => target(SOURCES),
        ("onClick", _) if text("type") == Some("dashboard") => target(DASHBOARDS),
        _ => None,
    };
    if let Some((resource, path, id)) =
        named.filter(|(resource, _, id)| find(organization, call, resource, id).is_none())
    {
        let noun = Resource::named(resource).map(Resource::noun).unwrap_or_default();
        mistakes.push((path, format!("expected the id of a {noun} of the service, received {id:?}")));
    }
}

/// Visits every property at any depth, with its path and its name.
fn visit(value: &Value, path: &str, seen: &mut dyn FnMut(&str, &str, &Value)) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &format!("{path}[{index}]"), seen);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}.{name}");
                seen(&path, name, member);
                visit(member, &path, seen);
            }
        }
        _ => {}
    }
}

/// The items of a list of a dashboard.
fn list<'a>(dashboard: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    dashboard.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The ids of the items of a list.
fn ids<'a>(dashboard: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    list(dashboard, name).filter_map(id)
}

fn id(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}
