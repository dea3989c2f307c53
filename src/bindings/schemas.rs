//! Checks values against the named schemas of the contract, for `schemas` (`js/schemas.js`), which holds their names.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::errors::all;
use crate::contract::NAMED;
use crate::validate::{Mode, Unknown, validate};

/// The issues of a JSON text, checked as part of a request or of a response. The schema is given by its index in the
/// order of the names.
#[wasm_bindgen(js_name = checkSchema)]
pub fn check_schema(number: usize, request: bool, json: &str) -> Result<Array, JsValue> {
    let mode = if request { Mode::Request { unknown: Unknown::Refuse } } else { Mode::Response };
    let schema = NAMED.get(number).ok_or(JsValue::UNDEFINED)?;
    Ok(all(&validate(json.as_bytes(), schema, mode, &[]).issues))
}
