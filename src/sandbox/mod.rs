//! ClickHouse Cloud in memory: a request in, the answer out.
//!
//! It routes, checks and answers by the contract, in the live API's shape, and keeps state behind it: services that
//! provision, scale, stop, start, idle and are deleted, their backups and passwords, the key, the limits. It has no clock,
//! no timers and no network: the caller hands in virtual time with each request, and everything that is due by then
//! has happened. The same options and the same requests at the same times bring the same bytes.
//!
//! | room         | what happens there                                              |
//! | ------------ | --------------------------------------------------------------- |
//! | `auth`       | HTTP Basic                                                      |
//! | `limit`      | the rate limit's sliding window                                 |
//! | `route`      | method and address -> operation, by the contract                |
//! | `call`       | path, query and body, held against the contract                 |
//! | `operations` | what each operation does, and the rules that need stored values |
//! | `world`      | the organization and its services                               |
//! | `service`    | one service, and how the API shows it                           |
//! | `life`       | the states of a service, and when they change                   |
//! | `scaling`    | its size                                                        |
//! | `lists`      | its addresses, tags and private endpoints                       |
//! | `backup`     | its backups                                                     |
//! | `hashes`     | its password, as far as it is kept                              |
//! | `options`    | what a sandbox is made with                                     |
//! | `refusal`    | why a request is not carried out                                |
//! | `answer`     | the envelope, errors, and JSON in the contract's order          |
//! | `reply`      | what a transport gets: an answer, or none                       |
//! | `ledger`     | what was asked and changed                                      |
//! | `faults`     | what can go wrong: one table                                    |
//! | `meeting`    | which fault meets which request                                 |
//! | `damage`     | what a fault makes of an answer                                 |
//! | `history`    | the world as it was, for reads that lag behind                  |
//! | `keeping`    | what there is, told, kept and gone on from                      |
//! | `snapshot`   | the world as JSON, and back again                               |
//! | `changes`    | what became of it since, as JSON                                |
//! | `random`     | everything that is drawn, from the seed                         |
//! | `time`       | virtual time as text                                            |

pub(crate) mod faults;
mod http;
mod model;
mod options;
mod persistence;
mod state;

use std::borrow::Cow;

pub use faults::Fault;
pub use faults::fault_selection::{INJECTIONS, Injection};
pub use http::rate_limit::RateLimit;
pub use http::reply::{Outcome, Reply};
pub use options::{Key, Options};
pub use persistence::ledger::{Entry, LEDGER_ENTRIES};

use serde_json::Value;

use faults::damage;
use faults::fault_selection::Faults;
use http::auth;
use http::envelope::{self as answer, Shown};
use http::rate_limit::Window;
use http::request::Call;
use http::route::{self, Route};
use model::error::Refusal;
use model::history::History;
use model::operations::services::{self as operations, Done};
use model::organization::World;
use model::random::Random;
use model::time::END;
use persistence::ledger::Ledger;
use persistence::mutations::Followed;
use persistence::snapshot::SERVICES;

use crate::contract::{Answer, Kind, Method};
use crate::host::HttpRequest;
use crate::secret::Secret;

/// A request, and the method of the contract that it comes to; none: the contract does not have it.
struct Asked<'a> {
    name: Cow<'static, str>,
    method: Option<Method>,
    url: &'a str,
    authorization: Option<&'a Secret>,
    body: Option<&'a [u8]>,
}

/// A key, and which organization it opens.
struct Entrance {
    id: String,
    secret: Secret,
    window: Window,
    organization: usize,
}

/// An organization, as it is and as it was.
struct Organization {
    world: World,
    history: History,
}

/// A request that was let in.
struct Admitted {
    route: Route,
    organization: usize,
}

/// How a request went.
struct Course {
    outcome: Outcome,
    change: Option<String>,
    body: Option<Secret>,
    fault: Option<Fault>,
    slow_ms: f64,
}

impl Course {
    const fn unchanged(outcome: Outcome, fault: Option<Fault>) -> Self {
        Self { outcome, change: None, body: None, fault, slow_ms: 0.0 }
    }
}

/// How long a slow answer takes, in virtual seconds: now and then longer than the 30 that clients commonly wait.
const SLOW: (u64, u64) = (2, 45);
/// How long an outage lasts, in virtual milliseconds.
const OUTAGE_MS: f64 = 90_000.0;
/// How far a stale read lags behind, in virtual seconds.
const LAG: (u64, u64) = (1, 15);
/// The same for a list.
const LIST_LAG: (u64, u64) = (5, 60);

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
    options: Options,
    now: f64,
    keys: Vec<Entrance>,
    request_ids: Random,
    organizations: Vec<Organization>,
    faults: Faults,
    /// Until then nothing is carried out.
    out_until: f64,
    ledger: Ledger,
    followed: Option<Followed>,
}

