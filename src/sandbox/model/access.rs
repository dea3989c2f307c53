//! Roles: those that come with an organization, and the roles of keys, members and invitations.
//!
//! A record shows its roles as `assignedRoles` and in an older form (`role`, `roles`) that only some of them have. Both are
//! written here, so they agree. The actors of a role are not stored: they are the keys and members that have it.
//! Names and permissions follow the live service's documentation of console roles.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::call::Call;
use super::organization::{CREATED, Organization};
use super::permission_names::*;
use super::record::Record;
use super::rejection::Rejection;
use super::resource::{Resource, properties};
use super::time::timestamp;
use crate::contract::Kind;

/// The names of the resources in the contract.
pub const KEYS: &str = "keys";
pub const ROLES: &str = "roles";
pub const MEMBERS: &str = "members";
pub const INVITATIONS: &str = "invitations";

/// The role that may do everything.
pub const ADMIN: &str = "Admin";
const DEVELOPER: &str = "Developer";
/// The type of a role that comes with the organization.
pub const SYSTEM: &str = "system";

/// The resources whose records have roles, with the kind of actor that they are; invitations are none yet.
const HOLDERS: [(&str, Option<&str>); 3] = [(KEYS, Some("apiKey")), (MEMBERS, Some("user")), (INVITATIONS, None)];

/// A role that comes with each organization.
struct SystemRole {
    name: &'static str,
    /// Its name in the older form.
    older: Option<&'static str>,
    permissions: &'static [&'static str],
}

/// The permissions of the roles that read services.
const READ_SERVICES: &[&str] = &[VIEW, VIEW_SERVICE, VIEW_BACKUPS, VIEW_PRIVATE_ENDPOINTS, VIEW_QUERY_ENDPOINTS];

/// The first members of an organization, each with a role.
const FIRST_MEMBERS: [(&str, &str, &str); 2] =
    [("Sandbox Admin", "admin@sandbox.example", ADMIN), ("Sandbox Developer", "developer@sandbox.example", DEVELOPER)];

static SYSTEM_ROLES: [SystemRole; 10] = [
    SystemRole {
        name: ADMIN,
        older: Some("admin"),
        permissions: &[MANAGE, MANAGE_BILLING, MANAGE_SERVICE, MANAGE_POSTGRES],
    },
    SystemRole {
        name: DEVELOPER,
        older: Some("developer"),
        permissions: &[
            VIEW,
            CREATE_KEYS,
            VIEW_SERVICE,
            VIEW_BACKUPS,
            VIEW_PRIVATE_ENDPOINTS,
            VIEW_QUERY_ENDPOINTS,
            VIEW_POSTGRES,
        ],
    },
    SystemRole { name: "Billing", older: None, permissions: &[VIEW, VIEW_BILLING, MANAGE_BILLING] },
    SystemRole { name: "Member", older: None, permissions: &[VIEW] },
    SystemRole { name: "Org API reader", older: None, permissions: &[VIEW, VIEW_KEYS] },
    SystemRole { name: "Service admin", older: None, permissions: &[VIEW, MANAGE_SERVICE] },
    SystemRole { name: "Service reader", older: None, permissions: READ_SERVICES },
    SystemRole { name: "Service API admin", older: None, permissions: &[VIEW, MANAGE_SERVICE] },
    SystemRole { name: "Service API reader", older: None, permissions: READ_SERVICES },
    SystemRole {
        name: "Basic service API reader",
        older: Some("query_endpoints"),
        permissions: &[VIEW_QUERY_ENDPOINTS],
    },
];

/// Adds the roles of the system and the first members, an admin and a developer, unless the organization has them.
pub fn add_first(organization: &mut Organization) {
    if let Some(resource) = Resource::named(ROLES).filter(|_| organization.store.collection(ROLES).is_empty()) {
        for role in &SYSTEM_ROLES {
            let record = system_role(organization, role);
            organization.add(resource, record);
        }
    }
    if organization.store.collection(MEMBERS).is_empty() {
        for (name, email, role) in FIRST_MEMBERS {
            let roles = named(organization, role).into_iter().collect::<Vec<_>>();
            add_member(organization, name, email, &roles, CREATED);
        }
    }
}

/// Adds a member with these roles.
pub fn add_member(organization: &mut Organization, name: &str, email: &str, roles: &[Rc<Record>], joined: f64) {
    let Some(resource) = Resource::named(MEMBERS) else { return };
    let blank = organization.new_record();
    let id = blank.random.uuid();
    let shown = json!({ "userId": id, "name": name, "email": email, "joinedAt": timestamp(joined) });
    let Value::Object(shown) = shown else { return };
    let mut record = Record { path: vec![id], shown, ..blank };
    assign(resource, &mut record, roles);
    organization.add(resource, record);
}

/// The tenant of an organization's roles, and their owner.
pub fn tenant(organization: &Organization) -> String {
    format!("organization/{}", organization.id)
}

