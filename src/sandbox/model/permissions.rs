//! Permissions: those that an operation needs, and those that a key has by the policies of its roles.
//!
//! The operations' permissions are those of the `security` entries of the official API document (clickhouse-cloud-api 0.5.0).
//! It has no table of the permissions that include others: here `manage` of a scope includes every one of the scope,
//! and `manage-backups` includes `view-backups`.

use std::rc::Rc;

use serde_json::Value;

use super::access::{self, KEYS};
use super::call::Call;
use super::organization::Organization;
use super::permission_names::*;
use super::record::Record;
use super::rejection::Rejection;
use crate::contract::Method;

/// The permissions to read and to change, for an operation, or for all of a resource and below it.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str]);

/// The first rule that fits counts.
const RULES: [Rule; 21] = [
    // They show the part that the key may see.
    ("organizations.list", &[], &[]),
    ("organizations.getPrometheus", &[], &[]),
    ("services.list", &[], &[]),
    ("services.create", &[], &[CREATE_SERVICE, MANAGE_SERVICE]),
    ("services.delete", &[], &[DELETE_SERVICE]),
    ("services.updateScaling", &[], &[MANAGE_SCALING]),
    ("services.updateReplicaScaling", &[], &[MANAGE_SCALING]),
    ("services.scalingSchedule", &[VIEW_SERVICE], &[MANAGE_SCALING]),
    ("services.privateEndpoints", &[VIEW_PRIVATE_ENDPOINTS], &[MANAGE_PRIVATE_ENDPOINTS]),
    ("services.queryEndpoint", &[VIEW_QUERY_ENDPOINTS], &[MANAGE_QUERY_ENDPOINTS]),
    ("services", &[VIEW_SERVICE], &[MANAGE_SERVICE]),
    ("backups", &[VIEW_BACKUPS], &[MANAGE_BACKUPS]),
    ("clickPipes", &[MANAGE_CLICK_PIPES], &[MANAGE_CLICK_PIPES]),
    ("clickStack", &[MANAGE_CLICK_STACK], &[MANAGE_CLICK_STACK]),
    ("keys.create", &[], &[CREATE_KEYS]),
    ("keys", &[VIEW_KEYS], &[VIEW_KEYS]),
    ("activities", &[VIEW_ACTIVITIES], &[]),
    ("roles", &[MANAGE], &[MANAGE]),
    ("postgres.create", &[], &[CREATE_SERVICE]),
    ("postgres.restore", &[], &[MANAGE_POSTGRES, CREATE_SERVICE]),
    ("postgres.createReadReplica", &[], &[MANAGE_POSTGRES, CREATE_SERVICE]),
];
/// The kind of the resource that is an organization, and the scope of its permissions.
const ORGANIZATION: &str = "organization";
const OF_THE_ORGANIZATION: &str = "control-plane:organization:";
const OF_POSTGRES: Rule = ("postgres", &[VIEW_POSTGRES], &[MANAGE_POSTGRES]);
/// All others: the organization, members, invitations, costs, quotas, functions, infrastructure.
const OF_ORGANIZATION: Rule = ("", &[VIEW], &[MANAGE]);

/// The permissions that a call needs.
fn needed(call: &Call) -> &'static [&'static str] {
    let name = call.operation.name;
    // To wake a service takes no more than to see it.
    if name == "services.updateState" && call.body.get("command").and_then(Value::as_str) == Some("awake") {
        return &[VIEW_SERVICE];
    }
    let fits =
        |(known, ..): &&Rule| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let (_, read, write) = RULES.iter().chain([&OF_POSTGRES]).find(fits).unwrap_or(&OF_ORGANIZATION);
    if call.operation.method == Method::Get { read } else { write }
}

/// Rejects a call that the roles of its key do not permit.
pub fn check(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    let permissions = Permissions::of(organization, &call.key);
    let service = call.path("serviceId").or_else(|| call.path("postgresId"));
    match needed(call).iter().find(|needed| !permissions.include(needed, service)) {
        Some(lacking) => {
            Err(Rejection::forbidden(format!("the roles of the key do not have the permission {lacking}")))
        }
        None => Ok(()),
    }
}

/// Rejects a call that gives somebody a role that permits more than the roles of its key.
pub fn check_gives(organization: &Organization, call: &Call, roles: &[Rc<Record>]) -> Result<(), Rejection> {
    let permissions = Permissions::of(organization, &call.key);
    match roles.iter().find(|role| !permissions.include_role(role)) {
        Some(role) => Err(Rejection::forbidden(format!(
            "the roles of the key permit less than the role {}, and so it cannot give that role",
            role.text("name").unwrap_or_default()
        ))),
        None => Ok(()),
    }
}

