//! The activities of an organization: a record of each change that the contract has a type for. [`record`] is called for
//! every change of every operation; what a service does by itself is recorded where its time passes.

use serde_json::{Map, Value, json};

use super::{Handler, Output, Payload, generic};
use crate::sandbox::model::access::KEYS;
use crate::sandbox::model::activity::ACTIVITIES;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::machine::services::SERVICES;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::parse;

/// The types of changes: an operation, the property of its body that makes it such a change (none: any), the value of the
/// property (none: another one than before), the type, and the kind of change to a key.
type Row = (&'static str, Option<&'static str>, Option<&'static str>, &'static str, Option<&'static str>);

static TYPES: [Row; 40] = [
    ("organizations.update", Some("name"), None, "organization_update_name", None),
    ("invitations.create", None, None, "organization_invite_create", None),
    ("invitations.delete", None, None, "organization_invite_delete", None),
    ("members.update", Some("role"), None, "organization_member_update_role", None),
    ("members.update", Some("assignedRoleIds"), None, "organization_member_update_roles", None),
    ("members.delete", None, None, "organization_member_delete", None),
    ("keys.create", None, None, "key_create", Some("created")),
    ("keys.delete", None, None, "key_delete", Some("deleted")),
    ("keys.update", Some("name"), None, "openapi_key_update", Some("name-changed")),
    ("keys.update", Some("roles"), None, "openapi_key_update", Some("role-changed")),
    ("keys.update", Some("assignedRoleIds"), None, "openapi_key_update", Some("roles-v2-changed")),
    ("keys.update", Some("state"), None, "openapi_key_update", Some("state-changed")),
    ("keys.update", Some("expireAt"), None, "openapi_key_update", Some("date-changed")),
    ("keys.update", Some("ipAccessList"), None, "openapi_key_update", Some("ip-access-list-changed")),
    ("services.create", None, None, "service_create", None),
    ("services.create", Some("backupId"), None, "service_restore_backup", None),
    ("services.delete", None, None, "service_delete", None),
    ("services.updateState", Some("command"), Some("start"), "service_start", None),
    ("services.updateState", Some("command"), Some("stop"), "service_stop", None),
    ("services.updateState", Some("command"), Some("awake"), "service_awaken", None),
    ("services.update", Some("name"), None, "service_update_name", None),
    ("services.update", Some("ipAccessList"), None, "service_update_ip_access_list", None),
    ("services.update", Some("releaseChannel"), None, "service_update_release_channel", None),
    ("services.update", Some("privateEndpointIds"), None, "service_update_private_endpoints", None),
    ("services.update", Some("enableCoreDumps"), None, "service_update_core_dump", None),
    ("services.updateScaling", Some("minTotalMemoryGb"), None, "service_update_autoscaling_memory", None),
    ("services.updateScaling", Some("maxTotalMemoryGb"), None, "service_update_autoscaling_memory", None),
    ("services.updateScaling", Some("numReplicas"), None, "service_update_autoscaling_replicas", None),
    ("services.updateScaling", Some("idleScaling"), None, "service_update_autoscaling_idling", None),
    ("services.updateScaling", Some("idleTimeoutMinutes"), None, "service_update_autoscaling_idling", None),
    ("services.updateReplicaScaling", Some("minReplicaMemoryGb"), None, "service_update_autoscaling_memory", None),
    ("services.updateReplicaScaling", Some("maxReplicaMemoryGb"), None, "service_update_autoscaling_memory", None),
    ("services.updateReplicaScaling", Some("numReplicas"), None, "service_update_autoscaling_replicas", None),
    ("services.updateReplicaScaling", Some("minReplicas"), None, "service_update_autoscaling_replicas", None),
    ("services.updateReplicaScaling", Some("maxReplicas"), None, "service_update_autoscaling_replicas", None),
    ("services.updateReplicaScaling", Some("idleScaling"), None, "service_update_autoscaling_idling", None),
    ("services.updateReplicaScaling", Some("idleTimeoutMinutes"), None, "service_update_autoscaling_idling", None),
    ("services.updatePassword", None, None, "service_update_password", None),
    ("services.privateEndpoints.create", None, None, "service_update_private_endpoints", None),
    ("backups.configuration.update", None, None, "service_update_backup_configuration", None),
];

/// The handler of an operation of `activities`.
pub fn handler(name: &str) -> Option<Handler> {
    (name == "activities.list").then_some(list)
}

/// Lists the activities of a range, the newest first.
fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    let moment = |name: &str| call.query.get(name).and_then(Value::as_str).and_then(parse);
    let (from, to) = (moment("from_date"), moment("to_date"));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Rejection::bad_request("query.to_date: expected a moment after from_date, received one before it"));
    }
    let is_in_range = |record: &&Record| {
        let at = record.text("createdAt").and_then(parse);
        at.is_some_and(|at| from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to))
    };
    let newest = organization.store.collection(ACTIVITIES).iter().rev().map(std::rc::Rc::as_ref);
    let mut newest: Vec<&Record> = newest.filter(is_in_range).collect();
    // Those of a restored snapshot can be of a later time than those after it.
    newest.sort_by(|one, other| other.text("createdAt").cmp(&one.text("createdAt")));
    Ok(Output::unchanged(newest.into_iter().map(Record::show).collect()))
}

