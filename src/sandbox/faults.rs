//! What can go wrong between a client and the service: one table.
//!
//! A fault meets a request that has the key, is inside the rate limit and names an operation; whatever else is refused
//! as ever. One request meets at most one.

use crate::contract::{self, Answer, Kind, Method, Operation, Property, Schema};
use crate::suggest::nearest;

/// The table: the variant, the name, which requests it meets, what it does. Hands its rows to a macro.
macro_rules! table {
    ($rows:ident) => {
        $rows! {
            RateLimited "rate-limited" Every "a 429 with X-RateLimit-Reset although the window is open; nothing is changed";
            ServerError "server-error" Every "a 500 in the API's envelope; nothing is changed";
            Unavailable "unavailable" Every "a 503 of a proxy, without the envelope, now and then with Retry-After; nothing is changed";
            DropBefore "drop-before" Every "the connection ends without an answer; nothing is changed";
            DropAfter "drop-after" Every "the connection ends without an answer; the change is made";
            Slow "slow" Every "the answer takes 2 to 45 virtual seconds; the change is made at once";
            Truncated "truncated" Every "the JSON ends in the middle; the change is made";
            Html "html" Every "a 502 of a proxy, with a page in HTML; the change is made or not, by chance";
            NotFoundPage "not-found-page" Every "a 404 of a proxy, with a page in HTML; nothing is changed";
            Outage "outage" Every "for 90 virtual seconds nothing is carried out: a 503 of a proxy or no answer, by chance; nothing is changed";
            WrongType "wrong-type" Properties "a property of the answer is of another JSON type; the change is made";
            MissingProperty "missing-property" RequiredProperties "a required property of the answer is missing; the change is made";
            UnknownState "unknown-state" States "the state of a service is a word that nobody knows; the change is made";
            UnknownProperty "unknown-property" Properties "the answer has properties that nobody knows; the change is made";
            Failed "failed" Starts "the service that is created, started or woken ends up failed instead of running";
            PartiallyRunning "partially-running" Starts "the service that is created, started or woken is partially running for 1 to 5 virtual minutes first";
            Degraded "degraded" Services "the running service that is asked for is degraded for 1 to 5 virtual minutes, from then on";
            IdleFirst "idle-first" Commands "the service that is told to stop reads idle for 5 to 20 virtual seconds first";
            SoftDeleted "soft-deleted" Deletions "the service that is deleted is softdeleting, then for 1 to 5 virtual minutes softdeleted, before it is gone";
            StaleRead "stale-read" Reads "what is read is as it was 1 to 15 virtual seconds before, in a list 5 to 60";
        }
    };
}
#[cfg(target_arch = "wasm32")]
pub(crate) use table;

macro_rules! define {
    ($($fault:ident $name:literal $scope:ident $what:literal;)+) => {
        /// What goes wrong with one request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $what] $fault,)+
        }

        impl Fault {
            /// All, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$fault,)+];

            /// The name, such as `drop-after`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name,)+ }
            }

            /// What it does, in one sentence.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Self::$fault => $what,)+ }
            }

            const fn scope(self) -> Scope {
                match self { $(Self::$fault => Scope::$scope,)+ }
            }
        }
    };
}
table!(define);

/// Which requests a fault meets.
enum Scope {
    Every,
    /// Those that change nothing.
    Reads,
    /// Those whose answer has properties.
    Properties,
    /// Those whose answer has properties that the contract requires.
    RequiredProperties,
    /// Those whose answer shows a service.
    States,
    /// Those that may let a service run.
    Starts,
    /// Those that tell a service what to do.
    Commands,
    /// Those that delete a service.
    Deletions,
    /// Those that name a service.
    Services,
}

impl Fault {
    /// The fault of a name.
    ///
    /// # Errors
    ///
    /// There is none; the text says which one may be meant.
    pub fn named(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.iter().map(|fault| fault.name());
        let hint = || match nearest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let known = Self::ALL.iter().find(|fault| fault.name() == name);
        known.copied().ok_or_else(|| format!("unknown fault {name}: {}", hint()))
    }

