//! A queue that admits one caller at a time, in order of arrival.
//!
//! Dropping a ticket removes it from the queue and admits the next one. A semaphore would not do: a call that comes back after
//! a 429 keeps its number, and with it its position before all that arrived later.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// The queue.
#[derive(Default)]
pub struct FairQueue(RefCell<Tickets>);

#[derive(Default)]
struct Tickets {
    last_number: u64,
    /// The first one is admitted, the others wait.
    queued: Vec<(u64, Option<Waker>)>,
}

/// A position in the queue. Its drop leaves the queue.
pub struct Ticket<'a> {
    queue: &'a FairQueue,
    number: u64,
}

impl FairQueue {
    /// Joins the queue. A `number` of 0 is set to a new one; with the same number later, a caller is queued before all that
    /// arrived after it.
    pub fn join(&self, number: &mut u64) -> Ticket<'_> {
        let mut tickets = self.0.borrow_mut();
        if *number == 0 {
            tickets.last_number += 1;
            *number = tickets.last_number;
        }
        let number = *number;
        // The first one is admitted already, and stays first.
        let mut index = tickets.queued.len();
        while index > 1 && tickets.queued.get(index - 1).is_some_and(|(other, _)| *other > number) {
            index -= 1;
        }
        tickets.queued.insert(index, (number, None));
        Ticket { queue: self, number }
    }

    /// How many tickets there are.
    pub fn len(&self) -> usize {
        self.0.borrow().queued.len()
    }
}

impl Ticket<'_> {
    /// Resolves when the ticket is the first in the queue.
    pub async fn admitted(&self) {
        poll_fn(|context| self.poll_admitted(context)).await;
    }

    fn poll_admitted(&self, context: &Context<'_>) -> Poll<()> {
        let mut tickets = self.queue.0.borrow_mut();
        let position = tickets.queued.iter().position(|(number, _)| *number == self.number);
        match position.filter(|position| *position > 0).and_then(|position| tickets.queued.get_mut(position)) {
            Some((_, waker)) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let next = {
            let mut tickets = self.queue.0.borrow_mut();
            if let Some(position) = tickets.queued.iter().position(|(number, _)| *number == self.number) {
                tickets.queued.remove(position);
            }
            tickets.queued.first_mut().and_then(|(_, waker)| waker.take())
        };
        if let Some(waker) = next {
            waker.wake();
        }
    }
}
