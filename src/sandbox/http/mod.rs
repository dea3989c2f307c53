//! HTTP: from a request to the call of an operation, and from its result to the response.
//!
//! Routes, parameters and bodies are checked against the contract. Knows the model, and nothing of faults.

pub mod auth;
pub mod envelope;
pub mod rate_limit;
pub mod reply;
pub mod request;
pub mod route;
pub mod uploads;
