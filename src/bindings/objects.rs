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

/// Names and values as a plain object.
pub fn plain_object(entries: &[(String, String)]) -> Object {
    let object = Object::new();
    for (name, value) in entries {
        set_text(&object, name, Some(value));
    }
    object
}
