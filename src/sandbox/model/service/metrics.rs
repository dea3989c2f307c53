//! Metrics of services in Prometheus' text format, from their state.
//!
//! Names and labels are those of the live service. Counters grow with the time since the service came up, so they never fall
//! while it is up; a service that takes no queries has nothing but its information, as live.

use super::Service;
use crate::sandbox::model::exposition::{Exposition, Labels};
use crate::sandbox::model::machine::services::IDLE;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::time::SECOND;

const GB: f64 = 1_073_741_824.0;

/// A metric.
struct Metric {
    name: &'static str,
    help: &'static str,
    kind: &'static str,
    /// The table of ClickHouse that it comes from.
    table: &'static str,
    /// Whether the selection of the most important metrics has it.
    important: bool,
    value: fn(&Replica) -> f64,
}

/// A replica at a moment.
struct Replica {
    memory_gb: f64,
    /// The seconds since the service came up.
    up_seconds: f64,
    /// Its queries in a minute.
    queries_per_minute: f64,
}

impl Replica {
    fn queries(&self) -> f64 {
        (self.up_seconds / 60.0 * self.queries_per_minute).floor()
    }
}

const METRICS: [Metric; 12] = [
    Metric {
        name: "ClickHouseProfileEvents_Query",
        help: "Queries that were interpreted, those of the server itself among them.",
        kind: "counter",
        table: "system.events",
        important: true,
        value: Replica::queries,
    },
    Metric {
        name: "ClickHouseProfileEvents_SelectQuery",
        help: "SELECT queries.",
        kind: "counter",
        table: "system.events",
        important: true,
        value: |replica| (replica.queries() * 0.75).floor(),
    },
    Metric {
        name: "ClickHouseProfileEvents_InsertQuery",
        help: "INSERT queries.",
        kind: "counter",
        table: "system.events",
        important: true,
        value: |replica| (replica.queries() * 0.25).floor(),
    },
    Metric {
        name: "ClickHouseProfileEvents_FailedQuery",
        help: "Queries that failed.",
        kind: "counter",
        table: "system.events",
        important: true,
        value: |replica| (replica.queries() / 200.0).floor(),
    },
    Metric {
        name: "ClickHouseProfileEvents_SelectedRows",
        help: "Rows that SELECT queries have read.",
        kind: "counter",
        table: "system.events",
        important: false,
        value: |replica| replica.queries() * 10_000.0,
    },
    Metric {
        name: "ClickHouseProfileEvents_InsertedRows",
        help: "Rows that were inserted into tables.",
        kind: "counter",
        table: "system.events",
        important: false,
        value: |replica| replica.queries() * 500.0,
    },
    Metric {
        name: "ClickHouseMetrics_Query",
        help: "Queries that run.",
        kind: "gauge",
        table: "system.metrics",
        important: true,
        value: |replica| (replica.queries_per_minute / 20.0).floor(),
    },
    Metric {
        name: "ClickHouseMetrics_HTTPConnection",
        help: "Connections to the HTTP server.",
        kind: "gauge",
        table: "system.metrics",
        important: false,
        value: |replica| (replica.queries_per_minute / 10.0).ceil(),
    },
    Metric {
        name: "ClickHouseMetrics_MemoryTracking",
        help: "Bytes of memory that the server has allocated.",
        kind: "gauge",
        table: "system.metrics",
        important: true,
        value: |replica| (replica.memory_gb * GB * (0.1 + replica.queries_per_minute / 400.0)).floor(),
    },
    Metric {
        name: "ClickHouseAsyncMetrics_CGroupMemoryTotal",
        help: "Bytes of memory that the replica may use.",
        kind: "gauge",
        table: "system.asynchronous_metrics",
        important: true,
        value: |replica| replica.memory_gb * GB,
    },
    Metric {
        name: "ClickHouseAsyncMetrics_CGroupMaxCPU",
        help: "CPU cores that the replica may use.",
        kind: "gauge",
        table: "system.asynchronous_metrics",
        important: true,
        value: |replica| replica.memory_gb / 4.0,
    },
    Metric {
        name: "ClickHouseAsyncMetrics_Uptime",
        help: "Seconds since the server came up.",
        kind: "gauge",
        table: "system.asynchronous_metrics",
        important: false,
        value: |replica| replica.up_seconds,
    },
];

/// The metrics of services, or a selection of the most important ones.
pub fn exposition(organization: &str, services: &[&Service], filtered: bool, now: f64) -> String {
    let scrape = if filtered { "filtered" } else { "full" };
    let mut exposition = Exposition::default();
    if !services.is_empty() {
        let help = "Information about a service: its state and its version of ClickHouse.";
        let info = services.iter().map(|service| {
            let own = [
                ("clickhouse_cluster_status", service.lifecycle.shown()),
                ("clickhouse_version", service.text("clickhouseVersion").unwrap_or_default()),
                ("scrape", scrape),
            ];
            (labels(organization, service, own), 1.0)
        });
        exposition.family("ClickHouse_ServiceInfo", "untyped", help, info);
    }
    let up: Vec<&&Service> = services.iter().filter(|service| takes_queries(service)).collect();
    for metric in METRICS.iter().filter(|metric| metric.important || !filtered).filter(|_| !up.is_empty()) {
        let samples = up.iter().flat_map(|service| samples(organization, service, metric, now));
        exposition.family(metric.name, metric.kind, metric.help, samples);
    }
    exposition.into_text()
}

/// The samples of a metric, one of each replica.
fn samples<'a>(
    organization: &'a str,
    service: &'a Service,
    metric: &'a Metric,
    now: f64,
) -> impl Iterator<Item = (Labels, f64)> + 'a {
    let (memory_gb, replicas) = service.scaling.replicas();
    let up_seconds = ((now - service.lifecycle.up_since().unwrap_or(now)).max(0.0) / SECOND).floor();
    let load = Random::of_text(&service.id);
    (0..replicas).map(move |index| {
        let queries_per_minute = (20 + load.at(index).below(180)) as f64;
        let replica = Replica { memory_gb, up_seconds, queries_per_minute };
        let host = format!("c-{}-server-{index}", service.label);
        let own = [("hostname", host.as_str()), ("instance", &host), ("table", metric.table)];
        (labels(organization, service, own), (metric.value)(&replica))
    })
}

/// Whether a service takes queries: an idle one is not woken for its metrics.
fn takes_queries(service: &Service) -> bool {
    service.lifecycle.up_since().is_some() && service.lifecycle.shown() != IDLE
}

/// The labels of a sample: those of the service, and its own.
fn labels(organization: &str, service: &Service, own: [(&'static str, &str); 3]) -> Labels {
    let shared = [
        ("clickhouse_org", organization),
        ("clickhouse_service", &service.id),
        ("clickhouse_service_name", service.text("name").unwrap_or_default()),
    ];
    shared.into_iter().chain(own).map(|(name, value)| (name, value.to_owned())).collect()
}
