//! What the sandbox is made with, and what is injected into it.

use wasm_bindgen::prelude::*;

use crate::contract::Method;
use crate::error::Error;
use crate::js::options::{Known, Options};
use crate::js::values::{fits, get, keys};
use crate::sandbox::{self, Fault, Injection, RateLimit, faults};
use crate::secret::Secret;

const KNOWN: &[Known] = &[
    Known::from_0("seed"),
    Known::from_0("latencyMs"),
    Known::number("timeScale", "2.2250738585072014e-308", "a number above 0"),
    Known::any("rateLimit"),
    Known::any("faults"),
    Known::text("keyId"),
    Known::text("keySecret"),
    Known::text("organizationId"),
];

const INJECTION: &[Known] = &[Known::text("fault"), Known::from_1("times"), Known::text("method"), Known::text("path")];

/// The methods of the contract.
pub const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

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
  /** Everything that is drawn comes from it: the same seed, the same world. By default 1. */
  seed?: number | undefined;
  /** How long each answer is held back, in real milliseconds. By default 0. */
  latencyMs?: number | undefined;
  /** How many virtual seconds pass in a real one. By default 1. */
  timeScale?: number | undefined;
  /** By default 10 requests in 10,000 virtual ms; false: none. */
  rateLimit?: { requests: number; perMs: number } | false | undefined;
  /**
   * How likely each fault meets a request: `{ "drop-after": 0.1 }`. A request that has the key, is inside the rate limit
   * and names an operation meets at most one. By default none comes.
   */
  faults?: { readonly [name in SandboxFault]?: number | undefined } | undefined;
  /** The id of the key. */
  keyId?: string | undefined;
  /** The secret of the key. */
  keySecret?: string | undefined;
  /** The id of the one organization, a UUID. */
  organizationId?: string | undefined;
}

/** A fault for the next requests that fit. */
export interface SandboxInjection {
  /** The fault. */
  fault: SandboxFault;
  /** How many requests it meets. By default 1. */
  times?: number | undefined;
  /** Only requests of this method. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  /**
   * Only requests of this path: one of the contract's, such as `/v1/organizations/{organizationId}/services`, in which
   * values may stand for the parameters.
   */
  path?: string | undefined;
}
"#;

/// The constructor's options.
pub fn read(value: JsValue) -> Result<sandbox::Options, Error> {
    let given = Options::new("new Sandbox", value, KNOWN)?;
    let mut options = sandbox::Options::default();
    if let Some(seed) = given.number("seed") {
        options.seed = seed as u64;
    }
    options.latency_ms = given.number("latencyMs").unwrap_or(options.latency_ms);
    options.time_scale = given.number("timeScale").unwrap_or(options.time_scale);
    options.key_id = given.text("keyId").unwrap_or(options.key_id);
    options.key_secret = given.text("keySecret").map_or(options.key_secret, Secret::new);
    options.organization_id = given.text("organizationId").unwrap_or(options.organization_id);
    let default = options.rate_limit.map_or((10.0, 10_000.0), |limit| (limit.requests.into(), limit.per_ms));
    options.rate_limit = given
        .rate_limit("new Sandbox: rateLimit", default)?
        .map(|(requests, per_ms)| RateLimit { requests: requests as u32, per_ms });
    options.faults = read_faults(&given)?;
    options.check().map_err(|(option, expected)| given.wrong(&format!("{} must be {expected}", camel_case(option))))?;
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

fn read_faults(given: &Options) -> Result<Vec<(Fault, f64)>, Error> {
    let Some(value) = given.get("faults") else { return Ok(Vec::new()) };
    if !fits(&value, "object", "") {
        return Err(given.expected("faults", "an object of names and probabilities", &value));
    }
    let mut faults = Vec::new();
    for name in keys(&value) {
        let fault = Fault::named(&name).map_err(|text| given.wrong(&format!("faults: {text}")))?;
        let probability = get(&value, &name);
        match probability.as_f64() {
            Some(number) if (0.0..=1.0).contains(&number) => faults.push((fault, number)),
            None if probability.is_undefined() => {}
            _ => return Err(given.expected(&format!("faults: {name}"), "a number from 0 to 1", &probability)),
        }
    }
    Ok(faults)
}

/// The argument of `inject`.
pub fn read_injection(value: JsValue) -> Result<Injection, Error> {
    let given = Options::new("sandbox.inject", value, INJECTION)?;
    let name = given.text("fault").ok_or_else(|| given.wrong("fault must be a name"))?;
    let fault = Fault::named(&name).map_err(|text| given.wrong(&text))?;
    let times = given.number("times").unwrap_or(1.0);
    if times.fract() != 0.0 || times > u32::MAX.into() {
        return Err(given.expected("times", "a whole number of at least 1", &times.into()));
    }
    let method = match given.text("method") {
        None => None,
        Some(name) => {
            let known = METHODS.into_iter().find(|method| method.as_str() == name);
            Some(known.ok_or_else(|| given.wrong("method must be GET, POST, PUT, PATCH or DELETE"))?)
        }
    };
    Ok(Injection { fault, times: times as u32, method, path: given.text("path") })
}
