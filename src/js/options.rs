//! Options objects, read and checked: an unknown name or a value of the wrong kind is a ConfigurationError that names
//! the option, and the nearest known name.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::nearest::nearest;

/// An options object whose names have been checked.
pub struct Options {
    /// What it is, for errors: `new CloudClient`, `services.list`.
    pub(super) what: String,
    value: JsValue,
}

impl Options {
    /// Takes an object, or nothing. `known` are all the names that it may have.
    pub fn new(what: &str, value: JsValue, known: &[&'static str]) -> Result<Self, Error> {
        let options = Self { what: what.to_owned(), value };
        if options.value.is_undefined() || options.value.is_null() {
            return Ok(Self { value: Object::new().into(), ..options });
        }
        if !options.value.is_object() || options.value.is_function() || js_sys::Array::is_array(&options.value) {
            return Err(options.error("the options must be an object", &options.value));
        }
        for name in Object::keys(options.value.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()) {
            if !known.contains(&name.as_str()) {
                let hint = match nearest(&name, known.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("known are {}", known.join(", ")),
                };
                return Err(Error::Configuration(format!("{}: unknown option {name}: {hint}", options.what)));
            }
        }
        Ok(options)
    }

    /// The value of an option; `None`: undefined or null.
    pub fn get(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(&self.value, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    /// A string that is not empty.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_string().filter(|text| !text.is_empty()) {
            Some(text) => Ok(Some(text)),
            None => Err(self.expected(name, "a string that is not empty", &value)),
        }
    }

    /// A finite number that is not below the least one.
    pub fn number(&self, name: &str, least: f64) -> Result<Option<f64>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64().filter(|number| number.is_finite() && *number >= least) {
            Some(number) => Ok(Some(number)),
            None => Err(self.expected(name, &format!("a number of at least {}", js_text(&least.into())), &value)),
        }
    }

    /// The option should have been something else.
    pub fn expected(&self, name: &str, expected: &str, received: &JsValue) -> Error {
        self.error(&format!("{name} must be {expected}"), received)
    }

    /// Another thing that is wrong, said of these options.
    pub fn wrong(&self, message: &str) -> Error {
        Error::Configuration(format!("{}: {message}", self.what))
    }

    /// Numbers and words about the kind of the value are shown, other values may be secrets.
    fn error(&self, message: &str, received: &JsValue) -> Error {
        let shown = match received.as_f64() {
            Some(_) => js_text(received),
            None if received.is_null() => "null".to_owned(),
            None if js_sys::Array::is_array(received) => "an array".to_owned(),
            None if received.as_string().is_some_and(|text| text.is_empty()) => "an empty string".to_owned(),
            None => format!("a value of type {}", received.js_typeof().as_string().unwrap_or_default()),
        };
        Error::Configuration(format!("{}: {message}, received {shown}", self.what))
    }
}

/// A value as JavaScript writes it: no number formatting of our own is shipped.
pub fn js_text(value: &JsValue) -> String {
    js_sys::global().unchecked_ref::<Global>().string(value)
}

#[wasm_bindgen]
extern "C" {
    type Global;
    #[wasm_bindgen(method, js_name = String)]
    fn string(this: &Global, value: &JsValue) -> String;
}
