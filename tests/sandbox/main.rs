//! The sandbox at its boundary: requests in, responses out, in virtual time. Each response is checked against the contract
//! (`cloud`).

#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod activities;
mod backup_configuration;
mod backups;
mod byoc;
mod click_pipes;
mod click_stack;
mod cloud;
mod determinism;
mod every_operation;
mod examples;
mod faults;
mod general;
mod input;
mod invitations;
mod kept;
mod keys;
mod lifecycle;
mod members;
mod mishaps;
mod mutations;
mod organizations;
mod passwords;
mod postgres;
mod quotas;
mod random_requests;
mod random_walk;
mod replay;
mod resource_mishaps;
mod roles;
mod scaling;
mod scaling_schedule;
mod scenarios;
mod service_parts;
mod settings;
mod snapshots;
mod stateless;
mod store;
mod udfs;
mod usage_cost;
mod walk;
mod warehouses;
