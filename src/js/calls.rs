//! A call becomes a promise that an `AbortSignal` can end.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::errors::to_js;
use super::host::JsHost;
use super::objects::{plain_object, set, set_number, set_text};
use super::time::aborted;
use super::values::{flag, get};
use super::work;
use crate::client::Client;
use crate::error::Exchange;
use crate::race::{First, race};

/// Does what a method of the package hands over, which [`work::read`] describes.
pub fn start(client: Rc<Client<JsHost>>, given: &JsValue) -> Promise {
    // At once: what the caller handed over may be another tomorrow.
    let (work, options, signal) = (work::read(given), work::options(given), get(given, "signal"));
    future_to_promise(async move {
        let work = async {
            match work {
                Ok(work) => work.run(&client, &options).await,
                Err(error) => Err(to_js(error)),
            }
        };
        let mut work = pin!(work);
        let clocked = poll_fn(|context| {
            // Of a call that has ended: nobody is left to hear it.
            client.host.clock.thrown();
            let polled = work.as_mut().poll(context);
            match client.host.clock.thrown() {
                Some(thrown) if !matches!(polled, Poll::Ready(Ok(_))) => Poll::Ready(Err(thrown)),
                _ => polled,
            }
        });
        match race(aborted(&signal), clocked).await {
            First::Left(reason) => Err(reason),
            // The signal's own message may still be on its way. A success is not given away: a password may be in it.
            First::Right(Err(_)) if flag(&signal, "aborted") => Err(get(&signal, "reason")),
            First::Right(result) => result,
        }
    })
}

/// `{ data, status, headers, requestId, attempts }`
pub fn with_response(data: JsValue, exchange: &Exchange) -> JsValue {
    let full = Object::new();
    set(&full, "data", data);
    set_number(&full, "status", Some(exchange.status.into()));
    set(&full, "headers", plain_object(&exchange.headers));
    set_text(&full, "requestId", exchange.request_id.as_deref());
    set_number(&full, "attempts", Some(exchange.trail.attempts.len() as f64));
    full.into()
}
