//! The costs of services add up from the time that they ran, whatever is read in between.

use clickhouse_cloud::sandbox::{Fault, Injection};
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
    let refused = cloud.get("/usageCost?to_date=2026-08-01").refused(400).to_owned();
    assert_eq!(refused, "BAD_REQUEST: query.from_date: expected a date such as 2024-01-31, received nothing");
}

/// The records of costs of a kind.
fn of_kind(costs: &Value, kind: &str) -> Vec<Value> {
    costs["costs"].as_array().unwrap().iter().filter(|it| it["entityType"] == kind).cloned().collect()
}

/// The costs of a metric over some records.
fn metric(records: &[Value], name: &str) -> f64 {
    sum(records, &format!("/metrics/{name}"))
}

fn database() -> Value {
    json!({ "postgres": {
        "host": "db.example.com", "port": 5432, "database": "shop", "authentication": "basic",
        "credentials": { "username": "reader", "password": "secret" },
        "settings": { "replicationMode": "cdc" },
        "tableMappings": [{ "sourceSchemaName": "public", "sourceTable": "orders", "targetTable": "orders" }],
    } })
}

fn stream() -> Value {
    json!({ "kinesis": { "streamName": "events", "format": "JSONEachRow", "region": "us-east-1", "iteratorType": "LATEST",
        "authentication": "IAM_ROLE", "iamRole": "arn:aws:iam::123456789012:role/reader" } })
}

/// The life of a pipe: it runs for some hours, is scaled, stopped, and deleted with its service or before it.
fn life_of_a_pipe(cloud: &mut Cloud, source: &Value, reads: bool, with_service: bool) -> (String, Value) {
    let (service, _) =
        cloud.create_running(&json!({ "idleScaling": false, "tags": [{ "key": "team", "value": "a" }] }));
    let path = format!("/services/{service}/clickpipes");
    let body = json!({ "name": "orders", "source": source, "destination": { "database": "default" } });
    let id = cloud.post(&path, &body).result()["id"].as_str().unwrap().to_owned();
    let pipe = format!("{path}/{id}");
    let pass = |cloud: &mut Cloud, hours: u32| {
        for _ in 0..hours * 4 {
            cloud.wait(900.0);
            if reads {
                cloud.get(&pipe);
                cloud.get(AUGUST);
            }
        }
    };
    pass(cloud, 10);
    if source.get("kinesis").is_some() {
        cloud.patch(&format!("{pipe}/scaling"), &json!({ "replicas": 4 })).result();
    } else {
        let size = json!({ "replicaCpuMillicores": 8000, "replicaMemoryGb": 32 });
        cloud.patch(&format!("/services/{service}/clickpipesCdcScaling"), &size).result();
    }
    pass(cloud, 4);
    cloud.patch(&format!("{pipe}/state"), &json!({ "command": "stop" })).result();
    pass(cloud, 20);
    if with_service {
        cloud.command(&service, "stop");
        cloud.until(&service, "stopped");
        cloud.wait(60.0);
        assert_eq!(cloud.delete(&format!("/services/{service}")).status, 200);
    } else {
        assert_eq!(cloud.delete(&pipe).status, 200);
    }
    pass(cloud, 10);
    assert_eq!(cloud.get(&pipe).status, 404);
    (id, cloud.get(AUGUST).result().clone())
}

#[test]
fn a_pipe_costs_for_the_time_that_it_runs() {
    for (source, with_service) in [(stream(), false), (stream(), true), (database(), false), (database(), true)] {
        let (id, costs) = life_of_a_pipe(&mut Cloud::new(), &source, false, with_service);
        assert_adds_up(&costs);
        let records = of_kind(&costs, "clickpipe");
        let days: Vec<_> = records.iter().map(|it| it["date"].as_str().unwrap()).collect();
        assert_eq!(days, ["2026-08-01", "2026-08-02"], "{source}");
        let warehouse = &of_kind(&costs, "service")[0]["dataWarehouseId"];
        for record in &records {
            assert_eq!((&record["entityId"], &record["entityName"]), (&json!(id), &json!("orders")));
            assert_eq!((&record["serviceId"], &record["dataWarehouseId"]), (&Value::Null, warehouse));
        }
        // Ten hours with the size of the beginning, four with four times that. A stopped pipe costs nothing.
        let (of_stream, gigabytes) = if source.get("kinesis").is_some() { (true, 0.5) } else { (false, 8.0) };
        let hours = metric(&records[..1], "computeCHC") / 0.05 / gigabytes;
        assert!((25.5..26.1).contains(&hours), "{source}: {hours}");
        assert_eq!(metric(&records[1..], "computeCHC"), 0.0);
        assert!(metric(&records, "dataTransferCHC") > 0.2);
        assert_eq!(metric(&records, "initialLoadCHC") > 0.0, !of_stream, "{source}");
        let again = life_of_a_pipe(&mut Cloud::new(), &source, true, with_service);
        assert_eq!(again, (id, costs), "costs do not depend on reads");
    }
}

