//! First come, first served: one at a time has the turn, the others wait in line.
//!
//! A turn ends when it is dropped. Whoever leaves the line early, by an abort, makes room without a gap.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A line.
#[derive(Default)]
pub struct Turns(RefCell<Line>);

#[derive(Default)]
struct Line {
    next: u64,
    /// The first has the turn.
    waiting: VecDeque<(u64, Option<Waker>)>,
}

/// A place in the line; once [`Turns::take`] has resolved, the turn itself.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    /// Resolves when it is this caller's turn.
    pub async fn take(&self) -> Turn<'_> {
        let turn = self.enter();
        poll_fn(|context| {
            let mut line = self.0.borrow_mut();
            if line.waiting.front().is_none_or(|(number, _)| *number == turn.number) {
                return Poll::Ready(());
            }
            if let Some((_, waker)) = line.waiting.iter_mut().find(|(number, _)| *number == turn.number) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
        turn
    }

    fn enter(&self) -> Turn<'_> {
        let mut line = self.0.borrow_mut();
        let number = line.next;
        line.next += 1;
        line.waiting.push_back((number, None));
        Turn { turns: self, number }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let next = {
            let mut line = self.turns.0.borrow_mut();
            line.waiting.retain(|(number, _)| *number != self.number);
            line.waiting.front_mut().and_then(|(_, waker)| waker.take())
        };
        if let Some(waker) = next {
            waker.wake();
        }
    }
}
