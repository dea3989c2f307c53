//! The exported functions that hash and generate passwords. All are synchronous.

use wasm_bindgen::prelude::*;

use super::errors::to_js;
use super::host::HostRandom;
use super::options;
use super::values;
use crate::error::Error;
use crate::password;

/// The SHA-256 of a password in base64. Throws a `ConfigurationError` if the password is neither a string nor bytes.
#[wasm_bindgen(js_name = hashPassword, unchecked_return_type = "string")]
pub fn hash_password(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] password: JsValue,
) -> Result<String, JsValue> {
    bytes("hashPassword", &password).map(|bytes| password::sha256_base64(&bytes))
}

/// The SHA-1 of the SHA-1 of a password in hexadecimal digits. Throws a `ConfigurationError` as above.
#[wasm_bindgen(js_name = doubleSha1Hash, unchecked_return_type = "string")]
pub fn double_sha1_hash(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] password: JsValue,
) -> Result<String, JsValue> {
    bytes("doubleSha1Hash", &password).map(|bytes| password::double_sha1_hex(&bytes))
}

/// A random password of that many characters.
#[wasm_bindgen]
pub fn generate(length: f64) -> Result<String, JsValue> {
    let whole = (length.fract() == 0.0).then_some(length as usize);
    match whole.and_then(|length| password::generate(length, &HostRandom)) {
        Some(password) => Ok(password.reveal().to_owned()),
        None => Err(to_js(options::wrong("generatePassword", &format!("length must be {}", password::LENGTHS)))),
    }
}

fn bytes(name: &str, password: &JsValue) -> Result<Vec<u8>, JsValue> {
    let message = || format!("{name}: expects a string or a Uint8Array");
    values::bytes(password).ok_or_else(|| to_js(Error::Configuration(message())))
}
