//! The kinds of options that only the client has: flags, words, functions, objects, headers.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::options::Options;
use crate::error::Error;

impl Options {
    /// True or false.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_bool() {
            Some(flag) => Ok(Some(flag)),
            None => Err(self.expected(name, "true or false", &value)),
        }
    }

    /// One of these words.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_string();
        match words.iter().find(|(word, _)| text.as_deref() == Some(*word)) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let words: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                Err(self.expected(name, &words.join(" or "), &value))
            }
        }
    }

    /// A function.
    pub fn function(&self, name: &str) -> Result<Option<Function>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.dyn_into().map(Some).map_err(|value| self.expected(name, "a function", &value))
    }

    /// An object with these methods.
    pub fn object(&self, name: &str, methods: &[&str]) -> Result<Option<JsValue>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let has = |method: &&str| Reflect::get(&value, &(*method).into()).is_ok_and(|method| method.is_function());
        match value.is_object() && methods.iter().all(has) {
            true => Ok(Some(value)),
            false => {
                let expected = format!("an object with {}", methods.join(" and "));
                Err(self.expected(name, &expected, &value))
            }
        }
    }

    /// Header names, in lower case, and values.
    pub fn headers(&self) -> Result<Vec<(String, String)>, Error> {
        let Some(value) = self.get("headers") else { return Ok(Vec::new()) };
        if !value.is_object() {
            return Err(self.expected("headers", "an object of names and values", &value));
        }
        // A Headers object is iterable; a plain object is not.
        let pairs = match js_sys::try_iter(&value) {
            Ok(Some(_)) => js_sys::Array::from(&value),
            _ => Object::entries(value.unchecked_ref()),
        };
        let mut headers = Vec::new();
        for pair in pairs.iter() {
            let pair: js_sys::Array = pair.unchecked_into();
            let name = pair.get(0).as_string().unwrap_or_default();
            let value = pair.get(1);
            if value.is_undefined() || value.is_null() {
                continue;
            }
            // The value may be a secret: it is not shown.
            match value.as_string() {
                Some(text) if is_token(&name) && is_field_value(&text) => {
                    headers.push((name.to_ascii_lowercase(), text));
                }
                _ => {
                    let what = &self.what;
                    return Err(Error::Configuration(format!(
                        "{what}: headers: \"{name}\" is no header name, or its value no string that a header can hold"
                    )));
                }
            }
        }
        Ok(headers)
    }
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Visible characters, spaces and tabs.
pub fn is_field_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
}
