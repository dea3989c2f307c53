//! Mishaps: a service that fails, degrades, or stops and ends more slowly. Each comes only by a fault.
//!
//! Durations are drawn from the service's own stream, so that the same mishap at the same moment takes the same course.

use std::collections::VecDeque;

use super::{Lifecycle, State};
use crate::sandbox::model::time::END;

/// How long a service is degraded or partially running, in seconds.
const IMPAIRED: (u64, u64) = (60, 300);
/// How long a service that was told to stop reads idle, in seconds.
const IDLE_FIRST: (u64, u64) = (5, 20);
/// How long a service stays softdeleted, in seconds.
const SOFT_DELETED: (u64, u64) = (60, 300);

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
}

impl Lifecycle {
    /// Applies a mishap. False: it does not fit the state, and nothing has happened.
    pub fn apply(&mut self, mishap: Mishap, now: f64) -> bool {
        match mishap {
            Mishap::Failed => self.replace_running(|_, at| [(State::Failed, at)].into()),
            Mishap::PartiallyRunning => self.replace_running(|lifecycle, at| {
                [(State::PartiallyRunning, at), (State::Running, lifecycle.after(at, IMPAIRED))].into()
            }),
            Mishap::Degraded => self.replace_from(State::Running, |lifecycle| {
                lifecycle.state = State::Degraded;
                [(State::Running, lifecycle.after(now, IMPAIRED))].into()
            }),
            Mishap::IdleFirst => self.replace_from(State::Stopping, |lifecycle| {
                lifecycle.state = State::Idle;
                let begins = lifecycle.after(now, IDLE_FIRST);
                let stopped = lifecycle.upcoming.iter().map(|(state, at)| (*state, (at + begins - now).min(END)));
                [(State::Stopping, begins)].into_iter().chain(stopped).collect()
            }),
            Mishap::SoftDeleted => self.replace_from(State::Terminating, |lifecycle| {
                lifecycle.state = State::Softdeleting;
                let ends = lifecycle.upcoming.front().map_or(now, |(_, at)| *at);
                [(State::Softdeleted, ends), (State::Terminated, lifecycle.after(ends, SOFT_DELETED))].into()
            }),
        }
    }

    fn after(&self, moment: f64, seconds: (u64, u64)) -> f64 {
        (moment + self.random.seconds(seconds)).min(END)
    }

    /// Replaces the next states of a service in this state.
    fn replace_from(&mut self, state: State, next: impl Fn(&mut Self) -> VecDeque<(State, f64)>) -> bool {
        let fits = self.state == state;
        if fits {
            self.upcoming = next(self);
        }
        fits
    }

    /// Replaces the next states of a service that is about to run.
    fn replace_running(&mut self, next: impl Fn(&Self, f64) -> VecDeque<(State, f64)>) -> bool {
        let rises = matches!(self.state, State::Provisioning | State::Starting | State::Awaking);
        match self.upcoming.front().copied() {
            Some((State::Running, at)) if rises => {
                self.upcoming = next(self, at);
                true
            }
            _ => false,
        }
    }
}
