//! The network of the tests: scripted faults and responses in front of the sandbox. It records requests, and counts those in
//! progress.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use clickhouse_cloud::host::{
    CallerError, Clock, HttpRequest, HttpResponse, Level, Log, Random, Transport, TransportError, TransportErrorKind,
    Values,
};
use clickhouse_cloud::sandbox::Sandbox;
use serde_json::Value;

use super::caller::Caller;
use super::world::World;

/// A scripted outcome of a request, instead of the sandbox's.
pub enum Act {
    /// This response; the request does not reach the sandbox.
    Answer(HttpResponse),
    /// The connection ends before the sandbox hears of the request.
    DropBefore,
    /// The sandbox carries it out, then the connection ends.
    DropAfter,
    /// No response; the request does not reach the sandbox.
    Hang,
    /// The sandbox carries the request out, but no response comes.
    HangAfter,
    /// The response is longer than `maxBodyBytes`.
    TooLong,
    /// Resolves with another value than a response.
    NoResponse,
    /// A response of this status comes, whose body can not be read.
    Unreadable(u16),
    /// The host's fetch fails with these words.
    Fail(String),
    /// The same, with this as the cause.
    FailWith(CallerError),
    /// The caller's own fetch throws this.
    Throw(CallerError),
}

/// A response of this status and body.
pub fn answer(status: u16, body: &str) -> Act {
    Act::Answer(HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

/// The same, with headers.
pub fn answer_with(status: u16, headers: &[(&str, &str)], body: &str) -> Act {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Act::Answer(HttpResponse { status, headers, body: body.as_bytes().to_vec() })
}

/// A request that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// In milliseconds since the world began.
    pub at: f64,
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub body: Option<String>,
}

/// The one network that hosts share.
pub struct Network {
    pub sandbox: RefCell<Sandbox>,
    pub sent: RefCell<Vec<Sent>>,
    script: RefCell<Vec<(&'static str, &'static str, Act)>>,
    under_way: Cell<usize>,
    /// The latency of a request, and of its response.
    pub latency: Cell<(f64, f64)>,
    /// The part of their time after which timers fire.
    pub timers: Cell<f64>,
    pub lines: RefCell<Vec<(Level, String)>>,
    /// The reading of the hosts' clock, where it is not the world's.
    pub clock: Cell<fn(f64) -> f64>,
    /// The caller of its hosts.
    pub caller: Caller,
    dice: Cell<u64>,
}

impl Network {
    pub fn new(sandbox: Sandbox) -> Self {
        Self {
            sandbox: RefCell::new(sandbox),
            sent: RefCell::default(),
            script: RefCell::default(),
            under_way: Cell::new(0),
            latency: Cell::new((20.0, 30.0)),
            timers: Cell::new(1.0),
            lines: RefCell::default(),
            clock: Cell::new(|now| now),
            caller: Caller::default(),
            dice: Cell::new(1),
        }
    }

    /// Scripts the next request without a script of its own.
    pub fn next(&self, act: Act) {
        self.on("", "", act);
    }

    /// Scripts the next request of this method whose path ends so. Each entry serves once, in order.
    pub fn on(&self, method: &'static str, end: &'static str, act: Act) {
        self.script.borrow_mut().push((method, end, act));
    }

    /// Removes scripts that no request has met.
    pub fn forget(&self) {
        self.script.borrow_mut().clear();
    }

    /// Nothing scripted is left, and nothing is under way.
    #[track_caller]
    pub fn assert_quiet(&self) {
        assert_eq!(self.script.borrow().len(), 0, "scripted, but never met");
        assert_eq!(self.under_way.get(), 0, "requests under way");
    }

    pub fn under_way(&self) -> usize {
        self.under_way.get()
    }

    /// How many requests were sent.
    pub fn count(&self) -> usize {
        self.sent.borrow().len()
    }

    /// The statuses in the sandbox's ledger that are not in order: 429 and 5xx.
    pub fn refused_by_limit(&self) -> usize {
        self.sandbox.borrow().ledger().filter(|entry| entry.status == 429).count()
    }

    fn scripted(&self, request: &Sent) -> Option<Act> {
        let mut script = self.script.borrow_mut();
        let fits = |(method, end, _): &(&str, &str, Act)| {
            (method.is_empty() || *method == request.method) && request.path.ends_with(end)
        };
        script.iter().position(fits).map(|index| script.remove(index).2)
    }

    /// A number below 1, the next one each time.
    pub fn roll(&self) -> f64 {
        let mut state = self.dice.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.dice.set(state);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((state ^ (state >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A host on the network, with the world's clock.
#[derive(Clone)]
pub struct TestHost {
    pub world: World,
    pub network: Rc<Network>,
}

struct UnderWay<'a>(&'a Cell<usize>);

impl<'a> UnderWay<'a> {
    fn new(count: &'a Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl TestHost {
    async fn hand_over(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        self.world.sleep(self.network.latency.get().0).await;
        let reply = self.network.sandbox.borrow_mut().handle(self.world.now(), request);
        self.world.sleep(reply.delay_ms + self.network.latency.get().1).await;
        reply.into_result()
    }
}

impl Transport for TestHost {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let _under_way = UnderWay::new(&self.network.under_way);
        let address = request.url.strip_prefix("https://api.clickhouse.cloud").unwrap_or(&request.url);
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let sent = Sent {
            at: self.world.elapsed(),
            method: request.method.as_str(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: request.body.clone(),
        };
        let act = self.network.scripted(&sent);
        self.network.sent.borrow_mut().push(sent);
        let fault = |kind, message: &str, cause| TransportError { kind, message: message.to_owned(), cause };
        let (there, back) = self.network.latency.get();
        match act {
            None => self.hand_over(request).await,
            Some(Act::Answer(response)) => {
                self.world.sleep(there + back).await;
                Ok(response)
            }
            Some(Act::DropBefore) => {
                self.world.sleep(there).await;
                Err(fault(TransportErrorKind::Connection, "connection refused", None))
            }
            Some(Act::DropAfter) => {
                let _ = self.hand_over(request).await;
                Err(fault(TransportErrorKind::Connection, "connection reset", None))
            }
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::HangAfter) => {
                let _ = self.hand_over(request).await;
                std::future::pending().await
            }
            Some(Act::TooLong) => Err(fault(TransportErrorKind::TooLong, "the response is longer than 1 byte", None)),
            Some(Act::NoResponse) => Err(fault(TransportErrorKind::NoResponse, "it has no status", None)),
            Some(Act::Unreadable(status)) => Err(fault(
                TransportErrorKind::Unreadable { status, headers: Vec::new() },
                "a body that has been read already",
                None,
            )),
            Some(Act::Fail(message)) => Err(fault(TransportErrorKind::Connection, &message, None)),
            Some(Act::FailWith(cause)) => Err(fault(TransportErrorKind::Connection, "failed", Some(cause))),
            Some(Act::Throw(cause)) => Err(fault(TransportErrorKind::Caller, "thrown", Some(cause))),
        }
    }

    fn redact_cause(&self, cause: CallerError, clean: &dyn Fn(&mut String)) -> CallerError {
        let Some(mut text) = cause.downcast_ref::<String>().cloned() else { return cause };
        clean(&mut text);
        Rc::new(text)
    }
}

impl Clock for TestHost {
    fn now(&self) -> f64 {
        self.network.clock.get()(self.world.now())
    }

    async fn sleep(&self, ms: f64) {
        self.world.sleep(ms * self.network.timers.get()).await;
    }

    fn date(&self, text: &str) -> Option<f64> {
        date(text)
    }
}

impl Random for TestHost {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = (self.network.roll() * 256.0) as u8;
        }
    }
}

impl Values for TestHost {
    type Value = Value;

    fn parse(&self, json: &[u8]) -> Option<Value> {
        // As JSON.parse after a TextDecoder does: without the byte order mark, and never failing on bytes.
        let text = String::from_utf8_lossy(json);
        serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text)).ok()
    }

    fn text(&self, bytes: &[u8]) -> Value {
        String::from_utf8_lossy(bytes).into()
    }

    fn member(&self, value: &Value, name: &str) -> Option<Value> {
        value.get(name).cloned()
    }

    fn items(&self, value: &Value) -> Vec<Value> {
        value.as_array().cloned().unwrap_or_default()
    }

    fn as_text(&self, value: &Value) -> Option<String> {
        value.as_str().map(str::to_owned)
    }

    fn as_number(&self, value: &Value) -> Option<f64> {
        value.as_f64()
    }

    fn nothing(&self) -> Value {
        Value::Null
    }
}

impl Log for TestHost {
    fn logs(&self, level: Level) -> bool {
        level <= self.network.caller.level.get()
    }

    fn log(&self, level: Level, message: &str) {
        assert!(self.logs(level), "written although nobody wants it: {message}");
        self.network.lines.borrow_mut().push((level, message.to_owned()));
    }
}

/// `Sat, 01 Aug 2026 00:00:07 GMT` in milliseconds since the epoch.
fn date(text: &str) -> Option<f64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = text.split([' ', ':']).collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<i64>().ok();
    let month = i64::try_from(MONTHS.find(month)? / 3).ok()? + 1;
    // Years that begin in March have their leap day at the end.
    let (year, month) = if month > 2 { (number(year)?, month - 3) } else { (number(year)? - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + number(day)? - 719_469;
    Some((((days * 24 + number(hour)?) * 60 + number(minute)?) * 60 + number(second)?) as f64 * 1000.0)
}
