//! The functions around passwords; all synchronous.

use wasm_bindgen::prelude::*;

use super::errors::to_js;
use super::host::HostRandom;
use super::options::Options;
use super::values;
use crate::error::Error;
use crate::password;

/// base64(SHA-256(password)), for `newPasswordHash`.
#[wasm_bindgen(js_name = hashPassword, unchecked_return_type = "string")]
pub fn hash_password(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] password: JsValue,
) -> Result<String, JsValue> {
    bytes("hashPassword", &password).map(|bytes| password::sha256_base64(&bytes))
}

/// base64(SHA-1(SHA-1(password))), for `newDoubleSha1Hash`, the MySQL interface's.
#[wasm_bindgen(js_name = doubleSha1Hash, unchecked_return_type = "string")]
pub fn double_sha1_hash(
    #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] password: JsValue,
) -> Result<String, JsValue> {
    bytes("doubleSha1Hash", &password).map(|bytes| password::double_sha1_base64(&bytes))
}

/// A password from the host's randomness, with lower and upper case, digits and punctuation in it.
///
/// `length` is 24 by default, at least 12 and at most 1,024.
#[wasm_bindgen(js_name = generatePassword, unchecked_return_type = "string")]
pub fn generate_password(
    #[wasm_bindgen(unchecked_optional_param_type = "{ length?: number | undefined }")] options: JsValue,
) -> Result<String, JsValue> {
    let generate = || {
        let options = Options::new("generatePassword", options, "length:from:0")?;
        let length = options.number("length").unwrap_or(24.0);
        let whole = (length.fract() == 0.0).then_some(length as usize);
        let password = whole.and_then(|length| password::generate(length, &HostRandom));
        password.ok_or_else(|| options.wrong(&["length must be ", password::LENGTHS].concat()))
    };
    generate().map(|password| password.reveal().to_owned()).map_err(to_js)
}

fn bytes(name: &str, password: &JsValue) -> Result<Vec<u8>, JsValue> {
    let message = || [name, ": expects a string or a Uint8Array"].concat();
    values::bytes(password).ok_or_else(|| to_js(Error::Configuration(message())))
}
