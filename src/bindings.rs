//! The seam to JavaScript: `#[wasm_bindgen]` and nothing else. It translates and decides nothing. The JavaScript that a module
//! here imports has its name in `js/bindings/`; the package's own sources are in `js/`.
//!
//! | module          | what happens there                                              |
//! | --------------- | --------------------------------------------------------------- |
//! | `core`          | what `CloudClient` stands on; its methods are in `js/client.js` |
//! | `calls`         | a call becomes a future that JavaScript drives                  |
//! | `seam`          | the types of what JavaScript hands over                         |
//! | `options`       | options objects, checked                                        |
//! | `types`         | the TypeScript types of options                                 |
//! | `arguments`     | what JavaScript hands over becomes the arguments of a request   |
//! | `schemas`       | values against the contract's named schemas                     |
//! | `passwords`     | the functions around passwords                                  |
//! | `host`          | what JavaScript lends: randomness, `JSON.parse`, the log        |
//! | `fetch`         | sending with `fetch`; causes, and copies of them (`causes.js`)  |
//! | `time`          | clocks and timers                                               |
//! | `errors`        | errors become JavaScript classes (`errors.js`)                  |
//! | `driver`        | futures that an async JavaScript function drives                |
//! | `memory`        | the allocator, which clears what is freed                       |
//! | `objects`       | plain objects, made                                             |
//! | `values`        | values of all kinds, read                                       |
//! | `sandbox`       | the class `Sandbox`                                             |
//! | `sandbox_clock` | its time: virtual, scaled, and advanced by hand                 |

mod driver;
mod errors;
mod memory;
mod objects;
mod options;
mod time;
mod values;

#[cfg(feature = "client")]
mod arguments;
#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod core;
#[cfg(feature = "client")]
mod fetch;
#[cfg(feature = "client")]
mod host;
#[cfg(feature = "client")]
mod passwords;
#[cfg(feature = "client")]
mod schemas;
#[cfg(feature = "client")]
mod seam;
#[cfg(feature = "client")]
mod types;

#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "sandbox")]
mod sandbox_clock;
