//! What binds the members of one object or list to each other. It holds for requests only, so it may read an object a
//! second time.

use std::borrow::Cow;

use super::equal::{Set, hash, hash_of};
use super::number::Decimal;
use super::number::is_number;
use super::place::{Mark, Place};
use super::scalar::matches;
use super::scan::{Scan, Scanner};
use super::string::{decode, inner};
use super::walk::Walker;
use super::words;
use crate::contract::{Count, Kind, Pattern, Record, Rule, Schema};
use crate::issue::{Code, Issue};
use crate::text::{also, text};

/// A member of an object: its name, and its value as it stands.
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) raw: &'a [u8],
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
        let mut known = Set::new(count);
        let mut index = 0;
        let mut more = self.scan.open(b']');
        while more {
            let raw = self.scan.skipped()?;
            if !known.add(hash(raw)?) {
                let place = place.below(Mark::Index(index), items, false);
                self.complain(&place, Code::Duplicate, &["an item that stands once"], raw);
            }
            index += 1;
            more = self.scan.next(b']')?;
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
        if record.min == 0 && record.max == u32::MAX && record.rules.is_empty() {
            return Ok(());
        }
        self.scan.rewind(start);
        let object = Object { record, members: self.scan.members()?, place };
        let mut names = Set::new(object.members.len());
        let count = object.members.iter().filter(|member| names.add(hash_of(member.name.as_bytes()))).count();
        self.count(record.min, record.max, count, ("property", "an empty object"), place);
        for rule in record.rules {
            self.rule(rule, &object);
        }
        Ok(())
    }

    fn rule(&mut self, rule: &'static Rule, object: &Object<'_>) {
        let (names, mut expected) = match *rule {
            Rule::Ordered(least, most) => {
                if let (Some(low), Some(high)) = (object.number(least), object.number(most))
                    && low > high
                {
                    let value = words::received(object.get(most), object.secret(most), true);
                    self.offend(object, Code::Rule, least, &["at most ", most, " (", &value, ")"]);
                }
                return;
            }
            Rule::AtLeastOne(names) => {
                let mut all = String::new();
                for name in names {
                    if object.stands(name) {
                        return;
                    }
                    also(&mut all, ", ", name);
                }
                if let Some(first) = names.first() {
                    self.offend(object, Code::Required, first, &["at least one of ", &all]);
                }
                return;
            }
            Rule::DependentRequired(name, needs) => {
                for need in needs.iter().filter(|need| object.stands(name) && !object.stands(need)) {
                    self.offend(object, Code::Required, need, &["a value beside ", name]);
                }
                return;
            }
            Rule::NotAllEmpty(names) => return self.not_all_empty(names, object),
            Rule::EqualWhen { property, equals, differ, equal } => {
                if is_text(object.get(property), equals) {
                    self.equal(equal, &format!("where {property} is {}", words::quoted(equals)), object);
                } else if object.differ(differ) {
                    self.equal(equal, &format!("where {} differ", differ.join(" and ")), object);
                }
                return;
            }
            Rule::SameGroup { value, group, groups } => return self.same_group(value, group, groups, object),
            Rule::AtMostOne(names) => (names, String::new()),
            Rule::AbsentWhen { property, equals, absent } => {
                if !is_text(object.get(property), equals) {
                    return;
                }
                (absent, text(&["when ", property, " is ", &words::quoted(equals)]))
            }
        };
        for name in names {
            if !object.stands(name) {
                continue;
            }
            if expected.is_empty() {
                expected = text(&["beside ", name]);
            } else {
                self.offend(object, Code::Rule, name, &["nothing ", &expected]);
            }
        }
    }

    /// Lists of which one at least must hold something, where any of them stands.
    fn not_all_empty(&mut self, names: &[&'static str], object: &Object<'_>) {
        let mut given = names.iter().map(|name| object.get(name)).filter(|raw| raw.first() == Some(&b'[')).peekable();
        let is_empty = |raw: &[u8]| matches!(raw, [_, inside @ .., _] if inside.iter().all(u8::is_ascii_whitespace));
        if given.peek().is_some() && given.all(is_empty) {
            let expected = format!("at least 1 item in {}", names.join(" or "));
            self.issue(object.place, Code::Count, &[&expected], "no item".to_owned());
        }
    }

    /// Numbers that must be equal.
    fn equal(&mut self, [name, other]: [&'static str; 2], condition: &str, object: &Object<'_>) {
        if object.differ([name, other]) {
            let value = words::received(object.get(other), object.secret(other), true);
            self.offend(object, Code::Rule, name, &["the same as ", other, " (", &value, ") ", condition]);
        }
    }

    /// A value that is written as those of other groups are, and not as those of its own, is worth a warning.
    fn same_group(&mut self, name: &str, group: &str, groups: &[(&'static str, Pattern)], object: &Object<'_>) {
        let (value, own) = (object.text(name), object.text(group));
        let (Some(value), Some(own)) = (value, own) else { return };
        let mut of = groups.iter().filter(|(_, pattern)| matches(pattern, &value)).map(|(group, _)| *group).peekable();
        let Some(first) = of.peek().copied() else { return };
        if groups.iter().any(|(known, _)| *known == own) && of.all(|group| group != own) {
            let mut path = Vec::new();
            object.place.member(name, object.secret(name)).path(&mut path);
            let received = words::received(object.get(name), object.secret(name), true);
            let hint = Some(format!("it is written as those of {first} are"));
            self.warnings.push(Issue {
                path,
                code: Code::Enum,
                expected: format!("a {name} of {own}"),
                received,
                hint,
            });
        }
    }

    #[inline(never)]
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

    /// Whether both are numbers, and not the same.
    fn differ(&self, [left, right]: [&str; 2]) -> bool {
        self.number(left).zip(self.number(right)).is_some_and(|(left, right)| left != right)
    }

    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let raw = self.get(name);
        (raw.first() == Some(&b'"')).then(|| decode(inner(raw)))
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
            members.push(Member { name, raw: self.skipped()? });
            more = self.next(b'}')?;
        }
        Ok(members)
    }
}

/// The value of a name: the last of two counts. Empty: there is none.
#[inline(never)]
pub(super) fn get<'a>(members: &[Member<'a>], name: &str) -> &'a [u8] {
    members.iter().rev().find(|member| member.name == name).map_or(&[], |member| member.raw)
}

/// Whether the raw value is this string.
pub(super) fn is_text(raw: &[u8], text: &str) -> bool {
    raw.first() == Some(&b'"') && decode(inner(raw)) == text
}
