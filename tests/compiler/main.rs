//! The compiler of the contract (`build/`): what it takes, and what it says about mistakes.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

#[path = "../../build/document.rs"]
mod document;
#[path = "../../build/marks.rs"]
mod marks;
#[path = "../../build/openapi.rs"]
mod openapi;
#[path = "../../build/operation.rs"]
mod operation;
#[path = "../../build/pattern.rs"]
mod pattern;
#[path = "../../build/review.rs"]
mod review;
#[path = "../../build/routes.rs"]
mod routes;
#[path = "../../build/rules.rs"]
mod rules;
#[path = "../../build/schema.rs"]
mod schema;
#[path = "../../build/tables.rs"]
mod tables;

mod addition;
mod expansion;
mod mistakes;
mod output;
mod patterns;
