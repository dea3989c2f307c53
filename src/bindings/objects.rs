//! Builds plain JavaScript objects.

use js_sys::Object;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = put)]
    fn put_value(object: &Object, name: &str, value: &JsValue);
    /// Sets a property to a string, or to undefined.
    #[wasm_bindgen(js_name = put)]
    pub fn set_text(object: &Object, name: &str, value: Option<&str>);
    /// Sets a property to a number, or to undefined.
    #[wasm_bindgen(js_name = put)]
    pub fn set_number(object: &Object, name: &str, value: Option<f64>);
    /// A plain object of headers that are given as lines.
    #[wasm_bindgen(js_name = headersOfLines)]
    fn headers_of_lines(lines: &str) -> Object;
}

/// Sets a property.
pub fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    put_value(object, name, &value.into());
}

/// An object without a prototype, for options of the runtime's functions. They look up options that the object does not
/// have in `Object.prototype`, which may be polluted.
pub fn bare_object() -> Object {
    Object::create(JsValue::NULL.unchecked_ref())
}

/// Headers as lines, `name: value` each: one text crosses to JavaScript faster than every name and value. No name and no
/// value holds a line break, and no name a colon (`js/bindings/responses.js`, and the options of a call).
pub fn header_lines<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        let line = [if lines.is_empty() { "" } else { "\n" }, name, ": ", value];
        line.iter().for_each(|part| lines.push_str(part));
    }
    lines
}

/// Headers as a plain object.
pub fn headers_object(headers: &[(String, String)]) -> Object {
    headers_of_lines(&header_lines(headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}