fn system_role(organization: &Organization, role: &SystemRole) -> Record {
    let blank = organization.new_record();
    let (id, tenant) = (blank.random.uuid(), tenant(organization));
    let of_services = |permission: &&&str| permission.starts_with("control-plane:service:");
    let (services, other): (Vec<&str>, Vec<&str>) =
        role.permissions.iter().partition(|permission| of_services(permission));
    let resources = [(other, tenant.clone()), (services, "instance/*".to_owned())];
    let policies: Vec<Value> = resources
        .into_iter()
        .filter(|(permissions, _)| !permissions.is_empty())
        .map(|(permissions, resource)| {
            json!({
                "id": blank.random.uuid(),
                "roleId": id,
                "tenantId": tenant,
                "allowDeny": "ALLOW",
                "permissions": permissions,
                "resources": [resource],
            })
        })
        .collect();
    let shown = json!({
        "id": id,
        "tenantId": tenant,
        "ownerId": tenant,
        "name": role.name,
        "type": SYSTEM,
        "policies": policies,
        "createdAt": timestamp(CREATED),
        "updatedAt": timestamp(CREATED),
    });
    let shown = match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    };
    Record { path: vec![id], shown, ..blank }
}

/// The role of the system with that name.
pub fn named(organization: &Organization, name: &str) -> Option<Rc<Record>> {
    let mut roles = organization.store.collection(ROLES).iter();
    roles.find(|role| is_system(role) && role.text("name") == Some(name)).cloned()
}

/// Whether a role came with the organization.
pub fn is_system(role: &Record) -> bool {
    role.text("type") == Some(SYSTEM)
}

/// Whether it is the role that may do everything.
pub fn is_admin_role(role: &Record) -> bool {
    is_system(role) && role.text("name") == Some(ADMIN)
}

/// The name of a role in the older form; only some of the system have one.
fn older(role: &Record) -> Option<&'static str> {
    let known = SYSTEM_ROLES.iter().find(|known| Some(known.name) == role.text("name"))?;
    known.older.filter(|_| is_system(role))
}

/// The roles that a body asks for, by their ids or in the older form; none: it names neither.
pub fn requested(organization: &Organization, call: &Call) -> Result<Option<Vec<Rc<Record>>>, Rejection> {
    if let Some(ids) = call.body.get("assignedRoleIds").and_then(Value::as_array) {
        let mut roles: Vec<Rc<Record>> = Vec::new();
        for (index, id) in ids.iter().filter_map(Value::as_str).enumerate() {
            let role = organization.store.get(ROLES, &[id.to_owned()]).ok_or_else(|| {
                Rejection::bad_request(format!(
                    "body.assignedRoleIds[{index}]: expected the id of a role of the organization, received {id:?}"
                ))
            })?;
            if !roles.iter().any(|known| known.path == role.path) {
                roles.push(role.clone());
            }
        }
        return Ok(Some(roles));
    }
    Ok(in_older_form(organization, &call.body))
}

/// The roles that an object names in the older form; none: it names none.
fn in_older_form(organization: &Organization, object: &Map<String, Value>) -> Option<Vec<Rc<Record>>> {
    let sent: Vec<&str> = match (object.get("roles"), object.get("role")) {
        (Some(roles), _) => roles.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        (None, role) => vec![role?.as_str()?],
    };
    let known = organization.store.collection(ROLES).iter();
    Some(known.filter(|role| older(role).is_some_and(|older| sent.contains(&older))).cloned().collect())
}

/// Gives a record the roles that it shows in the older form alone.
pub fn complete(organization: &Organization, resource: &Resource, record: &mut Record) {
    let holds = HOLDERS.iter().any(|(name, _)| *name == resource.name);
    if holds
        && !record.shown.contains_key("assignedRoles")
        && let Some(roles) = in_older_form(organization, &record.shown)
    {
        assign(resource, record, &roles);
    }
}

/// Sets the roles that a record shows, in both forms.
pub fn assign(resource: &Resource, record: &mut Record, roles: &[Rc<Record>]) {
    let assigned: Value = roles
        .iter()
        .map(|role| {
            json!({
                "roleId": role.id(),
                "roleName": role.text("name").unwrap_or_default(),
                "roleType": role.text("type").unwrap_or_default(),
            })
        })
        .collect();
    record.shown.insert("assignedRoles".to_owned(), assigned);
    for property in properties(resource.schema) {
        match (property.name, &property.schema.kind) {
            ("roles", Kind::Array { items, .. }) => {
                let roles: Value = roles.iter().filter_map(|role| in_words_of(&items.kind, role)).collect();
                record.shown.insert("roles".to_owned(), roles);
            }
            ("role", kind) => match roles.iter().find_map(|role| in_words_of(kind, role)) {
                Some(role) => {
                    record.shown.insert("role".to_owned(), role.into());
                }
                None => {
                    record.shown.remove("role");
                }
            },
            _ => {}
        }
    }
}

