//! Values, objects and lists beside their schemas.

use super::place::{Mark, Place};
use super::rules::Members;
use super::scan::{Scan, Scanner, Span, Stop, same};
use super::{Mode, SecretValue, Unknown, format, words};
use crate::contract::{Format, Kind, Limits, Property, Record, Rest, Schema, Text};
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;

/// How deep objects and lists may stand inside each other, where their schemas are followed.
const DEEPEST: u32 = 64;

/// How many issues are noted, give or take those of one object.
const MOST_ISSUES: usize = 1_000;

/// What a name that did not come in the contract's order turned out to be. Lists repeat their names: each is looked up
/// once, not once an item.
#[derive(Clone, Copy)]
struct Memo {
    record: Option<&'static Record>,
    name: Span,
    /// One more than the index of the property; 0: there is none. (An empty memo is all zeros, and cheap to make.)
    number: usize,
}

const MEMO: usize = 64;

/// Where a name is remembered. Names of a kind differ at their beginnings or at their ends.
#[inline]
fn slot(name: &[u8]) -> usize {
    let mixed = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first).rotate_left(21) ^ u64::from_le_bytes(*last),
        _ => name.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte)),
    };
    // The golden ratio spreads it; the top six bits are 0 to 63.
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize
}

/// The walk through one text.
pub(super) struct Walker<'a> {
    pub(super) scan: Scanner<'a>,
    /// The rules of requests hold.
    pub(super) request: bool,
    refuse_unknown: bool,
    depth: u32,
    /// How many unions stand around the value.
    pub(super) unions: u32,
    memo: [Memo; MEMO],
    pub(super) issues: Vec<Issue>,
    pub(super) warnings: Vec<Issue>,
    pub(super) secrets: Vec<SecretValue>,
}

