//! A call becomes a promise that an `AbortSignal` can end.

use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

use super::errors::to_js;
use super::host::JsHost;
use super::objects::{plain_object, set, set_number, set_text};
use super::tasks::spawn;
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
    spawn(async move {
        let work = async {
            match work {
                Ok(work) => work.run(&client, &options).await,
                Err(error) => Err(to_js(error)),
            }
        };
        match race(aborted(&signal), work).await {
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
