//! A client of the ClickHouse Cloud API: checked requests, safe sending, checked responses; and a sandbox to run it all without
//! an account.
//!
//! The modules; each uses only those above it:
//!
//! | module        | content                                                                      |
//! | ------------- | ---------------------------------------------------------------------------- |
//! | [`encoded`]   | decodes percent-encoding, HTML entities and escapes                          |
//! | [`printable`] | makes texts from outside safe to show                                        |
//! | [`suggest`]   | the known name that a misspelt one is most like                              |
//! | [`contract`]  | the API as static tables, compiled from `contract/*.yaml`                    |
//! | [`issue`]     | one violation of the contract                                                |
//! | [`secret`]    | a string that cannot be printed                                              |
//! | [`validate`]  | checks JSON bytes by a schema                                                |
//! | [`password`]  | the two hashes of passwords, and generation                                  |
//! | [`host`]      | the host's part: network, clock, randomness, values, log, hooks              |
//! | [`race`]      | runs two futures until the first one ends                                    |
//! | [`error`]     | every way in which a call can fail                                           |
//! | [`request`]   | turns an operation and its arguments into a checked HTTP request             |
//! | [`response`]  | turns an HTTP response into a checked result, or the error it stands for     |
//! | `client`      | sending: attempts, retries, the rate limit, deadlines, waiting               |
//! | `sandbox`     | ClickHouse Cloud in memory; knows nothing of `client`                        |
//! | `bindings`    | the classes and functions that JavaScript sees; decides nothing              |

#[cfg(target_arch = "wasm32")]
mod bindings;
#[cfg(feature = "client")]
pub mod client;
pub mod contract;
pub mod encoded;
pub mod error;
pub mod host;
pub mod issue;
pub mod password;
pub mod printable;
pub mod race;
pub mod request;
pub mod response;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod suggest;
pub mod validate;
