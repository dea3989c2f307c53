//! Metrics of a Postgres service: series over a range of time, and the current values in Prometheus' text format.
//!
//! A value depends on the service, the metric and the moment alone, so each read of the past shows the same. There are
//! none of the time before the server came up.

use std::rc::Rc;

use serde_json::{Value, json};

use super::super::{Output, Payload, generic};
use super::config;
use super::size::Size;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::exposition::{Exposition, Labels};
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::time::{MINUTE, SECOND, parse};

/// The most points of a line; a request for more is refused.
const MAX_POINTS: f64 = 1_000.0;
/// About how many points a line has where the request does not say their distance.
const POINTS: f64 = 120.0;
/// The first index of draws for values; passwords have those below.
const FIRST_VALUE: u64 = 1 << 48;

/// A metric with its lines.
struct Metric {
    key: &'static str,
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    /// Each with its label, and the values that it stays between.
    lines: &'static [(&'static str, Span)],
}

/// The least and the greatest value.
type Span = (f64, f64);

const METRICS: [Metric; 8] = [
    Metric {
        key: "cpu_usage",
        name: "CPU usage",
        unit: "percent",
        description: "The share of the processors' time that is used.",
        lines: &[("user", (4.0, 40.0)), ("system", (1.0, 8.0))],
    },
    Metric {
        key: "memory_usage",
        name: "Memory usage",
        unit: "percent",
        description: "The share of the memory that is used, without caches.",
        lines: &[("used", (20.0, 60.0))],
    },
    Metric {
        key: "disk_usage",
        name: "Disk usage",
        unit: "percent",
        description: "The share of the disk that is used.",
        lines: &[("used", (8.0, 9.0))],
    },
    Metric {
        key: "disk_operations",
        name: "Disk operations",
        unit: "operations per second",
        description: "Reads from the disk and writes to it.",
        lines: &[("read", (5.0, 300.0)), ("write", (20.0, 500.0))],
    },
    Metric {
        key: "network_throughput",
        name: "Network throughput",
        unit: "bytes per second",
        description: "Bytes that were received and sent.",
        lines: &[("received", (2e3, 2e5)), ("sent", (1e4, 1e6))],
    },
    Metric {
        key: "connections",
        name: "Connections",
        unit: "connections",
        description: "Open connections, by their state.",
        lines: &[("active", (0.0, 12.0)), ("idle", (3.0, 30.0))],
    },
    Metric {
        key: "transactions",
        name: "Transactions",
        unit: "transactions per second",
        description: "Transactions that were committed and rolled back.",
        lines: &[("committed", (10.0, 400.0)), ("rolled_back", (0.0, 2.0))],
    },
    Metric {
        key: "cache_hit_ratio",
        name: "Cache hit ratio",
        unit: "percent",
        description: "The share of blocks that were found in the shared cache.",
        lines: &[("hit", (96.0, 99.9))],
    },
];

/// When the server of a service came up, in milliseconds; none while it is down.
pub fn up_since(record: &Record) -> Option<f64> {
    record.lifecycle.as_ref()?.up_since()
}

/// The range of a call's query, in milliseconds.
pub fn range(call: &Call) -> Result<(f64, f64), Rejection> {
    let moment = |name: &str| {
        let text = call.query.get(name).and_then(Value::as_str).unwrap_or_default();
        parse(text).ok_or_else(|| Rejection::bad_request(format!("query.{name}: expected a moment, received {text}")))
    };
    let (from, to) = (moment("from_date")?, moment("to_date")?);
    if to < from {
        return Err(Rejection::bad_request(
            "query.to_date: expected a moment after from_date, received an earlier one",
        ));
    }
    Ok((from, to))
}

/// The value of a line at a moment: another one each minute.
fn value(record: &Record, metric: usize, line: usize, (least, most): Span, at: f64) -> f64 {
    const STEPS: u64 = 1_000;
    let minute = (at / MINUTE).floor().max(0.0) as u64;
    let index = FIRST_VALUE | (metric as u64) << 44 | (line as u64) << 40 | minute & 0xff_ffff_ffff;
    let share = record.random.at(index).below(STEPS) as f64 / STEPS as f64;
    ((least + (most - least) * share) * 100.0).round() / 100.0
}

