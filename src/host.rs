//! The host's part of a client: the network, the clock, randomness, values, the log, and the caller's own functions.
//!
//! The core has none of its own. In JavaScript the host is `fetch`, `setTimeout` and `crypto` (`src/bindings`); in native tests
//! it is the sandbox and a virtual clock. Dropping a future cancels all that the host has started for it: so aborts and deadlines
//! reach a fetch, a timer and a body.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

use crate::contract::Method;
use crate::secret::Secret;

/// All that a client needs of its host.
pub trait Host: Transport + Clock + Random + Values + Log + CustomLimiter + Hooks {}

impl<T: Transport + Clock + Random + Values + Log + CustomLimiter + Hooks> Host for T {}

/// Sends one request, once, without retries. A redirect is not followed: it is a response like any other.
pub trait Transport {
    /// Resolves when the whole body has been read. Dropping the future ends the request.
    fn send(&self, request: &HttpRequest) -> impl Future<Output = Result<HttpResponse, TransportError>>;
    /// The host's own error, redacted: the error itself where `clean` changes none of its texts, else a copy.
    fn redact_cause(&self, cause: CallerError, clean: &dyn Fn(&mut String)) -> CallerError {
        let _ = clean;
        cause
    }
}

/// Time, in milliseconds.
pub trait Clock {
    /// Milliseconds since the Unix epoch. May jump, also backwards: to the client a step back is no time.
    fn now(&self) -> f64;
    /// Resolves after that many milliseconds. Dropping the future ends the timer.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()>;
    /// Parses an HTTP date, in milliseconds since the Unix epoch.
    fn date(&self, text: &str) -> Option<f64>;
}

/// Randomness.
pub trait Random {
    /// Fills the whole buffer, cryptographically: passwords are made of it.
    fn fill(&self, buffer: &mut [u8]);
    /// Evenly between 0 and 1, for pauses, which need no cryptography: a host may load that only for a password.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / 4_294_967_296.0
    }
}

/// The host's own values. The host parses JSON into them, and the core passes them on.
pub trait Values {
    /// A value of the host.
    type Value: Clone;
    /// Parses a whole JSON document; `None`: it is not JSON.
    fn parse(&self, json: &[u8]) -> Option<Self::Value>;
    /// A text as a value, for responses that are not JSON.
    fn text(&self, bytes: &[u8]) -> Self::Value;
    /// The property of an object, where there is one.
    fn member(&self, value: &Self::Value, name: &str) -> Option<Self::Value>;
    /// The items of a list; none of any other value.
    fn items(&self, value: &Self::Value) -> Vec<Self::Value>;
    /// The text of a string; `None` of any other value.
    fn as_text(&self, value: &Self::Value) -> Option<String>;
    /// The value of a number; `None` of any other value.
    fn as_number(&self, value: &Self::Value) -> Option<f64>;
    /// The result of an operation that has none.
    fn nothing(&self) -> Self::Value;
}

/// The caller's log. Messages hold no secret.
pub trait Log {
    /// Whether lines of this level are logged.
    fn logs(&self, level: Level) -> bool;
    /// Writes one line.
    fn log(&self, level: Level, message: &str);
}

/// A rate limiter of the caller's own, for clients whose settings say so.
pub trait CustomLimiter {
    /// The permission to send one request.
    type Permit;
    /// Resolves when a request may be sent. Dropping the future leaves the limiter's queue. Its error goes back to the caller.
    fn acquire(&self) -> impl Future<Output = Result<Self::Permit, CallerError>>;
    /// Called once for each permit: with the response's status, and how long a 429 or a 5xx asks to wait; without a status when
    /// no response came, or the call has ended. Its error goes back to the caller, if the call has not ended.
    fn release(
        &self,
        permit: Self::Permit,
        status: Option<u16>,
        retry_after_ms: Option<f64>,
    ) -> Result<(), CallerError>;
}

