//! What binds the members of one object or list to each other. It holds for requests only, so it may read an object a
//! second time.

use std::borrow::Cow;
use std::collections::BinaryHeap;

use super::number::Decimal;
use super::place::{Mark, Place};
use super::scan::{Scan, Scanner, decode, inner};
use super::walk::{Walker, is_number};
use super::words;
use crate::contract::{Count, Kind, Record, Rule, Schema};
use crate::issue::Code;

/// A member of an object: its name and its value as it stands. Or an item of a list: a text that only equal items share,
/// and the item. They are in order of these, then of where they stand.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member<'a> {
    name: Cow<'a, str>,
    at: usize,
    raw: &'a [u8],
}

impl<'a> Walker<'a> {
    /// How many items the list that begins at `start` has, and whether one stands twice.
    #[inline(never)]
    pub(super) fn array_rules(
        &mut self,
        schema: &'static Schema,
        start: usize,
        count: usize,
        place: &Place<'_>,
    ) -> Scan<()> {
        let Kind::Array { items, count: &Count { min, max, unique } } = schema.kind else { return Ok(()) };
        self.count(min, max, count, ("item", "an empty array"), place);
        if !unique {
            return Ok(());
        }
        self.scan.rewind(start);
        let mut known = BinaryHeap::new();
        let mut more = self.scan.open(b']');
        while more {
            let raw = self.scan.skipped()?;
            let mut text = String::new();
            canonical(raw, 0, &mut text)?;
            known.push(Member { name: Cow::Owned(text), at: known.len(), raw });
            more = self.scan.next(b']')?;
        }
        // Of equal items the last comes first.
        let mut twice = vec![None; count];
        while let Some(item) = known.pop() {
            if known.peek().is_some_and(|other| other.name == item.name)
                && let Some(found) = twice.get_mut(item.at)
            {
                *found = Some(item.raw);
            }
        }
        for (index, raw) in twice.into_iter().enumerate() {
            if let Some(raw) = raw {
                let place = place.below(Mark::Index(index), items, false);
                self.complain(&place, Code::Duplicate, &["an item that stands once"], raw);
            }
        }
        Ok(())
    }

    fn count(&mut self, min: u32, max: u32, count: usize, (thing, none): (&str, &str), place: &Place<'_>) {
        if let Some(expected) = words::outside(min, max, count, thing) {
            let received = if count == 0 { none.to_owned() } else { words::count(count, thing) };
            self.issue(place, Code::Count, &[&expected], received);
        }
    }

    /// How many properties the object that begins at `start` has, and the rules between them.
    #[inline(never)]
    pub(super) fn record_rules(&mut self, record: &'static Record, start: usize, place: &Place<'_>) -> Scan<()> {
        if record.min > 0 || record.max < u32::MAX {
            self.scan.rewind(start);
            let count = distinct(self.scan.members()?).len();
            self.count(record.min, record.max, count, ("property", "an empty object"), place);
        }
        if !record.rules.is_empty() {
            self.scan.rewind(start);
            let object = Object { record, members: self.scan.members()?, place };
            for rule in record.rules {
                self.rule(rule, &object);
            }
        }
        Ok(())
    }

    fn rule(&mut self, rule: &'static Rule, object: &Object<'_>) {
        match *rule {
            Rule::Ordered(least, most) => {
                if let (Some(low), Some(high)) = (object.number(least), object.number(most))
                    && low > high
                {
                    let high =
                        if object.secret(most) { String::new() } else { words::text(&[" (", &high.text(), ")"]) };
                    self.offend(object, Code::Rule, least, &["at most ", most, &high]);
                }
            }
            Rule::AtMostOne(names) => {
                let mut first = None;
                for name in names.iter().filter(|name| object.stands(name)) {
                    match first {
                        None => first = Some(name),
                        Some(first) => self.offend(object, Code::Rule, name, &["nothing beside ", first]),
                    }
                }
            }
            Rule::AtLeastOne(names) => {
                if let Some(first) = names.first()
                    && !names.iter().any(|name| object.stands(name))
                {
                    let mut all = String::new();
                    names.iter().for_each(|name| words::also(&mut all, ", ", name));
                    self.offend(object, Code::Required, first, &["at least one of ", &all]);
                }
            }
            Rule::AbsentWhen { property, equals, absent } => {
                if is_text(object.get(property), equals) {
                    let value = words::quoted(equals);
                    for name in absent.iter().filter(|name| object.stands(name)) {
                        self.offend(object, Code::Rule, name, &["nothing when ", property, " is ", &value]);
                    }
                }
            }
        }
    }

