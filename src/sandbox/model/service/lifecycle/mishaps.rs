//! What goes wrong in a life. It comes only where it is asked for, as a fault; how long it lasts is drawn from the life
//! itself, so that the same mishap at the same moment takes the same course.

use std::collections::VecDeque;

use super::{Life, State};
use crate::sandbox::faults::Fault;
use crate::sandbox::model::time::END;

/// How long a service is less than running, in seconds.
const AILING: (u64, u64) = (60, 300);
/// How long a service that was told to stop reads idle.
const IDLE_FIRST: (u64, u64) = (5, 20);
/// How long a deleted service can still be read.
const KEPT: (u64, u64) = (60, 300);

impl Life {
    /// Lets it happen, if it can: what does not fit the state has not happened.
    pub fn befall(&mut self, fault: Fault, now: f64) -> bool {
        match fault {
            Fault::Failed => self.instead_of_running(|_, at| [(State::Failed, at)].into()),
            Fault::PartiallyRunning => self.instead_of_running(|life, at| {
                [(State::PartiallyRunning, at), (State::Running, life.after(at, AILING))].into()
            }),
            Fault::Degraded => self.from(State::Running, |life| {
                life.state = State::Degraded;
                [(State::Running, life.after(now, AILING))].into()
            }),
            Fault::IdleFirst => self.from(State::Stopping, |life| {
                life.state = State::Idle;
                let begins = life.after(now, IDLE_FIRST);
                let stopped = life.coming.iter().map(|(state, at)| (*state, (at + begins - now).min(END)));
                [(State::Stopping, begins)].into_iter().chain(stopped).collect()
            }),
            Fault::SoftDeleted => self.from(State::Terminating, |life| {
                life.state = State::Softdeleting;
                let ends = life.coming.front().map_or(now, |(_, at)| *at);
                [(State::Softdeleted, ends), (State::Terminated, life.after(ends, KEPT))].into()
            }),
            _ => false,
        }
    }

    fn after(&self, moment: f64, seconds: (u64, u64)) -> f64 {
        (moment + self.random.seconds(seconds)).min(END)
    }

    /// Another course than the one from this state.
    fn from(&mut self, state: State, course: impl Fn(&mut Self) -> VecDeque<(State, f64)>) -> bool {
        let fits = self.state == state;
        if fits {
            self.coming = course(self);
        }
        fits
    }

    /// Another course for a service that is about to run.
    fn instead_of_running(&mut self, course: impl Fn(&Self, f64) -> VecDeque<(State, f64)>) -> bool {
        let rises = matches!(self.state, State::Provisioning | State::Starting | State::Awaking);
        match self.coming.front().copied() {
            Some((State::Running, at)) if rises => {
                self.coming = course(self, at);
                true
            }
            _ => false,
        }
    }
}
