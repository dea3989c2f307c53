//! Members: their roles, and the admin that stays.

use serde_json::{Value, json};

use crate::cloud::Cloud;

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

fn role(cloud: &mut Cloud, name: &str) -> Value {
    let roles = cloud.get("/roles").result().clone();
    roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap()["id"].clone()
}

#[test]
fn the_first_member_is_an_admin() {
    let mut cloud = Cloud::new();
    let members = cloud.get("/members").result().clone();
    assert_eq!(members.as_array().unwrap().len(), 1);
    let member = &members[0];
    assert_eq!((&member["role"], &member["assignedRoles"][0]["roleName"]), (&json!("admin"), &json!("Admin")));
    assert_eq!(cloud.get(&format!("/members/{}", member["userId"].as_str().unwrap())).result(), member);
    assert_eq!(cloud.get(&format!("/members/{NOBODY}")).refused(404), format!("NOT_FOUND: member {NOBODY} not found"));
}

#[test]
fn the_last_admin_stays() {
    let mut cloud = Cloud::new();
    let id = cloud.get("/members").result()[0]["userId"].as_str().unwrap().to_owned();
    let path = format!("/members/{id}");
    let text = "CONFLICT: The last admin of an organization can be neither removed nor demoted.";
    assert_eq!(cloud.delete(&path).refused(409), text);
    assert_eq!(cloud.patch(&path, &json!({ "role": "developer" })).refused(409), text);
    assert_eq!(cloud.patch(&path, &json!({ "assignedRoleIds": [] })).refused(409), text);
    let admin = role(&mut cloud, "Admin");
    assert_eq!(
        cloud.patch(&format!("/roles/{}", admin.as_str().unwrap()), &json!({ "actors": [] })).refused(409),
        text
    );
    let billing = role(&mut cloud, "Billing");
    let changed = cloud.patch(&path, &json!({ "assignedRoleIds": [billing, admin] })).result().clone();
    assert_eq!(changed["assignedRoles"].as_array().unwrap().len(), 2);
    assert_eq!(changed["role"], "admin");
    let unknown = cloud.patch(&path, &json!({ "assignedRoleIds": [admin, "nothing"] }));
    assert_eq!(
        unknown.refused(400),
        "BAD_REQUEST: body.assignedRoleIds[1]: expected the id of a role of the organization, received \"nothing\""
    );
    assert_eq!(cloud.patch(&format!("/members/{NOBODY}"), &json!({ "role": "admin" })).status, 404);
    assert_eq!(cloud.delete(&format!("/members/{NOBODY}")).status, 404);
}
