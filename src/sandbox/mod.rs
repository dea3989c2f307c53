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
//! | `answer`     | the envelope, errors, and JSON in the contract's order          |
//! | `reply`      | what a transport gets: an answer, or none                       |
//! | `ledger`     | what was asked and changed                                      |
//! | `faults`     | what can go wrong: one table                                    |
//! | `meeting`    | which fault meets which request                                 |
//! | `damage`     | what a fault makes of an answer                                 |
//! | `history`    | the world as it was, for reads that lag behind                  |
//! | `snapshot`   | the world as JSON, and back again                               |
//! | `random`     | everything that is drawn, from the seed                         |
//! | `time`       | virtual time as text                                            |

mod answer;
mod auth;
mod backup;
mod call;
mod damage;
pub(crate) mod faults;
mod hashes;
mod history;
mod ledger;
mod life;
mod limit;
mod lists;
mod meeting;
mod operations;
mod options;
mod random;
mod reply;
mod route;
mod scaling;
mod service;
mod snapshot;
mod time;
mod world;

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Value, json};

pub use faults::Fault;
pub use ledger::{Entry, LEDGER_ENTRIES};
pub use limit::RateLimit;
pub use meeting::{INJECTIONS, Injection};
pub use options::Options;
pub use reply::{Outcome, Reply};

use answer::Refusal;
use call::Call;
use history::History;
use ledger::Ledger;
use limit::Window;
use meeting::Faults;
use operations::Done;
use random::Random;
use route::Route;
use service::Service;
use snapshot::Snapshot;
use time::END;
use world::World;

use crate::contract::{Answer, Kind, Method};
use crate::host::HttpRequest;
use crate::secret::Secret;

/// A request, and the method of the contract that it comes to; none: the contract does not have it.
struct Asked<'a> {
    name: Cow<'static, str>,
    method: Option<Method>,
    url: &'a str,
    authorization: Option<&'a Secret>,
    body: Option<&'a str>,
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
/// How far a stale read lags behind, in virtual seconds.
const LAG: (u64, u64) = (1, 15);
/// The same for a list.
const LIST_LAG: (u64, u64) = (5, 60);

/// ClickHouse Cloud in memory.
pub struct Sandbox {
    options: Options,
    now: f64,
    window: Window,
    request_ids: Random,
    world: World,
    history: History,
    faults: Faults,
    ledger: Ledger,
}

