//! The ledger: its changes, sent again, lead to the same state.

use clickhouse_cloud::sandbox::{Fault, LEDGER_ENTRIES, Options, Sandbox};
use proptest::prelude::*;
use serde_json::json;

use crate::cloud::{Cloud, START};
use crate::random_walk::{RandomWalk, assert_consistent, replay, whole_state, without_faults};

fn options(seed: u64, probability: f64) -> Options {
    let faults = Fault::ALL.iter().map(|fault| (*fault, probability)).collect();
    Options { seed, faults, rate_limit: None, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_changes_of_a_ledger_lead_to_the_same_state(
        seed: u64,
        probability in prop_oneof![Just(0.0), Just(0.02), Just(0.3)],
        numbers in prop::collection::vec(any::<u64>(), 1..120),
        before in 0..120_usize,
    ) {
        let mut walk = RandomWalk::new(options(seed, probability), START);
        let mut snapshot = (walk.sandbox.snapshot(walk.now), walk.now, 0);
        for (index, number) in numbers.iter().enumerate() {
            if index == before {
                snapshot = (walk.sandbox.snapshot(walk.now), walk.now, walk.sandbox.ledger().len());
            }
            walk.step(*number);
        }
        assert_consistent(&walk.sandbox);
        let expected = whole_state(&mut walk.sandbox, walk.now);

        let mut fresh = Sandbox::new(without_faults(walk.sandbox.options()));
        replay(&mut fresh, walk.sandbox.ledger());
        prop_assert_eq!(whole_state(&mut fresh, walk.now), expected.clone());

        // And from a snapshot on, in a sandbox of another seed.
        let mut restored = Sandbox::new(without_faults(&options(seed ^ 1, 0.0)));
        restored.restore(snapshot.1, &snapshot.0).unwrap();
        replay(&mut restored, walk.sandbox.ledger().skip(snapshot.2));
        prop_assert_eq!(whole_state(&mut restored, walk.now), expected);
    }
}

#[test]
fn a_long_walk_leaves_ledgers_that_hold() {
    let mut walk = RandomWalk::new(options(5, 0.02), START);
    for _ in 0..3 {
        walk.walk_and_replay();
    }
    assert!(walk.asked > 2 * LEDGER_ENTRIES);
}

#[test]
fn bodies_are_those_of_changes_and_are_not_printed() {
    let mut cloud = Cloud::new();
    let (id, password) = cloud.create_running(&json!({}));
    let path = format!("/services/{id}");
    let body = json!({ "newPasswordHash": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" });
    cloud.patch(&format!("{path}/password"), &body);
    let entry = cloud.sandbox.ledger().next_back().unwrap();
    assert_eq!(entry.body.as_ref().unwrap().reveal(), body.to_string());
    assert!(!format!("{entry:?}").contains("ungWv48"));
    cloud.patch(&path, &json!({ "name": "" }));
    cloud.get(&path);
    cloud.command(&id, "awake");
    assert!(cloud.sandbox.ledger().rev().take(3).all(|entry| entry.body.is_none()));
    let kept = cloud.sandbox.ledger().filter_map(|entry| entry.body.as_ref());
    assert!(
        kept.count() == 2
            && !cloud
                .sandbox
                .ledger()
                .any(|entry| { entry.body.as_ref().is_some_and(|body| body.reveal().contains(&password)) })
    );
}
