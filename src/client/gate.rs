//! Leave to send a request: by our own rate limiter, or by one that the caller lends.

use std::rc::Rc;

use super::limit::{Permit, RateLimiter};
use crate::host::{Foreign, Host, Level};

/// What says when a request may go.
#[derive(Clone)]
pub enum Limit {
    /// Nothing: only a 429 pauses the client.
    Off,
    /// A limiter of ours, which clients may share.
    Shared(Rc<RateLimiter>),
    /// The host's [`crate::host::Slots`].
    Lent,
}

/// Leave to send one request.
pub(super) enum Leave<'a, H: Host> {
    /// By our own limiter.
    Ours { _permit: Permit<'a, H> },
    /// By the caller's.
    Lent(Lent<'a, H>),
}

/// A slot of the caller's limiter, which is told once what became of it.
pub(super) struct Lent<'a, H: Host> {
    host: &'a H,
    slot: Option<H::Slot>,
}

impl<'a, H: Host> Leave<'a, H> {
    /// Resolves when a request may go. Without a limiter of ours it is the host that says so.
    pub async fn take(limiter: Option<&'a RateLimiter>, host: &'a H, place: &mut u64) -> Result<Self, Foreign> {
        Ok(match limiter {
            Some(limiter) => Self::Ours { _permit: limiter.acquire(host, place).await },
            None => Self::Lent(Lent { host, slot: Some(host.acquire().await?) }),
        })
    }

    /// The answer came, or none will.
    pub fn end(self, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), Foreign> {
        match self {
            Self::Ours { .. } => Ok(()),
            Self::Lent(mut lent) => lent.tell(status, retry_after_ms),
        }
    }
}

impl<H: Host> Lent<'_, H> {
    fn tell(&mut self, status: Option<u16>, retry_after_ms: Option<f64>) -> Result<(), Foreign> {
        self.slot.take().map_or(Ok(()), |slot| self.host.tell(slot, status, retry_after_ms))
    }
}

impl<H: Host> Drop for Lent<'_, H> {
    fn drop(&mut self) {
        // Nobody is left to hear what it throws.
        if self.tell(None, None).is_err() && self.host.logs(Level::Error) {
            self.host.log(Level::Error, "rateLimit: what it was told of a request that ended made it throw");
        }
    }
}
