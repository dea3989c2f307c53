//! The transport: the runtime's `fetch` or the caller's, called as `fetch(url, init)`. Dropping the future aborts the
//! request.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::driver::{Awaited, Cancellable};
use super::host::JsHost;
use super::objects::{plain_object, set, set_text};
use super::values::{bytes, get, number, pairs, text, texts};
use crate::host::{CallerError, HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};

#[wasm_bindgen(module = "/js/bindings/fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = send)]
    fn send_with(own: &JsValue, url: &str, init: &Object, most: f64) -> Awaited;
}

// `fetch.js` imports this file; wasm-bindgen packages only files that Rust names.
#[wasm_bindgen(module = "/js/bindings/responses.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = read)]
    fn read_response();
}

#[wasm_bindgen(module = "/js/bindings/causes.js")]
extern "C" {
    /// `{ texts, … }`: all texts of an error, and the draft that `finish` turns into a copy.
    fn draft(error: &JsValue) -> JsValue;
    /// The copy, with these texts.
    fn finish(draft: &JsValue, texts: &Array) -> JsValue;
}

impl Transport for JsHost {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let own = get(&self.lent, "fetch");
        let met = Cancellable::from(send_with(&own, &request.url, &init(request), self.max_body_bytes)).await;
        let status = || number(&met, "status").unwrap_or_default() as u16;
        let Some(fault) = text(&met, "fault") else {
            let body = bytes(&get(&met, "body")).unwrap_or_default();
            return Ok(HttpResponse { status: status(), headers: pairs(&get(&met, "headers")), body });
        };
        let kind = match fault.as_str() {
            "too-long" => TransportErrorKind::TooLong,
            "unreadable" => TransportErrorKind::Unreadable { status: status(), headers: pairs(&get(&met, "headers")) },
            "caller" => TransportErrorKind::Caller,
            _ => TransportErrorKind::Connection,
        };
        let cause = matches!(kind, TransportErrorKind::Connection | TransportErrorKind::Caller)
            .then(|| Rc::new(get(&met, "cause")) as Rc<_>);
        Err(TransportError { kind, message: text(&met, "message").unwrap_or_default(), cause })
    }

    fn redact_cause(&self, cause: CallerError, clean: &dyn Fn(&mut String)) -> CallerError {
        let Some(error) = cause.downcast_ref::<JsValue>() else { return cause };
        let made = draft(error);
        let cleaned = Array::new();
        let mut found = false;
        for text in texts(&get(&made, "texts")) {
            let mut clean_text = text.clone();
            clean(&mut clean_text);
            found |= clean_text != text;
            cleaned.push(&JsValue::from_str(&clean_text));
        }
        // The runtime's own error, if it may be shown: users look for its class and its code.
        if found { Rc::new(finish(&made, &cleaned)) } else { cause }
    }
}

/// A plain object with plain headers, which a wrapper of fetch can spread.
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
    // The API has no redirects, and credentials must not follow one.
    set_text(&init, "redirect", Some("manual"));
    init
}
