//! Whole journeys of the client, in virtual time: on the sandbox, and on scripted answers.
//!
//! | room           | what happens there                                                       |
//! | -------------- | ------------------------------------------------------------------------ |
//! | `world`        | tasks, timers and a clock that jumps to the next timer                   |
//! | `network`      | the sandbox behind a scriptable layer; a record of what was sent         |
//! | `caller`       | what the caller lends: hooks, a limiter, a log                           |
//! | `cloud`        | a client on both, and what the tests ask of it                           |
//! | `lifecycle`    | a service from its creation to its end                                   |
//! | `deletion`     | stopAndDelete from each state, and again half-way                        |
//! | `running`      | ensureRunning                                                            |
//! | `waiting`      | deadlines, failed and unknown states, things that are gone or too new    |
//! | `outages`      | what may pass is waited out, and what a 404 proves                       |
//! | `refusals`     | lasting refusals are told, and end a wait                                |
//! | `deadlines`    | deadlines are read from the clock                                        |
//! | `polling`      | many waits at once, which share their polls                              |
//! | `limit`        | the rate limit: many at once, in order, without a 429; 429s all the same |
//! | `sharing`      | clients that share a key without knowing of each other                   |
//! | `lending`      | hooks, a limiter of the caller's own, the log                            |
//! | `secrets`      | secrets that servers and proxies echo                                    |
//! | `retries`      | the table of setbacks, the time budget, timeouts                         |
//! | `answers`      | what comes back when it is not what the contract says                    |
//! | `organization` | the organization that is looked up                                       |
//! | `credentials`  | how a 401 names them, and that none travels in the clear                 |
//! | `tolerated`    | requests that break the contract and are sent all the same               |
//! | `documents`    | docs/ says what the code does                                            |
//! | `dropping`     | a call that is dropped leaves nothing running                            |

#![cfg(all(feature = "client", feature = "sandbox", not(target_arch = "wasm32")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod caller;
mod cloud;
mod credentials;
mod custom_limiter;
mod deadlines;
mod deletion;
mod documents;
mod dropping;
mod lifecycle;
mod network;
mod organization;
mod outages;
mod polling;
mod rate_limit;
mod refusals;
mod responses;
mod retries;
mod running;
mod secrets;
mod sharing;
mod tolerated;
mod waiting;
mod world;
