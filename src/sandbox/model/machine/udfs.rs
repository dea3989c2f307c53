//! The states of a version of a user-defined function, and of its attachments to services.
//!
//! A version whose archive can not be built ends in `error` instead of `ready`, by a rule of the caller or a mishap. An
//! attachment is shown in `standby` while its service does not run, whatever its state is here.

use super::{Command, Effect, Machine, Meets, Mishap, State, To};

pub static UDFS: Machine = Machine {
    name: "udfs.versions",
    resource: "udfs.versions",
    property: "status",
    states: &[
        State::passes("building", (10, 40), "ready"),
        State::stays("ready").up(),
        State::stays("error"),
        State::gone("gone").shown_as("ready"),
    ],
    commands: &[Command { name: "delete", effects: &[], otherwise: Effect::Begin("gone") }],
    mishaps: &[Mishap {
        fault: "failed",
        meets: Meets::Operations(&["udfs.create", "udfs.versions.create"]),
        from: &["building"],
        to: To::Next("error"),
    }],
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
    mishaps: &[Mishap {
        fault: "failed",
        meets: Meets::Operations(&["udfs.attachments.set"]),
        from: &["provisioning"],
        to: To::Next("error"),
    }],
};
