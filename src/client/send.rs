//! One call: attempts until it is answered or given up.

use super::retry::{self, Next, Setback};
use super::{Breaches, CallOptions, Client, Outcome};
use crate::contract::{Method, Operation};
use crate::error::{Attempt, Error, Exchange, Met, Trail};
use crate::host::{Fault, FaultKind, Host, HttpResponse, Level};
use crate::issue::Issue;
use crate::race::{First, race};
use crate::request::Checked;
use crate::response::{self, Reading};

/// What one attempt means for the call.
enum Step<V> {
    Success { data: V, request_id: Option<String>, response: HttpResponse },
    Setback { setback: Setback, error: MakeError, window_ms: f64 },
    Caller(Error),
}

/// Makes the error, should the call end with it: from what was tried, and whether a change may have happened.
type MakeError = Box<dyn FnOnce(Trail, bool) -> Error>;

/// The course of one call.
struct Course {
    trail: Trail,
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
        let path = path_of(&checked.request.url, &self.settings.target.base_url);
        let mut course = Course {
            trail: Trail { operation, path, attempts: Vec::new() },
            first_began: None,
            queued_ms: 0.0,
            held_ms: 0.0,
            breaches: 0,
            place: 0,
            doubtful: false,
        };
        loop {
            let (met, began) = self.attempt(operation, checked, options, &mut course).await;
            let (setback, error, window_ms) = match met {
                Step::Success { data, request_id, response } => {
                    course.note(Met::Status(response.status), began);
                    let HttpResponse { status, headers, body } = response;
                    let exchange = Exchange { trail: course.trail, status, headers, request_id, body };
                    return Ok(Outcome { data, exchange });
                }
                Step::Caller(error) => return Err(error),
                Step::Setback { setback, error, window_ms } => (setback, error, window_ms),
            };
            course.doubtful |= setback.ambiguous(operation);
            let tries = u32::try_from(course.trail.attempts.len()).unwrap_or(u32::MAX);
            let wait_ms = match setback.next(safe) {
                Next::Stop => None,
                Next::OnceMore if course.breaches > 1 => None,
                Next::OnceMore | Next::BackOff => Some(retry::back_off_ms(tries, &self.host)),
                // A reset that has passed already says nothing of when the next request may go.
                Next::AwaitWindow if window_ms <= 0.0 => Some(retry::back_off_ms(tries, &self.host)),
                Next::AwaitWindow => Some(retry::with_jitter(window_ms, &self.host)),
            };
            let spent_ms = self.host.now() - course.first_began.unwrap_or(began) - course.queued_ms;
            let Some(wait_ms) = wait_ms.filter(|wait_ms| spent_ms + wait_ms < self.settings.retry_budget_ms) else {
                return Err(error(course.trail, course.doubtful));
            };
            self.host
                .log(Level::Info, &format!("{}: {}, again in {} ms", operation.name, setback.words(), wait_ms as u64));
            if let Some(last) = course.trail.attempts.last_mut() {
                last.waited_ms = wait_ms;
            }
            match (&self.settings.limiter, setback) {
                // Everyone who shares the limiter pauses, this call among them.
                (Some(limiter), Setback::RateLimited) => {
                    limiter.refused(self.host.now(), began, wait_ms);
                    course.held_ms = wait_ms;
                }
                _ => self.host.sleep(wait_ms).await,
            }
        }
    }

    async fn attempt(
        &self,
        operation: &'static Operation,
        checked: &Checked,
        options: &CallOptions,
        course: &mut Course,
    ) -> (Step<H::Value>, f64) {
        let queued = self.host.now();
        let permit = match &self.settings.limiter {
            Some(limiter) => Some(limiter.acquire(&self.host, &mut course.place).await),
            None => None,
        };
        let began = self.host.now();
        if course.first_began.is_some() {
            course.queued_ms += (began - queued - course.held_ms).max(0.0);
            course.held_ms = 0.0;
        }
        course.first_began.get_or_insert(began);
        let timeout_ms = options.timeout_ms.unwrap_or(self.settings.timeout_ms);
        let sent = race(self.host.send(&checked.request), self.host.sleep(timeout_ms)).await;
        drop(permit);
        let met = match sent {
            First::Left(Ok(response)) => self.judge(operation, response, course, began),
            First::Left(Err(fault)) => unanswered(fault, course, began),
            First::Right(()) => {
                course.note(Met::Fault("timeout"), began);
                setback(Setback::Timeout, move |trail, ambiguous| Error::Timeout { timeout_ms, trail, ambiguous })
            }
        };
        (met, began)
    }

    /// Reads an answer and says what it means for the call.
    fn judge(
        &self,
        operation: &'static Operation,
        response: HttpResponse,
        course: &mut Course,
        began: f64,
    ) -> Step<H::Value> {
        if operation.method == Method::Delete && response.status == 404 && course.doubtful {
            // An earlier attempt has deleted it.
            return Step::Success { data: self.host.nothing(), request_id: None, response };
        }
        match response::read(&self.host, operation, &response) {
            Reading::Success { data, request_id, issues } => {
                if issues.is_empty() || self.tolerates(operation, &issues) {
                    return Step::Success { data, request_id, response };
                }
                course.breaches += 1;
                course.note(Met::Status(response.status), began);
                breach(Setback::Breach, issues, response, request_id)
            }
            Reading::Garbled { issues } => {
                course.note(Met::Status(response.status), began);
                breach(Setback::Garbled, issues, response, None)
            }
            Reading::Refused { code, text, request_id } => {
                course.note(Met::Status(response.status), began);
                let kind = Setback::of_status(response.status).unwrap_or(Setback::Refused);
                let window_ms = retry::window_ms(&response, &self.host);
                let retry_after_ms = (kind == Setback::RateLimited).then_some(window_ms);
                let error = move |trail, ambiguous| {
                    let HttpResponse { status, headers, body } = response;
                    let exchange = Box::new(Exchange { trail, status, headers, request_id, body });
                    Error::Api { code, text, exchange, ambiguous, retry_after_ms }
                };
                Step::Setback { setback: kind, error: Box::new(error), window_ms }
            }
        }
    }

    fn tolerates(&self, operation: &Operation, issues: &[Issue]) -> bool {
        match self.settings.breaches {
            Breaches::Fail => false,
            Breaches::Ignore => true,
            Breaches::Warn => {
                for issue in issues {
                    self.host.log(Level::Warn, &format!("{}: the answer breaks the contract: {issue}", operation.name));
                }
                true
            }
        }
    }
}

