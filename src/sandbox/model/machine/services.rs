//! The states of a service, with the texts of the live API.
//!
//! A service fails, degrades or goes the long ways only by a mishap.

use super::{Command, Effect, Machine, Meets, Mishap, State, To};

pub const RUNNING: &str = "running";
pub const IDLE: &str = "idle";
pub const STOPPED: &str = "stopped";
/// It restarts to apply a setting, one replica after the other.
pub const RESTARTING: &str = "restarting";

/// The live API's text, its spacing included.
const ONLY_TERMINABLE: &str = "Only instance in one of the following states: \
    'provisioning','starting','awaking','idle','stopped', 'degraded','failed' can be terminated.";

pub static SERVICES: Machine = Machine {
    name: "services",
    resource: "services",
    property: "state",
    states: &[
        State::passes("provisioning", (60, 180), RUNNING),
        State::passes("starting", (30, 60), RUNNING),
        State::idles(RUNNING, IDLE).up(),
        State::passes("partially_running", (60, 300), RUNNING).up(),
        State::passes(RESTARTING, (10, 30), RUNNING).shown_as("partially_running").up(),
        State::stays(IDLE).up(),
        State::passes("awaking", (5, 30), RUNNING).up(),
        State::passes("stopping", (30, 60), "settling"),
        // It reads idle before it stops.
        State::passes("idle_first", (5, 20), "stopping").shown_as(IDLE),
        // It reads stopped and still rejects its deletion.
        State::passes("settling", (5, 15), STOPPED).shown_as(STOPPED),
        State::stays(STOPPED),
        State::passes("degraded", (60, 300), RUNNING).up(),
        State::stays("failed"),
        State::passes("terminating", (30, 120), "terminated"),
        State::passes("softdeleting", (30, 120), "softdeleted"),
        State::passes("softdeleted", (60, 300), "terminated"),
        State::gone("terminated"),
    ],
    commands: &[
        Command {
            name: "start",
            effects: &[
                (&[STOPPED, "settling"], Effect::Begin("starting")),
                (&[IDLE, "idle_first"], Effect::Begin("awaking")),
                (
                    &["provisioning", "starting", RUNNING, "partially_running", RESTARTING, "awaking", "degraded"],
                    Effect::Nothing,
                ),
            ],
            otherwise: Effect::Refuse("Only instance in one of the following states: 'stopped','idle' can be started."),
        },
        Command {
            name: "stop",
            effects: &[
                (
                    &[RUNNING, "partially_running", RESTARTING, IDLE, "idle_first", "degraded"],
                    Effect::Begin("stopping"),
                ),
                (&["stopping", "settling", STOPPED], Effect::Nothing),
            ],
            otherwise: Effect::Refuse(
                "Only instance in one of the following states: \
                'running','partially_running','idle','degraded' can be stopped.",
            ),
        },
        Command {
            name: "awake",
            effects: &[
                (&[IDLE, "idle_first"], Effect::Begin("awaking")),
                (&[RUNNING, "partially_running", RESTARTING, "awaking", "degraded"], Effect::Nothing),
            ],
            otherwise: Effect::Refuse("Only instance in one of the following states: 'idle' can be awakened."),
        },
        Command {
            name: "delete",
            effects: &[
                (
                    &["provisioning", "starting", "awaking", IDLE, "idle_first", STOPPED, "degraded", "failed"],
                    Effect::Begin("terminating"),
                ),
                (&["settling"], Effect::RefuseAs(ONLY_TERMINABLE, "stopping")),
            ],
            otherwise: Effect::Refuse(ONLY_TERMINABLE),
        },
    ],
    mishaps: &[
        Mishap { fault: "failed", meets: STARTS, from: RISING, to: To::Next("failed") },
        Mishap { fault: "partially-running", meets: STARTS, from: RISING, to: To::Next("partially_running") },
        Mishap { fault: "degraded", meets: Meets::All, from: &[RUNNING], to: To::Now("degraded") },
        Mishap {
            fault: "idle-first",
            meets: Meets::Operations(&["services.updateState"]),
            from: &["stopping"],
            to: To::Now("idle_first"),
        },
        Mishap {
            fault: "soft-deleted",
            meets: Meets::Operations(&["services.delete"]),
            from: &["terminating"],
            to: To::Now("softdeleting"),
        },
    ],
};

/// The operations that may start a service.
const STARTS: Meets = Meets::Operations(&["services.create", "services.updateState"]);
/// The states from which a service is about to run.
const RISING: &[&str] = &["provisioning", "starting", "awaking"];
