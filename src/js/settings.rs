//! The constructor's options become the settings of a client. What is missing comes from the environment, where there
//! is one.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::host::{JsHost, environment};
use super::options::Options;
use super::time::JsClock;
use super::values::get;
use crate::client::limit::RateLimiter;
use crate::client::{Breaches, Limit, Settings};
use crate::contract;
use crate::error::Error;
use crate::host::Level;
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::validate::{Mode, Unknown, validate};

#[wasm_bindgen(module = "/src/js/settings.js")]
extern "C" {
    /// Base address and authorization, from the options and the environment; or what is wrong.
    fn target(options: &JsValue) -> JsValue;
}

/// The options.
const KNOWN: &str = "keyId:text keySecret:text bearerToken:text organizationId:text baseUrl:text timeoutMs:from:1 \
    retryBudgetMs:from:0 rateLimit:limit maxBodyBytes:from:1 fetch:function clock:methods:now|sleep headers:headers \
    logger:methods:error|warn|info|debug logLevel:word:off|error|warn|info|debug \
    validateResponses:word:error|warn|off unknownProperties:word:error|send dangerouslyAllowBrowser:flag";

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The options of the constructor. What is not given comes from the environment, where there is one. */
export interface CloudClientOptions {
  /** The key's id, for HTTP Basic. By default CLICKHOUSE_CLOUD_API_KEY. */
  keyId?: string | undefined;
  /** The key's secret. By default CLICKHOUSE_CLOUD_API_SECRET. */
  keySecret?: string | undefined;
  /** Instead of a key. */
  bearerToken?: string | undefined;
  /** A UUID. By default CLICKHOUSE_ORG_ID; without one the client asks once, and takes it when there is exactly one. */
  organizationId?: string | undefined;
  /** By default CLICKHOUSE_API_URL, then https://api.clickhouse.cloud. In a page it may be relative. */
  baseUrl?: string | undefined;
  /** For one attempt, its body included, in milliseconds. By default 30,000. */
  timeoutMs?: number | undefined;
  /** How long after the first attempt's start a retry may still begin, in milliseconds. By default 60,000; 0: no retry. */
  retryBudgetMs?: number | undefined;
  /** By default 10 requests in 10,000 ms, the service's own limit; false: none. */
  rateLimit?: { requests: number; perMs: number } | false | undefined;
  /** A longer answer is refused. By default 64 MiB. */
  maxBodyBytes?: number | undefined;
  /** Called as fetch(url, init). By default the host's. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** For tests. By default the host's. */
  clock?: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> } | undefined;
  /** Added to every request. */
  headers?: HeadersInit | undefined;
  /** An object like console. By default console. */
  logger?: Logger | undefined;
  /** Lines that matter less are dropped. By default "warn". */
  logLevel?: "off" | "error" | "warn" | "info" | "debug" | undefined;
  /** What becomes of answers that break the contract. By default "error". */
  validateResponses?: "error" | "warn" | "off" | undefined;
  /** What becomes of properties of a request that the contract does not know. By default "error". */
  unknownProperties?: "error" | "send" | undefined;
  /** A key secret in a page can be read by everyone who opens it. Use a backend that adds the key instead. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** An object like console. */
export interface Logger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}
"#;

/// Reads the options of the constructor.
pub fn read(value: JsValue) -> Result<(JsHost, Settings), Error> {
    let options = Options::new("new CloudClient", value.clone(), KNOWN)?;
    let target = target(&value);
    if let Some(message) = get(&target, "wrong").as_string() {
        return Err(options.wrong(&message));
    }
    let host = JsHost {
        fetch: options.given("fetch"),
        clock: JsClock(options.given("clock")),
        max_body_bytes: options.number("maxBodyBytes").unwrap_or(67_108_864.0),
        logger: options.given("logger"),
        log_level: match options.text("logLevel").as_deref() {
            Some("off") => None,
            Some("error") => Some(Level::Error),
            Some("info") => Some(Level::Info),
            Some("debug") => Some(Level::Debug),
            _ => Some(Level::Warn),
        },
    };
    let limit = options.rate_limit((10.0, 10_000.0));
    let settings = Settings {
        organization_id: organization_id(&options)?,
        timeout_ms: options.number("timeoutMs").unwrap_or(30_000.0),
        retry_budget_ms: options.number("retryBudgetMs").unwrap_or(60_000.0),
        unknown: match options.text("unknownProperties").as_deref() {
            Some("send") => Unknown::Send,
            _ => Unknown::Refuse,
        },
        breaches: match options.text("validateResponses").as_deref() {
            Some("warn") => Breaches::Warn,
            Some("off") => Breaches::Ignore,
            _ => Breaches::Fail,
        },
        limiter: limit.map_or(Limit::Off, |(requests, per_ms)| {
            Limit::Shared(Rc::new(RateLimiter::new(requests as usize, per_ms)))
        }),
        target: Target {
            base_url: get(&target, "baseUrl").as_string().unwrap_or_default(),
            authorization: get(&target, "authorization").as_string().map(Secret::new),
            headers: options.headers()?,
        },
    };
    Ok((host, settings))
}

fn organization_id(options: &Options) -> Result<Option<String>, Error> {
    let given = options.text("organizationId");
    let Some(id) = given.or_else(|| environment("CLICKHOUSE_ORG_ID")) else { return Ok(None) };
    let json = Argument::text("organizationId", &id).json;
    let schema = contract::ORGANIZATIONS_GET.path_parameters.first().map(|parameter| parameter.schema);
    let mode = Mode::Request { unknown: Unknown::Refuse };
    match schema.and_then(|schema| validate(json.as_bytes(), schema, mode, &[]).issues.pop()) {
        None => Ok(Some(id)),
        Some(issue) => Err(options.wrong(&["organizationId: ", &issue.message()].concat())),
    }
}
