//! The operations on the settings of ClickHouse on a service. A record is a setting that was changed; all others have their
//! defaults.

use serde_json::{Map, Value, json};

use super::{Handler, Output, Payload, generic};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::services::{IDLE, RESTARTING};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::service::settings::{SETTINGS, Setting, named};

/// The handler of an operation of `services.settings`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.settings.update" => update,
        "services.settings.delete" => delete,
        _ => return None,
    })
}

pub fn get_schema(_: &Call) -> Result<Payload, Rejection> {
    let settings: Vec<Value> = SETTINGS.iter().map(Setting::show).collect();
    Ok(Payload::Value(json!({ "settings": settings })))
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = generic::resource(call)?;
    let service = organization.service(call.service_id())?;
    let id = service.id.clone();
    let values = read(call)?;
    check_up(service)?;
    let path = |setting: &Setting| vec![id.clone(), setting.name.to_owned()];
    let before = |setting: &Setting| organization.store.get(resource.name, &path(setting))?.text("value");
    let changed: Vec<&(&Setting, String)> =
        values.iter().filter(|(setting, value)| before(setting) != Some(value)).collect();
    let names: Vec<&str> = changed.iter().map(|(setting, _)| setting.name).collect();
    let restarts = changed.iter().any(|(setting, _)| setting.restarts);
    for (setting, value) in changed {
        let text = |name: &str, value: &str| (name.to_owned(), Value::from(value));
        let body = Map::from_iter([text("name", setting.name), text("value", value)]);
        let record = match organization.store.get(resource.name, &path(setting)) {
            Some(before) => {
                let mut record = (**before).clone();
                record.shown.extend(body);
                record
            }
            None => generic::draft_of(organization, resource, path(setting), &body, now)?,
        };
        organization.add(resource, record);
    }
    if !names.is_empty() {
        apply(organization, &id, restarts, now)?;
    }
    let all: Map<String, Value> = organization
        .store
        .list(resource.name, std::slice::from_ref(&id))
        .filter_map(|record| {
            let (name, value) = (record.text("name")?, record.text("value")?);
            Some((name.to_owned(), named(name)?.native(value)))
        })
        .collect();
    let warned = values.iter().filter_map(|(setting, _)| Some((setting.name, setting.warning?)));
    let warnings: Vec<Value> = warned.map(|(name, message)| json!({ "name": name, "message": message })).collect();
    let result = json!({ "settings": Value::Object(all).to_string(), "warnings": warnings });
    let change = (!names.is_empty()).then(|| format!("settings {} updated", names.join(", ")));
    Ok(Output { result: Some(Payload::Value(result)), change })
}

/// The settings of a body with their values.
fn read(call: &Call) -> Result<Vec<(&'static Setting, String)>, Rejection> {
    let text = call.body.get("settings").and_then(Value::as_str).unwrap_or_default();
    let settings: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
        Rejection::bad_request("body.settings: expected a JSON object in a text, received another text")
    })?;
    if settings.is_empty() {
        return Err(Rejection::bad_request("body.settings: expected at least one setting, received none"));
    }
    let mut read = Vec::with_capacity(settings.len());
    for (name, value) in settings {
        let Some(setting) = named(&name) else {
            return Err(Rejection::bad_request(format!(
                "body.settings: expected a setting that can be changed, received {name:?}"
            )));
        };
        let value = setting.read(&value).map_err(|expected| {
            Rejection::bad_request(format!("body.settings.{name}: expected {expected}, received another value"))
        })?;
        read.push((setting, value));
    }
    Ok(read)
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = generic::record(organization, call)?.clone();
    let service = organization.service(call.service_id())?;
    check_up(service)?;
    let id = service.id.clone();
    let output = generic::delete(organization, call, now)?;
    apply(organization, &id, named(record.id()).is_some_and(|setting| setting.restarts), now)?;
    Ok(output)
}

/// Lets a service apply its settings: at once, or by a restart, in which some of its replicas work on.
fn apply(organization: &mut Organization, id: &str, restarts: bool, now: f64) -> Result<(), Rejection> {
    let lifecycle = &mut organization.service_mut(id)?.lifecycle;
    if restarts {
        lifecycle.enter(RESTARTING, now);
    }
    lifecycle.record_activity(now);
    Ok(())
}

/// Rejects a change of settings while the service takes no queries.
fn check_up(service: &Service) -> Result<(), Rejection> {
    const RULE: &str = "Settings are changed only when the ClickHouse service is running.";
    let lifecycle = &service.lifecycle;
    if lifecycle.shown() == IDLE {
        return Err(Rejection::failed_dependency(format!("{RULE} Current state: idle")));
    }
    if lifecycle.up_since().is_none() || lifecycle.is_ending() {
        return Err(lifecycle.conflict(RULE));
    }
    Ok(())
}
