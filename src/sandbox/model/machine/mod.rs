//! State machines as data: the states of a resource, how long each lasts, and the commands between them.
//!
//! `lifecycle` runs them, and each resource has a table. States and commands have the contract's names; durations are
//! virtual seconds, near those of the live service. The tables have the mishaps, too, which only a fault causes.

mod byoc;
pub mod click_pipes;
mod lifecycle;
pub mod postgres;
pub mod services;
#[cfg(test)]
mod tests;
mod udfs;

use serde_json::{Map, Value};

use crate::contract::Operation;
use crate::sandbox::model::resource::Resource;

pub use lifecycle::Lifecycle;

/// The shortest and the longest duration, in virtual seconds.
type Seconds = (u64, u64);

/// A machine: states, their durations, and the commands between them.
#[derive(Debug)]
pub struct Machine {
    /// Its name in snapshots. The first of a resource has the name of the resource.
    pub name: &'static str,
    /// The resource, as the contract names it, such as `clickPipes`.
    pub resource: &'static str,
    /// The property of the resource that shows the state.
    pub property: &'static str,
    /// The states; a new resource begins in the first.
    pub states: &'static [State],
    pub commands: &'static [Command],
    pub mishaps: &'static [Mishap],
}

/// A state.
#[derive(Debug)]
pub struct State {
    /// Its name in the machine. Several states can look the same in the API.
    pub name: &'static str,
    /// Its name in the API.
    pub shown: &'static str,
    /// The change that comes by itself.
    pub next: Next,
    /// Whether the resource works for its users, and is paid for.
    pub up: bool,
}

/// The change of state that comes by itself.
#[derive(Debug)]
pub enum Next {
    /// None: the state lasts until a command.
    Stays,
    /// Another state, after a duration.
    After(Seconds, &'static str),
    /// Another state, after the resource's own time without activity.
    Idle(&'static str),
    /// The resource no longer exists.
    Gone,
}

/// A command.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    /// Its effect in these states.
    pub effects: &'static [(&'static [&'static str], Effect)],
    /// Its effect in all others.
    pub otherwise: Effect,
}

/// The effect of a command.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// Another state begins.
    Begin(&'static str),
    /// None: the resource is in the state already, or on its way.
    Nothing,
    /// The command is refused with this text and the current state.
    Refuse(&'static str),
    /// The same, with another state as the current one.
    RefuseAs(&'static str, &'static str),
}

/// A change of state that only a fault causes.
#[derive(Debug)]
pub struct Mishap {
    /// The name of the fault.
    pub fault: &'static str,
    pub meets: Meets,
    /// The states in which it happens.
    pub from: &'static [&'static str],
    pub to: To,
}

/// The requests that a mishap can meet.
#[derive(Debug)]
pub enum Meets {
    /// Those of these operations.
    Operations(&'static [&'static str]),
    /// All that name the resource: it, or a part of it.
    All,
}

/// The state that a mishap leads to.
#[derive(Debug)]
pub enum To {
    /// It begins at once.
    Now(&'static str),
    /// It begins when the usual next state would, in place of that.
    Next(&'static str),
}

/// Every machine.
pub const MACHINES: [&Machine; 10] = [
    &services::SERVICES,
    &click_pipes::STREAM,
    &click_pipes::LOAD,
    &click_pipes::CDC,
    &click_pipes::SNAPSHOT,
    &click_pipes::REVERSE_PRIVATE_ENDPOINTS,
    &postgres::POSTGRES,
    &udfs::UDFS,
    &udfs::ATTACHMENTS,
    &byoc::BYOC,
];

/// The machine of a name, for most resources the resource's.
pub fn of(name: &str) -> Option<&'static Machine> {
    MACHINES.into_iter().find(|machine| machine.name == name)
}

/// The machine of a new resource, and the state in which it begins. The body of its creation decides where a resource has
/// several.
pub fn of_new(resource: &str, body: &Map<String, Value>) -> Option<(&'static Machine, &'static str)> {
    match resource {
        "clickPipes" => Some(click_pipes::of_source(body.get("source"))),
        "clickPipes.reversePrivateEndpoints" => {
            Some((of(resource)?, click_pipes::of_type(body.get("type").and_then(Value::as_str))))
        }
        _ => of(resource).and_then(|machine| Some((machine, machine.states.first()?.name))),
    }
}

impl Machine {
    /// The state of a name.
    pub fn state(&self, name: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The mishaps of a fault that can meet a request of an operation.
    pub fn mishaps(&self, fault: &str, operation: &Operation) -> impl Iterator<Item = &'static Mishap> {
        self.mishaps.iter().filter(move |mishap| mishap.fault == fault && mishap.applies_to(self, operation))
    }

    /// The states that follow a state by themselves, itself first. Their number has a bound even if they formed a circle.
    pub fn course(&'static self, from: &'static State) -> impl Iterator<Item = &'static State> {
        let next = |state: &&'static State| match state.next {
            Next::After(_, next) => self.state(next),
            Next::Stays | Next::Idle(_) | Next::Gone => None,
        };
        std::iter::successors(Some(from), next).take(self.states.len())
    }
}

impl Mishap {
    /// Whether it can meet a request of an operation.
    pub fn applies_to(&self, machine: &Machine, operation: &Operation) -> bool {
        match self.meets {
            Meets::Operations(names) => names.contains(&operation.name),
            Meets::All => Resource::named(machine.resource).is_some_and(|resource| {
                operation.path.strip_prefix(resource.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }),
        }
    }
}

impl Command {
    /// The effect in a state.
    pub fn effect(&self, state: &str) -> Effect {
        let effect = self.effects.iter().find(|(states, _)| states.contains(&state));
        effect.map_or(self.otherwise, |(_, effect)| *effect)
    }
}

/// How the tables write their states.
impl State {
    /// A state that lasts until a command.
    const fn stays(name: &'static str) -> Self {
        Self { name, shown: name, next: Next::Stays, up: false }
    }

    /// A state that another one follows, after some seconds.
    const fn passes(name: &'static str, seconds: Seconds, next: &'static str) -> Self {
        Self { next: Next::After(seconds, next), ..Self::stays(name) }
    }

    /// A state that another one follows, after a time without activity.
    const fn idles(name: &'static str, next: &'static str) -> Self {
        Self { next: Next::Idle(next), ..Self::stays(name) }
    }

    /// The end.
    const fn gone(name: &'static str) -> Self {
        Self { next: Next::Gone, ..Self::stays(name) }
    }

    /// The same state with another name in the API.
    const fn shown_as(self, shown: &'static str) -> Self {
        Self { shown, ..self }
    }

    /// The same state of a resource that works.
    const fn up(self) -> Self {
        Self { up: true, ..self }
    }
}
