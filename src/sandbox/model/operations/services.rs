//! The operations: what each does to the world, and what it brings.
//!
//! A call that comes here has passed the key, the rate limit and the contract. What is left are the rules that need
//! what is stored. A refused call has changed nothing.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::sandbox::faults::Fault;
use crate::sandbox::http::envelope::Shown;
use crate::sandbox::http::request::Call;
use crate::sandbox::model::error::Refusal;
use crate::sandbox::model::organization::World;
use crate::sandbox::model::service::Service;
use crate::sandbox::model::service::lifecycle::State;
use crate::sandbox::model::service::list_entries::TagFilter;

/// What an operation comes to.
pub struct Done {
    /// What the envelope's `result` holds.
    pub result: Option<Shown>,
    /// What was changed, for the ledger.
    pub change: Option<String>,
}

impl Done {
    const fn read(result: Value) -> Self {
        Self { result: Some(Shown::Value(result)), change: None }
    }

    fn changed(result: Option<Value>, change: impl Into<String>) -> Self {
        Self { result: result.map(Shown::Value), change: Some(change.into()) }
    }
}

/// Carries out a call.
pub fn run(world: &mut World, call: &Call, now: f64) -> Result<Done, Refusal> {
    if call.path("organizationId").is_some_and(|id| !id.eq_ignore_ascii_case(&world.organization_id)) {
        return Err(Refusal::forbidden("the key has no access to this organization"));
    }
    let id = call.path("serviceId").unwrap_or_default();
    match call.operation.name {
        "organizations.list" => Ok(Done::read(json!([world.organization()]))),
        "organizations.get" => Ok(Done::read(world.organization())),
        "services.list" => list(world, call),
        "services.create" => create(world, &call.body, now),
        "services.get" => Ok(Done { result: Some(Shown::Service(world.shared(id)?)), change: None }),
        "services.update" => update(world.service_mut(id)?, &call.body, now),
        "services.delete" => {
            bears_no_secondaries(world, id, "deleted")?;
            delete(world.service_mut(id)?, now)
        }
        "services.updateState" => {
            let command = call.body.get("command").and_then(Value::as_str).unwrap_or_default();
            if command == "stop" {
                bears_no_secondaries(world, id, "stopped")?;
            }
            update_state(world.service_mut(id)?, command, now)
        }
        "services.updateScaling" | "services.updateReplicaScaling" => scale(world.service_mut(id)?, &call.body, now),
        "services.updatePassword" => update_password(world.service_mut(id)?, &call.body, now),
        "backups.list" => {
            let service = world.service(id)?;
            Ok(Done::read(service.backups.newest_first().map(|backup| backup.show(&service.id, now)).collect()))
        }
        "backups.get" => get_backup(world.service(id)?, call.path("backupId").unwrap_or_default(), now),
        unknown => Err(Refusal::not_implemented(unknown)),
    }
}

/// Lets a fault befall the service that a call was about. False: it has not happened.
pub fn befall(world: &mut World, call: &Call, done: &mut Done, fault: Fault, now: f64) -> bool {
    let created = match &done.result {
        Some(Shown::Value(result)) => result.pointer("/service/id").and_then(Value::as_str),
        _ => None,
    };
    let id = call.path("serviceId").or(created).unwrap_or_default();
    let Ok(service) = world.service_mut(id) else { return false };
    let before = service.life.state();
    let happened = service.life.befall(fault, now);
    if happened {
        let change = if service.life.state() == before { fault.name().to_owned() } else { transition(before, service) };
        done.change = Some(done.change.take().map_or(change.clone(), |first| format!("{first}; {change}")));
    }
    happened
}

fn list(world: &World, call: &Call) -> Result<Done, Refusal> {
    let filters = call.query("filter").map(TagFilter::read).collect::<Vec<_>>();
    let fits = |service: &&Rc<Service>| filters.iter().all(|filter| filter.matches(service.list("tags")));
    Ok(Done::read(world.services.iter().filter(fits).map(|service| service.show()).collect()))
}

fn create(world: &mut World, body: &Map<String, Value>, now: f64) -> Result<Done, Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if world.services.len() >= world.max_services {
        return Err(Refusal::bad_request(format!("the organization may have at most {} services", world.max_services)));
    }
    if let Some(id) = text("backupId") {
        restorable(world, id, body, now)?;
    }
    match text("dataWarehouseId") {
        Some(id) => joins(world, id, body)?,
        None if body.get("isReadonly") == Some(&Value::Bool(true)) => {
            return Err(Refusal::bad_request(
                "body.isReadonly: expected false for a service without a dataWarehouseId, received true",
            ));
        }
        _ => {}
    }
    let (service, password) = Service::create(body, now, world.random.at(world.created))?;
    let result = json!({ "service": service.show(), "password": password.reveal() });
    let change = format!("{} created", service.id);
    world.services.push(Rc::new(service));
    world.created += 1;
    Ok(Done::changed(Some(result), change))
}

