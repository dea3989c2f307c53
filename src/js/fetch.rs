//! Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`. When the future is dropped, the
//! request is aborted.

use std::rc::Rc;

use gloo_net::http::Response;
use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::guard::Guarded;
use super::host::JsHost;
use super::objects::{plain_object, set, set_text};
use super::values::get;
use crate::host::{Fault, FaultKind, HttpRequest, HttpResponse, Transport};
use crate::text::{digits, text};

#[wasm_bindgen(module = "/src/js/fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = send)]
    fn send_with(own: &JsValue, url: &str, init: &Object, most: f64) -> Promise;

    /// What came of a request.
    type Met;
    #[wasm_bindgen(method, getter)]
    fn fault(this: &Met) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Met) -> String;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &Met) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn response(this: &Met) -> web_sys::Response;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Met) -> Uint8Array;
}

impl Transport for JsHost {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let met = Guarded::start(|signal| {
            let init = init(request);
            set(&init, "signal", signal);
            send_with(&get(&self.lent, "fetch"), &request.url, &init, self.max_body_bytes)
        });
        let (Ok(met) | Err(met)) = met.await;
        let met: Met = met.unchecked_into();
        let Some(fault) = met.fault() else {
            let response = Response::from(met.response());
            let headers = response.headers().entries().filter(|(name, _)| name != "set-cookie").collect();
            return Ok(HttpResponse { status: response.status(), headers, body: met.body().to_vec() });
        };
        let (kind, message, cause) = match fault.as_str() {
            "too-long" => {
                let message =
                    text(&["the answer is longer than maxBodyBytes, ", &digits(self.max_body_bytes as u64), " bytes"]);
                (FaultKind::TooLong, message, None)
            }
            "caller" => (FaultKind::Caller, met.message(), Some(met.cause())),
            _ => (FaultKind::Connection, met.message(), Some(met.cause())),
        };
        Err(Fault { kind, message, cause: cause.map(|cause| Rc::new(cause) as Rc<_>) })
    }
}

/// A plain object with plain headers, which a fetch that wraps another can spread.
fn init(request: &HttpRequest) -> Object {
    let init = Object::new();
    let headers = plain_object(&request.headers);
    if let Some(authorization) = &request.authorization {
        set_text(&headers, "authorization", Some(authorization.reveal()));
    }
    set_text(&init, "method", Some(request.method.as_str()));
    set(&init, "headers", headers);
    if let Some(body) = &request.body {
        set_text(&init, "body", Some(body));
    }
    // The API has no redirects, and credentials must not travel with one.
    set_text(&init, "redirect", Some("manual"));
    init
}
