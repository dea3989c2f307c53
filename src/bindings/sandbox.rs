//! The class `Sandbox`: ClickHouse Cloud in memory, behind a function that is called like `fetch`.

mod options;
mod serving;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use gloo_net::http::Headers;
use js_sys::{Array, Function, JSON, Object, Promise, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response, ResponseInit};

use super::driver::drive;
use super::errors::to_js;
use super::objects::{bare_object, set};
use super::sandbox_clock::SandboxClock;
use super::values::get;
use crate::error::Error;
use crate::host::HttpResponse;
use crate::sandbox::{self, Delivery, Entry, Fault};
use crate::secret::Secret;

#[wasm_bindgen(module = "/js/bindings/stack.js")]
extern "C" {
    /// Wraps the function so that it checks for free stack before it enters wasm.
    fn guarded(run: &JsValue) -> Function;
}

#[wasm_bindgen(module = "/js/bindings/requests.js")]
extern "C" {
    /// `{ signal, request }`: the signal that ends the request, and a promise of a Request of the runtime.
    fn open(input: &JsValue, init: &JsValue) -> JsValue;
}

// `requests.js` imports this file; wasm-bindgen packages only files that Rust names.
#[wasm_bindgen(module = "/js/bindings/responses.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = headersOf)]
    fn headers_of();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The options with which `new CloudClient(…)` talks to a sandbox. */
export interface SandboxClientOptions {
  /** The id of the sandbox's first key. */
  keyId: string;
  /** The secret of the sandbox's first key. */
  keySecret: string;
  /** The id of the first key's organization. */
  organizationId: string;
  /** The address of the real API. The sandbox's `fetch` handles its requests. */
  baseUrl: string;
  /** The sandbox's `fetch`. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The sandbox's virtual clock. */
  clock: Clock;
  /** The rate limit of the sandbox. */
  rateLimit: { requests: number; perMs: number } | false;
  /** The timeout of one attempt, in virtual milliseconds. */
  timeoutMs: number;
  /** True: the key works only in this sandbox. */
  dangerouslyAllowBrowser: true;
}

/** The state of the sandbox, in the form of the API's responses. */
export interface SandboxState {
  /** The virtual time, in milliseconds since the epoch. */
  now: number;
  /** The organization of the first key. */
  organization: Organization;
  /** All services of that organization. */
  services: Service[];
  /** All other records of that organization, by the names of their resources: `{ keys: [...], clickPipes: [...] }`. */
  resources: { readonly [resource: string]: object[] };
  /** The organizations of the other keys, if `keys` names any. */
  others: { organization: Organization; services: Service[]; resources: { readonly [resource: string]: object[] } }[];
}

/** The whole state of a sandbox as JSON, for `restore` only. It holds hashes of passwords. */
export interface SandboxSnapshot {
  /** The version of its format. */
  snapshot: number;
}

/** A request in the ledger. */
export interface LedgerEntry {
  /** The time of its arrival, in virtual milliseconds since the epoch. */
  at: number;
  /** The HTTP method. */
  method: string;
  /** The path, percent-encoded. */
  path: string;
  /** The HTTP status of the response; 0: the connection ended without a response. */
  status: number;
  /** The operation, such as `services.list`. */
  operation: string | undefined;
  /** The change that it made, such as `running -> stopping`. */
  change: string | undefined;
  /**
   * The body of a request that changed the state. All secrets appear in it as `[secret]`, hashes of passwords, too.
   *
   * To reproduce the state, send the entries with a `change` again, at their times and with their secrets, to a new sandbox
   * with the same options but no `faults`. Inject the faults that change a resource (such as `failed`, `degraded` and `source-gone`) again
   * before their requests; other faults do not change the state.
   */
  body: object | undefined;
  /** The fault that affected it. */
  fault: SandboxFault | undefined;
}
"#;

