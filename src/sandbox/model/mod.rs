//! ClickHouse Cloud itself: state, and what the operations do to it.

pub mod error;
pub mod history;
pub mod operations;
pub mod organization;
pub mod random;
pub mod service;
pub mod time;
