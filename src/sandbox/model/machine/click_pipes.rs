//! The states of ClickPipes and of their reverse private endpoints.
//!
//! The source of a pipe decides its course: a stream is followed, files are loaded once, a database is copied and then
//! followed, or only copied. Each has a machine. Pipes of databases pause where others stop. `Failed`, `InternalError` and
//! `Degraded` come by mishaps, `Modifying` by updates.

use serde_json::Value;

use super::{Command, Effect, Machine, Meets, Mishap, State, To};

/// The sources that are databases.
pub const DATABASES: [&str; 4] = ["postgres", "mysql", "bigquery", "mongodb"];
/// The first state of a pipe that follows a database without a copy of the rows that are there.
const CDC_ONLY: &str = "provisioning_cdc_only";
/// The first state of an endpoint whose target has an owner who must accept it.
const FOR_ACCEPTANCE: &str = "provisioning_for_acceptance";
/// The wait for an acceptance that does not come.
const UNTIL_REJECTION: &str = "pending_until_rejection";
const UNTIL_EXPIRY: &str = "pending_until_expiry";

/// A pipe that follows a stream, or the new files of a bucket.
pub static STREAM: Machine = Machine {
    name: "clickPipes",
    resource: "clickPipes",
    property: "state",
    states: &stream(State::stays("Running")),
    commands: STREAM_COMMANDS,
    mishaps: MISHAPS,
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
    mishaps: MISHAPS,
};

/// A pipe that copies a database once.
pub static SNAPSHOT: Machine =
    Machine { name: "clickPipes.snapshot", states: &database("Completed", "Snapshot"), ..CDC };

/// The machine of a new pipe, and the state in which it begins.
pub fn of_source(source: Option<&Value>) -> (&'static Machine, &'static str) {
    let of = |kind: &str| source.and_then(|source| source.get(kind)).filter(|kind| !kind.is_null());
    let database = DATABASES.into_iter().find_map(of);
    let mode = database.and_then(|kind| kind.pointer("/settings/replicationMode")).and_then(Value::as_str);
    match (database, mode, of("objectStorage")) {
        (Some(_), Some("snapshot"), _) => (&SNAPSHOT, "Provisioning"),
        (Some(_), Some("cdc_only"), _) => (&CDC, CDC_ONLY),
        (Some(_), ..) => (&CDC, "Provisioning"),
        (None, _, Some(files)) if files.get("isContinuous") != Some(&Value::Bool(true)) => (&LOAD, "Provisioning"),
        (None, ..) => (&STREAM, "Provisioning"),
    }
}

/// The state in which a new endpoint of a type begins.
pub fn of_type(kind: Option<&str>) -> &'static str {
    match kind {
        Some("VPC_ENDPOINT_SERVICE" | "GCP_PSC_SERVICE_ATTACHMENT") => FOR_ACCEPTANCE,
        _ => "Provisioning",
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
            (&["Stopping", "Completed", "deleting"], Effect::Refuse(ONLY_STARTABLE)),
        ],
        otherwise: Effect::Nothing,
    },
    Command {
        name: "stop",
        effects: &[
            (&["Stopping", "Stopped"], Effect::Nothing),
            (&["Completed", "deleting"], Effect::Refuse(NOT_STOPPABLE)),
        ],
        otherwise: Effect::Begin("Stopping"),
    },
    Command {
        name: "resync",
        effects: &[],
        otherwise: Effect::Refuse("Only ClickPipe of a database can be resynced."),
    },
    DELETE,
];

const DATABASE_COMMANDS: &[Command] = &[
    Command {
        name: "start",
        effects: &[
            (&["Paused", "Failed", "InternalError"], Effect::Begin("resuming")),
            (&["Pausing", "Completed", "deleting"], Effect::Refuse(ONLY_RESUMABLE)),
        ],
        otherwise: Effect::Nothing,
    },
    Command {
        name: "stop",
        effects: &[
            (&["Pausing", "Paused"], Effect::Nothing),
            (&["Completed", "deleting"], Effect::Refuse(NOT_STOPPABLE)),
        ],
        otherwise: Effect::Begin("Pausing"),
    },
    Command {
        name: "resync",
        effects: &[(
            &["Running", "Degraded", "Paused", "Completed", "Failed", "InternalError"],
            Effect::Begin("Resync"),
        )],
        otherwise: Effect::Refuse(
            "Only ClickPipe in one of the following states: \
            'Running','Degraded','Paused','Completed','Failed','InternalError' can be resynced.",
        ),
    },
    DELETE,
];