/// The name of a role in the older form, where the contract's enum has it.
fn in_words_of(kind: &Kind, role: &Record) -> Option<&'static str> {
    let Kind::Enum { values, .. } = kind else { return None };
    older(role).filter(|older| values.contains(older))
}

/// The ids of the roles that a record has.
fn assigned(record: &Record) -> impl Iterator<Item = &str> {
    let assigned = record.shown.get("assignedRoles").and_then(Value::as_array);
    assigned.into_iter().flatten().filter_map(|role| role.get("roleId")?.as_str())
}

/// The roles that a record has.
pub fn roles(organization: &Organization, record: &Record) -> Vec<Rc<Record>> {
    assigned(record).filter_map(|id| organization.store.get(ROLES, &[id.to_owned()]).cloned()).collect()
}

/// Whether the role of the system that may do everything is among those of a record.
pub fn is_admin(record: &Record) -> bool {
    let assigned = record.shown.get("assignedRoles").and_then(Value::as_array);
    let has = |role: &Value, name: &str, value: &str| role.get(name).and_then(Value::as_str) == Some(value);
    assigned.into_iter().flatten().any(|role| has(role, "roleName", ADMIN) && has(role, "roleType", SYSTEM))
}

/// Whether a record has a role.
pub fn has(record: &Record, role: &Record) -> bool {
    assigned(record).any(|id| id == role.id())
}

/// Rejects a change that would leave the organization without an admin among its members: `stays` tells whether a member
/// is one after it.
pub fn check_admin_stays(organization: &Organization, stays: impl Fn(&Record, bool) -> bool) -> Result<(), Rejection> {
    let Some(admin) = named(organization, ADMIN) else { return Ok(()) };
    let members = organization.store.collection(MEMBERS);
    if members.iter().any(|member| stays(member, has(member, &admin))) {
        return Ok(());
    }
    Err(Rejection::conflict("The last admin of an organization can be neither removed nor demoted."))
}

/// The name of a record as an actor of roles; none for those that are no actors.
pub fn actor(kind: Option<&str>, record: &Record) -> Option<String> {
    kind.map(|kind| format!("{kind}/{}", record.id()))
}

/// The actors of a role: the keys and members that have it.
pub fn actors(organization: &Organization, role: &Record) -> Vec<String> {
    let of = |(resource, kind)| {
        let records = organization.store.collection(resource).iter();
        records.filter(|record| has(record, role)).filter_map(move |record| actor(kind, record))
    };
    HOLDERS.into_iter().flat_map(of).collect()
}

/// The actors that a body names, as `user/ID`, `apiKey/ID`, or by the id alone.
pub fn named_actors(organization: &Organization, call: &Call) -> Result<Option<Vec<String>>, Rejection> {
    let Some(sent) = call.body.get("actors").and_then(Value::as_array) else { return Ok(None) };
    let known = HOLDERS.into_iter().flat_map(|(resource, kind)| {
        organization.store.collection(resource).iter().filter_map(move |record| actor(kind, record))
    });
    let known: Vec<String> = known.collect();
    let mut actors: Vec<String> = Vec::new();
    for (index, name) in sent.iter().filter_map(Value::as_str).enumerate() {
        let is_named = |actor: &&String| {
            let id = actor.split_once('/').map_or("", |(_, id)| id);
            actor.eq_ignore_ascii_case(name) || id.eq_ignore_ascii_case(name)
        };
        let Some(actor) = known.iter().find(is_named) else {
            return Err(Rejection::bad_request(format!(
                "body.actors[{index}]: expected user/ID of a member or apiKey/ID of a key, received {name:?}"
            )));
        };
        if !actors.contains(actor) {
            actors.push(actor.clone());
        }
    }
    Ok(Some(actors))
}

/// Gives a role to these actors and takes it from all others. False: nothing has changed.
pub fn set_actors(organization: &mut Organization, role: &Rc<Record>, actors: &[String]) -> bool {
    edit(organization, |actor, roles| {
        let Some(actor) = actor else { return };
        let index = roles.iter().position(|known| known.path == role.path);
        match (actors.contains(&actor), index) {
            (true, None) => roles.push(role.clone()),
            (false, Some(index)) => {
                roles.remove(index);
            }
            _ => {}
        }
    })
}

/// Shows the roles of all records anew, after one was renamed or deleted.
pub fn refresh(organization: &mut Organization) {
    edit(organization, |_, _| {});
}

/// Changes the roles of keys, members and invitations. False: nothing has changed.
fn edit(organization: &mut Organization, change: impl Fn(Option<String>, &mut Vec<Rc<Record>>)) -> bool {
    let mut changed = false;
    for (name, kind) in HOLDERS {
        let Some(resource) = Resource::named(name) else { continue };
        for record in organization.store.collection(name).to_vec() {
            let mut roles = roles(organization, &record);
            change(actor(kind, &record), &mut roles);
            let mut after = Record::clone(&record);
            assign(resource, &mut after, &roles);
            if after.shown != record.shown {
                changed = true;
                organization.store.put(resource, after);
            }
        }
    }
    changed
}
