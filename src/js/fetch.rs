//! Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`. When the future is dropped, the
//! request is aborted.

use std::rc::Rc;

use gloo_net::http::Response;
use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::driver::{Awaited, Cancellable};
use super::host::JsHost;
use super::objects::{plain_object, set, set_text};
use super::values::{bytes, get, pairs, text};
use crate::host::{Fault, FaultKind, HttpRequest, HttpResponse, Transport};

#[wasm_bindgen(module = "/src/js/fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = send)]
    fn send_with(own: &JsValue, url: &str, init: &Object, most: f64) -> Awaited;
}

impl Transport for JsHost {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let own = get(&self.lent, "fetch");
        let met = Cancellable::from(send_with(&own, &request.url, &init(request), self.max_body_bytes)).await;
        let Some(fault) = text(&met, "fault") else {
            let response = Response::from(get(&met, "response").unchecked_into::<web_sys::Response>());
            let body = bytes(&get(&met, "body")).unwrap_or_default();
            return Ok(HttpResponse { status: response.status(), headers: pairs(&met, "headers"), body });
        };
        let kind = match fault.as_str() {
            "too-long" => FaultKind::TooLong,
            "caller" => FaultKind::Caller,
            _ => FaultKind::Connection,
        };
        let cause = (kind != FaultKind::TooLong).then(|| Rc::new(get(&met, "cause")) as Rc<_>);
        Err(Fault { kind, message: text(&met, "message").unwrap_or_default(), cause })
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
