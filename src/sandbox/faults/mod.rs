//! The faults of the sandbox: one table of names, requests and effects.
//!
//! A fault meets only a request that has passed key, rate limit and route; one request meets at most one. Types, `--help`
//! and the options are generated from the table.

pub mod damage;
pub mod fault_selection;
pub mod stale_reads;

use std::sync::LazyLock;

use crate::contract::{self, Kind, Method, Operation, Property, ResponseKind, Schema};
use crate::sandbox::model::machine::{self, Machine};
use crate::sandbox::model::resource::{Resource, properties};
use crate::suggest::nearest;

/// The table: variant, name, scope and description. Passes its rows to a macro.
macro_rules! table {
    ($rows:ident) => {
        $rows! {
            RateLimited "rate-limited" Every "a 429 with X-RateLimit-Reset although the window is open; nothing is changed";
            ServerError "server-error" Every "a 500 in the API's envelope; nothing is changed";
            Unavailable "unavailable" Every "a 503 of a proxy, without the envelope, now and then with Retry-After; nothing is changed";
            DropBefore "drop-before" Every "the connection ends without a response; nothing is changed";
            DropAfter "drop-after" Every "the connection ends without a response; the change is made";
            Slow "slow" Every "the response takes 2 to 45 virtual seconds; the change is made at once";
            Truncated "truncated" Every "the JSON ends in the middle; the change is made";
            Html "html" Every "a 502 of a proxy, with a page in HTML; the change is made or not, by chance";
            NotFoundPage "not-found-page" Every "a 404 of a proxy, with a page in HTML; nothing is changed";
            Outage "outage" Every "for 90 virtual seconds no request is carried out: a 503 of a proxy or no response, by chance; nothing is changed";
            WrongType "wrong-type" Properties "a property of the result is of another JSON type; the change is made";
            MissingProperty "missing-property" RequiredProperties "a required property of the result is missing; the change is made";
            UnknownState "unknown-state" States "the state of a service, or of another resource, is an unknown word; the change is made";
            UnknownProperty "unknown-property" Properties "the result has unknown properties; the change is made";
            Failed "failed" Mishaps "the service, ClickPipe, endpoint, Postgres service or function that is created, started or attached fails instead of running";
            PartiallyRunning "partially-running" Mishaps "the service that is created, started or woken is partially running for 1 to 5 virtual minutes first";
            Degraded "degraded" Mishaps "the running service or ClickPipe that is asked for is degraded for 1 to 5 virtual minutes, from then on";
            IdleFirst "idle-first" Mishaps "the service that is told to stop reads idle for 5 to 20 virtual seconds first";
            SoftDeleted "soft-deleted" Mishaps "the service that is deleted is softdeleting, then for 1 to 5 virtual minutes softdeleted, before it is gone";
            InternalError "internal-error" Mishaps "the ClickPipe that is created, changed or started ends in InternalError instead of running";
            SourceGone "source-gone" Mishaps "the running ClickPipe that is asked for has lost its source: it is Failed until it is started again";
            Crashed "crashed" Mishaps "the running Postgres service that is asked for is unavailable until it is restarted";
            Rejected "rejected" Mishaps "the reverse private endpoint that is created, or waits for acceptance, is rejected";
            Expired "expired" Mishaps "the reverse private endpoint that is created, or waits for acceptance, expires";
            BackupFailed "backup-failed" Services "a backup of the service that is asked for ends in error: the one in progress, or else the next one";
            StaleRead "stale-read" Reads "a read shows the state of 1 to 15 virtual seconds before, a list that of 5 to 60";
        }
    };
}
#[cfg(target_arch = "wasm32")]
pub(crate) use table;

macro_rules! define {
    ($($fault:ident $name:literal $scope:ident $description:literal;)+) => {
        /// A fault of the sandbox.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $description] $fault,)+
        }

        impl Fault {
            /// All faults, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$fault,)+];

            /// Its name, such as `drop-after`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name,)+ }
            }

            /// Its effect, in one sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$fault => $description,)+ }
            }

            const fn scope(self) -> Scope {
                match self { $(Self::$fault => Scope::$scope,)+ }
            }
        }
    };
}
table!(define);

/// The requests that a fault can meet.
enum Scope {
    Every,
    /// `GET` requests.
    Reads,
    /// Operations whose result has properties.
    Properties,
    /// Operations whose result has required properties.
    RequiredProperties,
    /// Operations whose result has the state of a service, or of another resource.
    States,
    /// Those that a mishap in the table of a machine meets.
    Mishaps,
    /// Operations on one service.
    Services,
}

impl Fault {
    /// The fault of a name.
    ///
    /// # Errors
    ///
    /// There is no such fault; the text names the nearest one.
    pub fn named(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.iter().map(|fault| fault.name());
        let hint = || match nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let known = Self::ALL.iter().find(|fault| fault.name() == name);
        known.copied().ok_or_else(|| format!("unknown fault {name}: {}", hint()))
    }

    /// Whether it changes the resource itself, not the response. The ledger has it as a change then.
    #[must_use]
    pub const fn changes_resource(self) -> bool {
        matches!(self.scope(), Scope::Mishaps | Scope::Services)
    }

