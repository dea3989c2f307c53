//! One request, from its arrival to its reply: key, rate limit, route, fault, checks, operation, envelope, ledger.
//!
//! A rejected request changes nothing. A fault meets only requests that have passed key, limit and route.

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json::Value;

use super::engine::Sandbox;
use super::faults::stale_reads::read_stale;
use super::faults::{Fault, damage};
use super::http::auth::Credentials;
use super::http::envelope;
use super::http::rate_limit::RateWindow;
use super::http::reply::{Delivery, Reply};
use super::http::request::read_call;
use super::http::route::{self, Route};
use super::http::uploads::UploadAddress;
use super::model::access;
use super::model::key::{self, Presented};
use super::model::operations::udfs::uploads::{self, Permission};
use super::model::operations::{self, Output, Payload, mishaps};
use super::model::random::Random;
use super::model::rejection::Rejection;
use super::model::resource::Resource;
use super::persistence::ledger::Entry;
use crate::contract::{Method, ResponseKind};
use crate::host::HttpRequest;
use crate::secret::Secret;

/// The duration of a slow response, in virtual seconds: sometimes above the 30 that clients commonly wait.
const SLOW: (u64, u64) = (2, 45);
/// The duration of an outage, in virtual milliseconds.
const OUTAGE_MS: f64 = 90_000.0;

/// A request as it arrives.
struct Incoming<'a> {
    /// The method as it was sent.
    name: Cow<'static, str>,
    /// The method of the contract that it stands for; none: the contract has no such method.
    method: Option<Method>,
    url: &'a str,
    authorization: Option<&'a Secret>,
    body: Option<&'a [u8]>,
    /// The address of the client, where the transport knows it.
    address: Option<IpAddr>,
}

/// A request that has passed key, limit and route.
struct Admitted {
    route: Route,
    /// The index of the key's organization.
    organization: usize,
    /// The id of the key.
    key: String,
}

/// A request that has been dealt with.
struct Handled {
    delivery: Delivery,
    change: Option<String>,
    body: Option<Secret>,
    fault: Option<Fault>,
    slow_ms: f64,
}

impl Handled {
    const fn unchanged(delivery: Delivery, fault: Option<Fault>) -> Self {
        Self { delivery, change: None, body: None, fault, slow_ms: 0.0 }
    }
}

impl Sandbox {
    /// Handles a request that arrives at a virtual time, in milliseconds since the epoch. Time never runs backwards: an
    /// earlier moment than the last one counts as the last one.
    pub fn handle(&mut self, now_ms: f64, request: &HttpRequest) -> Reply {
        let incoming = Incoming {
            name: Cow::Borrowed(request.method.as_str()),
            method: Some(request.method),
            url: &request.url,
            authorization: request.authorization.as_ref(),
            body: request.body.as_deref().map(str::as_bytes),
            address: None,
        };
        self.respond(now_ms, incoming)
    }

    /// The same for a request as it came over the wire: any method, a body of any bytes. The response to `HEAD` is that to
    /// `GET`: the transport leaves the body out. A method that the path does not take is rejected with 405 and `allow`.
    /// With the client's address the access list of the key holds, too.
    pub fn handle_wire(
        &mut self,
        now_ms: f64,
        method: &str,
        url: &str,
        authorization: Option<&Secret>,
        body: Option<&[u8]>,
        address: Option<IpAddr>,
    ) -> Reply {
        let address = address.map(|address| address.to_canonical());
        let known = Method::ALL.into_iter().find(|known| known.as_str() == method);
        let name = known.map_or_else(|| Cow::Owned(method.to_owned()), |known| Cow::Borrowed(known.as_str()));
        let method = known.or_else(|| (method == "HEAD").then_some(Method::Get));
        self.respond(now_ms, Incoming { name, method, url, authorization, body, address })
    }

