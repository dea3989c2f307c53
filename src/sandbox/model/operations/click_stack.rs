//! The operations on ClickStack: what alerts, webhooks, saved searches and dashboards know of each other.
//!
//! An alert names things that exist, and goes with the thing that it watches. Sources may go while others name them. Every
//! service has the roles that ClickStack brings, which are in no store.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{Handler, Output, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::{Record, show_nulls};
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::{Resource, properties};

pub const ALERTS: &str = "clickStack.alerts";
pub const DASHBOARDS: &str = "clickStack.dashboards";
pub const SOURCES: &str = "clickStack.sources";
const ROLES: &str = "clickStack.roles";
const SAVED_SEARCHES: &str = "clickStack.savedSearches";
const WEBHOOKS: &str = "clickStack.webhooks";

/// The roles that ClickStack brings: name, description, action and subject.
const PREDEFINED: [[&str; 4]; 3] = [
    ["Admin", "May do everything", "manage", "all"],
    ["Member", "May read and change everything but the team", "update", "all"],
    ["ReadOnly", "May read everything", "read", "all"],
];
/// The properties that every alert has.
const ALERT_NEEDS: [&str; 5] = ["source", "threshold", "thresholdType", "interval", "channel"];
/// The types of threshold that have an upper one, too.
const RANGES: [&str; 2] = ["between", "not_between"];
/// The digits of an id.
const ID_DIGITS: usize = 24;

/// The handler of an operation of `clickStack`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "clickStack.alerts.create" => create_alert,
        "clickStack.alerts.replace" => replace_alert,
        "clickStack.webhooks.delete" => delete_webhook,
        "clickStack.roles.list" => list_roles,
        "clickStack.roles.get" => get_role,
        "clickStack.roles.create" => create_role,
        "clickStack.roles.replace" => replace_role,
        "clickStack.roles.delete" => delete_role,
        "clickStack.savedSearches.create" => create_saved_search,
        "clickStack.savedSearches.replace" => replace_saved_search,
        "clickStack.savedSearches.delete" => {
            |organization, call, now| delete_with_alerts(organization, call, now, "savedSearchId")
        }
        "clickStack.sources.create" => create_source,
        _ => return None,
    })
}

/// The service that a call is about.
pub fn service(call: &Call) -> &str {
    call.path("serviceId").unwrap_or_default()
}

/// The team of a service: its id as ClickStack writes ids.
fn team(call: &Call) -> String {
    service(call).chars().filter(char::is_ascii_alphanumeric).take(ID_DIGITS).collect::<String>().to_ascii_lowercase()
}

/// A record of ClickStack on the service of a call.
pub fn find<'a>(organization: &'a Organization, call: &Call, resource: &str, id: &str) -> Option<&'a Rc<Record>> {
    organization.store.get(resource, &[service(call).to_owned(), id.to_owned()])
}

/// Rejects an id that names no record on the service.
fn check_named(
    organization: &Organization,
    call: &Call,
    resource: &str,
    property: &str,
    id: Option<&str>,
) -> Result<(), Rejection> {
    let Some(id) = id.filter(|id| find(organization, call, resource, id).is_none()) else { return Ok(()) };
    let noun = Resource::named(resource).map(Resource::noun).unwrap_or_default();
    Err(Rejection::bad_request(format!("body.{property}: expected the id of a {noun} of the service, received {id:?}")))
}