/// ClickHouse Cloud in memory, for tests and demos without an account.
///
/// `new CloudClient(sandbox.clientOptions)` talks to it, as does any library that accepts `sandbox.fetch`.
#[wasm_bindgen]
pub struct Sandbox {
    world: Rc<World>,
    // Created once, so that each read of the property returns the same function.
    fetch: OnceCell<Function>,
    clock: OnceCell<JsValue>,
}

struct World {
    sandbox: RefCell<sandbox::Sandbox>,
    clock: SandboxClock,
}

#[wasm_bindgen]
impl Sandbox {
    /// Creates a sandbox without services. It has one organization, unless other keys add more.
    ///
    /// Throws a `ConfigurationError` if an option is unknown or invalid.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "SandboxOptions")] options: JsValue,
    ) -> Result<Sandbox, JsValue> {
        let options = options::read(&options).map_err(to_js)?;
        let clock = SandboxClock::new(options.time_scale);
        let sandbox = RefCell::new(sandbox::Sandbox::new(options));
        Ok(Self { world: Rc::new(World { sandbox, clock }), fetch: OnceCell::new(), clock: OnceCell::new() })
    }

    /// Called like `fetch`, also detached from the sandbox. Every host and origin leads to the sandbox.
    #[wasm_bindgen(
        getter,
        unchecked_return_type = "(input: string | URL | Request, init?: RequestInit) => Promise<Response>"
    )]
    pub fn fetch(&self) -> Result<Function, JsValue> {
        let make = || {
            let world = self.world.clone();
            function(Closure::<Fetch>::new(move |input, init| Ok(fetch(&world, input, init))))
        };
        Ok(self.fetch.get_or_init(make).clone())
    }

    /// All options with which `new CloudClient(…)` talks to the sandbox, including fetch, clock and credentials.
    #[wasm_bindgen(
        getter,
        js_name = clientOptions,
        unchecked_return_type = "SandboxClientOptions"
    )]
    pub fn client_options(&self) -> Result<Object, JsValue> {
        let sandbox = self.world.sandbox.borrow();
        let options = sandbox.options();
        let object = Object::new();
        set(&object, "keyId", options.key_id.as_str());
        set(&object, "keySecret", options.key_secret.reveal());
        set(&object, "organizationId", options.organization_id.as_str());
        set(&object, "baseUrl", "https://api.clickhouse.cloud");
        set(&object, "fetch", self.fetch()?);
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
        // The client's clock is virtual, but pauses of the machine are real: one attempt gets 30 real seconds.
        set(&object, "timeoutMs", 30_000.0 * options.time_scale.max(1.0));
        set(&object, "dangerouslyAllowBrowser", true);
        Ok(object)
    }

    /// Advances virtual time by `ms` milliseconds at once. Delayed responses come earlier by as much.
    ///
    /// Throws a `ConfigurationError` if `ms` is negative or not a number, or if it leads beyond the year 275760.
    pub fn advance(&self, ms: f64) -> Result<(), JsValue> {
        if !ms.is_finite() || ms < 0.0 {
            return Err(to_js(Error::Configuration("sandbox.advance: ms must be a number of at least 0".to_owned())));
        }
        // Beyond that, virtual time would stop, and with it the rate limit.
        if self.world.clock.now() + ms > sandbox::END_OF_TIME {
            let message = "sandbox.advance: ms must end before virtual time does, in the year 275760";
            return Err(to_js(Error::Configuration(message.to_owned())));
        }
        self.world.clock.advance(ms);
        Ok(())
    }

    /// How many virtual seconds pass per real second. It can be changed at any time; 0 stops the time, and with it the delays of
    /// responses, the rate limit and the waits of `clientOptions.clock`.
    #[wasm_bindgen(getter, js_name = timeScale)]
    pub fn time_scale(&self) -> f64 {
        self.world.clock.scale()
    }

    /// Throws a `ConfigurationError` if the value is negative or not a number.
    #[wasm_bindgen(setter, js_name = timeScale)]
    pub fn set_time_scale(&self, scale: f64) -> Result<(), JsValue> {
        if !scale.is_finite() || scale < 0.0 {
            return Err(to_js(Error::Configuration("sandbox.timeScale must be a number of at least 0".to_owned())));
        }
        self.world.sandbox.borrow_mut().set_time_scale(scale);
        self.world.clock.set_scale(scale);
        Ok(())
    }

    /// The probability of each fault that has one, also of the scenario's. It can be set at any time; faults that are not named
    /// then have none.
    #[wasm_bindgen(getter, unchecked_return_type = "{ readonly [name in SandboxFault]?: number | undefined }")]
    pub fn probabilities(&self) -> Result<Object, JsValue> {
        let object = Object::new();
        for (fault, probability) in self.world.sandbox.borrow().probabilities() {
            set(&object, fault.name(), *probability);
        }
        Ok(object)
    }

    /// Throws a `ConfigurationError` if a fault is unknown, or a probability not from 0 to 1; nothing is then changed.
    #[wasm_bindgen(setter)]
    pub fn set_probabilities(
        &self,
        #[wasm_bindgen(unchecked_param_type = "{ readonly [name in SandboxFault]?: number | undefined }")]
        probabilities: &JsValue,
    ) -> Result<(), JsValue> {
        let faults = options::read_faults("sandbox", probabilities).map_err(to_js)?;
        self.world.sandbox.borrow_mut().set_probabilities(faults);
        Ok(())
    }

    /// Makes a fault affect the next matching requests, regardless of the probabilities: the next one, or the next
    /// `times`, optionally only those with a `method` or a `path`. A path is one of the contract's, such as
    /// `/v1/organizations/{organizationId}/services`; values may replace its parameters. The oldest injection is used
    /// first. An injection that cannot apply to a response (a required property of an empty list) waits for the next
    /// request.
    ///
    /// Throws a `ConfigurationError` if no request of the contract can match, or if 1,000 injections are already
    /// waiting.
    pub fn inject(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SandboxInjection")] injection: JsValue,
    ) -> Result<(), JsValue> {
        let injection = options::read_injection(&injection).map_err(to_js)?;
        self.world
            .sandbox
            .borrow_mut()
            .inject(injection)
            .map_err(|(property, text)| to_js(Error::Configuration(format!("sandbox.inject: {property} {text}"))))
    }

    /// All faults, with a description of each.
    #[wasm_bindgen(unchecked_return_type = "{ name: SandboxFault; description: string }[]")]
    pub fn faults() -> Result<JsValue, JsValue> {
        let row = |fault: &Fault| {
            let row = Object::new();
            set(&row, "name", fault.name());
            set(&row, "description", fault.description());
            row
        };
        Ok(Fault::ALL.iter().map(row).collect::<Array>().into())
    }

    /// The current state, unaffected by faults.
    #[wasm_bindgen(unchecked_return_type = "SandboxState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        let now = self.world.clock.now();
        JSON::parse(&self.world.sandbox.borrow_mut().state(now).to_string())
    }

    /// The whole state as plain JSON: the services with their scheduled changes, the rate limit's window and the state
    /// of the random generator. It does not include the options, the ledger and the injected faults.
    #[wasm_bindgen(unchecked_return_type = "SandboxSnapshot")]
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let now = self.world.clock.now();
        JSON::parse(&self.world.sandbox.borrow_mut().snapshot(now))
    }

    /// Restores a snapshot of this or another sandbox. Remaining times are kept: an event one minute away stays so.
    ///
    /// Throws a `ConfigurationError` if the value is no snapshot; the state is then unchanged.
    pub fn restore(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SandboxSnapshot")] snapshot: &JsValue,
    ) -> Result<(), JsValue> {
        let text = JSON::stringify(snapshot).ok().and_then(|text| text.as_string()).unwrap_or_default();
        let now = self.world.clock.now();
        let restored = self.world.sandbox.borrow_mut().restore(now, &text);
        restored.map_err(|text| to_js(Error::Configuration(format!("sandbox.restore: the snapshot {text}"))))
    }

    /// The last 10,000 requests, oldest first.
    #[wasm_bindgen(unchecked_return_type = "LedgerEntry[]")]
    pub fn ledger(&self) -> Result<JsValue, JsValue> {
        let sandbox = self.world.sandbox.borrow();
        let entries: Vec<JsEntry<'_>> = sandbox.ledger().map(JsEntry::new).collect();
        Ok(entries.serialize(&Serializer::new())?)
    }

    /// Whether this is the password of the service's `default` user, or of the superuser of a Postgres service.
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
    #[serde(with = "serde_wasm_bindgen::preserve")]
    body: JsValue,
    fault: Option<&'static str>,
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
            body: entry.public_body().and_then(|body| JSON::parse(&body).ok()).unwrap_or_default(),
            fault: entry.fault.map(Fault::name),
        }
    }
}

