//! A call becomes a promise that an `AbortSignal` can end.

use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::errors::{failure, to_js};
use super::host::JsHost;
use super::objects::{plain_object, set, set_number, set_text};
use super::time::aborted;
use super::waits::Wait;
use crate::client::wait::WaitOptions;
use crate::client::{CallOptions, Client};
use crate::contract::Operation;
use crate::error::{Error, Exchange};
use crate::race::{First, first};
use crate::request::Arguments;

/// A client that its JavaScript objects share.
#[derive(Clone)]
pub struct Calls(Rc<Client<JsHost>>);

impl Calls {
    pub fn new(client: Client<JsHost>) -> Self {
        Self(Rc::new(client))
    }

    pub fn client(&self) -> &Client<JsHost> {
        &self.0
    }

    /// Calls an operation with arguments that have been read; resolves with what `withResponse` gives. Where only the
    /// success is of interest, its data are not kept.
    pub fn call(
        &self,
        read: Result<(&'static Operation, Arguments), Error>,
        signal: JsValue,
        options: CallOptions,
        keep: bool,
    ) -> Promise {
        let client = self.0.clone();
        let (operation, arguments) = match read {
            Ok(read) => read,
            Err(error) => return reject(error),
        };
        let work = async move {
            let outcome = client.call(operation, &arguments, &options).await.map_err(failure)?;
            let data = if keep { outcome.data } else { JsValue::UNDEFINED };
            Ok(with_response(data, &outcome.exchange))
        };
        start(signal, Box::pin(work))
    }

    /// Runs what waits.
    pub fn wait(&self, read: Result<Wait, Error>, signal: JsValue, options: WaitOptions) -> Promise {
        let client = self.0.clone();
        match read {
            Ok(wait) => start(signal, Box::pin(async move { wait.run(&client, &options).await })),
            Err(error) => reject(error),
        }
    }
}

/// A call or a wait. Boxed, so that the code around it exists once and not once for each.
type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

fn start(signal: JsValue, mut work: Work) -> Promise {
    future_to_promise(async move {
        match first(pin!(aborted(&signal)), work.as_mut()).await {
            First::Left(reason) => Err(reason),
            First::Right(result) => result,
        }
    })
}

/// A call that fails before it begins.
fn reject(error: Error) -> Promise {
    Promise::reject(&to_js(error))
}

/// `{ data, status, headers, requestId, attempts }`
fn with_response(data: JsValue, exchange: &Exchange) -> JsValue {
    let full = Object::new();
    set(&full, "data", data);
    set_number(&full, "status", Some(exchange.status.into()));
    set(&full, "headers", plain_object(&exchange.headers));
    set_text(&full, "requestId", exchange.request_id.as_deref());
    set_number(&full, "attempts", Some(exchange.trail.attempts.len() as f64));
    full.into()
}

/// Names and values that came in turn.
pub fn pairs(list: Vec<String>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut list = list.into_iter();
    while let (Some(name), Some(value)) = (list.next(), list.next()) {
        pairs.push((name, value));
    }
    pairs
}
