//! The states of a service, and the rules that lead from one to the next.
//!
//! Nothing runs by itself: a service holds the moment at which its next state begins, and [`Life::advance`] lets
//! everything happen that is due by now, in order. So the course of a life depends on what was asked of it and when,
//! never on how often it was looked at. What goes wrong in a life goes wrong only when it is asked for: see `mishaps`.

mod mishaps;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::sandbox::model::error::Refusal;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::time::END;

/// How long things take, in virtual seconds: the least and the most.
const PROVISIONING: (u64, u64) = (60, 180);
const STARTING: (u64, u64) = (30, 60);
const STOPPING: (u64, u64) = (30, 60);
const AWAKING: (u64, u64) = (5, 30);
const TERMINATING: (u64, u64) = (30, 120);
/// How long a service that reads stopped still refuses to be deleted.
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

    /// Whether it leads to nothing but the end.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Terminating | Self::Softdeleting | Self::Softdeleted | Self::Terminated)
    }
}

/// What a state command comes to.
enum Effect {
    /// The service is there already, or on its way.
    Nothing,
    /// The service goes there, through this state, in so many seconds.
    Begin { through: State, to: State, seconds: (u64, u64) },
    /// Not from here: the command is for these states only.
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
/// The live API's own text, its spacing included.
const ONLY_TERMINABLE: &str = "Only instance in one of the following states: \
    'provisioning','starting','awaking','idle','stopped', 'degraded','failed' can be terminated.";

/// The life of one service.
#[derive(Clone, Serialize, Deserialize)]
pub struct Life {
    state: State,
    /// The states to come and when each begins, the next one first.
    coming: VecDeque<(State, f64)>,
    /// The last time it came to run or was changed: idling counts from here.
    active: f64,
    /// Since when it has been up, idle times included; none while it is down.
    up_since: Option<f64>,
    /// Until when a stopped service still refuses to be deleted.
    settled: f64,
    random: Random,
}

impl Life {
    /// A service that was created now.
    pub fn begin(now: f64, random: Random) -> Self {
        let running = (now + random.seconds(PROVISIONING)).min(END);
        Self {
            state: State::Provisioning,
            coming: VecDeque::from([(State::Running, running)]),
            active: now,
            up_since: None,
            settled: now,
            random,
        }
    }

    /// Every moment that it holds.
    pub fn each_moment(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        visit(&mut self.active);
        visit(&mut self.settled);
        self.coming.iter_mut().for_each(|(_, at)| visit(at));
        self.up_since.iter_mut().for_each(visit);
    }

    /// The state now.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Since when the service has been up, idle times included; none while it is down.
    pub const fn up_since(&self) -> Option<f64> {
        self.up_since
    }

    /// Whether it was deleted and nothing of it is left.
    pub fn is_over(&self) -> bool {
        self.state == State::Terminated
    }

    /// The next state and when it begins. `idle_after`: the quiet milliseconds after which it goes idle.
    pub fn due(&self, idle_after: Option<f64>) -> Option<(State, f64)> {
        let idles = idle_after.filter(|_| self.state == State::Running).map(|ms| (State::Idle, self.active + ms));
        self.coming.front().copied().or(idles)
    }

