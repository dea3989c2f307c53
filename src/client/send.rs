//! One call: attempts until it is answered or given up.
//!
//! A browser sends a request again by itself when a kept connection dies before a response. So each attempt of an operation
//! that is not safe to repeat carries an idempotency key of its own, by which the proxy knows the second copy.

use std::pin::pin;
use std::rc::Rc;

use super::gate::{Leave, Limit};
use super::report::sending;
use super::retry::{self, Next, Setback};
use super::scrub::Scrub;
use super::{Breaches, CallOptions, Client, Outcome};
use crate::contract::{Method, Operation};
use crate::error::{Attempt, Error, Exchange, Met, Trail};
use crate::host::{Fault, FaultKind, Foreign, Host, HttpResponse, Level, Random, Received, Retry};
use crate::issue::Issue;
use crate::race::{First, first};
use crate::request::Checked;
use crate::response::{self, Reading};
use crate::text::{cut, digits};

/// Names one attempt. The API ignores it, the proxy keeps it to itself.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Why an attempt was not the last word, or was.
struct Failed {
    /// What it met. `None`: the caller's own code threw.
    setback: Option<Setback>,
    /// The call's, should it end with it.
    error: Box<Error>,
}

impl From<Foreign> for Failed {
    fn from(thrown: Foreign) -> Self {
        Self { setback: None, error: Error::Caller(thrown).into() }
    }
}

/// The course of one call.
struct Course<'a> {
    operation: &'static Operation,
    checked: &'a mut Checked,
    /// Sent twice, it does what it does once.
    safe: bool,
    /// Each attempt gets an idempotency key.
    keyed: bool,
    timeout_ms: f64,
    retry_budget_ms: f64,
    /// A wait sends it, which goes on after a failure.
    is_of_wait: bool,
    scrub: Scrub,
    attempts: Vec<Attempt>,
    began: f64,
    first_began: f64,
    /// How long the retries have waited in line, the pauses of a 429 not counted.
    queued_ms: f64,
    /// How long the next attempt will be held back by a 429.
    held_ms: f64,
    breaches: u32,
    /// Its place in the line.
    place: u64,
    /// An attempt may have made the change, whatever those after it met.
    doubtful: bool,
}

impl<H: Host> Client<H> {
    /// Sends a checked request.
    pub(super) async fn send(
        &self,
        operation: &'static Operation,
        checked: &mut Checked,
        options: &CallOptions,
    ) -> Result<Outcome<H::Value>, Box<Error>> {
        let safe = retry::is_safe(operation, checked);
        let mut course = Course {
            operation,
            safe,
            // The caller's own key is for all attempts.
            keyed: !safe && checked.request.header(IDEMPOTENCY_KEY).is_none(),
            timeout_ms: options.timeout_ms.unwrap_or(self.settings.timeout_ms),
            retry_budget_ms: options.retry_budget_ms.unwrap_or(self.settings.retry_budget_ms),
            is_of_wait: options.retry_budget_ms.is_some(),
            scrub: self.scrub.of_request(&self.host, checked),
            checked,
            attempts: Vec::new(),
            began: 0.0,
            first_began: 0.0,
            queued_ms: 0.0,
            held_ms: 0.0,
            breaches: 0,
            place: 0,
            doubtful: false,
        };
        loop {
            let queued = self.now();
            let limiter = match &self.settings.limiter {
                Limit::Shared(limiter) => Some(&**limiter),
                Limit::Off | Limit::Lent => None,
            };
            let leave = Leave::take(limiter, &self.host, &mut course.place).await.map_err(Error::Caller)?;
            self.begin(&mut course, queued).map_err(Error::Caller)?;
            let met = first(pin!(self.host.send(&course.checked.request)), pin!(self.sleep(course.timeout_ms))).await;
            match self.judge(met, &mut course, leave) {
                Ok(outcome) => return Ok(outcome),
                Err(failed) => {
                    let pause_ms = self.again(&mut course, failed)?;
                    if course.held_ms == 0.0 {
                        self.sleep(pause_ms).await;
                    }
                }
            }
        }
    }

    /// An attempt begins.
    fn begin(&self, course: &mut Course<'_>, queued: f64) -> Result<(), Foreign> {
        course.began = self.now();
        if course.attempts.is_empty() {
            course.first_began = course.began;
        } else {
            course.queued_ms += (course.began - queued - course.held_ms).max(0.0);
            course.held_ms = 0.0;
        }
        if course.keyed {
            course.checked.request.set_header(IDEMPOTENCY_KEY, &uuid(&self.host));
        }
        let request = &course.checked.request;
        let sending = sending(course.operation, request, course.attempts.len() + 1);
        self.say_request(&sending, course.operation, request.body.as_deref());
        self.host.on_request(&sending)
    }

