//! The sandbox at its boundary: requests in, responses out, in virtual time. Each response is checked against the contract
//! (`cloud`).

#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod backups;
mod cloud;
mod faults;
mod general;
mod input;
mod lifecycle;
mod mishaps;
mod mutations;
mod passwords;
mod postgres;
mod random_requests;
mod random_walk;
mod replay;
mod scaling;
mod snapshots;
mod store;
mod udfs;
mod warehouses;
