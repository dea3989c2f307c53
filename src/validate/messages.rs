//! The wording of issues: the expected and the received.
//!
//! A value is shown in at most 40 characters, and a secret one only by its type.

use super::format;
use super::string::{decode, inner};
use crate::contract::{Kind, Schema};
use crate::printable::{escaped, is_hidden};

/// How many characters of a value are shown.
const SHOWN: usize = 40;

/// How many values of an enum are named.
const MOST_VALUES: usize = 20;

/// What a schema asks for: `a string`, `one of "aws", "gcp"`, `an array or null`.
#[inline(never)]
pub(super) fn expected(schema: &Schema, request: bool) -> String {
    let mut words = String::new();
    alternatives(schema, request, &mut words);
    words
}

fn alternatives(schema: &Schema, request: bool, words: &mut String) {
    let own = match &schema.kind {
        Kind::Union(variants) => {
            variants.iter().for_each(|variant| alternatives(variant, request, words));
            ""
        }
        Kind::Enum { values, .. } if request => &one_of(values),
        Kind::Any => "any value",
        Kind::Boolean => "a boolean",
        Kind::Number(_) | Kind::NumberEnum(_) => "a number",
        Kind::Integer(_) => "an integer",
        Kind::Text(text) => text.format.map_or("a string", format::words),
        Kind::Array { .. } => "an array",
        Kind::Object(_) => "an object",
        Kind::Enum { .. } => "a string",
    };
    let null = if schema.nullable { "null" } else { "" };
    for word in [own, null] {
        // Two alternatives of one kind are one in words.
        if !words.ends_with(word) {
            words.push_str(if words.is_empty() { "" } else { " or " });
            words.push_str(word);
        }
    }
}

/// `one of "aws", "gcp"`. Of many values only the first are named.
pub(super) fn one_of(values: &[&str]) -> String {
    let mut all = String::from(if values.len() == 1 { "" } else { "one of " });
    for (index, value) in values.iter().take(MOST_VALUES).enumerate() {
        if index > 0 {
            all.push_str(", ");
        }
        quote(value, &mut all);
    }
    match values.len().saturating_sub(MOST_VALUES) {
        0 => all,
        more => format!("{all} and {more} more"),
    }
}

/// `1 character`, `3 properties`
pub(super) fn count(count: usize, thing: &str) -> String {
    let (stem, ending) = match thing.strip_suffix("y") {
        _ if count == 1 => (thing, ""),
        Some(stem) => (stem, "ies"),
        None => (thing, "s"),
    };
    format!("{count} {stem}{ending}")
}

/// What the limits of a count ask for, where it is outside.
pub(super) fn outside(min: u32, max: u32, number: usize, thing: &str) -> Option<String> {
    let (words, limit) = match number {
        _ if number < min as usize => ("at least", min),
        _ if number > max as usize => ("at most", max),
        _ => return None,
    };
    Some(format!("{words} {}", count(limit as usize, thing)))
}

/// A raw value: its text, shortened, or only its type. A long text of a response is not shown in part: it may echo a
/// secret, and redaction would not find a part of one.
#[inline(never)]
pub(super) fn received(raw: &[u8], secret: bool, request: bool) -> String {
    let (kind, shown) = match raw.first() {
        None => ("nothing", false),
        Some(b'n') => ("null", false),
        Some(b'{') => ("an object", false),
        Some(b'[') => ("an array", false),
        Some(b'"') => ("a string", true),
        Some(b't' | b'f') => ("a boolean", true),
        Some(_) => ("a number", true),
    };
    match raw.first() {
        _ if secret || !shown => kind.to_owned(),
        Some(b'"') if request || raw.len() <= SHOWN => quoted(&decode(inner(raw))),
        Some(b'"') => format!("a string of {}", count(raw.len() - 2, "byte")),
        _ => {
            let text = decode(raw);
            let (start, rest) = shortened(&text);
            format!("{start}{rest}")
        }
    }
}

/// The beginning of a text, and the sign that more follows.
fn shortened(text: &str) -> (&str, &str) {
    // All but the bytes that continue a character begin one.
    let mut beginnings = text.bytes().enumerate().filter(|(_, byte)| byte & 0xC0 != 0x80);
    match beginnings.nth(SHOWN) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "…"),
        None => (text, ""),
    }
}

/// A text as a JSON string, shortened.
pub(super) fn quoted(text: &str) -> String {
    let (start, rest) = shortened(text);
    let mut out = String::new();
    quote(start, &mut out);
    out.pop();
    out.push_str(rest);
    out.push('"');
    out
}

/// Writes a text as a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // JSON has no escape of its own for characters beyond U+FFFF: of those that are hidden, there are only tags.
            hidden if is_hidden(hidden) && u32::from(hidden) <= 0xFFFF => {
                out.push_str(&escaped(hidden.encode_utf8(&mut [0; 4])))
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}
