//! Slow queries of a Postgres service, by pattern.
//!
//! Each pattern runs at equal distances from some time after the server came up. So the sums over a range follow from its
//! ends, and agree with the executions, without a list of them.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::super::Output;
use super::metrics::{range, up_since};
use super::service_of;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{DAY, MINUTE, SECOND, parse, timestamp};

/// The measures of what the queries do not use: temporary tables and files, whole pages in the WAL, and compiled code.
const UNUSED: [&str; 15] = [
    "localBlksHit",
    "localBlksRead",
    "localBlksWritten",
    "localBlksDirtied",
    "tempBlksRead",
    "tempBlksWritten",
    "tempBlkReadTimeUs",
    "tempBlkWriteTimeUs",
    "walFpi",
    "jitFunctions",
    "jitGenerationTimeUs",
    "jitInliningTimeUs",
    "jitOptimizationTimeUs",
    "jitEmissionTimeUs",
    "jitDeformTimeUs",
];

/// The first index of draws for the ids of patterns.
const FIRST_PATTERN: u64 = 1 << 40;
/// The patterns of a page where the request does not say: the tables of the contract hold no defaults.
const LIMIT: u64 = 20;
/// The most executions that are shown of a pattern.
const EXECUTIONS: u64 = 10;
const DATABASE: &str = "postgres";

/// Queries that differ only in their constants.
struct Pattern {
    text: &'static str,
    operation: &'static str,
    app: &'static str,
    /// The seconds from the start of the server to the first run, and between two runs.
    first: f64,
    every: f64,
    /// The mean time of a run, in microseconds.
    mean_us: u64,
    /// Of one run: rows, blocks of the cache, blocks of the disk, bytes of the WAL.
    rows: u64,
    hit: u64,
    read: u64,
    wal: u64,
    /// Each run of this number fails; 0: none.
    fails: u64,
}

const PATTERNS: [Pattern; 6] = [
    Pattern {
        text: "SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT $2",
        operation: "SELECT",
        app: "shop",
        first: 60.0,
        every: 20.0,
        mean_us: 180_000,
        rows: 50,
        hit: 900,
        read: 120,
        wal: 0,
        fails: 0,
    },
    Pattern {
        text: "UPDATE inventory SET quantity = quantity - $1 WHERE product_id = $2",
        operation: "UPDATE",
        app: "shop",
        first: 90.0,
        every: 45.0,
        mean_us: 95_000,
        rows: 1,
        hit: 60,
        read: 8,
        wal: 420,
        fails: 50,
    },
    Pattern {
        text: "INSERT INTO events (id, kind, payload) VALUES ($1, $2, $3)",
        operation: "INSERT",
        app: "collector",
        first: 120.0,
        every: 15.0,
        mean_us: 60_000,
        rows: 1,
        hit: 25,
        read: 2,
        wal: 980,
        fails: 0,
    },
    Pattern {
        text: "SELECT date_trunc($1, created_at), sum(amount) FROM orders GROUP BY 1",
        operation: "SELECT",
        app: "reports",
        first: 600.0,
        every: 300.0,
        mean_us: 2_400_000,
        rows: 365,
        hit: 52_000,
        read: 31_000,
        wal: 0,
        fails: 20,
    },
    Pattern {
        text: "DELETE FROM sessions WHERE expires_at < $1",
        operation: "DELETE",
        app: "cleaner",
        first: 1_800.0,
        every: 900.0,
        mean_us: 740_000,
        rows: 1_200,
        hit: 8_000,
        read: 2_100,
        wal: 96_000,
        fails: 0,
    },
    Pattern {
        text: "SELECT count(*) FROM events WHERE kind = $1",
        operation: "SELECT",
        app: "reports",
        first: 3_600.0,
        every: 3_600.0,
        mean_us: 9_800_000,
        rows: 1,
        hit: 210_000,
        read: 180_000,
        wal: 0,
        fails: 0,
    },
];

/// The times of runs in percent of the mean: each run has the next one. Their mean is 100.
const SHARES: [u64; 8] = [100, 85, 130, 90, 105, 70, 120, 100];

