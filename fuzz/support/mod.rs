//! Shared by the targets: the small contract of the tests, and an independent reading of a document by serde_json.
#![allow(dead_code, reason = "no target needs all of it")]

#[path = "../../tests/validate_tables/mod.rs"]
pub mod tables;

use clickhouse_cloud::contract::Schema;
use clickhouse_cloud::issue::{Code, Issue, Step};
use serde_json::Value;

/// Every kind of schema.
pub static SCHEMAS: [&Schema; 20] = [
    &tables::SERVICE,
    &tables::SERVICES,
    &tables::SCALING,
    &tables::TREE,
    &tables::CHOICE,
    &tables::MAYBE,
    &tables::KEY,
    &tables::SECRETS,
    &tables::VAULT,
    &tables::RACK,
    &tables::TAGS,
    &tables::OPEN,
    &tables::ENTRIES,
    &tables::CODES,
    &tables::WORDED,
    &tables::ANYTHING,
    &tables::FLAG,
    &tables::UUID,
    &tables::TIME,
    &tables::ADDRESS,
];

/// The document as serde_json reads it. `None` if it is not JSON, or beyond limits of serde_json: a lone surrogate,
/// more than 128 levels, or the name that it uses internally for numbers. A byte order mark is skipped, as the
/// runtime's decoder does.
pub fn parse(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let own = bytes.windows(11).any(|window| window == b"$serde_json");
    // An escape could spell that name.
    let escaped = bytes.windows(5).any(|window| window == b"\\u002" || window == b"\\u007");
    if own || escaped { None } else { serde_json::from_slice(bytes).ok() }
}

/// Paths and codes in sorted order: the same document may be written in many ways.
pub fn found(issues: &[Issue]) -> Vec<String> {
    let mut found: Vec<String> =
        issues.iter().map(|issue| format!("{} {}", tables::path(&issue.path), issue.code.as_str())).collect();
    found.sort();
    found
}

/// Whether the check stopped early. Which issues were found then depends on the order of the members.
pub fn ended_early(issues: &[Issue]) -> bool {
    issues.len() >= 1_000
}

/// Every path leads to a value of the document; for a missing property or a rule, to the object that contains it.
pub fn paths_lead_somewhere(document: &Value, issues: &[Issue]) {
    for issue in issues {
        let mut at = Some(document);
        let last = issue.path.len().saturating_sub(1);
        for (index, step) in issue.path.iter().enumerate() {
            let next = at.and_then(|value| match step {
                Step::Key(key) => value.get(key.as_ref()),
                Step::Index(index) => value.get(index),
            });
            if next.is_none() && index == last && matches!(issue.code, Code::Required | Code::Rule) {
                break;
            }
            assert!(next.is_some(), "{issue:?} leads nowhere");
            at = next;
        }
    }
}
