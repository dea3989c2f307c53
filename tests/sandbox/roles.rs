//! Roles: those of the system are fixed, others have policies and actors.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::secret::Secret;
use serde_json::{Value, json};

use crate::cloud::{Cloud, basic};

fn policies() -> Value {
    json!([{
        "allowDeny": "ALLOW",
        "permissions": ["control-plane:service:view"],
        "resources": ["instance/*"],
        "tags": { "roleV2": "sql-console-readonly" },
    }])
}

#[test]
fn roles_of_the_system_come_with_the_organization() {
    let mut cloud = Cloud::new();
    let roles = cloud.get("/roles").result().clone();
    let names: Vec<_> = roles.as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert!(["Admin", "Billing", "Member", "Service admin"].iter().all(|name| names.contains(name)), "{names:?}");
    let key = cloud.get("/keys").result()[0]["id"].as_str().unwrap().to_owned();
    let member = cloud.get("/members").result()[0]["userId"].as_str().unwrap().to_owned();
    let admin = &roles[0];
    assert_eq!(admin["actors"], json!([format!("apiKey/{key}"), format!("user/{member}")]));
    let tenant = format!("organization/{}", cloud.sandbox.options().organization_id);
    assert_eq!((&admin["type"], &admin["ownerId"]), (&json!("system"), &json!(tenant)));
    let path = format!("/roles/{}", admin["id"].as_str().unwrap());
    assert_eq!(cloud.get(&path).result(), admin);
    assert_eq!(cloud.delete(&path).refused(400), "BAD_REQUEST: a role of the system cannot be deleted");
    assert!(
        cloud.patch(&path, &json!({ "name": "Root" })).refused(400).contains("cannot be changed, but for its actors")
    );
    assert_eq!(cloud.patch(&path, &json!({ "policies": [] })).status, 400);
    // Its actors may be set, as the Terraform provider does.
    let billing = roles.as_array().unwrap().iter().find(|role| role["name"] == "Billing").unwrap();
    let path = format!("/roles/{}", billing["id"].as_str().unwrap());
    let changed = cloud.patch(&path, &json!({ "actors": [format!("user/{member}"), key] })).result().clone();
    assert_eq!(changed["actors"], json!([format!("apiKey/{key}"), format!("user/{member}")]));
    let roles = cloud.get(&format!("/members/{member}")).result()["assignedRoles"].clone();
    assert_eq!((&roles[0]["roleName"], &roles[1]["roleName"]), (&json!("Admin"), &json!("Billing")));
}

#[test]
fn a_role_lives_with_its_policies_and_actors() {
    let mut cloud = Cloud::new();
    let key = cloud.get("/keys").result()[0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "name": "viewer", "actors": [format!("apiKey/{key}")], "policies": policies() });
    let role = cloud.post("/roles", &body).result().clone();
    let id = role["id"].as_str().unwrap().to_owned();
    let policy = &role["policies"][0];
    assert_eq!((&policy["roleId"], policy["id"].as_str().map(str::len)), (&role["id"], Some(36)));
    assert_eq!((&role["type"], &policy["tags"]), (&json!("custom"), &policies()[0]["tags"]));
    let path = format!("/roles/{id}");
    assert_eq!(cloud.get(&path).result(), &role);
    let assigned = |cloud: &mut Cloud| cloud.get(&format!("/keys/{key}")).result()["assignedRoles"].clone();
    assert_eq!(assigned(&mut cloud)[1], json!({ "roleId": id, "roleName": "viewer", "roleType": "custom" }));

    cloud.wait(1.0);
    // The same policies are no change.
    assert_eq!(cloud.patch(&path, &json!({ "policies": policies() })).result(), &role);
    let renamed = cloud.patch(&path, &json!({ "name": "reader" })).result().clone();
    assert_eq!((&renamed["name"], &renamed["policies"]), (&json!("reader"), &role["policies"]));
    assert_ne!(renamed["updatedAt"], role["updatedAt"]);
    assert_eq!(assigned(&mut cloud)[1]["roleName"], "reader");
    let more = cloud.patch(&path, &json!({ "policies": [policies()[0], policies()[0]] })).result().clone();
    assert_eq!(more["policies"].as_array().unwrap().len(), 2);
    assert_ne!(more["policies"][0]["id"], more["policies"][1]["id"]);
    let unknown = cloud.patch(&path, &json!({ "actors": ["user/nobody"] }));
    assert!(unknown.refused(400).starts_with("BAD_REQUEST: body.actors[0]: expected user/ID of a member"));

    assert_eq!(cloud.delete(&path).status, 200);
    assert_eq!(cloud.get(&path).refused(404), format!("NOT_FOUND: role {id} not found"));
    assert_eq!(assigned(&mut cloud).as_array().unwrap().len(), 1);
}