impl Pattern {
    /// How many runs there were before a moment, in milliseconds, of a server that came up then.
    fn runs_before(&self, moment: f64, up: f64) -> u64 {
        let since = (moment - up) / SECOND - self.first;
        if since <= 0.0 { 0 } else { (since / self.every).ceil() as u64 }
    }

    /// The numbers of the runs from one moment to another: the first, and the one after the last.
    fn runs(&self, (from, to): (f64, f64), up: f64) -> (u64, u64) {
        // A run at the very end counts.
        (self.runs_before(from, up), self.runs_before(to + 1.0, up))
    }

    /// When a run was.
    fn at(&self, run: u64, up: f64) -> f64 {
        up + (self.first + run as f64 * self.every) * SECOND
    }

    /// The time of a run, in microseconds.
    fn duration(&self, run: u64) -> u64 {
        let share = SHARES.get((run % SHARES.len() as u64) as usize).copied().unwrap_or(100);
        self.mean_us * share / 100
    }

    fn fails(&self, run: u64) -> bool {
        self.fails > 0 && run % self.fails == self.fails - 1
    }

    /// How many of the runs before this one failed.
    fn failures_before(&self, run: u64) -> u64 {
        run.checked_div(self.fails).unwrap_or(0)
    }

    /// The id of the pattern on a service, as Postgres has them: a number of 63 bits.
    fn id(&self, index: usize, record: &Record) -> String {
        record.random.at(FIRST_PATTERN + index as u64).below(1 << 63).to_string()
    }

    /// What identifies the pattern, and its text.
    fn identity(&self, id: &str, user: &str) -> Map<String, Value> {
        let identity = json!({
            "queryId": id,
            "queryText": self.text,
            "dbName": DATABASE,
            "dbUser": user,
            "dbOperation": self.operation,
            "app": self.app,
        });
        super::members(Some(&identity))
    }

    /// The pattern with its sums over some runs; none: there are no runs.
    fn aggregate(&self, id: &str, user: &str, (first, end): (u64, u64)) -> Option<Value> {
        let count = end.checked_sub(first).filter(|count| *count > 0)?;
        let cycle = SHARES.len() as u64;
        let of_rest: u64 = (first..first + count % cycle).map(|run| self.duration(run)).sum();
        let total = count / cycle * (cycle * self.mean_us) + of_rest;
        let mut durations: Vec<u64> = (first..first + count.min(cycle)).map(|run| self.duration(run)).collect();
        durations.sort_unstable();
        let percentile = |percent: usize| {
            let index = (durations.len() * percent).div_ceil(100).saturating_sub(1);
            durations.get(index).copied().unwrap_or(0)
        };
        let mut shown = self.identity(id, user);
        let sums = json!({
            "callCount": count,
            "errorCount": self.failures_before(end) - self.failures_before(first),
            "totalDurationUs": total,
            "avgDurationUs": total / count,
            "maxDurationUs": percentile(100),
            "p50DurationUs": percentile(50),
            "p95DurationUs": percentile(95),
            "p99DurationUs": percentile(99),
            "totalRows": count * self.rows,
            "totalSharedBlksRead": count * self.read,
            "totalSharedBlksHit": count * self.hit,
            "totalCpuTimeUs": total / 2,
            "totalWalBytes": count * self.wal,
        });
        shown.extend(super::members(Some(&sums)));
        Some(shown.into())
    }

    /// One run.
    fn execution(&self, id: &str, user: &str, run: u64, record: &Record, up: f64) -> Value {
        let duration = self.duration(run);
        let mut shown = self.identity(id, user);
        let measures = json!({
            "timestamp": timestamp(self.at(run, up)),
            "pid": (1_000 + run % 30_000).to_string(),
            "durationUs": duration,
            "rows": if self.fails(run) { 0 } else { self.rows },
            "sharedBlksHit": self.hit,
            "sharedBlksRead": self.read,
            "sharedBlksWritten": 0,
            "sharedBlksDirtied": self.wal / 100,
            "sharedBlkReadTimeUs": self.read * 10,
            "sharedBlkWriteTimeUs": 0,
            "walRecords": self.wal / 60,
            "walBytes": self.wal,
            "cpuUserTimeUs": duration * 2 / 5,
            "cpuSysTimeUs": duration / 10,
            "parallelWorkersPlanned": 0,
            "parallelWorkersLaunched": 0,
            "serverRole": if super::is_replica(record) { "replica" } else { "primary" },
        });
        shown.extend(super::members(Some(&measures)));
        shown.extend(UNUSED.map(|name| (name.to_owned(), 0.into())));
        if self.fails(run) {
            let error = json!({
                "errMessage": "canceling statement due to statement timeout",
                "errSqlstate": "57014",
                "errElevel": 21,
            });
            shown.extend(super::members(Some(&error)));
        }
        shown.into()
    }
}

