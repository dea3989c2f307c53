//! The ledger: the last requests, with their responses' statuses, faults and changes.
//!
//! Bounded in entries and in bytes, so that a sandbox that runs for weeks keeps its memory. Bodies can not be printed, and
//! are shown without their secrets.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde_json::Value;

use crate::contract::{self, AdditionalProperties, Kind, Schema};
use crate::sandbox::faults::Fault;
use crate::secret::Secret;

/// The most entries. The oldest is removed first.
pub const LEDGER_ENTRIES: usize = 10_000;
/// The most bytes of all bodies together. Above it the oldest entries are removed, too.
const BODY_BYTES: usize = 16 << 20;
/// The most bytes of a path.
const PATH_BYTES: usize = 512;
/// The most bytes of a method. Those of HTTP are all shorter.
const METHOD_BYTES: usize = 32;

/// One request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it arrived, in virtual milliseconds since the epoch.
    pub at: f64,
    /// Its method; a long one is truncated.
    pub method: Cow<'static, str>,
    /// Its path, still percent-encoded, without the query; a long one is truncated.
    pub path: String,
    /// The status of its response; 0: the connection ended without a response.
    pub status: u16,
    /// Its operation, such as `services.list`; none for a path without one.
    pub operation: Option<&'static str>,
    /// Its effect, such as `running -> stopping`; none when it changed nothing. Never holds a secret.
    pub change: Option<String>,
    /// The JSON of its body; none when it changed nothing or takes no body. [`Entry::public_body`] shows it.
    pub body: Option<Secret>,
    /// The fault that met it.
    pub fault: Option<Fault>,
}

impl Entry {
    /// The JSON of the body, with `[secret]` in place of each secret, hashes of passwords among them.
    #[must_use]
    pub fn public_body(&self) -> Option<String> {
        let mut body: Value = serde_json::from_str(self.body.as_ref()?.reveal()).ok()?;
        let operation = self.operation.and_then(contract::operation)?;
        hide_secrets(&mut body, operation.body.as_ref()?.schema);
        Some(body.to_string())
    }
}

/// Replaces the secrets in a value. Whatever is secret in one variant of a union is hidden.
fn hide_secrets(value: &mut Value, schema: &Schema) {
    if schema.secret && !value.is_null() {
        *value = "[secret]".into();
        return;
    }
    match (&schema.kind, value) {
        (Kind::Object(object), Value::Object(members)) => {
            for (name, member) in members {
                if let Some(property) = object.properties.iter().find(|property| property.name == name) {
                    hide_secrets(member, property.schema);
                } else if let AdditionalProperties::Schema(schema) = &object.additional {
                    hide_secrets(member, schema);
                }
            }
        }
        (Kind::Array { items, .. }, Value::Array(members)) => {
            members.iter_mut().for_each(|member| hide_secrets(member, items));
        }
        (Kind::Union(variants), value) => variants.iter().for_each(|variant| hide_secrets(value, variant)),
        _ => {}
    }
}

/// The last requests, oldest first.
#[derive(Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    body_bytes: usize,
}

impl Ledger {
    /// Adds an entry.
    pub fn write(&mut self, mut entry: Entry) {
        truncate(&mut entry.path, PATH_BYTES);
        if entry.method.len() > METHOD_BYTES {
            truncate(entry.method.to_mut(), METHOD_BYTES);
        }
        self.body_bytes += body_bytes(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > LEDGER_ENTRIES || self.body_bytes > BODY_BYTES {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.body_bytes -= body_bytes(&oldest);
        }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }
}

fn body_bytes(entry: &Entry) -> usize {
    entry.body.as_ref().map_or(0, |body| body.reveal().len())
}

fn truncate(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: usize) -> Entry {
        let (method, path) = (Cow::Borrowed("GET"), String::new());
        Entry { at: at as f64, method, path, status: 200, operation: None, change: None, body: None, fault: None }
    }

    #[test]
    fn bodies_are_shown_without_their_secrets() {
        let shown = |operation, body: &str| {
            let body = Some(Secret::new(body));
            Entry { operation: Some(operation), body, ..entry(0) }.public_body()
        };
        let hashes = r#"{"newDoubleSha1Hash":"d4cecba84f0a507325cd8aa82fcde04ea8be56b0","newPasswordHash":"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="}"#;
        let hidden = r#"{"newDoubleSha1Hash":"[secret]","newPasswordHash":"[secret]"}"#;
        assert_eq!(shown("services.updatePassword", hashes).as_deref(), Some(hidden));
        let key = r#"{"hashData":{"keyIdHash":"a1","keyIdSuffix":"abcd","keySecretHash":"b2"},"name":"n"}"#;
        let key = shown("keys.create", key).unwrap();
        assert!(!key.contains("a1") && !key.contains("b2"), "{key}");
        let password = shown("postgres.updatePassword", r#"{"password":"correct horse battery"}"#);
        assert_eq!(password.as_deref(), Some(r#"{"password":"[secret]"}"#));
        let webhook =
            shown("clickStack.webhooks.create", r#"{"headers":{"x":"token"},"name":"n","url":"https://a/b"}"#);
        assert_eq!(webhook.as_deref(), Some(r#"{"headers":"[secret]","name":"n","url":"[secret]"}"#));
        let pipe = r#"{"name":"p","source":{"kafka":{"credentials":{"password":"hush","username":"u"}}}}"#;
        assert!(!shown("clickPipes.create", pipe).unwrap().contains("hush"));
    }

    #[test]
    fn bodies_are_bounded_together() {
        let mut ledger = Ledger::default();
        for at in 0..100 {
            let body = (at % 2 == 0).then(|| Secret::new("x".repeat(1 << 20)));
            ledger.write(Entry { body, ..entry(at) });
        }
        let kept: Vec<f64> = ledger.entries().map(|entry| entry.at).collect();
        assert_eq!((kept.first(), kept.len()), (Some(&67.0), 33));
        assert_eq!(ledger.body_bytes, BODY_BYTES);
    }

    #[test]
    fn entries_and_paths_are_bounded() {
        let mut ledger = Ledger::default();
        for at in 0..LEDGER_ENTRIES + 5 {
            let path = "ü".repeat(if at == LEDGER_ENTRIES { 400 } else { 1 });
            let method = Cow::Owned("M".repeat(at % 100));
            ledger.write(Entry { method, path, ..entry(at) });
        }
        assert_eq!(ledger.entries().len(), LEDGER_ENTRIES);
        assert_eq!(ledger.entries().next().unwrap().at, 5.0);
        assert!(ledger.entries().all(|entry| entry.method.len() <= METHOD_BYTES + '…'.len_utf8()));
        assert!(ledger.entries().all(|entry| entry.path.len() <= PATH_BYTES + '…'.len_utf8()));
    }
}