pub fn get(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = generic::record(organization, call)?;
    let (from, to) = range(call)?;
    // None of the time before the server came up, and none of the future.
    let up = up_since(record).map(|up| (from.max(up), to.min(now))).filter(|(from, to)| from <= to);
    let length = up.map_or(0.0, |(from, to)| to - from);
    let bucket = match call.query.get("bucket_size_seconds").and_then(Value::as_f64) {
        Some(seconds) if length / SECOND / seconds > MAX_POINTS => {
            let least = (length / SECOND / MAX_POINTS).ceil();
            return Err(Rejection::bad_request(format!(
                "query.bucket_size_seconds: expected at least {least} for this range, received {seconds}"
            )));
        }
        Some(seconds) => seconds * SECOND,
        None => (length / POINTS / MINUTE).ceil().max(1.0) * MINUTE,
    };
    let series = |metric: usize, line: usize, label: &str, span: Span| {
        let first = |(from, _): (f64, f64)| (from / bucket).ceil() * bucket;
        let moments = std::iter::successors(up.map(first), |at| Some(at + bucket));
        let points: Vec<Value> = moments
            .take_while(|at| up.is_some_and(|(_, to)| *at <= to))
            .map(|at| {
                let timestamp = (at / SECOND).floor() as i64;
                json!({ "timestamp": timestamp, "value": value(record, metric, line, span, at) })
            })
            .collect();
        json!({ "label": label, "dataPoints": points })
    };
    let metrics: Vec<Value> = METRICS
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            let lines = metric.lines.iter().enumerate();
            let series: Vec<Value> = lines.map(|(line, (label, span))| series(index, line, label, *span)).collect();
            let Metric { key, name, unit, description, .. } = metric;
            json!({ "key": key, "name": name, "unit": unit, "description": description, "series": series })
        })
        .collect();
    Ok(Output::unchanged(json!({ "metrics": metrics })))
}

pub fn prometheus(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = Rc::clone(generic::record(organization, call)?);
    let text = exposition(organization, &[&record], now);
    Ok(Output { result: Some(Payload::Text(text)), change: None })
}

/// The current values of services, in Prometheus' text format.
pub fn exposition(organization: &Organization, services: &[&Record], now: f64) -> String {
    let mut exposition = Exposition::default();
    let mut family = |name: &str, help: &str, kind: &str, sample: &dyn Fn(&Record) -> Vec<(&'static str, f64)>| {
        let samples = services.iter().flat_map(|service| {
            sample(service).into_iter().map(|(line, value)| (labels(organization, service, line), value))
        });
        exposition.family(name, kind, help, samples);
    };
    let one = |value: f64| vec![("", value)];
    family("pg_up", "Whether the server takes connections.", "gauge", &|service| {
        one(f64::from(u8::from(up_since(service).is_some())))
    });
    family("pg_is_primary", "Whether it is a primary, not a read replica.", "gauge", &|service| {
        one(f64::from(u8::from(!super::is_replica(service))))
    });
    family("pg_uptime_seconds", "Seconds since the server came up.", "gauge", &|service| {
        one(up_since(service).map_or(0.0, |up| ((now - up) / SECOND).floor()))
    });
    family("pg_storage_size_bytes", "The size of the disk.", "gauge", &|service| {
        one(Size::of(service).storage_gb as f64 * 1e9)
    });
    family("pg_memory_size_bytes", "The size of the memory.", "gauge", &|service| {
        one(Size::of(service).memory_gb as f64 * 1e9)
    });
    family("pg_processors", "The number of processors.", "gauge", &|service| one(Size::of(service).processors as f64));
    family("pg_settings_max_connections", "The most connections at a time.", "gauge", &|service| {
        one(config::max_connections(organization, service) as f64)
    });
    for (index, metric) in METRICS.iter().enumerate() {
        let name = format!("pg_{}", metric.key);
        family(&name, &format!("{} In {}.", metric.description, metric.unit), "gauge", &|service| {
            let lines = metric.lines.iter().enumerate().filter(|_| up_since(service).is_some());
            lines.map(|(line, (label, span))| (*label, value(service, index, line, *span, now))).collect()
        });
    }
    exposition.into_text()
}

/// The labels of a service's sample, of one line where the metric has more.
fn labels(organization: &Organization, service: &Record, line: &str) -> Labels {
    let mut labels = vec![
        ("clickhouse_org", organization.id.clone()),
        ("postgres_service", service.id().to_owned()),
        ("postgres_service_name", service.text("name").unwrap_or_default().to_owned()),
    ];
    if !line.is_empty() {
        labels.push(("kind", line.to_owned()));
    }
    labels
}
