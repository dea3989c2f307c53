//! The options of the sandbox and of `inject`: their TypeScript, and the functions that read and check them.

use js_sys::JSON;
use wasm_bindgen::prelude::*;

use crate::bindings::options;
use crate::bindings::values::{describe, get, items, keys};
use crate::contract::Method;
use crate::error::Error;
use crate::sandbox::{self, Fault, Injection, RateLimit, Scenario, faults};
use crate::secret::Secret;

const KNOWN: &str = "seed:from:0 latencyMs:from:0 timeScale:above:0 rateLimit:limit maxServices:whole:1 faults:chances keyId:text \
    keySecret:text organizationId:text keys:items scenario:any";

const KEY: &str = "keyId:text keySecret:text organizationId:text";

const INJECTION: &str = "fault:text times:whole:1 method:text path:text operation:text";

macro_rules! names {
    ($($fault:ident $name:literal $scope:ident $what:literal;)+) => {
        concat!("/** A fault of the sandbox. */\nexport type SandboxFault =" $(, "\n  /** ", $what, " */\n  | \"", $name, "\"")+, ";\n")
    };
}

#[wasm_bindgen(typescript_custom_section)]
const FAULTS: &str = faults::table!(names);

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The options of the sandbox. */
export interface SandboxOptions {
  /** The seed of all random draws: the same seed gives the same behaviour. Default: 1. */
  seed?: number | undefined;
  /** The delay of each response, in real milliseconds. Default: 0. */
  latencyMs?: number | undefined;
  /** How many virtual seconds pass per real second. Default: 1. */
  timeScale?: number | undefined;
  /** The rate limit of each key. Default: 10 requests per 10,000 virtual ms; `false`: no limit. */
  rateLimit?: { requests: number; perMs: number } | false | undefined;
  /** The most services that the organization may have. Default: 20. */
  maxServices?: number | undefined;
  /**
   * The probability of each fault, from 0 to 1: `{ "drop-after": 0.1 }`. A request with a valid key, within the rate
   * limit and for a known operation meets at most one fault. Default: no faults.
   */
  faults?: { readonly [name in SandboxFault]?: number | undefined } | undefined;
  /** The id of the first key. */
  keyId?: string | undefined;
  /** The secret of the first key. */
  keySecret?: string | undefined;
  /** The id of the first key's organization, a UUID. */
  organizationId?: string | undefined;
  /**
   * More keys, each with its own rate limit. A key without an `organizationId` belongs to the first key's organization.
   * Each other id adds an organization with its own services.
   */
  keys?: readonly SandboxKey[] | undefined;
  /**
   * What the first key's organization has at the start: the name of a scenario, an object, or the text of a YAML or JSON
   * file. Default: `"empty"`.
   */
  scenario?: "empty" | "busy-team" | "incident" | SandboxScenario | (string & {}) | undefined;
}

/**
 * The resources that a sandbox starts with: lists by the names of the resources (`services`, `keys`, `clickPipes`), each
 * entry with the properties of the body that creates it. Properties that begin with `$` are the sandbox's: `$state` is
 * the state at the start, `$ageDays` how long ago it was created, `$service` the name of the service that it is below,
 * `$keyId` and `$keySecret` the credentials of a key.
 */
export interface SandboxScenario {
  /** A description, for readers. */
  description?: string | undefined;
  /** Changes of the organization, such as its name. */
  organization?: object | undefined;
  /** The probability of each fault. The option `faults` wins. */
  faults?: { readonly [name in SandboxFault]?: number | undefined } | undefined;
  /** Resources by their names. */
  readonly [resource: string]: readonly object[] | object | string | undefined;
}

/** A key of the sandbox. */
export interface SandboxKey {
  /** The id of the key. */
  keyId: string;
  /** The secret of the key. */
  keySecret: string;
  /** The id of its organization, a UUID. Default: the organization of the first key. */
  organizationId?: string | undefined;
}

/** A fault for the next matching requests. */
export interface SandboxInjection {
  /** The fault. */
  fault: SandboxFault;
  /** How many requests it affects. Default: 1. */
  times?: number | undefined;
  /** Affect only requests with this HTTP method. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  /**
   * Affect only requests with this path: a path of the contract, such as
   * `/v1/organizations/{organizationId}/services`. Values may replace its parameters.
   */
  path?: string | undefined;
  /** Affect only requests of this operation, such as `services.create`. */
  operation?: string | undefined;
}
"#;

