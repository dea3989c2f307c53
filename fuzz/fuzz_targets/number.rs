//! Two numbers, compared with the bigdecimal crate: whether they are whole, satisfy bounds and `multipleOf`, their
//! order, and their equality.
#![no_main]

#[path = "../support/mod.rs"]
mod support;

use std::str::FromStr;

use bigdecimal::{BigDecimal, Zero};
use clickhouse_cloud::contract::{Bound, Count, Kind, NumberLimit, Property, Object, AdditionalProperties, Rule, Schema};
use clickhouse_cloud::issue::Code;
use clickhouse_cloud::validate::validate;
use libfuzzer_sys::fuzz_target;
use support::tables::{INTEGER, REQUEST};

macro_rules! of {
    ($kind:expr) => {
        Schema { kind: $kind, nullable: false, secret: false }
    };
}

const LIMITS: &[NumberLimit] = &[
    NumberLimit { bound: Bound::Minimum, value: "-24" },
    NumberLimit { bound: Bound::Maximum, value: "360.5" },
    NumberLimit { bound: Bound::MultipleOf, value: "0.1" },
];
static NUMBER: Schema = of!(Kind::Number(&[]));
static LIMITED: Schema = of!(Kind::Number(LIMITS));
static ABOVE: Schema = of!(Kind::Number(&[NumberLimit { bound: Bound::ExclusiveMinimum, value: "0" }]));
static TWELVES: Schema = of!(Kind::Integer(&[NumberLimit { bound: Bound::MultipleOf, value: "12" }]));
static DISTINCT: Schema = of!(Kind::Array { items: &NUMBER, count: &Count { min: 0, max: 2, unique: true } });
const fn has(name: &'static str) -> Property {
    Property { name, schema: &NUMBER, required: true, deprecated: false, aliases: &[] }
}
static ORDERED: Schema = of!(Kind::Object(&Object {
    properties: &[has("low"), has("high")],
    additional: AdditionalProperties::Unspecified,
    min: 0,
    max: u32::MAX,
    rules: &[Rule::Ordered("low", "high")],
}));

/// The number, if it is a JSON number with an exponent that bigdecimal can handle in time.
fn parse(text: &str) -> Option<BigDecimal> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    if number.to_string().len() != text.len() {
        return None;
    }
    let power = text.split_once(['e', 'E']).map_or(Ok(0), |(_, power)| power.parse::<i64>()).ok()?;
    (power.abs() <= 500).then(|| BigDecimal::from_str(text).ok()).flatten()
}

fn codes(json: &str, schema: &'static Schema) -> Vec<Code> {
    validate(json.as_bytes(), schema, REQUEST, &[]).issues.iter().map(|issue| issue.code).collect()
}

fn decimal(text: &str) -> BigDecimal {
    BigDecimal::from_str(text).expect("it is written here")
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let (left, right) = text.split_once([' ', '\n', ',']).unwrap_or((text, "0"));
    for schema in [&INTEGER, &NUMBER, &LIMITED, &ABOVE, &TWELVES] {
        let _ = codes(left, schema);
    }
    let (Some(a), Some(b)) = (parse(left), parse(right)) else { return };
    assert_eq!(codes(left, &NUMBER), []);
    assert_eq!(codes(left, &INTEGER).is_empty(), a.is_integer(), "{left} is an integer");
    let limited = codes(left, &LIMITED);
    assert_eq!(limited.contains(&Code::Minimum), a < decimal("-24"), "{left} has its least value");
    assert_eq!(limited.contains(&Code::Maximum), a > decimal("360.5"), "{left} has its greatest value");
    assert_eq!(limited.contains(&Code::Step), !(&a % decimal("0.1")).is_zero(), "{left} is a multiple of 0.1");
    assert_eq!(codes(left, &ABOVE).is_empty(), a > BigDecimal::zero(), "{left} is above 0");
    assert_eq!(codes(left, &TWELVES).is_empty(), (&a % decimal("12")).is_zero(), "{left} is a multiple of 12");
    let pair = format!("[{left},{right}]");
    assert_eq!(codes(&pair, &DISTINCT).contains(&Code::Duplicate), a == b, "{left} and {right} are the same");
    let object = format!("{{\"low\":{left},\"high\":{right}}}");
    assert_eq!(codes(&object, &ORDERED).contains(&Code::Rule), a > b, "{left} is not above {right}");
});
