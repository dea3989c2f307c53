//! The backups of one service: the first some minutes after it came up, then one in each period while it is up, idle or
//! not, or one a day at a set time.
//!
//! The n-th backup is drawn from the service's seed and n alone, so days without a request can be skipped, and a backup
//! is the same whenever it is read. A backup goes when its time is over, but the newest stays.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::schema;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::projected;
use crate::sandbox::model::time::{END, SECOND, timestamp};

use super::backup_schedule::BackupSchedule;

/// The most backups, so that their memory has a bound. The oldest is removed first.
const MAX_KEPT: usize = 200;
/// One backup in so many is full, the others are incremental.
const FULL_EVERY: u64 = 7;
/// One in so many fails, but never the first.
const ERROR_EVERY: u64 = 20;
/// The time from coming up to a backup that is due, in seconds.
const DELAY: (u64, u64) = (120, 300);
/// The duration of a backup, in seconds.
const DURATION: (u64, u64) = (60, 180);

/// One backup. Its end is drawn at its start.
#[derive(Clone, Serialize, Deserialize)]
pub struct Backup {
    pub id: String,
    started: f64,
    finished: f64,
    /// When its time is over.
    expires: f64,
    error: bool,
    full: bool,
    size: u64,
    /// The caller's own bucket that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket: Option<Value>,
}

impl Backup {
    fn number(number: u64, started: f64, series: &Random) -> Self {
        let random = series.at(number);
        let full = number.is_multiple_of(FULL_EVERY);
        let whole = 1_000_000_000 + random.below(4_000_000_000);
        Self {
            id: random.uuid(),
            started,
            finished: (started + random.seconds(DURATION)).min(END),
            expires: END,
            error: number > 0 && random.below(ERROR_EVERY) == 0,
            full,
            size: if full { whole } else { whole / (10 + random.below(90)) },
            bucket: None,
        }
    }

    /// `in_progress`, `done` or `error`.
    pub fn status(&self, now: f64) -> &'static str {
        match (now < self.finished, self.error) {
            (true, _) => "in_progress",
            (false, true) => "error",
            (false, false) => "done",
        }
    }

    /// The backup as the API shows it now.
    pub fn show(&self, service_id: &str, now: f64) -> Value {
        let mut shown = Map::new();
        let status = self.status(now);
        shown.insert("id".into(), self.id.as_str().into());
        shown.insert("status".into(), status.into());
        shown.insert("serviceId".into(), service_id.into());
        shown.insert("startedAt".into(), timestamp(self.started).into());
        shown.insert("type".into(), if self.full { "full" } else { "incremental" }.into());
        shown.insert("backupName".into(), format!("{service_id}/{}", timestamp(self.started)).into());
        if let Some(bucket) = &self.bucket {
            shown.insert("bucket".into(), bucket.clone());
        }
        if now >= self.finished {
            shown.insert("finishedAt".into(), timestamp(self.finished).into());
            // From the timestamps as shown, so that their difference is this number.
            let seconds = (self.finished / SECOND).floor() - (self.started / SECOND).floor();
            shown.insert("durationInSeconds".into(), (seconds as u64).into());
        }
        if status == "done" {
            shown.insert("sizeInBytes".into(), self.size.into());
        }
        Value::Object(shown)
    }
}

/// The backups of one service.
#[derive(Clone, Serialize, Deserialize)]
pub struct Backups {
    series: Random,
    kept: VecDeque<Backup>,
    made: u64,
    last: Option<f64>,
    /// Whether the next one fails, by a fault.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    next_fails: bool,
    #[serde(default)]
    pub schedule: BackupSchedule,
    /// The caller's own bucket that backups go to, as the API shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Value>,
}

impl Backups {
    /// A series without backups yet.
    pub fn new(series: Random) -> Self {
        let schedule = BackupSchedule::default();
        Self { series, kept: VecDeque::new(), made: 0, last: None, next_fails: false, schedule, bucket: None }
    }

