//! Scenarios: what a sandbox has at its start.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::{Options, Scenario};
use clickhouse_cloud::secret::Secret;
use serde_json::Value;

use crate::cloud::{Cloud, basic};

fn cloud(scenario: &str) -> Cloud {
    let scenario = Some(Scenario::of(scenario).unwrap());
    Cloud::of(Options { rate_limit: None, scenario, ..Options::default() })
}

fn column(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_busy_team_has_services_in_different_states() {
    let mut cloud = cloud("busy-team");
    let services = cloud.get("/services").result().clone();
    assert_eq!(column(&services, "name"), ["archive-2025", "events", "billing", "staging", "experiment"]);
    assert_eq!(column(&services, "state"), ["stopped", "running", "running", "idle", "provisioning"]);
    assert_eq!(cloud.get("").result()["name"], "Busy team");
    let events = services[1]["id"].as_str().unwrap();
    let backups = cloud.get(&format!("/services/{events}/backups")).result().clone();
    assert!(backups.as_array().unwrap().len() > 5, "backups of its days");
    assert!(cloud.get("/members").result().as_array().unwrap().len() >= 3);
    assert!(column(cloud.get("/keys").result(), "name").contains(&"Terraform".to_owned()));
}

#[test]
fn an_incident_begins_with_faults() {
    let scenario = Scenario::named("incident").unwrap();
    let mut cloud = Cloud::of(Options { rate_limit: None, scenario: Some(scenario), ..Options::default() });
    let url = cloud.url("/services");
    let key = basic("sandbox-key-id", "sandbox-key-secret");
    for _ in 0..200 {
        cloud.sandbox.handle_wire(cloud.now, "GET", &url, Some(&key), None, None);
    }
    let met = cloud.sandbox.ledger().filter(|entry| entry.fault.is_some()).count();
    assert!((60..140).contains(&met), "{met}");
}

#[test]
fn resources_are_below_services_and_keys_have_credentials() {
    let mut cloud = cloud(
        "services: [{ name: events, provider: aws, region: eu-west-1, $state: running, $ageDays: 3 }]\n\
         clickStack.savedSearches: [{ name: errors, sourceId: 65f1c0ffee65f1c0ffee65f1, $service: events }]\n\
         keys: [{ name: ci, $keyId: ci-id, $keySecret: ci-secret }]",
    );
    let url = cloud.url("/services");
    let key = Some(basic("ci-id", "ci-secret"));
    let services = cloud.send_as(key, Method::Get, &url, None).result().clone();
    let path = format!("/services/{}/clickstack/saved-searches", services[0]["id"].as_str().unwrap());
    assert_eq!(column(cloud.get(&path).result(), "name"), ["errors"]);
    let wrong = Some(Secret::new("Bearer other"));
    assert_eq!(cloud.send_as(wrong, Method::Get, &url, None).status, 401);
    assert!(!cloud.sandbox.snapshot(cloud.now).contains("ci-secret"));
}

#[test]
fn a_snapshot_replaces_a_scenario() {
    let mut team = cloud("busy-team");
    let mut empty = cloud("empty");
    let snapshot = empty.sandbox.snapshot(empty.now);
    team.sandbox.restore(team.now, &snapshot).unwrap();
    assert_eq!(team.get("/services").result(), &serde_json::json!([]));
}

#[test]
fn activities_of_a_scenario_are_listed_with_the_newest_first() {
    for scenario in ["busy-team", "incident"] {
        let mut cloud = Cloud::of(Options {
            rate_limit: None,
            scenario: Some(Scenario::named(scenario).unwrap()),
            ..Options::default()
        });
        cloud.sandbox.set_probabilities(Vec::new());
        cloud.post("/keys", &serde_json::json!({ "name": "ci" })).result();
        // A snapshot of a later time, restored at an earlier one.
        cloud.wait(86_400.0);
        let snapshot = cloud.sandbox.snapshot(cloud.now);
        for restores in [false, true] {
            if restores {
                cloud = Cloud::new();
                cloud.sandbox.restore(cloud.now, &snapshot).unwrap();
                cloud.patch("", &serde_json::json!({ "name": "Other" })).result();
            }
            let moments = column(cloud.get("/activities").result(), "createdAt");
            assert!(moments.len() > 3 && moments.is_sorted_by(|one, other| one >= other), "{scenario}: {moments:?}");
        }
    }
}

#[test]
fn members_of_a_scenario_join_the_first_two() {
    let admins = |cloud: &mut Cloud| {
        let members = cloud.get("/members").result().clone();
        column(&members, "role").iter().filter(|role| *role == "admin").count()
    };
    assert_eq!(column(cloud("empty").get("/members").result(), "role"), ["admin", "developer"]);
    let mut team = cloud("busy-team");
    assert_eq!(team.get("/members").result().as_array().unwrap().len(), 5);
    assert_eq!(admins(&mut team), 2);
}
