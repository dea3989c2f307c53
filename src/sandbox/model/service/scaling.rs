//! The size of a service: memory of a replica, number of replicas, idling.
//!
//! A service scales vertically (memory between two bounds, a fixed number of replicas) or horizontally (a number of
//! replicas of a fixed size), and shows only the properties of its mode. The older total memory counts three replicas,
//! whatever their number, as the API's reference says. The contract checks single values; here are the rules between them.
//! An entry of the schedule that is in force goes before the scaling's own limits, which stay what the service shows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::contract::{self, Kind};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{END, MINUTE};

use super::schedule::Schedule;

/// The number of replicas in the total memory of the older properties.
const REPLICAS_IN_TOTAL: f64 = 3.0;
/// The operations whose bodies name the properties of the scaling.
const OPERATIONS: [&str; 2] = ["services.updateScaling", "services.updateReplicaScaling"];

/// The duration of scaling a running service, in seconds. Other services have their new size at once.
const DURATION: (u64, u64) = (30, 120);

/// The size of a service.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Size {
    horizontal: bool,
    least_memory: f64,
    most_memory: f64,
    least_replicas: u64,
    most_replicas: u64,
}

/// The scaling of a service.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// A development service: one size, and always idling.
    fixed: bool,
    /// The size that was requested.
    wanted: Size,
    /// The size that applies.
    current: Size,
    /// When the requested size will apply; none: it applies.
    applies: Option<f64>,
    idles: bool,
    idle_minutes: f64,
    /// Hours of the week with limits of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
}

/// The limits that apply at a moment.
struct Limits {
    size: Size,
    idles: bool,
    idle_minutes: f64,
}

/// Whether a property of a service belongs to its scaling.
pub fn owns(property: &str) -> bool {
    let bodies = OPERATIONS.iter().filter_map(|name| contract::operation(name)?.body.as_ref());
    bodies.map(|body| &body.schema.kind).any(|kind| match kind {
        Kind::Object(record) => record.properties.iter().any(|known| known.name == property),
        _ => false,
    })
}

/// A number as JSON; a whole number without a fraction.
pub fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

impl Scaling {
    /// The scaling of a new service. Properties that the body leaves out are chosen to fit the others.
    pub fn create(body: &Map<String, Value>) -> Result<Self, Rejection> {
        let fixed = body.get("tier").and_then(Value::as_str) == Some("development");
        let sized = body.keys().find(|name| owns(name) && !name.starts_with("idle"));
        if let Some(name) = sized.filter(|_| fixed) {
            return Err(Rejection::bad_request(format!(
                "body.{name}: expected nothing on a development service, which is of one size, received a value"
            )));
        }
        let count = if fixed { 1 } else { 3 };
        let size = Size {
            horizontal: false,
            least_memory: 16.0,
            most_memory: if fixed { 16.0 } else { 120.0 },
            least_replicas: count,
            most_replicas: count,
        };
        let wanted = size.updated(body, true)?;
        let mut scaling =
            Self { fixed, wanted, current: wanted, applies: None, idles: true, idle_minutes: 15.0, schedule: None };
        scaling.change_idling(body);
        Ok(scaling)
    }

    /// Whether it has one size only.
    pub const fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// The milliseconds without activity after which the service goes idle; none: it never does.
    pub fn idle_after(&self) -> Option<f64> {
        let limits = self.limits();
        limits.idles.then_some((limits.idle_minutes * MINUTE).min(END))
    }

    /// The limits that apply now: those of the scheduled entry in force, or its own.
    fn limits(&self) -> Limits {
        let Some(entry) = self.schedule.as_ref().and_then(Schedule::active) else {
            return Limits { size: self.current, idles: self.idles || self.fixed, idle_minutes: self.idle_minutes };
        };
        let size = self.wanted.updated(&entry.limits, true).unwrap_or(self.wanted);
        let (idles, idle_minutes) = self.idling(&entry.limits);
        Limits { size, idles, idle_minutes }
    }

    /// Sets the schedule; none: its own limits apply at all hours.
    pub fn set_schedule(&mut self, schedule: Option<Schedule>) {
        self.schedule = schedule;
    }

    /// When the schedule may put another entry in force; infinite without a schedule.
    pub fn switches(&self) -> f64 {
        self.schedule.as_ref().map_or(f64::INFINITY, Schedule::switches)
    }

    /// Puts the scheduled entry of this moment in force.
    pub fn switch(&mut self, now: f64) {
        if let Some(schedule) = &mut self.schedule {
            schedule.switch(now);
        }
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        self.applies.iter_mut().for_each(visit);
    }

    /// When the requested size will apply; none: it applies.
    pub const fn next_change(&self) -> Option<f64> {
        self.applies
    }

