//! What was expected and what came, in words.

use super::format;
use super::scan::decode;
use crate::contract::{Kind, Schema};

/// How many characters of a value are shown.
const SHOWN: usize = 40;

/// What a schema asks for: `a string`, `one of "aws", "gcp"`, `an array or null`.
#[inline(never)]
pub(super) fn expected(schema: &Schema, request: bool) -> String {
    let mut words = Vec::new();
    alternatives(schema, request, &mut words);
    words.join(" or ")
}

fn alternatives(schema: &Schema, request: bool, words: &mut Vec<String>) {
    let own = match &schema.kind {
        Kind::Any => "any value".to_owned(),
        Kind::Boolean => "a boolean".to_owned(),
        Kind::Number(_) | Kind::NumberEnum(_) => "a number".to_owned(),
        Kind::Integer(_) => "an integer".to_owned(),
        Kind::Text(text) => text.format.map_or("a string", format::words).to_owned(),
        Kind::Enum { values, .. } if request => one_of(values),
        Kind::Enum { .. } => "a string".to_owned(),
        Kind::Array { .. } => "an array".to_owned(),
        Kind::Record(_) => "an object".to_owned(),
        Kind::Union(variants) => {
            variants.iter().for_each(|variant| alternatives(variant, request, words));
            String::new()
        }
    };
    let null = if schema.nullable { "null" } else { "" };
    for word in [own, null.to_owned()] {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
}

/// `one of "aws", "gcp"`
pub(super) fn one_of(values: &[&str]) -> String {
    let mut words = String::from(if values.len() == 1 { "" } else { "one of " });
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            words.push_str(", ");
        }
        quote(value, &mut words);
    }
    words
}

/// `1 character`, `3 properties`
pub(super) fn count<N: std::fmt::Display + PartialEq + From<u8>>(count: N, thing: &str) -> String {
    match thing.strip_suffix('y') {
        _ if count == N::from(1) => format!("{count} {thing}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {thing}s"),
    }
}

/// A raw value: its text, shortened, or only its type.
#[inline(never)]
pub(super) fn received(raw: &[u8], secret: bool) -> String {
    let kind = match raw.first() {
        None => return "nothing".to_owned(),
        Some(b'n') => return "null".to_owned(),
        Some(b'{') => return "an object".to_owned(),
        Some(b'[') => return "an array".to_owned(),
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(_) => "a number",
    };
    if secret {
        return kind.to_owned();
    }
    match raw {
        [b'"', inner @ .., b'"'] => quoted(&decode(inner, true)),
        _ => {
            let text = decode(raw, false);
            let mut shown: String = text.chars().take(SHOWN).collect();
            if shown.len() < text.len() {
                shown.push('…');
            }
            shown
        }
    }
}

/// A text as a JSON string, shortened.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            quote(text.get(..end).unwrap_or_default(), &mut out);
            out.pop();
            out.push_str("…\"");
        }
        None => quote(text, &mut out),
    }
    out
}

/// Writes a text as a JSON string.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => out.push(plain),
        }
    }
    out.push('"');
}
