//! The retry policy: one table.
//!
//! [`AttemptFailure::next`] and [`AttemptFailure::ambiguous`] are the table; docs/retries.md is rendered from them. Only a 429
//! proves that the service did nothing: fetch does not tell a refused connection from one that broke later. The contract
//! says which operations are safe to repeat (`idempotency`). Retries are bounded by time, not by a count.

use crate::contract::{Idempotency, Method, Operation};
use crate::host::{Clock, HttpResponse, Random};
use crate::request::CheckedRequest;

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptFailure {
    /// No response.
    Connection,
    /// No response in time.
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
    /// A 2xx whose body is not JSON.
    NotJson,
    /// A 2xx that breaks the contract.
    Violation,
    /// A response that is longer than `maxBodyBytes`.
    TooLong,
    /// A 2xx whose body can not be read: the next response of this fetch would be unreadable, too.
    Unreadable,
}

/// Whether and when the call tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryRule {
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

impl AttemptFailure {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::RateLimited,
        Self::Connection,
        Self::Timeout,
        Self::RequestTimeout,
        Self::Unavailable,
        Self::Server,
        Self::NotJson,
        Self::Violation,
        Self::Unreadable,
        Self::TooLong,
        Self::Refused,
    ];

    /// In words, for the log.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connection => "no response",
            Self::Timeout => "no response in time",
            Self::RateLimited => "rate limited",
            Self::RequestTimeout => "request timeout",
            Self::Unavailable | Self::Server => "server error",
            Self::Refused => "refused",
            Self::NotJson => "a response that is no JSON",
            Self::Violation => "a response that breaks the contract",
            Self::TooLong => "too long a response",
            Self::Unreadable => "a response that can not be read",
        }
    }

    /// The failure of a status; `None` for a 2xx.
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
    pub const fn next(self, safe: bool) -> RetryRule {
        match (self, safe) {
            (Self::RateLimited, true | false) => RetryRule::AwaitWindow,
            (Self::Connection | Self::Timeout | Self::RequestTimeout | Self::Server | Self::NotJson, true) => {
                RetryRule::BackOff
            }
            (Self::Unavailable, true) => RetryRule::AwaitService,
            (Self::Violation, true) => RetryRule::OnceMore,
            (Self::Connection | Self::Timeout | Self::RequestTimeout | Self::Unavailable | Self::Server, false)
            | (Self::NotJson | Self::Violation, false)
            | (Self::Refused | Self::TooLong | Self::Unreadable, true | false) => RetryRule::Stop,
        }
    }

    /// Whether a change may have happened although the attempt failed like this.
    #[must_use]
    pub const fn ambiguous(self, operation: &Operation) -> bool {
        let happened = match self {
            Self::RateLimited | Self::Refused => false,
            Self::Connection
            | Self::Timeout
            | Self::RequestTimeout
            | Self::Unavailable
            | Self::Server
            | Self::NotJson
            | Self::Violation
            | Self::TooLong
            | Self::Unreadable => true,
        };
        happened && !matches!(operation.method, Method::Get)
    }
}

/// Whether the request may be sent again when its outcome is unknown.
#[must_use]
pub fn is_safe(operation: &Operation, checked: &CheckedRequest) -> bool {
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
    ceiling * random.fraction()
}

/// The pause after a 429 without a time, in milliseconds: one window of the API's own limit.
pub const WINDOW_MS: f64 = 10_000.0;

/// The longest pause after a 429, in milliseconds: all users of the limiter pause.
pub const LONGEST_WINDOW_MS: f64 = 60_000.0;

/// A 503 with a shorter time than this backs off instead: a zero, or a moment in the past, would retry at once.
const SHORTEST_MS: f64 = 500.0;

/// How long a response asks to wait, in milliseconds, uncapped: `X-RateLimit-Reset` in seconds, or `Retry-After` in seconds or
/// as a date. A date is read against the response's own `Date`: the two come from one clock.
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
        // Every response may have the headers of the rate limit: they say nothing of a failure.
        500..=599 => after(),
        _ => None,
    };
    Some(asked?.max(0.0))
}

/// How long a 503 asks to wait, where that can be followed.
#[must_use]
pub fn unavailable_ms(asked_ms: Option<f64>) -> Option<f64> {
    asked_ms.filter(|ms| *ms >= SHORTEST_MS)
}

/// Parses an HTTP date (RFC 9110, 5.6.7). The host's parser would take more, such as a number.
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

/// Adds at most a tenth, so that clients do not come back all at once.
#[must_use]
pub fn with_jitter(ms: f64, random: &impl Random) -> f64 {
    ms * (1.0 + 0.1 * random.fraction())
}

/// Decimal seconds in milliseconds. Not by the standard library, whose exact parser costs 14 KB.
fn seconds_ms(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let (sign, digits) = text.strip_prefix("-").map_or((1000.0, text), |digits| (-1000.0, digits));
    let (mut value, mut any) = (0.0, false);
    // The weight of the next digit, behind the decimal point.
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
