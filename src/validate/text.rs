//! The rules of strings, and the automaton of patterns.

use super::place::Place;
use super::scan::Scan;
use super::walk::Walker;
use super::{format, words};
use crate::contract::{Format, Pattern, Text};
use crate::issue::{Code, Issue};
use crate::nearest::nearest;

impl Walker<'_> {
    /// A string, held to its rules.
    #[inline]
    pub(super) fn text(&mut self, rules: &'static Text, place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let span = self.scan.string()?;
        if self.request {
            let text = self.scan.text(span);
            self.text_rules(rules, &text, start, place);
            return Ok(());
        }
        let check = match rules.format {
            Some(Format::Uuid) => format::uuid,
            Some(Format::DateTime) => format::date_time,
            _ => return Ok(()),
        };
        // An escape in these is possible, if strange.
        let fits = check(self.scan.raw(span)) || (span.escaped && check(self.scan.text(span).as_bytes()));
        if !fits {
            let raw = self.scan.slice(start..self.scan.position());
            let expected = rules.format.map(format::words).unwrap_or_default();
            self.complain(place, Code::Format, expected, raw);
        }
        Ok(())
    }

    #[inline(never)]
    fn text_rules(&mut self, rules: &'static Text, text: &str, start: usize, place: &Place<'_>) {
        let raw = self.scan.slice(start..self.scan.position());
        let length = text.chars().count();
        if length < rules.min as usize {
            self.complain(place, Code::Length, format!("at least {}", words::count(rules.min, "character")), raw);
        }
        if length > rules.max as usize {
            self.complain(place, Code::Length, format!("at most {}", words::count(rules.max, "character")), raw);
        }
        if let Some(format) = rules.format.filter(|format| !format::fits(*format, text)) {
            self.complain(place, Code::Format, format::words(format), raw);
        }
        for pattern in rules.patterns.iter().filter(|pattern| !matches(pattern, text)) {
            self.complain(place, Code::Pattern, format!("text that matches {}", pattern.source), raw);
        }
    }

    /// A string that should be one of a few.
    #[inline]
    pub(super) fn enumerated(&mut self, values: &'static [&'static str], open: bool, place: &Place<'_>) -> Scan<()> {
        let start = self.scan.position();
        let span = self.scan.string()?;
        if self.request {
            let text = self.scan.text(span);
            if !values.contains(&text.as_ref()) {
                self.stranger(values, open, &text, start, place);
            }
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn stranger(&mut self, values: &'static [&'static str], open: bool, text: &str, start: usize, place: &Place<'_>) {
        let raw = self.scan.slice(start..self.scan.position());
        self.complain(place, Code::Enum, words::one_of(values), raw);
        let Some(issue) = self.issues.pop() else { return };
        let near = if place.secret { None } else { nearest(text, values.iter().copied()) };
        let issue = Issue { hint: near.map(|near| format!("did you mean {near}?")), ..issue };
        if open { self.warnings.push(issue) } else { self.issues.push(issue) }
    }
}

/// Runs the automaton over the text. A table that does not hold together matches nothing.
fn matches(pattern: &Pattern, text: &str) -> bool {
    let stride = usize::from(pattern.stride);
    let step = |state: usize, class: usize| pattern.next.get(state * stride + class).copied().map(usize::from);
    let end = text.bytes().try_fold(usize::from(pattern.start), |state, byte| {
        let class = pattern.classes.get(usize::from(byte)).copied().unwrap_or_default();
        step(state, usize::from(class))
    });
    end.and_then(|state| step(state, stride.checked_sub(1)?))
        .and_then(|state| pattern.accepts.get(state))
        .copied()
        .unwrap_or(false)
}
