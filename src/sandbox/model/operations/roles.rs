//! The operations on roles. Those of the system are fixed but for their actors, as in the live service.

use serde_json::Value;

use super::{Handler, Output, Payload, generic};
use crate::sandbox::model::access::{self, ROLES};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permissions;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::timestamp;

/// The handler of an operation of `roles`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "roles.list" => list,
        "roles.get" => get,
        "roles.create" => create,
        "roles.update" => update,
        "roles.delete" => delete,
        _ => return None,
    })
}

fn list(organization: &mut Organization, _: &Call, _: f64) -> Result<Output, Rejection> {
    let roles = organization.store.collection(ROLES).iter();
    Ok(Output::unchanged(roles.map(|role| shown(organization, role)).collect()))
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(shown(organization, generic::record(organization, call)?)))
}

/// A role with its actors.
fn shown(organization: &Organization, role: &Record) -> Value {
    let mut shown = role.show();
    if let Value::Object(shown) = &mut shown {
        shown.insert("actors".to_owned(), access::actors(organization, role).into());
    }
    shown
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    permissions::check_policies(organization, call)?;
    let actors = access::named_actors(organization, call)?.unwrap_or_default();
    let mut record = generic::draft(organization, call, now)?;
    record.shown.remove("actors");
    let tenant = access::tenant(organization);
    for (name, value) in [("tenantId", tenant.as_str()), ("ownerId", &tenant), ("type", "custom")] {
        record.shown.insert(name.to_owned(), value.into());
    }
    if let Some(policies) = call.body.get("policies") {
        let policies = identified(policies, record.id(), &tenant, &record.random);
        record.shown.insert("policies".to_owned(), policies);
    }
    let path = record.path.clone();
    let mut output = generic::insert(organization, call, record)?;
    if let Some(role) = organization.store.get(ROLES, &path).cloned() {
        access::set_actors(organization, &role, &actors);
        output.result = Some(Payload::Value(shown(organization, &role)));
    }
    Ok(output)
}

/// Policies with ids of their own.
fn identified(policies: &Value, role: &str, tenant: &str, random: &Random) -> Value {
    let policies = policies.as_array().into_iter().flatten();
    policies
        .map(|policy| {
            let mut policy = policy.clone();
            for (name, value) in [("id", random.uuid().as_str()), ("roleId", role), ("tenantId", tenant)] {
                if let Value::Object(policy) = &mut policy {
                    policy.insert(name.to_owned(), value.into());
                }
            }
            policy
        })
        .collect()
}

/// Whether stored policies are those of a body: the ids do not count.
fn are_same(stored: Option<&Value>, sent: &Value) -> bool {
    let content = |policies: &Value| -> Vec<Value> {
        let mut policies = policies.as_array().cloned().unwrap_or_default();
        for policy in policies.iter_mut().filter_map(Value::as_object_mut) {
            policy.retain(|name, _| !matches!(name.as_str(), "id" | "roleId" | "tenantId"));
        }
        policies
    };
    stored.is_some_and(|stored| content(stored) == content(sent))
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let role = generic::record(organization, call)?.clone();
    if access::is_system(&role) && call.body.keys().any(|name| name != "actors") {
        return Err(refused("changed, but for its actors"));
    }
    permissions::check_policies(organization, call)?;
    let actors = access::named_actors(organization, call)?;
    if actors.as_ref().is_some_and(|actors| !actors.is_empty()) {
        permissions::check_gives(organization, call, std::slice::from_ref(&role))?;
    }
    if let Some(actors) = actors.as_ref().filter(|_| access::is_admin_role(&role)) {
        access::check_admin_stays(organization, |member, _| {
            access::actor(Some("user"), member).is_some_and(|actor| actors.contains(&actor))
        })?;
    }
    let tenant = access::tenant(organization);
    let mut output = generic::change(organization, call, now, |record, _| {
        if let Some(name) = call.body.get("name") {
            record.shown.insert("name".to_owned(), name.clone());
        }
        if let Some(policies) = call.body.get("policies").filter(|sent| !are_same(record.shown.get("policies"), sent)) {
            let policies = identified(policies, record.id(), &tenant, &record.random);
            record.shown.insert("policies".to_owned(), policies);
        }
        Ok(())
    })?;
    access::refresh(organization);
    let role = generic::record(organization, call)?.clone();
    if actors.is_some_and(|actors| access::set_actors(organization, &role, &actors)) {
        let resource = generic::resource(call)?;
        let mut role = Record::clone(&role);
        role.shown.insert("updatedAt".to_owned(), timestamp(now).into());
        output.change = Some(generic::described(resource, &role, "updated"));
        organization.store.put(resource, role);
    }
    output.result = Some(Payload::Value(shown(organization, generic::record(organization, call)?)));
    Ok(output)
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    if access::is_system(generic::record(organization, call)?) {
        return Err(refused("deleted"));
    }
    let output = generic::delete(organization, call, now)?;
    access::refresh(organization);
    Ok(output)
}

fn refused(verb: &str) -> Rejection {
    Rejection::bad_request(format!("a role of the system cannot be {verb}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn policies_are_compared_without_their_ids() {
        let sent = json!([{ "allowDeny": "ALLOW", "permissions": ["a"], "resources": ["instance/*"] }]);
        let stored = identified(&sent, "role", "tenant", &Random::new(1));
        assert!(are_same(Some(&stored), &sent));
        assert!(!are_same(Some(&stored), &json!([])));
        assert!(!are_same(None, &sent));
    }
}
