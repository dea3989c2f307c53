//! The states of a version of a user-defined function, and of its attachments to services.
//!
//! A version whose archive can not be built ends in `error` instead of `ready`, by a rule of the caller. An attachment is
//! shown in `standby` while its service does not run, whatever its state is here.

use super::{Command, Effect, Machine, State};

pub static UDFS: Machine = Machine {
    name: "udfs",
    resource: "udfs",
    property: "status",
    states: &[
        State::passes("building", (10, 40), "ready"),
        State::stays("ready").up(),
        State::stays("error"),
        State::gone("gone").shown_as("ready"),
    ],
    commands: &[Command { name: "delete", effects: &[], otherwise: Effect::Begin("gone") }],
};

pub static ATTACHMENTS: Machine = Machine {
    name: "udfs.attachments",
    resource: "udfs.attachments",
    property: "status",
    states: &[
        State::passes("provisioning", (5, 30), "deployed"),
        State::stays("deployed").up(),
        State::stays("standby"),
        State::stays("error"),
        State::passes("deprovisioning", (5, 20), "gone"),
        State::gone("gone").shown_as("deprovisioning"),
    ],
    commands: &[Command {
        name: "delete",
        effects: &[(&["deprovisioning"], Effect::Nothing)],
        otherwise: Effect::Begin("deprovisioning"),
    }],
};
