//! The scaling schedule of a service: hours of the week, in UTC, and the limits that apply in them.
//!
//! At most one entry covers an hour, so the entry in force is a function of the time. The service switches at the hours at
//! which another entry begins, in order, however long nobody looks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::{self, Bound, Kind};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{DAY, END, HOUR};

/// The most entries of a schedule, as in the live API.
const MAX_ENTRIES: usize = 10;
const HOURS_OF_A_DAY: u64 = 24;
const HOURS_OF_A_WEEK: usize = 7 * 24;
/// The epoch was a Thursday; weekdays count from Sunday.
const WEEKDAY_OF_THE_EPOCH: f64 = 4.0;

/// A schedule.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    entries: Vec<Entry>,
    /// The index of the entry in force.
    active: Option<usize>,
    /// When another entry may be in force. Not in snapshots: the week goes on where the clock is.
    #[serde(skip, default = "at_once")]
    switches: f64,
}

/// An entry of a schedule.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    name: String,
    weekdays: Vec<u64>,
    start: u64,
    end: u64,
    /// The limits that it names, by the names that a scaling has. It has those of the service otherwise.
    pub limits: Map<String, Value>,
}

const fn at_once() -> f64 {
    f64::NEG_INFINITY
}

impl Schedule {
    /// The schedule of the entries of a body; none: it has no entries.
    pub fn read(entries: &[Value], now: f64, random: &Random) -> Result<Option<Self>, Rejection> {
        if entries.len() > MAX_ENTRIES {
            return Err(Rejection::bad_request(format!(
                "body.entries: expected at most {MAX_ENTRIES}, received {}",
                entries.len()
            )));
        }
        let mut read = Vec::with_capacity(entries.len());
        let mut hours = [None; HOURS_OF_A_WEEK];
        for (index, entry) in entries.iter().enumerate() {
            let place = format!("body.entries[{index}]");
            let entry = Entry::read(entry, &place, random)?;
            for (hour, taken) in hours.iter_mut().enumerate().filter(|(hour, _)| entry.covers(*hour)) {
                if let Some(other) = taken.replace(index) {
                    return Err(Rejection::bad_request(format!(
                        "{place}: expected hours that no other entry has, received those of body.entries[{other}] on \
                         weekday {} at {:02}:00",
                        hour / 24,
                        hour % 24
                    )));
                }
            }
            read.push(entry);
        }
        if read.is_empty() {
            return Ok(None);
        }
        let mut schedule = Self { entries: read, active: None, switches: at_once() };
        schedule.switch(now);
        Ok(Some(schedule))
    }

    /// When another entry, or none, may be in force.
    pub const fn switches(&self) -> f64 {
        self.switches
    }

    /// Puts the entry of this moment in force.
    pub fn switch(&mut self, now: f64) {
        let hour = hour_of_the_week(now);
        let entry_at = |hour: usize| self.entries.iter().position(|entry| entry.covers(hour % HOURS_OF_A_WEEK));
        self.active = entry_at(hour);
        let later = (1..=HOURS_OF_A_WEEK).find(|ahead| entry_at(hour + ahead) != self.active);
        self.switches = later.map_or(f64::INFINITY, |ahead| ((now / HOUR).floor() + ahead as f64) * HOUR);
    }

    /// The entry in force.
    pub fn active(&self) -> Option<&Entry> {
        self.entries.get(self.active?)
    }

    /// The entries, as the API shows them.
    pub fn show(&self) -> Value {
        self.entries.iter().enumerate().map(|(index, entry)| entry.show(self.active == Some(index))).collect()
    }
}

impl Entry {
    fn read(entry: &Value, place: &str, random: &Random) -> Result<Self, Rejection> {
        let whole = |name: &str| entry.get(name).and_then(Value::as_f64).map(|number| number as u64);
        let mut weekdays: Vec<u64> = Vec::new();
        for (index, day) in entry.get("weekdays").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let Some(known) = day.as_f64().filter(|day| (0.0..=6.0).contains(day)) else {
                return Err(Rejection::bad_request(format!(
                    "{place}.weekdays[{index}]: expected a day from 0 (Sunday) to 6 (Saturday), received {day}"
                )));
            };
            weekdays.push(known as u64);
        }
        weekdays.sort_unstable();
        weekdays.dedup();
        let (start, end) = (whole("startHourUtc").unwrap_or(0), whole("endHourUtc").unwrap_or(0));
        if start == end {
            return Err(Rejection::bad_request(format!(
                "{place}.endHourUtc: expected another hour than startHourUtc, received {end}"
            )));
        }
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { id: random.uuid(), name, weekdays, start, end, limits: limits(entry, place)? })
    }

    /// Whether it covers an hour of the week, counted from Sunday. An end before the start is on the next day.
    fn covers(&self, hour: usize) -> bool {
        let (day, hour) = (hour as u64 / HOURS_OF_A_DAY, hour as u64 % HOURS_OF_A_DAY);
        let begins = |day: u64| self.weekdays.contains(&(day % 7));
        if self.start < self.end {
            return begins(day) && (self.start..self.end).contains(&hour);
        }
        begins(day) && hour >= self.start || begins(day + 6) && hour < self.end
    }

    fn show(&self, active: bool) -> Value {
        let mut shown = self.limits.clone();
        shown.insert("id".into(), self.id.as_str().into());
        shown.insert("name".into(), self.name.as_str().into());
        shown.insert("weekdays".into(), self.weekdays.as_slice().into());
        shown.insert("startHourUtc".into(), self.start.into());
        shown.insert("endHourUtc".into(), self.end.into());
        shown.insert("isActiveNow".into(), active.into());
        Value::Object(shown)
    }
}

