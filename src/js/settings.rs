//! The constructor's options become the settings of a client. What is missing comes from the environment, where there
//! is one.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::host::{JsHost, address, environment, in_page};
use super::options::{Known, Options, is_field_value};
use super::time::JsClock;
use crate::client::limit::RateLimiter;
use crate::client::{Breaches, Settings};
use crate::contract::{Format, Kind, Schema, Text};
use crate::error::Error;
use crate::host::Level;
use crate::password::base64;
use crate::request::{Argument, Target};
use crate::secret::Secret;
use crate::validate::{Mode, Unknown, validate};

/// The options.
const KNOWN: &[Known] = &[
    Known::text("keyId"),
    Known::text("keySecret"),
    Known::text("bearerToken"),
    Known::text("organizationId"),
    Known::text("baseUrl"),
    Known::from_1("timeoutMs"),
    Known::from_0("retryBudgetMs"),
    Known::any("rateLimit"),
    Known::from_1("maxBodyBytes"),
    Known::function("fetch"),
    Known::methods("clock", "now sleep", "an object with now and sleep"),
    Known::headers(),
    Known::methods("logger", "error warn info debug", "an object with error and warn and info and debug"),
    Known::word("logLevel", "off error warn info debug", r#""off" or "error" or "warn" or "info" or "debug""#),
    Known::word("validateResponses", "error warn off", r#""error" or "warn" or "off""#),
    Known::word("unknownProperties", "error send", r#""error" or "send""#),
    Known::flag("dangerouslyAllowBrowser"),
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
    let value = |name| options.get(name).unwrap_or(JsValue::UNDEFINED);
    let authorization = authorization(&options)?;
    let host = JsHost {
        fetch: value("fetch"),
        clock: JsClock(value("clock")),
        max_body_bytes: options.number("maxBodyBytes").unwrap_or(67_108_864.0),
        logger: value("logger"),
        log_level: match options.text("logLevel").as_deref() {
            Some("off") => None,
            Some("error") => Some(Level::Error),
            Some("info") => Some(Level::Info),
            Some("debug") => Some(Level::Debug),
            _ => Some(Level::Warn),
        },
    };
    let limit = options.rate_limit("new CloudClient: rateLimit", (10.0, 10_000.0))?;
    if limit.is_some_and(|(requests, _)| requests.fract() != 0.0) {
        return Err(options.expected("rateLimit", "{ requests, perMs } or false", &value("rateLimit")));
    }
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
        limiter: limit.map(|(requests, per_ms)| Rc::new(RateLimiter::new(requests as usize, per_ms))),
        target: Target {
            base_url: base_url(&options, authorization.is_some())?,
            authorization,
            headers: options.headers()?,
        },
    };
    Ok((host, settings))
}

/// The value of the `authorization` header: a key, a token, or none for a backend that adds it.
fn authorization(options: &Options) -> Result<Option<Secret>, Error> {
    let allowed = options.flag("dangerouslyAllowBrowser");
    let mut key = (options.text("keyId"), options.text("keySecret"));
    let token = options.text("bearerToken");
    if let Some(token) = token {
        if key.0.is_some() || key.1.is_some() {
            return Err(options.wrong("takes either keyId and keySecret, or bearerToken"));
        }
        if !is_field_value(&token) {
            return Err(options.wrong("bearerToken holds characters that no header can hold"));
        }
        return Ok(Some(Secret::new(["Bearer ", &token].concat())));
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
            Ok(Some(Secret::new(["Basic ", &base64([id.as_str(), ":", &secret].concat().as_bytes())].concat())))
        }
    }
}

fn organization_id(options: &Options) -> Result<Option<String>, Error> {
    const UUID: Schema = Schema {
        kind: Kind::Text(&Text { min: 0, max: u32::MAX, format: Some(Format::Uuid), patterns: &[] }),
        nullable: false,
        secret: false,
    };
    let given = options.text("organizationId");
    let Some(id) = given.or_else(|| environment("CLICKHOUSE_ORG_ID")) else { return Ok(None) };
    let json = Argument::text("organizationId", &id).json;
    match validate(json.as_bytes(), &UUID, Mode::Request { unknown: Unknown::Refuse }, &[]).issues.first() {
        None => Ok(Some(id)),
        Some(issue) => Err(options.wrong(&["organizationId: ", &issue.message()].concat())),
    }
}

fn base_url(options: &Options, has_credentials: bool) -> Result<String, Error> {
    let given = options.text("baseUrl").or_else(|| environment("CLICKHOUSE_API_URL"));
    let parts = address(given.as_deref().unwrap_or(DEFAULT_URL));
    let [protocol, credentials, after, hostname, origin, path] = parts.as_slice() else {
        return Err(options.wrong("baseUrl must be an absolute address; in a page it may be relative"));
    };
    if !matches!(protocol.as_str(), "http:" | "https:") {
        return Err(options.wrong("baseUrl must be an address of http or https"));
    }
    if !credentials.is_empty() {
        return Err(options.wrong("baseUrl must not hold credentials: use keyId and keySecret"));
    }
    if !after.is_empty() {
        return Err(options.wrong("baseUrl must end before ? and #"));
    }
    let loopback = hostname == "localhost"
        || hostname.ends_with(".localhost")
        || hostname == "[::1]"
        || hostname.starts_with("127.") && hostname.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if has_credentials && protocol == "http:" && !loopback {
        return Err(options.wrong("baseUrl must be of https: credentials would travel in the clear"));
    }
    Ok([origin, path.trim_end_matches('/')].concat())
}
