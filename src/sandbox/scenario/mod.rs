//! Scenarios: the resources that a sandbox starts with, and its faults.
//!
//! A scenario is YAML or JSON: lists of resources by their names in the contract, each as the body that creates it. So the
//! contract checks it, and its resources come by the same operations as those of a caller. Properties that begin with `$`
//! are the sandbox's: `$state`, `$ageDays`, `$service`, and for keys `$keyId` and `$keySecret`.

mod read;

use serde_json::{Map, Value};

use super::faults::Fault;
use super::http::request::read_body;
use super::model::access;
use super::model::call::Call;
use super::model::key;
use super::model::machine::Machine;
use super::model::machine::services::RUNNING;
use super::model::operations::{self, generic};
use super::model::organization::Organization;
use super::model::random::Random;
use super::model::record::Record;
use super::model::resource::Resource;
use super::model::time::DAY;
use crate::contract;
use crate::secret::Secret;

/// The scenarios of the package, by name.
const SHIPPED: [(&str, &str); 3] = [
    ("empty", include_str!("empty.yaml")),
    ("busy-team", include_str!("busy-team.yaml")),
    ("incident", include_str!("incident.yaml")),
];
/// When a scenario is tried out: 2026-01-01T00:00:00Z. It gives the same resources at any time.
const TRIAL: f64 = 1_767_225_600_000.0;

/// The resources that a sandbox starts with, and its faults.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Changes of the organization itself.
    organization: Map<String, Value>,
    /// In the order of their creation.
    resources: Vec<Planned>,
    /// The probabilities of faults.
    pub(super) faults: Vec<(Fault, f64)>,
}

/// A resource to be created.
#[derive(Clone, Debug)]
struct Planned {
    resource: &'static Resource,
    body: Map<String, Value>,
    /// The name of the service that it is below.
    service: Option<String>,
    /// The state that it is in at the start.
    state: Option<String>,
    age_days: f64,
    /// The credentials of a key.
    credentials: Option<(String, Secret)>,
}

impl Scenario {
    /// The names of the scenarios of the package.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The scenario of a name.
    ///
    /// # Errors
    ///
    /// There is no such scenario; the text says which there are.
    pub fn named(name: &str) -> Result<Self, String> {
        match SHIPPED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(text),
            None => Err(format!("unknown scenario {name}: known are {}", Self::names().collect::<Vec<_>>().join(", "))),
        }
    }

    /// The scenario of a name, or of a text of YAML or JSON: a name has no colon and no
    /// line break.
    ///
    /// # Errors
    ///
    /// As those of [`Scenario::named`] and [`Scenario::parse`].
    pub fn of(text: &str) -> Result<Self, String> {
        if text.contains([':', '\n']) { Self::parse(text) } else { Self::named(text) }
    }

    /// Reads YAML or JSON, and tries it out.
    ///
    /// # Errors
    ///
    /// It is neither, or a resource in it can not be created; the text names the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario = read::read(text)?;
        scenario.apply(&mut Organization::new("", usize::MAX, Random::new(0)), "", TRIAL)?;
        Ok(scenario)
    }

    /// The number of its services.
    #[must_use]
    pub fn services(&self) -> usize {
        self.resources.iter().filter(|planned| planned.resource.name == "services").count()
    }

    /// Creates the resources, the older ones in the past.
    pub(super) fn apply(&self, organization: &mut Organization, key: &str, now: f64) -> Result<(), String> {
        let call = |name: &str, path: Vec<(&'static str, String)>, body: &Map<String, Value>| -> Result<Call, String> {
            let operation = contract::operation(name).ok_or_else(|| format!("there is no {name}"))?;
            let body = read_body(operation, Some(Value::Object(body.clone()).to_string().as_bytes()));
            let body = body.map_err(|rejection| rejection.message())?;
            let (key, origin, query) = (key.to_owned(), String::new(), Map::new());
            Ok(Call { operation, key, address: None, uses: Vec::new(), origin, path, query, body })
        };
        if !self.organization.is_empty() {
            let update = call("organizations.update", Vec::new(), &self.organization)?;
            // Before all that is in it.
            let oldest = self.resources.iter().map(|planned| planned.age_days).fold(0.0, f64::max);
            let at = now - oldest * DAY;
            organization.advance(at);
            operations::run(organization, &update, at)
                .map_err(|rejection| format!("organization: {}", rejection.message()))?;
        }
        let mut created = Vec::new();
        for planned in &self.resources {
            let name = planned.resource.name;
            let place = |text: String| format!("{name}: {text}");
            let at = now - planned.age_days * DAY;
            organization.advance(at);
            let mut path = Vec::new();
            if let Some(service) = &planned.service {
                let found = organization.services.iter().find(|known| known.text("name") == Some(service));
                let id = found.ok_or_else(|| place(format!("there is no service {service}")))?.id.clone();
                run(organization, &id, at);
                path.push(("serviceId", id));
            }
            let result = match contract::operation(&format!("{name}.create")) {
                Some(operation) => {
                    let call = call(operation.name, path.clone(), &planned.body).map_err(place)?;
                    let output =
                        operations::run(organization, &call, at).map_err(|rejection| place(rejection.message()))?;
                    output.result.map(operations::Payload::into_value).unwrap_or_default()
                }
                None => {
                    let parents = path.iter().map(|(_, id)| id.clone()).collect();
                    let record = generic::draft_of(organization, planned.resource, parents, &planned.body, at);
                    let mut record = record.map_err(|rejection| place(rejection.message()))?;
                    access::complete(organization, planned.resource, &mut record);
                    let shown = record.show();
                    organization.add(planned.resource, record);
                    shown
                }
            };
            let id = ["/id", "/service/id", "/key/id"].iter().find_map(|place| result.pointer(place)?.as_str());
            created.push((planned, path, id.unwrap_or_default().to_owned()));
        }
        organization.advance(now);
        for (planned, path, id) in created {
            finish(organization, planned, path.into_iter().map(|(_, id)| id).chain([id]).collect(), now)
                .map_err(|text| format!("{}: {text}", planned.resource.name))?;
        }
        Ok(())
    }
}