// These return a `Result`, like every export that returns a reference: see `Core::call`.
type Fetch = dyn Fn(JsValue, JsValue) -> Result<Promise, JsValue>;
type Sleep = dyn Fn(f64, JsValue) -> Result<Promise, JsValue>;

/// `{ now(), sleep(ms, signal) }`
fn clock(world: &Rc<World>) -> JsValue {
    let object = Object::new();
    let own = world.clone();
    let now = function(Closure::<dyn Fn() -> f64>::new(move || own.clock.now()));
    let own = world.clone();
    let sleep = function(Closure::<Sleep>::new(move |ms: f64, signal: JsValue| {
        let world = own.clone();
        Ok(drive(&signal, async move {
            world.clock.sleep(ms).await;
            Ok(JsValue::UNDEFINED)
        }))
    }));
    set(&object, "now", now);
    set(&object, "sleep", sleep);
    object.into()
}

/// Turns a closure into a function that lives as long as JavaScript holds it.
fn function<T: ?Sized + wasm_bindgen::closure::WasmClosure>(closure: Closure<T>) -> Function {
    guarded(&closure.into_js_value())
}

fn fetch(world: &Rc<World>, input: JsValue, init: JsValue) -> Promise {
    let world = world.clone();
    let opened = open(&input, &init);
    let request = JsFuture::from(get(&opened, "request").unchecked_into::<Promise>());
    drive(&get(&opened, "signal"), async move { answer(&world, &request.await?.unchecked_into()).await })
}

