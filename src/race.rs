//! Runs two futures until the first one ends. Dropping the other one cancels its timer or its request.
//!
//! Not from a crate: of the `futures` crates we would need this one function.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// The output of the future that ended first.
pub enum Either<A, B> {
    /// The left one.
    Left(A),
    /// The right one.
    Right(B),
}

/// Runs both until one ends. Where both have ended, the left one counts. Takes pinned trait objects, so that the code exists once
/// for each pair of outputs.
pub fn select<A, B>(
    mut left: Pin<&mut dyn Future<Output = A>>,
    mut right: Pin<&mut dyn Future<Output = B>>,
) -> impl Future<Output = Either<A, B>> {
    poll_fn(move |context| {
        if let Poll::Ready(value) = left.as_mut().poll(context) {
            return Poll::Ready(Either::Left(value));
        }
        right.as_mut().poll(context).map(Either::Right)
    })
}

/// Runs both until one ends, then drops them.
pub async fn race<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> Either<A, B> {
    select(pin!(left), pin!(right)).await
}
