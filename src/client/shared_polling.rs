//! Many waits share their polls: one list of the services serves all whose poll is due.
//!
//! - One or two waits read their service itself: the response is fresher and smaller. From three on, the first wait that is due
//!   lists all services; waits that are due before that list is sent take their service from it. When the wait that lists is
//!   dropped, the next one in the queue lists.
//! - A list may be a little older than the moment a poll is due: by a quarter of the pause before it. So waits that began at
//!   different times come to poll together.
//! - A list lags behind a read. A service that is missing in it proves nothing: then the service itself is read.
//! - A key without access ends all waits that share the list. A transient failure fails the polls that wait for the list, and
//!   the next one lists again; when that fails too, or the list cannot be read, each wait reads its own service for a while.
//! - Waits with headers of their own do not share.

use std::cell::{Cell, RefCell};

use super::fair_queue::FairQueue;
use super::goal::RequestFailure;
use super::{CallOptions, Client};
use crate::contract;
use crate::error::Error;
use crate::host::Host;
use crate::request::Arguments;

/// The number of waits from which on they share.
const SHARED_FROM: usize = 3;
/// How old a list may be when a poll is due, as a part of the pause before it.
const STALE: f64 = 0.25;
/// After a list has failed, no wait lists for that long.
const FAILED_MS: f64 = 60_000.0;

/// The polls of one client's waits.
pub(super) struct SharedPolling<V> {
    waits: Cell<usize>,
    /// How many lists in a row have failed.
    failures: Cell<u32>,
    queue: FairQueue,
    last: RefCell<Option<ServiceList<V>>>,
}

/// The services as they were listed last.
struct ServiceList<V> {
    /// The list serves polls that are due until then.
    until: f64,
    services: Result<Vec<(String, V)>, ListFailure>,
}

/// A list that failed.
struct ListFailure {
    error: Box<Error>,
    /// It fails the poll of each wait that would have taken its service from the list.
    is_shared: bool,
}

/// One wait among those that share. Its drop takes it out.
pub(super) struct Participant<'a, V>(&'a SharedPolling<V>);

impl<V> Default for SharedPolling<V> {
    fn default() -> Self {
        Self { waits: Cell::new(0), failures: Cell::new(0), queue: FairQueue::default(), last: RefCell::new(None) }
    }
}

impl<V> SharedPolling<V> {
    /// Counts a wait until the participant is dropped.
    pub fn join(&self) -> Participant<'_, V> {
        self.waits.set(self.waits.get() + 1);
        Participant(self)
    }
}

impl<V> Drop for Participant<'_, V> {
    fn drop(&mut self) {
        let left = self.0.waits.get().saturating_sub(1);
        self.0.waits.set(left);
        if left == 0 {
            self.0.last.take();
        }
    }
}

impl<H: Host> Client<H> {
    /// The service from a list, which this wait may have to request; `None`: the service itself is to be read. `pause_ms` is
    /// the pause before this poll.
    pub(super) async fn listed_service(&self, id: &str, pause_ms: f64) -> Result<Option<H::Value>, Box<Error>> {
        let polls = &self.shared_polling;
        if polls.waits.get() < SHARED_FROM {
            return Ok(None);
        }
        let oldest = self.now() - pause_ms * STALE;
        let ticket = polls.queue.join(&mut 0);
        ticket.admitted().await;
        if let Some(list) = polls.last.borrow().as_ref().filter(|list| list.until >= oldest) {
            return list.find(id);
        }
        let options = CallOptions { retry_budget_ms: Some(0.0), ..CallOptions::default() };
        let list = match self.call(&contract::SERVICES_LIST, &Arguments::default(), &options).await {
            Ok(outcome) => {
                polls.failures.set(0);
                ServiceList { until: outcome.sent_at, services: Ok(self.by_id(&outcome.data)) }
            }
            Err(error) if matches!(*error, Error::Caller(_)) => return Err(error),
            Err(error) => {
                polls.failures.set(polls.failures.get().saturating_add(1));
                let ends = matches!(error.status(), Some(400 | 401 | 403));
                let passes = RequestFailure::of(&self.host, &error) == RequestFailure::Transient
                    && !matches!(*error, Error::Response { .. })
                    && polls.failures.get() < 2;
                let until = self.now() + if ends || passes { 0.0 } else { FAILED_MS };
                ServiceList { until, services: Err(ListFailure { error, is_shared: ends || passes }) }
            }
        };
        let found = list.find(id);
        *polls.last.borrow_mut() = Some(list);
        found
    }
}

impl<V: Clone> ServiceList<V> {
    fn find(&self, id: &str) -> Result<Option<V>, Box<Error>> {
        match &self.services {
            Ok(services) => Ok(services.iter().find(|(known, _)| known == id).map(|(_, service)| service.clone())),
            Err(failure) if failure.is_shared => Err(failure.error.clone()),
            Err(_) => Ok(None),
        }
    }
}
