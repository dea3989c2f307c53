//! Whole lives of services, of the organization, of Postgres and of functions, as the official client's own tests go
//! through them. They need the address of a sandbox and a key: run.test.mjs starts one and runs them.

include!(concat!(env!("OUT_DIR"), "/lives.rs"));
