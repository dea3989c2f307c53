//! The retry policy: one table.
//!
//! [`Setback::next`] and [`Setback::ambiguous`] are the table; docs/retries.md shows it, rendered from them.
//!
//! Only a 429 says that the server surely did nothing. A connection that was refused before anything was sent would say
//! so too, but fetch does not tell it from one that broke later. What is safe to repeat says the contract
//! (`idempotency`). A retry begins inside a time budget; there is no count.

use crate::contract::{Idempotency, Method, Operation};
use crate::host::{Clock, HttpResponse, Random};
use crate::request::Checked;

/// What an attempt met that was not a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// No answer.
    Connection,
    /// No answer in time.
    Timeout,
    /// 429.
    RateLimited,
    /// 408.
    RequestTimeout,
    /// 503.
    Unavailable,
    /// Any other 5xx.
    Server,
    /// Any other status that is not 2xx.
    Refused,
    /// A 2xx whose body is no JSON.
    Garbled,
    /// A 2xx that breaks the contract.
    Breach,
    /// An answer that is longer than allowed.
    TooLong,
    /// A 2xx whose body can not be read: the fetch that brought it would bring another one like it.
    Unreadable,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait until the rate limit's window opens, then try again.
    AwaitWindow,
    /// Wait for as long as the response says, then try again; back off where it says nothing.
    AwaitService,
    /// Back off, then try again.
    BackOff,
    /// Try again, but only once.
    OnceMore,
    /// Give up.
    Stop,
}

impl Setback {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::RateLimited,
        Self::Connection,
        Self::Timeout,
        Self::RequestTimeout,
        Self::Unavailable,
        Self::Server,
        Self::Garbled,
        Self::Breach,
        Self::Unreadable,
        Self::TooLong,
        Self::Refused,
    ];

    /// In words, for the log.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connection => "no answer",
            Self::Timeout => "no answer in time",
            Self::RateLimited => "rate limited",
            Self::RequestTimeout => "request timeout",
            Self::Unavailable | Self::Server => "server error",
            Self::Refused => "refused",
            Self::Garbled => "an answer that is no JSON",
            Self::Breach => "an answer that breaks the contract",
            Self::TooLong => "too long an answer",
            Self::Unreadable => "a response that can not be read",
        }
    }

    /// The setback that a status is; `None`: it is a success.
    #[must_use]
    pub const fn of_status(status: u16) -> Option<Self> {
        match status {
            200..=299 => None,
            408 => Some(Self::RequestTimeout),
            429 => Some(Self::RateLimited),
            503 => Some(Self::Unavailable),
            500..=502 | 504..=599 => Some(Self::Server),
            0..=199 | 300..=407 | 409..=428 | 430..=499 | 600..=u16::MAX => Some(Self::Refused),
        }
    }

    /// The table.
    #[must_use]
    pub const fn next(self, safe: bool) -> Next {
        match (self, safe) {
            (Self::RateLimited, true | false) => Next::AwaitWindow,
            (Self::Connection | Self::Timeout | Self::RequestTimeout | Self::Server | Self::Garbled, true) => {
                Next::BackOff
            }
            (Self::Unavailable, true) => Next::AwaitService,
            (Self::Breach, true) => Next::OnceMore,
            (Self::Connection | Self::Timeout | Self::RequestTimeout | Self::Unavailable | Self::Server, false)
            | (Self::Garbled | Self::Breach, false)
            | (Self::Refused | Self::TooLong | Self::Unreadable, true | false) => Next::Stop,
        }
    }

    /// Whether a change may have happened although the call failed with this.
    #[must_use]
    pub const fn ambiguous(self, operation: &Operation) -> bool {
        let happened = match self {
            Self::RateLimited | Self::Refused => false,
            Self::Connection
            | Self::Timeout
            | Self::RequestTimeout
            | Self::Unavailable
            | Self::Server
            | Self::Garbled
            | Self::Breach
            | Self::TooLong
            | Self::Unreadable => true,
        };
        happened && !matches!(operation.method, Method::Get)
    }
}

