//! What every machine and every lifecycle must keep.

use serde_json::{Map, Value, json};

use super::*;
use crate::contract::{self, Kind, ResponseKind, Schema};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::time::END;

/// A property of an operation's body.
fn body_property(operation: &str, property: &str) -> &'static Schema {
    let body = contract::operation(operation).and_then(|it| it.body.as_ref()).unwrap();
    let Kind::Object(body) = body.schema.kind else { panic!("{operation}: no object") };
    body.properties.iter().find(|known| known.name == property).unwrap().schema
}

/// The values of a property of an object's schema; none: it has no such property, or no list of values.
fn values(schema: &Schema, property: &str) -> Option<&'static [&'static str]> {
    let Kind::Object(object) = schema.kind else { return None };
    match object.properties.iter().find(|known| known.name == property)?.schema.kind {
        Kind::Enum { values, .. } => Some(values),
        _ => None,
    }
}

/// The states of the contract: in the response of the resource's `get`, or of its `create` where it has none.
fn contract_states(machine: &Machine) -> &'static [&'static str] {
    let response = ["get", "create"].into_iter().find_map(|method| {
        match contract::operation(&format!("{}.{method}", machine.resource))?.response {
            ResponseKind::Json(schema) => Some(schema),
            _ => None,
        }
    });
    values(response.unwrap(), machine.property).unwrap()
}

/// A lifecycle of every machine in every state.
fn lifecycles() -> impl Iterator<Item = Lifecycle> {
    MACHINES.into_iter().flat_map(|machine| {
        let begin = |state: &State| {
            let mut lifecycle = Lifecycle::begin(machine, state.name, 1000.0, Random::new(3));
            lifecycle.set_idle_after(Some(300_000.0));
            lifecycle
        };
        machine.states.iter().map(begin)
    })
}

/// The states in which a command begins another one, as the API shows them.
fn begins(machine: &Machine, command: &Command) -> Vec<&'static str> {
    let begins = |state: &&State| matches!(command.effect(state.name), Effect::Begin(_));
    let mut shown: Vec<_> = machine.states.iter().filter(begins).map(|state| state.shown).collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

#[test]
fn names_are_unique_and_found() {
    for machine in MACHINES {
        assert_eq!(of(machine.name).map(|found| found.name), Some(machine.name));
        assert!(of(machine.resource).is_some_and(|first| first.resource == machine.resource), "{}", machine.name);
        for state in machine.states {
            assert_eq!(machine.states.iter().filter(|other| other.name == state.name).count(), 1, "{}", state.name);
        }
    }
    assert!(of("backups").is_none());
}

#[test]
fn every_state_is_shown_as_one_of_the_contract() {
    for machine in MACHINES {
        let values = contract_states(machine);
        for state in machine.states {
            assert!(values.contains(&state.shown), "{}: {}", machine.name, state.shown);
        }
    }
}

#[test]
fn every_state_of_the_contract_is_in_a_machine() {
    for machine in MACHINES {
        let of_resource = || MACHINES.into_iter().filter(|other| other.resource == machine.resource);
        for value in contract_states(machine).iter().filter(|value| **value != "Unknown") {
            let shows = |machine: &Machine| machine.states.iter().any(|state| state.shown == *value);
            assert!(of_resource().any(shows), "{}: {value}", machine.resource);
        }
    }
}

#[test]
fn commands_are_those_of_the_contract_and_deletion() {
    for machine in MACHINES {
        let body = contract::operation(&format!("{}.updateState", machine.resource)).and_then(|it| it.body.as_ref());
        let mut expected = body.map_or(&[][..], |body| values(body.schema, "command").unwrap()).to_vec();
        expected.push("delete");
        let mut names: Vec<_> = machine.commands.iter().map(|command| command.name).collect();
        expected.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, expected, "{}", machine.name);
    }
}

