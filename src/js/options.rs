//! Options objects, read and checked: an unknown name or a value of the wrong kind is a ConfigurationError that names
//! the option, and the nearest known name.

use wasm_bindgen::prelude::*;

use super::values::{describe, fits, get, keys};
use crate::error::Error;
use crate::nearest::nearest;

/// What an option may be.
pub struct Known {
    name: &'static str,
    /// As `values.js` knows it.
    kind: &'static str,
    /// The least number, the words, or the methods.
    detail: &'static str,
    /// In words.
    expected: &'static str,
}

impl Known {
    const fn new(name: &'static str, kind: &'static str, detail: &'static str, expected: &'static str) -> Self {
        Self { name, kind, detail, expected }
    }

    /// Anything.
    pub const fn any(name: &'static str) -> Self {
        Self::new(name, "any", "", "")
    }

    /// A string that is not empty.
    pub const fn text(name: &'static str) -> Self {
        Self::new(name, "text", "", "a string that is not empty")
    }

    /// A finite number that is not below the least one.
    pub const fn number(name: &'static str, least: &'static str, expected: &'static str) -> Self {
        Self::new(name, "number", least, expected)
    }

    /// A number of at least 0.
    pub const fn from_0(name: &'static str) -> Self {
        Self::number(name, "0", "a number of at least 0")
    }

    /// A number of at least 1.
    pub const fn from_1(name: &'static str) -> Self {
        Self::number(name, "1", "a number of at least 1")
    }
}

#[cfg(feature = "client")]
impl Known {
    /// True or false.
    pub const fn flag(name: &'static str) -> Self {
        Self::new(name, "flag", "", "true or false")
    }

    /// One of these words.
    pub const fn word(name: &'static str, words: &'static str, expected: &'static str) -> Self {
        Self::new(name, "word", words, expected)
    }

    /// A function.
    pub const fn function(name: &'static str) -> Self {
        Self::new(name, "function", "", "a function")
    }

    /// Names and values: an object, a list of pairs, or a `Headers` object.
    pub const fn headers() -> Self {
        Self::new("headers", "headers", "", "an object of names and values")
    }

    /// An object with these methods.
    pub const fn methods(name: &'static str, methods: &'static str, expected: &'static str) -> Self {
        Self::new(name, "methods", methods, expected)
    }
}

/// An options object that has been checked.
pub struct Options {
    /// What it is, for errors: `new CloudClient`, `services.list`.
    what: &'static str,
    value: JsValue,
}

impl Options {
    /// Takes an object, or nothing.
    pub fn new(what: &'static str, value: JsValue, known: &[Known]) -> Result<Self, Error> {
        let options = Self { what, value };
        if options.is_missing(&options.value) {
            return Ok(options);
        }
        if !fits(&options.value, "object", "") {
            return Err(options.received("the options must be an object", &options.value));
        }
        for name in keys(&options.value) {
            let names = || known.iter().map(|option| option.name);
            if names().any(|known| known == name) {
                continue;
            }
            let hint = match nearest(&name, names()) {
                Some(near) => ["did you mean ", near, "?"].concat(),
                None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
            };
            return Err(options.wrong(&["unknown option ", &name, ": ", &hint].concat()));
        }
        for option in known {
            let value = get(&options.value, option.name);
            if !options.is_missing(&value) && !fits(&value, option.kind, option.detail) {
                return Err(options.expected(option.name, option.expected, &value));
            }
        }
        Ok(options)
    }

    fn is_missing(&self, value: &JsValue) -> bool {
        value.is_undefined() || value.is_null()
    }

    /// The value of an option; `None`: undefined or null.
    pub fn get(&self, name: &str) -> Option<JsValue> {
        let value = self.value(name);
        (!self.is_missing(&value)).then_some(value)
    }

    /// The value of an option as it is.
    pub fn value(&self, name: &str) -> JsValue {
        get(&self.value, name)
    }

    /// The text of an option.
    pub fn text(&self, name: &str) -> Option<String> {
        get(&self.value, name).as_string()
    }

    /// The number of an option.
    pub fn number(&self, name: &str) -> Option<f64> {
        get(&self.value, name).as_f64()
    }

    /// The flag of an option; without one, false.
    #[cfg(feature = "client")]
    pub fn flag(&self, name: &str) -> bool {
        get(&self.value, name).as_bool() == Some(true)
    }

    /// The option `rateLimit`: so many requests in so many milliseconds.
    pub fn rate_limit(&self, what: &'static str, default: (f64, f64)) -> Result<Option<(f64, f64)>, Error> {
        const KNOWN: &[Known] = &[Known::from_1("requests"), Known::from_1("perMs")];
        let Some(value) = self.get("rateLimit") else { return Ok(Some(default)) };
        if value.as_bool() == Some(false) {
            return Ok(None);
        }
        if fits(&value, "object", "") {
            let limit = Options::new(what, value.clone(), KNOWN)?;
            if let (Some(requests), Some(per_ms)) = (limit.number("requests"), limit.number("perMs")) {
                return Ok(Some((requests, per_ms)));
            }
        }
        Err(self.expected("rateLimit", "{ requests, perMs } or false", &value))
    }

    /// The option should have been something else.
    pub fn expected(&self, name: &str, expected: &str, received: &JsValue) -> Error {
        self.received(&[name, " must be ", expected].concat(), received)
    }

    /// Another thing that is wrong, said of these options.
    pub fn wrong(&self, message: &str) -> Error {
        Error::Configuration([self.what, ": ", message].concat())
    }

    fn received(&self, message: &str, received: &JsValue) -> Error {
        self.wrong(&[message, ", received ", &describe(received)].concat())
    }
}

#[cfg(feature = "client")]
impl Options {
    /// The option `headers`: names, in lower case, and values.
    pub fn headers(&self) -> Result<Vec<(String, String)>, Error> {
        let mut headers = Vec::new();
        let Some(value) = self.get("headers") else { return Ok(headers) };
        let mut pairs = super::values::header_pairs(&value).into_iter();
        while let (Some(name), Some(value)) = (pairs.next(), pairs.next()) {
            if !is_token(&name) || !is_field_value(&value) {
                // The value may be a secret: it is not shown.
                return Err(self.wrong(
                    &["headers: \"", &name, "\" is no header name, or its value no string that a header can hold"]
                        .concat(),
                ));
            }
            headers.push((name.to_ascii_lowercase(), value));
        }
        Ok(headers)
    }
}

#[cfg(feature = "client")]
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Visible characters, spaces and tabs.
#[cfg(feature = "client")]
pub fn is_field_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
}