/// Refuses a service that cannot share the data of the warehouse.
fn joins(world: &World, id: &str, body: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let Some(member) = world.warehouse(id).find(|member| !member.life.state().ends()) else {
        return Err(Refusal::not_found(format!("data warehouse {id} not found")));
    };
    for (name, sent) in [("provider", text("provider")), ("region", text("region").or_else(|| text("regionId")))] {
        if let (Some(sent), Some(expected)) = (sent, member.text(name))
            && sent != expected
        {
            return Err(Refusal::bad_request(format!(
                "body.{name}: expected {expected}, where the data warehouse is, received {sent}"
            )));
        }
    }
    Ok(())
}

/// Refuses what would leave the secondary services of a warehouse without their data.
fn bears_no_secondaries(world: &World, id: &str, verb: &str) -> Result<(), Refusal> {
    if world.has_secondaries(world.service(id)?) {
        return Err(Refusal::conflict(format!(
            "The primary service of a warehouse cannot be {verb} while the warehouse has secondary services."
        )));
    }
    Ok(())
}

/// Refuses to create a service from a backup that is not done, or that is of another region or tier.
fn restorable(world: &World, id: &str, body: &Map<String, Value>, now: f64) -> Result<(), Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let of = |service: &'_ Service| {
        service.backups.newest_first().find(|it| it.id.eq_ignore_ascii_case(id)).map(|it| it.status(now))
    };
    let Some((service, status)) = world.services.iter().find_map(|service| Some((service, of(service)?))) else {
        return Err(Refusal::not_found(format!("backup {id} not found")));
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
    Err(Refusal::bad_request(format!("body.backupId: expected {expected}")))
}

/// Refuses what is no longer possible on a service that is being deleted.
fn lives(service: &Service) -> Result<(), Refusal> {
    if service.life.state().ends() {
        return Err(service.life.conflict("The service is being deleted."));
    }
    Ok(())
}

fn update(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Done, Refusal> {
    lives(service)?;
    service.update(body)?;
    service.life.touch(now);
    let names: Vec<&str> = body.keys().map(String::as_str).collect();
    Ok(Done::changed(Some(service.show()), format!("updated {}", names.join(", "))))
}

fn delete(service: &mut Service, now: f64) -> Result<Done, Refusal> {
    let before = service.life.state();
    service.life.terminate(now)?;
    Ok(Done::changed(None, transition(before, service)))
}

fn update_state(service: &mut Service, command: &str, now: f64) -> Result<Done, Refusal> {
    let before = service.life.state();
    service.life.command(command, now)?;
    let change = (before != service.life.state()).then(|| transition(before, service));
    Ok(Done { result: Some(Shown::Value(service.show())), change })
}

fn transition(before: State, service: &Service) -> String {
    format!("{} -> {}", before.as_str(), service.life.state().as_str())
}

fn scale(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Done, Refusal> {
    lives(service)?;
    if service.scaling.is_fixed() {
        return Err(Refusal::bad_request("a development service is of one size and cannot be scaled"));
    }
    if !matches!(service.life.state(), State::Running | State::Idle | State::Stopped) {
        return Err(service.life.conflict("A service is scaled only when it is running, idle or stopped."));
    }
    let change = service.scale(body, now)?.then(|| "scaled".to_owned());
    if change.is_some() {
        service.life.touch(now);
    }
    Ok(Done { result: Some(Shown::Value(service.show())), change })
}

fn update_password(service: &mut Service, body: &Map<String, Value>, now: f64) -> Result<Done, Refusal> {
    const RULE: &str = "Password update is allowed only when the ClickHouse service is running.";
    match service.life.state() {
        State::Running => {}
        State::Idle => return Err(Refusal::failed_dependency(format!("{RULE} Current state: idle"))),
        _ => return Err(service.life.conflict(RULE)),
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    service.life.touch(now);
    Ok(match text("newPasswordHash") {
        Some(sha256) => {
            service.set_password(sha256, text("newDoubleSha1Hash"));
            Done::changed(Some(json!({})), "password set")
        }
        None => {
            let password = service.reset_password();
            Done::changed(Some(json!({ "password": password.reveal() })), "password reset")
        }
    })
}

fn get_backup(service: &Service, id: &str, now: f64) -> Result<Done, Refusal> {
    let mut backups = service.backups.newest_first();
    match backups.find(|backup| backup.id.eq_ignore_ascii_case(id)) {
        Some(backup) => Ok(Done::read(backup.show(&service.id, now))),
        None => Err(Refusal::not_found(format!("backup {id} not found"))),
    }
}
