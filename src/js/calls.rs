//! A call becomes a promise that an `AbortSignal` can end.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::abort::aborted;
use super::arguments;
use super::errors::to_js;
use super::host::JsHost;
use super::objects::{plain_object, set};
use super::options::Options;
use crate::client::wait::{Progress, WaitOptions};
use crate::client::{CallOptions, Client};
use crate::contract::Operation;
use crate::error::{Error, Exchange};
use crate::race::{First, race};
use crate::request::Arguments;

#[wasm_bindgen(module = "/src/js/promise.js")]
extern "C" {
    pub type CloudPromise;
    #[wasm_bindgen(constructor)]
    pub fn new(full: &Promise) -> CloudPromise;
}

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

    /// Calls an operation with the arguments of a method.
    pub fn call(
        &self,
        operation: &'static Operation,
        path: Vec<(&str, JsValue)>,
        query: JsValue,
        body: JsValue,
        options: JsValue,
    ) -> JsValue {
        self.send(operation, arguments::read(operation, path, &query, &body), options)
    }

    /// Calls an operation with arguments that have been read; a promise with `withResponse`.
    pub fn send(
        &self,
        operation: &'static Operation,
        arguments: Result<Arguments, Error>,
        options: JsValue,
    ) -> JsValue {
        self.run(operation, arguments, options, true)
    }

    /// The same, of which only the success is of interest: it resolves with undefined.
    pub fn send_for_nothing(
        &self,
        operation: &'static Operation,
        arguments: Result<Arguments, Error>,
        options: JsValue,
    ) -> JsValue {
        self.run(operation, arguments, options, false)
    }

    fn run(
        &self,
        operation: &'static Operation,
        arguments: Result<Arguments, Error>,
        options: JsValue,
        keep: bool,
    ) -> JsValue {
        let client = self.0.clone();
        let prepared = call_options(operation.name, options).and_then(|prepared| Ok((prepared, arguments?)));
        let full = prepared.map(|((signal, options), arguments)| {
            let work = async move {
                let outcome = client.call(operation, &arguments, &options).await.map_err(to_js)?;
                let data = if keep { outcome.data } else { JsValue::UNDEFINED };
                Ok(with_response(data, &outcome.exchange))
            };
            start(signal, Box::pin(work))
        });
        CloudPromise::new(&full.unwrap_or_else(reject)).into()
    }

    /// Runs what waits, as a promise.
    pub fn wait<F: Future<Output = Result<JsValue, JsValue>> + 'static>(
        &self,
        name: &str,
        options: JsValue,
        work: impl FnOnce(Rc<Client<JsHost>>, WaitOptions) -> Result<F, Error>,
    ) -> Promise {
        let started = wait_options(name, options).and_then(|(signal, options)| {
            let work = work(self.0.clone(), options)?;
            Ok(start(signal, Box::pin(work)))
        });
        started.unwrap_or_else(reject)
    }
}

/// A call or a wait. Boxed, so that the code around it exists once and not once for each.
type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

fn start(signal: Option<AbortSignal>, work: Work) -> Promise {
    future_to_promise(async move {
        match race(aborted(signal.as_ref()), work).await {
            First::Left(reason) => Err(reason),
            First::Right(result) => result,
        }
    })
}

/// A call that fails before it begins.
pub fn reject(error: Error) -> Promise {
    Promise::reject(&to_js(error))
}

/// `{ data, status, headers, requestId, attempts }`
fn with_response(data: JsValue, exchange: &Exchange) -> JsValue {
    let full = Object::new();
    set(&full, "data", data);
    set(&full, "status", exchange.status);
    set(&full, "headers", plain_object(&exchange.headers));
    set(&full, "requestId", exchange.request_id.as_deref());
    set(&full, "attempts", exchange.trail.attempts.len() as f64);
    full.into()
}

fn call_options(name: &str, value: JsValue) -> Result<(Option<AbortSignal>, CallOptions), Error> {
    let options = Options::new(name, value, &["signal", "timeoutMs", "headers"])?;
    let call = CallOptions { timeout_ms: options.number("timeoutMs", 1.0)?, headers: options.headers()? };
    Ok((signal(&options)?, call))
}

fn wait_options(name: &str, value: JsValue) -> Result<(Option<AbortSignal>, WaitOptions), Error> {
    let known = ["signal", "timeoutMs", "pollIntervalMs", "onProgress", "headers", "start"];
    // Only ensureRunning has `start`, and reads it itself.
    let known = if name == "services.ensureRunning" { known.as_slice() } else { known.get(..5).unwrap_or_default() };
    let options = Options::new(name, value, known)?;
    let wait = WaitOptions {
        call: CallOptions { timeout_ms: None, headers: options.headers()? },
        timeout_ms: options.number("timeoutMs", 0.0)?,
        poll_interval_ms: options.number("pollIntervalMs", 0.0)?,
        on_progress: options.function("onProgress")?.map(|callback| {
            let tell: crate::client::wait::OnProgress = Box::new(move |progress| report(&callback, progress));
            tell
        }),
    };
    Ok((signal(&options)?, wait))
}

fn report(callback: &Function, progress: &Progress) -> Result<(), crate::host::Foreign> {
    let value = Object::new();
    set(&value, "state", progress.state.as_str());
    set(&value, "previousState", progress.previous_state.as_deref());
    set(&value, "elapsedMs", progress.elapsed_ms);
    set(&value, "attempt", progress.attempt);
    match callback.call1(&JsValue::UNDEFINED, &value) {
        Ok(_) => Ok(()),
        Err(error) => Err(Rc::new(error)),
    }
}

fn signal(options: &Options) -> Result<Option<AbortSignal>, Error> {
    Ok(options.object("signal", &["addEventListener", "removeEventListener"])?.map(JsCast::unchecked_into))
}

/// The states of `waitFor`: one, or a list.
pub fn states(value: &JsValue) -> Result<Vec<String>, Error> {
    let list = if Array::is_array(value) { Array::from(value) } else { Array::of1(value) };
    let states: Option<Vec<String>> =
        list.iter().map(|state| state.as_string().filter(|text| !text.is_empty())).collect();
    match states {
        Some(states) if !states.is_empty() => Ok(states),
        _ => Err(Error::Configuration("services.waitFor: expects a state, or a list of states".to_owned())),
    }
}
