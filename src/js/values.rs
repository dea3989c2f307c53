//! Values of JavaScript, read where JavaScript is shorter: in `values.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// A property; undefined where there is none.
    pub fn get(object: &JsValue, name: &str) -> JsValue;
    /// The names of an object's own properties.
    pub fn keys(object: &JsValue) -> Vec<String>;
    /// What came, in words that show no text: it may be a secret.
    pub fn describe(value: &JsValue) -> String;
    /// Text of UTF-8, with or without its byte order mark. It does not come into wasm.
    pub fn decode(bytes: &[u8], mark: bool) -> JsValue;
}

#[cfg(feature = "client")]
#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// Whether a value is an object, and no list.
    #[wasm_bindgen(js_name = isObject)]
    pub fn is_object(value: &JsValue) -> bool;
    /// The items of a list; of anything else none.
    pub fn items(value: &JsValue) -> Vec<JsValue>;
    /// The value as JSON; `None` where JSON cannot hold it.
    pub fn json(value: &JsValue) -> Option<String>;
    /// The value as it stands in an address: one text, or one for each item of a list. What cannot is empty.
    pub fn texts(value: &JsValue) -> Vec<String>;
    /// The bytes of a password: UTF-8 of a string, or bytes as they are.
    pub fn bytes(value: &JsValue) -> Option<Vec<u8>>;
    /// Names, in lower case, and values of headers in turn; one name alone: it or its value can stand in no header.
    #[wasm_bindgen(js_name = headerPairs)]
    pub fn header_pairs(headers: &JsValue) -> Vec<String>;
    /// Parses JSON; undefined where it is none.
    pub fn parse(bytes: &[u8]) -> JsValue;
}
