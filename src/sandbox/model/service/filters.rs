//! The filters of the list of services and of usage costs: by tag. Several filters must all match.

use serde_json::Value;

/// One filter of the list of services.
pub struct TagFilter<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

impl<'a> TagFilter<'a> {
    /// Reads `tag:KEY=VALUE`, or `tag:KEY` for any value. The contract has checked the form.
    pub fn read(filter: &'a str) -> Self {
        let tag = filter.strip_prefix("tag:").unwrap_or(filter);
        match tag.split_once('=') {
            Some((key, value)) => Self { key, value: Some(value) },
            None => Self { key: tag, value: None },
        }
    }

    /// Whether one of the tags matches.
    pub fn matches(&self, tags: &[Value]) -> bool {
        let text = |tag: &Value, part: &str| tag.get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
        tags.iter()
            .any(|tag| text(tag, "key") == self.key && self.value.is_none_or(|value| text(tag, "value") == value))
    }
}
