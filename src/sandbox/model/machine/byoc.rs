//! The states of infrastructure in a cloud account of the customer's own.
//!
//! Deletion goes on in the background and shows `infra-terminated` at its end; later the infrastructure is no longer
//! listed.

use super::{Command, Effect, Machine, State};

pub static BYOC: Machine = Machine {
    name: "byoc",
    resource: "byoc",
    property: "state",
    states: &[
        State::passes("infra-provisioning", (1200, 2400), "infra-ready"),
        State::stays("infra-ready").up(),
        State::passes("terminating", (300, 900), "infra-terminated").shown_as("infra-ready"),
        State::passes("infra-terminated", (3600, 7200), "gone"),
        State::gone("gone").shown_as("infra-terminated"),
    ],
    commands: &[Command {
        name: "delete",
        effects: &[
            (&["infra-provisioning"], Effect::Begin("infra-terminated")),
            (&["terminating", "infra-terminated"], Effect::Nothing),
        ],
        otherwise: Effect::Begin("terminating"),
    }],
    mishaps: &[],
};
