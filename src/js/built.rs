//! The class `BuiltRequest`.

use wasm_bindgen::prelude::*;

use super::objects::plain_object;
use crate::request::Checked;

/// A checked request that has not been sent. It can be handed to fetch as it is: `fetch(built.url, built)`.
///
/// Its headers hold the credentials and its body may hold a password's hash: logs and `JSON.stringify` show neither.
#[wasm_bindgen]
pub struct BuiltRequest(Checked);

impl BuiltRequest {
    pub(super) fn new(checked: Checked) -> Self {
        Self(checked)
    }
}

#[wasm_bindgen]
impl BuiltRequest {
    /// The HTTP method.
    #[wasm_bindgen(getter)]
    pub fn method(&self) -> String {
        self.0.request.method.as_str().to_owned()
    }

    /// The absolute address.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.request.url.clone()
    }

    /// Names in lower case, and values; the credentials are among them.
    #[wasm_bindgen(getter, unchecked_return_type = "Record<string, string>")]
    pub fn headers(&self) -> JsValue {
        let request = &self.0.request;
        let mut headers = request.headers.clone();
        if let Some(authorization) = &request.authorization {
            headers.push(("authorization".to_owned(), authorization.reveal().to_owned()));
        }
        plain_object(&headers).into()
    }

    /// The JSON text of the body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Option<String> {
        self.0.request.body.clone()
    }

    /// The request as a curl command. Environment variables stand for whatever is secret.
    #[wasm_bindgen(js_name = toCurl)]
    pub fn to_curl(&self) -> String {
        self.0.to_curl()
    }

    /// Method and address.
    #[wasm_bindgen(js_name = toJSON, unchecked_return_type = "{ method: string; url: string }")]
    pub fn to_json(&self) -> JsValue {
        plain_object(&[("method".to_owned(), self.method()), ("url".to_owned(), self.url())]).into()
    }
}