#[test]
fn a_pipe_counts_among_the_costs_of_its_service_by_its_tags() {
    let mut cloud = Cloud::new();
    life_of_a_pipe(&mut cloud, &stream(), false, true);
    for (filter, count) in [("tag:team=a", 2), ("tag:team=b", 0)] {
        let costs = cloud.get(&format!("{AUGUST}&filter={filter}")).result().clone();
        assert_eq!(of_kind(&costs, "clickpipe").len(), count, "{filter}");
    }
}

#[test]
fn a_postgres_service_costs_for_its_memory_while_it_is_up_and_for_its_disk() {
    let mut cloud = Cloud::new();
    let body = json!({ "name": "shop", "provider": "aws", "region": "us-east-1", "size": "m8gd.xlarge" });
    let created = cloud.post("/postgres", &body).result().clone();
    let path = format!("/postgres/{}", created["id"].as_str().unwrap());
    let costs = |cloud: &mut Cloud| {
        let costs = cloud.get(AUGUST).result().clone();
        assert_adds_up(&costs);
        let records = of_kind(&costs, "service");
        assert!(records.iter().all(|it| it["entityId"] == created["id"] && it["entityName"] == "shop"));
        assert!(records.iter().all(|it| it["serviceId"].is_null() && it.get("dataWarehouseId").is_none()));
        (metric(&records, "computeCHC"), metric(&records, "storageCHC"))
    };
    cloud.wait(10.0 * 3_600.0);
    let one = costs(&mut cloud);
    // 16 GB, and 237 GB of disk.
    assert!((3.15..3.2).contains(&one.0) && (0.23..0.24).contains(&one.1), "{one:?}");
    cloud.patch(&path, &json!({ "size": "m8gd.2xlarge" })).result();
    cloud.wait(5.0 * 3_600.0);
    let two = costs(&mut cloud);
    assert!((two.0 - one.0 - 3.2).abs() < 0.02, "{two:?}");
    // An outage costs no compute, its disk is still there.
    cloud.sandbox.inject(Injection::once(Fault::Crashed)).unwrap();
    cloud.get(&path);
    cloud.wait(5.0 * 3_600.0);
    let three = costs(&mut cloud);
    assert!(three.0 == two.0 && three.1 > two.1, "{three:?}");
    let snapshot = cloud.sandbox.snapshot(cloud.now);
    let mut other = Cloud::new();
    other.now = cloud.now;
    other.sandbox.restore(other.now, &snapshot).unwrap();
    assert_eq!(costs(&mut other), three);
    assert_eq!(cloud.delete(&path).status, 200);
    cloud.wait(3_600.0);
    assert_eq!(cloud.get(&path).status, 404);
    let ended = costs(&mut cloud);
    cloud.wait(86_400.0);
    assert_eq!(costs(&mut cloud), ended);
}

#[test]
fn a_filter_is_one_by_tag() {
    let mut cloud = Cloud::new();
    let days = "from_date=2026-08-01&to_date=2026-08-01";
    for filter in ["zz", "tag:", "tag:env=", "tag:env%20"] {
        for path in [format!("/usageCost?{days}&filter={filter}"), format!("/services?filter={filter}")] {
            let response = cloud.get(&path);
            let refused = response.refused(400);
            assert!(
                refused.starts_with("BAD_REQUEST: query.filter[0]: expected tag:KEY or tag:KEY=VALUE"),
                "{refused}"
            );
        }
    }
    assert_eq!(cloud.get(&format!("/usageCost?{days}&filter=tag:env&filter=tag:env=test")).status, 200);
}