/// Rejects an alert on something that does not exist, or without the ids and thresholds that it needs.
fn check_alert(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    let text = |name: &str| call.body.get(name).and_then(Value::as_str);
    if let Some(name) = ALERT_NEEDS.iter().find(|name| call.body.get(**name).is_none_or(Value::is_null)) {
        return Err(Rejection::bad_request(format!(
            "body.{name}: expected a value, which every alert has, received nothing"
        )));
    }
    if let Some(range) = text("thresholdType").filter(|kind| RANGES.contains(kind))
        && call.body.get("thresholdMax").is_none_or(Value::is_null)
    {
        return Err(Rejection::bad_request(format!(
            "body.thresholdMax: expected a number where thresholdType is {range}, received nothing"
        )));
    }
    let source = text("source");
    let needed: &[&str] = match source {
        Some("saved_search") => &["savedSearchId"],
        Some("tile") => &["dashboardId", "tileId"],
        _ => &[],
    };
    if let Some(name) = needed.iter().find(|name| text(name).is_none()) {
        return Err(Rejection::bad_request(format!(
            "body.{name}: expected an id where source is {}, received nothing",
            source.unwrap_or_default()
        )));
    }
    check_named(organization, call, SAVED_SEARCHES, "savedSearchId", text("savedSearchId"))?;
    check_named(organization, call, DASHBOARDS, "dashboardId", text("dashboardId"))?;
    if let (Some(dashboard), Some(tile)) = (text("dashboardId"), text("tileId")) {
        let tiles = find(organization, call, DASHBOARDS, dashboard).and_then(|record| record.shown.get("tiles"));
        let mut tiles = tiles.and_then(Value::as_array).into_iter().flatten();
        if !tiles.any(|known| known.get("id").and_then(Value::as_str) == Some(tile)) {
            return Err(Rejection::bad_request(format!(
                "body.tileId: expected the id of a tile of the dashboard, received {tile:?}"
            )));
        }
    }
    let webhook = call.body.get("channel").and_then(|channel| channel.get("webhookId")).and_then(Value::as_str);
    check_named(organization, call, WEBHOOKS, "channel.webhookId", webhook)
}

/// Adds to an alert what the service knows.
fn complete_alert(organization: &Organization, call: &Call, record: &mut Record) {
    let webhook = record.shown.get("channel").and_then(|channel| channel.get("webhookId")).and_then(Value::as_str);
    let kind =
        webhook.and_then(|id| find(organization, call, WEBHOOKS, id)).and_then(|webhook| webhook.text("service"));
    if let (Some(kind), Some(Value::Object(channel))) = (kind.map(str::to_owned), record.shown.get_mut("channel")) {
        channel.entry("webhookService").or_insert(kind.into());
    }
    for (name, value) in [("state", json!("OK")), ("teamId", team(call).into()), ("executionErrors", json!([]))] {
        record.shown.entry(name).or_insert(value);
    }
    if let Some(resource) = Resource::named(ALERTS) {
        show_nulls(&mut record.shown, resource.schema);
    }
}

fn create_alert(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    check_alert(organization, call)?;
    complete_alert(organization, call, &mut record);
    generic::insert(organization, call, record)
}

fn replace_alert(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let before = Record::clone(generic::record(organization, call)?);
    check_alert(organization, call)?;
    let mut after = before.clone();
    // What callers do not write stays.
    after.shown.retain(|name, _| !is_written(call, name));
    after.shown.extend(generic::sent(call)?);
    complete_alert(organization, call, &mut after);
    generic::change(organization, call, now, |record, _| {
        record.shown = after.shown;
        Ok(())
    })
}

/// Whether a property is one of the body's.
fn is_written(call: &Call, name: &str) -> bool {
    let body = call.operation.body.as_ref().map_or(&[][..], |body| properties(body.schema));
    body.iter().any(|property| property.name == name)
}

fn delete_webhook(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    let uses = |alert: &&Rc<Record>| {
        let channel = alert.shown.get("channel").and_then(|channel| channel.get("webhookId"));
        channel.and_then(Value::as_str) == Some(&id)
    };
    let parents = [service(call).to_owned()];
    if let Some(alert) = organization.store.list(ALERTS, &parents).find(uses) {
        return Err(Rejection::conflict(format!("the webhook {id} is used by the alert {}", alert.id())));
    }
    generic::delete(organization, call, now)
}

