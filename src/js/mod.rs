//! A placeholder that proves the chain from Rust to the package: a function, a class, and an error class of JavaScript.
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Error)]
    type CloudError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> CloudError;
}

/// The length of what it is given; refuses an empty string.
#[wasm_bindgen(js_name = hashPassword)]
pub fn hash_password(plain: &str) -> Result<String, JsValue> {
    if plain.is_empty() {
        return Err(CloudError::new("a password is never empty").into());
    }
    Ok(format!("{}", plain.len()))
}

/// The client.
#[wasm_bindgen]
pub struct CloudClient {
    base: String,
}

#[wasm_bindgen]
impl CloudClient {
    /// From a base address.
    #[wasm_bindgen(constructor)]
    pub fn new(base: String) -> Result<CloudClient, JsValue> {
        if base.is_empty() {
            return Err(CloudError::new("baseUrl is empty").into());
        }
        Ok(CloudClient { base })
    }

    /// The address, later.
    pub async fn address(&self) -> Result<String, JsValue> {
        wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&JsValue::NULL)).await?;
        Ok(self.base.clone())
    }
}
