//! One call: attempts until it is answered or given up.

use std::rc::Rc;

use super::gate::{Leave, Limit};
use super::report::sending;
use super::retry::{self, Next, Setback};
use super::scrub::Scrub;
use super::{Breaches, CallOptions, Client, Outcome};
use crate::contract::{Method, Operation};
use crate::error::{Attempt, Error, Exchange, Met, Trail};
use crate::host::{Fault, FaultKind, Foreign, Host, HttpResponse, Level, Received, Retry, Sending};
use crate::issue::Issue;
use crate::race::{First, race};
use crate::request::Checked;
use crate::response::{self, Reading};
use crate::text::digits;

/// Why an attempt was not the last word, or was.
enum Failed {
    /// It may be tried again; the error is the call's, should it end with it.
    Setback(Setback, Error),
    /// The caller's own code threw.
    Thrown(Foreign),
}

impl From<Foreign> for Failed {
    fn from(thrown: Foreign) -> Self {
        Self::Thrown(thrown)
    }
}

/// What an answer says.
enum Meaning<V> {
    Data(V),
    Breach(Setback, Vec<Issue>),
    Refusal { code: Option<String>, text: Option<String> },
}

/// The course of one call.
struct Course<'a> {
    operation: &'static Operation,
    checked: &'a Checked,
    timeout_ms: f64,
    scrub: Scrub,
    attempts: Vec<Attempt>,
    began: f64,
    first_began: Option<f64>,
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
        checked: &Checked,
        options: &CallOptions,
    ) -> Result<Outcome<H::Value>, Error> {
        let safe = retry::is_safe(operation, |name| checked.has_property(name));
        let mut course = Course {
            operation,
            checked,
            timeout_ms: options.timeout_ms.unwrap_or(self.settings.timeout_ms),
            scrub: Scrub::of_request(&self.settings, &self.host, checked),
            attempts: Vec::new(),
            began: 0.0,
            first_began: None,
            queued_ms: 0.0,
            held_ms: 0.0,
            breaches: 0,
            place: 0,
            doubtful: false,
        };
        loop {
            let (setback, mut error) = match self.attempt(&mut course).await {
                Ok(mut outcome) => {
                    outcome.exchange.trail = self.trail(course);
                    return Ok(outcome);
                }
                Err(Failed::Thrown(thrown)) => return Err(Error::Caller(thrown)),
                Err(Failed::Setback(setback, error)) => (setback, error),
            };
            course.doubtful |= setback.ambiguous(operation);
            let Some(wait_ms) = self.wait_ms(&course, setback, &error, safe) else {
                let doubtful = course.doubtful;
                error.complete(self.trail(course), doubtful);
                self.say_failed(&error);
                return Err(error);
            };
            self.tell_retry(&mut course, setback, wait_ms).map_err(Error::Caller)?;
            match (&self.settings.limiter, setback) {
                // Everyone who shares the limiter pauses, this call among them.
                (Limit::Shared(limiter), Setback::RateLimited) => {
                    limiter.refused(self.host.now(), course.began, wait_ms);
                    course.held_ms = wait_ms;
                }
                _ => self.host.sleep(wait_ms).await,
            }
        }
    }

    async fn attempt(&self, course: &mut Course<'_>) -> Result<Outcome<H::Value>, Failed> {
        let queued = self.host.now();
        let limiter = match &self.settings.limiter {
            Limit::Shared(limiter) => Some(&**limiter),
            Limit::Off | Limit::Lent => None,
        };
        let leave = Leave::take(limiter, &self.host, &mut course.place).await?;
        let began = self.host.now();
        if course.first_began.is_some() {
            course.queued_ms += (began - queued - course.held_ms).max(0.0);
            course.held_ms = 0.0;
        }
        course.first_began.get_or_insert(began);
        course.began = began;
        let request = &course.checked.request;
        let sending = sending(course.operation, request, course.attempts.len() + 1);
        self.say_request(&sending, course.operation, request.body.as_deref());
        self.host.on_request(&sending)?;
        match race(self.host.send(request), self.host.sleep(course.timeout_ms)).await {
            First::Left(Ok(response)) => self.judge(response, course, &sending, leave),
            First::Left(Err(fault)) => {
                leave.end(None, None)?;
                Err(unanswered(fault, course))
            }
            First::Right(()) => {
                leave.end(None, None)?;
                course.note(Met::Fault("timeout"), None);
                let trail = Trail::new(course.operation);
                Err(Failed::Setback(
                    Setback::Timeout,
                    Error::Timeout { timeout_ms: course.timeout_ms, trail, ambiguous: false },
                ))
            }
        }
    }

    /// Reads an answer and says what it means for the call.
    fn judge(
        &self,
        mut response: HttpResponse,
        course: &mut Course<'_>,
        sending: &Sending<'_>,
        leave: Leave<'_, H>,
    ) -> Result<Outcome<H::Value>, Failed> {
        let operation = course.operation;
        let duration_ms = self.host.now() - course.began;
        for (_, value) in &mut response.headers {
            course.scrub.text(value);
        }
        let (mut meaning, mut request_id) = self.meaning(&response, course);
        if operation.method == Method::Delete && response.status == 404 && course.doubtful {
            // An earlier attempt has deleted it.
            meaning = Meaning::Data(self.host.nothing());
        }
        course.scrub.option(&mut request_id);
        let setback = Setback::of_status(response.status);
        let retry_after_ms = (setback == Some(Setback::RateLimited)).then(|| retry::window_ms(&response, &self.host));
        course.note(Met::Status(response.status), request_id.clone());
        leave.end(Some(response.status), retry_after_ms)?;
        let HttpResponse { status, headers, body } = response;
        let received = Received { status, headers: &headers, request_id: request_id.as_deref(), duration_ms };
        self.say_response(operation, &received, &body, &course.scrub);
        self.host.on_response(sending, &received)?;
        let exchange = Exchange { trail: Trail::new(operation), status, headers, request_id, body };
        let (setback, error) = match meaning {
            Meaning::Data(data) => return Ok(Outcome { data, exchange, sent_at: course.began }),
            Meaning::Breach(setback, issues) => {
                (setback, Error::Response { issues, exchange: Rc::new(exchange), ambiguous: false })
            }
            Meaning::Refusal { code, text } => {
                let setback = setback.unwrap_or(Setback::Refused);
                (setback, Error::Api { code, text, exchange: Rc::new(exchange), ambiguous: false, retry_after_ms })
            }
        };
        Err(Failed::Setback(setback, error))
    }

    fn meaning(&self, response: &HttpResponse, course: &mut Course<'_>) -> (Meaning<H::Value>, Option<String>) {
        match response::read(&self.host, course.operation, response) {
            Reading::Success { data, request_id, issues } => {
                if issues.is_empty() {
                    return (Meaning::Data(data), request_id);
                }
                let issues = course.scrubbed(issues);
                if self.tolerates(course.operation, &issues) {
                    return (Meaning::Data(data), request_id);
                }
                course.breaches += 1;
                (Meaning::Breach(Setback::Breach, issues), request_id)
            }
            Reading::Garbled { issues } => (Meaning::Breach(Setback::Garbled, course.scrubbed(issues)), None),
            Reading::Refused { mut code, mut text, request_id } => {
                course.scrub.option(&mut code);
                course.scrub.option(&mut text);
                (Meaning::Refusal { code, text }, request_id)
            }
        }
    }

    /// How long to wait before the next attempt; `None`: there is none.
    fn wait_ms(&self, course: &Course<'_>, setback: Setback, error: &Error, safe: bool) -> Option<f64> {
        let tries = u32::try_from(course.attempts.len()).unwrap_or(u32::MAX);
        let window_ms = match error {
            Error::Api { retry_after_ms: Some(ms), .. } => *ms,
            _ => 0.0,
        };
        let wait_ms = match setback.next(safe) {
            Next::Stop => return None,
            Next::OnceMore if course.breaches > 1 => return None,
            Next::OnceMore | Next::BackOff => retry::back_off_ms(tries, &self.host),
            // A reset that has passed already says nothing of when the next request may go.
            Next::AwaitWindow if window_ms <= 0.0 => retry::back_off_ms(tries, &self.host),
            Next::AwaitWindow => retry::with_jitter(window_ms, &self.host),
        };
        let spent_ms = self.host.now() - course.first_began.unwrap_or_default() - course.queued_ms;
        (spent_ms + wait_ms < self.settings.retry_budget_ms).then_some(wait_ms)
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

    fn trail(&self, course: Course<'_>) -> Trail {
        let url = &course.checked.request.url;
        let path = url.strip_prefix(&self.settings.target.base_url).unwrap_or(url);
        let end = path.bytes().position(|byte| byte == b'?').unwrap_or(path.len());
        let path = path.get(..end).unwrap_or_default().to_owned();
        Trail { operation: course.operation, path, attempts: course.attempts }
    }
}

impl Course<'_> {
    fn note(&mut self, met: Met, request_id: Option<String>) {
        let after_ms = self.began - self.first_began.unwrap_or(self.began);
        self.attempts.push(Attempt { met, after_ms, waited_ms: 0.0, request_id });
    }

    /// What came may be an echo.
    fn scrubbed(&self, mut issues: Vec<Issue>) -> Vec<Issue> {
        for issue in &mut issues {
            self.scrub.text(&mut issue.received);
        }
        issues
    }
}

fn unanswered(fault: Fault, course: &mut Course<'_>) -> Failed {
    let Fault { kind, mut message, cause } = fault;
    let setback = match (kind, cause.clone()) {
        (FaultKind::Caller, Some(thrown)) => return Failed::Thrown(thrown),
        (FaultKind::TooLong, _) => Setback::TooLong,
        (FaultKind::Connection | FaultKind::Caller, _) => Setback::Connection,
    };
    course.note(Met::Fault("connection"), None);
    course.scrub.text(&mut message);
    let trail = Trail::new(course.operation);
    Failed::Setback(setback, Error::Connection { message, cause, trail, ambiguous: false })
}
