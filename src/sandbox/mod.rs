//! ClickHouse Cloud in memory: a request in, a response out. State changes in virtual time, which the caller passes in.
//!
//! The same options and the same requests at the same times give the same bytes: no clock, no timers, no network.
//! Routes, checks and shapes come from the contract; texts and states follow the live API (docs/sandbox.md).
//!
//! | module        | purpose                                                                          |
//! | ------------- | -------------------------------------------------------------------------------- |
//! | `engine`      | the [`Sandbox`], put together from its parts                                     |
//! | `handle`      | one request, from its arrival to its reply                                       |
//! | `state`       | the state: shown, saved and restored                                             |
//! | `options`     | the options of a sandbox                                                         |
//! | `http`        | keys, rate limit, routes, checks against the contract, envelopes                 |
//! | `model`       | organizations with their resources, and the operations on them                   |
//! | `faults`      | the table of faults, which of them a request meets, and the damage that they do  |
//! | `persistence` | snapshots, mutations between snapshots, the ledger                               |
//! | `scenario`    | the resources that a sandbox starts with                                         |
//!
//! Arrows point one way: `http` imports `model`, `faults` imports both, `persistence` imports `faults` and `model`,
//! `scenario` imports all but `persistence`.

mod engine;
pub(crate) mod faults;
mod handle;
mod http;
mod model;
mod options;
mod persistence;
mod scenario;
mod state;

pub use engine::Sandbox;
pub use faults::Fault;
pub use faults::fault_selection::{INJECTIONS, Injection};
pub use http::rate_limit::RateLimit;
pub use http::reply::{Delivery, Reply};
pub use model::operations::{is_stateless, plays};
pub use model::time::END as END_OF_TIME;
pub use options::{Key, Options};
pub use persistence::ledger::{Entry, LEDGER_ENTRIES};
pub use scenario::Scenario;