/// The constructor's options.
pub fn read(value: &JsValue) -> Result<sandbox::Options, Error> {
    const WHAT: &str = "new Sandbox";
    options::check(WHAT, value, KNOWN)?;
    let number = |name| get(value, name).as_f64();
    let text = |name| get(value, name).as_string();
    let mut given = sandbox::Options::default();
    if let Some(seed) = number("seed") {
        given.seed = seed as u64;
    }
    given.latency_ms = number("latencyMs").unwrap_or(given.latency_ms);
    given.time_scale = number("timeScale").unwrap_or(given.time_scale);
    given.key_id = text("keyId").unwrap_or(given.key_id);
    given.key_secret = text("keySecret").map_or(given.key_secret, Secret::new);
    given.organization_id = text("organizationId").unwrap_or(given.organization_id);
    given.max_services = number("maxServices").map_or(given.max_services, |most| most as u32);
    let limit = get(value, "rateLimit");
    if limit.as_bool() == Some(false) {
        given.rate_limit = None;
    } else if let (Some(requests), Some(per_ms)) = (get(&limit, "requests").as_f64(), get(&limit, "perMs").as_f64()) {
        given.rate_limit = Some(RateLimit { requests: requests as u32, per_ms });
    }
    for key in items(&get(value, "keys")) {
        options::check(WHAT, &key, KEY)?;
        let text = |name| get(&key, name).as_string();
        let (Some(id), Some(secret)) = (text("keyId"), text("keySecret")) else {
            return Err(options::wrong(WHAT, "keys must have a keyId and a keySecret"));
        };
        given.keys.push(sandbox::Key { id, secret: Secret::new(secret), organization_id: text("organizationId") });
    }
    given.faults = read_faults(WHAT, &get(value, "faults"))?;
    given.scenario = read_scenario(WHAT, &get(value, "scenario"))?;
    let wrong = |(option, expected)| options::wrong(WHAT, &format!("{} must be {expected}", camel_case(option)));
    given.check().map_err(wrong)?;
    Ok(given)
}

/// A name, a text of YAML or JSON, or an object.
fn read_scenario(what: &str, value: &JsValue) -> Result<Option<Scenario>, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let text = value.as_string().or_else(|| JSON::stringify(value).ok()?.as_string());
    let Some(text) = text else {
        let received = describe(value);
        return Err(options::wrong(what, &format!("scenario must be a name or an object, received {received}")));
    };
    Scenario::of(&text).map(Some).map_err(|text| options::wrong(what, &format!("scenario: {text}")))
}

/// The JavaScript name of an option.
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

pub fn read_faults(what: &str, value: &JsValue) -> Result<Vec<(Fault, f64)>, Error> {
    let mut faults = Vec::new();
    for name in keys(value) {
        let fault = Fault::named(&name).map_err(|text| options::wrong(what, &format!("faults: {text}")))?;
        let probability = get(value, &name);
        match probability.as_f64() {
            Some(number) if (0.0..=1.0).contains(&number) => faults.push((fault, number)),
            None if probability.is_undefined() => {}
            _ => {
                let received = describe(&probability);
                let message = format!("faults: {name} must be a number from 0 to 1, received {received}");
                return Err(options::wrong(what, &message));
            }
        }
    }
    Ok(faults)
}

/// The argument of `inject`.
pub fn read_injection(value: &JsValue) -> Result<Injection, Error> {
    const WHAT: &str = "sandbox.inject";
    options::check(WHAT, value, INJECTION)?;
    let text = |name| get(value, name).as_string();
    let name = text("fault").ok_or_else(|| options::wrong(WHAT, "fault must be a name"))?;
    let fault = Fault::named(&name).map_err(|text| options::wrong(WHAT, &text))?;
    let method = match text("method") {
        None => None,
        Some(name) => {
            let known = Method::ALL.into_iter().find(|method| method.as_str() == name);
            Some(known.ok_or_else(|| options::wrong(WHAT, "method must be GET, POST, PUT, PATCH or DELETE"))?)
        }
    };
    let times = get(value, "times").as_f64().unwrap_or(1.0);
    Ok(Injection { fault, times: times as u32, method, path: text("path"), operation: text("operation") })
}
