//! The typed interface between JavaScript and Rust: the settings of a client, and the input of each call.
//!
//! Each TypeScript interface stands beside the Rust getters that read it. `tsc` checks `js/` against the interface, and
//! tests/structure checks the interface against the getters. `js/options.js` has validated options; they are not
//! checked again here.

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const SETTINGS: &str = r#"
/**
 * The settings of a client: its validated options with defaults. Every property is set, since `Object.prototype` may be
 * polluted.
 */
export interface CoreSettings {
  /** The caller's functions and objects. */
  readonly host: CoreHost;
  readonly logLevel: NonNullable<CloudClientOptions["logLevel"]>;
  readonly maxBodyBytes: number;
  /** The timeout of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  readonly retryBudgetMs: number;
  readonly unknownProperties: NonNullable<CloudClientOptions["unknownProperties"]>;
  readonly validateRequests: NonNullable<CloudClientOptions["validateRequests"]>;
  readonly validateResponses: NonNullable<CloudClientOptions["validateResponses"]>;
  readonly baseUrl: string;
  /** The value of the `Authorization` header. */
  readonly authorization: string | undefined;
  readonly credentialSource: "options" | "environment" | "bearerToken" | "none";
  /** Whether requests go over plain http to another machine without permission to send credentials. */
  readonly isInsecure: boolean;
  /** The secret in the authorization. */
  readonly keySecret: string | undefined;
  /** Names, in lower case, and values, alternately. */
  readonly headers: string[];
  readonly organizationId: string | undefined;
  /** The option or environment variable that names the organization. */
  readonly organizationName: string;
}

/** The caller's functions and objects. Functions are called as methods of this object, which holds no secret. */
export interface CoreHost {
  readonly fetch: CloudClientOptions["fetch"];
  readonly clock: Clock | undefined;
  readonly logger: Logger | undefined;
  /** The caller's custom rate limiter. */
  readonly rateLimit: RateLimiterLike | undefined;
  /** Shares look-ups with other clients of the same key. */
  readonly limiter: RateLimiterLike | undefined;
  readonly onRequest: CloudClientOptions["onRequest"];
  readonly onResponse: CloudClientOptions["onResponse"];
  readonly onRetry: CloudClientOptions["onRetry"];
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "CoreSettings")]
    pub type CoreSettings;
    #[wasm_bindgen(method, getter)]
    pub fn host(this: &CoreSettings) -> CoreHost;
    #[wasm_bindgen(method, getter, js_name = logLevel)]
    pub fn log_level(this: &CoreSettings) -> LogLevel;
    #[wasm_bindgen(method, getter, js_name = maxBodyBytes)]
    pub fn max_body_bytes(this: &CoreSettings) -> f64;
    #[wasm_bindgen(method, getter, js_name = timeoutMs)]
    pub fn timeout_ms(this: &CoreSettings) -> f64;
    #[wasm_bindgen(method, getter, js_name = retryBudgetMs)]
    pub fn retry_budget_ms(this: &CoreSettings) -> f64;
    #[wasm_bindgen(method, getter, js_name = unknownProperties)]
    pub fn unknown_properties(this: &CoreSettings) -> UnknownProperties;
    #[wasm_bindgen(method, getter, js_name = validateRequests)]
    pub fn validate_requests(this: &CoreSettings) -> ViolationPolicy;
    #[wasm_bindgen(method, getter, js_name = validateResponses)]
    pub fn validate_responses(this: &CoreSettings) -> ViolationPolicy;
    #[wasm_bindgen(method, getter, js_name = baseUrl)]
    pub fn base_url(this: &CoreSettings) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn authorization(this: &CoreSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = credentialSource)]
    pub fn credential_source(this: &CoreSettings) -> CredentialOrigin;
    #[wasm_bindgen(method, getter, js_name = isInsecure)]
    pub fn is_insecure(this: &CoreSettings) -> bool;
    #[wasm_bindgen(method, getter, js_name = keySecret)]
    pub fn key_secret(this: &CoreSettings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &CoreSettings) -> Vec<String>;
    #[wasm_bindgen(method, getter, js_name = organizationId)]
    pub fn organization_id(this: &CoreSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = organizationName)]
    pub fn organization_name(this: &CoreSettings) -> String;

    /// `fetch.rs` and `host.js` read the properties that have no getter here.
    #[wasm_bindgen(typescript_type = "CoreHost")]
    #[derive(Clone)]
    pub type CoreHost;
    #[wasm_bindgen(method, getter)]
    pub fn clock(this: &CoreHost) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = onRequest)]
    pub fn on_request(this: &CoreHost) -> Option<Function>;
    #[wasm_bindgen(method, getter, js_name = onResponse)]
    pub fn on_response(this: &CoreHost) -> Option<Function>;
    #[wasm_bindgen(method, getter, js_name = onRetry)]
    pub fn on_retry(this: &CoreHost) -> Option<Function>;
}

/// The log level: lines of this level and of more severe levels are logged.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum LogLevel {
    /// Nothing is logged.
    Off = "off",
    /// Errors.
    Error = "error",
    /// Warnings.
    Warn = "warn",
    /// Retries and waits.
    Info = "info",
    /// Everything is logged.
    Debug = "debug",
}

/// How requests or responses that violate the contract are handled.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum ViolationPolicy {
    /// The call fails.
    Error = "error",
    /// The call continues, with a warning in the log.
    Warn = "warn",
    /// The call continues.
    Off = "off",
}

