//! Options objects, checked: an unknown name or a value of the wrong kind is a ConfigurationError that names the option,
//! and the nearest known name.

use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::nearest::nearest;

#[wasm_bindgen(module = "/src/js/options.js")]
extern "C" {
    fn fault(options: &JsValue, known: &str) -> Option<Vec<String>>;
}

/// Takes an object, or nothing. What is known is said in the words of `options.js`.
pub fn check(what: &str, options: &JsValue, known: &str) -> Result<(), Error> {
    match fault(options, known).as_deref() {
        None | Some([]) => Ok(()),
        Some([message]) => Err(wrong(what, message)),
        Some([name, names @ ..]) => {
            let hint = match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => ["did you mean ", near, "?"].concat(),
                None => ["known are ", &names.join(", ")].concat(),
            };
            Err(wrong(what, &["unknown option ", name, ": ", &hint].concat()))
        }
    }
}

/// What is wrong with the options of `new CloudClient`, `services.list` and so on.
pub fn wrong(what: &str, message: &str) -> Error {
    Error::Configuration([what, ": ", message].concat())
}
