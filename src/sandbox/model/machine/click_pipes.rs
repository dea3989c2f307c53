//! The states of ClickPipes and of their reverse private endpoints.
//!
//! The source of a pipe decides its course: a stream is followed, files are loaded once, a database is copied and then
//! followed, or only copied. Each has a machine. Pipes of databases pause where others stop. `Failed`, `InternalError` and
//! `Degraded` come by faults, `Modifying` by updates.

use serde_json::{Map, Value};

use super::{Command, Effect, Machine, State};

/// The sources that are databases.
pub const DATABASES: [&str; 4] = ["postgres", "mysql", "bigquery", "mongodb"];
/// The first state of a pipe that follows a database without a copy of the rows that are there.
const CDC_ONLY: &str = "provisioning_cdc_only";

/// A pipe that follows a stream, or the new files of a bucket.
pub static STREAM: Machine = Machine {
    name: "clickPipes",
    resource: "clickPipes",
    property: "state",
    states: &stream(State::stays("Running")),
    commands: STREAM_COMMANDS,
};

/// A pipe that loads the files of a bucket once.
pub static LOAD: Machine =
    Machine { name: "clickPipes.load", states: &stream(State::passes("Running", (60, 300), "Completed")), ..STREAM };

/// A pipe that copies a database, then follows its changes.
pub static CDC: Machine = Machine {
    name: "clickPipes.cdc",
    resource: "clickPipes",
    property: "state",
    states: &database("Running", "Running"),
    commands: DATABASE_COMMANDS,
};

/// A pipe that copies a database once.
pub static SNAPSHOT: Machine =
    Machine { name: "clickPipes.snapshot", states: &database("Completed", "Snapshot"), ..CDC };

/// The machine of a new pipe, and the state in which it begins.
pub fn of_source(source: &Map<String, Value>) -> (&'static Machine, &'static str) {
    let database = DATABASES.iter().find_map(|name| source.get(*name).filter(|kind| !kind.is_null()));
    let mode = database.and_then(|kind| kind.pointer("/settings/replicationMode")).and_then(Value::as_str);
    let files = source.get("objectStorage").filter(|kind| !kind.is_null());
    match (database, mode, files) {
        (Some(_), Some("snapshot"), _) => (&SNAPSHOT, "Provisioning"),
        (Some(_), Some("cdc_only"), _) => (&CDC, CDC_ONLY),
        (Some(_), ..) => (&CDC, "Provisioning"),
        (None, _, Some(files)) if files.get("isContinuous") != Some(&Value::Bool(true)) => (&LOAD, "Provisioning"),
        (None, ..) => (&STREAM, "Provisioning"),
    }
}

const fn stream(running: State) -> [State; 11] {
    [
        State::passes("Provisioning", (20, 60), "Running"),
        running.up(),
        State::passes("Modifying", (5, 20), "Running").up(),
        State::passes("Degraded", (60, 300), "Running").up(),
        State::passes("Stopping", (5, 20), "Stopped"),
        State::stays("Stopped"),
        State::stays("Completed"),
        State::stays("Failed"),
        State::stays("InternalError"),
        State::passes("deleting", (3, 10), "gone").shown_as("Stopping"),
        State::gone("gone").shown_as("Stopping"),
    ]
}

/// `copied` follows the first copy; `resumed` follows a pause, a fault or an update.
const fn database(copied: &'static str, resumed: &'static str) -> [State; 16] {
    [
        State::passes("Provisioning", (20, 60), "Setup"),
        State::passes(CDC_ONLY, (20, 60), "resuming").shown_as("Provisioning"),
        State::passes("Setup", (10, 30), "Snapshot"),
        State::passes("Snapshot", (60, 300), copied).up(),
        State::stays("Running").up(),
        State::passes("resuming", (10, 30), resumed).shown_as("Setup"),
        State::passes("Resync", (10, 30), "Snapshot").up(),
        State::passes("Modifying", (5, 20), resumed).up(),
        State::passes("Degraded", (60, 300), resumed).up(),
        State::passes("Pausing", (5, 20), "Paused"),
        State::stays("Paused"),
        State::stays("Completed"),
        State::stays("Failed"),
        State::stays("InternalError"),
        State::passes("deleting", (3, 10), "gone").shown_as("Stopping"),
        State::gone("gone").shown_as("Stopping"),
    ]
}

