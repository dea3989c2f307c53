//! The state of one resource, which follows its machine.
//!
//! Nothing runs by itself: a lifecycle has the moment at which its next state begins, and [`Lifecycle::advance`] applies
//! every change that is due, in order. So its course depends on the commands and their times, never on the number of reads.

use serde::{Deserialize, Serialize};

use super::{Effect, Machine, Next, State, To, of};
use crate::contract::Operation;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::END;

/// The end of a machine without states.
static NOWHERE: State = State::gone("");

/// The state of one resource, and its next one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Lifecycle {
    machine: &'static Machine,
    state: &'static State,
    /// The next state and when it begins.
    next: Option<(&'static State, f64)>,
    /// When the state began, or the last activity in it: idling counts from here.
    active: f64,
    /// The milliseconds without activity after which it idles; none: it never does.
    idle_after: Option<f64>,
    /// When it came up; none while it is down.
    up_since: Option<f64>,
    random: Random,
}

/// A lifecycle in a snapshot: machine and states by their names.
#[derive(Serialize, Deserialize)]
struct Saved {
    machine: String,
    state: String,
    next: Option<(String, f64)>,
    active: f64,
    idle_after: Option<f64>,
    up_since: Option<f64>,
    random: Random,
}

impl Lifecycle {
    /// The lifecycle of a resource that enters a state now, the first one where the machine has no such state.
    pub fn begin(machine: &'static Machine, state: &str, now: f64, random: Random) -> Self {
        let first = machine.states.first().unwrap_or(&NOWHERE);
        let mut lifecycle =
            Self { machine, state: first, next: None, active: now, idle_after: None, up_since: None, random };
        debug_assert!(machine.state(state).is_some(), "{} has no state {state:?}", machine.name);
        lifecycle.begin_state(machine.state(state).unwrap_or(first), now);
        lifecycle
    }

