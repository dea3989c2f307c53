//! The operations on services, and the rules of warehouses and backups that need other services.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::{
    Handler, Output, Payload, private_endpoints, query_endpoint, quotas, scaling_schedule, settings, upgrade_window,
};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::services::{IDLE, RUNNING, STOPPED};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permission_names::VIEW_SERVICE;
use crate::sandbox::model::permissions::Permissions;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::service::filters::TagFilter;
use crate::sandbox::model::service::metrics;

/// The handler of an operation of `services`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "services.list" => |organization, call, _| Ok(list(organization, call)),
        "services.create" => |organization, call, now| create(organization, &call.body, now),
        "services.get" => |organization, call, _| {
            Ok(Output {
                result: Some(Payload::Service(organization.service(call.service_id())?.clone())),
                change: None,
            })
        },
        "services.update" => {
            |organization, call, now| update(organization.service_mut(call.service_id())?, &call.body, now)
        }
        "services.delete" => |organization, call, now| {
            check_secondaries(organization, call.service_id(), "deleted")?;
            delete(organization.service_mut(call.service_id())?, now)
        },
        "services.updateState" => |organization, call, now| {
            let command = call.body.get("command").and_then(Value::as_str).unwrap_or_default();
            if command == "stop" {
                check_secondaries(organization, call.service_id(), "stopped")?;
            }
            update_state(organization.service_mut(call.service_id())?, command, now)
        },
        "services.updateScaling" | "services.updateReplicaScaling" => |organization, call, now| {
            let before = organization.service(call.service_id())?;
            let mut service = Service::clone(before);
            let output = scale(&mut service, &call.body, now)?;
            if service.scaling.most_replicas() > before.scaling.most_replicas() {
                quotas::check_replicas(organization, &service)?;
            }
            *organization.service_mut(call.service_id())? = service;
            Ok(output)
        },
        "services.updatePassword" => {
            |organization, call, now| update_password(organization.service_mut(call.service_id())?, &call.body, now)
        }
        "services.getPrometheus" => get_prometheus,
        _ => {
            return match name.rsplit_once('.')?.0 {
                "services.privateEndpoints" => private_endpoints::handler(name),
                "services.queryEndpoint" => query_endpoint::handler(name),
                "services.scalingSchedule" => scaling_schedule::handler(name),
                "services.settings" => settings::handler(name),
                "services.upgradeWindow" => upgrade_window::handler(name),
                _ => None,
            };
        }
    })
}

fn list(organization: &Organization, call: &Call) -> Output {
    let filters = call.query("filter").map(TagFilter::read).collect::<Vec<_>>();
    let fits = |service: &&Rc<Service>| filters.iter().all(|filter| filter.matches(service.list("tags")));
    let permissions = Permissions::of(organization, &call.key);
    let visible = |service: &&Rc<Service>| permissions.include(VIEW_SERVICE, Some(&service.id));
    Output::unchanged(organization.services.iter().filter(fits).filter(visible).map(|service| service.show()).collect())
}

fn create(organization: &mut Organization, body: &Map<String, Value>, now: f64) -> Result<Output, Rejection> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if organization.services.len() >= organization.max_services {
        return Err(Rejection::bad_request(format!(
            "the organization may have at most {} services",
            organization.max_services
        )));
    }
    if let Some(id) = text("backupId") {
        check_backup(organization, id, body, now)?;
    }
    match text("dataWarehouseId") {
        Some(id) => check_warehouse(organization, id, body)?,
        None if body.get("isReadonly") == Some(&Value::Bool(true)) => {
            return Err(Rejection::bad_request(
                "body.isReadonly: expected false for a service without a dataWarehouseId, received true",
            ));
        }
        _ => {}
    }
    let (mut service, password) = Service::create(body, now, organization.random.at(organization.created))?;
    quotas::check_replicas(organization, &service)?;
    private_endpoints::offer_to(&mut service, organization);
    let result = json!({ "service": service.show(), "password": password.reveal() });
    let change = format!("{} created", service.id);
    organization.services.push(Rc::new(service));
    organization.created += 1;
    Ok(Output::changed(Some(result), change))
}