#[test]
fn every_name_in_a_table_is_one_of_its_states() {
    for machine in MACHINES {
        let known = |name: &str| assert!(machine.state(name).is_some(), "{}: {name}", machine.name);
        for state in machine.states {
            if let Next::After(_, next) | Next::Idle(next) = state.next {
                known(next);
            }
        }
        for command in machine.commands {
            let mut covered: Vec<&str> = Vec::new();
            for (states, effect) in command.effects.iter().copied().chain([(&[][..], command.otherwise)]) {
                states.iter().for_each(|state| known(state));
                covered.extend(states);
                match effect {
                    Effect::Begin(state) => known(state),
                    Effect::RefuseAs(_, state) => assert_eq!(machine.state(state).map(|it| it.shown), Some(state)),
                    Effect::Nothing | Effect::Refuse(_) => {}
                }
            }
            let count = covered.len();
            covered.sort_unstable();
            covered.dedup();
            assert_eq!(covered.len(), count, "{}: a state has two effects of {}", machine.name, command.name);
        }
    }
}

#[test]
fn every_state_comes_to_rest() {
    for machine in MACHINES {
        for state in machine.states {
            let last = machine.course(state).last().unwrap();
            assert!(!matches!(last.next, Next::After(..)), "{}: {} goes in a circle", machine.name, state.name);
        }
        assert!(machine.states.iter().any(|state| matches!(state.next, Next::Gone)), "{} never ends", machine.name);
    }
}

#[test]
fn a_refusal_names_the_states_that_a_command_is_for() {
    for machine in MACHINES {
        for command in machine.commands {
            for state in machine.states {
                let (Effect::Refuse(text) | Effect::RefuseAs(text, _)) = command.effect(state.name) else { continue };
                if text.contains("one of the following states") {
                    let mut named: Vec<&str> = text.split('\'').skip(1).step_by(2).collect();
                    named.sort_unstable();
                    assert_eq!(named, begins(machine, command), "{}: {}", machine.name, command.name);
                }
            }
        }
    }
}

#[test]
fn a_command_has_an_effect_or_is_refused_in_every_state() {
    for before in lifecycles() {
        for command in before.machine().commands {
            let mut lifecycle = before.clone();
            let changed = lifecycle.command(command.name, 2000.0);
            assert_eq!(lifecycle.state() != before.state(), changed.as_ref().is_ok_and(|changed| *changed));
            if let Err(rejection) = changed {
                assert_eq!(rejection.status, 409);
                assert!(rejection.message().contains(" Current state: '"), "{}", rejection.message());
            }
        }
        assert_eq!(before.clone().command("hibernate", 2000.0).unwrap_err().status, 400);
    }
}

#[test]
fn a_service_that_has_just_stopped_is_not_deleted() {
    let mut service = Lifecycle::begin(&services::SERVICES, "settling", 0.0, Random::new(1));
    assert_eq!(service.shown(), "stopped");
    assert!(service.command("delete", 4_999.0).unwrap_err().message().ends_with("Current state: 'stopping'"));
    assert!(service.command("awake", 4_999.0).unwrap_err().message().ends_with("Current state: 'stopped'"));
    service.advance(15_000.0);
    assert!(service.command("delete", 15_000.0).unwrap());
    assert!(service.is_ending() && !service.is_over());
    service.advance(END);
    assert!(service.is_over());
}

#[test]
fn sources_have_their_courses() {
    let course = |source: Value| {
        let (machine, first) = of_new("clickPipes", json!({ "source": source }).as_object().unwrap()).unwrap();
        machine.course(machine.state(first).unwrap()).map(|state| state.shown).collect::<Vec<_>>().join(" ")
    };
    let database = |name: &str, mode: &str| course(json!({ name: { "settings": { "replicationMode": mode } } }));
    assert_eq!(course(json!({ "kafka": {}, "postgres": null })), "Provisioning Running");
    assert_eq!(course(json!({ "objectStorage": { "isContinuous": true } })), "Provisioning Running");
    assert_eq!(course(json!({ "objectStorage": {} })), "Provisioning Running Completed");
    assert_eq!(database("postgres", "cdc"), "Provisioning Setup Snapshot Running");
    assert_eq!(database("mysql", "cdc_only"), "Provisioning Setup Running");
    assert_eq!(database("bigquery", "snapshot"), "Provisioning Setup Snapshot Completed");
    assert_eq!(course(json!({ "mongodb": {} })), "Provisioning Setup Snapshot Running");
}

