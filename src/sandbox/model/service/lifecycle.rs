//! The states of a service, and the transitions between them.
//!
//! Nothing runs by itself: a service has the moments at which its next states begin, and [`Lifecycle::advance`] applies
//! those that are due, in order. So its course depends on the commands and their times, never on the number of reads.
//! A service fails only by a fault: see `mishaps`.

pub mod mishaps;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::END;

/// Durations in virtual seconds, the shortest and the longest.
const PROVISIONING: (u64, u64) = (60, 180);
const STARTING: (u64, u64) = (30, 60);
const STOPPING: (u64, u64) = (30, 60);
const AWAKING: (u64, u64) = (5, 30);
const TERMINATING: (u64, u64) = (30, 120);
/// How long a service that reads stopped still rejects its deletion.
const SETTLING: (u64, u64) = (5, 15);

/// A state, as the contract's `Service` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Provisioning,
    Starting,
    Running,
    PartiallyRunning,
    Idle,
    Awaking,
    Stopping,
    Stopped,
    Degraded,
    Failed,
    Terminating,
    Softdeleting,
    Softdeleted,
    Terminated,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::PartiallyRunning => "partially_running",
            Self::Idle => "idle",
            Self::Awaking => "awaking",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Terminating => "terminating",
            Self::Softdeleting => "softdeleting",
            Self::Softdeleted => "softdeleted",
            Self::Terminated => "terminated",
        }
    }

    /// Whether the service is being deleted, or is deleted.
    pub const fn is_terminating(self) -> bool {
        matches!(self, Self::Terminating | Self::Softdeleting | Self::Softdeleted | Self::Terminated)
    }
}

/// The effect of a state command.
enum CommandEffect {
    /// The service is in the state already, or on its way.
    Nothing,
    /// The service changes to a state, through another one, in so many seconds.
    Begin { through: State, to: State, seconds: (u64, u64) },
    /// The command is for these states only.
    Conflict { verb: &'static str, states: &'static [State] },
}

const STARTABLE: &[State] = &[State::Stopped, State::Idle];
const STOPPABLE: &[State] = &[State::Running, State::PartiallyRunning, State::Idle, State::Degraded];
const WAKEABLE: &[State] = &[State::Idle];
const TERMINABLE: &[State] = &[
    State::Provisioning,
    State::Starting,
    State::Awaking,
    State::Idle,
    State::Stopped,
    State::Degraded,
    State::Failed,
];
/// The text of the live API, its spacing included.
const ONLY_TERMINABLE: &str = "Only instance in one of the following states: \
    'provisioning','starting','awaking','idle','stopped', 'degraded','failed' can be terminated.";

/// The state of one service, and its next states.
#[derive(Clone, Serialize, Deserialize)]
pub struct Lifecycle {
    state: State,
    /// The next states and when each begins, in order.
    #[serde(rename = "coming")]
    upcoming: VecDeque<(State, f64)>,
    /// When it last began to run or was changed: idling counts from here.
    active: f64,
    /// When it came up, idle times included; none while it is down.
    up_since: Option<f64>,
    /// Until when a stopped service still rejects its deletion.
    settled: f64,
    random: Random,
}

impl Lifecycle {
    /// The lifecycle of a service that is created now.
    pub fn begin(now: f64, random: Random) -> Self {
        let running = (now + random.seconds(PROVISIONING)).min(END);
        Self {
            state: State::Provisioning,
            upcoming: VecDeque::from([(State::Running, running)]),
            active: now,
            up_since: None,
            settled: now,
            random,
        }
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        visit(&mut self.active);
        visit(&mut self.settled);
        self.upcoming.iter_mut().for_each(|(_, at)| visit(at));
        self.up_since.iter_mut().for_each(visit);
    }

    /// The current state.
    pub const fn state(&self) -> State {
        self.state
    }

    /// When it came up, idle times included; none while it is down.
    pub const fn up_since(&self) -> Option<f64> {
        self.up_since
    }

    /// Whether it is deleted for good.
    pub fn is_over(&self) -> bool {
        self.state == State::Terminated
    }

    /// The next state and when it begins. `idle_after`: the milliseconds without activity after which it goes idle.
    pub fn due(&self, idle_after: Option<f64>) -> Option<(State, f64)> {
        let idles = idle_after.filter(|_| self.state == State::Running).map(|ms| (State::Idle, self.active + ms));
        self.upcoming.front().copied().or(idles)
    }

    /// Applies every change that is due by now.
    pub fn advance(&mut self, now: f64, idle_after: Option<f64>) {
        loop {
            match self.due(idle_after) {
                Some((state, at)) if at <= now => {
                    self.upcoming.pop_front();
                    self.enter(state, at);
                }
                _ => return,
            }
        }
    }

    fn enter(&mut self, state: State, at: f64) {
        self.state = state;
        match state {
            State::Running | State::PartiallyRunning => {
                self.active = at;
                self.up_since.get_or_insert(at);
            }
            State::Stopped => self.settled = (at + self.random.seconds(SETTLING)).min(END),
            State::Stopping | State::Terminating | State::Softdeleting => self.up_since = None,
            State::Provisioning
            | State::Starting
            | State::Idle
            | State::Awaking
            | State::Degraded
            | State::Failed
            | State::Softdeleted
            | State::Terminated => {}
        }
    }

    /// Records a change of the service: its time without activity begins anew.
    pub const fn record_activity(&mut self, now: f64) {
        self.active = now;
    }

