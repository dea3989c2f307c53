//! Checks options objects. An unknown name or a value of the wrong type is a `ConfigurationError`, which names the
//! option and the nearest known name. The checks are in `js/bindings/options.js`.

#[cfg(feature = "sandbox")]
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::suggest::nearest;

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/js/bindings/options.js")]
extern "C" {
    fn fault(options: &JsValue, known: &str) -> Option<Vec<String>>;
}

/// Requires an object or undefined. `known` describes the options in the format of `options.js`.
#[cfg(feature = "sandbox")]
pub fn check(what: &str, options: &JsValue, known: &str) -> Result<(), Error> {
    refuse(what, &fault(options, known).unwrap_or_default())
}

/// The error for the finding of `options.js`: nothing, a sentence, or an unknown option with the names that are known.
pub fn refuse(what: &str, fault: &[String]) -> Result<(), Error> {
    match fault {
        [] => Ok(()),
        [message] => Err(wrong(what, message)),
        [name, names @ ..] => {
            let hint = match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("known are {}", names.join(", ")),
            };
            Err(wrong(what, &format!("unknown option {name}: {hint}")))
        }
    }
}

/// The error for the options of `new CloudClient`, `services.list` and so on.
pub fn wrong(what: &str, message: &str) -> Error {
    Error::Configuration(format!("{what}: {message}"))
}
