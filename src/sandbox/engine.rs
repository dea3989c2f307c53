//! The sandbox, put together from its parts.
//!
//! Each part that draws has a stream of its own, forked from the seed in a fixed order, so that one more organization or
//! fault changes nothing elsewhere.

use std::collections::BTreeMap;
use std::iter;

use super::faults::Fault;
use super::faults::fault_selection::{FaultSelection, Injection};
use super::http::rate_limit::RateWindow;
use super::model::access;
use super::model::history::Timeline;
use super::model::key;
use super::model::organization::Organization;
use super::model::random::Random;
use super::model::time::END;
use super::options::Options;
use super::persistence::ledger::{Entry, Ledger};
use super::persistence::mutations::Baseline;
use super::scenario::Scenario;

/// ClickHouse Cloud in memory. It has no clock: each request says at which virtual time it arrives.
///
/// ```
/// use clickhouse_cloud::contract::Method;
/// use clickhouse_cloud::host::HttpRequest;
/// use clickhouse_cloud::sandbox::{Options, Sandbox};
/// use clickhouse_cloud::secret::Secret;
///
/// let mut sandbox = Sandbox::new(Options { seed: 7, ..Options::default() });
/// let organizations = HttpRequest {
///     method: Method::Get,
///     url: "https://api.clickhouse.cloud/v1/organizations".to_owned(),
///     headers: Vec::new(),
///     authorization: Some(Secret::new("Basic c2FuZGJveC1rZXktaWQ6c2FuZGJveC1rZXktc2VjcmV0")), // the key of the defaults
///     body: None,
/// };
/// let response = sandbox.handle(1_785_542_400_000.0, &organizations).into_result().map_err(|fault| fault.message)?;
/// assert_eq!(response.status, 200);
/// assert_eq!(sandbox.ledger().next_back().and_then(|entry| entry.operation), Some("organizations.list"));
/// # Ok::<(), String>(())
/// ```
pub struct Sandbox {
    pub(super) options: Options,
    /// The virtual time of the last request, in milliseconds since the epoch.
    pub(super) now: f64,
    /// The rate-limit window of each key that has sent a request, by the id of the key's record.
    pub(super) windows: BTreeMap<String, RateWindow>,
    pub(super) request_ids: Random,
    pub(super) organizations: Vec<Timeline>,
    pub(super) faults: FaultSelection,
    /// What the first organization begins with, until the first request tells the time.
    pub(super) scenario: Option<Scenario>,
    /// The end of the last outage.
    pub(super) outage_until: f64,
    pub(super) ledger: Ledger,
    /// The state at the last call of `mutations`; none before the first.
    pub(super) baseline: Option<Baseline>,
}

impl Sandbox {
    /// A sandbox without services. Options that [`Options::check`] refuses get the defaults' values.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let options = options.sanitized();
        let ids = options.organizations();
        let random = Random::new(options.seed);
        let organization =
            |id: &&str| Timeline::new(Organization::new(id, options.max_services as usize, random.fork()));
        // In this order, so that more organizations change nothing in the first.
        let mut organizations: Vec<_> = ids.iter().take(1).map(organization).collect();
        let (request_ids, faults) = (random.fork(), random.fork());
        organizations.extend(ids.iter().skip(1).map(organization));
        // A fault of the options has the probability that they give it, whatever the scenario says.
        let mut probabilities = options.faults.clone();
        for (fault, probability) in options.scenario.iter().flat_map(|scenario| &scenario.faults) {
            if probabilities.iter().all(|(own, _)| own != fault) {
                probabilities.push((*fault, *probability));
            }
        }
        let mut sandbox = Self {
            now: 0.0,
            windows: BTreeMap::new(),
            request_ids,
            organizations,
            faults: FaultSelection::new(probabilities, faults),
            scenario: options.scenario.clone(),
            outage_until: f64::NEG_INFINITY,
            ledger: Ledger::default(),
            baseline: None,
            options,
        };
        sandbox.add_keys();
        sandbox
    }

    /// Adds the first roles and members, and the keys of the options, to their organizations, where they are missing.
    pub(super) fn add_keys(&mut self) {
        for timeline in &mut self.organizations {
            access::add_first(&mut timeline.current);
            *timeline = Timeline::new(timeline.current.clone());
        }
        let options = &self.options;
        let first = (&options.key_id, &options.key_secret, &options.organization_id);
        let more = options
            .keys
            .iter()
            .map(|key| (&key.id, &key.secret, key.organization_id.as_ref().unwrap_or(&options.organization_id)));
        for (id, secret, organization) in iter::once(first).chain(more) {
            let named = |timeline: &&mut Timeline| timeline.current.id.eq_ignore_ascii_case(organization);
            if let Some(timeline) = self.organizations.iter_mut().find(named) {
                key::add(&mut timeline.current, id, secret);
                *timeline = Timeline::new(timeline.current.clone());
            }
        }
    }

    /// The options, as they apply.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The probabilities of faults, those of the scenario, too.
    pub fn probabilities(&self) -> &[(Fault, f64)] {
        self.faults.probabilities()
    }

    /// Sets all of them.
    pub fn set_probabilities(&mut self, probabilities: Vec<(Fault, f64)>) {
        self.faults.set_probabilities(probabilities);
    }

    /// From now on, `scale` virtual seconds pass per real second: for delays, and for the real seconds that a rate limit names.
    /// While the time stands still (0), both stay as they were.
    pub fn set_time_scale(&mut self, scale: f64) {
        if scale > 0.0 {
            self.options.time_scale = scale;
            for window in self.windows.values_mut() {
                window.set_time_scale(scale);
            }
        }
    }

    /// Applies a fault to the next requests that fit, whatever the probabilities say. The oldest injection comes first;
    /// one that finds nothing to damage (a required property of an empty list) waits for the next request.
    ///
    /// # Errors
    ///
    /// `(property, text)`: it fits no request of the contract, or [`INJECTIONS`](super::INJECTIONS) are waiting already.
    pub fn inject(&mut self, injection: Injection) -> Result<(), (&'static str, String)> {
        self.faults.inject(injection)
    }

    /// The last [`LEDGER_ENTRIES`](super::LEDGER_ENTRIES) requests, oldest first.
    pub fn ledger(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.ledger.entries()
    }

    /// Applies every change of state that is due by then. Time never runs backwards: an earlier moment than the last one
    /// counts as the last one.
    pub(super) fn advance(&mut self, now_ms: f64) {
        if !now_ms.is_nan() {
            self.now = self.now.max(now_ms.min(END));
        }
        if let (Some(scenario), Some(first)) = (self.scenario.take(), self.organizations.first_mut()) {
            let key = key::first(&first.current);
            // It was tried out when it was read, so nothing in it is rejected here.
            let _ = scenario.apply(&mut first.current, &key, self.now);
            *first = Timeline::new(first.current.clone());
        }
        for organization in &mut self.organizations {
            organization.current.advance(self.now);
        }
    }
}