    /// Whether the requested size applies by now, and did not before.
    pub fn is_due(&self, now: f64) -> bool {
        self.applies.is_some_and(|at| at <= now)
    }

    /// Applies the requested size, if it is due.
    pub fn advance(&mut self, now: f64) {
        if self.is_due(now) {
            self.applies = None;
            self.current = self.wanted;
        }
    }

    /// The scaling after an update; properties that the body leaves out stay. Idling changes at once, the size of a running
    /// service after some time.
    pub fn updated(&self, body: &Map<String, Value>, runs: bool, now: f64, random: &Random) -> Result<Self, Rejection> {
        let mut scaling = self.clone();
        scaling.wanted = self.wanted.updated(body, false)?;
        scaling.change_idling(body);
        if scaling.wanted != self.wanted {
            scaling.applies = Some(if runs { (now + random.seconds(DURATION)).min(END) } else { now });
            scaling.advance(now);
        }
        Ok(scaling)
    }

    fn change_idling(&mut self, body: &Map<String, Value>) {
        (self.idles, self.idle_minutes) = self.idling(body);
    }

    /// Whether it idles, and after how many minutes, with the properties of a body.
    fn idling(&self, body: &Map<String, Value>) -> (bool, f64) {
        let idles = body.get("idleScaling").and_then(Value::as_bool);
        let minutes = body.get("idleTimeoutMinutes").and_then(Value::as_f64);
        (idles.unwrap_or(self.idles), minutes.unwrap_or(self.idle_minutes))
    }

    /// Adds its properties to a service as the API shows it.
    pub fn show(&self, shown: &mut Map<String, Value>) {
        let size = &self.wanted;
        let mut put = |name: &str, value: Value| shown.insert(name.into(), value);
        if !self.fixed {
            put("minReplicaMemoryGb", number(size.least_memory));
            put("maxReplicaMemoryGb", number(size.most_memory));
        }
        if size.horizontal {
            put("minReplicas", size.least_replicas.into());
            put("maxReplicas", size.most_replicas.into());
            put("replicaMemoryGb", number(size.least_memory));
        } else {
            put("numReplicas", size.least_replicas.into());
        }
        if !(self.fixed || size.horizontal) {
            put("minTotalMemoryGb", number(size.least_memory * REPLICAS_IN_TOTAL));
            put("maxTotalMemoryGb", number(size.most_memory * REPLICAS_IN_TOTAL));
        }
        put("autoscalingMode", size.mode().into());
        put("idleScaling", (self.idles || self.fixed).into());
        put("idleTimeoutMinutes", number(self.idle_minutes));
        let Limits { size: current, idles, idle_minutes } = self.limits();
        let mut current = json!({
            "effectiveAutoscalingMode": current.mode(),
            "effectiveMinReplicaMemoryGb": number(current.least_memory),
            "effectiveMaxReplicaMemoryGb": number(current.most_memory),
            "effectiveMinReplicas": current.least_replicas,
            "effectiveMaxReplicas": current.most_replicas,
            "effectiveIdleScaling": idles,
            "effectiveIdleTimeoutMinutes": number(idle_minutes.ceil()),
        });
        if let Some(entry) = self.schedule.as_ref().and_then(Schedule::active) {
            set(&mut current, "activeEntryId", entry.id.as_str().into());
        }
        put("currentScaling", current);
        if let Some(schedule) = self.show_schedule() {
            put("scalingSchedule", schedule);
        }
    }

    /// The schedule, as the API shows it.
    pub fn show_schedule(&self) -> Option<Value> {
        let schedule = self.schedule.as_ref()?;
        let size = &self.wanted;
        let base = json!({
            "autoscalingMode": size.mode(),
            "minReplicaMemoryGb": number(size.least_memory),
            "maxReplicaMemoryGb": number(size.most_memory),
            "minReplicas": size.least_replicas,
            "maxReplicas": size.most_replicas,
            "idleScaling": self.idles,
            "idleTimeoutMinutes": number(self.idle_minutes.ceil()),
        });
        let mut shown = json!({ "entries": schedule.show(), "baseConfig": base });
        if let Some(entry) = schedule.active() {
            set(&mut shown, "activeEntryId", entry.id.as_str().into());
        }
        Some(shown)
    }

    /// The most replicas that it may scale to, outside of its schedule.
    pub const fn most_replicas(&self) -> u64 {
        self.wanted.most_replicas
    }

    /// The memory of a replica and the number of replicas that it has now, at least.
    pub fn replicas(&self) -> (f64, u64) {
        let size = self.limits().size;
        (size.least_memory, size.least_replicas)
    }
}

/// Sets a property of an object.
fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(name.to_owned(), value);
    }
}

