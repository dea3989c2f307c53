//! A call becomes a promise that an `AbortSignal` can end.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::errors::to_js;
use super::host::JsHost;
use super::objects::{plain_object, set, set_number, set_text};
use super::options::Options;
use super::time::aborted;
use super::waits::{ENSURE_RUNNING, Wait};
use crate::client::wait::{Progress, WaitOptions};
use crate::client::{CallOptions, Client};
use crate::contract::Operation;
use crate::error::{Error, Exchange};
use crate::race::{First, race};
use crate::request::Arguments;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The options of one call. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** For one attempt, its body included, in milliseconds; instead of the client's own. */
  timeoutMs?: number | undefined;
  /** Added to the request; they win over the client's own. */
  headers?: HeadersInit | undefined;
}

/** The options of the helpers that wait. */
export interface WaitOptions {
  /** Ends the wait: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** The deadline of the whole wait, in milliseconds; 30 minutes by default. */
  timeoutMs?: number | undefined;
  /** Makes the pause between two polls fixed, in milliseconds; by default it grows from 1 s to 10 s. */
  pollIntervalMs?: number | undefined;
  /** Told of each poll. What it throws ends the wait. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Added to each request of the wait. */
  headers?: HeadersInit | undefined;
}

/** How a wait stands. */
export interface Progress {
  /** The state that was read. */
  state: State;
  /** The state before, where it has just changed. */
  previousState: State | undefined;
  /** How long the wait has lasted, in milliseconds. */
  elapsedMs: number;
  /** How many times it has read, this one included. */
  attempt: number;
}
"#;

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
    pub fn call(&self, read: Result<(&'static Operation, Arguments), Error>, options: JsValue, keep: bool) -> Promise {
        let client = self.0.clone();
        let prepared = read.and_then(|(operation, arguments)| {
            let (signal, options) = call_options(operation.name, options)?;
            let work = async move {
                let outcome = client.call(operation, &arguments, &options).await.map_err(to_js)?;
                let data = if keep { outcome.data } else { JsValue::UNDEFINED };
                Ok(with_response(data, &outcome.exchange))
            };
            Ok(start(signal, Box::pin(work)))
        });
        prepared.unwrap_or_else(reject)
    }

    /// Runs what waits.
    pub fn wait(&self, read: Result<Wait, Error>, options: JsValue) -> Promise {
        let client = self.0.clone();
        let prepared = read.and_then(|wait| {
            let (signal, options) = wait_options(wait.helper(), options)?;
            Ok(start(signal, Box::pin(async move { wait.run(&client, &options).await })))
        });
        prepared.unwrap_or_else(reject)
    }
}

/// A call or a wait. Boxed, so that the code around it exists once and not once for each.
type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

fn start(signal: JsValue, work: Work) -> Promise {
    future_to_promise(async move {
        match race(aborted(&signal), work).await {
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

fn call_options(name: &'static str, value: JsValue) -> Result<(JsValue, CallOptions), Error> {
    const KNOWN: &str = "signal:methods:addEventListener|removeEventListener timeoutMs:from:1 headers:headers";
    let options = Options::new(name, value, KNOWN)?;
    let call = CallOptions { timeout_ms: options.number("timeoutMs"), headers: options.headers()? };
    Ok((options.given("signal"), call))
}

fn wait_options(name: &'static str, value: JsValue) -> Result<(JsValue, WaitOptions), Error> {
    const KNOWN: &str = "signal:methods:addEventListener|removeEventListener timeoutMs:from:0 pollIntervalMs:from:0 \
        onProgress:function headers:headers start:flag";
    // Only ensureRunning has `start`, and reads it itself.
    let known = if name == ENSURE_RUNNING { KNOWN } else { KNOWN.strip_suffix(" start:flag").unwrap_or(KNOWN) };
    let options = Options::new(name, value, known)?;
    let on_progress = options.given("onProgress");
    let wait = WaitOptions {
        call: CallOptions { timeout_ms: None, headers: options.headers()? },
        timeout_ms: options.number("timeoutMs"),
        poll_interval_ms: options.number("pollIntervalMs"),
        on_progress: (!on_progress.is_undefined()).then(|| {
            let tell: crate::client::wait::OnProgress = Box::new(move |progress| report(&on_progress, progress));
            tell
        }),
    };
    Ok((options.given("signal"), wait))
}

fn report(callback: &JsValue, progress: &Progress) -> Result<(), crate::host::Foreign> {
    let value = Object::new();
    set_text(&value, "state", Some(&progress.state));
    set_text(&value, "previousState", progress.previous_state.as_deref());
    set_number(&value, "elapsedMs", Some(progress.elapsed_ms));
    set_number(&value, "attempt", Some(progress.attempt.into()));
    match callback.unchecked_ref::<Function>().call1(&JsValue::UNDEFINED, &value) {
        Ok(_) => Ok(()),
        Err(error) => Err(Rc::new(error)),
    }
}