    fn respond(&mut self, now_ms: f64, incoming: Incoming<'_>) -> Reply {
        self.advance(now_ms);
        let request_id = self.request_ids.uuid();
        let (operation, handled) = match UploadAddress::read(incoming.url) {
            Some(address) => (None, self.receive(&address, &incoming, &request_id)),
            None => self.call(&incoming, &request_id),
        };
        let changed = handled.change.is_some();
        self.ledger.write(Entry {
            at: self.now,
            method: incoming.name,
            path: route::target(incoming.url).0.to_owned(),
            status: match &handled.delivery {
                Delivery::Respond(response) => response.status,
                Delivery::Drop => 0,
            },
            operation,
            change: handled.change,
            body: handled.body,
            fault: handled.fault,
        });
        let delay_ms = self.options.latency_ms + handled.slow_ms / self.options.time_scale;
        Reply { delivery: handled.delivery, delay_ms, changed }
    }

    /// Handles a call of the API. The first part of the result is the operation.
    fn call(&mut self, incoming: &Incoming<'_>, request_id: &str) -> (Option<&'static str>, Handled) {
        let mut headers = Vec::new();
        match self.admit(incoming, &mut headers) {
            Ok(admitted) => {
                (Some(admitted.route.operation.name), self.carry_out(admitted, incoming, request_id, headers))
            }
            Err(rejection) => {
                let mut response = envelope::error(rejection, request_id);
                response.headers.append(&mut headers);
                (None, Handled::unchanged(Delivery::Respond(response), None))
            }
        }
    }

    /// Takes the file of an upload. As at an object store, it needs no key and counts for no limit. A key does in place of
    /// the token: the ledger has no token, and its changes can be sent again.
    fn receive(&mut self, address: &UploadAddress<'_>, incoming: &Incoming<'_>, request_id: &str) -> Handled {
        let now = self.now;
        let file = incoming.body.unwrap_or_default();
        let presented = Credentials::read(incoming.authorization).map(|it| it.presented());
        let mut take = || {
            if incoming.method != Some(Method::Put) {
                return Err(Rejection::method_not_allowed(&incoming.name, &[Method::Put.as_str()]));
            }
            for timeline in &mut self.organizations {
                let opens = |it: &Presented| it.key(&timeline.current, now).is_some();
                let permission = match address.token {
                    None if presented.as_ref().is_some_and(opens) => Permission::Key,
                    token => Permission::Token(token),
                };
                let received = uploads::receive(&mut timeline.current, address.id, permission, file, now);
                if let Some(received) = received {
                    return received.inspect(|_| timeline.record(now));
                }
            }
            Err(Rejection::not_found("there is no upload at this address, or no longer"))
        };
        match take() {
            Ok(hash) => {
                let change = Some(format!("upload {} received", address.id));
                let delivery = Delivery::Respond(envelope::stored(request_id, &hash));
                let body = str::from_utf8(file).ok().map(Secret::new);
                Handled { change, body, ..Handled::unchanged(delivery, None) }
            }
            Err(rejection) => Handled::unchanged(Delivery::Respond(envelope::error(rejection, request_id)), None),
        }
    }

    /// The key, then the rate limit, then the contract's paths. A request without the key does not count.
    fn admit(&mut self, incoming: &Incoming<'_>, headers: &mut Vec<(String, String)>) -> Result<Admitted, Rejection> {
        let presented = Credentials::read(incoming.authorization).ok_or_else(Rejection::unauthorized)?.presented();
        let opened = self.organizations.iter().enumerate().find_map(|(index, timeline)| {
            let key = presented.key(&timeline.current, self.now)?;
            let allowed = incoming.address.is_none_or(|address| key::allows(key.shown.get("ipAccessList"), address));
            Some((index, key.id().to_owned(), allowed))
        });
        let (organization, key, allowed) = opened.ok_or_else(Rejection::unauthorized)?;
        if let Some(address) = incoming.address.filter(|_| !allowed) {
            return Err(Rejection::forbidden(format!("the access list of the key does not allow {address}")));
        }
        let window = || RateWindow::new(self.options.rate_limit, self.options.time_scale);
        let decision = self.windows.entry(key.clone()).or_insert_with(window).arrive(self.now);
        headers.extend(decision.headers);
        if !decision.allowed {
            return Err(Rejection::rate_limited(Vec::new()));
        }
        let route = route::find(incoming.method, &incoming.name, incoming.url)?;
        Ok(Admitted { route, organization, key })
    }

