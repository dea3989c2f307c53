//! Bodies as logs may show them.
//!
//! Only what the contract knows is shown, and nothing that it marks as secret. A value is read with all schemas that may
//! apply, every variant of a union: what is secret in one of them is not shown.

use super::envelope::validate_response;
use super::messages;
use super::scanner::{Scan, Scanner};
use super::string::{decode, inner};
use super::walk::{DEEPEST, begins};
use crate::contract::{AdditionalProperties, Kind, Schema};

/// About how many bytes are shown.
const MOST: usize = 4096;

/// A JSON text without what is secret and what the contract does not know: `"[secret]"` and `"[unknown, …]"` stand
/// there. Of a text that is not JSON only the length is shown; a long text ends in `…`. Without a schema all is unknown.
#[must_use]
pub fn redact(json: &[u8], schema: Option<&'static Schema>) -> String {
    let mut redactor = Redactor { scan: Scanner::new(json), depth: 0, text: String::new() };
    let walked = redactor.value(&alternatives(schema)).and_then(|()| redactor.scan.end());
    let mut shown = redactor.text;
    if walked.is_err() {
        return format!("[{}, no JSON]", messages::count(json.len(), "byte"));
    }
    if shown.len() > MOST {
        shown.truncate(shown.floor_char_boundary(MOST));
        // No part of a string: redaction looks for whole secrets.
        shown.truncate(shown.as_bytes().iter().rposition(|byte| *byte == b'"').unwrap_or(0));
        shown.push('…');
    }
    shown
}

/// The result of a response, enveloped or bare, redacted.
#[must_use]
pub fn redact_response(json: &[u8], result: Option<&'static Schema>) -> String {
    let envelope = validate_response(json, None);
    match envelope.result.and_then(|range| json.get(range)) {
        Some(bytes) => redact(bytes, result),
        None if envelope.enveloped => "[no result]".to_owned(),
        None => redact(json, None),
    }
}

struct Redactor<'a> {
    scan: Scanner<'a>,
    depth: u32,
    text: String,
}

impl Redactor<'_> {
    fn write(&mut self, text: &str) {
        if self.text.len() <= MOST {
            self.text.push_str(text);
        }
    }

    fn quote(&mut self, text: &str) {
        if self.text.len() <= MOST {
            messages::quote(text, &mut self.text);
        }
    }

    /// Moves over the value that comes next, which any of the schemas may allow.
    fn value(&mut self, schemas: &[&'static Schema]) -> Scan<()> {
        let first = self.scan.peek();
        let secret = schemas.iter().any(|schema| schema.secret);
        let known = schemas.iter().any(|schema| !matches!(schema.kind, Kind::Any) && begins(&schema.kind, first));
        if known && !secret && self.depth < DEEPEST && matches!(first, b'{' | b'[') {
            self.depth += 1;
            self.members(schemas, first)?;
            self.depth -= 1;
            return Ok(());
        }
        let raw = self.scan.skipped()?;
        match first {
            _ if secret => self.quote("[secret]"),
            b'"' if known => self.quote(&decode(inner(raw))),
            b'{' | b'[' => self.unknown(raw),
            b'n' if !schemas.is_empty() => self.write("null"),
            _ if known => self.write(&decode(raw)),
            _ => self.unknown(raw),
        }
        Ok(())
    }

    fn unknown(&mut self, raw: &[u8]) {
        let kind = messages::received(raw, true, false);
        self.quote(&format!("[unknown, {kind} of {}]", messages::count(raw.len(), "byte")));
    }

    /// Moves over an object or a list.
    fn members(&mut self, schemas: &[&'static Schema], open: u8) -> Scan<()> {
        // In ASCII the closing bracket stands two behind the opening one.
        let close = open + 2;
        let mut more = self.scan.open(close);
        self.write(if open == b'{' { "{" } else { "[" });
        while more {
            let name = if open == b'{' { Some(decode(self.scan.name()?)) } else { None };
            let mut below = Vec::new();
            for schema in schemas {
                match (&schema.kind, &name) {
                    (Kind::Array { items, .. }, None) => add_variants(items, &mut below),
                    (Kind::Object(object), Some(name)) => {
                        match (object.properties.iter().find(|property| property.name == name), &object.additional) {
                            (Some(property), _) => add_variants(property.schema, &mut below),
                            (None, AdditionalProperties::Schema(schema)) => add_variants(schema, &mut below),
                            (None, _) => {}
                        }
                    }
                    _ => {}
                }
            }
            if let Some(name) = &name {
                // What stands in an unknown place may be misplaced as a whole.
                self.quote(if below.is_empty() { "[unknown]" } else { name });
                self.write(":");
            }
            self.value(&below)?;
            more = self.scan.next(close)?;
            if more {
                self.write(",");
            }
        }
        self.write(if open == b'{' { "}" } else { "]" });
        Ok(())
    }
}

/// A schema, and where it is a union all that it may stand for.
fn alternatives(schema: Option<&'static Schema>) -> Vec<&'static Schema> {
    let mut all = Vec::new();
    if let Some(schema) = schema {
        add_variants(schema, &mut all);
    }
    all
}

fn add_variants(schema: &'static Schema, all: &mut Vec<&'static Schema>) {
    all.push(schema);
    if let Kind::Union(variants) = schema.kind {
        variants.iter().for_each(|variant| add_variants(variant, all));
    }
}
