//! The states of a Postgres service.
//!
//! A new one begins in `creating`, a restored one in `creating_from_backup`, a read replica in `creating_replica`. Which
//! services are replicas and which have a standby is the caller's rule; `unavailable` comes by mishaps, and a scenario
//! can have `stopped`.

use super::{Command, Effect, Machine, Meets, Mishap, State, To};

pub static POSTGRES: Machine = Machine {
    name: "postgres",
    resource: "postgres",
    property: "state",
    states: &[
        State::passes("creating", (60, 180), "running"),
        State::passes("creating_from_backup", (30, 60), "restoring_backup").shown_as("creating"),
        State::passes("creating_replica", (30, 60), "restoring_replica").shown_as("creating"),
        State::passes("restoring_backup", (60, 180), "replaying_wal"),
        State::passes("replaying_wal", (20, 60), "finalizing_restore"),
        State::passes("finalizing_restore", (5, 20), "running"),
        // A replica goes on reading: it does not end its recovery.
        State::passes("restoring_replica", (60, 180), "catching_up").shown_as("restoring_backup"),
        State::passes("catching_up", (20, 60), "running").shown_as("replaying_wal"),
        State::stays("running").up(),
        State::passes("restarting", (10, 30), "running").up(),
        State::stays("unavailable"),
        State::stays("stopped"),
        State::passes("deleting", (10, 60), "gone"),
        State::gone("gone").shown_as("deleting"),
    ],
    commands: &[
        Command {
            name: "restart",
            effects: &[(&["running", "unavailable"], Effect::Begin("restarting"))],
            otherwise: Effect::Refuse(
                "Only Postgres service in one of the following states: 'running','unavailable' can be restarted.",
            ),
        },
        Command {
            name: "promote",
            effects: &[(&["running"], Effect::Begin("restarting"))],
            otherwise: Effect::Refuse(
                "Only Postgres service in one of the following states: 'running' can be promoted.",
            ),
        },
        Command {
            name: "switchover",
            effects: &[(&["running"], Effect::Begin("restarting"))],
            otherwise: Effect::Refuse(
                "Only Postgres service in one of the following states: 'running' can be switched over.",
            ),
        },
        Command { name: "delete", effects: &[(&["deleting"], Effect::Nothing)], otherwise: Effect::Begin("deleting") },
    ],
    mishaps: &[
        Mishap {
            fault: "failed",
            meets: Meets::Operations(&[
                "postgres.create",
                "postgres.restore",
                "postgres.createReadReplica",
                "postgres.update",
                "postgres.updateState",
            ]),
            from: &["creating", "creating_from_backup", "creating_replica", "restarting"],
            to: To::Next("unavailable"),
        },
        Mishap { fault: "crashed", meets: Meets::All, from: &["running"], to: To::Now("unavailable") },
    ],
};