/// Lets a service run, so that it takes what is below it.
fn run(organization: &mut Organization, id: &str, now: f64) {
    let Ok(service) = organization.service_mut(id) else { return };
    if service.lifecycle.shown() != RUNNING {
        let before = service.clone();
        service.lifecycle.enter(RUNNING, now);
        organization.add_usage(&before, now);
    }
}

/// Gives a created resource its state and its credentials.
fn finish(organization: &mut Organization, planned: &Planned, path: Vec<String>, now: f64) -> Result<(), String> {
    let Planned { resource, state, credentials, .. } = planned;
    let has_state = |machine: &Machine, state: &str| match machine.state(state) {
        Some(_) => Ok(()),
        None => Err(format!("there is no state {state}")),
    };
    if resource.name == "services" {
        if let Some(state) = state {
            let id = path.last().map_or("", String::as_str);
            let service = organization.service_mut(id).map_err(|rejection| rejection.message())?;
            has_state(service.lifecycle.machine(), state)?;
            let before = service.clone();
            service.lifecycle.enter(state, now);
            organization.add_usage(&before, now);
        }
        return Ok(());
    }
    if state.is_none() && credentials.is_none() {
        return Ok(());
    }
    let record =
        organization.store.get(resource.name, &path).ok_or("it ended before the start: its age is too great")?;
    let mut record = Record::clone(record);
    if let Some(state) = state {
        let lifecycle = record.lifecycle.as_mut().ok_or("it has no states")?;
        has_state(lifecycle.machine(), state)?;
        lifecycle.enter(state, now);
    }
    if let Some((id, secret)) = credentials {
        record.hidden.extend(key::hashes(id, secret));
        record.shown.insert("keySuffix".to_owned(), key::suffix(id).into());
    }
    organization.store.put(resource, record);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_their_place() {
        for (text, expected) in [
            ("services: [{ name: a, provider: aws, region: x, nam: b }]", "services: BAD_REQUEST: body.nam: "),
            ("services: [{ name: a, provider: aws, region: x, $state: asleep }]", "services: there is no state asleep"),
            ("keys: [{ $name: a }]", "keys: $name is none of the sandbox's properties"),
            ("pipes: []", "there is no resource pipes"),
            ("faults: { fire: 1 }", "faults: unknown fault fire"),
            ("faults: { slow: 2 }", "faults: slow must be a number from 0 to 1"),
            ("clickPipes: [{ name: a, $service: b }]", "clickPipes: there is no service b"),
            ("- a", "expected lists of resources"),
            ("a: [", "is neither YAML nor JSON"),
        ] {
            let error = Scenario::parse(text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
        let error = Scenario::named("bussy-team").unwrap_err();
        assert_eq!(error, "unknown scenario bussy-team: known are empty, busy-team, incident");
    }

    #[test]
    fn the_scenarios_of_the_package_can_be_created() {
        for name in Scenario::names() {
            assert_eq!(Scenario::named(name).map(|_| ()), Ok(()), "{name}");
        }
    }
}
