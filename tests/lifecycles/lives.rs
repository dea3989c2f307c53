//! Runs several lives at once on one client and one sandbox, and asserts the laws that hold at their end.

use std::rc::Rc;

use clickhouse_cloud::sandbox::{Entry, Fault, LEDGER_ENTRIES, Options, RateLimit, Sandbox};

use super::cloud::Cloud;
use super::counts::Counts;
use super::journey::{Journey, Plan};
use super::network::Network;
use super::world::{World, all};

/// Lives so many lives, all drawn from the seed.
pub fn run(seed: u64, probability: f64, at_once: u64) -> Counts {
    // One outage lasts a minute and a half.
    let share = |fault| if fault == Fault::Outage { 1.0 / 10.0 } else { 1.0 };
    let faults = Fault::ALL.iter().map(|fault| (*fault, probability * share(*fault))).collect();
    let options = Options { seed, faults, ..Options::default() };
    let limit = options.rate_limit.unwrap();
    let world = World::new();
    let network = Rc::new(Network::new(Sandbox::new(options)));
    for _ in 0..seed {
        network.roll();
    }
    let cloud = Cloud::on(&world, &network, |_| {});
    let lives = (0..at_once).map(|number| {
        let rested = network.roll() * 60_000.0;
        let plan = Plan {
            name: format!("life {seed}.{number}"),
            hurries: network.roll() < 0.1,
            resets: network.roll() < 0.5,
            stops: network.roll() < 0.5,
        };
        let journey = Journey::new(cloud.clone(), plan);
        let world = world.clone();
        cloud.world.spawn(async move {
            world.sleep(rested).await;
            journey.live().await
        })
    });
    let lives = lives.collect();
    let mut counts = Counts::default();
    // It fails where something is waited for that can no longer come: every call has settled.
    for life in cloud.run(all(lives)) {
        counts.add(&life);
    }
    cloud.assert_quiet();
    inside_the_limit(&network, limit);
    let sandbox = network.sandbox.borrow();
    assert!(sandbox.ledger().len() < LEDGER_ENTRIES, "the ledger does not hold it all");
    assert_eq!(sandbox.ledger().len(), network.count());
    nothing_twice(sandbox.ledger());
    counts.requests = sandbox.ledger().len() as u64;
    for fault in sandbox.ledger().filter_map(|entry| entry.fault) {
        *counts.faults.entry(fault.name()).or_default() += 1;
    }
    counts
}

/// No window holds more requests than it may, and no 429 came that was not a fault.
fn inside_the_limit(network: &Network, limit: RateLimit) {
    let sent = network.sent.borrow();
    for (first, next) in sent.iter().zip(sent.iter().skip(limit.requests as usize)) {
        assert!(next.at - first.at >= limit.per_ms, "{} requests within {} ms", limit.requests + 1, next.at - first.at);
    }
    let sandbox = network.sandbox.borrow();
    let refused = sandbox.ledger().filter(|entry| entry.status == 429 && entry.fault != Some(Fault::RateLimited));
    assert_eq!(refused.count(), 0, "refused by the limit");
}

/// A service that is deleted was deleted once.
fn nothing_twice<'a>(ledger: impl Iterator<Item = &'a Entry>) {
    let mut deleted: Vec<&str> = ledger
        .filter(|entry| entry.operation == Some("services.delete") && entry.change.is_some())
        .map(|entry| entry.path.as_str())
        .collect();
    deleted.sort_unstable();
    let all = deleted.len();
    deleted.dedup();
    assert_eq!(deleted.len(), all, "deleted twice");
}
