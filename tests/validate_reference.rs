//! Thousands of mutated documents: the scanner agrees with a plain validator over the parsed value.
//!
//! Each document is written in a strange but valid way: members in any order, white space, escapes, and members that
//! stand twice, of which the last counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

mod validate_tables;

use clickhouse_cloud::contract::Schema;
use proptest::prelude::*;
use serde_json::{Value, json};
use validate_tables::reference::{Reference, TEXTS};
use validate_tables::*;

/// A small generator of choices, so that a failing case is one number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 2 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2 => json!([0, 1, 12, 24, 36, 360, 372, -24][self.below(8)]),
            3 => json!([0.1, 0.3, 24.0, 0.35, 36.5, 1e3, 1.0, -0.0][self.below(8)]),
            4 | 5 => json!(TEXTS[self.below(TEXTS.len())]),
            6 => (0..self.below(4)).map(|_| self.value(depth + 1)).collect(),
            _ => {
                let names =
                    ["source", "description", "type", "port", "host", "owner", "child", "children", "known", "x"];
                (0..self.below(4)).map(|_| (names[self.below(names.len())].to_owned(), self.value(depth + 1))).collect()
            }
        }
    }

    /// Changes one thing somewhere in the value.
    fn mutate(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) if !members.is_empty() && !self.one_in(8) => {
                let name = members.keys().nth(self.below(members.len())).unwrap().clone();
                match self.below(6) {
                    0 => drop(members.remove(&name)),
                    1 => {
                        let name = ["regionId", "owner", "sourc", "__proto__", "minMemoryGb", "choice"][self.below(6)];
                        members.insert(name.to_owned(), self.value(0));
                    }
                    _ => self.mutate(&mut members[&name]),
                }
            }
            Value::Array(items) if !items.is_empty() && !self.one_in(4) => {
                let index = self.below(items.len());
                match self.below(4) {
                    0 => drop(items.remove(index)),
                    1 => items.push(items[index].clone()),
                    _ => self.mutate(&mut items[index]),
                }
            }
            other => *other = self.value(0),
        }
    }

    fn write(&mut self, value: &Value, out: &mut String) {
        self.space(out);
        match value {
            Value::Object(members) => {
                let mut all: Vec<_> = members.iter().map(|(name, value)| (name, value.clone())).collect();
                if self.one_in(3) {
                    (1..all.len()).for_each(|last| all.swap(last, self.below(last + 1)));
                }
                for (name, _) in members {
                    if self.one_in(12) {
                        let earlier = self.value(0);
                        all.insert(0, (name, earlier));
                    }
                }
                self.list('{', '}', all, out, |dice, (name, value), out| {
                    dice.space(out);
                    dice.text(name, out);
                    dice.space(out);
                    out.push(':');
                    dice.write(&value, out);
                });
            }
            Value::Array(items) => {
                self.list('[', ']', items.iter().collect(), out, |dice, item, out| dice.write(item, out))
            }
            Value::String(text) => self.text(text, out),
            other => out.push_str(&other.to_string()),
        }
        self.space(out);
    }

    fn list<T>(
        &mut self,
        open: char,
        close: char,
        all: Vec<T>,
        out: &mut String,
        write: fn(&mut Self, T, &mut String),
    ) {
        out.push(open);
        for (index, one) in all.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write(self, one, out);
        }
        out.push(close);
    }

    fn text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        let plain = !self.one_in(4);
        for character in text.chars() {
            if character < ' ' || matches!(character, '"' | '\\') || (!plain && self.one_in(3)) {
                let mut units = [0; 2];
                character.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
            } else {
                out.push(character);
            }
        }
        out.push('"');
    }

    fn space(&mut self, out: &mut String) {
        if self.one_in(10) {
            out.push_str([" ", "\n  ", "\t", "\r\n"][self.below(4)]);
        }
    }
}

fn agree(seed: u64, schema: &'static Schema, start: &Value) {
    let mut dice = Dice(seed);
    let mut value = start.clone();
    (0..dice.below(6)).for_each(|_| dice.mutate(&mut value));
    let mut json = String::new();
    dice.write(&value, &mut json);
    let parsed: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(parsed, value, "the writer is wrong: {json}");
    for mode in [RESPONSE, REQUEST] {
        let found = report(&json, schema, mode);
        let mut issues: Vec<_> = found.issues.iter().map(|issue| (path(&issue.path), issue.code.as_str())).collect();
        issues.sort();
        let expected = Reference::check(&value, schema, mode != RESPONSE);
        assert_eq!(issues, expected.found, "{mode:?} {json}");
        assert_eq!(found.warnings.len(), expected.warnings, "{mode:?} {json}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn services(seed: u64) {
        agree(seed, &SERVICE, &serde_json::from_str(GOOD).unwrap());
    }

    /// More names than the scanner remembers, in orders that change from one object to the next.
    #[test]
    fn lists(seed: u64) {
        let mut dice = Dice(seed);
        let service: Value = serde_json::from_str(GOOD).unwrap();
        let mut services: Vec<Value> = Vec::new();
        for _ in 0..dice.below(8) {
            let mut other = service.clone();
            (0..dice.below(3)).for_each(|_| dice.mutate(&mut other));
            if let Value::Object(members) = &mut other {
                (0..dice.below(50)).for_each(|_| drop(members.insert(format!("x{}", dice.below(200)), dice.value(1))));
            }
            services.push(other);
        }
        agree(seed, &SERVICES, &services.into());
    }

    #[test]
    fn rules(seed: u64) {
        let change = json!({ "add": [{ "x": 1 }], "remove": [] });
        let wrong = json!({ "mode": "production", "least": 1, "most": 2, "low": 1, "high": 2, "region": "abc", "owner": "b", "change": change });
        agree(seed, &SCALING, &wrong);
        agree(seed, &SCALING, &json!({ "least": 1, "most": 2, "low": 3, "high": 3, "region": "a", "owner": "a", "change": { "add": [] } }));
        agree(seed, &WORDED, &json!("abc"));
    }

    #[test]
    fn choices(seed: u64) {
        agree(seed, &CHOICE, &json!({ "type": "alpha", "port": 1 }));
        agree(seed, &CHOICE, &json!({ "type": "beta", "host": "a", "user": "b" }));
    }

    #[test]
    fn trees(seed: u64) {
        let leaf = json!({ "leaf": true });
        agree(seed, &TREE, &json!({ "child": { "x": 1 }, "children": [leaf, leaf, {}], "either": { "either": [leaf] } }));
        agree(seed, &SECRETS, &json!([{ "owner": "me", "x": "y" }, { "a": "b" }]));
    }
}
