//! Plain objects.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// Sets a property. What is absent is undefined.
pub fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    set_value(object, name, &value.into());
}

fn set_value(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &name.into(), value);
}

/// Names and values as a plain object.
pub fn plain_object(entries: &[(String, String)]) -> Object {
    let object = Object::new();
    for (name, value) in entries {
        set(&object, name, value.as_str());
    }
    object
}
