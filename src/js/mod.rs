//! A placeholder that proves the chain from Rust to the package: a function, a class, and error classes of JavaScript.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Error)]
    type ConfigurationError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> ConfigurationError;
}

/// The hash that the API takes in place of a password.
#[wasm_bindgen(js_name = hashPassword)]
#[must_use]
pub fn hash_password(plain: &str) -> String {
    STANDARD.encode(Sha256::digest(plain))
}

#[cfg(feature = "client")]
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "/** What a client needs to know. */
export interface CloudClientOptions { keyId?: string; fetch?: typeof fetch }";

/// The client.
#[cfg(feature = "client")]
#[wasm_bindgen]
pub struct CloudClient {
    fetch: JsValue,
}

#[cfg(feature = "client")]
#[wasm_bindgen]
impl CloudClient {
    /// From options.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "CloudClientOptions")] options: JsValue,
    ) -> Result<CloudClient, JsValue> {
        let key = js_sys::Reflect::get(&options, &"keyId".into())?;
        if !key.is_undefined() && !key.is_string() {
            return Err(ConfigurationError::new("keyId must be a string").into());
        }
        Ok(CloudClient { fetch: js_sys::Reflect::get(&options, &"fetch".into())? })
    }

    /// Lists the services, some day.
    #[wasm_bindgen(unchecked_return_type = "Service[]")]
    pub async fn list(&self) -> Result<JsValue, JsValue> {
        let fetch = self.fetch.clone().dyn_into::<js_sys::Function>()?;
        let response = fetch.call1(&JsValue::NULL, &"https://api.clickhouse.cloud/".into())?;
        let response: web_sys::Response =
            wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&response)).await?.dyn_into()?;
        js_sys::Reflect::get(&wasm_bindgen_futures::JsFuture::from(response.json()?).await?, &"result".into())
    }
}

/// The sandbox.
#[cfg(feature = "sandbox")]
#[wasm_bindgen]
pub struct Sandbox {}

#[cfg(feature = "sandbox")]
#[wasm_bindgen]
impl Sandbox {
    /// With nothing in it.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "CloudClientOptions")] options: JsValue,
    ) -> Result<Sandbox, JsValue> {
        match options.is_undefined() {
            true => Ok(Sandbox {}),
            false => Err(ConfigurationError::new("takes nothing").into()),
        }
    }
}
