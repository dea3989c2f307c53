//! The settings of ClickHouse that can be changed on a service: their types, their values and their effect, in our own words.
//!
//! Names and meanings are those of ClickHouse's documentation; the types are the two that the live API has. Settings of
//! single queries apply at once, those of the server need a restart.

use serde_json::{Map, Value, json};

/// A setting.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    kind: Kind,
    description: &'static str,
    example: &'static str,
    /// A warning to read before it is changed.
    pub warning: Option<&'static str>,
    deprecation: Option<&'static str>,
    /// Whether the server restarts to apply it.
    pub restarts: bool,
}

/// The values of a setting.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A whole number, not below 0.
    Integer,
    /// 0 or 1.
    Switch,
    Text,
}

const SWITCH: [u64; 2] = [0, 1];
/// The longest text, in bytes.
const MAX_TEXT: usize = 1_000;

const RESTART: &str = "The service restarts to apply it, one replica after the other.";

pub static SETTINGS: [Setting; 33] = [
    text("compatibility", "Uses the defaults of settings that a version of ClickHouse had.", "25.8")
        .warned("Queries can behave differently, or fail, with the defaults of another version: try them before."),
    integer("max_query_size", "The most bytes of a query's text that the parser reads into memory.", "262144"),
    integer("max_parser_depth", "The deepest nesting of a query that the parser follows.", "1000"),
    integer("max_ast_elements", "The most elements of a query's syntax tree.", "50000"),
    integer(
        "max_expanded_ast_elements",
        "The most elements of the tree after aliases and asterisks are expanded.",
        "500000",
    ),
    integer("max_memory_usage", "The most bytes of memory for one query on one server.", "10000000000")
        .warned("Above the memory of a replica, a query can end the server for want of memory."),
    integer("max_bytes_before_external_group_by", "The bytes from which GROUP BY writes to disk.", "5000000000"),
    integer("max_bytes_before_external_sort", "The bytes from which ORDER BY writes to disk.", "5000000000"),
    integer("max_rows_to_read", "The most rows that a query may read; 0 is no limit.", "1000000000"),
    integer("max_bytes_to_read", "The most bytes that a query may read, uncompressed; 0 is no limit.", "100000000000"),
    integer("max_result_bytes", "The most bytes of a result, uncompressed; 0 is no limit.", "1000000000"),
    integer("max_insert_threads", "The threads that run one INSERT SELECT.", "4"),
    integer("max_final_threads", "The threads that read with FINAL.", "8"),
    integer("max_columns_to_read", "The most columns that one query may read; 0 is no limit.", "1000"),
    integer("max_partitions_to_read", "The most partitions that one query may read.", "100"),
    integer("lock_acquire_timeout", "The seconds to wait for the lock of a table.", "120"),
    integer("query_cache_ttl", "The seconds for which a result stays in the query cache.", "60"),
    integer("async_insert_max_data_size", "The bytes from which collected inserts are written.", "10485760"),
    integer("async_insert_busy_timeout_max_ms", "The most milliseconds for which inserts are collected.", "1000"),
    integer("async_insert_busy_timeout_ms", "The milliseconds for which inserts are collected.", "1000")
        .deprecated("Another name of async_insert_busy_timeout_max_ms."),
    switch("async_insert", "Collects small inserts on the server and writes them together."),
    switch("wait_for_async_insert", "Answers a collected insert only when it is written.")
        .warned("With 0, an insert is confirmed before it is written, and can be lost."),
    switch("use_query_cache", "Lets SELECT queries read from the query cache and write to it."),
    switch("log_queries", "Writes queries into system.query_log."),
    switch("log_query_threads", "Writes the threads of queries into system.query_thread_log."),
    switch("enable_analyzer", "Analyzes queries with the new analyzer."),
    switch("allow_experimental_analyzer", "Analyzes queries with the new analyzer.")
        .deprecated("Another name of enable_analyzer."),
    text(
        "join_algorithm",
        "The algorithms of JOIN to choose from, in order, with commas in between.",
        "direct,parallel_hash,hash",
    ),
    text("date_time_input_format", "How texts are read as times: basic, best_effort or best_effort_us.", "best_effort"),
    text(
        "session_timezone",
        "The time zone of sessions, by its IANA name; empty is that of the server.",
        "Europe/Amsterdam",
    ),
    integer("keep_alive_timeout", "The seconds for which an HTTP connection without a request stays open.", "30")
        .restarting(),
    integer("max_connections", "The most connections of clients to one server.", "4096").restarting(),
    integer("background_pool_size", "The threads that merge and mutate tables in the background.", "16").restarting(),
];

