//! First come, first served: one at a time has the turn, the others wait in line.
//!
//! A turn ends when it is dropped. Whoever leaves the line early, by an abort, makes room without a gap.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A line.
#[derive(Default)]
pub struct Turns(RefCell<Line>);

#[derive(Default)]
struct Line {
    last: u64,
    /// The first has the turn.
    waiting: Vec<(u64, Option<Waker>)>,
}

/// A place in the line; once [`Turns::take`] has resolved, the turn itself.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

/// Resolves when it is this caller's turn. A type of its own, so that its code exists once.
pub struct Take<'a>(Option<Turn<'a>>);

impl Turns {
    /// Resolves when it is this caller's turn. `place` is 0 for someone who comes for the first time; with the same
    /// one later it goes before all who came after it.
    pub fn take(&self, place: &mut u64) -> Take<'_> {
        let mut line = self.0.borrow_mut();
        if *place == 0 {
            line.last += 1;
            *place = line.last;
        }
        let number = *place;
        // Whoever has the turn keeps it.
        let mut index = line.waiting.len();
        while index > 1 && line.waiting.get(index - 1).is_some_and(|(other, _)| *other > number) {
            index -= 1;
        }
        line.waiting.insert(index, (number, None));
        Take(Some(Turn { turns: self, number }))
    }
}

impl<'a> Future for Take<'a> {
    type Output = Turn<'a>;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Turn<'a>> {
        let Some(turn) = self.0.take() else { return Poll::Pending };
        let mut line = turn.turns.0.borrow_mut();
        let ahead = line.waiting.iter().position(|(number, _)| *number == turn.number);
        if let Some((_, waker)) = ahead.filter(|ahead| *ahead > 0).and_then(|ahead| line.waiting.get_mut(ahead)) {
            *waker = Some(context.waker().clone());
            drop(line);
            self.0 = Some(turn);
            return Poll::Pending;
        }
        drop(line);
        Poll::Ready(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let next = {
            let mut line = self.turns.0.borrow_mut();
            if let Some(place) = line.waiting.iter().position(|(number, _)| *number == self.number) {
                line.waiting.remove(place);
            }
            line.waiting.first_mut().and_then(|(_, waker)| waker.take())
        };
        if let Some(waker) = next {
            waker.wake();
        }
    }
}
