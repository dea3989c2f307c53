//! The class `Sandbox`: ClickHouse Cloud in memory, behind a function that is called like `fetch`.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, Request, RequestInit, Response, ResponseInit};

use super::errors::to_js;
use super::objects::set;
use super::options;
use super::sandbox_clock::SandboxClock;
use super::time::{JsClock, aborted};
use super::values::get;
use crate::contract::Method;
use crate::error::Error;
use crate::host::{HttpRequest, HttpResponse};
use crate::race::{First, race};
use crate::sandbox::{self, Entry, Outcome, RateLimit};
use crate::secret::Secret;

const KNOWN: &str = "seed:from:0 latencyMs:from:0 timeScale:above:0 rateLimit:limit keyId:text keySecret:text \
    organizationId:text";

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The options of the sandbox. */
export interface SandboxOptions {
  /** Everything that is drawn comes from it: the same seed, the same world. By default 1. */
  seed?: number | undefined;
  /** How long each answer is held back, in real milliseconds. By default 0. */
  latencyMs?: number | undefined;
  /** How many virtual seconds pass in a real one. By default 1. */
  timeScale?: number | undefined;
  /** By default 10 requests in 10,000 virtual ms; false: none. */
  rateLimit?: { requests: number; perMs: number } | false | undefined;
  /** The id of the key. */
  keyId?: string | undefined;
  /** The secret of the key. */
  keySecret?: string | undefined;
  /** The id of the one organization, a UUID. */
  organizationId?: string | undefined;
}

/** One request of the ledger. */
export interface LedgerEntry {
  /** When it arrived, in virtual milliseconds since the epoch. */
  at: number;
  /** Its method. */
  method: string;
  /** Its path, percent-encoded. */
  path: string;
  /** The status that it was answered with. */
  status: number;
  /** The operation, such as `services.list`. */
  operation: string | undefined;
  /** What it changed, such as `running -> stopping`. */
  change: string | undefined;
}
"#;

/// ClickHouse Cloud in memory: for tests and demos, without an account.
///
/// `new CloudClient(sandbox.clientOptions)` talks to it; so does anything that is given `sandbox.fetch`.
#[wasm_bindgen]
pub struct Sandbox {
    world: Rc<World>,
    // One function each, so that no look-up makes a new one.
    fetch: OnceCell<Function>,
    clock: OnceCell<JsValue>,
}

struct World {
    sandbox: RefCell<sandbox::Sandbox>,
    clock: SandboxClock,
}

#[wasm_bindgen]
impl Sandbox {
    /// A sandbox with one organization and no services.
    ///
    /// Throws a `ConfigurationError` when an option is unknown or wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "SandboxOptions")] options: JsValue,
    ) -> Result<Sandbox, JsValue> {
        let options = read_options(options).map_err(to_js)?;
        let clock = SandboxClock::new(options.time_scale);
        let sandbox = RefCell::new(sandbox::Sandbox::new(options));
        Ok(Self { world: Rc::new(World { sandbox, clock }), fetch: OnceCell::new(), clock: OnceCell::new() })
    }

    /// Called like `fetch`; it may be passed around on its own. Every host and every origin leads to the sandbox.
    #[wasm_bindgen(
        getter,
        unchecked_return_type = "(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>"
    )]
    pub fn fetch(&self) -> Function {
        let make = || {
            let world = self.world.clone();
            function(Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |input, init| fetch(&world, input, init)))
        };
        self.fetch.get_or_init(make).clone()
    }

    /// All that `new CloudClient(…)` needs to talk to the sandbox: fetch, clock and credentials.
    #[wasm_bindgen(
        getter,
        js_name = clientOptions,
        unchecked_return_type = "{ keyId: string; keySecret: string; organizationId: string; baseUrl: string; fetch: (url: string, init: RequestInit) => Promise<Response>; clock: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> }; rateLimit: { requests: number; perMs: number } | false; timeoutMs: number; dangerouslyAllowBrowser: true }"
    )]
    pub fn client_options(&self) -> Object {
        let sandbox = self.world.sandbox.borrow();
        let options = sandbox.options();
        let object = Object::new();
        set(&object, "keyId", options.key_id.as_str());
        set(&object, "keySecret", options.key_secret.reveal());
        set(&object, "organizationId", options.organization_id.as_str());
        set(&object, "baseUrl", "https://api.clickhouse.cloud");
        set(&object, "fetch", self.fetch());
        set(&object, "clock", self.clock.get_or_init(|| clock(&self.world)).clone());
        set(
            &object,
            "rateLimit",
            match options.rate_limit {
                None => JsValue::FALSE,
                Some(limit) => {
                    let object = Object::new();
                    set(&object, "requests", limit.requests);
                    set(&object, "perMs", limit.per_ms);
                    object.into()
                }
            },
        );
        // The client's clock is virtual, the host's hiccups are real: 30 real seconds for one attempt.
        set(&object, "timeoutMs", 30_000.0 * options.time_scale.max(1.0));
        set(&object, "dangerouslyAllowBrowser", true);
        object
    }

    /// Lets virtual milliseconds pass at once.
    pub fn advance(&self, ms: f64) -> Result<(), JsValue> {
        if !ms.is_finite() || ms < 0.0 {
            return Err(to_js(Error::Configuration("advance: expects a number of at least 0".to_owned())));
        }
        self.world.clock.advance(ms);
        Ok(())
    }

    /// The last 10,000 requests, the oldest first.
    #[wasm_bindgen(unchecked_return_type = "LedgerEntry[]")]
    pub fn ledger(&self) -> JsValue {
        let sandbox = self.world.sandbox.borrow();
        let entries: Vec<JsEntry<'_>> = sandbox.ledger().map(JsEntry::new).collect();
        entries.serialize(&Serializer::new()).unwrap_or(JsValue::UNDEFINED)
    }

    /// Whether this is the password of the service's `default` user.
    #[wasm_bindgen(js_name = verifyPassword)]
    pub fn verify_password(&self, #[wasm_bindgen(js_name = "serviceId")] service_id: &str, password: &str) -> bool {
        self.world.sandbox.borrow().verify_password(service_id, password)
    }
}