    /// Lets everything happen that is due by now.
    pub fn advance(&mut self, now: f64, idle_after: Option<f64>) {
        loop {
            match self.due(idle_after) {
                Some((state, at)) if at <= now => {
                    self.coming.pop_front();
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

    /// Someone changed the service: its quiet time begins anew.
    pub const fn touch(&mut self, now: f64) {
        self.active = now;
    }

    /// `start`, `stop` or `awake`.
    pub fn command(&mut self, command: &str, now: f64) -> Result<(), Refusal> {
        let effect = match command {
            "start" => self.start(),
            "stop" => self.stop(),
            "awake" => self.awake(),
            _ => return Err(Refusal::bad_request(format!("the sandbox knows no command {command:?}"))),
        };
        match effect {
            Effect::Nothing => Ok(()),
            Effect::Begin { through, to, seconds } => {
                self.begin_change(through, to, seconds, now);
                Ok(())
            }
            Effect::Conflict { verb, states } => {
                let states: Vec<String> = states.iter().map(|state| format!("'{}'", state.as_str())).collect();
                Err(self.conflict(&format!(
                    "Only instance in one of the following states: {} can be {verb}.",
                    states.join(",")
                )))
            }
        }
    }

    /// An idle service is woken: to the one who asks, starting means having it run.
    const fn start(&self) -> Effect {
        match self.state {
            State::Stopped => Effect::Begin { through: State::Starting, to: State::Running, seconds: STARTING },
            State::Idle => Effect::Begin { through: State::Awaking, to: State::Running, seconds: AWAKING },
            State::Provisioning
            | State::Starting
            | State::Running
            | State::PartiallyRunning
            | State::Awaking
            | State::Degraded => Effect::Nothing,
            State::Stopping
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => Effect::Conflict { verb: "started", states: STARTABLE },
        }
    }

    const fn stop(&self) -> Effect {
        match self.state {
            State::Running | State::PartiallyRunning | State::Idle | State::Degraded => {
                Effect::Begin { through: State::Stopping, to: State::Stopped, seconds: STOPPING }
            }
            State::Stopping | State::Stopped => Effect::Nothing,
            State::Provisioning
            | State::Starting
            | State::Awaking
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => Effect::Conflict { verb: "stopped", states: STOPPABLE },
        }
    }

    const fn awake(&self) -> Effect {
        match self.state {
            State::Idle => Effect::Begin { through: State::Awaking, to: State::Running, seconds: AWAKING },
            State::Running | State::PartiallyRunning | State::Awaking | State::Degraded => Effect::Nothing,
            State::Provisioning
            | State::Starting
            | State::Stopping
            | State::Stopped
            | State::Failed
            | State::Terminating
            | State::Softdeleting
            | State::Softdeleted
            | State::Terminated => Effect::Conflict { verb: "awakened", states: WAKEABLE },
        }
    }

    fn begin_change(&mut self, through: State, to: State, seconds: (u64, u64), now: f64) {
        self.enter(through, now);
        self.active = now;
        self.coming = VecDeque::from([(to, (now + self.random.seconds(seconds)).min(END))]);
    }

    /// Begins to delete it. For a short while after it reads stopped it still counts as stopping.
    pub fn terminate(&mut self, now: f64) -> Result<(), Refusal> {
        let state = if self.state == State::Stopped && now < self.settled { State::Stopping } else { self.state };
        if !TERMINABLE.contains(&state) {
            return Err(Refusal::conflict(format!("{ONLY_TERMINABLE} Current state: '{}'", state.as_str())));
        }
        self.begin_change(State::Terminating, State::Terminated, TERMINATING, now);
        Ok(())
    }

    /// The refusal of what the state does not allow.
    pub fn conflict(&self, rule: &str) -> Refusal {
        Refusal::conflict(format!("{rule} Current state: '{}'", self.state.as_str()))
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
        let Some(Kind::Record(service)) = schema("Service").map(|schema| &schema.kind) else { panic!("no Service") };
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
    fn commands_answer_in_every_state() {
        for state in ALL {
            for (command, begins) in [("start", STARTABLE), ("stop", STOPPABLE), ("awake", WAKEABLE)] {
                let mut life = Life { state, coming: VecDeque::new(), ..Life::begin(0.0, Random::new(1)) };
                let answer = life.command(command, 5.0);
                assert_eq!(life.state != state, begins.contains(&state), "{command} {state:?}");
                assert!(answer.is_ok() || life.state == state);
            }
        }
    }

    #[test]
    fn a_life_does_not_depend_on_how_often_it_is_looked_at() {
        let end = 60.0 * 60.0 * 1000.0;
        let idle_after = Some(5.0 * 60.0 * 1000.0);
        let mut often = Life::begin(0.0, Random::new(3));
        let mut rarely = Life::begin(0.0, Random::new(3));
        for now in 0..3600 {
            often.advance(f64::from(now) * 1000.0, idle_after);
        }
        for life in [&mut often, &mut rarely] {
            life.advance(end, idle_after);
            assert_eq!(life.state, State::Idle);
            life.command("stop", end).unwrap();
        }
        assert_eq!(often.coming, rarely.coming);
        assert_eq!(often.active, rarely.active);
    }
}
