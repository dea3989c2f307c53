#![cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Error)]
    type CloudError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> CloudError;
}

#[wasm_bindgen_test]
fn snippet_class_is_a_class() {
    let e: JsValue = CloudError::new("x").into();
    assert!(e.is_instance_of::<CloudError>());
    assert!(e.is_instance_of::<js_sys::Error>());
    let e: js_sys::Error = e.unchecked_into();
    assert_eq!(String::from(e.name()), "CloudError");
}
#[wasm_bindgen_test]
async fn awaits() {
    let p = js_sys::Promise::resolve(&JsValue::from(3));
    assert_eq!(wasm_bindgen_futures::JsFuture::from(p).await.unwrap(), JsValue::from(3));
}
