//! Options objects, read and checked: an unknown name or a value of the wrong kind is a ConfigurationError that names
//! the option, and the nearest known name.

use wasm_bindgen::prelude::*;

use super::values::get;
use crate::error::Error;
use crate::nearest::nearest;

#[wasm_bindgen(module = "/src/js/options.js")]
extern "C" {
    fn fault(options: &JsValue, known: &str) -> Option<Vec<String>>;
}

/// An options object that has been checked.
pub struct Options {
    /// What it is, for errors: `new CloudClient`, `services.list`.
    what: &'static str,
    value: JsValue,
}

impl Options {
    /// Takes an object, or nothing. What is known is said in the words of `options.js`.
    pub fn new(what: &'static str, value: JsValue, known: &str) -> Result<Self, Error> {
        let options = Self { what, value };
        let message = match fault(&options.value, known).as_deref() {
            None | Some([]) => return Ok(options),
            Some([message]) => options.wrong(message),
            Some([name, names @ ..]) => {
                let hint = match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => ["did you mean ", near, "?"].concat(),
                    None => ["known are ", &names.join(", ")].concat(),
                };
                options.wrong(&["unknown option ", name, ": ", &hint].concat())
            }
        };
        Err(message)
    }

    /// The value of an option as it is.
    pub fn value(&self, name: &str) -> JsValue {
        get(&self.value, name)
    }

    /// The value of an option; undefined where it is not there or null.
    pub fn given(&self, name: &str) -> JsValue {
        let value = self.value(name);
        if value.is_null() { JsValue::UNDEFINED } else { value }
    }

    /// The text of an option.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_string()
    }

    /// The number of an option.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name).as_f64()
    }

    /// The option `rateLimit`: so many requests in so many milliseconds; `None`: there is no limit.
    pub fn rate_limit(&self, default: (f64, f64)) -> Option<(f64, f64)> {
        let limit = self.given("rateLimit");
        if limit.is_undefined() {
            return Some(default);
        }
        Some((get(&limit, "requests").as_f64()?, get(&limit, "perMs").as_f64()?))
    }

    /// What is wrong, said of these options.
    pub fn wrong(&self, message: &str) -> Error {
        Error::Configuration([self.what, ": ", message].concat())
    }
}

#[cfg(feature = "client")]
impl Options {
    /// The option `headers`: names, in lower case, and values.
    pub fn headers(&self) -> Result<Vec<(String, String)>, Error> {
        let mut headers = Vec::new();
        let mut pairs = super::values::header_pairs(&self.value("headers")).into_iter();
        while let Some(name) = pairs.next() {
            let Some(value) = pairs.next() else {
                // The value may be a secret: it is not shown.
                const WHY: &str = "\" is no header name, or its value no string that a header can hold";
                return Err(self.wrong(&["headers: \"", &name, WHY].concat()));
            };
            headers.push((name, value));
        }
        Ok(headers)
    }
}