    /// Carries out a request, as far as a fault lets it.
    fn carry_out(
        &mut self,
        admitted: Admitted,
        incoming: &Incoming<'_>,
        request_id: &str,
        mut headers: Vec<(String, String)>,
    ) -> Handled {
        if self.now < self.outage_until {
            return Handled::unchanged(damage::outage(&self.faults.stream()), Some(Fault::Outage));
        }
        let operation = admitted.route.operation;
        let selected = self.faults.select(operation, incoming.url);
        let random = self.faults.stream();
        if let Some(selected) = selected
            && let Some(delivery) = self.replaced(selected.fault, request_id, &random)
        {
            self.faults.consume(selected);
            return Handled::unchanged(delivery, Some(selected.fault));
        }
        let fault = selected.map(|selected| selected.fault);
        let mut applied = fault.is_some_and(|fault| !fault.alters_result() && !fault.changes_resource());
        let output = self.run(admitted, incoming, fault, &mut applied, &random);
        let (mut response, change, body) = match output {
            Ok((Output { mut result, change }, body)) => {
                let schema = match operation.response {
                    ResponseKind::Json(schema) => Some(schema),
                    ResponseKind::Empty | ResponseKind::Text(_) => None,
                };
                if let (Some(fault), Some(schema)) = (fault.filter(|fault| fault.alters_result()), schema) {
                    result = result.map(|payload| {
                        let mut value = payload.into_value();
                        applied |= damage::alter_result(fault, &mut value, schema, &random);
                        Payload::Value(value)
                    });
                }
                (envelope::success(request_id, operation, result.as_ref()), change, body)
            }
            Err(rejection) => (envelope::error(rejection, request_id), None, None),
        };
        response.headers.append(&mut headers);
        let Some(selected) = selected.filter(|_| applied) else {
            return Handled { change, body, ..Handled::unchanged(Delivery::Respond(response), None) };
        };
        self.faults.consume(selected);
        let slow_ms = if selected.fault == Fault::Slow { random.seconds(SLOW) } else { 0.0 };
        let delivery = damage::alter_response(selected.fault, response, &random);
        Handled { delivery, change, body, fault: Some(selected.fault), slow_ms }
    }

    /// The delivery of a request that a fault keeps from running; none: the request runs.
    fn replaced(&mut self, fault: Fault, request_id: &str, random: &Random) -> Option<Delivery> {
        let window = RateWindow::new(self.options.rate_limit, self.options.time_scale);
        let delivery = damage::replacement(fault, request_id, &window, random)?;
        if fault == Fault::Outage {
            self.outage_until = self.now + OUTAGE_MS;
        }
        Some(delivery)
    }

    /// Checks a request against the contract and runs its operation. The second part of the result is the body, for the
    /// ledger, where the request changed something.
    fn run(
        &mut self,
        Admitted { route, organization, key }: Admitted,
        incoming: &Incoming<'_>,
        fault: Option<Fault>,
        applied: &mut bool,
        random: &Random,
    ) -> Result<(Output, Option<Secret>), Rejection> {
        let now = self.now;
        if !operations::plays(route.operation) {
            return Err(Rejection::not_implemented(route.operation.name));
        }
        let mut call = read_call(route, key, incoming.body)?;
        call.address = incoming.address;
        if Resource::of(call.operation).is_some_and(|resource| resource.name == access::KEYS) {
            call.uses = self.windows.iter().filter_map(|(key, window)| Some((key.clone(), window.last()?))).collect();
        }
        let Some(timeline) = self.organizations.get_mut(organization) else {
            return Err(Rejection::internal_error());
        };
        let mut output = match fault {
            Some(Fault::StaleRead) => read_stale(timeline, &call, now, random)?,
            _ => operations::run(&mut timeline.current, &call, now)?,
        };
        if let Some(fault) = fault.filter(|fault| fault.changes_resource()) {
            *applied |= mishaps::apply(&mut timeline.current, &call, &mut output, fault.name(), now);
        }
        if output.change.is_none() {
            return Ok((output, None));
        }
        timeline.record(now);
        if call.operation.name == "keys.delete" {
            self.windows.retain(|key, _| call.path("keyId").is_none_or(|gone| !gone.eq_ignore_ascii_case(key)));
        }
        let body = call.operation.body.as_ref().map(|_| Secret::new(Value::Object(call.body).to_string()));
        Ok((output, body))
    }
}
