//! What binds the members of one object or list to each other, and the limits of numbers. All of it holds for requests
//! only, so it may read an object a second time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::number::Decimal;
use super::place::Place;
use super::scan::{Scan, Scanner, decode};
use super::walk::{Walker, is_number};
use super::words;
use crate::contract::{Limits, Record, Rule, Schema};
use crate::issue::Code;

/// The members of an object: each name's last value, as it stands. The one kind of map in this room: each further kind
/// would add its own code to the wasm.
pub(super) type Members<'a> = BTreeMap<Cow<'a, str>, &'a [u8]>;

impl<'a> Walker<'a> {
    /// The limits of the number between `start` and here. `fractional`: it should be an integer, and is not written
    /// like one.
    #[inline(never)]
    pub(super) fn number_rules(
        &mut self,
        schema: &'static Schema,
        limits: &'static Limits,
        fractional: bool,
        start: usize,
        place: &Place<'_>,
    ) {
        let raw = self.scan.slice(start..self.scan.position());
        let value = Decimal::parse(raw);
        if fractional && !value.is_integer() {
            return self.complain(place, Code::Type, words::expected(schema, self.request), raw);
        }
        if !self.request {
            return;
        }
        let mut check = |limit: Option<f64>, breaks: fn(&Decimal, &Decimal) -> bool, code, words: &str| {
            if let Some(limit) = limit.map(Decimal::of).filter(|limit| breaks(&value, limit)) {
                self.complain(place, code, format!("{words} {limit}"), raw);
            }
        };
        check(limits.min, |value, limit| value < limit, Code::Minimum, "at least");
        check(limits.above, |value, limit| value <= limit, Code::Minimum, "more than");
        check(limits.max, |value, limit| value > limit, Code::Maximum, "at most");
        check(limits.step, |value, step| !value.is_multiple_of(step), Code::Step, "a multiple of");
    }

    /// One of a few numbers.
    pub(super) fn numbered(&mut self, values: &'static [f64], place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        self.scan.number()?;
        let raw = self.scan.slice(start..self.scan.position());
        let value = Decimal::parse(raw);
        if self.request && !values.iter().any(|known| Decimal::of(*known) == value) {
            let known: Vec<String> = values.iter().map(|known| Decimal::of(*known).to_string()).collect();
            self.complain(place, Code::Enum, known.join(" or "), raw);
        }
        Ok(())
    }

    /// How many items the list that begins at `start` has, and whether one stands twice.
    #[inline(never)]
    pub(super) fn array_rules(
        &mut self,
        (min, max, unique): (u32, u32, bool),
        start: usize,
        count: usize,
        items: &'static Schema,
        place: &Place<'_>,
    ) -> Scan<()> {
        self.count((min, max), count, ("item", "an empty array"), place);
        if !unique {
            return Ok(());
        }
        self.scan.rewind(start);
        let mut known = Members::new();
        let mut more = self.scan.open(b']')?;
        let mut index = 0;
        while more {
            let raw = self.scan.skipped()?;
            let mut text = String::new();
            canonical(raw, 0, &mut text)?;
            if known.insert(Cow::Owned(text), raw).is_some() {
                self.complain(&place.item(index, items), Code::Duplicate, "an item that stands once", raw);
            }
            index += 1;
            more = self.scan.next(b']')?;
        }
        Ok(())
    }

    fn count(&mut self, (min, max): (u32, u32), count: usize, (thing, none): (&str, &str), place: &Place<'_>) {
        let received = || if count == 0 { none.to_owned() } else { words::count(count, thing) };
        if count < min as usize {
            self.issue(place, Code::Count, format!("at least {}", words::count(min, thing)), received());
        }
        if count > max as usize {
            self.issue(place, Code::Count, format!("at most {}", words::count(max, thing)), received());
        }
    }

    /// How many properties the object that begins at `start` has, and the rules between them.
    #[inline(never)]
    pub(super) fn record_rules(&mut self, record: &'static Record, start: usize, place: &Place<'_>) -> Scan<()> {
        if record.min == 0 && record.max == u32::MAX && record.rules.is_empty() {
            return Ok(());
        }
        let members = self.members(start)?;
        self.count((record.min, record.max), members.len(), ("property", "an empty object"), place);
        for rule in record.rules {
            self.rule(rule, record, &members, place);
        }
        Ok(())
    }

