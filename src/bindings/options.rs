//! Options objects, checked: an unknown name or a value of the wrong kind is a ConfigurationError that names the option,
//! and the nearest known name.

use wasm_bindgen::prelude::*;

use super::values::texts;
use crate::error::Error;
use crate::suggest::nearest;
use crate::text::{also, text};

#[wasm_bindgen(module = "/js/bindings/options.js")]
extern "C" {
    fn fault(options: &JsValue, known: &str) -> JsValue;
}

/// Takes an object, or nothing. What is known is said in the words of `options.js`.
pub fn check(what: &str, options: &JsValue, known: &str) -> Result<(), Error> {
    match texts(&fault(options, known)).as_slice() {
        [] => Ok(()),
        [message] => Err(wrong(what, message)),
        [name, names @ ..] => {
            let hint = match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => text(&["did you mean ", near, "?"]),
                None => {
                    let mut known = String::new();
                    names.iter().for_each(|name| also(&mut known, ", ", name));
                    text(&["known are ", &known])
                }
            };
            Err(wrong(what, &text(&["unknown option ", name, ": ", &hint])))
        }
    }
}

/// What is wrong with the options of `new CloudClient`, `services.list` and so on.
pub fn wrong(what: &str, message: &str) -> Error {
    Error::Configuration(text(&[what, ": ", message]))
}
