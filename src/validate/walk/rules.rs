//! Checks the rules between the members of one object, and between the items of one list. They bind requests only, so
//! the object or list is read a second time here.

use std::borrow::Cow;

use super::super::equal::{Set, hash, hash_of};
use super::super::messages;
use super::super::number::{Decimal, is_number};
use super::super::place::{Mark, Place};
use super::super::scanner::{Member, Scan, get};
use super::super::string::{decode, inner};
use super::Walker;
use super::scalar::matches;
use crate::contract::{Count, Kind, Object, Pattern, Rule, Schema};
use crate::issue::{Code, Issue};

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
                self.complain(&place, Code::Duplicate, "an item that stands once", raw);
            }
            index += 1;
            more = self.scan.next(b']')?;
        }
        Ok(())
    }

    fn count(&mut self, min: u32, max: u32, count: usize, (thing, none): (&str, &str), place: &Place<'_>) {
        if let Some(expected) = messages::outside(min, max, count, thing) {
            let received = if count == 0 { none.to_owned() } else { messages::count(count, thing) };
            self.issue(place, Code::Count, &expected, received);
        }
    }

    /// How many properties the object that begins at `start` has, and the rules between them.
    #[inline(never)]
    pub(super) fn object_rules(&mut self, schema: &'static Object, start: usize, place: &Place<'_>) -> Scan<()> {
        if schema.min == 0 && schema.max == u32::MAX && schema.rules.is_empty() {
            return Ok(());
        }
        self.scan.rewind(start);
        let instance = Instance { schema, members: self.scan.members()?, place };
        let mut names = Set::new(instance.members.len());
        let count = instance.members.iter().filter(|member| names.add(hash_of(member.name.as_bytes()))).count();
        self.count(schema.min, schema.max, count, ("property", "an empty object"), place);
        for rule in schema.rules {
            self.rule(rule, &instance);
        }
        Ok(())
    }

    fn rule(&mut self, rule: &'static Rule, instance: &Instance<'_>) {
        let (names, mut expected) = match *rule {
            Rule::Ordered(least, most) => {
                if let (Some(low), Some(high)) = (instance.number(least), instance.number(most))
                    && low > high
                {
                    let value = messages::received(instance.get(most), instance.secret(most), true);
                    self.violation(instance, Code::Rule, least, &format!("at most {most} ({value})"));
                }
                return;
            }
            Rule::AtLeastOne(names) => {
                if let Some(first) = names.first()
                    && !names.iter().any(|name| instance.stands(name))
                {
                    let expected = format!("at least one of {}", names.join(", "));
                    self.violation(instance, Code::Required, first, &expected);
                }
                return;
            }
            Rule::DependentRequired(name, needs) => {
                for need in needs.iter().filter(|need| instance.stands(name) && !instance.stands(need)) {
                    self.violation(instance, Code::Required, need, &format!("a value beside {name}"));
                }
                return;
            }
            Rule::NotAllEmpty(names) => return self.not_all_empty(names, instance),
            Rule::EqualWhen { property, equals, differ, equal } => {
                if is_text(instance.get(property), equals) {
                    self.equal(equal, &format!("where {property} is {}", messages::quoted(equals)), instance);
                } else if instance.differ(differ) {
                    self.equal(equal, &format!("where {} differ", differ.join(" and ")), instance);
                }
                return;
            }
            Rule::SameGroup { value, group, groups } => return self.same_group(value, group, groups, instance),
            Rule::AtMostOne(names) => (names, String::new()),
            Rule::AbsentWhen { property, equals, absent } => {
                if !is_text(instance.get(property), equals) {
                    return;
                }
                (absent, format!("when {property} is {}", messages::quoted(equals)))
            }
        };
        for name in names {
            if !instance.stands(name) {
                continue;
            }
            if expected.is_empty() {
                expected = format!("beside {name}");
            } else {
                self.violation(instance, Code::Rule, name, &format!("nothing {expected}"));
            }
        }
    }

    /// Lists of which one at least must hold something, where any of them stands.
    fn not_all_empty(&mut self, names: &[&'static str], instance: &Instance<'_>) {
        let mut given = names.iter().map(|name| instance.get(name)).filter(|raw| raw.first() == Some(&b'[')).peekable();
        let is_empty = |raw: &[u8]| matches!(raw, [_, inside @ .., _] if inside.iter().all(u8::is_ascii_whitespace));
        if given.peek().is_some() && given.all(is_empty) {
            let expected = format!("at least 1 item in {}", names.join(" or "));
            self.issue(instance.place, Code::Count, &expected, "no item".to_owned());
        }
    }

    /// Numbers that must be equal.
    fn equal(&mut self, [name, other]: [&'static str; 2], condition: &str, instance: &Instance<'_>) {
        if instance.differ([name, other]) {
            let value = messages::received(instance.get(other), instance.secret(other), true);
            self.violation(instance, Code::Rule, name, &format!("the same as {other} ({value}) {condition}"));
        }
    }

    /// A value that is written as those of other groups are, and not as those of its own, is worth a warning.
    fn same_group(&mut self, name: &str, group: &str, groups: &[(&'static str, Pattern)], instance: &Instance<'_>) {
        let (value, own) = (instance.text(name), instance.text(group));
        let (Some(value), Some(own)) = (value, own) else { return };
        let mut of = groups.iter().filter(|(_, pattern)| matches(pattern, &value)).map(|(group, _)| *group).peekable();
        let Some(first) = of.peek().copied() else { return };
        if groups.iter().any(|(known, _)| *known == own) && of.all(|group| group != own) {
            let mut path = Vec::new();
            instance.place.member(name, instance.secret(name)).path(&mut path);
            let received = messages::received(instance.get(name), instance.secret(name), true);
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
    fn violation(&mut self, instance: &Instance<'_>, code: Code, name: &'static str, expected: &str) {
        let place = instance.place.member(name, instance.secret(name));
        self.complain(&place, code, expected, instance.get(name));
    }
}

/// An object of a request, with its schema.
struct Instance<'o> {
    schema: &'static Object,
    members: Vec<Member<'o>>,
    place: &'o Place<'o>,
}

impl Instance<'_> {
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
        let mut properties = self.schema.properties.iter();
        self.place.secret || properties.any(|property| property.name == name && property.schema.secret)
    }
}

/// Whether the raw value is this string.
pub(super) fn is_text(raw: &[u8], text: &str) -> bool {
    raw.first() == Some(&b'"') && decode(inner(raw)) == text
}