/// The setting of a name.
pub fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

const fn setting(name: &'static str, kind: Kind, description: &'static str, example: &'static str) -> Setting {
    Setting { name, kind, description, example, warning: None, deprecation: None, restarts: false }
}

const fn integer(name: &'static str, description: &'static str, example: &'static str) -> Setting {
    setting(name, Kind::Integer, description, example)
}

const fn switch(name: &'static str, description: &'static str) -> Setting {
    setting(name, Kind::Switch, description, "1")
}

const fn text(name: &'static str, description: &'static str, example: &'static str) -> Setting {
    setting(name, Kind::Text, description, example)
}

impl Setting {
    const fn warned(self, warning: &'static str) -> Self {
        Self { warning: Some(warning), ..self }
    }

    const fn deprecated(self, notice: &'static str) -> Self {
        Self { deprecation: Some(notice), ..self }
    }

    const fn restarting(self) -> Self {
        Self { restarts: true, ..self }.warned(RESTART)
    }

    /// The setting in the schema of the API.
    pub fn show(&self) -> Value {
        let kind = if matches!(self.kind, Kind::Text) { "string" } else { "integer" };
        let mut shown = Map::new();
        let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        put("name", self.name.into());
        put("type", kind.into());
        put("description", self.description.into());
        put("example", self.example.into());
        if matches!(self.kind, Kind::Switch) {
            put("enum", json!(SWITCH));
        }
        if let Some(warning) = self.warning {
            put("warning", warning.into());
        }
        if let Some(notice) = self.deprecation {
            put("deprecationNotice", notice.into());
        }
        Value::Object(shown)
    }

    /// A value as ClickHouse shows it: a number may be written as a number or as a text. The error says the values it takes.
    pub fn read(&self, value: &Value) -> Result<String, String> {
        let number = || value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match self.kind {
            Kind::Text => match value.as_str() {
                Some(text) if text.len() <= MAX_TEXT => Ok(text.to_owned()),
                _ => Err(format!("a string of at most {MAX_TEXT} bytes")),
            },
            Kind::Integer => number().map(|number| number.to_string()).ok_or_else(|| "an integer from 0 on".to_owned()),
            Kind::Switch => match number().filter(|number| SWITCH.contains(number)) {
                Some(number) => Ok(number.to_string()),
                None => Err("0 or 1".to_owned()),
            },
        }
    }

    /// A value in its own JSON type, from the text that ClickHouse shows.
    pub fn native(&self, text: &str) -> Value {
        match self.kind {
            Kind::Text => text.into(),
            Kind::Integer | Kind::Switch => text.parse::<u64>().map_or_else(|_| text.into(), Value::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_example_is_a_value() {
        for setting in &SETTINGS {
            assert_eq!(setting.read(&setting.example.into()).as_deref(), Ok(setting.example), "{}", setting.name);
            assert_eq!(SETTINGS.iter().filter(|other| other.name == setting.name).count(), 1, "{}", setting.name);
        }
    }

    #[test]
    fn values_are_of_their_type() {
        let size = named("max_query_size").unwrap();
        assert_eq!(size.read(&json!(5)).as_deref(), Ok("5"));
        assert_eq!(size.read(&json!("18446744073709551615")).as_deref(), Ok("18446744073709551615"));
        for wrong in [json!(-1), json!(1.5), json!("big"), json!(true), json!(null), json!([1])] {
            assert!(size.read(&wrong).is_err(), "{wrong}");
        }
        assert!(named("async_insert").unwrap().read(&json!(2)).is_err());
        assert!(named("compatibility").unwrap().read(&json!(25)).is_err());
        assert_eq!(size.native("5"), json!(5));
    }
}