    /// What an attempt means for the call.
    fn judge(
        &self,
        met: First<Result<HttpResponse, Fault>, ()>,
        course: &mut Course<'_>,
        leave: Leave<'_, H>,
    ) -> Result<Outcome<H::Value>, Failed> {
        let fault = match met {
            First::Left(Ok(response)) => return self.answered(response, None, course, leave),
            First::Left(Err(Fault { kind: FaultKind::Unreadable { status, headers }, message, .. })) => {
                let response = HttpResponse { status, headers, body: Vec::new() };
                return self.answered(response, Some(message), course, leave);
            }
            First::Left(Err(fault)) => Some(fault),
            First::Right(()) => None,
        };
        leave.end(None, None)?;
        let Some(Fault { kind, message, cause }) = fault else {
            course.note(Met::Fault("timeout"), None, Some(Setback::Timeout));
            let (trail, ambiguous) = (self.trail(course), course.doubtful);
            let error = Error::Timeout { timeout_ms: course.timeout_ms, trail, ambiguous };
            return Err(Failed { setback: Some(Setback::Timeout), error: error.into() });
        };
        let setback = match (kind, &cause) {
            (FaultKind::Caller, Some(thrown)) => return Err(thrown.clone().into()),
            (FaultKind::TooLong, _) => Setback::TooLong,
            (FaultKind::Connection | FaultKind::Caller | FaultKind::Unreadable { .. }, _) => Setback::Connection,
        };
        course.note(Met::Fault("connection"), None, Some(setback));
        let message = course.scrub.shown(&message);
        let cause = cause.map(|cause| self.host.scrub_cause(cause, &|text| course.scrub.text(text)));
        let (trail, ambiguous) = (self.trail(course), course.doubtful);
        let error = Error::Connection { message, cause, trail, ambiguous };
        Err(Failed { setback: Some(setback), error: error.into() })
    }

    /// Reads an answer and says what it means for the call. `unreadable`: why its body could not be read. Of a refusal the
    /// status says enough.
    fn answered(
        &self,
        mut response: HttpResponse,
        unreadable: Option<String>,
        course: &mut Course<'_>,
        leave: Leave<'_, H>,
    ) -> Result<Outcome<H::Value>, Failed> {
        let operation = course.operation;
        let duration_ms = self.now() - course.began;
        // What came may be an echo.
        for (name, value) in &mut response.headers {
            course.scrub.text(name);
            course.scrub.text(value);
        }
        let asked_ms = retry::asked_ms(&response, &self.host);
        let Reading { mut data, mut issues, code, text, source, is_error, request_id } =
            response::read(&self.host, operation, &response);
        let unreadable = unreadable.filter(|_| (200..300).contains(&response.status));
        let is_unreadable = unreadable.is_some();
        if let Some(lacks) = unreadable {
            (data, issues) = (None, vec![response::unreadable(lacks)]);
        }
        issues.iter_mut().for_each(|issue| course.scrub.issue(issue));
        let [code, text, request_id] = [code, text, request_id].map(|text| text.map(|text| course.scrub.shown(&text)));
        // Without what the call is for there is no success, however tolerant the client is of responses.
        let lost = data
            .as_ref()
            .filter(|_| !is_error && (200..300).contains(&response.status))
            .and_then(|data| response::lost(&self.host, operation, data, |name| course.checked.has_property(name)));
        let useless = lost.is_some();
        if let Some(issue) = lost.filter(|lost| issues.iter().all(|issue| !lost.path.starts_with(&issue.path))) {
            issues.push(issue);
        }
        let setback = match Setback::of_status(response.status) {
            // An earlier attempt has deleted it, if it is the API that says so.
            Some(_)
                if operation.method == Method::Delete
                    && response.status == 404
                    && course.doubtful
                    && response::is_own_envelope(&self.host, &response.body) =>
            {
                data = Some(self.host.nothing());
                None
            }
            None if is_error => {
                course.breaches += 1;
                Some(Setback::Breach)
            }
            None if is_unreadable => Some(Setback::Unreadable),
            None if data.is_none() => Some(Setback::Garbled),
            None if useless || !issues.is_empty() && !self.tolerates(operation, &issues) => {
                course.breaches += 1;
                Some(Setback::Breach)
            }
            setback => setback,
        };
        let retry_after_ms = asked_ms.or_else(|| (response.status == 429).then_some(retry::WINDOW_MS));
        course.note(Met::Status(response.status), request_id.clone(), setback);
        leave.end(Some(response.status), retry_after_ms)?;
        let HttpResponse { status, headers, body } = response;
        let received = Received { status, headers: &headers, request_id: request_id.as_deref(), duration_ms };
        self.say_response(operation, &received, &body, &course.scrub);
        self.host.on_response(&sending(operation, &course.checked.request, course.attempts.len()), &received)?;
        let exchange = Rc::new(Exchange { trail: self.trail(course), status, headers, request_id, body, source });
        let ambiguous = course.doubtful;
        let error = match (setback, data) {
            (None, Some(data)) => return Ok(Outcome { data, exchange, sent_at: course.began }),
            _ if issues.is_empty() => Error::Api { code, text, exchange, ambiguous, retry_after_ms },
            _ => Error::Response { issues, exchange, ambiguous },
        };
        Err(Failed { setback, error: error.into() })
    }

