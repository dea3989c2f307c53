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
    last: u64,
    /// The first has the turn.
    waiting: VecDeque<(u64, Option<Waker>)>,
}

/// A place in the line; once [`Turns::take`] has resolved, the turn itself.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    /// Resolves when it is this caller's turn. `place` is 0 for someone who comes for the first time; with the same
    /// one later it goes before all who came after it.
    pub async fn take(&self, place: &mut u64) -> Turn<'_> {
        let turn = self.enter(place);
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

    fn enter(&self, place: &mut u64) -> Turn<'_> {
        let mut line = self.0.borrow_mut();
        if *place == 0 {
            line.last += 1;
            *place = line.last;
        }
        let number = *place;
        let before = line.waiting.iter().rposition(|(other, _)| *other < number).map_or(0, |index| index + 1);
        // Whoever has the turn keeps it.
        let index = before.max(line.waiting.len().min(1));
        line.waiting.insert(index, (number, None));
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
