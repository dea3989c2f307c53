//! The operations.

pub mod services;
