//! One call: attempts until one succeeds or the retry policy ([`retry`]) ends it.
//!
//! A browser sends a request again by itself when a kept connection dies before a response. So each attempt of an operation
//! that is not safe to repeat has an idempotency key of its own, by which the proxy recognizes the second copy.

use std::pin::pin;
use std::rc::Rc;

use super::log::request_event;
use super::rate_limit::{Permit, RateLimiting};
use super::redact::Redactor;
use super::retry::{self, AttemptFailure, RetryRule};
use super::{CallOptions, CallOutput, Client, HelperDeadline, ValidationMode};
use crate::contract::{Method, Operation};
use crate::error::{Attempt, AttemptLog, AttemptOutcome, Error, ResponseParts, WaitReason};
use crate::host::TransportErrorKind::{self, Unreadable};
use crate::host::{CallerError, Host, HttpResponse, Level, Random, ResponseEvent, RetryEvent, TransportError};
use crate::issue::Issue;
use crate::race::{Either, select};
use crate::request::CheckedRequest;
use crate::response::{self, ParsedResponse};

/// Names one attempt. The API ignores it, the proxy does not forward it.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// An attempt without a result.
struct FailedAttempt {
    /// `None`: the caller's own code threw, which ends the call.
    failure: Option<AttemptFailure>,
    /// The call's error, where no other attempt follows.
    error: Box<Error>,
}

impl From<CallerError> for FailedAttempt {
    fn from(thrown: CallerError) -> Self {
        Self { failure: None, error: Error::Caller(thrown).into() }
    }
}

/// The state of one call.
struct CallState<'a> {
    operation: &'static Operation,
    checked: &'a mut CheckedRequest,
    /// The request may be sent again when its outcome is unknown.
    is_safe: bool,
    /// Each attempt gets an idempotency key.
    needs_key: bool,
    timeout_ms: f64,
    retry_budget_ms: f64,
    /// No attempt begins after this moment.
    deadline: f64,
    /// The call is of a wait, which goes on after a failure.
    is_of_wait: bool,
    redactor: Redactor,
    attempts: Vec<Attempt>,
    attempt_began: f64,
    first_began: f64,
    /// How long the retries have been queued, the pauses of a 429 not counted.
    queued_ms: f64,
    /// How long a 429 pauses the limiter before the next attempt.
    paused_ms: f64,
    /// How many responses broke the contract.
    violations: u32,
    /// Its position in the limiter's queue.
    queue_number: u64,
    /// An attempt may have made the change, whatever later attempts met.
    maybe_applied: bool,
}

impl<H: Host> Client<H> {
    /// Sends a checked request.
    pub(super) async fn send(
        &self,
        operation: &'static Operation,
        checked: &mut CheckedRequest,
        options: &CallOptions,
    ) -> Result<CallOutput<H::Value>, Box<Error>> {
        let is_safe = retry::is_safe(operation, checked);
        let began_at = self.now();
        let mut call = CallState {
            operation,
            is_safe,
            // The caller's own key is for all attempts.
            needs_key: !is_safe && checked.request.header(IDEMPOTENCY_KEY).is_none(),
            timeout_ms: options.timeout_ms.unwrap_or(self.settings.timeout_ms),
            retry_budget_ms: options.retry_budget_ms.unwrap_or(self.settings.retry_budget_ms),
            deadline: options.deadline.map_or(f64::INFINITY, |deadline| began_at + deadline.ms),
            is_of_wait: options.retry_budget_ms.is_some(),
            redactor: self.redactor.of_request(&self.host, checked),
            checked,
            attempts: Vec::new(),
            attempt_began: 0.0,
            first_began: 0.0,
            queued_ms: 0.0,
            paused_ms: 0.0,
            violations: 0,
            queue_number: 0,
            maybe_applied: false,
        };
        loop {
            let queued_at = self.now();
            let permit = match options.deadline {
                None => self.acquire(&mut call.queue_number).await?,
                Some(HelperDeadline { helper, .. }) => {
                    let acquired =
                        select(pin!(self.acquire(&mut call.queue_number)), pin!(self.until(call.deadline))).await;
                    match acquired {
                        Either::Left(permit) => permit?,
                        Either::Right(()) => return Err(not_sent(helper, self.now() - began_at).into()),
                    }
                }
            };
            call.attempt_began = self.now();
            if call.attempts.is_empty() {
                call.first_began = call.attempt_began;
            } else {
                call.queued_ms += (call.attempt_began - queued_at - call.paused_ms).max(0.0);
                call.paused_ms = 0.0;
            }
            if call.needs_key {
                call.checked.request.set_header(IDEMPOTENCY_KEY, &uuid(&self.host));
            }
            let request = &call.checked.request;
            {
                let event = request_event(operation, request, call.attempts.len() + 1);
                self.log_request(&event, operation, request.body.as_deref());
                self.host.on_request(&event).map_err(Error::Caller)?;
            }
            let sent = select(pin!(self.host.send(request)), pin!(self.sleep(call.timeout_ms))).await;
            let finished = match sent {
                Either::Left(Ok(response)) => self.read_response(&mut call, response, None, permit),
                Either::Left(Err(TransportError { kind: Unreadable { status, headers }, message, .. })) => {
                    let response = HttpResponse { status, headers, body: Vec::new() };
                    self.read_response(&mut call, response, Some(message), permit)
                }
                Either::Left(Err(error)) => self.no_response(&mut call, Some(error), permit),
                Either::Right(()) => self.no_response(&mut call, None, permit),
            };
            match finished {
                Ok(output) => return Ok(output),
                Err(failed) => {
                    let pause_ms = self.next_retry(&mut call, failed)?;
                    if call.paused_ms == 0.0 {
                        self.sleep(pause_ms).await;
                    }
                }
            }
        }
    }

