//! Mishaps: a service that fails, degrades, or stops and ends more slowly. Each comes only by a fault.
//!
//! Durations are drawn from the service's own stream, so that the same mishap at the same moment takes the same course.

use crate::sandbox::model::machine::Lifecycle;
use crate::sandbox::model::machine::services::RUNNING;

/// The states from which a service is about to run.
const RISING: [&str; 3] = ["provisioning", "starting", "awaking"];

/// An event that changes the course of a service.
#[derive(Clone, Copy)]
pub enum Mishap {
    /// It becomes failed instead of running.
    Failed,
    /// It is partially running first.
    PartiallyRunning,
    /// A running service is degraded for a while.
    Degraded,
    /// A service that stops reads idle first.
    IdleFirst,
    /// A service that is deleted is softdeleted first.
    SoftDeleted,
}

impl Mishap {
    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::PartiallyRunning => "partially-running",
            Self::Degraded => "degraded",
            Self::IdleFirst => "idle-first",
            Self::SoftDeleted => "soft-deleted",
        }
    }

    /// Applies it to a service. False: it does not fit the state, and nothing has happened.
    pub fn apply(self, lifecycle: &mut Lifecycle, now: f64) -> bool {
        match self {
            Self::Failed => divert(lifecycle, "failed"),
            Self::PartiallyRunning => divert(lifecycle, "partially_running"),
            Self::Degraded => replace(lifecycle, RUNNING, "degraded", now),
            Self::IdleFirst => replace(lifecycle, "stopping", "idle_first", now),
            Self::SoftDeleted => replace(lifecycle, "terminating", "softdeleting", now),
        }
    }
}

/// Another state comes instead of running, at the same moment.
fn divert(lifecycle: &mut Lifecycle, to: &str) -> bool {
    RISING.contains(&lifecycle.state()) && lifecycle.divert(to)
}

/// Another state begins at once.
fn replace(lifecycle: &mut Lifecycle, from: &str, to: &str, now: f64) -> bool {
    let fits = lifecycle.state() == from;
    if fits {
        lifecycle.enter(to, now);
    }
    fits
}