/// Whether the request may be sent again when its fate is unknown.
#[must_use]
pub fn is_safe(operation: &Operation, checked: &Checked) -> bool {
    match operation.idempotency {
        Idempotency::Safe => true,
        Idempotency::Unsafe => false,
        Idempotency::SafeWith(names) => names.iter().any(|name| checked.has_property(name)),
        Idempotency::SafeWhen { property, values } => checked.has_value(property, values),
    }
}

/// The pause before the retry after the given number of tries: full jitter, doubling from 0.5 s to 8 s.
#[must_use]
pub fn back_off_ms(tries: u32, random: &impl Random) -> f64 {
    let ceiling = 500.0 * f64::from(1u32 << tries.saturating_sub(1).min(4));
    ceiling * fraction(random)
}

/// How long to wait after a 429 that does not say: a window of the API's own limit.
pub const WINDOW_MS: f64 = 10_000.0;

/// For no longer than this a 429 is waited out at once: all that share the limiter wait with it.
pub const LONGEST_WINDOW_MS: f64 = 60_000.0;

/// A shorter wait than this is not taken from a 503: one that says zero, or a moment that has passed, would be asked again
/// at once.
const SHORTEST_MS: f64 = 500.0;

/// How long a refusal asks to wait, uncapped: `X-RateLimit-Reset` in seconds, or `Retry-After` in seconds or as a date. A
/// date is read against the response's own `Date`: the two come from one clock. `None`: it says nothing that can be read.
#[must_use]
pub fn asked_ms(response: &HttpResponse, clock: &impl Clock) -> Option<f64> {
    let reset = || response.header("x-ratelimit-reset").and_then(seconds_ms);
    let after = || {
        let after = response.header("retry-after")?;
        seconds_ms(after).or_else(|| {
            let sent = response.header("date").and_then(|date| http_date(date, clock));
            http_date(after, clock).map(|date| date - sent.unwrap_or_else(|| clock.now()))
        })
    };
    let asked = match response.status {
        429 => reset().or_else(after),
        503 => after().or_else(reset),
        // The state of the rate limit comes with responses of every kind, and says nothing of a fault.
        500..=599 => after(),
        _ => None,
    };
    Some(asked?.max(0.0))
}

/// How long to wait after a 503, where it says so.
#[must_use]
pub fn unavailable_ms(asked_ms: Option<f64>) -> Option<f64> {
    asked_ms.filter(|ms| *ms >= SHORTEST_MS)
}

/// The moment that an HTTP date names (RFC 9110, 5.6.7). The host's parser takes more than these: a number is no date.
fn http_date(text: &str, clock: &impl Clock) -> Option<f64> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let text = text.trim();
    if !DAYS.iter().any(|day| text.starts_with(day)) {
        return None;
    }
    // The oldest of the three forms does not name its time zone, which is GMT as well.
    let date = if text.ends_with("GMT") { clock.date(text) } else { clock.date(&format!("{text} GMT")) };
    date.filter(|ms| ms.is_finite())
}

/// A tenth more at most, so that not all come back at once.
#[must_use]
pub fn with_jitter(ms: f64, random: &impl Random) -> f64 {
    ms * (1.0 + 0.1 * fraction(random))
}

/// Decimal seconds in milliseconds. Not the standard library's: its exactness costs 14 KB.
fn seconds_ms(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let (sign, digits) = text.strip_prefix("-").map_or((1000.0, text), |digits| (-1000.0, digits));
    let (mut value, mut any) = (0.0, false);
    // What the next digit counts, once the point has come.
    let mut place = 0.0;
    for byte in digits.bytes() {
        let digit = f64::from(byte.wrapping_sub(b'0'));
        match byte {
            b'.' if any && place == 0.0 => place = 0.1,
            b'0'..=b'9' if place == 0.0 => (value, any) = (value * 10.0 + digit, true),
            b'0'..=b'9' => {
                value += digit * place;
                place /= 10.0;
            }
            _ => return None,
        }
    }
    (any && value.is_finite()).then_some(sign * value)
}

/// Evenly between 0 and 1.
pub(super) fn fraction(random: &impl Random) -> f64 {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / 4_294_967_296.0
}
