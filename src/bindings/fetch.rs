//! The transport: the runtime's `fetch` or the caller's, called as `fetch(url, init)`. Dropping the future aborts the
//! request.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::driver::{Awaited, Cancellable};
use super::host::JsHost;
use super::objects::header_lines;
use super::seam::CoreHost;
use super::values::{get, texts};
use crate::host::{CallerError, HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};

#[wasm_bindgen(module = "/js/bindings/fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = send)]
    fn send_with(
        host: &CoreHost,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        max_body_bytes: f64,
    ) -> Awaited;

    /// The outcome of a request: a response, or with `fault` a failure.
    type Outcome;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Outcome) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Outcome) -> String;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Outcome) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    fn fault(this: &Outcome) -> Option<Fault>;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Outcome) -> String;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &Outcome) -> JsValue;
}

/// How a request failed.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Fault {
    /// The body is longer than allowed.
    TooLong = "too-long",
    /// The caller's own fetch resolved with something else.
    NoResponse = "no-response",
    /// A response came whose body cannot be read.
    Unreadable = "unreadable",
    /// The caller's own fetch threw.
    Caller = "caller",
    /// Fetch itself reports a failure.
    Connection = "connection",
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
        let authorization = request.authorization.iter().map(|secret| ("authorization", secret.reveal()));
        let own = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let headers = header_lines(own.chain(authorization));
        let (method, body) = (request.method.as_str(), request.body.as_deref());
        let sending = send_with(&self.caller, method, &request.url, &headers, body, self.max_body_bytes);
        let outcome: Outcome = Cancellable::from(sending).await.unchecked_into();
        let headers = || from_lines(&outcome.headers());
        let kind = match outcome.fault() {
            None => return Ok(HttpResponse { status: outcome.status(), headers: headers(), body: outcome.body() }),
            Some(Fault::TooLong) => TransportErrorKind::TooLong,
            Some(Fault::NoResponse) => TransportErrorKind::NoResponse,
            Some(Fault::Unreadable) => TransportErrorKind::Unreadable { status: outcome.status(), headers: headers() },
            Some(Fault::Caller) => TransportErrorKind::Caller,
            Some(_) => TransportErrorKind::Connection,
        };
        let cause = matches!(kind, TransportErrorKind::Connection | TransportErrorKind::Caller)
            .then(|| Rc::new(outcome.cause()) as Rc<_>);
        Err(TransportError { kind, message: outcome.message(), cause })
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

/// Headers that JavaScript gives as lines.
fn from_lines(lines: &str) -> Vec<(String, String)> {
    let pairs = lines.split('\n').filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned())).collect()
}