/// The caller's own functions, called for each attempt. An error that one throws ends the call and goes back to the caller.
/// They may call the client again.
pub trait Hooks {
    /// A request is sent.
    fn on_request(&self, _: &RequestEvent<'_>) -> Result<(), CallerError> {
        Ok(())
    }
    /// A response came.
    fn on_response(&self, _: &RequestEvent<'_>, _: &ResponseEvent<'_>) -> Result<(), CallerError> {
        Ok(())
    }
    /// An attempt failed, and another one will follow.
    fn on_retry(&self, _: &RetryEvent) -> Result<(), CallerError> {
        Ok(())
    }
}

/// A request as hooks see it.
#[derive(Clone, Debug)]
pub struct RequestEvent<'a> {
    /// The operation, such as `services.list`.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// The absolute address. Never holds a secret.
    pub url: &'a str,
    /// Header names in lower case, and values; without those that carry credentials.
    pub headers: Vec<(&'a str, &'a str)>,
    /// How many attempts the call has made, this one included.
    pub attempt: usize,
}

/// A response as hooks see it.
#[derive(Clone, Debug)]
pub struct ResponseEvent<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: &'a [(String, String)],
    /// The envelope's `requestId`.
    pub request_id: Option<&'a str>,
    /// From sending the request until the whole body was read, in milliseconds.
    pub duration_ms: f64,
}

/// A retry as hooks see it.
#[derive(Clone, Debug)]
pub struct RetryEvent {
    /// The operation.
    pub operation: &'static str,
    /// How many attempts the call has made.
    pub attempt: usize,
    /// The status that the last one met, where a response came.
    pub status: Option<u16>,
    /// Why no response came: `connection` or `timeout`.
    pub fault: Option<&'static str>,
    /// How long the client waits before the next one, in milliseconds.
    pub wait_ms: f64,
}

/// The level of a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A failure that reaches no caller. The error of a call is not logged: its caller has it.
    Error,
    /// Something is likely wrong: a value that the contract does not know, a tolerated violation, a deprecated operation.
    Warn,
    /// Retries, the states that waits read, and failed calls.
    Info,
    /// Every request and every response.
    Debug,
}

/// A request as it goes over the wire.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute address, percent-encoded. Never holds a secret.
    pub url: String,
    /// Header names in lower case, and values. Without `authorization`.
    pub headers: Vec<(String, String)>,
    /// The value of the `authorization` header.
    pub authorization: Option<Secret>,
    /// The JSON text of the body. May hold secrets.
    pub body: Option<String>,
}

impl HttpRequest {
    /// The value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a header, in place of one of that name; `name` in lower case.
    pub fn set_header(&mut self, name: &str, value: &str) {
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// Shows neither credentials nor the body.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.url)
    }
}

/// A response as it came over the wire, its body read.
#[derive(Clone)]
pub struct HttpResponse {
    /// The HTTP status. 0: a redirect that the host hides.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes. May hold secrets.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Shows no body.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// The error of a request that brought no response, or none that can be read.
#[derive(Clone)]
pub struct TransportError {
    /// The kind of error.
    pub kind: TransportErrorKind,
    /// The host's message. May hold secrets.
    pub message: String,
    /// The host's own error value, which becomes the cause.
    pub cause: Option<CallerError>,
}

/// The kind of a transport error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// No response, or only the beginning of one: refused, reset, unreachable. Fetch does not tell which.
    Connection,
    /// The response is longer than `maxBodyBytes`.
    TooLong,
    /// The caller's own fetch resolved with another value than a response: nothing is known of the request.
    NoResponse,
    /// A response came, but its body can not be read. The message says why.
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// Header names in lower case, and values.
        headers: Vec<(String, String)>,
    },
    /// The caller's own code threw: its error goes back to it.
    Caller,
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An error value of the host, such as one that the caller's own code threw. The core carries it and never looks into it.
pub type CallerError = Rc<dyn Any>;
