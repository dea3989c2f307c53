//! Checks the constraints of strings and numbers, and runs the automaton of patterns.

use std::cmp::Ordering::{Greater, Less};

use super::super::number::Decimal;
use super::super::place::Place;
use super::super::string::{decode, inner};
use super::super::{format, messages};
use super::Walker;
use crate::contract::{Bound, Kind, NumberLimit, Pattern, Schema, Text};
use crate::issue::Code;
use crate::suggest::nearest;

impl Walker<'_> {
    /// Checks a raw value against the constraints of its kind.
    #[inline(never)]
    pub(super) fn scalar(&mut self, schema: &'static Schema, raw: &[u8], place: &Place<'_>) {
        match &schema.kind {
            Kind::Text(rules) => self.text(rules, raw, place),
            Kind::Enum { values, open } => self.enumerated(values, *open, raw, place),
            Kind::Integer(_) if !Decimal::parse(raw).is_integer() => {
                self.complain(place, Code::Type, &messages::expected(schema, self.request), raw);
            }
            Kind::Number(limits) | Kind::Integer(limits) if self.request => self.number(limits, raw, place),
            Kind::NumberEnum(values) => {
                let value = Decimal::parse(raw);
                if !values.iter().any(|known| Decimal::parse(known.as_bytes()) == value) {
                    self.complain(place, Code::Enum, &values.join(" or "), raw);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, rules: &'static Text, raw: &[u8], place: &Place<'_>) {
        let text = decode(inner(raw));
        // All but the bytes that continue a character.
        let length = text.bytes().filter(|byte| byte & 0xC0 != 0x80).count();
        if self.request
            && let Some(expected) = messages::outside(rules.min, rules.max, length, "character")
        {
            self.complain(place, Code::Length, &expected, raw);
        }
        if let Some(format) = rules.format.filter(|format| !format::fits(*format, &text)) {
            self.complain(place, Code::Format, format::words(format), raw);
            // A pattern beside a format says the same in other words.
            return;
        }
        for pattern in rules.patterns {
            if self.request && !matches(pattern, &text) {
                let expected =
                    rules.expected.map_or_else(|| format!("text that matches {}", pattern.source), str::to_owned);
                self.complain(place, Code::Pattern, &expected, raw);
            }
        }
    }

    /// A string that should be one of a few.
    fn enumerated(&mut self, values: &'static [&'static str], open: bool, raw: &[u8], place: &Place<'_>) {
        let text = decode(inner(raw));
        if values.contains(&text.as_ref()) {
            return;
        }
        self.complain(place, Code::Enum, &messages::one_of(values), raw);
        if !place.secret {
            self.advise(nearest(&text, values.iter().copied()));
        }
        // New values come, but none that is blank.
        if open
            && !text.trim().is_empty()
            && let Some(issue) = self.issues.pop()
        {
            self.warnings.push(issue);
        }
    }

    fn number(&mut self, limits: &'static [NumberLimit], raw: &[u8], place: &Place<'_>) {
        let value = Decimal::parse(raw);
        for limit in limits {
            let bound = Decimal::parse(limit.value.as_bytes());
            let order = value.cmp(&bound);
            let (kept, code, words) = match limit.bound {
                Bound::Minimum => (order != Less, Code::Minimum, "at least"),
                Bound::ExclusiveMinimum => (order == Greater, Code::Minimum, "more than"),
                Bound::Maximum => (order != Greater, Code::Maximum, "at most"),
                Bound::MultipleOf => (value.is_multiple_of(&bound), Code::Step, "a multiple of"),
            };
            if !kept {
                self.complain(place, code, &format!("{words} {}", limit.value), raw);
            }
        }
    }
}

/// Runs the automaton over the text. An index outside of the table leads to the dead state.
pub(crate) fn matches(pattern: &Pattern, text: &str) -> bool {
    let stride = usize::from(pattern.stride);
    let mut state = usize::from(pattern.start);
    // The end of the text has the last class.
    let classes =
        text.bytes().map(|byte| pattern.classes.get(usize::from(byte)).map_or(0, |class| usize::from(*class)));
    for class in classes.chain([stride.wrapping_sub(1)]) {
        state = pattern.next.get(state * stride + class).copied().map_or(0, usize::from);
    }
    pattern.accepts.get(state).copied().unwrap_or(false)
}
