//! Invitations: one for each address, for a week.

use serde_json::json;

use crate::cloud::Cloud;

#[test]
fn an_invitation_lives_for_a_week() {
    let mut cloud = Cloud::new();
    let invitation =
        cloud.post("/invitations", &json!({ "email": "ann@example.com", "role": "admin" })).result().clone();
    assert_eq!(invitation["expireAt"], "2026-08-08T00:00:00Z");
    assert_eq!((&invitation["role"], &invitation["assignedRoles"][0]["roleName"]), (&json!("admin"), &json!("Admin")));
    let path = format!("/invitations/{}", invitation["id"].as_str().unwrap());
    cloud.wait(7.0 * 86_400.0 - 1.0);
    assert_eq!(cloud.get(&path).result(), &invitation);
    cloud.wait(1.0);
    assert_eq!(cloud.get(&path).status, 404);
    assert_eq!(cloud.get("/invitations").result(), &json!([]));
    assert_eq!(cloud.post("/invitations", &json!({ "email": "ann@example.com" })).result()["role"], "developer");
}

#[test]
fn a_person_is_invited_once() {
    let mut cloud = Cloud::new();
    let body = json!({ "email": "ann@example.com" });
    let id = cloud.post("/invitations", &body).result()["id"].as_str().unwrap().to_owned();
    let again = cloud.post("/invitations", &json!({ "email": "Ann@Example.com" }));
    assert_eq!(again.refused(409), "CONFLICT: Ann@Example.com is invited already");
    let member = cloud.get("/members").result()[0]["email"].clone();
    assert!(cloud.post("/invitations", &json!({ "email": member })).refused(409).ends_with("is a member already"));
    assert_eq!(cloud.delete(&format!("/invitations/{id}")).status, 200);
    let unknown = json!({ "email": "ann@example.com", "assignedRoleIds": ["nothing"] });
    assert_eq!(cloud.post("/invitations", &unknown).status, 400);
    assert_eq!(cloud.post("/invitations", &body).status, 200);
}
