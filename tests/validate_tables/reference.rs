//! A second validator, slow and plain, over parsed values: what the first must agree with, paths and codes.

use clickhouse_cloud::contract::{
    AdditionalProperties, Bound, Count, Format, Kind, NumberLimit, Object, Rule, Schema, Text,
};
use serde_json::{Map, Value};

/// The texts that the property tests use; those of a format are listed with it.
pub const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "abc",
    "A1",
    "ten letter",
    "eleven long",
    "production",
    "development",
    "running",
    "alpha",
    "beta",
    "é😀\"\\\n",
    "\u{0}",
    UUIDS[0],
    UUIDS[1],
    TIMES[0],
    TIMES[1],
    ADDRESSES[0],
    ADDRESSES[1],
    "123e4567-e89b-12d3-a456-42661417400g",
    "2023-02-29T00:00:00Z",
    "10.0.0.0/33",
];
const UUIDS: [&str; 2] = ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-00000000000A"];
const TIMES: [&str; 2] = ["2024-02-29T12:00:00Z", "1999-12-31T23:59:60.5-01:30"];
const ADDRESSES: [&str; 2] = ["10.0.0.0/8", "::1"];

pub struct Reference {
    pub request: bool,
    /// Paths and codes.
    pub found: Vec<(String, &'static str)>,
    pub warnings: usize,
}

impl Reference {
    pub fn check(value: &Value, schema: &Schema, request: bool) -> Self {
        let mut all = Self { request, found: Vec::new(), warnings: 0 };
        all.value(value, schema, "");
        all.found.sort();
        all
    }

    fn note(&mut self, bad: bool, path: &str, code: &'static str) {
        if bad {
            self.found.push((path.to_owned(), code));
        }
    }

    fn value(&mut self, value: &Value, schema: &Schema, path: &str) {
        if value.is_null() && schema.nullable {
            return;
        }
        match (&schema.kind, value) {
            (Kind::Any, _) | (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Number(limits), Value::Number(number)) => self.number(number.as_f64().unwrap(), limits, path),
            (Kind::Integer(limits), Value::Number(number)) => {
                let number = number.as_f64().unwrap();
                if number.fract() == 0.0 {
                    self.number(number, limits, path);
                } else {
                    self.note(true, path, "type");
                }
            }
            (Kind::Text(rules), Value::String(text)) => self.text(text, rules, path),
            (Kind::Enum { values, open }, Value::String(text)) => {
                let strange = self.request && !values.contains(&text.as_str());
                let new = *open && !text.trim().is_empty();
                self.warnings += usize::from(strange && new);
                self.note(strange && !new, path, "enum");
            }
            (Kind::Array { items, count: Count { min, max, unique } }, Value::Array(list)) => {
                for (index, item) in list.iter().enumerate() {
                    self.value(item, items, &format!("{path}[{index}]"));
                    let twice = *unique && list[..index].iter().any(|other| equal(other, item));
                    self.note(self.request && twice, &format!("{path}[{index}]"), "duplicate");
                }
                let count = list.len() as u32;
                self.note(self.request && (count < *min || count > *max), path, "count");
            }
            (Kind::Object(object), Value::Object(members)) => self.object(members, object, path),
            (Kind::Union(variants), _) => self.union(value, variants, path),
            _ => self.note(true, path, "type"),
        }
    }

    fn number(&mut self, number: f64, limits: &[NumberLimit], path: &str) {
        if !self.request {
            return;
        }
        for NumberLimit { bound, value } in limits {
            let value: f64 = value.parse().unwrap();
            let (bad, code) = match bound {
                Bound::Minimum => (number < value, "minimum"),
                Bound::ExclusiveMinimum => (number <= value, "minimum"),
                Bound::Maximum => (number > value, "maximum"),
                Bound::MultipleOf => (((number / value).round() - number / value).abs() > 1e-9, "step"),
            };
            self.note(bad, path, code);
        }
    }

    fn text(&mut self, text: &str, rules: &Text, path: &str) {
        let strange = match rules.format {
            Some(Format::Uuid) => !UUIDS.contains(&text),
            Some(Format::DateTime) => !TIMES.contains(&text),
            Some(Format::Address) => self.request && !ADDRESSES.contains(&text),
            _ => false,
        };
        self.note(strange, path, "format");
        if self.request {
            let length = text.chars().count() as u32;
            self.note(length < rules.min || length > rules.max, path, "length");
            // The tables have only one pattern.
            self.note(!strange && !rules.patterns.is_empty() && !is_word(text), path, "pattern");
        }
    }

    fn object(&mut self, members: &Map<String, Value>, object: &Object, path: &str) {
        for (name, value) in members {
            let below = format!("{path}.{name}");
            let known = object.properties.iter().find(|property| property.name == name);
            match (known, &object.additional) {
                (Some(property), _) if !self.request && !property.required && value.is_null() => {}
                (Some(property), _) => self.value(value, property.schema, &below),
                (None, AdditionalProperties::Schema(_)) if !self.request && value.is_null() => {}
                (None, AdditionalProperties::Schema(schema)) => self.value(value, schema, &below),
                (None, AdditionalProperties::Unspecified) => self.note(self.request, &below, "unknown"),
                (None, AdditionalProperties::Allowed) => {}
            }
        }
        for property in object.properties.iter().filter(|property| property.required) {
            self.note(!members.contains_key(property.name), &format!("{path}.{}", property.name), "required");
        }
        if self.request {
            let count = members.len() as u32;
            self.note(count < object.min || count > object.max, path, "count");
            object.rules.iter().for_each(|rule| self.rule(members, rule, path));
        }
    }