/// How unknown properties of a request are handled.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum UnknownProperties {
    /// The call fails.
    Error = "error",
    /// They are sent.
    Send = "send",
}

/// The source of the credentials.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum CredentialOrigin {
    /// The options `keyId` and `keySecret`.
    Options = "options",
    /// The environment.
    Environment = "environment",
    /// The option `bearerToken`.
    BearerToken = "bearerToken",
    /// No credentials are set.
    None = "none",
}

#[wasm_bindgen(typescript_custom_section)]
const CALLS: &str = r#"
/** The arguments of a request, as JSON texts. Every property is set, since `Object.prototype` may be polluted. */
export interface CoreArguments {
  /** Names and JSON texts, alternately. */
  readonly path: string[];
  /** Names and JSON texts, alternately. */
  readonly query: string[];
  readonly body: string | undefined;
  /** The values that JSON cannot hold. */
  readonly refused: CoreRefusal[];
}

/** A value that JSON cannot hold. */
export interface CoreRefusal {
  readonly path: (string | number)[];
  readonly expected: string;
  readonly received: string;
}

/** An operation with its arguments. */
export interface CoreRequest extends CoreArguments {
  /** A name such as `services.list`, or a route such as `GET /v1/organizations`. */
  readonly operation: string;
}

/** A request to send. */
export interface CoreCall extends CoreRequest {
  /** The timeout of one attempt, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** How long `createAndWait` may take, in milliseconds: no attempt begins later. */
  readonly deadlineMs?: number | undefined;
  /** Names, in lower case, and values, alternately. */
  readonly headers: string[];
}

/** A wait: the arguments of its requests, and its goal. */
export type CoreWait = CoreArguments & {
  readonly headers: string[];
  /** The deadline of the whole wait, in milliseconds. */
  readonly deadlineMs: number | undefined;
  /** How much of it has been spent before the wait, in milliseconds. */
  readonly spentMs: number;
  readonly pollIntervalMs: number | undefined;
  readonly onProgress: ((progress: Progress<any>) => unknown) | undefined;
} & (
    | {
        readonly goal: "states" | "creation" | "deployment";
        /** The waiter of the contract, such as `services.waitFor`. */
        readonly waiter: string;
        /** None: any in which the resource rests. */
        readonly states: string[];
        /** Reads of a version before this one are too old. */
        readonly leastVersion: number | undefined;
      }
    | { readonly goal: "running"; readonly start: boolean }
    | { readonly goal: "deletion" }
  );
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "CoreArguments")]
    pub type CoreArguments;
    #[wasm_bindgen(method, getter)]
    pub fn path(this: &CoreArguments) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn query(this: &CoreArguments) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &CoreArguments) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn refused(this: &CoreArguments) -> Vec<CoreRefusal>;

    #[wasm_bindgen(extends = CoreArguments, typescript_type = "CoreRequest")]
    pub type CoreRequest;
    #[wasm_bindgen(method, getter)]
    pub fn operation(this: &CoreRequest) -> String;

    #[wasm_bindgen(typescript_type = "CoreRefusal")]
    pub type CoreRefusal;
    #[wasm_bindgen(method, getter, js_name = path)]
    pub fn steps(this: &CoreRefusal) -> Vec<JsValue>;
    #[wasm_bindgen(method, getter)]
    pub fn expected(this: &CoreRefusal) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn received(this: &CoreRefusal) -> String;

    #[wasm_bindgen(extends = CoreRequest, extends = CoreArguments, typescript_type = "CoreCall")]
    pub type CoreCall;
    #[wasm_bindgen(method, getter, js_name = timeoutMs)]
    pub fn timeout_ms(this: &CoreCall) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = deadlineMs)]
    pub fn deadline_ms(this: &CoreCall) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = headers)]
    pub fn call_headers(this: &CoreCall) -> Vec<String>;

    #[wasm_bindgen(extends = CoreArguments, typescript_type = "CoreWait")]
    pub type CoreWait;
    #[wasm_bindgen(method, getter, js_name = headers)]
    pub fn wait_headers(this: &CoreWait) -> Vec<String>;
    #[wasm_bindgen(method, getter, js_name = deadlineMs)]
    pub fn wait_deadline_ms(this: &CoreWait) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = spentMs)]
    pub fn spent_ms(this: &CoreWait) -> f64;
    #[wasm_bindgen(method, getter, js_name = pollIntervalMs)]
    pub fn poll_interval_ms(this: &CoreWait) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = onProgress)]
    pub fn on_progress(this: &CoreWait) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    pub fn goal(this: &CoreWait) -> GoalKind;
    #[wasm_bindgen(method, getter)]
    pub fn waiter(this: &CoreWait) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn states(this: &CoreWait) -> Vec<String>;
    #[wasm_bindgen(method, getter, js_name = leastVersion)]
    pub fn least_version(this: &CoreWait) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub fn start(this: &CoreWait) -> bool;
}

/// The goal of a wait.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum GoalKind {
    /// A resource in one of the given states.
    States = "states",
    /// The same, of `services.createAndWait`.
    Creation = "creation",
    /// The same, of `udfs.deploy`.
    Deployment = "deployment",
    /// A running service.
    Running = "running",
    /// A deleted service.
    Deletion = "deletion",
}