async fn answer(world: &World, request: &Request) -> Result<JsValue, JsValue> {
    let body = Uint8Array::new(&JsFuture::from(request.array_buffer()?).await?).to_vec();
    let authorization = Headers::from_raw(request.headers()).get("authorization").map(Secret::new);
    let (method, now) = (request.method(), world.clock.now());
    let reply = {
        let mut sandbox = world.sandbox.borrow_mut();
        sandbox.handle_wire(now, &method, &request.url(), authorization.as_ref(), Some(&body), None)
    };
    if reply.delay_ms > 0.0 {
        world.hold(reply.delay_ms).await;
    }
    match reply.delivery {
        Delivery::Respond(response) => new_response(response, method == "HEAD"),
        Delivery::Drop => Err(js_sys::TypeError::new("fetch failed").into()),
    }
}

impl World {
    /// Delays a response by real milliseconds. Time that `advance` adds counts, too, and while the time stands still the response
    /// waits.
    async fn hold(&self, ms: f64) {
        let scale = self.sandbox.borrow().options().time_scale;
        self.clock.sleep(ms * scale).await;
    }
}

fn new_response(response: HttpResponse, head: bool) -> Result<JsValue, JsValue> {
    let headers = Headers::new();
    for (name, value) in &response.headers {
        headers.append(name, value);
    }
    let init: ResponseInit = bare_object().unchecked_into();
    init.set_status(response.status);
    init.set_headers(&headers.into_raw());
    // A copy: WebKit reads the bytes of a Response later, when this memory may hold other data.
    let body = (!head && !response.body.is_empty()).then(|| Uint8Array::from(response.body.as_slice()));
    Response::new_with_opt_js_u8_array_and_init(body.as_ref(), &init).map(JsValue::from)
}
