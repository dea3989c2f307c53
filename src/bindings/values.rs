//! Values of JavaScript, read where JavaScript is shorter: in `values.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// A property, an object's own or its class's; undefined where there is none.
    pub fn get(object: &JsValue, name: &str) -> JsValue;
    /// An item of a list; undefined behind its end, and where it is no list.
    fn item(list: &JsValue, index: usize) -> JsValue;
    /// Text of UTF-8, with or without its byte order mark. It does not come into wasm.
    pub fn decode(bytes: &[u8], mark: bool) -> JsValue;
}

#[cfg(feature = "client")]
#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// The bytes of a password: UTF-8 of a string, or bytes as they are.
    pub fn bytes(value: &JsValue) -> Option<Vec<u8>>;
    /// Parses JSON; undefined where it is none.
    pub fn parse(bytes: &[u8]) -> JsValue;
}

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    /// What came, in words that show no text: it may be a secret.
    pub fn describe(value: &JsValue) -> String;
    /// The names of an object's own properties; of anything else none.
    pub fn keys(object: &JsValue) -> Vec<String>;
}

/// The items of a list; of anything else none. One by one: what takes a list over as a whole is twice the code.
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

/// The texts of a list.
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

/// A property that is a text.
#[cfg(feature = "client")]
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A property that is a number.
#[cfg(feature = "client")]
pub fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// A list of names and values in turn.
#[cfg(feature = "client")]
pub fn pairs(list: &JsValue) -> Vec<(String, String)> {
    paired(texts(list))
}

/// Names and values, which come in turn.
#[cfg(feature = "client")]
pub fn paired(list: Vec<String>) -> Vec<(String, String)> {
    let mut pairs = Vec::with_capacity(list.len() / 2);
    let mut list = list.into_iter();
    while let (Some(name), Some(value)) = (list.next(), list.next()) {
        pairs.push((name, value));
    }
    pairs
}
