//! The model: organizations with their resources, how they change over time, and the operations on them.
//!
//! `operations` has a file a resource, named as in the contract, where it has rules of its own; all else follows the
//! contract (`resource`, `record`, `store`). Nothing happens by itself: each resource has the moments of its next changes,
//! and `Organization::advance` applies those that are due. States that change over time follow a table in `machine`.
//! Knows nothing of HTTP, faults and files.

pub mod access;
pub mod account;
pub mod activity;
pub mod call;
pub mod exposition;
pub mod history;
pub mod key;
pub mod machine;
pub mod meters;
pub mod operations;
pub mod organization;
pub mod permission_names;
pub mod permissions;
pub mod random;
pub mod record;
pub mod rejection;
pub mod resource;
pub mod service;
pub mod store;
pub mod time;
pub mod usage;