    /// The pause before the next attempt; the error, where there is none.
    fn again(&self, course: &mut Course<'_>, failed: Failed) -> Result<f64, Box<Error>> {
        let Failed { setback, error } = failed;
        let next = setback.and_then(|setback| Some((setback, self.pause_ms(course, setback, &error)?)));
        let limiter = match (&self.settings.limiter, next) {
            (Limit::Shared(limiter), Some((Setback::RateLimited, _))) => Some(limiter),
            _ => None,
        };
        let retried = next.filter(|(_, pause_ms)| self.is_in_budget(course, *pause_ms));
        if let (Some(limiter), Some((_, pause_ms))) = (limiter, next)
            && (retried.is_some() || course.is_of_wait)
        {
            // Everyone who shares the limiter pauses, this call among them; or the wait, which sends the next one.
            limiter.refused(&self.host, self.now() - course.began, pause_ms);
        }
        let Some((setback, wait_ms)) = retried else {
            self.say_failed(&error);
            return Err(error);
        };
        self.tell_retry(course, setback, wait_ms).map_err(Error::Caller)?;
        if limiter.is_some() {
            course.held_ms = wait_ms;
        }
        Ok(wait_ms)
    }

    /// How long to wait before the next attempt; `None`: there is none.
    fn pause_ms(&self, course: &Course<'_>, setback: Setback, error: &Error) -> Option<f64> {
        let tries = u32::try_from(course.attempts.len()).unwrap_or(u32::MAX);
        let asked_ms = match error {
            Error::Api { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        };
        let asked_ms = match setback.next(course.safe) {
            Next::Stop => return None,
            Next::OnceMore if course.breaches > 1 => return None,
            Next::OnceMore | Next::BackOff => None,
            // A reset that has passed already says nothing of when the next request may go.
            Next::AwaitWindow => asked_ms.filter(|ms| *ms > 0.0).map(|ms| ms.min(retry::LONGEST_WINDOW_MS)),
            Next::AwaitService => retry::unavailable_ms(asked_ms),
        };
        Some(match asked_ms {
            Some(ms) => retry::with_jitter(ms, &self.host),
            None => retry::back_off_ms(tries, &self.host),
        })
    }

    /// Whether a retry after that pause begins in time.
    fn is_in_budget(&self, course: &Course<'_>, pause_ms: f64) -> bool {
        let spent_ms = self.now() - course.first_began - course.queued_ms;
        spent_ms + pause_ms < course.retry_budget_ms
    }

    fn tell_retry(&self, course: &mut Course<'_>, setback: Setback, wait_ms: f64) -> Result<(), Foreign> {
        let operation = course.operation.name;
        let ms = digits(wait_ms as u64);
        self.say(Level::Info, &[operation, ": ", setback.words(), ", again in ", &ms, " ms"]);
        let attempt = course.attempts.len();
        let Some(last) = course.attempts.last_mut() else { return Ok(()) };
        last.waited_ms = wait_ms;
        let (status, fault) = match last.met {
            Met::Status(status) => (Some(status), None),
            Met::Fault(fault) => (None, Some(fault)),
        };
        self.host.on_retry(&Retry { operation, attempt, status, fault, wait_ms })
    }

    fn tolerates(&self, operation: &Operation, issues: &[Issue]) -> bool {
        match self.settings.breaches {
            Breaches::Fail => false,
            Breaches::Ignore => true,
            Breaches::Warn => {
                for issue in issues {
                    self.say(Level::Warn, &[operation.name, ": the answer breaks the contract: ", &issue.line()]);
                }
                true
            }
        }
    }

    fn trail(&self, course: &Course<'_>) -> Trail {
        let url = &course.checked.request.url;
        let path = url.strip_prefix(&self.settings.target.base_url).unwrap_or(url);
        let path = cut(path, b'?').0.to_owned();
        let credentials = self.settings.credentials_of(&course.checked.request);
        Trail { operation: course.operation, credentials, path, attempts: course.attempts.clone() }
    }
}

impl Course<'_> {
    /// Remembers what an attempt met.
    fn note(&mut self, met: Met, request_id: Option<String>, setback: Option<Setback>) {
        self.doubtful |= setback.is_some_and(|setback| setback.ambiguous(self.operation));
        self.attempts.push(Attempt { met, after_ms: self.began - self.first_began, waited_ms: 0.0, request_id });
    }
}

/// A UUID of version 4.
fn uuid(random: &impl Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let part = |shift: u32, mask: u128| bits >> shift & mask;
    let (first, last) = (part(96, 0xffff_ffff), part(0, 0xffff_ffff_ffff));
    format!("{first:08x}-{:04x}-{:04x}-{:04x}-{last:012x}", part(80, 0xffff), part(64, 0xffff), part(48, 0xffff))
}
