//! One activity, and those that a service makes by itself.
//!
//! The states are those of the services' machine, the types those of the contract.

use serde_json::{Map, Value, json};

use super::record::Record;
use super::service::Service;
use super::time::timestamp;

/// The name of the resource in the contract.
pub const ACTIVITIES: &str = "activities";
/// The most activities. The oldest is dropped first.
pub const MAX_ACTIVITIES: usize = 1_000;

/// The states of a service, as the API shows them, that are activities once they begin.
const STATES: [(&str, &str); 3] =
    [("running", "service_running"), ("idle", "service_idle"), ("partially_running", "service_partially_running")];

/// The activity of a type at a moment, in a blank record.
pub fn of(blank: Record, organization: &str, kind: &str, mut shown: Map<String, Value>, at: f64) -> Record {
    let id = blank.random.object_id();
    for (name, value) in
        [("id", id.as_str()), ("type", kind), ("createdAt", &timestamp(at)), ("organizationId", organization)]
    {
        shown.insert(name.to_owned(), value.into());
    }
    Record { path: vec![id], shown, ..blank }
}

/// The activity of a service that has changed its state: its type and its properties.
pub fn of_state(service: &Service, before: &Service) -> Option<(&'static str, Map<String, Value>)> {
    let state = service.lifecycle.shown();
    let (_, kind) = STATES.iter().find(|(known, _)| *known == state && before.lifecycle.shown() != state)?;
    let Value::Object(shown) = json!({ "actorType": "system", "serviceId": service.id }) else { return None };
    Some((kind, shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Kind, schema};
    use crate::sandbox::model::machine::services::SERVICES;

    #[test]
    fn the_contract_has_all_words_of_the_table() {
        let has = |name: &str, word: &str| match &schema(name).unwrap().kind {
            Kind::Enum { values, .. } => values.contains(&word),
            _ => false,
        };
        for (state, kind) in STATES {
            assert!(SERVICES.states.iter().any(|known| known.shown == state), "{state}");
            assert!(has("ActivityType", kind), "{kind}");
        }
        assert!(has("ActivityActorType", "system"));
    }
}