/// Rejects a service that cannot share the data of the warehouse.
fn check_warehouse(organization: &Organization, id: &str, body: &Map<String, Value>) -> Result<(), Rejection> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let Some(member) = organization.warehouse(id).find(|member| !member.lifecycle.is_ending()) else {
        return Err(Rejection::not_found(format!("data warehouse {id} not found")));
    };
    for (name, shown) in [("provider", "provider"), ("region", "region"), ("regionId", "region")] {
        if let (Some(sent), Some(expected)) = (text(name), member.text(shown))
            && sent != expected
        {
            return Err(Rejection::bad_request(format!(
                "body.{name}: expected {expected}, where the data warehouse is, received {sent}"
            )));
        }
    }
    Ok(())
}

/// Rejects a command that would leave the secondary services of a warehouse without their data.
fn check_secondaries(organization: &Organization, id: &str, verb: &str) -> Result<(), Rejection> {
    if organization.has_secondaries(organization.service(id)?) {
        return Err(Rejection::conflict(format!(
            "The primary service of a warehouse cannot be {verb} while the warehouse has secondary services."
        )));
    }
    Ok(())
}

/// Rejects a backup that is not done, or that is of another region or tier.
fn check_backup(organization: &Organization, id: &str, body: &Map<String, Value>, now: f64) -> Result<(), Rejection> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let of = |service: &'_ Service| {
        service.backups.newest_first(now).find(|it| it.id.eq_ignore_ascii_case(id)).map(|it| it.status(now))
    };
    let Some((service, status)) = organization.services.iter().find_map(|service| Some((service, of(service)?))) else {
        return Err(Rejection::not_found(format!("backup {id} not found")));
    };
    let expected = if status != "done" {
        format!("a backup that is done, received one that is {status}")
    } else if service.text("region") != text("region").or_else(|| text("regionId")) {
        "a backup of the same region, received one of another".to_owned()
    } else if service.text("tier") != text("tier") {
        "a backup of the same tier, received one of another".to_owned()
    } else {
        return Ok(());
    };
    Err(Rejection::bad_request(format!("body.backupId: expected {expected}")))
}

fn get_prometheus(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let filtered = call.query.get("filtered_metrics") == Some(&Value::Bool(true));
    let service = organization.service(call.service_id())?;
    let text = metrics::exposition(&organization.id, &[service], filtered, now);
    Ok(Output { result: Some(Payload::Text(text)), change: None })
}

fn update(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Output, Rejection> {
    service.check_not_terminating()?;
    service.update(body)?;
    service.lifecycle.record_activity(now);
    let names: Vec<&str> = body.keys().map(String::as_str).collect();
    Ok(Output::changed(Some(service.show()), format!("updated {}", names.join(", "))))
}

fn delete(service: &mut Service, now: f64) -> Result<Output, Rejection> {
    let before = service.lifecycle.shown();
    service.lifecycle.command("delete", now)?;
    Ok(Output::changed(None, transition(before, service)))
}

fn update_state(service: &mut Service, command: &str, now: f64) -> Result<Output, Rejection> {
    let before = service.lifecycle.shown();
    let change = service.lifecycle.command(command, now)?.then(|| transition(before, service));
    Ok(Output { result: Some(Payload::Value(service.show())), change })
}

fn transition(before: &str, service: &Service) -> String {
    format!("{before} -> {}", service.lifecycle.shown())
}

fn scale(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Output, Rejection> {
    service.check_not_terminating()?;
    service.check_scalable()?;
    if !matches!(service.lifecycle.shown(), RUNNING | IDLE | STOPPED) {
        return Err(service.lifecycle.conflict("A service is scaled only when it is running, idle or stopped."));
    }
    let change = service.scale(body, now)?.then(|| "scaled".to_owned());
    if change.is_some() {
        service.lifecycle.record_activity(now);
    }
    Ok(Output { result: Some(Payload::Value(service.show())), change })
}

fn update_password(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Output, Rejection> {
    const RULE: &str = "Password update is allowed only when the ClickHouse service is running.";
    match service.lifecycle.shown() {
        RUNNING => {}
        IDLE => return Err(Rejection::failed_dependency(format!("{RULE} Current state: idle"))),
        _ => return Err(service.lifecycle.conflict(RULE)),
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    service.lifecycle.record_activity(now);
    Ok(match text("newPasswordHash") {
        Some(sha256) => {
            service.set_password(sha256, text("newDoubleSha1Hash"));
            Output::changed(Some(json!({})), "password set")
        }
        None => {
            let password = service.reset_password();
            Output::changed(Some(json!({ "password": password.reveal() })), "password reset")
        }
    })
}