impl Size {
    const fn mode(&self) -> &'static str {
        if self.horizontal { "horizontal" } else { "vertical" }
    }

    /// The size after an update. On a new service, a bound that the body leaves out adapts to the other one.
    fn updated(mut self, body: &Map<String, Value>, new: bool) -> Result<Self, Rejection> {
        self.change_replicas(body, new)?;
        self.change_memory(body, new)?;
        Ok(self)
    }

    /// A number of replicas makes the mode vertical, a range of them horizontal, unless the body names the mode.
    fn change_replicas(&mut self, body: &Map<String, Value>, new: bool) -> Result<(), Rejection> {
        // As f64 first: for JSON and the contract, 2.0 is a whole number.
        let replicas = |name: &str| body.get(name).and_then(Value::as_f64).map(|count| count as u64);
        let mode = body.get("autoscalingMode").and_then(Value::as_str).map(|mode| mode == "horizontal");
        let (least, most) = (replicas("minReplicas"), replicas("maxReplicas"));
        if let Some(count) = replicas("numReplicas") {
            (self.least_replicas, self.most_replicas, self.horizontal) = (count, count, false);
            return Ok(());
        }
        if new {
            self.least_replicas = self.least_replicas.min(most.unwrap_or(u64::MAX));
            self.most_replicas = self.most_replicas.max(least.unwrap_or(0));
        }
        (self.least_replicas, self.most_replicas) =
            (least.unwrap_or(self.least_replicas), most.unwrap_or(self.most_replicas));
        let (low, high) = (self.least_replicas, self.most_replicas);
        if low > high {
            let property = if least.is_some() { "minReplicas" } else { "maxReplicas" };
            return Err(crossed(property, low as f64, high as f64));
        }
        let ranges = low < high && (least.is_some() || most.is_some());
        if ranges && mode == Some(false) {
            return Err(Rejection::bad_request(
                "body.autoscalingMode: expected horizontal where minReplicas is below maxReplicas, received vertical",
            ));
        }
        self.horizontal = mode.unwrap_or(self.horizontal || ranges);
        if !self.horizontal {
            self.most_replicas = self.least_replicas;
        }
        Ok(())
    }

    fn change_memory(&mut self, body: &Map<String, Value>, new: bool) -> Result<(), Rejection> {
        let (least, most) = (memory(body, "min"), memory(body, "max"));
        if new && self.horizontal {
            self.most_memory = self.least_memory;
        }
        match (least, most) {
            (Some(Memory { gb, .. }), None) | (None, Some(Memory { gb, .. })) if self.horizontal => {
                (self.least_memory, self.most_memory) = (gb, gb);
            }
            (Some(least), None) if new => {
                (self.least_memory, self.most_memory) = (least.gb, self.most_memory.max(least.gb));
            }
            (None, Some(most)) if new => {
                (self.least_memory, self.most_memory) = (self.least_memory.min(most.gb), most.gb);
            }
            _ => {
                self.least_memory = least.map_or(self.least_memory, |memory| memory.gb);
                self.most_memory = most.map_or(self.most_memory, |memory| memory.gb);
            }
        }
        let (low, high) = (self.least_memory, self.most_memory);
        if let Some(sent) = least.or(most).filter(|_| low > high) {
            return Err(crossed(sent.property, low * sent.replicas, high * sent.replicas));
        }
        if self.horizontal && low != high {
            return Err(Rejection::bad_request(format!(
                "body.autoscalingMode: expected equal minReplicaMemoryGb and maxReplicaMemoryGb for horizontal, \
                 received {low} and {high}"
            )));
        }
        Ok(())
    }
}

/// A bound of the memory in a body.
#[derive(Clone, Copy)]
struct Memory {
    /// The property that holds it.
    property: &'static str,
    /// The number of replicas that the property counts.
    replicas: f64,
    /// The memory of one replica.
    gb: f64,
}

fn memory(body: &Map<String, Value>, bound: &str) -> Option<Memory> {
    let (replica, total) = match bound {
        "min" => ("minReplicaMemoryGb", "minTotalMemoryGb"),
        _ => ("maxReplicaMemoryGb", "maxTotalMemoryGb"),
    };
    let set = |property: &'static str, replicas: f64| {
        let sent = body.get(property).and_then(Value::as_f64)?;
        Some(Memory { property, replicas, gb: sent / replicas })
    };
    set(replica, 1.0).or_else(|| set(total, REPLICAS_IN_TOTAL))
}

/// The rejection of a minimum above the maximum.
fn crossed(property: &str, low: f64, high: f64) -> Rejection {
    Rejection::bad_request(if property.starts_with("min") {
        format!("body.{property}: expected at most the maximum of {high}, received {low}")
    } else {
        format!("body.{property}: expected at least the minimum of {low}, received {high}")
    })
}
