//! When backups of a service are made, and how long they are kept.
//!
//! A period in hours, or a time of day in UTC with one backup a day. A change counts from its moment on: no backup is made
//! for an hour that is over.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{DAY, HOUR, MINUTE};

use super::scaling::number;

/// One backup a day.
const DAILY_HOURS: f64 = 24.0;
/// How long a backup is kept unless the caller says otherwise: a week.
const RETENTION_HOURS: f64 = 7.0 * DAILY_HOURS;
/// The longest period and retention: thirty days.
const MAX_HOURS: f64 = 30.0 * DAILY_HOURS;

/// When backups are made, and how long they are kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupSchedule {
    period_in_hours: f64,
    retention_in_hours: f64,
    /// The time of day, as it was sent.
    start_time: Option<String>,
    /// When it was set; none: it came with the service.
    since: Option<f64>,
}

impl Default for BackupSchedule {
    fn default() -> Self {
        Self { period_in_hours: DAILY_HOURS, retention_in_hours: RETENTION_HOURS, start_time: None, since: None }
    }
}

impl BackupSchedule {
    /// The schedule after an update. A start time means one backup a day, and another period ends it.
    pub fn updated(&self, body: &Map<String, Value>, now: f64) -> Result<Self, Rejection> {
        let mut schedule = self.clone();
        let period = hours(body, "backupPeriodInHours")?;
        if let Some(hours) = hours(body, "backupRetentionPeriodInHours")? {
            schedule.retention_in_hours = hours;
        }
        if let Some(hours) = period {
            schedule.period_in_hours = hours;
        }
        match body.get("backupStartTime") {
            Some(Value::String(time)) => {
                if time_of_day(time).is_none() {
                    return Err(Rejection::bad_request(
                        "body.backupStartTime: expected a time of day as HH:MM, received another text",
                    ));
                }
                if let Some(hours) = period.filter(|hours| *hours != DAILY_HOURS) {
                    return Err(Rejection::bad_request(format!(
                        "body.backupPeriodInHours: expected nothing beside backupStartTime, which means one backup a \
                         day, received {hours}"
                    )));
                }
                schedule.start_time = Some(time.clone());
                schedule.period_in_hours = DAILY_HOURS;
            }
            Some(_) => schedule.start_time = None,
            None if schedule.period_in_hours != DAILY_HOURS => schedule.start_time = None,
            None => {}
        }
        if schedule != *self {
            schedule.since = Some(now);
        }
        Ok(schedule)
    }

    /// The time between two backups, in whole milliseconds.
    pub fn period(&self) -> f64 {
        (self.period_in_hours * HOUR).round()
    }

    /// The time for which a backup is kept, in whole milliseconds.
    pub fn retention(&self) -> f64 {
        (self.retention_in_hours * HOUR).round()
    }

    /// When the next backup starts: not before the earliest moment, and a period after the last one.
    pub fn next(&self, earliest: f64, last: Option<f64>) -> f64 {
        let earliest = self.since.map_or(earliest, |since| since.max(earliest));
        match self.start_time.as_deref().and_then(time_of_day) {
            Some(time) => {
                let first = last.map_or(earliest, |last| earliest.max(last + MINUTE));
                ((first - time) / DAY).ceil() * DAY + time
            }
            None => last.map_or(earliest, |last| earliest.max(last + self.period())),
        }
    }

    /// The schedule as the API shows it.
    pub fn show(&self) -> Value {
        let mut shown = json!({
            "backupPeriodInHours": number(self.period_in_hours),
            "backupRetentionPeriodInHours": number(self.retention_in_hours),
        });
        if let (Some(time), Value::Object(shown)) = (&self.start_time, &mut shown) {
            shown.insert("backupStartTime".to_owned(), time.as_str().into());
        }
        shown
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        self.since.iter_mut().for_each(visit);
    }
}

/// A number of hours of a body.
fn hours(body: &Map<String, Value>, name: &str) -> Result<Option<f64>, Rejection> {
    let Some(hours) = body.get(name).and_then(Value::as_f64) else { return Ok(None) };
    if (1.0..=MAX_HOURS).contains(&hours) {
        return Ok(Some(hours));
    }
    Err(Rejection::bad_request(format!("body.{name}: expected 1 to {MAX_HOURS} hours, received {hours}")))
}

/// A time of day such as `04:00` or `4:00`, in milliseconds since midnight.
fn time_of_day(text: &str) -> Option<f64> {
    let digits = |part: &str, most: usize| {
        let fits = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { part.parse::<u32>().ok() } else { None }
    };
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (digits(hour, 2).filter(|hour| *hour < 24)?, digits(minute, 2).filter(|_| minute.len() == 2)?);
    (minute < 60).then_some(f64::from(hour) * HOUR + f64::from(minute) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day() {
        assert_eq!(time_of_day("04:30"), Some(4.5 * HOUR));
        assert_eq!(time_of_day("4:00"), Some(4.0 * HOUR));
        for wrong in ["", "24:00", "04:60", "4:0", "004:00", "+4:00", "04:00:00", "noon"] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_daily_backup_comes_once_a_day() {
        let body = Map::from_iter([("backupStartTime".to_owned(), "04:00".into())]);
        let schedule = BackupSchedule::default().updated(&body, 5.0 * HOUR).unwrap();
        let first = schedule.next(0.0, None);
        assert_eq!(first, DAY + 4.0 * HOUR);
        assert_eq!(schedule.next(0.0, Some(first)), first + DAY);
    }
}
