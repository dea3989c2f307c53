//! Faults of the client that the lives have found, each as its shortest sequence.

use clickhouse_cloud::contract::{self, Method};
use clickhouse_cloud::sandbox::{Fault, Injection};

use super::cloud::{Cloud, body};

/// The next reads of a service meet these, one after the other.
fn reads_meet(cloud: &Cloud, faults: &[Fault]) {
    for fault in faults {
        let path = Some(contract::SERVICES_GET.path.to_owned());
        let injection = Injection { method: Some(Method::Get), path, ..Injection::once(*fault) };
        cloud.network.sandbox.borrow_mut().inject(injection).unwrap();
    }
}

/// The statuses of the last reads, and the faults that they met.
fn met(cloud: &Cloud, last: usize) -> Vec<(u16, Option<Fault>)> {
    let sandbox = cloud.network.sandbox.borrow();
    let reads = sandbox.ledger().filter(|entry| entry.operation == Some("services.get"));
    reads.take(last).map(|entry| (entry.status, entry.fault)).collect()
}

#[test]
fn a_read_that_lags_behind_the_one_before_ends_no_wait() {
    let cloud = Cloud::new();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        reads_meet(&cloud, &[Fault::UnknownProperty, Fault::StaleRead]);
        assert_eq!(cloud.wait_for(&id, "running").await.unwrap()["state"], "running");
    });
    assert_eq!(met(&cloud, 2), [(200, Some(Fault::UnknownProperty)), (404, Some(Fault::StaleRead))]);
    cloud.assert_quiet();
}

#[test]
fn a_read_that_lags_behind_the_one_before_is_no_deletion() {
    let cloud = Cloud::new();
    cloud.run(async {
        let id = cloud.created(&body()).await;
        reads_meet(&cloud, &[Fault::UnknownState, Fault::StaleRead]);
        cloud.stop_and_delete(&id).await.unwrap();
        assert_eq!(cloud.network.sandbox.borrow_mut().state(cloud.world.now())["services"], serde_json::json!([]));
    });
    assert_eq!(met(&cloud, 2), [(200, Some(Fault::UnknownState)), (404, Some(Fault::StaleRead))]);
    cloud.assert_quiet();
}