#[derive(Serialize)]
struct JsEntry<'a> {
    at: f64,
    method: &'a str,
    path: &'a str,
    status: u16,
    operation: Option<&'a str>,
    change: Option<&'a str>,
}

impl<'a> JsEntry<'a> {
    fn new(entry: &'a Entry) -> Self {
        Self {
            at: entry.at,
            method: &entry.method,
            path: &entry.path,
            status: entry.status,
            operation: entry.operation,
            change: entry.change.as_deref(),
        }
    }
}

fn read_options(value: JsValue) -> Result<sandbox::Options, Error> {
    const WHAT: &str = "new Sandbox";
    options::check(WHAT, &value, KNOWN)?;
    let number = |name| get(&value, name).as_f64();
    let text = |name| get(&value, name).as_string();
    let mut options = sandbox::Options::default();
    if let Some(seed) = number("seed") {
        options.seed = seed as u64;
    }
    options.latency_ms = number("latencyMs").unwrap_or(options.latency_ms);
    options.time_scale = number("timeScale").unwrap_or(options.time_scale);
    options.key_id = text("keyId").unwrap_or(options.key_id);
    options.key_secret = text("keySecret").map_or(options.key_secret, Secret::new);
    options.organization_id = text("organizationId").unwrap_or(options.organization_id);
    let limit = get(&value, "rateLimit");
    if limit.as_bool() == Some(false) {
        options.rate_limit = None;
    } else if let (Some(requests), Some(per_ms)) = (get(&limit, "requests").as_f64(), get(&limit, "perMs").as_f64()) {
        options.rate_limit = Some(RateLimit { requests: requests as u32, per_ms });
    }
    options
        .check()
        .map_err(|(option, expected)| options::wrong(WHAT, &format!("{} must be {expected}", camel_case(option))))?;
    Ok(options)
}

/// The name that an option has in JavaScript.
fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut upper = false;
    for letter in name.chars() {
        if letter != '_' {
            camel.push(if upper { letter.to_ascii_uppercase() } else { letter });
        }
        upper = letter == '_';
    }
    camel
}

/// `{ now(), sleep(ms, signal) }`
fn clock(world: &Rc<World>) -> JsValue {
    let object = Object::new();
    let own = world.clone();
    let now = function(Closure::<dyn Fn() -> f64>::new(move || own.clock.now()));
    let own = world.clone();
    let sleep = function(Closure::<dyn Fn(f64, JsValue) -> Promise>::new(move |ms: f64, signal: JsValue| {
        let world = own.clone();
        future_to_promise(async move {
            match race(aborted(&signal), world.clock.sleep(ms)).await {
                First::Left(reason) => Err(reason),
                First::Right(()) => Ok(JsValue::UNDEFINED),
            }
        })
    }));
    set(&object, "now", now);
    set(&object, "sleep", sleep);
    object.into()
}

/// A closure as a function that lives as long as JavaScript holds it.
fn function<T: ?Sized + wasm_bindgen::closure::WasmClosure>(closure: Closure<T>) -> Function {
    closure.into_js_value().unchecked_into()
}

fn fetch(world: &Rc<World>, input: JsValue, init: JsValue) -> Promise {
    let world = world.clone();
    future_to_promise(async move {
        let request = new_request(&input, &init)?;
        let signal = request.signal();
        match race(aborted(&signal), answer(&world, &request)).await {
            First::Left(reason) => Err(reason),
            First::Right(answered) => answered,
        }
    })
}

fn new_request(input: &JsValue, init: &JsValue) -> Result<Request, JsValue> {
    let init: &RequestInit = init.unchecked_ref();
    match input.dyn_ref::<Request>() {
        Some(request) => Request::new_with_request_and_init(request, init),
        None => {
            let url: String = js_sys::JsString::from(input.clone()).into();
            Request::new_with_str_and_init(&url, init)
        }
    }
}

async fn answer(world: &World, request: &Request) -> Result<JsValue, JsValue> {
    let body = JsFuture::from(request.text()?).await?.as_string().filter(|body| !body.is_empty());
    let headers = entries(&request.headers());
    let authorization = headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| Secret::new(value));
    let (name, url, now) = (request.method(), request.url(), world.clock.now());
    let methods = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let reply = match methods.into_iter().find(|known| known.as_str() == name) {
        Some(method) => {
            let headers = headers.into_iter().filter(|(name, _)| name != "authorization").collect();
            let http = HttpRequest { method, url, headers, authorization, body };
            world.sandbox.borrow_mut().handle(now, &http)
        }
        None => world.sandbox.borrow_mut().handle_other(now, &name, &url, authorization.as_ref()),
    };
    if reply.delay_ms > 0.0 {
        JsClock::HOST.sleep(reply.delay_ms).await;
    }
    match reply.outcome {
        Outcome::Respond(response) => new_response(response),
        Outcome::Drop => Err(js_sys::TypeError::new("fetch failed").into()),
    }
}

fn new_response(response: HttpResponse) -> Result<JsValue, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &response.headers {
        headers.append(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(response.status);
    init.set_headers(&headers);
    let mut body = response.body;
    let body = if body.is_empty() { None } else { Some(body.as_mut_slice()) };
    Response::new_with_opt_u8_array_and_init(body, &init).map(JsValue::from)
}

fn entries(headers: &Headers) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Array::from(headers).iter().filter_map(pair).collect()
}
