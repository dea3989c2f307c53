//! HTTP: from a request to the call that it makes, and from its result to the response.

pub mod auth;
pub mod envelope;
pub mod rate_limit;
pub mod reply;
pub mod request;
pub mod route;