    /// A property that is null does not stand.
    fn rule(&mut self, rule: &'static Rule, record: &'static Record, members: &Members<'a>, place: &Place<'_>) {
        let standing = |name: &str| members.get(name).copied().filter(|raw| *raw != b"null");
        match *rule {
            Rule::Ordered(least, most) => {
                if let (Some(low), Some(high)) = (standing(least).and_then(number), standing(most).and_then(number))
                    && low > high
                {
                    let shown = if secret(record, most, place) { String::new() } else { format!(" ({high})") };
                    self.offend(record, members, place, Code::Rule, least, format!("at most {most}{shown}"));
                }
            }
            Rule::AtMostOne(names) => {
                let mut all = names.iter().filter(|name| standing(name).is_some());
                if let Some(first) = all.next() {
                    for name in all {
                        self.offend(record, members, place, Code::Rule, name, format!("nothing beside {first}"));
                    }
                }
            }
            Rule::AtLeastOne(names) => {
                if let Some(first) = names.first()
                    && !names.iter().any(|name| standing(name).is_some())
                {
                    let expected = format!("at least one of {}", names.join(", "));
                    self.offend(record, members, place, Code::Required, first, expected);
                }
            }
            Rule::AbsentWhen { property, equals, absent } => {
                if standing(property).is_some_and(|raw| is_text(raw, equals)) {
                    for name in absent.iter().filter(|name| standing(name).is_some()) {
                        let expected = format!("nothing when {property} is {}", words::quoted(equals));
                        self.offend(record, members, place, Code::Rule, name, expected);
                    }
                }
            }
        }
    }

    fn offend(
        &mut self,
        record: &'static Record,
        members: &Members<'a>,
        place: &Place<'_>,
        code: Code,
        name: &'static str,
        expected: String,
    ) {
        let raw = members.get(name).copied().unwrap_or_default();
        let below = place.member(name, secret(record, name, place));
        self.complain(&below, code, expected, raw);
    }

    /// The members of the object that begins at `start`. Leaves the position behind it.
    pub(super) fn members(&mut self, start: usize) -> Scan<Members<'a>> {
        self.scan.rewind(start);
        members(&mut self.scan)
    }
}

/// The members of the object that comes next.
fn members<'a>(scan: &mut Scanner<'a>) -> Scan<Members<'a>> {
    let mut members = Members::new();
    let mut more = scan.open(b'}')?;
    while more {
        let name = scan.name()?;
        members.insert(scan.text(name), scan.skipped()?);
        more = scan.next(b'}')?;
    }
    Ok(members)
}

fn secret(record: &Record, name: &str, place: &Place<'_>) -> bool {
    place.secret || record.properties.iter().any(|property| property.name == name && property.schema.secret)
}

fn number(raw: &[u8]) -> Option<Decimal> {
    raw.first().is_some_and(|first| is_number(*first)).then(|| Decimal::parse(raw))
}

/// Whether the raw value is this string.
pub(super) fn is_text(raw: &[u8], text: &str) -> bool {
    matches!(raw, [b'"', inner @ .., b'"'] if decode(inner, true) == text)
}

/// Deeper than this, two values are equal only if their texts are.
const COMPARED: u32 = 16;

/// Writes a text that only equal values share.
fn canonical(raw: &[u8], depth: u32, out: &mut String) -> Scan<()> {
    let mut scan = Scanner::new(raw);
    match scan.peek()? {
        b'"' => words::quote(&decode(raw, true), out),
        b'{' if depth < COMPARED => {
            out.push('{');
            for (name, value) in members(&mut scan)? {
                words::quote(&name, out);
                canonical(value, depth + 1, out)?;
            }
            out.push('}');
        }
        b'[' if depth < COMPARED => {
            out.push('[');
            let mut more = scan.open(b']')?;
            while more {
                canonical(scan.skipped()?, depth + 1, out)?;
                out.push(',');
                more = scan.next(b']')?;
            }
            out.push(']');
        }
        first if is_number(first) => out.push_str(&Decimal::parse(raw).key()),
        _ => out.push_str(&decode(raw, false)),
    }
    Ok(())
}