fn text<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.query.get(name).and_then(Value::as_str)
}

fn user(record: &Record) -> &str {
    record.text("username").unwrap_or_default()
}

/// Whether a call's query asks for a pattern of this user.
fn is_asked(call: &Call, pattern: &Pattern, user: &str) -> bool {
    [("db_name", DATABASE), ("db_user", user), ("app", pattern.app)]
        .into_iter()
        .all(|(name, own)| text(call, name).is_none_or(|asked| asked == own))
        && text(call, "db_operation").is_none_or(|asked| asked.eq_ignore_ascii_case(pattern.operation))
}

pub fn list(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = service_of(organization, call)?;
    let (from, to) = range(call)?;
    let user = user(record);
    let aggregate = |(index, pattern): (usize, &Pattern)| {
        let up = up_since(record)?;
        pattern.aggregate(&pattern.id(index, record), user, pattern.runs((from, to.min(now)), up))
    };
    let asked = PATTERNS.iter().enumerate().filter(|(_, pattern)| is_asked(call, pattern, user));
    let mut patterns: Vec<Value> = asked.filter_map(aggregate).collect();
    let measure = measure(text(call, "sort_by").unwrap_or_default());
    patterns.sort_by(|one, other| compare(one, other, measure));
    if text(call, "sort_order") != Some("asc") {
        patterns.reverse();
    }
    let number = |name: &str| call.query.get(name).and_then(Value::as_u64);
    let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(LIMIT));
    Ok(Output::unchanged(patterns.into_iter().skip(offset as usize).take(limit as usize).collect()))
}

fn compare(one: &Value, other: &Value, measure: &str) -> Ordering {
    let number = |pattern: &Value| pattern.get(measure).and_then(Value::as_u64);
    number(one).cmp(&number(other))
}

/// The property that a key of the contract sorts by.
fn measure(key: &str) -> &'static str {
    match key {
        "avg_duration" => "avgDurationUs",
        "call_count" => "callCount",
        "total_blks_read" => "totalSharedBlksRead",
        "total_cpu_time" => "totalCpuTimeUs",
        "error_count" => "errorCount",
        "max_duration" => "maxDurationUs",
        "p50_duration" => "p50DurationUs",
        "p95_duration" => "p95DurationUs",
        "p99_duration" => "p99DurationUs",
        "total_rows" => "totalRows",
        "total_shared_blks_hit" => "totalSharedBlksHit",
        "total_wal_bytes" => "totalWalBytes",
        _ => "totalDurationUs",
    }
}

/// Shows a pattern over the day that ends now, or over the hour around a moment.
pub fn get(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = service_of(organization, call)?;
    let id = call.path("queryId").unwrap_or_default();
    let unknown = || Rejection::not_found(format!("slow query pattern {id} not found"));
    let user = user(record);
    let mut known = PATTERNS.iter().enumerate();
    let (_, pattern) = known
        .find(|(index, pattern)| pattern.id(*index, record) == id && is_asked(call, pattern, user))
        .ok_or_else(unknown)?;
    let up = up_since(record).ok_or_else(unknown)?;
    let (from, to) = match text(call, "timestamp").and_then(parse) {
        Some(moment) => (moment - 30.0 * MINUTE, moment + 30.0 * MINUTE),
        None => (now - DAY, now),
    };
    let (first, end) = pattern.runs((from, to.min(now)), up);
    let aggregate = pattern.aggregate(id, user, (first, end)).ok_or_else(unknown)?;
    let latest = (first.max(end.saturating_sub(EXECUTIONS))..end).rev();
    let executions: Vec<Value> = latest.map(|run| pattern.execution(id, user, run, record, up)).collect();
    Ok(Output::unchanged(json!({ "aggregate": aggregate, "recentExecutions": executions })))
}
