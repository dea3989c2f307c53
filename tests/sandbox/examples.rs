//! Example values: bodies that the contract allows, drawn from a seed, for tests that ask what becomes of any of them.

use clickhouse_cloud::contract::{
    AdditionalProperties, Bound, Format, Kind, NumberLimit, Object, Operation, Rule, Schema, Text,
};
use clickhouse_cloud::validate::{Mode, Unknown, validate};
use serde_json::{Map, Value, json};

/// Texts of many forms; those of a pattern or a length are found among them.
const TEXTS: [&str; 8] =
    ["a", "events", "Passw0rd-of-12", "tag:team=a", "größe 1 \u{1f600}", "a_b", "-", "\"quoted\"\n"];
/// Objects deeper than this have only what they need.
const DEEP: usize = 6;
/// The most items of a list.
const ITEMS: usize = 3;

/// Draws of a seed, the same on every machine.
#[derive(Clone)]
pub struct Draw(u64);

impl Draw {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub const fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed >> 33) as usize) % bound
    }

    /// One of several.
    pub const fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A body that an operation takes: a valid one, by the contract.
#[track_caller]
pub fn body(operation: &'static Operation, draw: &mut Draw) -> Value {
    let Some(schema) = operation.body.as_ref().map(|body| body.schema) else { return json!({}) };
    let mut body = of_schema(schema, draw);
    complete(operation, &mut body);
    let issues = issues(&body, schema);
    assert!(issues.is_empty(), "{body} is not valid: {issues:?}");
    body
}

