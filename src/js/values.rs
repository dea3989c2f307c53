//! Values of JavaScript, read where JavaScript is shorter: in `values.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// A property; undefined where there is none.
    pub fn get(object: &JsValue, name: &str) -> JsValue;
    /// The items of a list; of anything else none.
    pub fn items(value: &JsValue) -> Vec<JsValue>;
    /// Text of UTF-8, with or without its byte order mark. It does not come into wasm.
    pub fn decode(bytes: &[u8], mark: bool) -> JsValue;
}

#[cfg(feature = "client")]
#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// A property that is undefined or a list of texts.
    #[wasm_bindgen(js_name = get)]
    pub fn texts(object: &JsValue, name: &str) -> Option<Vec<String>>;
    /// The bytes of a password: UTF-8 of a string, or bytes as they are.
    pub fn bytes(value: &JsValue) -> Option<Vec<u8>>;
    /// Parses JSON; undefined where it is none.
    pub fn parse(bytes: &[u8]) -> JsValue;
}

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// What came, in words that show no text: it may be a secret.
    pub fn describe(value: &JsValue) -> String;
    /// The names of an object's own properties; of anything else none.
    pub fn keys(object: &JsValue) -> Vec<String>;
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

/// Whether a property is true.
#[cfg(feature = "client")]
pub fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).as_bool() == Some(true)
}

/// A property that is a list of names and values in turn.
#[cfg(feature = "client")]
pub fn pairs(object: &JsValue, name: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut list = texts(object, name).unwrap_or_default().into_iter();
    while let (Some(name), Some(value)) = (list.next(), list.next()) {
        pairs.push((name, value));
    }
    pairs
}