    /// Whether it befalls the service itself, not the request. One that did is in the ledger as a change.
    #[must_use]
    pub const fn befalls(self) -> bool {
        matches!(self.scope(), Scope::Starts | Scope::Commands | Scope::Deletions | Scope::Services)
    }

    /// Whether it spoils the result of a success.
    pub(super) const fn spoils(self) -> bool {
        matches!(self, Self::WrongType | Self::MissingProperty | Self::UnknownState | Self::UnknownProperty)
    }

    /// Whether it can meet a request of this operation.
    #[must_use]
    pub fn meets(self, operation: &Operation) -> bool {
        let shows = |wanted: &dyn Fn(&Property) -> bool| match operation.answer {
            Answer::Json(schema) => any_property(schema, wanted),
            Answer::Empty | Answer::Text => false,
        };
        match self.scope() {
            Scope::Every => true,
            Scope::Reads => operation.method == Method::Get,
            Scope::Properties => shows(&|_| true),
            Scope::RequiredProperties => shows(&|property| property.required),
            Scope::States => shows(&is_state),
            Scope::Starts => {
                is(operation, &contract::SERVICES_CREATE) || is(operation, &contract::SERVICES_UPDATE_STATE)
            }
            Scope::Commands => is(operation, &contract::SERVICES_UPDATE_STATE),
            Scope::Deletions => is(operation, &contract::SERVICES_DELETE),
            Scope::Services => operation.path.starts_with(contract::SERVICES_GET.path),
        }
    }
}

fn is(operation: &Operation, other: &Operation) -> bool {
    std::ptr::eq(operation, other)
}

/// Whether it is the state of a service.
pub fn is_state(property: &Property) -> bool {
    std::ptr::eq(property.schema, contract::STATE)
}

fn any_property(schema: &Schema, wanted: &dyn Fn(&Property) -> bool) -> bool {
    match &schema.kind {
        Kind::Array { items, .. } => any_property(items, wanted),
        Kind::Record(record) => {
            record.properties.iter().any(|property| wanted(property) || any_property(property.schema, wanted))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::OPERATIONS;

    fn met_by(fault: Fault) -> Vec<&'static str> {
        OPERATIONS.iter().filter(|operation| fault.meets(operation)).map(|operation| operation.name).collect()
    }

    #[test]
    fn names_are_found_and_misspelt_ones_answered() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Ok(*fault));
        }
        assert_eq!(Fault::named("drop_aftr").unwrap_err(), "unknown fault drop_aftr: did you mean drop-after?");
        assert!(Fault::named("fire").unwrap_err().starts_with("unknown fault fire: known are rate-limited, "));
    }

    #[test]
    fn the_contract_says_which_requests_a_fault_meets() {
        assert_eq!(met_by(Fault::Slow).len(), OPERATIONS.len());
        assert!(met_by(Fault::StaleRead).contains(&"backups.get"));
        assert!(!met_by(Fault::StaleRead).contains(&"services.create"));
        assert!(met_by(Fault::UnknownState).contains(&"services.create"));
        assert!(!met_by(Fault::UnknownState).contains(&"backups.list"));
        assert!(met_by(Fault::WrongType).contains(&"services.updatePassword"));
        assert!(!met_by(Fault::MissingProperty).contains(&"services.updatePassword"));
        assert!(!met_by(Fault::UnknownProperty).contains(&"services.delete"));
        assert_eq!(met_by(Fault::Failed), ["services.create", "services.updateState"]);
        assert_eq!(met_by(Fault::IdleFirst), ["services.updateState"]);
        assert_eq!(met_by(Fault::SoftDeleted), ["services.delete"]);
        assert!(met_by(Fault::Degraded).contains(&"backups.get"));
        assert!(!met_by(Fault::Degraded).contains(&"services.list"));
    }
}
