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
    /// The function, which asks for room on the stack before it enters the wasm.
    fn guarded(run: &JsValue) -> Function;
}

#[wasm_bindgen(module = "/js/bindings/requests.js")]
extern "C" {
    /// `{ signal, request }`: what ends it, and a promise of the host's own Request.
    fn open(input: &JsValue, init: &JsValue) -> JsValue;
}

// What `requests.js` imports: a file that no Rust names would not be in the package.
#[wasm_bindgen(module = "/js/bindings/responses.js")]
extern "C" {
    #[allow(dead_code)]
    #[wasm_bindgen(js_name = headersOf)]
    fn headers_of();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What `new CloudClient(…)` needs to talk to a sandbox. */
export interface SandboxClientOptions {
  /** The id of the sandbox's key. */
  keyId: string;
  /** The secret of the sandbox's key. */
  keySecret: string;
  /** The sandbox's one organization. */
  organizationId: string;
  /** The service's own address, of which the sandbox answers. */
  baseUrl: string;
  /** The sandbox's own. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The sandbox's virtual time. */
  clock: Clock;
  /** The limit that the sandbox keeps. */
  rateLimit: { requests: number; perMs: number } | false;
  /** For one attempt, in virtual milliseconds. */
  timeoutMs: number;
  /** The key is worth nothing elsewhere. */
  dangerouslyAllowBrowser: true;
}

/** What the sandbox has, as the API shows it. */
export interface SandboxState {
  /** The virtual time, in milliseconds since the epoch. */
  now: number;
  /** The organization of the first key. */
  organization: Organization;
  /** All its services. */
  services: Service[];
  /** The organizations of further keys, where `keys` names some. */
  others: { organization: Organization; services: Service[] }[];
}

/** All that a sandbox has, as JSON. What is in it is for `restore` alone; it holds the hashes of passwords. */
export interface SandboxSnapshot {
  /** Its form. */
  snapshot: number;
}

/** One request of the ledger. */
export interface LedgerEntry {
  /** When it arrived, in virtual milliseconds since the epoch. */
  at: number;
  /** Its method. */
  method: string;
  /** Its path, percent-encoded. */
  path: string;
  /** The status that it was answered with; 0: the connection ended without an answer. */
  status: number;
  /** The operation, such as `services.list`. */
  operation: string | undefined;
  /** What it changed, such as `running -> stopping`. */
  change: string | undefined;
  /**
   * The body of a request that changed something. Passwords are in it as hashes only.
   *
   * The entries with a `change`, sent again at their times to a new sandbox with the same options but no `faults`, bring
   * the same state. What befell a service (`failed`, `partially-running`, `degraded`, `idle-first`, `soft-deleted`) is
   * injected again before its request; other faults leave no trace in the state.
   */
  body: object | undefined;
  /** The fault that met it. */
  fault: SandboxFault | undefined;
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
    /// A sandbox without services. It has one organization, unless more keys open others.
    ///
    /// Throws a `ConfigurationError` when an option is unknown or wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "SandboxOptions")] options: JsValue,
    ) -> Result<Sandbox, JsValue> {
        let options = options::read(&options).map_err(to_js)?;
        let clock = SandboxClock::new(options.time_scale);
        let sandbox = RefCell::new(sandbox::Sandbox::new(options));
        Ok(Self { world: Rc::new(World { sandbox, clock }), fetch: OnceCell::new(), clock: OnceCell::new() })
    }

    /// Called like `fetch`; it may be passed around on its own. Every host and every origin leads to the sandbox.
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

    /// All that `new CloudClient(…)` needs to talk to the sandbox: fetch, clock and credentials.
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
        // The client's clock is virtual, the host's hiccups are real: 30 real seconds for one attempt.
        set(&object, "timeoutMs", 30_000.0 * options.time_scale.max(1.0));
        set(&object, "dangerouslyAllowBrowser", true);
        Ok(object)
    }

    /// Lets virtual milliseconds pass at once. Responses that are held back come so much earlier.
    ///
    /// Throws a `ConfigurationError` when `ms` is negative or no number, or ends after virtual time, in the year 275760.
    pub fn advance(&self, ms: f64) -> Result<(), JsValue> {
        if !ms.is_finite() || ms < 0.0 {
            return Err(to_js(Error::Configuration("sandbox.advance: ms must be a number of at least 0".to_owned())));
        }
        // Beyond it virtual time would stand still, and with it the rate limit.
        if self.world.clock.now() + ms > sandbox::END_OF_TIME {
            let message = "sandbox.advance: ms must end before virtual time does, in the year 275760";
            return Err(to_js(Error::Configuration(message.to_owned())));
        }
        self.world.clock.advance(ms);
        Ok(())
    }

    /// Lets a fault meet the next requests that fit, whatever the probabilities say: the next one, or the next `times`;
    /// only those of a `method`, only those of a `path`. A path is one of the contract's, such as
    /// `/v1/organizations/{organizationId}/services`, in which values may stand for the parameters. The oldest injection
    /// goes first; one that finds nothing to spoil (a required property of an empty list) waits for the next request.
    ///
    /// Throws a `ConfigurationError` when it can meet no request of the contract, or when 1,000 are waiting already.
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

    /// All faults that there are, and what each does.
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

    /// What there is, past all faults.
    #[wasm_bindgen(unchecked_return_type = "SandboxState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        let now = self.world.clock.now();
        JSON::parse(&self.world.sandbox.borrow_mut().state(now).to_string())
    }

    /// All that there is, as plain JSON: the services with what is about to happen to them, the window of the rate limit,
    /// and where the draws stand. The options, the ledger and what is injected are not in it.
    #[wasm_bindgen(unchecked_return_type = "SandboxSnapshot")]
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let now = self.world.clock.now();
        JSON::parse(&self.world.sandbox.borrow_mut().snapshot(now))
    }

    /// Goes on from a snapshot, of this sandbox or another one: what was a minute away then is a minute away now.
    ///
    /// Throws a `ConfigurationError` when it is none; nothing is changed then.
    pub fn restore(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SandboxSnapshot")] snapshot: &JsValue,
    ) -> Result<(), JsValue> {
        let text = JSON::stringify(snapshot).ok().and_then(|text| text.as_string()).unwrap_or_default();
        let now = self.world.clock.now();
        let restored = self.world.sandbox.borrow_mut().restore(now, &text);
        restored.map_err(|text| to_js(Error::Configuration(format!("sandbox.restore: the snapshot {text}"))))
    }

    /// The last 10,000 requests, the oldest first.
    #[wasm_bindgen(unchecked_return_type = "LedgerEntry[]")]
    pub fn ledger(&self) -> Result<JsValue, JsValue> {
        let sandbox = self.world.sandbox.borrow();
        let entries: Vec<JsEntry<'_>> = sandbox.ledger().map(JsEntry::new).collect();
        Ok(entries.serialize(&Serializer::new())?)
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
            body: entry.body.as_ref().and_then(|body| JSON::parse(body.reveal()).ok()).unwrap_or_default(),
            fault: entry.fault.map(Fault::name),
        }
    }
}

// Results, as every export that returns a reference: see `Core::call`.
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

/// A closure as a function that lives as long as JavaScript holds it.
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
    let reply =
        world.sandbox.borrow_mut().handle_wire(now, &method, &request.url(), authorization.as_ref(), Some(&body));
    if reply.delay_ms > 0.0 {
        world.hold(reply.delay_ms).await;
    }
    match reply.delivery {
        Delivery::Respond(response) => new_response(response, method == "HEAD"),
        Delivery::Drop => Err(js_sys::TypeError::new("fetch failed").into()),
    }
}

impl World {
    /// Holds an answer back, for real milliseconds; those that virtual time is advanced by count, too.
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
    // A copy: WebKit's responses read the bytes that they are made of later on, when this memory holds other things.
    let body = (!head && !response.body.is_empty()).then(|| Uint8Array::from(response.body.as_slice()));
    Response::new_with_opt_js_u8_array_and_init(body.as_ref(), &init).map(JsValue::from)
}
