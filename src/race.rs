//! Two futures, of which the first to end decides. The other one is dropped, and with it whatever it had running.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Which of two futures ended first.
pub enum First<A, B> {
    /// The left one.
    Left(A),
    /// The right one.
    Right(B),
}

/// Runs both until one ends. Where both have ended, the left one counts. They stand where the caller has pinned them: so
/// this exists once for all that bring the same.
pub fn first<A, B>(
    mut left: Pin<&mut dyn Future<Output = A>>,
    mut right: Pin<&mut dyn Future<Output = B>>,
) -> impl Future<Output = First<A, B>> {
    poll_fn(move |context| {
        if let Poll::Ready(value) = left.as_mut().poll(context) {
            return Poll::Ready(First::Left(value));
        }
        right.as_mut().poll(context).map(First::Right)
    })
}

/// Runs both until one ends, then drops them.
pub async fn race<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> First<A, B> {
    first(pin!(left), pin!(right)).await
}