/// The limits of an entry, after the rules between them. A fixed number of replicas becomes an equal range, and the mode is
/// vertical where the entry names none.
fn limits(entry: &Value, place: &str) -> Result<Map<String, Value>, Rejection> {
    let number = |name: &str| entry.get(name).and_then(Value::as_f64);
    let refuse = |name: &str, rest: String| Err(Rejection::bad_request(format!("{place}.{name}: {rest}")));
    let horizontal = entry.get("autoscalingMode").and_then(Value::as_str) == Some("horizontal");
    for (least, most) in [("minReplicaMemoryGb", "maxReplicaMemoryGb"), ("minReplicas", "maxReplicas")] {
        match (number(least), number(most)) {
            (Some(low), Some(high)) if low > high => {
                return refuse(least, format!("expected at most {most} of {high}, received {low}"));
            }
            (Some(low), Some(high)) if low != high && horizontal == (least == "minReplicaMemoryGb") => {
                let mode = if horizontal { "horizontal" } else { "vertical" };
                return refuse(most, format!("expected {low}, equal to {least} in {mode} mode, received {high}"));
            }
            _ => {}
        }
    }
    let fixed = number("numReplicas");
    if let Some(count) = fixed {
        if horizontal {
            return refuse("numReplicas", format!("expected nothing in horizontal mode, received {count}"));
        }
        if number("minReplicas").is_some_and(|least| least != count) {
            return refuse("numReplicas", format!("expected the same as minReplicas, received {count}"));
        }
    }
    let most = bound("ReplicaCount", Bound::Maximum);
    for name in ["numReplicas", "minReplicas", "maxReplicas"] {
        if let Some(count) = number(name).filter(|count| *count > most) {
            return refuse(name, format!("expected at most {most}, received {count}"));
        }
    }
    let least = bound("IdleTimeoutMinutes", Bound::Minimum);
    if let Some(minutes) = number("idleTimeoutMinutes").filter(|minutes| !(least..END).contains(minutes)) {
        return refuse("idleTimeoutMinutes", format!("expected at least {least}, received {minutes}"));
    }
    let Some(Kind::Object(shape)) = contract::schema("ScalingScheduleBaseConfig").map(|schema| &schema.kind) else {
        return Err(Rejection::internal_error());
    };
    let given = |name: &str| entry.get(name).filter(|value| !value.is_null()).cloned();
    let named = shape.properties.iter().filter_map(|property| Some((property.name.to_owned(), given(property.name)?)));
    let mut limits: Map<String, Value> = named.collect();
    limits.entry("autoscalingMode").or_insert_with(|| "vertical".into());
    if let Some(count) = fixed {
        limits.insert("minReplicas".into(), (count as u64).into());
        limits.insert("maxReplicas".into(), (count as u64).into());
    }
    Ok(limits)
}

/// A bound of a named number of the contract; infinite where it has none.
fn bound(schema: &str, bound: Bound) -> f64 {
    let limits = match contract::schema(schema).map(|schema| &schema.kind) {
        Some(Kind::Integer(limits) | Kind::Number(limits)) => *limits,
        _ => &[],
    };
    let none = if bound == Bound::Maximum { f64::INFINITY } else { f64::NEG_INFINITY };
    limits.iter().find(|limit| limit.bound == bound).and_then(|limit| limit.value.parse().ok()).unwrap_or(none)
}

/// The hour of the week, counted from Sunday.
fn hour_of_the_week(now: f64) -> usize {
    let hours = (now / HOUR).floor() + WEEKDAY_OF_THE_EPOCH * (DAY / HOUR);
    hours.rem_euclid(HOURS_OF_A_WEEK as f64) as usize
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2026-08-01T00:00:00Z, a Saturday.
    const SATURDAY: f64 = 1_785_542_400_000.0;

    fn read(entries: &Value) -> Result<Option<Schedule>, String> {
        let read = Schedule::read(entries.as_array().unwrap(), SATURDAY, &Random::new(1));
        read.map_err(|rejection| rejection.message())
    }

    #[test]
    fn hours_count_from_sunday() {
        assert_eq!(hour_of_the_week(SATURDAY), 6 * 24);
        assert_eq!(hour_of_the_week(SATURDAY + DAY), 0);
        assert_eq!(hour_of_the_week(-1.0), 3 * 24 + 23);
    }

    #[test]
    fn an_end_before_the_start_is_on_the_next_day() {
        let night = json!([{ "name": "night", "weekdays": [6], "startHourUtc": 22, "endHourUtc": 6 }]);
        let mut schedule = read(&night).unwrap().unwrap();
        let mut hours = Vec::new();
        for hour in 0..7 * 24 {
            schedule.switch(SATURDAY + f64::from(hour) * HOUR);
            if schedule.active().is_some() {
                hours.push(hour);
            }
        }
        assert_eq!(hours, (22..30).collect::<Vec<_>>());
        schedule.switch(SATURDAY + 1.0);
        assert_eq!(schedule.switches(), SATURDAY + 22.0 * HOUR);
        schedule.switch(schedule.switches());
        assert_eq!(schedule.switches(), SATURDAY + 30.0 * HOUR);
        schedule.switch(schedule.switches());
        assert_eq!(schedule.switches(), SATURDAY + (7.0 * 24.0 + 22.0) * HOUR);
    }

    #[test]
    fn an_entry_of_all_hours_never_switches() {
        let all = json!([{ "name": "all", "weekdays": [0, 1, 2, 3, 4, 5, 6], "startHourUtc": 0, "endHourUtc": 24 }]);
        let schedule = read(&all).unwrap().unwrap();
        assert!(schedule.active().is_some());
        assert_eq!(schedule.switches(), f64::INFINITY);
        assert!(read(&json!([])).unwrap().is_none());
    }
}
