//! Checks values, objects and lists next to their schemas.
//!
//! Recursion follows the schema, never the bytes alone, and ends at [`DEEPEST`]; values without a schema are skipped in
//! constant stack. Constraints of scalars, rules between members and unions are in the modules below.

mod names;
mod rules;
mod scalar;
mod union;

use super::format::fits_response;
use super::number::is_number;
use super::place::{Mark, Place};
use super::scanner::{Scan, Scanner, Stop};
use super::string::{decode, inner};
use super::{Mode, SecretValue, Unknown, messages};
use crate::contract::{AdditionalProperties, Kind, Object, Property, Schema, Text};
use crate::issue::{Code, Issue, MOST_ISSUES, Step};
use crate::suggest::{alike, nearest};

use names::Names;
#[cfg(feature = "sandbox")]
pub(crate) use scalar::matches;
use union::may_begin;

/// How deep objects and lists may stand inside each other, where their schemas are followed.
pub(super) const DEEPEST: u32 = 64;

/// The walk through one text.
pub(super) struct Walker<'a> {
    pub(super) scan: Scanner<'a>,
    /// The rules of requests hold.
    pub(super) request: bool,
    refuse_unknown: bool,
    depth: u32,
    /// How many unions stand around the value.
    pub(super) unions: u32,
    names: Names<'a>,
    pub(super) issues: Vec<Issue>,
    pub(super) warnings: Vec<Issue>,
    pub(super) secrets: Vec<SecretValue>,
}

