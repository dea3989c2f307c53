//! Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`.
//!
//! The body is read as it comes, so that one that is too long is refused before it fills the memory. When the future is
//! dropped, the request is aborted.

use std::rc::Rc;

use gloo_net::http::Response;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

use super::guard::AbortGuard;
use super::host::{JsHost, method};
use super::objects::{plain_object, set};
use crate::host::{Fault, FaultKind, HttpRequest, HttpResponse, Transport};

impl Transport for JsHost {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let guard = AbortGuard::new();
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => host_fetch()?,
        };
        let init = init(request, &guard);
        let promise =
            fetch.call2(&JsValue::UNDEFINED, &(&request.url).into(), &init).map_err(|error| self.fault(error))?;
        let response = JsFuture::from(Promise::resolve(&promise)).await.map_err(|error| self.fault(error))?;
        if !is_response(&response) {
            let message = JsError::new("the fetch option must resolve with a Response").into();
            return Err(fault(FaultKind::Caller, message));
        }
        let raw: web_sys::Response = response.unchecked_into();
        let response = Response::from(Clone::clone(&raw));
        let headers = response.headers().entries().filter(|(name, _)| name != "set-cookie").collect();
        let body = self.body(&raw, &response).await?;
        guard.disarm();
        Ok(HttpResponse { status: response.status(), headers, body })
    }
}

impl JsHost {
    async fn body(&self, raw: &web_sys::Response, response: &Response) -> Result<Vec<u8>, Fault> {
        let length = response
            .headers()
            .get("content-length")
            .map(|length| js_sys::Number::from(JsValue::from(length)).value_of());
        if length.is_some_and(|length| length > self.max_body_bytes) {
            return Err(self.too_long());
        }
        let Some(stream) = response.body() else {
            // No stream here: some hosts' responses, and those of test doubles.
            return self.whole_body(raw, response).await;
        };
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let mut body = Vec::new();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(|error| self.fault(error))?;
            if Reflect::get(&chunk, &"done".into()).is_ok_and(|done| done.is_truthy()) {
                return Ok(body);
            }
            let chunk = Reflect::get(&chunk, &"value".into()).unwrap_or(JsValue::UNDEFINED);
            let chunk: Uint8Array = chunk.dyn_into().map_err(|chunk| self.fault(chunk))?;
            let begin = body.len();
            let end = begin + chunk.length() as usize;
            if end as f64 > self.max_body_bytes {
                let _ = reader.cancel();
                return Err(self.too_long());
            }
            body.resize(end, 0);
            if let Some(free) = body.get_mut(begin..) {
                chunk.copy_to(free);
            }
        }
    }

    async fn whole_body(&self, raw: &web_sys::Response, response: &Response) -> Result<Vec<u8>, Fault> {
        if Reflect::get(raw, &"arrayBuffer".into()).is_ok_and(|method| method.is_function()) {
            return response.binary().await.map_err(|error| self.fault(JsError::new(&error.to_string()).into()));
        }
        let text = method(raw, "text", &Array::new()).map_err(|error| self.fault(error))?;
        let text = JsFuture::from(Promise::resolve(&text)).await.map_err(|error| self.fault(error))?;
        Ok(text.as_string().unwrap_or_default().into_bytes())
    }

    fn too_long(&self) -> Fault {
        let message = format!("the answer is longer than maxBodyBytes, {} bytes", self.max_body_bytes as u64);
        Fault { kind: FaultKind::TooLong, message, cause: None }
    }

    /// What fetch itself reports is a fault of the connection. Anything else comes from the caller's own fetch, and
    /// goes back to the caller as it is.
    fn fault(&self, error: JsValue) -> Fault {
        let kind = match self.fetch.is_none() || is_of_fetch(&error) {
            true => FaultKind::Connection,
            false => FaultKind::Caller,
        };
        fault(kind, error)
    }
}

/// What is read of a response without a net must be there: an exception would leave the call without an end.
fn is_response(value: &JsValue) -> bool {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    value.is_object() && get(value, "status").as_f64().is_some() && {
        let headers = get(value, "headers");
        headers.is_object() && get(&headers, "get").is_function() && get(&headers, "entries").is_function()
    }
}

fn is_of_fetch(error: &JsValue) -> bool {
    let name = text_of(error, "name").unwrap_or_default();
    matches!(name.as_str(), "TypeError" | "AbortError" | "TimeoutError" | "NetworkError" | "FetchError")
        || text_of(error, "code").is_some()
}

fn text_of(value: &JsValue, name: &str) -> Option<String> {
    value.is_object().then(|| Reflect::get(value, &name.into()).ok()?.as_string()).flatten()
}

fn fault(kind: FaultKind, error: JsValue) -> Fault {
    let mut message = text_of(&error, "message").unwrap_or_else(|| "fetch failed".to_owned());
    // Node says "fetch failed", and the reason only in the cause.
    let cause = Reflect::get(&error, &"cause".into()).unwrap_or(JsValue::UNDEFINED);
    if let Some(code) = text_of(&cause, "code").or_else(|| text_of(&cause, "message")) {
        message = format!("{message} ({code})");
    }
    Fault { kind, message, cause: Some(Rc::new(error)) }
}

/// Looked up at each call: tests and tracing libraries replace it.
fn host_fetch() -> Result<Function, Fault> {
    let fetch = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap_or(JsValue::UNDEFINED);
    fetch.dyn_into().map_err(|_| {
        let message = "this host has no fetch: give one with the fetch option";
        fault(FaultKind::Caller, JsError::new(message).into())
    })
}

/// A plain object with plain headers, which a fetch that wraps another can spread.
fn init(request: &HttpRequest, guard: &AbortGuard) -> Object {
    let init = Object::new();
    let headers = plain_object(&request.headers);
    if let Some(authorization) = &request.authorization {
        set(&headers, "authorization", authorization.reveal());
    }
    set(&init, "method", request.method.as_str());
    set(&init, "headers", headers);
    if let Some(body) = &request.body {
        set(&init, "body", body.as_str());
    }
    // The API has no redirects, and credentials must not travel with one.
    set(&init, "redirect", "manual");
    set(&init, "signal", guard.signal());
    init
}