impl Sandbox {
    /// A sandbox without services. Options that [`Options::check`] refuses get the defaults' values.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let options = options.mended();
        let random = Random::new(options.seed);
        let found = |id: &str| {
            let random = random.fork();
            let world = World {
                organization_id: id.to_owned(),
                services: Vec::new(),
                max_services: (options.max_services as usize).min(SERVICES),
                created: 0,
                random,
            };
            Organization { history: History::new(&world), world }
        };
        // In this order, so that more organizations change nothing in the first.
        let mut organizations = vec![found(&options.organization_id)];
        let (request_ids, faults) = (random.fork(), random.fork());
        let ids = options.organizations();
        organizations.extend(ids.iter().skip(1).map(|id| found(id)));
        let entrance = |id: &str, secret: &Secret, organization: &str| Entrance {
            id: id.to_owned(),
            secret: secret.clone(),
            window: Window::new(options.rate_limit, options.time_scale),
            organization: ids.iter().position(|id| id.eq_ignore_ascii_case(organization)).unwrap_or_default(),
        };
        let mut keys = vec![entrance(&options.key_id, &options.key_secret, &options.organization_id)];
        keys.extend(options.keys.iter().map(|key| {
            entrance(&key.id, &key.secret, key.organization_id.as_ref().unwrap_or(&options.organization_id))
        }));
        Self {
            now: 0.0,
            keys,
            request_ids,
            organizations,
            faults: Faults::new(options.faults.clone(), faults),
            out_until: f64::NEG_INFINITY,
            ledger: Ledger::default(),
            followed: None,
            options,
        }
    }

    /// What it was made with.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Lets a fault meet the next requests that fit, whatever the probabilities say. The oldest injection goes first; one
    /// that finds nothing to spoil (a required property of an empty list) waits for the next request.
    ///
    /// # Errors
    ///
    /// It could meet no request of the contract, or [`INJECTIONS`] are waiting already: `(property, text)`.
    pub fn inject(&mut self, injection: Injection) -> Result<(), (&'static str, String)> {
        self.faults.inject(injection)
    }

    /// What was asked, oldest first: the last [`LEDGER_ENTRIES`] requests.
    pub fn ledger(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.ledger.entries()
    }

    /// Carries out a request that arrives at a virtual time, in milliseconds since the epoch. Time never runs
    /// backwards: a moment before the last one counts as the last one.
    pub fn handle(&mut self, now_ms: f64, request: &HttpRequest) -> Reply {
        let asked = Asked {
            name: Cow::Borrowed(request.method.as_str()),
            method: Some(request.method),
            url: &request.url,
            authorization: request.authorization.as_ref(),
            body: request.body.as_deref().map(str::as_bytes),
        };
        self.respond(now_ms, asked)
    }

    /// The same for a request as it came over the wire: any method, a body of any bytes. `HEAD` brings what `GET` does:
    /// the body, too, which is not to be sent. Another method that the contract does not have is refused with 405, and
    /// `allow` tells what the path takes.
    pub fn handle_wire(
        &mut self,
        now_ms: f64,
        method: &str,
        url: &str,
        authorization: Option<&Secret>,
        body: Option<&[u8]>,
    ) -> Reply {
        let known = Method::ALL.into_iter().find(|known| known.as_str() == method);
        let name = known.map_or_else(|| Cow::Owned(method.to_owned()), |known| Cow::Borrowed(known.as_str()));
        let method = known.or_else(|| (method == "HEAD").then_some(Method::Get));
        self.respond(now_ms, Asked { name, method, url, authorization, body })
    }

    /// [`Sandbox::handle_wire`] without a body in either direction.
    pub fn handle_other(&mut self, now_ms: f64, method: &str, url: &str, authorization: Option<&Secret>) -> Reply {
        let mut reply = self.handle_wire(now_ms, method, url, authorization, None);
        if let ("HEAD", Outcome::Respond(response)) = (method, &mut reply.outcome) {
            response.body.clear();
        }
        reply
    }

    fn respond(&mut self, now_ms: f64, asked: Asked<'_>) -> Reply {
        self.advance(now_ms);
        let request_id = self.request_ids.uuid();
        let mut headers = Vec::new();
        let found = self.admit(&asked, &mut headers);
        let operation = found.as_ref().ok().map(|admitted| admitted.route.operation);
        let course = match found {
            Ok(admitted) => self.carry_out(admitted, &asked, &request_id, headers),
            Err(refusal) => {
                let mut response = answer::refused(refusal, &request_id);
                response.headers.append(&mut headers);
                Course::unchanged(Outcome::Respond(response), None)
            }
        };
        self.ledger.write(Entry {
            at: self.now,
            method: asked.name,
            path: route::target(asked.url).0.to_owned(),
            status: match &course.outcome {
                Outcome::Respond(response) => response.status,
                Outcome::Drop => 0,
            },
            operation: operation.map(|operation| operation.name),
            change: course.change,
            body: course.body,
            fault: course.fault,
        });
        let delay_ms = self.options.latency_ms + course.slow_ms / self.options.time_scale;
        Reply { outcome: course.outcome, delay_ms }
    }

    fn advance(&mut self, now_ms: f64) {
        if !now_ms.is_nan() {
            self.now = self.now.max(now_ms.min(END));
        }
        for organization in &mut self.organizations {
            organization.world.advance(self.now);
        }
    }

    /// Carries out what was asked, as far as a fault lets it.
    fn carry_out(
        &mut self,
        Admitted { route, organization }: Admitted,
        asked: &Asked<'_>,
        request_id: &str,
        mut headers: Vec<(String, String)>,
    ) -> Course {
        if self.now < self.out_until {
            return Course::unchanged(damage::outage(&self.faults.stream()), Some(Fault::Outage));
        }
        let operation = route.operation;
        let met = self.faults.meet(operation, asked.url);
        let random = self.faults.stream();
        let limit = Window::new(self.options.rate_limit, self.options.time_scale);
        if let Some((met, outcome)) =
            met.and_then(|met| Some((met, damage::instead(met.fault, request_id, &limit, &random)?)))
        {
            self.faults.spend(met);
            if met.fault == Fault::Outage {
                self.out_until = self.now + OUTAGE_MS;
            }
            return Course::unchanged(outcome, Some(met.fault));
        }
        let fault = met.map(|met| met.fault);
        let now = self.now;
        let mut happened = fault.is_some_and(|fault| !fault.spoils() && !fault.befalls());
        let mut body = None;
        let done = Call::read(route, asked.body).and_then(|call| {
            let Some(organization) = self.organizations.get_mut(organization) else {
                return Err(Refusal::internal_error());
            };
            let mut done = match fault {
                Some(Fault::StaleRead) => organization.read_stale(&call, now, &random)?,
                _ => operations::run(&mut organization.world, &call, now)?,
            };
            if let Some(fault) = fault {
                happened |= operations::befall(&mut organization.world, &call, &mut done, fault, now);
            }
            if done.change.is_some() {
                organization.history.note(now, &organization.world);
                body = operation.body.as_ref().map(|_| Secret::new(Value::Object(call.body).to_string()));
            }
            Ok(done)
        });
        let (mut response, change) = match done {
            Ok(Done { mut result, change }) => {
                let schema = match operation.answer {
                    Answer::Json(schema) => Some(schema),
                    Answer::Empty | Answer::Text => None,
                };
                if let (Some(fault), Some(schema)) = (fault.filter(|fault| fault.spoils()), schema) {
                    result = result.map(|shown| {
                        let mut value = shown.into_value();
                        happened |= damage::spoil(fault, &mut value, schema, &random);
                        Shown::Value(value)
                    });
                }
                (answer::success(request_id, result.as_ref().zip(schema)), change)
            }
            Err(refusal) => (answer::refused(refusal, request_id), None),
        };
        response.headers.append(&mut headers);
        let Some(met) = met.filter(|_| happened) else {
            return Course { change, body, ..Course::unchanged(Outcome::Respond(response), None) };
        };
        self.faults.spend(met);
        let slow_ms = if met.fault == Fault::Slow { random.seconds(SLOW) } else { 0.0 };
        let outcome = damage::after(met.fault, response, &random);
        Course { outcome, change, body, fault: Some(met.fault), slow_ms }
    }

    /// The key, then the rate limit, then the contract's paths. A request without the key does not count.
    fn admit(&mut self, asked: &Asked<'_>, headers: &mut Vec<(String, String)>) -> Result<Admitted, Refusal> {
        let key = self.keys.iter_mut().find(|key| auth::admits(asked.authorization, &key.id, &key.secret));
        let Some(key) = key else { return Err(Refusal::unauthorized()) };
        let verdict = key.window.arrive(self.now);
        headers.extend(verdict.headers);
        if verdict.refused {
            return Err(Refusal::rate_limited(Vec::new()));
        }
        let route = route::find(asked.method, &asked.name, asked.url)?;
        Ok(Admitted { route, organization: key.organization })
    }
}

impl Organization {
    /// Reads the world as it was some time ago.
    fn read_stale(&self, call: &Call, now: f64, random: &Random) -> Result<Done, Refusal> {
        let is_list =
            matches!(&call.operation.answer, Answer::Json(schema) if matches!(schema.kind, Kind::Array { .. }));
        let lag_ms = random.seconds(if is_list { LIST_LAG } else { LAG });
        let (mut world, then) = self.history.at(now - lag_ms);
        operations::run(&mut world, call, then)
    }
}
