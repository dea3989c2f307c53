//! The constructor's options become the settings of a client. What is missing comes from the environment, where there
//! is one.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::Url;

use super::host::JsHost;
use super::option_kinds::is_field_value;
use super::options::Options;
use crate::client::limit::RateLimiter;
use crate::client::{Breaches, Settings};
use crate::contract::{Format, Kind, Schema, Text};
use crate::error::Error;
use crate::host::Level;
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::validate::{Mode, Unknown, validate};

/// The names of the options.
const KNOWN: &[&str] = &[
    "keyId",
    "keySecret",
    "bearerToken",
    "organizationId",
    "baseUrl",
    "timeoutMs",
    "retryBudgetMs",
    "rateLimit",
    "maxBodyBytes",
    "fetch",
    "clock",
    "headers",
    "logger",
    "logLevel",
    "validateResponses",
    "unknownProperties",
    "dangerouslyAllowBrowser",
];

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

const DEFAULT_URL: &str = "https://api.clickhouse.cloud";

/// Reads the options of the constructor.
pub fn read(value: JsValue) -> Result<(JsHost, Settings), Error> {
    let options = Options::new("new CloudClient", value, KNOWN)?;
    let authorization = authorization(&options)?;
    let host = JsHost {
        fetch: options.function("fetch")?,
        clock: options.object("clock", &["now", "sleep"])?,
        max_body_bytes: options.number("maxBodyBytes", 1.0)?.unwrap_or(67_108_864.0),
        logger: options.object("logger", &["error", "warn", "info", "debug"])?,
        log_level: options.word("logLevel", LEVELS)?.unwrap_or(Some(Level::Warn)),
    };
    let settings = Settings {
        organization_id: organization_id(&options)?,
        timeout_ms: options.number("timeoutMs", 1.0)?.unwrap_or(30_000.0),
        retry_budget_ms: options.number("retryBudgetMs", 0.0)?.unwrap_or(60_000.0),
        unknown: options.word("unknownProperties", UNKNOWN)?.unwrap_or(Unknown::Refuse),
        breaches: options.word("validateResponses", BREACHES)?.unwrap_or(Breaches::Fail),
        limiter: limiter(&options)?,
        target: Target {
            base_url: base_url(&options, authorization.is_some())?,
            authorization,
            headers: options.headers()?,
        },
    };
    Ok((host, settings))
}

const LEVELS: &[(&str, Option<Level>)] = &[
    ("off", None),
    ("error", Some(Level::Error)),
    ("warn", Some(Level::Warn)),
    ("info", Some(Level::Info)),
    ("debug", Some(Level::Debug)),
];

const UNKNOWN: &[(&str, Unknown)] = &[("error", Unknown::Refuse), ("send", Unknown::Send)];

const BREACHES: &[(&str, Breaches)] = &[("error", Breaches::Fail), ("warn", Breaches::Warn), ("off", Breaches::Ignore)];

/// The value of the `authorization` header: a key, a token, or none for a backend that adds it.
fn authorization(options: &Options) -> Result<Option<Secret>, Error> {
    let allowed = options.flag("dangerouslyAllowBrowser")?.unwrap_or(false);
    let mut key = (options.text("keyId")?, options.text("keySecret")?);
    let token = options.text("bearerToken")?;
    if let Some(token) = token {
        if key.0.is_some() || key.1.is_some() {
            return Err(options.wrong("takes either keyId and keySecret, or bearerToken"));
        }
        if !is_field_value(&token) {
            return Err(options.wrong("bearerToken holds characters that no header can hold"));
        }
        return Ok(Some(Secret::new(format!("Bearer {token}"))));
    }
    if key == (None, None) {
        key = (environment("CLICKHOUSE_CLOUD_API_KEY"), environment("CLICKHOUSE_CLOUD_API_SECRET"));
    }
    match key {
        (None, None) => Ok(None),
        (Some(_), None) => Err(options.wrong("keyId needs a keySecret")),
        (None, Some(_)) => Err(options.wrong("keySecret needs a keyId")),
        (Some(id), Some(_)) if id.contains(':') => Err(options.wrong("keyId must not contain a colon")),
        (Some(_), Some(_)) if !allowed && in_page() => Err(options.wrong(
            "a keySecret in a page can be read by everyone who opens it: let a backend hold the key and give its address \
             as baseUrl, or set dangerouslyAllowBrowser",
        )),
        (Some(id), Some(secret)) => {
            Ok(Some(Secret::new(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))))
        }
    }
}

