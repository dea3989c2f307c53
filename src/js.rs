//! Everything that is JavaScript, and only here. Thin: it translates and decides nothing.
//!
//! | room            | what happens there                                              |
//! | --------------- | --------------------------------------------------------------- |
//! | `client`        | the class `CloudClient`                                         |
//! | `resources`     | `services`, `backups`, `organizations` and their methods        |
//! | `calls`         | a call becomes a promise that an `AbortSignal` can end          |
//! | `settings`      | the constructor's options become the settings of a client       |
//! | `options`       | options objects, read and checked; `option_kinds` has more      |
//! | `arguments`     | JavaScript values become the arguments of a request             |
//! | `built`         | the class `BuiltRequest`                                        |
//! | `passwords`     | the functions around passwords                                  |
//! | `host`          | what JavaScript lends: randomness, `JSON.parse`, the log        |
//! | `fetch`         | sending with `fetch`                                            |
//! | `time`          | the host's clock and timers                                     |
//! | `abort`         | the caller's signals; `guard` has our own                       |
//! | `errors`        | errors become JavaScript classes (`errors.js`)                  |
//! | `objects`       | plain objects                                                   |
//! | `sandbox`       | the class `Sandbox`                                             |
//! | `sandbox_clock` | its time: virtual, scaled, and advanced by hand                 |

mod abort;
mod errors;
mod objects;
mod options;
mod time;

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
mod guard;
#[cfg(feature = "client")]
mod host;
#[cfg(feature = "client")]
mod option_kinds;
#[cfg(feature = "client")]
mod passwords;
#[cfg(feature = "client")]
mod resources;
#[cfg(feature = "client")]
mod settings;

#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "sandbox")]
mod sandbox_clock;
