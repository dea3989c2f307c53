//! The text of a scenario: YAML or JSON, checked as far as it can be without a sandbox.

use serde_json::{Map, Value};

use super::{Planned, Scenario};
use crate::sandbox::faults::Fault;
use crate::sandbox::model::resource::Resource;
use crate::secret::Secret;

/// The most days before the start.
const OLDEST_DAYS: f64 = 365.0;

pub fn read(text: &str) -> Result<Scenario, String> {
    let value: Value = serde_yaml_ng::from_str(text).map_err(|fault| format!("is neither YAML nor JSON: {fault}"))?;
    let mut scenario = Scenario { organization: Map::new(), resources: Vec::new(), faults: Vec::new() };
    let members = match value {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        _ => return Err("expected lists of resources by their names, received something else".to_owned()),
    };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("description", Value::String(_)) => {}
            ("organization", Value::Object(changes)) => scenario.organization = changes,
            ("faults", Value::Object(faults)) => scenario.faults = read_faults(&faults)?,
            (name, Value::Array(bodies)) => {
                let resource = Resource::named(name).ok_or_else(|| format!("there is no resource {name}"))?;
                for body in bodies {
                    scenario.resources.push(read_resource(resource, body).map_err(|text| format!("{name}: {text}"))?);
                }
            }
            (name, _) => return Err(format!("{name}: expected a list of resources, received something else")),
        }
    }
    // The older first; of one age, those that others name.
    let rank = |planned: &Planned| match planned.resource.name {
        "roles" => 0,
        "members" => 1,
        _ => planned.resource.path.split('/').count(),
    };
    scenario.resources.sort_by_key(rank);
    scenario.resources.sort_by(|one, other| other.age_days.total_cmp(&one.age_days));
    Ok(scenario)
}

fn read_faults(faults: &Map<String, Value>) -> Result<Vec<(Fault, f64)>, String> {
    let read = |(name, value): (&String, &Value)| {
        let fault = Fault::named(name).map_err(|text| format!("faults: {text}"))?;
        match value.as_f64().filter(|probability| (0.0..=1.0).contains(probability)) {
            Some(probability) => Ok((fault, probability)),
            None => Err(format!("faults: {name} must be a number from 0 to 1, not {value}")),
        }
    };
    faults.iter().map(read).collect()
}

fn read_resource(resource: &'static Resource, body: Value) -> Result<Planned, String> {
    let Value::Object(body) = body else { return Err("expected an object, received something else".to_owned()) };
    let (own, body): (Map<_, _>, Map<_, _>) = body.into_iter().partition(|(name, _)| name.starts_with('$'));
    let mut planned = Planned { resource, body, service: None, state: None, age_days: 0.0, credentials: None };
    let (mut key_id, mut key_secret) = (None, None);
    for (name, value) in own {
        let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} must be a text, not {value}"));
        match name.as_str() {
            "$service" => planned.service = Some(text()?),
            "$state" => planned.state = Some(text()?),
            "$keyId" => key_id = Some(text()?),
            "$keySecret" => key_secret = Some(text()?),
            "$ageDays" => {
                let days = value.as_f64().filter(|days| (0.0..=OLDEST_DAYS).contains(days));
                planned.age_days =
                    days.ok_or_else(|| format!("$ageDays must be from 0 to {OLDEST_DAYS}, not {value}"))?;
            }
            _ => return Err(format!("{name} is none of the sandbox's properties")),
        }
    }
    planned.credentials = match (key_id, key_secret) {
        (Some(id), Some(secret)) => Some((id, Secret::new(secret))),
        (None, None) => None,
        _ => return Err("$keyId and $keySecret must come together".to_owned()),
    };
    Ok(planned)
}