    /// The machine that it follows.
    pub const fn machine(&self) -> &'static Machine {
        self.machine
    }

    /// The current state, as the machine names it.
    pub const fn state(&self) -> &'static str {
        self.state.name
    }

    /// The current state, as the API shows it.
    pub const fn shown(&self) -> &'static str {
        self.state.shown
    }

    /// When the state began, or the last activity in it.
    pub const fn since(&self) -> f64 {
        self.active
    }

    /// When the resource came up, idle times included; none while it is down.
    pub const fn up_since(&self) -> Option<f64> {
        self.up_since
    }

    /// Whether the resource no longer exists.
    pub const fn is_over(&self) -> bool {
        matches!(self.state.next, Next::Gone)
    }

    /// Whether the resource is being deleted, or is deleted.
    pub fn is_ending(&self) -> bool {
        self.machine.course(self.state).any(|state| matches!(state.next, Next::Gone))
    }

    /// The next state and when it begins, if that is by now.
    fn due(&self, now: f64) -> Option<(&'static State, f64)> {
        match (self.next, &self.state.next) {
            (Some((state, at)), _) => (at <= now).then_some((state, at)),
            (None, Next::Idle(state)) => {
                let at = self.active + self.idle_after?;
                if at <= now { Some((self.machine.state(state)?, at)) } else { None }
            }
            (None, Next::Stays | Next::After(..) | Next::Gone) => None,
        }
    }

    /// When the next state begins; none while the current one stays.
    pub fn next_change(&self) -> Option<f64> {
        match (self.next, &self.state.next) {
            (Some((_, at)), _) => Some(at),
            (None, Next::Idle(_)) => Some(self.active + self.idle_after?),
            (None, Next::Stays | Next::After(..) | Next::Gone) => None,
        }
    }

    /// Whether a change is due by now.
    pub fn is_due(&self, now: f64) -> bool {
        self.due(now).is_some()
    }

    /// Applies every change that is due by now.
    pub fn advance(&mut self, now: f64) {
        while let Some((state, at)) = self.due(now) {
            self.begin_state(state, at);
        }
    }

    /// Enters a state now, by a rule of the caller. Those that follow come by themselves.
    pub fn enter(&mut self, state: &str, now: f64) {
        let known = self.machine.state(state);
        debug_assert!(known.is_some(), "{} has no state {state:?}", self.machine.name);
        if let Some(state) = known {
            self.begin_state(state, now);
        }
    }

    /// Carries out a command. False: there was nothing to change.
    pub fn command(&mut self, command: &str, now: f64) -> Result<bool, Rejection> {
        let Some(command) = self.machine.commands.iter().find(|known| known.name == command) else {
            return Err(Rejection::bad_request(format!("the sandbox knows no command {command:?}")));
        };
        if self.is_over() {
            return Ok(false);
        }
        match command.effect(self.state.name) {
            Effect::Begin(state) => {
                self.enter(state, now);
                Ok(true)
            }
            Effect::Nothing => Ok(false),
            Effect::Refuse(text) => Err(self.conflict(text)),
            Effect::RefuseAs(text, state) => Err(conflict(text, state)),
        }
    }

    /// Replaces the next state of the machine by another one, at the same moment. False: it has another next state already,
    /// or none.
    pub fn divert(&mut self, to: &str) -> bool {
        let Next::After(_, usual) = self.state.next else { return false };
        match (&mut self.next, self.machine.state(to)) {
            (Some((next, _)), Some(to)) if next.name == usual => {
                *next = to;
                true
            }
            _ => false,
        }
    }

    /// Applies the mishap of a fault that has met a request. False: it does not fit the state, and nothing has happened.
    pub fn suffer(&mut self, fault: &str, operation: &Operation, now: f64) -> bool {
        let state = self.state.name;
        let fitting = self.machine.mishaps(fault, operation).find(|mishap| mishap.from.contains(&state));
        match fitting.map(|mishap| &mishap.to) {
            Some(To::Now(state)) => {
                self.enter(state, now);
                true
            }
            Some(To::Next(state)) => self.divert(state),
            None => false,
        }
    }

    /// Records activity: the time without it begins anew.
    pub const fn record_activity(&mut self, now: f64) {
        self.active = now;
    }

    /// Sets the milliseconds without activity after which the resource idles; none: it never does.
    pub const fn set_idle_after(&mut self, idle_after: Option<f64>) {
        self.idle_after = idle_after;
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        visit(&mut self.active);
        self.next.iter_mut().for_each(|(_, at)| visit(at));
        self.up_since.iter_mut().for_each(visit);
    }

    /// The rejection of a request that the state does not allow.
    pub fn conflict(&self, rule: &str) -> Rejection {
        conflict(rule, self.state.shown)
    }

    fn begin_state(&mut self, state: &'static State, at: f64) {
        self.state = state;
        self.active = at;
        self.up_since = state.up.then(|| self.up_since.unwrap_or(at));
        self.next = match state.next {
            Next::After(seconds, next) => {
                self.machine.state(next).map(|next| (next, (at + self.random.seconds(seconds)).min(END)))
            }
            Next::Stays | Next::Idle(_) | Next::Gone => None,
        };
    }
}

/// The text of the live API.
fn conflict(rule: &str, state: &str) -> Rejection {
    Rejection::conflict(format!("{rule} Current state: '{state}'"))
}

impl From<Lifecycle> for Saved {
    fn from(lifecycle: Lifecycle) -> Self {
        Self {
            machine: lifecycle.machine.name.to_owned(),
            state: lifecycle.state.name.to_owned(),
            next: lifecycle.next.map(|(state, at)| (state.name.to_owned(), at)),
            active: lifecycle.active,
            idle_after: lifecycle.idle_after,
            up_since: lifecycle.up_since,
            random: lifecycle.random,
        }
    }
}

impl TryFrom<Saved> for Lifecycle {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        let machine = of(&saved.machine).ok_or_else(|| format!("no resource has the machine {:?}", saved.machine))?;
        let state = |name: &str| machine.state(name).ok_or_else(|| format!("{} has no state {name:?}", machine.name));
        if saved.idle_after.is_some_and(|idle_after| !(0.0..=END).contains(&idle_after)) {
            return Err("idle_after is no duration".to_owned());
        }
        Ok(Self {
            machine,
            state: state(&saved.state)?,
            next: saved.next.map(|(next, at)| Ok::<_, String>((state(&next)?, at))).transpose()?,
            active: saved.active,
            idle_after: saved.idle_after,
            up_since: saved.up_since,
            random: saved.random,
        })
    }
}
