//! Reads JavaScript values from Rust. The reading itself is in `values.js`, where it takes less code and may throw.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// An own or inherited property, without those of `Object.prototype`; undefined if absent.
    pub fn get(object: &JsValue, name: &str) -> JsValue;
    /// An item of a list; undefined beyond its end, and if the value is no list.
    fn item(list: &JsValue, index: usize) -> JsValue;
    /// Decodes UTF-8, with or without its byte order mark. The text does not enter wasm.
    pub fn decode(bytes: &[u8], mark: bool) -> JsValue;
}

#[cfg(feature = "client")]
#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// The bytes of a body or a password: UTF-8 of a string, or bytes as they are.
    pub fn bytes(value: &JsValue) -> Option<Vec<u8>>;
    /// Parses JSON; undefined if it is invalid.
    pub fn parse(bytes: &[u8]) -> JsValue;
}

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// Describes a value without showing any text of it, since it may be a secret.
    pub fn describe(value: &JsValue) -> String;
    /// The names of an object's own properties; empty for any other value.
    pub fn keys(object: &JsValue) -> Vec<String>;
}

/// The items of a list; empty for any other value. Read one by one: converting the whole list takes twice the code.
pub fn items(list: &JsValue) -> Vec<JsValue> {
    let mut items = Vec::new();
    if list.is_undefined() {
        return items;
    }
    loop {
        let next = item(list, items.len());
        if next.is_undefined() {
            return items;
        }
        items.push(next);
    }
}

/// The strings of a list.
#[cfg(feature = "client")]
pub fn texts(list: &JsValue) -> Vec<String> {
    let mut texts = Vec::new();
    if list.is_undefined() {
        return texts;
    }
    while let Some(text) = item(list, texts.len()).as_string() {
        texts.push(text);
    }
    texts
}

/// A property that is a number.
#[cfg(feature = "client")]
pub fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// Pairs of names and values, from a list of both alternately.
#[cfg(feature = "client")]
pub fn paired(list: Vec<String>) -> Vec<(String, String)> {
    let mut pairs = Vec::with_capacity(list.len() / 2);
    let mut list = list.into_iter();
    while let (Some(name), Some(value)) = (list.next(), list.next()) {
        pairs.push((name, value));
    }
    pairs
}