impl Sandbox {
    /// A sandbox with one organization and no services. Options that [`Options::check`] refuses get the defaults' values.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let options = options.mended();
        let random = Random::new(options.seed);
        let world = World {
            organization_id: options.organization_id.clone(),
            services: Vec::new(),
            max_services: options.max_services as usize,
            created: 0,
            random: random.fork(),
        };
        let request_ids = random.fork();
        Self {
            now: 0.0,
            window: Window::new(options.rate_limit, options.time_scale),
            request_ids,
            history: History::new(&world),
            world,
            faults: Faults::new(options.faults.clone(), random.fork()),
            ledger: Ledger::default(),
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

    /// What there is at a virtual time, past all faults: `{ now, organization, services }`, as the API shows them.
    pub fn state(&mut self, now_ms: f64) -> Value {
        self.advance(now_ms);
        let services: Vec<Value> = self.world.services.iter().map(|service| service.show()).collect();
        json!({ "now": self.now, "organization": self.world.organization(), "services": services })
    }

    /// All that there is at a virtual time, as JSON: the services with what is about to happen to them, the window of the
    /// rate limit, and where the draws stand. Holds the hashes of passwords. The options, the ledger and what is injected
    /// are not in it.
    pub fn snapshot(&mut self, now_ms: f64) -> String {
        self.advance(now_ms);
        let services = self.world.services.iter().map(|service| Service::clone(service)).collect();
        let draws = [&self.world.random, &self.request_ids, &self.faults.random];
        let mut snapshot = Snapshot::new(self.now, self.world.created, draws, services);
        snapshot.arrivals.clone_from(&self.window.arrivals);
        serde_json::to_string(&snapshot).unwrap_or_default()
    }

    /// Goes on from a snapshot, of this sandbox or another one: what was a minute away then is a minute away now.
    ///
    /// # Errors
    ///
    /// It is no snapshot. Nothing is changed then.
    pub fn restore(&mut self, now_ms: f64, snapshot: &str) -> Result<(), String> {
        self.advance(now_ms);
        let snapshot = Snapshot::read(snapshot, self.now)?;
        self.world.services = snapshot.services.into_iter().map(Rc::new).collect();
        self.world.created = snapshot.created;
        self.world.random = snapshot.world;
        self.request_ids = snapshot.request_ids;
        self.faults.random = snapshot.faults;
        self.window.arrivals = snapshot.arrivals;
        self.history = History::new(&self.world);
        Ok(())
    }

    /// Whether this is the password of the service's default user. False for a service that there is not.
    #[must_use]
    pub fn verify_password(&self, service_id: &str, password: &str) -> bool {
        self.world.service(service_id).is_ok_and(|service| service.credentials.verify(password))
    }

    /// The same for the MySQL interface, which has a hash of its own: false, too, while only the other one was set.
    #[must_use]
    pub fn verify_mysql_password(&self, service_id: &str, password: &str) -> bool {
        self.world.service(service_id).is_ok_and(|service| service.credentials.verify_mysql(password))
    }

    /// Carries out a request that arrives at a virtual time, in milliseconds since the epoch. Time never runs
    /// backwards: a moment before the last one counts as the last one.
    pub fn handle(&mut self, now_ms: f64, request: &HttpRequest) -> Reply {
        let asked = Asked {
            name: Cow::Borrowed(request.method.as_str()),
            method: Some(request.method),
            url: &request.url,
            authorization: request.authorization.as_ref(),
            body: request.body.as_deref(),
        };
        self.respond(now_ms, asked)
    }

    /// The same for a method that the contract does not have. `HEAD` brings what `GET` does, without the body; any
    /// other is refused with 405, and `allow` tells what the path takes.
    pub fn handle_other(&mut self, now_ms: f64, method: &str, url: &str, authorization: Option<&Secret>) -> Reply {
        let head = method == "HEAD";
        let asked = Asked {
            name: Cow::Owned(method.to_owned()),
            method: head.then_some(Method::Get),
            url,
            authorization,
            body: None,
        };
        let mut reply = self.respond(now_ms, asked);
        if let (true, Outcome::Respond(response)) = (head, &mut reply.outcome) {
            response.body.clear();
        }
        reply
    }

    fn respond(&mut self, now_ms: f64, asked: Asked<'_>) -> Reply {
        self.advance(now_ms);
        let request_id = self.request_ids.uuid();
        let mut headers = Vec::new();
        let found = self.admit(&asked, &mut headers);
        let operation = found.as_ref().ok().map(|route| route.operation);
        let course = match found {
            Ok(route) => self.carry_out(route, &asked, &request_id, headers),
            Err(refusal) => {
                let mut response = refusal.answer(&request_id);
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
        self.world.advance(self.now);
    }

    /// Carries out what was asked, as far as a fault lets it.
    fn carry_out(
        &mut self,
        route: Route,
        asked: &Asked<'_>,
        request_id: &str,
        mut headers: Vec<(String, String)>,
    ) -> Course {
        let operation = route.operation;
        let met = self.faults.meet(operation, asked.url);
        let random = self.faults.stream();
        if let Some((met, outcome)) =
            met.and_then(|met| Some((met, damage::instead(met.fault, request_id, &self.window, &random)?)))
        {
            self.faults.spend(met);
            return Course::unchanged(outcome, Some(met.fault));
        }
        let fault = met.map(|met| met.fault);
        let mut happened = fault.is_some_and(|fault| !fault.spoils() && !fault.befalls());
        let mut body = None;
        let done = Call::read(route, asked.body).and_then(|call| {
            let mut done = match fault {
                Some(Fault::StaleRead) => self.read_stale(&call, &random),
                _ => operations::run(&mut self.world, &call, self.now),
            }?;
            if let Some(fault) = fault {
                happened |= operations::befall(&mut self.world, &call, &mut done, fault, self.now);
            }
            if done.change.is_some() {
                self.history.note(self.now, &self.world);
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
                if let (Some(fault), Some(result), Some(schema)) = (fault, &mut result, schema) {
                    happened |= damage::spoil(fault, result, schema, &random);
                }
                (answer::success(request_id, result.as_ref().zip(schema)), change)
            }
            Err(refusal) => (refusal.answer(request_id), None),
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

    /// Reads the world as it was some time ago.
    fn read_stale(&self, call: &Call, random: &Random) -> Result<Done, Refusal> {
        let is_list =
            matches!(&call.operation.answer, Answer::Json(schema) if matches!(schema.kind, Kind::Array { .. }));
        let lag_ms = random.seconds(if is_list { LIST_LAG } else { LAG });
        let (mut world, then) = self.history.at(self.now - lag_ms);
        operations::run(&mut world, call, then)
    }

    /// The key, then the rate limit, then the contract's paths. A request without the key does not count.
    fn admit(&mut self, asked: &Asked<'_>, headers: &mut Vec<(String, String)>) -> Result<Route, Refusal> {
        let Options { key_id, key_secret, .. } = &self.options;
        if !auth::admits(asked.authorization, key_id, key_secret) {
            return Err(Refusal::unauthorized());
        }
        let verdict = self.window.arrive(self.now);
        headers.extend(verdict.headers);
        if verdict.refused {
            return Err(Refusal::rate_limited(Vec::new()));
        }
        route::find(asked.method, &asked.name, asked.url)
    }
}