impl Course {
    fn note(&mut self, met: Met, began: f64) {
        let after_ms = began - self.first_began.unwrap_or(began);
        self.trail.attempts.push(Attempt { met, after_ms, waited_ms: 0.0 });
    }
}

fn setback<V>(setback: Setback, error: impl FnOnce(Trail, bool) -> Error + 'static) -> Step<V> {
    Step::Setback { setback, error: Box::new(error), window_ms: 0.0 }
}

fn breach<V>(kind: Setback, issues: Vec<Issue>, response: HttpResponse, request_id: Option<String>) -> Step<V> {
    setback(kind, move |trail, ambiguous| {
        let HttpResponse { status, headers, body } = response;
        let exchange = Box::new(Exchange { trail, status, headers, request_id, body });
        Error::Response { issues, exchange, ambiguous }
    })
}

fn unanswered<V>(fault: Fault, course: &mut Course, began: f64) -> Step<V> {
    let kind = match fault.kind {
        FaultKind::Connection => Setback::Connection,
        FaultKind::TooLong => Setback::TooLong,
        FaultKind::Caller => match fault.cause {
            Some(cause) => return Step::Caller(Error::Caller(cause)),
            None => Setback::Connection,
        },
    };
    course.note(Met::Fault("connection"), began);
    setback(kind, move |trail, ambiguous| Error::Connection {
        message: fault.message,
        cause: fault.cause,
        trail,
        ambiguous,
    })
}

/// The path of an address, without the query.
fn path_of(url: &str, base: &str) -> String {
    let path = url.strip_prefix(base).unwrap_or(url);
    path.split('?').next().unwrap_or(path).to_owned()
}
