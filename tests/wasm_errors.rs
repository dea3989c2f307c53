//! Runs in Node and in Chromium. It does not say `run_in_browser`: a file that says so is skipped in Node.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/js/errors.js")]
extern "C" {
    type CloudError;
    #[wasm_bindgen(extends = CloudError)]
    type ConfigurationError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> ConfigurationError;
}

// All that `errors.js` imports, also through others: a file that no Rust names is not copied beside it.
#[wasm_bindgen(module = "/js/hidden.js")]
extern "C" {
    #[allow(dead_code)]
    fn hide();
}
#[wasm_bindgen(module = "/js/bindings/values.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = withoutPrototype)]
    fn without_prototype();
}
#[wasm_bindgen(module = "/js/bindings/stack.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = needRoom)]
    fn need_room();
}

#[wasm_bindgen_test]
fn errors_are_javascript_classes() {
    let error: JsValue = ConfigurationError::new("x").into();
    assert!(error.is_instance_of::<ConfigurationError>());
    assert!(error.is_instance_of::<CloudError>());
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(String::from(error.unchecked_into::<js_sys::Error>().name()), "ConfigurationError");
}
