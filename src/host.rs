//! What the host lends: the network, the clock and randomness.
//!
//! The core has none of its own. In JavaScript the host is `fetch`, `setTimeout` and `crypto` (`src/bindings`); in native
//! tests it is the sandbox and a virtual clock. Whatever a host starts for a future ends when that future is dropped:
//! this is how aborts and deadlines reach a fetch, a timer and a body.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

use crate::contract::Method;
use crate::secret::Secret;

/// All that a client needs from where it runs.
pub trait Host: Transport + Clock + Random + Values + Log + Slots + Hooks {}

impl<T: Transport + Clock + Random + Values + Log + Slots + Hooks> Host for T {}

/// Sends one request, once. No retries, no redirects: a redirect is an answer like any other.
pub trait Transport {
    /// Resolves when the whole body has been read. Dropping the future ends the request.
    fn send(&self, request: &HttpRequest) -> impl Future<Output = Result<HttpResponse, Fault>>;
    /// The host's own error as the caller may have it: the error itself where `clean` finds nothing to take out of its
    /// texts, else a copy without them.
    fn scrub_cause(&self, cause: Foreign, clean: &dyn Fn(&mut String)) -> Foreign {
        let _ = clean;
        cause
    }
}

/// Time, in milliseconds.
pub trait Clock {
    /// Milliseconds since the Unix epoch. May jump, also backwards: the client counts no step back.
    fn now(&self) -> f64;
    /// Resolves after that many milliseconds. Dropping the future ends the timer.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()>;
    /// The moment that an HTTP date names, in milliseconds since the Unix epoch; `None`: it is no date.
    fn date(&self, text: &str) -> Option<f64>;
}

/// Randomness that is good enough for passwords.
pub trait Random {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The host's own values: it parses JSON into them, and the core hands them on.
pub trait Values {
    /// A value of the host.
    type Value: Clone;
    /// Parses a whole JSON document; `None`: it is none.
    fn parse(&self, json: &[u8]) -> Option<Self::Value>;
    /// A text as a value, for answers that are not JSON.
    fn text(&self, bytes: &[u8]) -> Self::Value;
    /// The property of an object, where there is one.
    fn member(&self, value: &Self::Value, name: &str) -> Option<Self::Value>;
    /// The items of a list; of anything else none.
    fn items(&self, value: &Self::Value) -> Vec<Self::Value>;
    /// The text of a string; `None`: it is no string.
    fn as_text(&self, value: &Self::Value) -> Option<String>;
    /// The value of an operation without a result.
    fn nothing(&self) -> Self::Value;
}

/// Where the client speaks to the caller's log. Messages hold no secret.
pub trait Log {
    /// Whether lines of this level are wanted. What is not wanted is not written.
    fn logs(&self, level: Level) -> bool;
    /// One line.
    fn log(&self, level: Level, message: &str);
}

/// A rate limiter of the caller's own, for clients whose settings say so.
pub trait Slots {
    /// Leave to send one request.
    type Slot;
    /// Resolves when a request may go. Dropping the future leaves the line. What it fails with goes back to the caller
    /// as it is.
    fn acquire(&self) -> impl Future<Output = Result<Self::Slot, Foreign>>;
    /// Called once for each slot: with the answer's status, and how long a 429 or a 5xx asks to wait; without a status when no
    /// answer came, or none is waited for any more. What it throws goes back to the caller, if one is left.
    fn tell(&self, slot: Self::Slot, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), Foreign>;
}

/// The caller's own functions that are told what happens, of every attempt. What one throws ends the call and goes back
/// to the caller as it is. They may call the client again.
pub trait Hooks {
    /// A request goes.
    fn on_request(&self, _: &Sending<'_>) -> Result<(), Foreign> {
        Ok(())
    }
    /// An answer came.
    fn on_response(&self, _: &Sending<'_>, _: &Received<'_>) -> Result<(), Foreign> {
        Ok(())
    }
    /// An attempt failed, and another one will follow.
    fn on_retry(&self, _: &Retry) -> Result<(), Foreign> {
        Ok(())
    }
}

/// A request as hooks see it.
#[derive(Clone, Debug)]
pub struct Sending<'a> {
    /// What was called, such as `services.list`.
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

/// An answer as hooks see it.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: &'a [(String, String)],
    /// The envelope's `requestId`.
    pub request_id: Option<&'a str>,
    /// From the request's leaving until the whole body was read.
    pub duration_ms: f64,
}

/// A retry as hooks see it.
#[derive(Clone, Debug)]
pub struct Retry {
    /// What was called.
    pub operation: &'static str,
    /// How many attempts the call has made.
    pub attempt: usize,
    /// The status that the last one met.
    pub status: Option<u16>,
    /// What it met instead of an answer: `connection` or `timeout`.
    pub fault: Option<&'static str>,
    /// How long the client waits before the next one.
    pub wait_ms: f64,
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed that nobody else hears of. What a call fails with is its caller's to tell.
    Error,
    /// Something is likely wrong: a value that the contract does not know, a breach that is tolerated, an operation that
    /// is deprecated.
    Warn,
    /// Retries, what waits see, and calls that failed for good.
    Info,
    /// Every request and every answer.
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

/// An answer as it came over the wire, its body read.
#[derive(Clone)]
pub struct HttpResponse {
    /// The HTTP status. 0: a redirect that the host keeps to itself.
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

/// A request that brought no response, or none that can be read.
#[derive(Clone)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// The host's own words, without secrets.
    pub message: String,
    /// The host's own error value, handed through to the caller as the cause.
    pub cause: Option<Foreign>,
}

/// What kind of fault it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No answer, or only the beginning of one: refused, reset, unreachable. Fetch does not tell which.
    Connection,
    /// The answer is longer than the host was told to take.
    TooLong,
    /// A response came, and its body can not be read: the message says what it lacks.
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// Header names in lower case, and values.
        headers: Vec<(String, String)>,
    },
    /// The caller's own code threw; its error goes back to it as it is.
    Caller,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A value of the host that the core carries and never looks into, such as a JavaScript error.
pub type Foreign = Rc<dyn Any>;
