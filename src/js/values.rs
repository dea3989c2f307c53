//! Values of JavaScript, read where JavaScript is shorter: in `values.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// A property; undefined where there is none.
    pub fn get(object: &JsValue, name: &str) -> JsValue;
    /// What came, in words that show no text: it may be a secret.
    pub fn describe(value: &JsValue) -> String;
    /// Text of UTF-8, with or without its byte order mark. It does not come into wasm.
    pub fn decode(bytes: &[u8], mark: bool) -> JsValue;
}

#[cfg(feature = "client")]
#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// The items of a list; of anything else none.
    pub fn items(value: &JsValue) -> Vec<JsValue>;
    /// The bytes of a password: UTF-8 of a string, or bytes as they are.
    pub fn bytes(value: &JsValue) -> Option<Vec<u8>>;
    /// Parses JSON; undefined where it is none.
    pub fn parse(bytes: &[u8]) -> JsValue;
}

#[cfg(feature = "sandbox")]
#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// The names of an object's own properties; of anything else none.
    pub fn keys(object: &JsValue) -> Vec<String>;
}
