//! The costs of services add up from the time that they ran, whatever is read in between.

use serde_json::{Value, json};

use crate::cloud::Cloud;

const AUGUST: &str = "/usageCost?from_date=2026-08-01&to_date=2026-08-31";

fn sum(records: &[Value], property: &str) -> f64 {
    records.iter().filter_map(|record| record.pointer(property)?.as_f64()).sum()
}

fn assert_adds_up(costs: &Value) {
    let records = costs["costs"].as_array().unwrap();
    assert!((costs["grandTotalCHC"].as_f64().unwrap() - sum(records, "/totalCHC")).abs() < 1e-9);
    for record in records {
        let metrics: f64 = record["metrics"].as_object().unwrap().values().map(|costs| costs.as_f64().unwrap()).sum();
        assert!((metrics - record["totalCHC"].as_f64().unwrap()).abs() < 1e-9, "{record}");
    }
}

/// The life of a service: it runs for some hours of two days, is stopped, and deleted.
fn life(cloud: &mut Cloud, reads: bool) -> (String, Value) {
    let (id, _) = cloud.create(&json!({ "idleScaling": false, "minReplicaMemoryGb": 16, "numReplicas": 2 }));
    let pass = |cloud: &mut Cloud, hours: u32| {
        for _ in 0..hours * 4 {
            cloud.wait(900.0);
            if reads {
                cloud.get(&format!("/services/{id}"));
                cloud.get(AUGUST);
            }
        }
    };
    pass(cloud, 30);
    cloud.command(&id, "stop");
    pass(cloud, 30);
    cloud.delete(&format!("/services/{id}"));
    pass(cloud, 30);
    assert_eq!(cloud.get(&format!("/services/{id}")).status, 404);
    let costs = cloud.get(AUGUST).result().clone();
    (id, costs)
}

#[test]
fn costs_follow_the_life_of_a_service() {
    let (id, costs) = life(&mut Cloud::new(), false);
    assert_adds_up(&costs);
    let records = costs["costs"].as_array().unwrap();
    let of = |kind: &str| records.iter().filter(|it| it["entityType"] == kind).cloned().collect::<Vec<_>>();
    let (services, warehouses) = (of("service"), of("datawarehouse"));
    let days: Vec<_> = services.iter().map(|it| it["date"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-08-01", "2026-08-02", "2026-08-03"]);
    assert!(services.iter().all(|it| it["serviceId"] == id && it["entityId"] == id));
    assert!(warehouses.iter().all(|it| it["serviceId"].is_null() && it["entityName"] == "events warehouse"));
    // 32 GB for nearly a day and for six hours: provisioning costs nothing.
    let compute: Vec<_> = services.iter().map(|it| it["metrics"]["computeCHC"].as_f64().unwrap()).collect();
    assert!((28.0..28.8).contains(&compute[0]) && (7.0..7.3).contains(&compute[1]), "{compute:?}");
    assert_eq!(compute[2], 0.0);
    assert!(warehouses[0]["metrics"]["storageCHC"].as_f64() > warehouses[2]["metrics"]["storageCHC"].as_f64());
    assert!(records.iter().all(|it| it["locked"] == true));
}

#[test]
fn costs_do_not_depend_on_reads_and_survive_a_snapshot() {
    let (_, expected) = life(&mut Cloud::new(), false);
    let mut cloud = Cloud::new();
    assert_eq!(life(&mut cloud, true).1, expected);
    let text = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud::new();
    other.now = cloud.now;
    other.sandbox.restore(other.now, &text).unwrap();
    assert_eq!(other.get(AUGUST).result(), &expected);
}

#[test]
fn a_running_service_costs_more_each_hour_and_an_idle_one_nothing() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({ "idleTimeoutMinutes": 60, "tags": [{ "key": "team", "value": "a" }] }));
    let compute = |cloud: &mut Cloud| {
        let costs = cloud.get(AUGUST).result().clone();
        assert_adds_up(&costs);
        assert!(costs["costs"].as_array().unwrap().iter().all(|it| it["locked"] == false));
        sum(costs["costs"].as_array().unwrap(), "/metrics/computeCHC")
    };
    cloud.wait(1_800.0);
    let half = compute(&mut cloud);
    cloud.wait(1_700.0);
    let whole = compute(&mut cloud);
    assert!(half > 0.5 && whole > half + 0.5, "{half} {whole}");
    cloud.wait(7_200.0);
    assert_eq!(cloud.state(&id), "idle");
    let idle = compute(&mut cloud);
    cloud.wait(7_200.0);
    assert_eq!(compute(&mut cloud), idle);
    for (filter, count) in [("tag:team", 2), ("tag:team=a", 2), ("tag:team=b", 0)] {
        let costs = cloud.get(&format!("{AUGUST}&filter={filter}")).result().clone();
        assert_eq!(costs["costs"].as_array().unwrap().len(), count, "{filter}");
    }
}

#[test]
fn the_range_is_checked() {
    let mut cloud = Cloud::new();
    cloud.create_running(&json!({}));
    let mut get = |from: &str, to: &str| cloud.get(&format!("/usageCost?from_date={from}&to_date={to}"));
    assert_eq!(get("2026-07-01", "2026-07-31").result(), &json!({ "grandTotalCHC": 0.0, "costs": [] }));
    assert_eq!(get("2027-01-01", "2027-01-01").result()["costs"], json!([]));
    let refused = get("2026-08-01", "2026-09-01").refused(400).to_owned();
    assert!(refused.starts_with("BAD_REQUEST: query.to_date: expected a day from from_date to 30 days after it"));
    for (from, to) in [("2026-08-02", "2026-08-01"), ("today", "2026-08-01"), ("2026-02-30", "2026-03-01")] {
        assert_eq!(get(from, to).status, 400, "{from} {to}");
    }
    assert_eq!(cloud.get("/usageCost").status, 400);
}
