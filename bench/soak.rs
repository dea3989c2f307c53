//! A million requests of all operations to one sandbox, in virtual time, while its records come and go. Each response is checked
//! against the contract. Prints counts, speed and memory, and fails when the process, its checks included, has had more than 64 MB.
//! `make soak`, or `make soak REQUESTS=10000000`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "as in tests")]
#![allow(dead_code, unused_imports, reason = "the tests use more of their modules")]

#[path = "../tests/sandbox/cloud.rs"]
mod cloud;
#[path = "../tests/sandbox/examples.rs"]
mod examples;
#[path = "../tests/sandbox/random_walk.rs"]
mod random_walk;
#[path = "../tests/sandbox/walk.rs"]
mod walk;

use std::time::Instant;

use clickhouse_cloud::contract::OPERATIONS;
use cloud::START;
use random_walk::assert_consistent;
use walk::Walk;

/// The requests between two looks at the state.
const ROUND: usize = 5_000;
/// The number of records above which more are deleted than created.
const CROWD: usize = 400;
/// The most memory that the process may have had, in kB.
const MOST_KB: usize = 64_000;

#[allow(clippy::disallowed_methods, reason = "the core has no clock; a measurement needs one")]
fn main() {
    let requests = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let mut walk = Walk::new(7);
    walk.crowd = CROWD;
    let began = Instant::now();
    let (mut changes, mut refusals) = (0, 0);
    while walk.sent < requests {
        let before = walk.sent;
        while walk.sent < before + ROUND {
            walk.step();
        }
        assert_consistent(&walk.cloud.sandbox);
        let earlier = walk.cloud.sandbox.ledger().len() - (walk.sent - before);
        for entry in walk.cloud.sandbox.ledger().skip(earlier) {
            changes += usize::from(entry.change.is_some());
            refusals += usize::from((400..500).contains(&entry.status));
        }
        if walk.sent / (20 * ROUND) > before / (20 * ROUND) {
            let state = walk.cloud.sandbox.snapshot(walk.cloud.now).len();
            println!(
                "{} requests, {changes} changes; the state has {state} bytes, the process {} kB",
                walk.sent,
                peak()
            );
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let days = (walk.cloud.now - START) / 86_400_000.0;
    println!("{} requests in {seconds:.1} s, {:.0} a second", walk.sent, walk.sent as f64 / seconds);
    println!("{days:.0} virtual days, {changes} changes, {refusals} refusals");
    println!("{} of {} operations succeeded", walk.succeeded.len(), OPERATIONS.len());
    println!("memory: {} kB at most; {MOST_KB} are permitted", peak());
    if peak() > MOST_KB {
        std::process::exit(1);
    }
}

/// The most memory that this process has had, in kB; 0 where Linux does not tell it.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