    /// Whether it alters the result of a success.
    pub(super) const fn alters_result(self) -> bool {
        matches!(self, Self::WrongType | Self::MissingProperty | Self::UnknownState | Self::UnknownProperty)
    }

    /// Whether it can meet a request of this operation.
    #[must_use]
    pub fn applies_to(self, operation: &Operation) -> bool {
        let has = |wanted: &dyn Fn(&Property) -> bool| match operation.response {
            ResponseKind::Json(schema) => any_property(schema, wanted),
            ResponseKind::Empty | ResponseKind::Text(_) => false,
        };
        match self.scope() {
            Scope::Every => true,
            Scope::Reads => operation.method == Method::Get,
            Scope::Properties => has(&|_| true),
            Scope::RequiredProperties => has(&|property| property.required),
            Scope::States => has(&is_state),
            Scope::Mishaps => {
                machine::MACHINES.iter().any(|machine| machine.mishaps(self.name(), operation).next().is_some())
            }
            Scope::Services => operation.path.starts_with(contract::SERVICES_GET.path),
        }
    }
}

/// The schemas of the states that machines have.
static STATES: LazyLock<Vec<&'static Schema>> = LazyLock::new(|| {
    let state = |machine: &&Machine| {
        let properties = properties(Resource::named(machine.resource)?.schema);
        properties.iter().find(|property| property.name == machine.property).map(|property| property.schema)
    };
    machine::MACHINES.iter().filter_map(state).collect()
});

/// Whether it is the state of a service, or of another resource that has states.
pub fn is_state(property: &Property) -> bool {
    STATES.iter().any(|state| std::ptr::eq(*state, property.schema))
}

fn any_property(schema: &Schema, wanted: &dyn Fn(&Property) -> bool) -> bool {
    match &schema.kind {
        Kind::Array { items, .. } => any_property(items, wanted),
        Kind::Object(record) => {
            record.properties.iter().any(|property| wanted(property) || any_property(property.schema, wanted))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::OPERATIONS;
    use crate::sandbox::model::machine::{Meets, To};

    fn scope(fault: Fault) -> Vec<&'static str> {
        OPERATIONS.iter().filter(|operation| fault.applies_to(operation)).map(|operation| operation.name).collect()
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Ok(*fault));
        }
        assert_eq!(Fault::named("drop_aftr").unwrap_err(), "unknown fault drop_aftr: did you mean drop-after?");
        assert!(Fault::named("fire").unwrap_err().starts_with("unknown fault fire: known are rate-limited, "));
    }

    #[test]
    fn the_contract_defines_the_scope_of_a_fault() {
        assert_eq!(scope(Fault::Slow).len(), OPERATIONS.len());
        assert!(scope(Fault::StaleRead).contains(&"backups.get"));
        assert!(!scope(Fault::StaleRead).contains(&"services.create"));
        assert!(scope(Fault::UnknownState).contains(&"services.create"));
        assert!(scope(Fault::UnknownState).contains(&"postgres.list"));
        assert!(scope(Fault::UnknownState).contains(&"udfs.list"));
        assert!(!scope(Fault::UnknownState).contains(&"backups.list"));
        assert!(scope(Fault::WrongType).contains(&"services.updatePassword"));
        assert!(!scope(Fault::MissingProperty).contains(&"services.updatePassword"));
        assert!(!scope(Fault::UnknownProperty).contains(&"services.delete"));
        assert!(["services.create", "services.updateState"].iter().all(|name| scope(Fault::Failed).contains(name)));
        assert_eq!(
            scope(Fault::InternalError),
            ["clickPipes.create", "clickPipes.update", "clickPipes.updateState"].map(|name| name)
        );
        assert_eq!(scope(Fault::IdleFirst), ["services.updateState"]);
        assert_eq!(scope(Fault::SoftDeleted), ["services.delete"]);
        assert!(scope(Fault::Degraded).contains(&"backups.get"));
        assert!(!scope(Fault::Degraded).contains(&"services.list"));
        assert!(scope(Fault::SourceGone).contains(&"clickPipes.settings.get"));
        assert!(!scope(Fault::SourceGone).contains(&"clickPipes.list"));
        assert!(scope(Fault::BackupFailed).contains(&"backups.list"));
    }

    #[test]
    fn mishaps_are_of_faults_and_name_operations_and_states_that_there_are() {
        for machine in machine::MACHINES {
            for mishap in machine.mishaps {
                assert!(Fault::named(mishap.fault).is_ok_and(Fault::changes_resource), "{}", mishap.fault);
                if let Meets::Operations(names) = mishap.meets {
                    assert!(names.iter().all(|name| contract::operation(name).is_some()), "{names:?}");
                }
                let (To::Now(to) | To::Next(to)) = mishap.to;
                assert!(machine.state(to).is_some(), "{}: {to}", machine.name);
                // A table serves several machines, each with some of its states.
                let knows = |state: &&str| {
                    let mut others = machine::MACHINES.iter().filter(|other| other.resource == machine.resource);
                    others.any(|other| other.state(state).is_some())
                };
                assert!(mishap.from.iter().all(knows), "{}: {:?}", machine.name, mishap.from);
            }
        }
        for fault in Fault::ALL.iter().filter(|fault| fault.changes_resource()) {
            assert!(!scope(*fault).is_empty(), "{}", fault.name());
        }
    }
}
