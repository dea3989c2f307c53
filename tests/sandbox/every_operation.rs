//! Every operation of the contract, in any order: each response keeps the contract, nothing is left to 501, and the changes
//! of the ledger, sent again, lead to the same state.

use std::collections::BTreeMap;

use clickhouse_cloud::contract::{self, Method, OPERATIONS};
use clickhouse_cloud::sandbox::{Fault, Injection, Sandbox, plays};

use crate::faults::breaches;
use crate::random_walk::without_faults;
use crate::walk::Walk;

/// The walk whose changes are sent again: seeds, rounds of each, and requests in a round.
const SEEDS: u64 = 5;
const ROUNDS: usize = 4;
const REQUESTS: usize = 5_000;

#[test]
fn every_operation_is_played() {
    let left: Vec<&str> =
        OPERATIONS.iter().filter(|operation| !plays(operation)).map(|operation| operation.name).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn the_changes_of_all_operations_lead_to_the_same_state() {
    let mut succeeded: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut walk = Walk::new(seed);
        let mut replayed = Sandbox::new(without_faults(walk.cloud.sandbox.options()));
        for _ in 0..ROUNDS {
            walk.walk_and_replay(REQUESTS, &mut replayed);
            // The next round begins from a snapshot, in a sandbox of another seed.
            replayed = walk.restored();
        }
        for (name, count) in walk.succeeded {
            *succeeded.entry(name).or_default() += count;
        }
    }
    let never: Vec<&str> =
        OPERATIONS.iter().map(|operation| operation.name).filter(|name| !succeeded.contains_key(name)).collect();
    assert_eq!(never, [""; 0], "these never succeeded");
}

#[test]
fn faults_alter_the_responses_of_all_operations() {
    let altering = [Fault::WrongType, Fault::MissingProperty, Fault::UnknownState, Fault::UnknownProperty];
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..4 {
        let mut walk = Walk::new(seed);
        for _ in 0..3_000 {
            walk.step();
            let Some(last) = walk.cloud.sandbox.ledger().next_back() else { continue };
            // A read that has just succeeded succeeds again, and now meets a fault.
            let read = last.operation.and_then(contract::operation).filter(|operation| operation.method == Method::Get);
            let (Some(operation), 200) = (read, last.status) else { continue };
            let fault = *walk.draw.one(&altering);
            if !fault.applies_to(operation) {
                continue;
            }
            let url = walk.last_url.clone();
            walk.cloud
                .sandbox
                .inject(Injection { operation: Some(operation.name.to_owned()), ..Injection::once(fault) })
                .unwrap();
            let response = walk.cloud.send_unchecked(Method::Get, &url);
            if walk.cloud.sandbox.ledger().next_back().unwrap().fault != Some(fault) {
                // An empty list has nothing to alter: the injection waits for the next request.
                walk.cloud.sandbox = Sandbox::new(walk.cloud.sandbox.options().clone());
                walk.known.clear();
                continue;
            }
            let broken = usize::from(matches!(fault, Fault::WrongType | Fault::MissingProperty));
            assert_eq!(breaches(operation, &response), broken, "{} {}", fault.name(), operation.name);
            *met.entry(operation.name).or_default() += 1;
        }
    }
    assert!(met.len() > 30, "{met:?}");
}