    fn offend(&mut self, object: &Object<'_>, code: Code, name: &'static str, expected: &[&str]) {
        let place = object.place.member(name, object.secret(name));
        self.complain(&place, code, expected, object.get(name));
    }
}

/// An object whose rules are looked at.
struct Object<'o> {
    record: &'static Record,
    members: Vec<Member<'o>>,
    place: &'o Place<'o>,
}

impl Object<'_> {
    fn get(&self, name: &str) -> &[u8] {
        get(&self.members, name)
    }

    /// A property that is null does not stand.
    fn stands(&self, name: &str) -> bool {
        !matches!(self.get(name), b"" | b"null")
    }

    fn number(&self, name: &str) -> Option<Decimal> {
        let raw = self.get(name);
        raw.first().is_some_and(|first| is_number(*first)).then(|| Decimal::parse(raw))
    }

    fn secret(&self, name: &str) -> bool {
        let mut properties = self.record.properties.iter();
        self.place.secret || properties.any(|property| property.name == name && property.schema.secret)
    }
}

impl<'a> Scanner<'a> {
    /// The members of the object that begins here.
    #[inline(never)]
    pub(super) fn members(&mut self) -> Scan<Vec<Member<'a>>> {
        let mut members = Vec::new();
        let mut more = self.open(b'}');
        while more {
            let name = decode(self.name()?);
            members.push(Member { name, at: members.len(), raw: self.skipped()? });
            more = self.next(b'}')?;
        }
        Ok(members)
    }
}

/// The value of a name: the last of two counts. Empty: there is none.
pub(super) fn get<'a>(members: &[Member<'a>], name: &str) -> &'a [u8] {
    members.iter().rev().find(|member| member.name == name).map_or(&[], |member| member.raw)
}

/// The members that count, in an order that only their names decide.
fn distinct(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut all = BinaryHeap::from(members);
    let mut distinct: Vec<Member<'_>> = Vec::new();
    // Of two with one name the last comes first.
    while let Some(member) = all.pop() {
        if distinct.last().is_none_or(|last| last.name != member.name) {
            distinct.push(member);
        }
    }
    distinct
}

/// Whether the raw value is this string.
pub(super) fn is_text(raw: &[u8], text: &str) -> bool {
    raw.first() == Some(&b'"') && decode(inner(raw)) == text
}

/// Deeper than this, two values are equal only if their texts are.
const COMPARED: u32 = 16;

/// Writes a text that only equal values share.
fn canonical(raw: &[u8], depth: u32, out: &mut String) -> Scan<()> {
    let mut scan = Scanner::new(raw);
    match scan.peek() {
        b'"' => words::quote(&decode(raw), out),
        b'{' if depth < COMPARED => {
            out.push('{');
            for member in distinct(scan.members()?) {
                words::quote(&member.name, out);
                canonical(member.raw, depth + 1, out)?;
            }
            out.push('}');
        }
        b'[' if depth < COMPARED => {
            out.push('[');
            let mut more = scan.open(b']');
            while more {
                canonical(scan.skipped()?, depth + 1, out)?;
                out.push(',');
                more = scan.next(b']')?;
            }
            out.push(']');
        }
        first if is_number(first) => out.push_str(&Decimal::parse(raw).key()),
        _ => out.push_str(&decode(raw)),
    }
    Ok(())
}