impl<'a> Walker<'a> {
    #[inline(never)]
    pub(super) fn new(bytes: &'a [u8], mode: Mode) -> Self {
        Self {
            scan: Scanner::new(bytes),
            request: mode != Mode::Response,
            refuse_unknown: mode == Mode::Request { unknown: Unknown::Refuse },
            depth: 0,
            unions: 0,
            names: Names::new(),
            issues: Vec::new(),
            warnings: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Notes an issue.
    #[cold]
    #[inline(never)]
    pub(super) fn issue(&mut self, place: &Place<'_>, code: Code, expected: &str, received: String) {
        let mut path = Vec::new();
        place.path(&mut path);
        self.issues.push(Issue { path, code, expected: expected.to_owned(), received, hint: None });
    }

    /// Notes an issue about a value, and shows the value.
    #[cold]
    #[inline(never)]
    pub(super) fn complain(&mut self, place: &Place<'_>, code: Code, expected: &str, raw: &[u8]) {
        self.issue(place, code, expected, messages::received(raw, place.secret, self.request));
    }

    /// Adds a hint to the latest issue: the known word that is nearest to the given one.
    pub(super) fn advise(&mut self, near: Option<&str>) {
        if let (Some(near), Some(issue)) = (near, self.issues.last_mut()) {
            issue.hint = Some(format!("did you mean {near}?"));
        }
    }

    /// Checks the value that comes next and moves behind it.
    #[inline(never)]
    pub(super) fn value(&mut self, schema: &'static Schema, place: &Place<'_>) -> Scan<()> {
        let first = self.scan.peek();
        if first == b'n' && (schema.nullable || place.lax) {
            return self.scan.skip();
        }
        if let Kind::Union(variants) = &schema.kind {
            return match variants {
                // A reference that says more than its target: `null` is allowed, or it is a secret.
                [only] if may_begin(only, first) => self.value(only, &place.variant(only)),
                [only] => self.mismatch(schema, Code::Type, &place.variant(only)),
                _ => self.union(schema, variants, place),
            };
        }
        if !begins(&schema.kind, first) {
            return self.mismatch(schema, Code::Type, place);
        }
        let start = self.scan.position();
        match &schema.kind {
            Kind::Object(_) | Kind::Array { .. } if self.depth >= DEEPEST => return self.too_deep(place),
            Kind::Object(object) => {
                self.depth += 1;
                self.object(object, place)?;
                self.depth -= 1;
            }
            Kind::Array { items, .. } => {
                self.depth += 1;
                self.array(schema, items, place)?;
                self.depth -= 1;
            }
            kind => {
                self.scan.skip()?;
                let raw = self.scan.since(start);
                if self.request || !needs_no_more_checks(kind, raw) {
                    self.scalar(schema, raw, place);
                }
            }
        }
        Ok(())
    }

    /// Ends the walk when enough is wrong: a long list of another kind of value must not fill the memory with issues.
    fn enough(&self) -> Scan<()> {
        if self.issues.len() < MOST_ISSUES { Ok(()) } else { Err(Stop::Enough) }
    }

    /// A value of another type.
    #[cold]
    #[inline(never)]
    pub(super) fn mismatch(&mut self, schema: &'static Schema, code: Code, place: &Place<'_>) -> Scan<()> {
        let raw = self.scan.skipped()?;
        self.complain(place, code, &messages::expected(schema, self.request), raw);
        if self.request && raw.first() == Some(&b'[') {
            self.advise(change_of_list(schema).as_deref());
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    pub(super) fn too_deep(&mut self, place: &Place<'_>) -> Scan<()> {
        let raw = self.scan.skipped()?;
        self.complain(place, Code::Depth, "a value nested less deep", raw);
        Ok(())
    }

    fn array(&mut self, schema: &'static Schema, items: &'static Schema, place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let mut index = 0;
        let mut more = self.scan.open(b']');
        while more {
            if self.request && items.secret {
                self.secret(items, &place.below(Mark::Index(index), items, false))?;
            } else {
                self.value(items, &place.below(Mark::Index(index), items, false))?;
            }
            self.enough()?;
            index += 1;
            more = self.scan.more(b']')?;
        }
        if self.request {
            self.array_rules(schema, start, index, place)?;
        }
        Ok(())
    }

    fn object(&mut self, object: &'static Object, place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let clean = (self.issues.len(), self.warnings.len());
        let mut seen = 0_u64;
        let mut last = self.names.beginning(object);
        let mut more = self.scan.open(b'}');
        while more {
            last = self.name(object, last)?;
            let name = self.names.get(last);
            let found = name.and_then(|name| name.property);
            if let Some((index, property)) = found.and_then(|index| Some((index, object.properties.get(index)?))) {
                let bit = 1_u64 << (index & 63);
                if seen & bit != 0 {
                    self.forget(clean, place, property.name);
                }
                seen |= bit;
                let lax = !self.request && !property.required;
                self.scan.peek_inline();
                if self.request || !self.scan.plain(property.schema, lax) {
                    let from = self.scan.position();
                    let secrets = self.secrets.len();
                    self.value(property.schema, &place.below(Mark::Key(property.name), property.schema, lax))?;
                    if self.request && property.schema.secret {
                        self.keep_secret(property.name, from, secrets);
                    }
                }
            } else {
                match object.additional {
                    AdditionalProperties::Unspecified if !self.refuse_unknown => self.scan.skip()?,
                    AdditionalProperties::Allowed => self.scan.skip()?,
                    _ => self.other(object, name.map_or(&[], |name| name.raw), clean, place)?,
                }
            }
            more = self.scan.more(b'}')?;
        }
        let mut missing = !seen & u64::MAX.checked_shr(64 - object.properties.len() as u32).unwrap_or(0);
        while missing != 0 {
            let index = missing.trailing_zeros() as usize;
            missing &= missing - 1;
            if let Some(property) = object.properties.get(index).filter(|property| property.required) {
                self.missing(property, place);
            }
        }
        if self.request {
            self.object_rules(object, start, place)?;
        }
        Ok(())
    }

    /// Checks a secret of a request that has no name of the contract.
    fn secret(&mut self, schema: &'static Schema, place: &Place<'_>) -> Scan<()> {
        self.scan.peek();
        let (from, known) = (self.scan.position(), self.secrets.len());
        self.value(schema, place)?;
        self.keep_secret("value", from, known);
        Ok(())
    }

    /// Remembers where a secret of a request stands: between `from` and here. Secrets inside of it, which are those beyond
    /// the first `known`, are a part of it.
    #[cold]
    fn keep_secret(&mut self, name: &'static str, from: usize, known: usize) {
        let raw = self.scan.since(from);
        let quote = (raw.len() - inner(raw).len()) / 2;
        self.secrets.truncate(known);
        self.secrets.push(SecretValue { name, bytes: from + quote..self.scan.position() - quote });
    }

    /// Moves behind the name that comes next and its colon. Returns its slot; `last` is the slot of the name before it.
    #[inline(always)]
    fn name(&mut self, object: &'static Object, last: usize) -> Scan<usize> {
        self.scan.peek_inline();
        match self.names.expected(object, last) {
            Some((slot, name)) if self.scan.pass_name(name) => Ok(slot),
            _ => Ok(self.names.after(object, last, self.scan.name()?)),
        }
    }

    /// A member that is not among the known properties: an issue, or an entry of a map.
    #[inline(never)]
    fn other(&mut self, object: &'static Object, name: &[u8], clean: (usize, usize), place: &Place<'_>) -> Scan<()> {
        self.enough()?;
        let name = decode(name);
        self.forget(clean, place, &name);
        if let AdditionalProperties::Schema(schema) = object.additional {
            let place = place.below(Mark::Key(&name), schema, !self.request);
            let is_secret = self.request && schema.secret;
            return if is_secret { self.secret(schema, &place) } else { self.value(schema, &place) };
        }
        let raw = self.scan.skipped()?;
        // Its value is never shown: the misspelt name may stand for a secret.
        self.complain(&place.member(&name, true), Code::Unknown, "a known property", raw);
        let aliased =
            object.properties.iter().find(|property| property.aliases.iter().any(|alias| alike(alias, &name)));
        let near = || nearest(&name, object.properties.iter().map(|property| property.name));
        self.advise(aliased.map(|property| property.name).or_else(near));
        Ok(())
    }

    /// Drops the notes on the earlier one of two members of a name, since the object's beginning.
    #[cold]
    #[inline(never)]
    fn forget(&mut self, clean: (usize, usize), place: &Place<'_>, name: &str) {
        if clean == (self.issues.len(), self.warnings.len()) {
            return;
        }
        let depth = place.depth();
        for (notes, clean) in [(&mut self.issues, clean.0), (&mut self.warnings, clean.1)] {
            let mut index = 0;
            notes.retain(|issue| {
                index += 1;
                index <= clean || !matches!(issue.path.get(depth), Some(Step::Key(key)) if key == name)
            });
        }
    }

    /// Notes that a required property is missing.
    #[cold]
    #[inline(never)]
    fn missing(&mut self, property: &'static Property, place: &Place<'_>) {
        let expected = messages::expected(property.schema, self.request);
        let place = place.below(Mark::Key(property.name), property.schema, false);
        self.complain(&place, Code::Required, &expected, b"");
    }
}

/// `{ add, remove }`, where an object of lists changes the list that may have been meant.
fn change_of_list(schema: &Schema) -> Option<String> {
    let Kind::Object(Object { properties, .. }) = schema.kind else { return None };
    let lists = properties.iter().all(|property| matches!(property.schema.kind, Kind::Array { .. }));
    let names: Vec<&str> = properties.iter().map(|property| property.name).collect();
    (lists && !names.is_empty()).then(|| format!("{{ {} }}", names.join(", ")))
}

/// Whether a value that begins with the byte can be of the kind's JSON type. A union is of none.
pub(super) fn begins(kind: &Kind, first: u8) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Boolean => matches!(first, b't' | b'f'),
        Kind::Number(_) | Kind::Integer(_) | Kind::NumberEnum(_) => is_number(first),
        Kind::Text(_) | Kind::Enum { .. } => first == b'"',
        Kind::Array { .. } => first == b'[',
        Kind::Object(_) => first == b'{',
        Kind::Union(_) => false,
    }
}

/// Whether the raw value, of the kind's type, passes as part of a response without [`Walker::scalar`]: the common case.
fn needs_no_more_checks(kind: &Kind, raw: &[u8]) -> bool {
    match kind {
        Kind::Text(Text { format: Some(format), .. }) => fits_response(*format, inner(raw)),
        Kind::Integer(_) => raw.iter().all(|byte| !matches!(byte, b'.' | b'e' | b'E')),
        _ => true,
    }
}
