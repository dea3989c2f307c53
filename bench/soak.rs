//! A million requests to one sandbox, in virtual time. Every ten thousand, the changes in the ledger are replayed in
//! another sandbox and must produce the same state. Prints counts, speed and memory.
//! `make soak`, or `make soak REQUESTS=10000000`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "as in tests")]

#[path = "../tests/sandbox/random_walk.rs"]
mod random_walk;

use std::collections::BTreeMap;
use std::time::Instant;

use clickhouse_cloud::sandbox::{Fault, Options};
use random_walk::RandomWalk;

/// 2026-08-01T00:00:00Z.
const START: f64 = 1_785_542_400_000.0;

#[allow(clippy::disallowed_methods, reason = "the core has no clock; a measurement needs one")]
fn main() {
    let requests = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let faults = Fault::ALL.iter().map(|fault| (*fault, 0.01)).collect();
    let mut walk = RandomWalk::new(Options { seed: 7, faults, rate_limit: None, ..Options::default() }, START);
    let began = Instant::now();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut changes, mut refusals) = (0, 0);
    while walk.asked < requests {
        walk.walk_and_replay();
        for entry in walk.sandbox.ledger() {
            changes += usize::from(entry.change.is_some());
            refusals += usize::from((400..500).contains(&entry.status));
            if let Some(fault) = entry.fault {
                *met.entry(fault.name()).or_default() += 1;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let days = (walk.now - START) / 86_400_000.0;
    println!("{} requests in {seconds:.1} s, {:.0} a second", walk.asked, walk.asked as f64 / seconds);
    println!("{days:.0} virtual days, {changes} changes, all of them made again; {refusals} refusals");
    println!("faults: {met:?}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("memory: {}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("not known here"));
}
