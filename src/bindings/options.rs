//! Options objects, checked: an unknown name or a value of the wrong kind is a ConfigurationError that names the option,
//! and the nearest known name.

#[cfg(feature = "sandbox")]
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::suggest::nearest;

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/js/bindings/options.js")]
extern "C" {
    fn fault(options: &JsValue, known: &str) -> Option<Vec<String>>;
}

/// Takes an object, or nothing. What is known is said in the words of `options.js`.
#[cfg(feature = "sandbox")]
pub fn check(what: &str, options: &JsValue, known: &str) -> Result<(), Error> {
    refuse(what, &fault(options, known).unwrap_or_default())
}

/// What `options.js` has found: nothing; a sentence; or the name of an option that is not known, and those that are.
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

/// What is wrong with the options of `new CloudClient`, `services.list` and so on.
pub fn wrong(what: &str, message: &str) -> Error {
    Error::Configuration(format!("{what}: {message}"))
}