/// The thing that a call is about, as the API shows it. None where it does not exist yet, or no type depends on its values.
pub fn target(organization: &Organization, call: &Call) -> Option<Value> {
    let depends = |(operation, property, value, ..): &Row| {
        *operation == call.operation.name && property.is_some() && value.is_none()
    };
    if !TYPES.iter().any(depends) {
        return None;
    }
    let resource = generic::resource(call).ok()?;
    if resource.name == SERVICES.resource {
        return Some(organization.service(call.path("serviceId")?).ok()?.show());
    }
    Some(organization.store.get(resource.name, &generic::path(call, resource))?.show())
}

/// Records a change that has just been made, to a thing that was like `before`.
pub fn record(organization: &mut Organization, call: &Call, output: &Output, before: Option<&Value>, now: f64) {
    let after = before.and_then(|_| target(organization, call));
    // What is never shown may have changed.
    let changed = |name: &str| match (before.and_then(|before| before.get(name)), after.as_ref()) {
        (Some(before), Some(after)) => after.get(name) != Some(before),
        _ => true,
    };
    let mut kinds: Vec<(&str, Option<&str>)> = Vec::new();
    for (operation, property, value, kind, key_change) in TYPES {
        let sent = property.map(|property| (property, call.body.get(property)));
        let is_such = match (sent, value) {
            (None, _) => true,
            (Some((name, sent)), None) => sent.is_some() && changed(name),
            (Some((_, sent)), Some(value)) => sent.and_then(Value::as_str) == Some(value),
        };
        if operation == call.operation.name && is_such && !kinds.contains(&(kind, key_change)) {
            kinds.push((kind, key_change));
        }
    }
    for (kind, key_change) in kinds {
        let mut shown = author(organization, call);
        let id_in_result = |pointer: &str| match &output.result {
            Some(Payload::Value(result)) => result.pointer(pointer).and_then(Value::as_str),
            _ => None,
        };
        let service = call.path("serviceId").or_else(|| id_in_result("/service/id"));
        let key = key_change.and_then(|_| call.path("keyId").or_else(|| id_in_result("/key/id")));
        let more = [("serviceId", service), ("targetKeyId", key), ("keyUpdateType", key_change)]
            .map(|(name, value)| Some((name.to_owned(), value?.into())));
        shown.extend(more.into_iter().flatten());
        organization.add_activity(kind, shown, now);
    }
}

/// The author: the key of the request.
fn author(organization: &Organization, call: &Call) -> Map<String, Value> {
    let key = organization.store.get(KEYS, std::slice::from_ref(&call.key));
    let name = key.and_then(|key| key.text("name")).unwrap_or_default();
    let author = json!({ "actorType": "api", "actorId": call.key, "actorDetails": name });
    let Value::Object(mut author) = author else { return Map::new() };
    if let Some(address) = call.address {
        author.insert("actorIpAddress".to_owned(), address.to_string().into());
    }
    author
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{self, Kind};
    use crate::sandbox::model::resource::properties;

    #[test]
    fn the_contract_has_all_words_of_the_table() {
        let has = |schema: &str, word: &str| match &contract::schema(schema).unwrap().kind {
            Kind::Enum { values, .. } => values.contains(&word),
            _ => false,
        };
        for (operation, property, _, kind, key_change) in TYPES {
            let operation = contract::operation(operation).unwrap();
            let body = operation.body.as_ref().map_or(&[][..], |body| properties(body.schema));
            assert!(property.is_none_or(|name| body.iter().any(|known| known.name == name)), "{}", operation.name);
            assert!(has("ActivityType", kind), "{kind}");
            assert!(key_change.is_none_or(|change| has("KeyUpdateType", change)), "{key_change:?}");
        }
        assert!(has("ActivityActorType", "api"));
    }
}