#[test]
fn endpoints_wait_for_an_owner_where_there_is_one() {
    let Kind::Enum { values, .. } = body_property("clickPipes.reversePrivateEndpoints.create", "type").kind else {
        panic!("no enum")
    };
    for kind in values {
        let body = json!({ "type": kind });
        let (machine, first) = of_new("clickPipes.reversePrivateEndpoints", body.as_object().unwrap()).unwrap();
        let course: Vec<_> = machine.course(machine.state(first).unwrap()).map(|state| state.shown).collect();
        let waits = ["VPC_ENDPOINT_SERVICE", "GCP_PSC_SERVICE_ATTACHMENT"].contains(kind);
        assert_eq!(course.contains(&"PendingAcceptance"), waits, "{kind}");
    }
}

#[test]
fn other_resources_begin_in_the_first_state() {
    let (machine, first) = of_new("postgres", &Map::new()).unwrap();
    assert_eq!((machine.name, first), ("postgres", "creating"));
    assert!(of_new("backups", &Map::new()).is_none());
}

#[test]
fn the_sources_are_those_of_the_contract() {
    let Kind::Object(source) = body_property("clickPipes.create", "source").kind else { panic!("no object") };
    for name in click_pipes::DATABASES.into_iter().chain(["objectStorage"]) {
        assert!(source.properties.iter().any(|property| property.name == name), "{name}");
    }
}

#[test]
fn the_course_does_not_depend_on_the_number_of_reads() {
    let end = 3.0 * 60.0 * 60.0 * 1000.0;
    for before in lifecycles() {
        let (mut often, mut rarely) = (before.clone(), before);
        for second in 0..=10_800 {
            let now = f64::from(second) * 1000.0;
            let (due, state) = (often.is_due(now), often.state());
            often.advance(now);
            assert_eq!(often.state() != state, due);
        }
        rarely.advance(end);
        assert_eq!(json!(often), json!(rarely));
    }
}

#[test]
fn the_end_of_time_comes_quickly() {
    for mut lifecycle in lifecycles() {
        let state = lifecycle.state();
        lifecycle.enter(state, END - 1.0);
        lifecycle.advance(END);
        assert!(!lifecycle.is_due(END), "{state} -> {}", lifecycle.state());
        lifecycle.visit_moments(&mut |moment| assert!(*moment <= END));
    }
}

#[test]
fn every_lifecycle_continues_from_its_json() {
    for mut lifecycle in lifecycles() {
        let mut restored: Lifecycle = serde_json::from_value(json!(lifecycle)).unwrap();
        assert_eq!(restored.state(), lifecycle.state());
        assert_eq!(restored.advanced(END), lifecycle.advanced(END));
    }
}

#[test]
fn unknown_names_are_refused() {
    let good = json!(Lifecycle::begin(&services::SERVICES, "stopping", 0.0, Random::new(1)));
    for (place, value) in [
        ("/machine", json!("robots")),
        ("/state", json!("hibernating")),
        ("/next/0", json!("hibernating")),
        ("/next/1", json!("soon")),
        ("/idle_after", json!(-1)),
        ("/random", json!("draws")),
    ] {
        let mut wrong = good.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert!(serde_json::from_value::<Lifecycle>(wrong).is_err(), "{place}");
    }
    assert!(serde_json::from_value::<Lifecycle>(good).is_ok());
}

impl Lifecycle {
    /// Its JSON at a moment.
    fn advanced(&mut self, now: f64) -> Value {
        self.advance(now);
        json!(self)
    }
}