/// Deletes a record, and the alerts that name it by a property.
pub fn delete_with_alerts(
    organization: &mut Organization,
    call: &Call,
    now: f64,
    property: &str,
) -> Result<Output, Rejection> {
    let id = generic::record(organization, call)?.id().to_owned();
    let output = generic::delete(organization, call, now)?;
    remove_alerts(organization, call, |alert| alert.text(property) == Some(&id));
    Ok(output)
}

/// Removes alerts of the service.
pub fn remove_alerts(organization: &mut Organization, call: &Call, is_over: impl Fn(&Record) -> bool) {
    let Some(resource) = Resource::named(ALERTS) else { return };
    let parents = [service(call).to_owned()];
    let alerts = organization.store.list(ALERTS, &parents).filter(|alert| is_over(alert));
    let over: Vec<Vec<String>> = alerts.map(|alert| alert.path.clone()).collect();
    for path in over {
        organization.store.remove(resource, &path);
    }
}

fn create_saved_search(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    record.shown.insert("teamId".to_owned(), team(call).into());
    generic::insert(organization, call, record)
}

fn replace_saved_search(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let sent = generic::sent(call)?;
    generic::change(organization, call, now, |record, _| {
        record.shown.retain(|name, _| !is_written(call, name));
        record.shown.extend(sent);
        Ok(())
    })
}

/// Creates a source. An id that is sent does not count.
fn create_source(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    generic::check_parents(organization, call, resource)?;
    let mut body = call.body.clone();
    body.remove("id");
    let record = generic::draft_of(organization, resource, generic::path(call, resource), &body, now)?;
    generic::insert(organization, call, record)
}

/// The roles that ClickStack brings to a service.
fn predefined(organization: &Organization, call: &Call) -> Result<Vec<Value>, Rejection> {
    let service = organization.service(service(call))?;
    let created = service.text("createdAt").unwrap_or_default();
    let team = team(call);
    let role = |(index, [name, description, action, subject]): (usize, &[&str; 4])| {
        // The team's id with another end.
        let start = team.get(..ID_DIGITS - 1).unwrap_or_default();
        json!({
            "id": format!("{start}{}", index + 1),
            "name": name,
            "description": description,
            "permissions": [{ "action": action, "subject": subject }],
            "isPredefined": true,
            "createdAt": created,
            "updatedAt": created,
        })
    };
    Ok(PREDEFINED.iter().enumerate().map(role).collect())
}

/// The role of a call, where ClickStack brings it.
fn predefined_role(organization: &Organization, call: &Call) -> Result<Option<Value>, Rejection> {
    let id = call.path("clickStackRoleId");
    Ok(predefined(organization, call)?.into_iter().find(|role| role.get("id").and_then(Value::as_str) == id))
}

/// Rejects a change of a role that ClickStack brings.
fn check_own(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    match predefined_role(organization, call)? {
        Some(_) => Err(Rejection::bad_request("a predefined role can be neither changed nor deleted")),
        None => Ok(()),
    }
}

fn list_roles(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let mut roles = predefined(organization, call)?;
    let parents = [service(call).to_owned()];
    roles.extend(organization.store.list(ROLES, &parents).map(|role| role.show()));
    Ok(Output::unchanged(roles.into()))
}

fn get_role(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    match predefined_role(organization, call)? {
        Some(role) => Ok(Output::unchanged(role)),
        None => generic::get(organization, call, now),
    }
}

fn create_role(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let mut record = generic::draft(organization, call, now)?;
    record.shown.insert("isPredefined".to_owned(), false.into());
    generic::insert(organization, call, record)
}

/// Permissions are set whole; name and description stay where they are absent.
fn replace_role(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check_own(organization, call)?;
    let sent: Map<String, Value> = generic::sent(call)?;
    generic::change(organization, call, now, |record, _| {
        record.shown.extend(sent);
        Ok(())
    })
}

fn delete_role(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check_own(organization, call)?;
    generic::delete(organization, call, now)
}
