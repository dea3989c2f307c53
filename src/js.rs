//! Everything that is JavaScript, and only here. Thin: it translates and decides nothing.
//!
//! | room        | what happens there                                                  |
//! | ----------- | ------------------------------------------------------------------- |
//! | `client`    | the class `CloudClient`                                             |
//! | `resources` | `services`, `backups`, `organizations` and their methods            |
//! | `calls`     | a call becomes a promise that an `AbortSignal` can end              |
//! | `settings`  | the constructor's options become the settings of a client           |
//! | `options`   | options objects, read and checked                                   |
//! | `arguments` | JavaScript values become the arguments of a request                 |
//! | `built`     | the class `BuiltRequest`                                            |
//! | `passwords` | the functions around passwords                                      |
//! | `host`      | what JavaScript lends: clock, randomness, `JSON.parse`, the log     |
//! | `fetch`     | sending with `fetch`                                                |
//! | `abort`     | signals, in and out                                                 |
//! | `errors`    | errors become JavaScript classes (`errors.js`)                      |
//! | `sandbox`   | the class `Sandbox`                                                 |

mod errors;
mod options;

#[cfg(feature = "client")]
mod abort;
#[cfg(feature = "client")]
mod arguments;
#[cfg(feature = "client")]
mod built;
#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod fetch;
#[cfg(feature = "client")]
mod host;
#[cfg(feature = "client")]
mod passwords;
#[cfg(feature = "client")]
mod resources;
#[cfg(feature = "client")]
mod settings;