    /// Lets the backup in progress fail, or else the next one. False: that is so already.
    pub fn fail_one(&mut self, now: f64) -> bool {
        match self.kept.back_mut().filter(|backup| now < backup.finished) {
            Some(backup) => !std::mem::replace(&mut backup.error, true),
            None => !std::mem::replace(&mut self.next_fails, true),
        }
    }

    /// Visits every moment, to shift it.
    pub fn visit_moments(&mut self, visit: &mut dyn FnMut(&mut f64)) {
        for backup in &mut self.kept {
            visit(&mut backup.started);
            visit(&mut backup.finished);
            visit(&mut backup.expires);
        }
        self.last.iter_mut().for_each(&mut *visit);
        self.schedule.visit_moments(visit);
    }

    /// The backups whose time is not over, newest first.
    pub fn newest_first(&self, now: f64) -> impl Iterator<Item = &Backup> {
        self.kept.iter().rev().filter(move |backup| self.keeps(backup, now))
    }

    /// Whether a backup still exists: the newest always does.
    fn keeps(&self, backup: &Backup, now: f64) -> bool {
        backup.expires > now || Some(backup.started) == self.last
    }

    /// Makes the backups that are due by now, for a service that has been up since `up_since`.
    pub fn advance(&mut self, up_since: f64, now: f64) {
        let bucket =
            self.bucket.as_ref().zip(schema("BackupBucket")).and_then(|(bucket, schema)| projected(bucket, schema));
        let (period, retention) = (self.schedule.period(), self.schedule.retention());
        loop {
            let due = self.due(up_since);
            if due > now {
                break;
            }
            let periods = ((now - due) / period).floor();
            let unseen = (periods - (retention / period).ceil().min(MAX_KEPT as f64)).max(0.0);
            let started = due + unseen * period;
            let number = self.made.saturating_add(unseen as u64);
            let mut backup = Backup::number(number, started, &self.series);
            backup.expires = (started + retention).min(END);
            backup.bucket.clone_from(&bucket);
            // One that is passed over has failed before.
            backup.error |= std::mem::take(&mut self.next_fails) && unseen == 0.0;
            self.kept.push_back(backup);
            if self.kept.len() > MAX_KEPT {
                self.kept.pop_front();
            }
            self.made = number.saturating_add(1);
            self.last = Some(started);
        }
        // Those that had expired when the newest one began: the state must not depend on when somebody looks.
        if let Some(last) = self.last {
            self.kept.retain(|backup| backup.expires > last);
        }
    }

    /// When the next backup starts.
    pub fn due(&self, up_since: f64) -> f64 {
        let earliest = up_since + self.series.at(u64::MAX - 1).seconds(DELAY);
        self.schedule.next(earliest, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::model::time::DAY;

    fn shown(backups: &Backups, now: f64) -> Vec<Value> {
        backups.newest_first(now).map(|backup| backup.show("service", now)).collect()
    }

    #[test]
    fn skipped_days_leave_the_same_backups_as_watched_days() {
        let end = 400.0 * DAY + 1.0;
        let mut watched = Backups::new(Random::new(5));
        let mut skipped = Backups::new(Random::new(5));
        for hour in 0..400 * 24 {
            watched.advance(0.0, f64::from(hour) * DAY / 24.0);
        }
        watched.advance(0.0, end);
        skipped.advance(0.0, end);
        assert_eq!(shown(&watched, end), shown(&skipped, end));
        assert_eq!(skipped.kept.len(), 7);
        assert_eq!(skipped.made, 400);
    }

    #[test]
    fn some_fail_but_never_the_first() {
        let errors = (0..2000).filter(|number| Backup::number(*number, 0.0, &Random::new(5)).error).count();
        assert!((50..150).contains(&errors), "{errors}");
        assert!((0..1000).all(|seed| !Backup::number(0, 0.0, &Random::new(seed)).error));
    }

    #[test]
    fn the_end_of_time_comes_quickly() {
        let mut backups = Backups::new(Random::new(5));
        backups.advance(0.0, END);
        assert!((1..=8).contains(&backups.kept.len()), "{}", backups.kept.len());
    }
}
