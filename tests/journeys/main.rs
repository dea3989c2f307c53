//! Whole journeys of the client, in virtual time: on the sandbox, and on scripted responses.
//!
//! | module           | content                                                                |
//! | ---------------- | ---------------------------------------------------------------------- |
//! | `world`          | tasks, timers and a clock that jumps to the next timer                 |
//! | `network`        | the sandbox behind a scriptable layer; a record of the requests        |
//! | `caller`         | the caller's hooks, limiter and log                                    |
//! | `cloud`          | a client on both, and its calls as the tests make them                 |
//! | `lifecycle`      | a service from its creation to its end                                 |
//! | `deletion`       | stopAndDelete from each state, and again half-way                      |
//! | `running`        | ensureRunning                                                          |
//! | `waiting`        | deadlines, failed and unknown states, resources that are gone or new   |
//! | `outages`        | transient failures are waited out; what a 404 proves                   |
//! | `refusals`       | lasting refusals are reported, and end a wait                          |
//! | `deadlines`      | deadlines are read from the clock                                      |
//! | `polling`        | many waits at once, which share their polls                            |
//! | `rate_limit`     | many calls at once, in order, without a 429; and 429s all the same     |
//! | `sharing`        | clients that share a key without knowing of each other                 |
//! | `custom_limiter` | hooks, a limiter of the caller's own, the log                          |
//! | `secrets`        | secrets that servers and proxies echo                                  |
//! | `retries`        | the table of failures, the time budget, timeouts, idempotency keys     |
//! | `retry_after`    | pauses that a 429 or a 503 asks for                                    |
//! | `responses`      | responses that break the contract                                      |
//! | `organization`   | the organization that is looked up                                     |
//! | `credentials`    | how a 401 names them, and that none travels in the clear               |
//! | `tolerated`      | requests that break the contract and are sent all the same             |
//! | `documents`      | docs/retries.md is rendered from the code                              |
//! | `dropping`       | a dropped call leaves nothing running                                  |

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
mod retry_after;
mod running;
mod secrets;
mod sharing;
mod tolerated;
mod waiting;
mod world;
