//! What outlives a request.

pub mod ledger;
pub mod mutations;
pub mod snapshot;