const STREAM_COMMANDS: &[Command] = &[
    Command {
        name: "start",
        effects: &[
            (&["Stopped", "Failed", "InternalError"], Effect::Begin("Provisioning")),
            (&["Provisioning", "Running", "Modifying", "Degraded"], Effect::Nothing),
        ],
        refusal: "Only ClickPipe in one of the following states: 'Stopped','Failed','InternalError' can be started.",
    },
    Command {
        name: "stop",
        effects: &[
            (
                &["Provisioning", "Running", "Modifying", "Degraded", "Failed", "InternalError"],
                Effect::Begin("Stopping"),
            ),
            (&["Stopping", "Stopped"], Effect::Nothing),
        ],
        refusal: "Only ClickPipe in one of the following states: \
            'Provisioning','Running','Modifying','Degraded','Failed','InternalError' can be stopped.",
    },
    Command { name: "resync", effects: &[], refusal: "Only ClickPipe of a database can be resynced." },
    Command {
        name: "delete",
        effects: &[
            (
                &[
                    "Provisioning",
                    "Running",
                    "Modifying",
                    "Degraded",
                    "Stopping",
                    "Stopped",
                    "Completed",
                    "Failed",
                    "InternalError",
                ],
                Effect::Begin("deleting"),
            ),
            (&["deleting"], Effect::Nothing),
        ],
        refusal: "The ClickPipe is deleted.",
    },
];

const DATABASE_COMMANDS: &[Command] = &[
    Command {
        name: "start",
        effects: &[
            (&["Paused", "Failed", "InternalError"], Effect::Begin("resuming")),
            (
                &[
                    "Provisioning",
                    CDC_ONLY,
                    "Setup",
                    "Snapshot",
                    "Running",
                    "resuming",
                    "Resync",
                    "Modifying",
                    "Degraded",
                ],
                Effect::Nothing,
            ),
        ],
        refusal: "Only ClickPipe in one of the following states: 'Paused','Failed','InternalError' can be started.",
    },
    Command {
        name: "stop",
        effects: &[
            (
                &[
                    "Provisioning",
                    CDC_ONLY,
                    "Setup",
                    "Snapshot",
                    "Running",
                    "resuming",
                    "Resync",
                    "Modifying",
                    "Degraded",
                    "Failed",
                    "InternalError",
                ],
                Effect::Begin("Pausing"),
            ),
            (&["Pausing", "Paused"], Effect::Nothing),
        ],
        refusal: "Only ClickPipe in one of the following states: 'Provisioning','Setup','Snapshot','Running',\
            'Resync','Modifying','Degraded','Failed','InternalError' can be stopped.",
    },
    Command {
        name: "resync",
        effects: &[(
            &["Running", "Degraded", "Paused", "Completed", "Failed", "InternalError"],
            Effect::Begin("Resync"),
        )],
        refusal: "Only ClickPipe in one of the following states: \
            'Running','Degraded','Paused','Completed','Failed','InternalError' can be resynced.",
    },
    Command {
        name: "delete",
        effects: &[
            (
                &[
                    "Provisioning",
                    CDC_ONLY,
                    "Setup",
                    "Snapshot",
                    "Running",
                    "resuming",
                    "Resync",
                    "Modifying",
                    "Degraded",
                    "Pausing",
                    "Paused",
                    "Completed",
                    "Failed",
                    "InternalError",
                ],
                Effect::Begin("deleting"),
            ),
            (&["deleting"], Effect::Nothing),
        ],
        refusal: "The ClickPipe is deleted.",
    },
];

/// An endpoint whose target is open to it begins in `Provisioning`, one whose target has an owner who must accept it in
/// `provisioning_for_acceptance`. In the sandbox the owner accepts after some minutes.
pub static REVERSE_PRIVATE_ENDPOINTS: Machine = Machine {
    name: "clickPipes.reversePrivateEndpoints",
    resource: "clickPipes.reversePrivateEndpoints",
    property: "status",
    states: &[
        State::passes("Provisioning", (20, 60), "Ready"),
        State::passes("provisioning_for_acceptance", (20, 60), "PendingAcceptance").shown_as("Provisioning"),
        State::passes("PendingAcceptance", (120, 600), "Ready"),
        State::stays("Ready").up(),
        State::stays("Rejected"),
        State::stays("Expired"),
        State::stays("Failed"),
        State::passes("Deleting", (10, 60), "gone"),
        State::gone("gone").shown_as("Deleting"),
    ],
    commands: &[Command {
        name: "delete",
        effects: &[
            (
                &[
                    "Provisioning",
                    "provisioning_for_acceptance",
                    "PendingAcceptance",
                    "Ready",
                    "Rejected",
                    "Expired",
                    "Failed",
                ],
                Effect::Begin("Deleting"),
            ),
            (&["Deleting"], Effect::Nothing),
        ],
        refusal: "The reverse private endpoint is deleted.",
    }],
};