/// A pipe is deleted in any state.
const DELETE: Command =
    Command { name: "delete", effects: &[(&["deleting"], Effect::Nothing)], otherwise: Effect::Begin("deleting") };

/// Those of a pipe of any source. A state that its machine does not have never comes.
const MISHAPS: &[Mishap] = &[
    Mishap { fault: "failed", meets: STARTS, from: RISING, to: To::Next("Failed") },
    Mishap { fault: "internal-error", meets: STARTS, from: RISING, to: To::Next("InternalError") },
    Mishap { fault: "source-gone", meets: Meets::All, from: READING, to: To::Now("Failed") },
    Mishap { fault: "degraded", meets: Meets::All, from: &["Running"], to: To::Now("Degraded") },
];
/// The operations that may start a pipe, or let it take changes on.
const STARTS: Meets = Meets::Operations(&["clickPipes.create", "clickPipes.update", "clickPipes.updateState"]);
/// The states from which a pipe is about to read its source.
const RISING: &[&str] = &["Provisioning", CDC_ONLY, "Modifying", "resuming", "Resync"];
/// The states in which a pipe reads its source.
const READING: &[&str] = &["Running", "Snapshot", "Degraded"];

const ONLY_STARTABLE: &str =
    "Only ClickPipe in one of the following states: 'Stopped','Failed','InternalError' can be started.";
const ONLY_RESUMABLE: &str =
    "Only ClickPipe in one of the following states: 'Paused','Failed','InternalError' can be started.";
const NOT_STOPPABLE: &str = "ClickPipe that is completed or deleted cannot be stopped.";

/// An endpoint into a private network. In the sandbox the owner of its target accepts it after some minutes,
/// but for a mishap.
pub static REVERSE_PRIVATE_ENDPOINTS: Machine = Machine {
    name: "clickPipes.reversePrivateEndpoints",
    resource: "clickPipes.reversePrivateEndpoints",
    property: "status",
    states: &[
        State::passes("Provisioning", (20, 60), "Ready"),
        State::passes(FOR_ACCEPTANCE, (20, 60), "PendingAcceptance").shown_as("Provisioning"),
        State::passes("PendingAcceptance", (120, 600), "Ready"),
        State::passes(UNTIL_REJECTION, (120, 600), "Rejected").shown_as("PendingAcceptance"),
        State::passes(UNTIL_EXPIRY, (120, 600), "Expired").shown_as("PendingAcceptance"),
        State::stays("Ready").up(),
        State::stays("Rejected"),
        State::stays("Expired"),
        State::stays("Failed"),
        State::passes("Deleting", (10, 60), "gone"),
        State::gone("gone").shown_as("Deleting"),
    ],
    commands: &[Command {
        name: "delete",
        effects: &[(&["Deleting"], Effect::Nothing)],
        otherwise: Effect::Begin("Deleting"),
    }],
    mishaps: &[
        Mishap { fault: "failed", meets: CREATES, from: &["Provisioning", FOR_ACCEPTANCE], to: To::Next("Failed") },
        Mishap { fault: "rejected", meets: CREATES, from: &[FOR_ACCEPTANCE], to: To::Next(UNTIL_REJECTION) },
        Mishap { fault: "rejected", meets: Meets::All, from: &["PendingAcceptance"], to: To::Next("Rejected") },
        Mishap { fault: "expired", meets: CREATES, from: &[FOR_ACCEPTANCE], to: To::Next(UNTIL_EXPIRY) },
        Mishap { fault: "expired", meets: Meets::All, from: &["PendingAcceptance"], to: To::Next("Expired") },
    ],
};

const CREATES: Meets = Meets::Operations(&["clickPipes.reversePrivateEndpoints.create"]);