/// Adds what the sandbox needs, and the contract does not.
fn complete(operation: &Operation, body: &mut Value) {
    match operation.name {
        "clickStack.alerts.create" | "clickStack.alerts.replace" => {
            let channel = json!({ "type": "email", "emailRecipients": ["a@example.com"] });
            let needs = [
                ("source", json!("saved_search")),
                ("threshold", json!(3)),
                ("thresholdMax", json!(5)),
                ("thresholdType", json!("above")),
                ("interval", json!("5m")),
                ("channel", channel),
            ];
            fill(body, needs);
        }
        "clickPipes.create" => {
            let table = |of: &str, name: &str| json!([{ of: "public", name: "orders", "targetTable": "shop_orders" }]);
            for (kind, source) in body["source"].as_object_mut().unwrap() {
                match kind.as_str() {
                    _ if !source.is_object() => {}
                    "kafka" => fill(source, [("brokers", json!("a:9092")), ("topics", json!("events"))]),
                    "kinesis" => fill(source, [("streamName", json!("events")), ("region", json!("us-east-1"))]),
                    "pubsub" => fill(source, [("projectId", json!("p")), ("topic", json!("events"))]),
                    "objectStorage" => fill(source, [("url", json!("https://example.com/*.csv"))]),
                    "bigquery" => fill(source, [("tableMappings", table("sourceDatasetName", "sourceTable"))]),
                    "mongodb" => {
                        let tables = table("sourceDatabaseName", "sourceCollection");
                        fill(source, [("uri", json!("mongodb://db.example.com")), ("tableMappings", tables)]);
                    }
                    _ => {
                        let tables = table("sourceSchemaName", "sourceTable");
                        fill(source, [("host", json!("db.example.com")), ("tableMappings", tables)]);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Adds properties where there are none.
fn fill<const N: usize>(object: &mut Value, properties: [(&str, Value); N]) {
    for (name, value) in properties {
        if object[name].is_null() || object[name] == json!([]) {
            object[name] = value;
        }
    }
}

/// A valid value of a schema.
#[track_caller]
pub fn of_schema(schema: &'static Schema, draw: &mut Draw) -> Value {
    let drawn = value(schema, draw, 0);
    let issues = issues(&drawn, schema);
    assert!(issues.is_empty(), "{drawn} is not valid: {issues:?}");
    drawn
}

fn issues(value: &Value, schema: &'static Schema) -> Vec<clickhouse_cloud::issue::Issue> {
    validate(value.to_string().as_bytes(), schema, Mode::Request { unknown: Unknown::Refuse }, &[]).issues
}

fn value(schema: &'static Schema, draw: &mut Draw, depth: usize) -> Value {
    // A union of nothing is `null` and nothing else.
    if schema.nullable && (draw.below(6) == 0 || matches!(schema.kind, Kind::Union(&[]))) {
        return Value::Null;
    }
    match &schema.kind {
        Kind::Any => draw.one(&[json!("any"), json!(1), json!([true])]).clone(),
        Kind::Boolean => (draw.below(2) == 1).into(),
        Kind::Integer(limits) => number(limits, draw, 1.0),
        Kind::Number(limits) => number(limits, draw, 0.5),
        Kind::Text(limits) => text(schema, limits, draw).into(),
        Kind::Enum { values, .. } => (*draw.one(values)).into(),
        Kind::NumberEnum(values) => draw.one(values).parse().unwrap(),
        Kind::Array { items, count } => {
            let most = if depth > DEEP { 0 } else { ITEMS.min(count.max as usize) };
            let wanted = draw.below(most + 1).max(count.min as usize);
            let mut list: Vec<Value> = Vec::new();
            while list.len() < wanted {
                let item = value(items, draw, depth + 1);
                if !count.unique || !list.contains(&item) {
                    list.push(item);
                }
            }
            list.into()
        }
        Kind::Object(limits) => object(limits, draw, depth),
        Kind::Union(variants) => value(variants[draw.below(variants.len())], draw, depth),
    }
}

/// A number within its limits, in steps of the given size where it has none of its own.
fn number(limits: &[NumberLimit], draw: &mut Draw, step: f64) -> Value {
    let limit =
        |bound| limits.iter().find(|limit| limit.bound == bound).map(|limit| limit.value.parse::<f64>().unwrap());
    let step = limit(Bound::MultipleOf).unwrap_or(step);
    let above = limit(Bound::ExclusiveMinimum).map(|least| least + step);
    let least = (limit(Bound::Minimum).or(above).unwrap_or(0.0) / step).ceil();
    let most = (limit(Bound::Maximum).unwrap_or(1000.0) / step).floor().max(least);
    let drawn = (least + draw.below((most - least) as usize + 1) as f64) * step;
    if drawn.fract() == 0.0 { (drawn as i64).into() } else { drawn.into() }
}

fn text(schema: &'static Schema, limits: &Text, draw: &mut Draw) -> String {
    let number = draw.below(1000);
    let formatted = match limits.format {
        Some(Format::Uuid) => Some(format!("{number:08x}-0000-4000-8000-{number:012x}")),
        Some(Format::DateTime) => Some(format!("2026-09-{:02}T12:00:{:02}Z", number % 30 + 1, number % 60)),
        Some(Format::Date) => Some(format!("2026-09-{:02}", number % 30 + 1)),
        Some(Format::Address) => Some(format!("10.0.0.{}", number % 256)),
        Some(Format::Email) => Some(format!("user{number}@example.com")),
        Some(Format::Hostname) => Some(format!("host{number}.example.com")),
        Some(Format::Uri) => Some(format!("https://example.com/{number}")),
        Some(Format::Boolean) => Some(number.is_multiple_of(2).to_string()),
        Some(Format::Sha256) => Some("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=".to_owned()),
        Some(Format::Sha1) => Some(format!("{number:040x}")),
        None => None,
    };
    formatted.unwrap_or_else(|| {
        let fits = |text: &&String| issues(&json!(text), schema).is_empty();
        let first = draw.below(TEXTS.len());
        let texts = (0..TEXTS.len()).map(|index| TEXTS[(first + index) % TEXTS.len()].to_owned());
        let long = "x".repeat(limits.min as usize);
        texts.chain([long]).find(|text| fits(&text)).unwrap()
    })
}

fn object(limits: &'static Object, draw: &mut Draw, depth: usize) -> Value {
    let mut members = Map::new();
    for property in limits.properties {
        if property.required || (depth <= DEEP && draw.below(2) == 0) {
            members.insert(property.name.to_owned(), value(property.schema, draw, depth + 1));
        }
    }
    match limits.additional {
        AdditionalProperties::Schema(schema) => {
            for index in 0..draw.below(ITEMS).max(limits.min as usize) {
                members.insert(format!("name{index}"), value(schema, draw, depth + 1));
            }
        }
        AdditionalProperties::Allowed => {
            members.insert("other".to_owned(), draw.one(&[json!(1), json!("a"), json!({ "b": [null] })]).clone());
        }
        AdditionalProperties::Unspecified => {}
    }
    // What one rule takes away another one may need: three rounds are enough for those of the contract.
    for _ in 0..3 {
        for property in limits.properties {
            if members.len() < limits.min as usize && !members.contains_key(property.name) {
                members.insert(property.name.to_owned(), stands(limits, property.name, draw, depth));
            }
        }
        for rule in limits.rules {
            keep(rule, limits, &mut members, draw, depth);
        }
    }
    Value::Object(members)
}

/// A value of a property that is neither null nor an empty list.
fn stands(limits: &'static Object, name: &str, draw: &mut Draw, depth: usize) -> Value {
    let schema = limits.properties.iter().find(|property| property.name == name).unwrap().schema;
    loop {
        let drawn = value(schema, draw, depth + 1);
        if !drawn.is_null() && drawn != json!([]) {
            return drawn;
        }
    }
}

/// Changes the members of an object so that a rule holds.
fn keep(rule: &'static Rule, limits: &'static Object, members: &mut Map<String, Value>, draw: &mut Draw, depth: usize) {
    let has = |members: &Map<String, Value>, name: &str| members.get(name).is_some_and(|value| !value.is_null());
    match rule {
        Rule::Ordered(least, most) => {
            if has(members, least) && has(members, most) {
                members.insert((*most).to_owned(), members[*least].clone());
            }
        }
        Rule::AtMostOne(names) => {
            let present: Vec<&str> = names.iter().copied().filter(|name| has(members, name)).collect();
            if present.len() > 1 {
                let kept = *draw.one(&present);
                members.retain(|name, _| name == kept || !present.contains(&name.as_str()));
            }
        }
        Rule::AtLeastOne(names) => {
            if !names.iter().any(|name| has(members, name)) {
                let name = *draw.one(names);
                members.insert(name.to_owned(), stands(limits, name, draw, depth));
            }
        }
        Rule::AbsentWhen { property, equals, absent } => {
            if members.get(*property).is_some_and(|value| value == equals) {
                members.retain(|name, _| !absent.contains(&name.as_str()));
            }
        }
        Rule::DependentRequired(name, needs) => {
            for need in *needs {
                if has(members, name) && !has(members, need) {
                    members.insert((*need).to_owned(), stands(limits, need, draw, depth));
                }
            }
        }
        Rule::NotAllEmpty(names) => {
            let empty = |name: &&str| members.get(*name).is_none_or(|list| list == &json!([]));
            if names.iter().any(|name| members.contains_key(*name)) && names.iter().all(empty) {
                let name = *draw.one(names);
                members.insert(name.to_owned(), stands(limits, name, draw, depth));
            }
        }
        Rule::EqualWhen { differ, equal, .. } => {
            for [one, other] in [differ, equal] {
                if has(members, one) && has(members, other) {
                    members.insert((*other).to_owned(), members[*one].clone());
                }
            }
        }
        // Breaking it is worth a warning only.
        Rule::SameGroup { .. } => {}
    }
}

mod tests {
    use clickhouse_cloud::contract::OPERATIONS;

    use super::{Draw, body};

    #[test]
    fn every_body_is_valid_and_not_always_the_same() {
        for operation in OPERATIONS.iter().filter(|operation| operation.body.is_some()) {
            let bodies = (0..200).map(|seed| body(operation, &mut Draw::new(seed)).to_string());
            let different: std::collections::HashSet<String> = bodies.collect();
            assert!(different.len() > 1, "{}", operation.name);
        }
    }
}