/// The credentials and the id of a new key with these roles.
fn key(cloud: &mut Cloud, roles: &Value) -> (Secret, String) {
    let result = cloud.post("/keys", &json!({ "name": "k", "assignedRoleIds": roles })).result().clone();
    let text = |name: &str| result[name].as_str().unwrap();
    (basic(text("keyId"), text("keySecret")), result["key"]["id"].as_str().unwrap().to_owned())
}

#[test]
fn a_key_gives_no_role_that_permits_more_than_its_own() {
    let mut cloud = Cloud::new();
    let roles = cloud.get("/roles").result().clone();
    let role = |name: &str| {
        roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let organization = format!("organization/{}", cloud.sandbox.options().organization_id);
    let manager = json!([{
        "allowDeny": "ALLOW",
        "permissions": ["control-plane:organization:manage"],
        "resources": [organization],
    }]);
    let body = json!({ "name": "manager", "actors": [], "policies": manager });
    let managing = cloud.post("/roles", &body).result()["id"].as_str().unwrap().to_owned();
    let member = cloud.get("/members").result()[1]["userId"].as_str().unwrap().to_owned();
    let (developer, _) = key(&mut cloud, &json!([role("Developer")]));
    let (reader, _) = key(&mut cloud, &json!([role("Org API reader")]));
    let (manager, own) = key(&mut cloud, &json!([managing]));
    let (admin, other) = (format!("/roles/{}", role("Admin")), format!("/roles/{managing}"));
    let (own, member) = (format!("/keys/{own}"), format!("/members/{member}"));
    let body = |roles: Value| json!({ "name": "x", "assignedRoleIds": roles });
    let invited = |role: &str| json!({ "email": format!("{role}@example.com"), "role": role });
    for (key, method, path, body, status) in [
        (&developer, Method::Post, "/keys", json!({ "name": "x", "roles": ["admin"] }), 403),
        (&developer, Method::Post, "/keys", body(json!([role("Developer"), role("Billing")])), 403),
        (&developer, Method::Post, "/keys", body(json!([role("Developer"), role("Member")])), 200),
        (&developer, Method::Post, "/keys", json!({ "name": "x", "roles": ["query_endpoints"] }), 200),
        (&developer, Method::Post, "/keys", json!({ "name": "x" }), 200),
        (&reader, Method::Patch, &own, json!({ "roles": ["admin"] }), 403),
        (&reader, Method::Patch, &own, json!({ "name": "renamed" }), 200),
        (&manager, Method::Patch, &own, body(json!([role("Service reader")])), 403),
        (&manager, Method::Patch, &own, body(json!([managing])), 200),
        (&manager, Method::Post, "/invitations", invited("admin"), 403),
        (&manager, Method::Post, "/invitations", json!({ "email": "a@example.com" }), 403),
        (&manager, Method::Patch, &member, json!({ "role": "admin" }), 403),
        (&manager, Method::Patch, &member, json!({ "assignedRoleIds": [role("Member")] }), 200),
        (&manager, Method::Patch, &admin, json!({ "actors": [member.replace("/members/", "user/")] }), 403),
        (&manager, Method::Patch, &other, json!({ "policies": policies() }), 403),
        (&manager, Method::Post, "/roles", json!({ "name": "x", "actors": [], "policies": policies() }), 403),
    ] {
        let url = cloud.url(path);
        let response = cloud.send_as(Some(key.clone()), method, &url, Some(body.to_string()));
        assert_eq!(response.status, status, "{method:?} {path} {body}: {}", response.text);
        assert!(status == 200 || response.refused(403).starts_with("FORBIDDEN: the roles of the key permit less than"));
    }
    assert_eq!(cloud.post("/invitations", &invited("admin")).result()["role"], "admin");
}