    fn rule(&mut self, members: &Map<String, Value>, rule: &Rule, path: &str) {
        let stands = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
        let number = |name: &str| members.get(name).and_then(Value::as_f64);
        match rule {
            Rule::Ordered(low, high) => {
                let bad = number(low).zip(number(high)).is_some_and(|(low, high)| low > high);
                self.note(bad, &format!("{path}.{low}"), "rule");
            }
            Rule::AtMostOne(names) => {
                for name in names.iter().filter(|name| stands(name)).skip(1) {
                    self.note(true, &format!("{path}.{name}"), "rule");
                }
            }
            Rule::AtLeastOne(names) => {
                self.note(!names.iter().any(|name| stands(name)), &format!("{path}.{}", names[0]), "required");
            }
            Rule::DependentRequired(name, needs) => {
                for need in needs.iter().filter(|need| stands(name) && !stands(need)) {
                    self.note(true, &format!("{path}.{need}"), "required");
                }
            }
            Rule::NotAllEmpty(names) => {
                let lists: Vec<&Vec<Value>> = names.iter().filter_map(|name| members.get(*name)?.as_array()).collect();
                self.note(!lists.is_empty() && lists.iter().all(|list| list.is_empty()), path, "count");
            }
            Rule::EqualWhen { property, equals, differ, equal } => {
                let apart = |[a, b]: [&str; 2]| number(a).zip(number(b)).is_some_and(|(a, b)| a != b);
                let holds = members.get(*property).and_then(Value::as_str) == Some(equals) || apart(*differ);
                self.note(holds && apart(*equal), &format!("{path}.{}", equal[0]), "rule");
            }
            Rule::SameGroup { value, group, groups } => {
                let text = |name: &str| members.get(name).and_then(Value::as_str);
                // In the tables, the first group has the words, and no other has anything.
                let of = if text(value).is_some_and(is_word) { groups.first().map(|(name, _)| *name) } else { None };
                let own = text(group).filter(|own| groups.iter().any(|(name, _)| name == own));
                self.warnings += usize::from(own.is_some() && of.is_some() && own != of);
            }
            Rule::AbsentWhen { property, equals, absent } => {
                if members.get(*property).and_then(Value::as_str) == Some(equals) {
                    for name in absent.iter().filter(|name| stands(name)) {
                        self.note(true, &format!("{path}.{name}"), "rule");
                    }
                }
            }
        }
    }

    fn union(&mut self, value: &Value, variants: &[&Schema], path: &str) {
        // In the tables, a discriminator is called `type`, and has one value. In responses it is looked at first.
        let constants: Vec<&str> = variants.iter().filter_map(|variant| constant(variant)).collect();
        let names = |variant: &&&Schema| constant(variant).is_some() && constant(variant) == value["type"].as_str();
        if !self.request
            && constants.len() > 1
            && let Some(named) = variants.iter().find(names)
        {
            return self.value(value, named, path);
        }
        let mut best = None;
        for variant in variants {
            let mut trial = Self { request: self.request, found: Vec::new(), warnings: 0 };
            trial.value(value, variant, path);
            if trial.found.is_empty() {
                self.warnings += trial.warnings;
                return;
            }
            let wrong_type = trial.found.len() == 1 && trial.found[0] == (path.to_owned(), "type");
            let named = value["type"].as_str().is_some_and(|name| constant(variant) == Some(name));
            let rank = (wrong_type, !named, trial.found.len());
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, trial));
            }
        }
        if value.is_object() && constants.len() > 1 {
            let code = match value.get("type") {
                Some(Value::String(name)) if constants.contains(&name.as_str()) => "",
                Some(Value::String(_)) if !self.request => return,
                _ if !self.request => "",
                Some(Value::String(_)) => "enum",
                Some(_) => "type",
                None => "required",
            };
            if !code.is_empty() {
                return self.note(true, &format!("{path}.type"), code);
            }
        }
        match best {
            Some(((false, ..), trial)) => {
                self.found.extend(trial.found);
                self.warnings += trial.warnings;
            }
            _ => self.note(true, path, "union"),
        }
    }
}

/// The value that a variant's `type` must have.
fn constant(variant: &Schema) -> Option<&'static str> {
    let Kind::Object(object) = &variant.kind else { return None };
    let property = object.properties.iter().find(|property| property.name == "type")?;
    match property.schema.kind {
        Kind::Enum { values: &[only], open: false } => Some(only),
        _ => None,
    }
}

/// The one pattern of the tables.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// As `==`, but 1 and 1.0 are equal.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        // The validator does not see through another order of the members; the tests' writer keeps to one.
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}
