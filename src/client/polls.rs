//! Many waits at once share their polls: one list of the services serves all whose turn it is.
//!
//! The rules:
//!
//! - One or two waits ask for their service itself: its answer is fresher and smaller. From three on the first whose
//!   turn it is lists them all; whoever else is due until that list is sent takes its service from it. When the one that
//!   lists is dropped, the next in line does it.
//! - A list may be a little older than the moment a poll is due: by a quarter of the pause before it. So waits that began
//!   at different times come to poll together.
//! - A list lags behind a read. What is missing in it proves nothing, and nothing is done or given up because of it: then
//!   the service itself is asked.
//! - A key without access ends all waits that share the list. What may pass fails the polls that wait for the list, and
//!   the next one lists again; when that fails too, or the list cannot be read, each asks for its own for a while: it says
//!   nothing of one service.
//! - Waits with headers of their own do not share.

use std::cell::{Cell, RefCell};

use super::goal::Failure;
use super::turns::Turns;
use super::{CallOptions, Client};
use crate::contract;
use crate::error::Error;
use crate::host::Host;
use crate::request::Arguments;

/// From so many waits on, they share.
const SHARED_FROM: usize = 3;
/// How old a list may be when a poll is due, as a part of the pause before it.
const STALE: f64 = 0.25;
/// For so long nobody lists after a list has failed.
const FAILED_MS: f64 = 60_000.0;

/// The waits of one client.
pub(super) struct Polls<V> {
    waits: Cell<usize>,
    /// How many lists in a row have failed.
    failures: Cell<u32>,
    line: Turns,
    last: RefCell<Option<List<V>>>,
}

/// What the last list brought.
struct List<V> {
    /// It serves polls that are due until then.
    until: f64,
    services: Result<Vec<(String, V)>, Unread>,
}

/// A list that failed.
struct Unread {
    error: Box<Error>,
    /// It counts for each wait that would have taken its service from the list.
    is_shared: bool,
}

/// One wait among those that share. Its drop takes it out.
pub(super) struct Sharing<'a, V>(&'a Polls<V>);

impl<V> Default for Polls<V> {
    fn default() -> Self {
        Self { waits: Cell::new(0), failures: Cell::new(0), line: Turns::default(), last: RefCell::new(None) }
    }
}

impl<V> Polls<V> {
    /// One wait more.
    pub fn join(&self) -> Sharing<'_, V> {
        self.waits.set(self.waits.get() + 1);
        Sharing(self)
    }
}

impl<V> Drop for Sharing<'_, V> {
    fn drop(&mut self) {
        let left = self.0.waits.get().saturating_sub(1);
        self.0.waits.set(left);
        if left == 0 {
            self.0.last.take();
        }
    }
}

impl<H: Host> Client<H> {
    /// The service as a list has it, which this call may have to ask for; `None`: ask for the service itself.
    /// `pause_ms` is the pause before this poll.
    pub(super) async fn listed(&self, id: &str, pause_ms: f64) -> Result<Option<H::Value>, Box<Error>> {
        let polls = &self.polls;
        if polls.waits.get() < SHARED_FROM {
            return Ok(None);
        }
        let oldest = self.now() - pause_ms * STALE;
        let _turn = polls.line.take(&mut 0).await;
        if let Some(list) = polls.last.borrow().as_ref().filter(|list| list.until >= oldest) {
            return list.find(id);
        }
        let options = CallOptions { retry_budget_ms: Some(0.0), ..CallOptions::default() };
        let list = match self.call(&contract::SERVICES_LIST, &Arguments::default(), &options).await {
            Ok(outcome) => {
                polls.failures.set(0);
                List { until: outcome.sent_at, services: Ok(self.by_id(&outcome.data)) }
            }
            Err(error) if matches!(*error, Error::Caller(_)) => return Err(error),
            Err(error) => {
                polls.failures.set(polls.failures.get().saturating_add(1));
                let ends = matches!(error.status(), Some(400 | 401 | 403));
                let passes = Failure::of(&self.host, &error) == Failure::Transient
                    && !matches!(*error, Error::Response { .. })
                    && polls.failures.get() < 2;
                let until = self.now() + if ends || passes { 0.0 } else { FAILED_MS };
                List { until, services: Err(Unread { error, is_shared: ends || passes }) }
            }
        };
        let found = list.find(id);
        *polls.last.borrow_mut() = Some(list);
        found
    }
}

impl<V: Clone> List<V> {
    fn find(&self, id: &str) -> Result<Option<V>, Box<Error>> {
        match &self.services {
            Ok(services) => Ok(services.iter().find(|(known, _)| known == id).map(|(_, service)| service.clone())),
            Err(unread) if unread.is_shared => Err(unread.error.clone()),
            Err(_) => Ok(None),
        }
    }
}
