//! The sandbox at its boundary: requests in, answers out, in virtual time. Every answer on the way is held against the
//! contract (see `cloud`).

#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod backups;
mod chance;
mod cloud;
mod door;
mod faults;
mod input;
mod lifecycle;
mod mishaps;
mod passwords;
mod replay;
mod scaling;
mod snapshots;
mod walk;
mod warehouses;
mod world;
