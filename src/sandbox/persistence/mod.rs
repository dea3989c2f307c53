//! Persistence: the state as JSON, whole or as mutations, and the ledger of requests.

pub mod ledger;
pub mod mutations;
pub mod snapshot;
