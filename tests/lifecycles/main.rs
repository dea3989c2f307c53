//! Ten thousand lives of services, on the client and the sandbox, in virtual time and under every fault.
//!
//! | module    | content                                                             |
//! | --------- | ------------------------------------------------------------------- |
//! | `journey` | one life, as a careful program lives it                             |
//! | `lives`   | some lives at once on one client, and the laws that hold afterwards |
//! | `counts`  | the counts of all lives                                             |
//! | `found`   | faults that they have found, each as its shortest sequence          |

#![cfg(all(feature = "client", feature = "sandbox", not(target_arch = "wasm32")))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "in tests they are fine")]

#[allow(dead_code, reason = "the journeys use more of it")]
#[path = "../journeys/caller.rs"]
mod caller;
#[allow(dead_code, reason = "the journeys use more of it")]
#[path = "../journeys/cloud.rs"]
mod cloud;
#[allow(dead_code, reason = "the journeys use more of it")]
#[path = "../journeys/network.rs"]
mod network;
#[allow(dead_code, reason = "the journeys use more of it")]
#[path = "../journeys/world.rs"]
mod world;

mod counts;
mod found;
mod journey;
mod lives;

use std::io::Write as _;

use counts::Counts;

const LIVES: u64 = 5_000;

/// Every fault with that probability, over and over with other seeds, until so many lives are over.
fn live(probability: f64) -> Counts {
    let mut all = Counts::default();
    let mut seed = 0;
    while all.journeys < LIVES {
        seed += 1;
        let at_once = (1 + seed % 8).min(LIVES - all.journeys);
        all.add(&lives::run(seed, probability, at_once));
    }
    // Not captured: the numbers are worth a look in a run that succeeds, too.
    let _ = writeln!(std::io::stdout(), "every fault at {} %: {all}", probability * 100.0);
    all
}

#[test]
fn at_two_percent_all_but_a_few_reach_their_end() {
    let counts = live(0.02);
    assert!(counts.ended * 100 >= counts.journeys * 99, "{counts}");
}

#[test]
fn at_ten_percent_most_reach_their_end() {
    let counts = live(0.1);
    assert!(counts.ended * 100 >= counts.journeys * 90, "{counts}");
}