/// Rejects a call whose body has policies that permit more than the roles of its key.
pub fn check_policies(organization: &Organization, call: &Call) -> Result<(), Rejection> {
    let permissions = Permissions::of(organization, &call.key);
    if permissions.all || permissions.include_policies(call.body.get("policies")) {
        return Ok(());
    }
    Err(Rejection::forbidden("the roles of the key permit less than the policies of the role"))
}

/// The permissions of a key.
pub struct Permissions {
    /// Whether it may do all that no policy denies: an admin, and the sandbox itself.
    all: bool,
    /// The roles whose policies count.
    roles: Vec<Rc<Record>>,
}

impl Permissions {
    /// Those of a key now. A key that the organization does not know is the sandbox itself.
    pub fn of(organization: &Organization, key: &str) -> Self {
        match organization.store.collection(KEYS).iter().find(|record| record.id() == key) {
            Some(key) => Self { all: access::is_admin(key), roles: access::roles(organization, key) },
            None => Self { all: true, roles: Vec::new() },
        }
    }

    /// Whether they include all that a role permits. Only an admin includes the role that may do everything.
    fn include_role(&self, role: &Record) -> bool {
        self.all
            || self.roles.iter().any(|own| own.path == role.path)
            || !access::is_admin_role(role) && self.include_policies(role.shown.get("policies"))
    }

    /// Whether they include all that policies allow, on each of their resources.
    fn include_policies(&self, policies: Option<&Value>) -> bool {
        let policies = policies.and_then(Value::as_array).into_iter().flatten();
        let mut allowing = policies.filter(|policy| policy.get("allowDeny").and_then(Value::as_str) == Some("ALLOW"));
        allowing.all(|policy| {
            texts(policy, "resources").all(|resource| {
                let service = resource.split_once('/').filter(|(kind, id)| *kind != ORGANIZATION && *id != "*");
                let service = service.map(|(_, id)| id);
                texts(policy, "permissions").all(|permission| self.include(permission, service))
            })
        })
    }

    /// Whether they include one, on a ClickHouse or Postgres service where the call names one. A policy that denies it counts
    /// more than one that allows it.
    pub fn include(&self, permission: &str, service: Option<&str>) -> bool {
        let policies =
            self.roles.iter().filter_map(|role| role.shown.get("policies").and_then(Value::as_array)).flatten();
        let mut effects = policies
            .filter(|policy| {
                texts(policy, "permissions").any(|granted| includes(granted, permission))
                    && texts(policy, "resources").any(|resource| is_about(resource, permission, service))
            })
            .filter_map(|policy| policy.get("allowDeny").and_then(Value::as_str));
        let mut allowed = self.all;
        effects.all(|effect| {
            allowed |= effect == "ALLOW";
            effect != "DENY"
        }) && allowed
    }
}

fn texts<'a>(policy: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    policy.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a permission includes another one.
fn includes(granted: &str, needed: &str) -> bool {
    let split =
        |permission: &'_ str| permission.rsplit_once(':').map(|(scope, act)| (scope.to_owned(), act.to_owned()));
    let (Some((scope, act)), Some((needed_scope, needed_act))) = (split(granted), split(needed)) else { return false };
    let of_part = |act: &str, verb: &str| act.strip_prefix(verb).map(str::to_owned);
    scope == needed_scope
        && (act == "manage"
            || act == needed_act
            || of_part(&act, "manage-").is_some_and(|part| of_part(&needed_act, "view-") == Some(part)))
}

/// Whether a resource of a policy, `KIND/ID`, is one that a permission is about. Services are told apart; an organization
/// stands for all that is in it.
fn is_about(resource: &str, permission: &str, service: Option<&str>) -> bool {
    match (resource.split_once('/'), service) {
        (None | Some((ORGANIZATION, _) | (_, "*")), _) => true,
        (Some((_, id)), Some(service)) => id.eq_ignore_ascii_case(service),
        (Some(_), None) => permission.starts_with(OF_THE_ORGANIZATION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_includes_lesser_ones() {
        assert!(includes(MANAGE_SERVICE, VIEW_BACKUPS));
        assert!(includes(MANAGE_BACKUPS, VIEW_BACKUPS));
        assert!(includes(VIEW, VIEW));
        assert!(!includes(VIEW_BACKUPS, MANAGE_BACKUPS));
        assert!(!includes(MANAGE, VIEW_SERVICE));
        assert!(!includes("everything", VIEW));
    }

    #[test]
    fn a_policy_may_name_services() {
        assert!(is_about("instance/*", VIEW_SERVICE, None));
        assert!(is_about("organization/1", VIEW_SERVICE, Some("2")));
        assert!(is_about("instance/A", VIEW_SERVICE, Some("a")));
        assert!(!is_about("instance/b", VIEW_SERVICE, Some("a")));
        assert!(!is_about("instance/b", VIEW_SERVICE, None));
        assert!(!is_about("postgres/b", VIEW_POSTGRES, Some("a")));
        assert!(is_about("instance/b", VIEW, None), "the organization is no service");
    }
}
