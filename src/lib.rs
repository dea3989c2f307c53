//! The control plane of ClickHouse Cloud: requests that are checked before they leave, sending that survives what the
//! network and the service do, answers that are checked, and a sandbox to run it all without an account.
//!
//! The map of the house; arrows point one way, from the bottom of this list to its top:
//!
//! | room         | what happens there                                                             |
//! | ------------ | ------------------------------------------------------------------------------ |
//! | [`text`]     | texts of parts                                                                 |
//! | [`encoded`]  | percent-encoding, HTML entities, escapes: single steps of decoding             |
//! | [`printable`] | texts from outside, as messages and logs may show them                        |
//! | [`contract`] | the API as static tables, compiled from `contract/*.yaml`                      |
//! | [`issue`]    | one way in which a value breaks the contract                                   |
//! | [`secret`]   | a string that cannot be printed                                                |
//! | [`validate`] | JSON bytes against a schema                                                    |
//! | [`password`] | the two hashes, and generation                                                 |
//! | [`host`]     | what the host lends: network, clock, randomness                                |
//! | [`race`]     | the first of two futures; the other one is dropped                             |
//! | [`error`]    | every way in which a call can fail                                             |
//! | [`request`]  | an operation and its arguments become a checked HTTP request                   |
//! | [`response`] | an HTTP response becomes a checked result, or the error that it stands for     |
//! | `client`     | sending: attempts, retries, the rate limit, deadlines, waiting                 |
//! | `sandbox`    | ClickHouse Cloud in memory; knows nothing of `client`                          |
//! | `js`         | everything that is JavaScript: classes, `fetch`, timers, errors                |

#[cfg(feature = "client")]
pub mod client;
pub mod contract;
pub mod encoded;
pub mod error;
pub mod host;
pub mod issue;
#[cfg(target_arch = "wasm32")]
mod js;
pub mod password;
pub mod printable;
pub mod race;
pub mod request;
pub mod response;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod suggest;
pub mod text;
pub mod validate;