    /// Waits for a permit of the rate limit.
    async fn acquire(&self, queue_number: &mut u64) -> Result<Permit<'_, H>, Box<Error>> {
        Ok(match &self.settings.limiter {
            RateLimiting::Shared(limiter) => Permit::Shared { _slot: limiter.acquire(&self.host, queue_number).await },
            RateLimiting::Off | RateLimiting::Custom => {
                Permit::custom(&self.host, self.host.acquire().await.map_err(Error::Caller)?)
            }
        })
    }

    /// Ends an attempt that brought no response; without an error, in time.
    fn no_response(
        &self,
        call: &mut CallState<'_>,
        error: Option<TransportError>,
        permit: Permit<'_, H>,
    ) -> Result<CallOutput<H::Value>, FailedAttempt> {
        permit.release(None, None)?;
        let Some(TransportError { kind, message, cause }) = error else {
            call.record(AttemptOutcome::Fault("timeout"), None, Some(AttemptFailure::Timeout));
            let (attempt_log, ambiguous) = (self.attempt_log(call), call.maybe_applied);
            let error = Error::Timeout { timeout_ms: call.timeout_ms, attempt_log, ambiguous };
            return Err(FailedAttempt { failure: Some(AttemptFailure::Timeout), error: error.into() });
        };
        let failure = match (kind, &cause) {
            (TransportErrorKind::Caller, Some(thrown)) => return Err(thrown.clone().into()),
            (TransportErrorKind::TooLong, _) => AttemptFailure::TooLong,
            (TransportErrorKind::NoResponse, _) => AttemptFailure::Unreadable,
            (TransportErrorKind::Connection | TransportErrorKind::Caller | Unreadable { .. }, _) => {
                AttemptFailure::Connection
            }
        };
        call.record(AttemptOutcome::Fault("connection"), None, Some(failure));
        let message = call.redactor.shown(&message);
        let cause = cause.map(|cause| self.host.redact_cause(cause, &|text| call.redactor.redact(text)));
        let (attempt_log, ambiguous) = (self.attempt_log(call), call.maybe_applied);
        let error = Error::Connection { message, cause, attempt_log, ambiguous };
        Err(FailedAttempt { failure: Some(failure), error: error.into() })
    }

    /// Ends an attempt that brought a response: the call's result, or how the attempt failed. `unreadable` says why the body
    /// could not be read; it matters only for a 2xx.
    fn read_response(
        &self,
        call: &mut CallState<'_>,
        mut response: HttpResponse,
        unreadable: Option<String>,
        permit: Permit<'_, H>,
    ) -> Result<CallOutput<H::Value>, FailedAttempt> {
        let operation = call.operation;
        let duration_ms = self.now() - call.attempt_began;
        // Servers may echo secrets.
        for (name, value) in &mut response.headers {
            call.redactor.redact(name);
            call.redactor.redact(value);
        }
        let asked_ms = retry::asked_ms(&response, &self.host);
        let ParsedResponse { mut data, mut issues, code, text, source, is_error, request_id } =
            response::parse(&self.host, operation, &response);
        let unreadable = unreadable.filter(|_| (200..300).contains(&response.status));
        let is_unreadable = unreadable.is_some();
        if let Some(lacks) = unreadable {
            (data, issues) = (None, vec![response::unreadable(lacks)]);
        }
        issues.iter_mut().for_each(|issue| call.redactor.redact_issue(issue));
        let [code, text, request_id] = [code, text, request_id].map(|text| text.map(|text| call.redactor.shown(&text)));
        // Without the property that the call is for there is no success, even where responses are not validated.
        let lost = data.as_ref().filter(|_| !is_error && (200..300).contains(&response.status)).and_then(|data| {
            response::missing_result(&self.host, operation, data, |name| call.checked.has_property(name))
        });
        let useless = lost.is_some();
        if let Some(issue) = lost.filter(|lost| issues.iter().all(|issue| !lost.path.starts_with(&issue.path))) {
            issues.push(issue);
        }
        let failure = match AttemptFailure::of_status(response.status) {
            // An earlier attempt has deleted it, if the 404 is the API's own.
            Some(_)
                if operation.method == Method::Delete
                    && response.status == 404
                    && call.maybe_applied
                    && response::is_own_envelope(&self.host, &response.body) =>
            {
                data = Some(self.host.nothing());
                None
            }
            None if is_error => {
                call.violations += 1;
                Some(AttemptFailure::Violation)
            }
            None if is_unreadable => Some(AttemptFailure::Unreadable),
            None if data.is_none() => Some(AttemptFailure::NotJson),
            None if useless || !issues.is_empty() && !self.tolerates(operation, &issues) => {
                call.violations += 1;
                Some(AttemptFailure::Violation)
            }
            failure => failure,
        };
        let retry_after_ms = asked_ms.or_else(|| (response.status == 429).then_some(retry::WINDOW_MS));
        call.record(AttemptOutcome::Status(response.status), request_id.clone(), failure);
        permit.release(Some(response.status), retry_after_ms)?;
        let HttpResponse { status, headers, body } = response;
        let event = ResponseEvent { status, headers: &headers, request_id: request_id.as_deref(), duration_ms };
        self.log_response(operation, &event, &body, &call.redactor);
        self.host.on_response(&request_event(operation, &call.checked.request, call.attempts.len()), &event)?;
        let response =
            Rc::new(ResponseParts { attempt_log: self.attempt_log(call), status, headers, request_id, body, source });
        let ambiguous = call.maybe_applied;
        let error = match (failure, data) {
            (None, Some(data)) => return Ok(CallOutput { data, response, sent_at: call.attempt_began }),
            _ if issues.is_empty() => Error::Api { code, text, response, ambiguous, retry_after_ms },
            _ => Error::Response { issues, response, ambiguous },
        };
        Err(FailedAttempt { failure, error: error.into() })
    }

    /// The pause before the next attempt; the error, where none follows.
    fn next_retry(&self, call: &mut CallState<'_>, failed: FailedAttempt) -> Result<f64, Box<Error>> {
        let FailedAttempt { failure, error } = failed;
        let next = failure.and_then(|failure| Some((failure, self.pause_ms(call, failure, &error)?)));
        let limiter = match (&self.settings.limiter, next) {
            (RateLimiting::Shared(limiter), Some((AttemptFailure::RateLimited, _))) => Some(limiter),
            _ => None,
        };
        let retried = next.filter(|(_, pause_ms)| self.is_in_budget(call, *pause_ms));
        if let (Some(limiter), Some((_, pause_ms))) = (limiter, next)
            && (retried.is_some() || call.is_of_wait)
        {
            // All users of the limiter pause, this call among them; or the wait that sends the next request.
            limiter.refused(&self.host, self.now() - call.attempt_began, pause_ms);
        }
        let Some((failure, wait_ms)) = retried else {
            self.log_failed(&error);
            return Err(error);
        };
        self.announce_retry(call, failure, wait_ms).map_err(Error::Caller)?;
        if limiter.is_some() {
            call.paused_ms = wait_ms;
        }
        Ok(wait_ms)
    }

    /// How long to wait before the next attempt; `None`: there is none.
    fn pause_ms(&self, call: &CallState<'_>, failure: AttemptFailure, error: &Error) -> Option<f64> {
        let tries = u32::try_from(call.attempts.len()).unwrap_or(u32::MAX);
        let asked_ms = match error {
            Error::Api { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        };
        let asked_ms = match failure.next(call.is_safe) {
            RetryRule::Stop => return None,
            RetryRule::OnceMore if call.violations > 1 => return None,
            RetryRule::OnceMore | RetryRule::BackOff => None,
            // A reset in the past says nothing of when the next request may be sent.
            RetryRule::AwaitWindow => asked_ms.filter(|ms| *ms > 0.0).map(|ms| ms.min(retry::LONGEST_WINDOW_MS)),
            RetryRule::AwaitService => retry::unavailable_ms(asked_ms),
        };
        Some(match asked_ms {
            Some(ms) => retry::with_jitter(ms, &self.host),
            None => retry::back_off_ms(tries, &self.host),
        })
    }

    /// Whether a retry after that pause begins in time.
    fn is_in_budget(&self, call: &CallState<'_>, pause_ms: f64) -> bool {
        let spent_ms = self.now() - call.first_began - call.queued_ms;
        spent_ms + pause_ms < call.retry_budget_ms && self.now() + pause_ms < call.deadline
    }

    fn announce_retry(
        &self,
        call: &mut CallState<'_>,
        failure: AttemptFailure,
        wait_ms: f64,
    ) -> Result<(), CallerError> {
        let operation = call.operation.name;
        self.log(Level::Info, format_args!("{operation}: {}, again in {} ms", failure.words(), wait_ms as u64));
        let attempt = call.attempts.len();
        let Some(last) = call.attempts.last_mut() else { return Ok(()) };
        last.waited_ms = wait_ms;
        let (status, fault) = match last.outcome {
            AttemptOutcome::Status(status) => (Some(status), None),
            AttemptOutcome::Fault(fault) => (None, Some(fault)),
        };
        self.host.on_retry(&RetryEvent { operation, attempt, status, fault, wait_ms })
    }

    fn tolerates(&self, operation: &Operation, issues: &[Issue]) -> bool {
        match self.settings.response_validation {
            ValidationMode::Error => false,
            ValidationMode::Off => true,
            ValidationMode::Warn => {
                for issue in issues {
                    self.log(
                        Level::Warn,
                        format_args!("{}: the response breaks the contract: {issue}", operation.name),
                    );
                }
                true
            }
        }
    }

    fn attempt_log(&self, call: &CallState<'_>) -> AttemptLog {
        let url = &call.checked.request.url;
        let path = url.strip_prefix(&self.settings.target.base_url).unwrap_or(url);
        let path = path.split_once('?').map_or(path, |(path, _)| path).to_owned();
        let credentials = self.settings.credentials_of(&call.checked.request);
        AttemptLog { operation: call.operation, credentials, path, attempts: call.attempts.clone() }
    }
}

/// The error of a helper whose deadline came before its request could be sent.
fn not_sent(helper: &'static str, elapsed_ms: f64) -> Error {
    let (reason, wanted) = (WaitReason::Deadline, "sent".to_owned());
    Error::Wait { helper, reason, wanted, last_state: None, elapsed_ms, cause: None }
}

impl CallState<'_> {
    /// Adds an attempt to the log.
    fn record(&mut self, outcome: AttemptOutcome, request_id: Option<String>, failure: Option<AttemptFailure>) {
        self.maybe_applied |= failure.is_some_and(|failure| failure.ambiguous(self.operation));
        self.attempts.push(Attempt {
            outcome,
            after_ms: self.attempt_began - self.first_began,
            waited_ms: 0.0,
            request_id,
        });
    }
}

/// A UUID of version 4.
fn uuid(random: &impl Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let bits = u128::from_be_bytes(bytes);
    let high = (bits >> 64) as u64 & !(0xf << 12) | 0x4 << 12;
    let low = bits as u64 & !(0b11 << 62) | 0b10 << 62;
    let (second, third) = (high >> 16 & 0xffff, high & 0xffff);
    format!("{:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", high >> 32, low >> 48, low & 0xffff_ffff_ffff)
}