fn organization_id(options: &Options) -> Result<Option<String>, Error> {
    const UUID: Schema = Schema {
        name: "",
        kind: Kind::Text(Text { min: 0, max: u32::MAX, format: Some(Format::Uuid), patterns: &[] }),
        nullable: false,
        secret: false,
    };
    let given = options.text("organizationId")?;
    let Some(id) = given.or_else(|| environment("CLICKHOUSE_ORG_ID")) else { return Ok(None) };
    let json = Argument::text("organizationId", &id).json;
    match validate(json.as_bytes(), &UUID, Mode::Request { unknown: Unknown::Refuse }, &[]).issues.first() {
        None => Ok(Some(id)),
        Some(issue) => Err(options.wrong(&format!("organizationId: {}", issue.message()))),
    }
}

fn base_url(options: &Options, has_credentials: bool) -> Result<String, Error> {
    let given = options.text("baseUrl")?.or_else(|| environment("CLICKHOUSE_API_URL"));
    let text = given.unwrap_or_else(|| DEFAULT_URL.to_owned());
    let url = Url::new(&text).or_else(|_| match page_address() {
        Some(address) => Url::new_with_base(&text, &address),
        None => Err(JsValue::UNDEFINED),
    });
    let url = url.map_err(|_| options.wrong("baseUrl must be an absolute address; in a page it may be relative"))?;
    if !matches!(url.protocol().as_str(), "http:" | "https:") {
        return Err(options.wrong("baseUrl must be an address of http or https"));
    }
    if !url.username().is_empty() || !url.password().is_empty() {
        return Err(options.wrong("baseUrl must not hold credentials: use keyId and keySecret"));
    }
    if !url.search().is_empty() || !url.hash().is_empty() {
        return Err(options.wrong("baseUrl must end before ? and #"));
    }
    let hostname = url.hostname();
    let loopback = hostname == "localhost"
        || hostname.ends_with(".localhost")
        || hostname == "[::1]"
        || hostname.starts_with("127.") && hostname.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if has_credentials && url.protocol() == "http:" && !loopback {
        return Err(options.wrong("baseUrl must be of https: credentials would travel in the clear"));
    }
    Ok(format!("{}{}", url.origin(), url.pathname().trim_end_matches('/')))
}

fn limiter(options: &Options) -> Result<Option<Rc<RateLimiter>>, Error> {
    let Some(value) = options.get("rateLimit") else { return Ok(Some(Rc::new(RateLimiter::new(10, 10_000.0)))) };
    if value.as_bool() == Some(false) {
        return Ok(None);
    }
    let expected = || options.expected("rateLimit", "{ requests, perMs } or false", &value);
    let limit = Options::new("new CloudClient: rateLimit", value.clone(), &["requests", "perMs"]);
    let limit = if value.is_object() { limit? } else { return Err(expected()) };
    match (limit.number("requests", 1.0)?, limit.number("perMs", 1.0)?) {
        (Some(requests), Some(per_ms)) if requests.fract() == 0.0 => {
            Ok(Some(Rc::new(RateLimiter::new(requests as usize, per_ms))))
        }
        _ => Err(expected()),
    }
}

/// A variable of the environment, where there is one and it may be read.
fn environment(name: &str) -> Option<String> {
    let process = Reflect::get(&js_sys::global(), &"process".into()).ok()?;
    let variables = Reflect::get(&process, &"env".into()).ok()?;
    Reflect::get(&variables, &name.into()).ok()?.as_string().filter(|value| !value.is_empty())
}

/// Whether this is a page, or a worker of one.
fn in_page() -> bool {
    let global = js_sys::global();
    let has =
        |name: &str| Reflect::get(&global, &name.into()).is_ok_and(|value| value.is_object() || value.is_function());
    let agent = Reflect::get(&global, &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"userAgent".into()))
        .ok()
        .and_then(|agent| agent.as_string())
        .unwrap_or_default();
    has("document") || has("WorkerGlobalScope") && agent.starts_with("Mozilla/")
}

fn page_address() -> Option<String> {
    let location = Reflect::get(&js_sys::global(), &"location".into()).ok()?;
    Reflect::get(&location, &"href".into()).ok()?.as_string()
}