    /// Carries out `start`, `stop` or `awake`.
    pub fn command(&mut self, command: &str, now: f64) -> Result<(), Rejection> {
        let effect = match command {
            "start" => self.start(),
            "stop" => self.stop(),
            "awake" => self.awake(),
            _ => return Err(Rejection::bad_request(format!("the sandbox knows no command {command:?}"))),
        };
        match effect {
            CommandEffect::Nothing => Ok(()),
            CommandEffect::Begin { through, to, seconds } => {
                self.begin_change(through, to, seconds, now);
                Ok(())
            }
            CommandEffect::Conflict { verb, states } => {
                let states: Vec<String> = states.iter().map(|state| format!("'{}'", state.as_str())).collect();
                Err(self.conflict(&format!(
                    "Only instance in one of the following states: {} can be {verb}.",
                    states.join(",")
                )))
            }
        }
    }

    /// `start` wakes an idle service, too.
    const fn start(&self) -> CommandEffect {
        match self.state {
            State::Stopped => CommandEffect::Begin { through: State::Starting, to: State::Running, seconds: STARTING },
            State::Idle => CommandEffect::Begin { through: State::Awaking, to: State::Running, seconds: AWAKING },
            State::Provisioning
            | State::Starting
            | State::Running
            | State::PartiallyRunning
            | State::Awaking
            | State::Degraded => CommandEffect::Nothing,
            State::Stopping
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => CommandEffect::Conflict { verb: "started", states: STARTABLE },
        }
    }

    const fn stop(&self) -> CommandEffect {
        match self.state {
            State::Running | State::PartiallyRunning | State::Idle | State::Degraded => {
                CommandEffect::Begin { through: State::Stopping, to: State::Stopped, seconds: STOPPING }
            }
            State::Stopping | State::Stopped => CommandEffect::Nothing,
            State::Provisioning
            | State::Starting
            | State::Awaking
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => CommandEffect::Conflict { verb: "stopped", states: STOPPABLE },
        }
    }

    const fn awake(&self) -> CommandEffect {
        match self.state {
            State::Idle => CommandEffect::Begin { through: State::Awaking, to: State::Running, seconds: AWAKING },
            State::Running | State::PartiallyRunning | State::Awaking | State::Degraded => CommandEffect::Nothing,
            State::Provisioning
            | State::Starting
            | State::Stopping
            | State::Stopped
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => CommandEffect::Conflict { verb: "awakened", states: WAKEABLE },
        }
    }

    fn begin_change(&mut self, through: State, to: State, seconds: (u64, u64), now: f64) {
        self.enter(through, now);
        self.active = now;
        self.upcoming = VecDeque::from([(to, (now + self.random.seconds(seconds)).min(END))]);
    }

    /// Begins its deletion. For some seconds after it reads stopped it still counts as stopping.
    pub fn terminate(&mut self, now: f64) -> Result<(), Rejection> {
        let state = if self.state == State::Stopped && now < self.settled { State::Stopping } else { self.state };
        if !TERMINABLE.contains(&state) {
            return Err(Rejection::conflict(format!("{ONLY_TERMINABLE} Current state: '{}'", state.as_str())));
        }
        self.begin_change(State::Terminating, State::Terminated, TERMINATING, now);
        Ok(())
    }

    /// The rejection of a request that the state does not allow.
    pub fn conflict(&self, rule: &str) -> Rejection {
        Rejection::conflict(format!("{rule} Current state: '{}'", self.state.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Kind, schema};

    const ALL: [State; 14] = [
        State::Provisioning,
        State::Starting,
        State::Running,
        State::PartiallyRunning,
        State::Idle,
        State::Awaking,
        State::Stopping,
        State::Stopped,
        State::Degraded,
        State::Failed,
        State::Terminating,
        State::Softdeleting,
        State::Softdeleted,
        State::Terminated,
    ];

    #[test]
    fn every_state_is_one_of_the_contract() {
        let Some(Kind::Object(service)) = schema("Service").map(|schema| &schema.kind) else { panic!("no Service") };
        let state = service.properties.iter().find(|property| property.name == "state").unwrap();
        let Kind::Enum { values, .. } = state.schema.kind else { panic!("state is no enum") };
        for state in ALL {
            assert!(values.contains(&state.as_str()), "{state:?}");
        }
    }

    #[test]
    fn the_text_names_the_states_that_can_be_terminated() {
        for state in ALL {
            let quoted = format!("'{}'", state.as_str());
            assert_eq!(ONLY_TERMINABLE.contains(&quoted), TERMINABLE.contains(&state), "{state:?}");
        }
    }

    #[test]
    fn commands_have_an_effect_or_a_rejection_in_every_state() {
        for state in ALL {
            for (command, begins) in [("start", STARTABLE), ("stop", STOPPABLE), ("awake", WAKEABLE)] {
                let mut lifecycle =
                    Lifecycle { state, upcoming: VecDeque::new(), ..Lifecycle::begin(0.0, Random::new(1)) };
                let result = lifecycle.command(command, 5.0);
                assert_eq!(lifecycle.state != state, begins.contains(&state), "{command} {state:?}");
                assert!(result.is_ok() || lifecycle.state == state);
            }
        }
    }

    #[test]
    fn the_course_does_not_depend_on_the_number_of_reads() {
        let end = 60.0 * 60.0 * 1000.0;
        let idle_after = Some(5.0 * 60.0 * 1000.0);
        let mut often = Lifecycle::begin(0.0, Random::new(3));
        let mut rarely = Lifecycle::begin(0.0, Random::new(3));
        for now in 0..3600 {
            often.advance(f64::from(now) * 1000.0, idle_after);
        }
        for lifecycle in [&mut often, &mut rarely] {
            lifecycle.advance(end, idle_after);
            assert_eq!(lifecycle.state, State::Idle);
            lifecycle.command("stop", end).unwrap();
        }
        assert_eq!(often.upcoming, rarely.upcoming);
        assert_eq!(often.active, rarely.active);
    }
}