impl<'a> Walker<'a> {
    #[inline(never)]
    pub(super) fn new(bytes: &'a [u8], mode: Mode) -> Self {
        Self {
            scan: Scanner::new(bytes),
            request: mode != Mode::Answer,
            refuse_unknown: mode == Mode::Request { unknown: Unknown::Refuse },
            depth: 0,
            unions: 0,
            memo: [Memo { record: None, name: Span::EMPTY, number: 0 }; MEMO],
            issues: Vec::new(),
            warnings: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Notes an issue.
    #[cold]
    #[inline(never)]
    pub(super) fn issue(
        &mut self,
        place: &Place<'_>,
        code: Code,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) {
        let (expected, received) = (expected.into(), received.into());
        self.issues.push(Issue { path: place.path(), code, expected, received, hint: None });
    }

    /// Notes an issue about a value that shows it.
    #[cold]
    #[inline(never)]
    pub(super) fn complain(&mut self, place: &Place<'_>, code: Code, expected: impl Into<String>, raw: &[u8]) {
        self.issue(place, code, expected, words::received(raw, place.secret));
    }

    /// Checks the value that comes next and moves behind it.
    pub(super) fn value(&mut self, schema: &'static Schema, place: &Place<'_>) -> Scan<()> {
        let first = self.scan.peek()?;
        match &schema.kind {
            Kind::Any => self.scan.skip(),
            Kind::Text(text) if first == b'"' => self.text(text, place),
            Kind::Enum { values, open } if first == b'"' => self.enumerated(values, *open, place),
            Kind::Boolean if first == b't' => self.scan.literal(b"true"),
            Kind::Boolean if first == b'f' => self.scan.literal(b"false"),
            Kind::Number(limits) if is_number(first) => self.number(schema, limits, false, place),
            Kind::Integer(limits) if is_number(first) => self.number(schema, limits, true, place),
            Kind::NumberEnum(values) if is_number(first) => self.numbered(values, place),
            Kind::Record(record) if first == b'{' => self.nested(place, |walker| walker.record(record, place)),
            Kind::Array { items, min, max, unique } if first == b'[' => {
                let rules = (*min, *max, *unique);
                self.nested(place, |walker| walker.array(items, rules, place))
            }
            _ if first == b'n' && (schema.nullable || place.lax) => self.scan.literal(b"null"),
            Kind::Union(variants) => self.union(schema, variants, place),
            _ => self.mismatch(schema, Code::Type, place),
        }
    }

    /// Ends the walk when enough is wrong: a long list of another kind of value must not fill the memory with issues.
    #[inline]
    fn enough(&self) -> Scan<()> {
        if self.issues.len() < MOST_ISSUES { Ok(()) } else { Err(Stop::Enough) }
    }

    /// A value of another type.
    #[cold]
    #[inline(never)]
    pub(super) fn mismatch(&mut self, schema: &'static Schema, code: Code, place: &Place<'_>) -> Scan<()> {
        let raw = self.scan.skipped()?;
        self.complain(place, code, words::expected(schema, self.request), raw);
        Ok(())
    }

    #[inline]
    fn nested(&mut self, place: &Place<'_>, walk: impl FnOnce(&mut Self) -> Scan<()>) -> Scan<()> {
        if self.depth >= DEEPEST {
            return self.too_deep(place);
        }
        self.depth += 1;
        let walked = walk(self);
        self.depth -= 1;
        walked
    }

    #[cold]
    #[inline(never)]
    pub(super) fn too_deep(&mut self, place: &Place<'_>) -> Scan<()> {
        let raw = self.scan.skipped()?;
        self.complain(place, Code::Depth, "a value nested less deep", raw);
        Ok(())
    }

    #[inline]
    fn number(
        &mut self,
        schema: &'static Schema,
        limits: &'static Limits,
        integer: bool,
        place: &Place<'_>,
    ) -> Scan<()> {
        let start = self.scan.position();
        let plain = self.scan.number()?;
        if self.request || (integer && !plain) {
            self.number_rules(schema, limits, integer && !plain, start, place);
        }
        Ok(())
    }

    #[inline]
    fn array(&mut self, items: &'static Schema, rules: (u32, u32, bool), place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let mut index = 0;
        let mut more = self.scan.open(b']')?;
        while more {
            let mut scan = self.scan;
            let plain = !self.request && quick(&mut scan, items, false)?;
            self.scan = scan;
            if !plain {
                self.value(items, &place.item(index, items))?;
                self.enough()?;
            }
            index += 1;
            more = self.scan.more(b']')?;
        }
        if self.request {
            self.array_rules(rules, start, index, items, place)?;
        }
        Ok(())
    }

    #[inline]
    fn record(&mut self, record: &'static Record, place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let clean = (self.issues.len(), self.warnings.len());
        // Names beside the known ones whose values had issues.
        let mut faulty = Members::new();
        let mut seen = 0_u64;
        let mut next = 0_usize;
        // See `Scanner`. Whoever is lent all of `self` gets the position back first.
        let mut scan = self.scan;
        let mut more = scan.open(b'}')?;
        while more {
            scan.peek_quote()?;
            // Usually the members come in the contract's order.
            let mut found = record.properties.get(next).filter(|property| scan.take_name(property.name));
            let mut name = None;
            if found.is_none() {
                let span = scan.string_inline()?;
                name = Some(span);
                if let Some(index) = self.find(record, next, span) {
                    next = index;
                    found = record.properties.get(index);
                }
            }
            scan.expect(b':')?;
            if let Some(property) = found {
                let bit = bit(next);
                if seen & bit != 0 {
                    self.forget(clean, place, property.name);
                }
                seen |= bit;
                next += 1;
                let lax = !self.request && !property.required;
                let from = scan.position();
                if self.request || !quick(&mut scan, property.schema, lax)? {
                    self.scan = scan;
                    self.value(property.schema, &place.property(property, lax))?;
                    self.keep_secret(property, from);
                    scan = self.scan;
                }
            } else if let Some(name) = name {
                self.scan = scan;
                match record.rest {
                    Rest::Unknown if !self.refuse_unknown => self.scan.skip()?,
                    Rest::Any => self.scan.skip()?,
                    _ => self.other(record, name, clean, &mut faulty, place)?,
                }
                scan = self.scan;
            }
            more = scan.more(b'}')?;
        }
        self.scan = scan;
        let missing = !seen & all(record.properties.len());
        if missing != 0 {
            self.missing(record, missing, place);
        }
        if self.request {
            self.record_rules(record, start, place)?;
        }
        Ok(())
    }

    /// Remembers where a secret of a request stands: between `from` and here.
    fn keep_secret(&mut self, property: &'static Property, from: usize) {
        if !self.request || !property.schema.secret {
            return;
        }
        let raw = self.scan.slice(from..self.scan.position());
        let from = self.scan.position() - raw.trim_ascii_start().len();
        let bytes = match raw.trim_ascii() {
            [b'"', inner @ .., b'"'] => from + 1..from + 1 + inner.len(),
            value => from..from + value.len(),
        };
        self.secrets.push(SecretValue { name: property.name, bytes });
    }

    /// The index of the known property of a name, looked for from where it is expected.
    fn find(&mut self, record: &'static Record, next: usize, span: Span) -> Option<usize> {
        if span.escaped {
            let name = self.scan.text(span);
            return record.properties.iter().position(|property| property.name == name);
        }
        let name = self.scan.raw(span);
        let is_it = |property: &Property| same(property.name.as_bytes(), name);
        let (before, behind) = record.properties.split_at_checked(next).unwrap_or((record.properties, &[]));
        // Where a few optional properties are absent, it is one of the next.
        if let Some(index) = behind.iter().skip(1).take(3).position(is_it) {
            return Some(next + 1 + index);
        }
        let slot = slot(name);
        if let Some(memo) = self.memo.get(slot)
            && memo.record.is_some_and(|known| std::ptr::eq(known, record))
            && same(self.scan.raw(memo.name), name)
        {
            return memo.number.checked_sub(1);
        }
        let index = behind.iter().position(is_it).map(|index| next + index).or_else(|| before.iter().position(is_it));
        if let Some(memo) = self.memo.get_mut(slot) {
            *memo = Memo { record: Some(record), name: span, number: index.map_or(0, |index| index + 1) };
        }
        index
    }

    /// A member that is not among the known properties: an issue, or an entry of a map.
    #[inline(never)]
    fn other(
        &mut self,
        record: &'static Record,
        name: Span,
        clean: (usize, usize),
        faulty: &mut Members<'a>,
        place: &Place<'_>,
    ) -> Scan<()> {
        self.enough()?;
        let name = self.scan.text(name);
        if faulty.contains_key(name.as_ref()) {
            self.forget(clean, place, &name);
        }
        let before = (self.issues.len(), self.warnings.len());
        if let Rest::Map(schema) = record.rest {
            self.value(schema, &place.below(Mark::Name(&name), schema, !self.request))?;
        } else {
            let raw = self.scan.skipped()?;
            self.complain(&place.stranger(&name), Code::Unknown, "a known property", raw);
            let known = record.properties.iter().map(|property| property.name);
            if let (Some(near), Some(issue)) = (nearest(&name, known), self.issues.last_mut()) {
                issue.hint = Some(format!("did you mean {near}?"));
            }
        }
        if before != (self.issues.len(), self.warnings.len()) {
            faulty.insert(name, &[]);
        }
        Ok(())
    }

    /// Drops what was noted for the earlier one of two members of a name, since the object's beginning.
    #[cold]
    #[inline(never)]
    fn forget(&mut self, clean: (usize, usize), place: &Place<'_>, name: &str) {
        let depth = place.path().len();
        let elsewhere = |issue: &Issue| !matches!(issue.path.get(depth), Some(Step::Key(key)) if key == name);
        for (notes, clean) in [(&mut self.issues, clean.0), (&mut self.warnings, clean.1)] {
            let mut index = 0;
            notes.retain(|issue| {
                index += 1;
                index <= clean || elsewhere(issue)
            });
        }
    }

    /// Notes which of the missing properties are required.
    #[inline(never)]
    fn missing(&mut self, record: &'static Record, missing: u64, place: &Place<'_>) {
        let mut rest = missing;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if let Some(property) = record.properties.get(index).filter(|property| property.required) {
                let expected = words::expected(property.schema, self.request);
                self.issue(&place.property(property, false), Code::Required, expected, "nothing");
            }
        }
    }
}

/// Moves behind the value that comes next if it is a plain one that an answer may have here: the common case, without a
/// [`Place`] and without a call. Otherwise stays before it, and [`Walker::value`] judges.
#[inline(always)]
fn quick(scan: &mut Scanner<'_>, schema: &'static Schema, lax: bool) -> Scan<bool> {
    let first = scan.peek()?;
    let start = scan.position();
    let fits = match &schema.kind {
        Kind::Text(_) | Kind::Enum { .. } if first == b'"' => {
            let span = scan.string_inline()?;
            match &schema.kind {
                Kind::Text(Text { format: Some(Format::Uuid), .. }) => format::uuid(scan.raw(span)),
                Kind::Text(Text { format: Some(Format::DateTime), .. }) => format::date_time(scan.raw(span)),
                _ => true,
            }
        }
        Kind::Boolean if first == b't' => scan.literal(b"true").map(|()| true)?,
        Kind::Boolean if first == b'f' => scan.literal(b"false").map(|()| true)?,
        Kind::Number(_) | Kind::NumberEnum(_) if is_number(first) => scan.number().map(|_| true)?,
        Kind::Integer(_) if is_number(first) => scan.number()?,
        _ if first == b'n' && (schema.nullable || lax) => scan.literal(b"null").map(|()| true)?,
        _ => false,
    };
    if !fits {
        scan.rewind(start);
    }
    Ok(fits)
}

/// Whether a value that begins with the byte is a number, if it is JSON.
pub(super) const fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

fn bit(index: usize) -> u64 {
    u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index)).unwrap_or(0)
}

fn all(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { bit(count) - 1 }
}
