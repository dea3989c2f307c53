//! A contract in small, written by hand, with one of everything; and what its tests share.
#![allow(dead_code, reason = "no test needs all of it")]

pub mod reference;

use clickhouse_cloud::contract::{
    AdditionalProperties, Bound, Count, Format, Kind, NumberLimit, Object, Pattern, Property, Rule, Schema, Text,
};
use clickhouse_cloud::issue::{Issue, Step};
use clickhouse_cloud::validate::{Mode, Report, Unknown, validate};

pub const REQUEST: Mode = Mode::Request { unknown: Unknown::Refuse };
pub const RESPONSE: Mode = Mode::Response;
pub const ANY: u32 = u32::MAX;

const fn of(kind: Kind) -> Schema {
    Schema { kind, nullable: false, secret: false }
}

macro_rules! text {
    ($min:expr, $max:expr, $format:expr) => {
        of(Kind::Text(&Text { min: $min, max: $max, format: $format, patterns: &[], expected: None }))
    };
}

macro_rules! limits {
    ($($bound:ident $value:expr),*) => {
        &[$(NumberLimit { bound: Bound::$bound, value: $value }),*]
    };
}

macro_rules! list {
    ($items:expr, $min:expr, $max:expr, $unique:expr) => {
        of(Kind::Array { items: $items, count: &Count { min: $min, max: $max, unique: $unique } })
    };
}

macro_rules! object {
    ($properties:expr, $additional:expr, $min:expr, $max:expr, $rules:expr $(,)?) => {
        of(Kind::Object(&Object {
            properties: $properties,
            additional: $additional,
            min: $min,
            max: $max,
            rules: $rules,
        }))
    };
}

const fn has(name: &'static str, schema: &'static Schema) -> Property {
    Property { name, schema, required: false, deprecated: false, aliases: &[] }
}

const fn must(name: &'static str, schema: &'static Schema) -> Property {
    Property { name, schema, required: true, deprecated: false, aliases: &[] }
}

static LETTERS: [u8; 256] = {
    let mut classes = [0; 256];
    let mut letter = b'a' as usize;
    while letter <= b'z' as usize {
        classes[letter] = 1;
        letter += 1;
    }
    classes
};

/// `^[a-z]+$`: letters are class 1, the end is class 2; state 1 is the start, 3 the end.
const WORD: Pattern = Pattern {
    source: "^[a-z]+$",
    classes: &LETTERS,
    stride: 3,
    next: &[0, 0, 0, 0, 2, 0, 0, 2, 3, 0, 0, 0],
    start: 1,
    accepts: &[false, false, false, true],
};

/// Nothing matches.
const NEVER: Pattern =
    Pattern { source: "a^", classes: &LETTERS, stride: 3, next: &[0; 12], start: 1, accepts: &[false; 4] };

pub static PLAIN: Schema = text!(0, ANY, None);
pub static UUID: Schema = text!(0, ANY, Some(Format::Uuid));
pub static TIME: Schema = text!(0, ANY, Some(Format::DateTime));
pub static ADDRESS: Schema = text!(0, ANY, Some(Format::Address));
pub static NAME: Schema = text!(1, 10, None);
pub static CODE: Schema = of(Kind::Text(&Text { min: 0, max: ANY, format: None, patterns: &[WORD], expected: None }));
/// The same, with words for its pattern.
pub static WORDED: Schema =
    of(Kind::Text(&Text { min: 0, max: ANY, format: None, patterns: &[WORD], expected: Some("a word in lower case") }));
/// A format and a pattern that say the same.
pub static STRICT: Schema =
    of(Kind::Text(&Text { min: 0, max: ANY, format: Some(Format::Uuid), patterns: &[WORD], expected: None }));
pub static HOUR: Schema = of(Kind::NumberEnum(&["0", "6", "12"]));
pub static LETTER: Schema = of(Kind::Enum {
    values: &[
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
        "w",
    ],
    open: false,
});
/// Two variants that hold the same secret, which the second has inside of another one.
pub static LOGIN: Schema = of(Kind::Union(&[&WITH_PORT, &WITH_HOST]));
static WITH_PORT: Schema =
    object!(&[has("password", &SECRET), must("port", &INTEGER)], AdditionalProperties::Unspecified, 0, ANY, &[]);
static WITH_HOST: Schema =
    object!(&[has("password", &SECRET), has("headers", &HEADERS)], AdditionalProperties::Unspecified, 0, ANY, &[]);
static HEADERS: Schema = Schema {
    kind: object!(&[], AdditionalProperties::Schema(&SECRET), 0, ANY, &[]).kind,
    nullable: false,
    secret: true,
};
/// Each link refers to the next, which may be null.
pub static CHAIN: Schema = object!(&[has("next", &NEXT)], AdditionalProperties::Unspecified, 0, ANY, &[]);
static NEXT: Schema = Schema { kind: Kind::Union(&[&CHAIN]), nullable: true, secret: false };
pub static TIER: Schema = of(Kind::Enum { values: &["development", "production"], open: false });
pub static STATE: Schema = of(Kind::Enum { values: &["running", "stopped"], open: true });
pub static MEMORY: Schema = of(Kind::Integer(limits!(Minimum "24", Maximum "360", MultipleOf "12")));
pub static RATIO: Schema = of(Kind::Number(limits!(ExclusiveMinimum "0", Maximum "1", MultipleOf "0.1")));
pub static INTEGER: Schema = of(Kind::Integer(limits!()));
pub static FLAG: Schema = Schema { kind: Kind::Boolean, nullable: true, secret: false };
pub static SECRET: Schema = Schema { kind: text!(12, ANY, None).kind, nullable: false, secret: true };
pub static ANYTHING: Schema = of(Kind::Any);
pub static ENTRY: Schema =
    object!(&[must("source", &ADDRESS), has("description", &PLAIN)], AdditionalProperties::Unspecified, 0, ANY, &[]);
pub static ENTRIES: Schema = list!(&ENTRY, 0, 3, true);
pub static CODES: Schema = list!(&CODE, 1, 3, true);
pub static TAGS: Schema = object!(&[has("owner", &NAME)], AdditionalProperties::Schema(&NAME), 1, 3, &[]);
pub static OPEN: Schema = object!(&[has("known", &FLAG)], AdditionalProperties::Allowed, 0, ANY, &[]);
static ALPHA: Schema = of(Kind::Enum { values: &["alpha"], open: false });
static BETA: Schema = of(Kind::Enum { values: &["beta"], open: false });
static FIRST: Schema =
    object!(&[must("type", &ALPHA), must("port", &INTEGER)], AdditionalProperties::Unspecified, 0, ANY, &[]);
static SECOND: Schema = object!(
    &[must("type", &BETA), must("host", &NAME), must("user", &NAME)],
    AdditionalProperties::Unspecified,
    0,
    ANY,
    &[]
);
pub static CHOICE: Schema = of(Kind::Union(&[&FIRST, &SECOND, &UUID]));
pub static SECRETS: Schema = Schema { kind: list!(&TAGS, 0, ANY, false).kind, nullable: true, secret: true };
pub static KEY: Schema = of(Kind::Union(&[&SECRET, &FIRST]));
pub static VAULT: Schema = object!(&[], AdditionalProperties::Schema(&SECRET), 0, ANY, &[]);
pub static RACK: Schema = list!(&KEY, 0, ANY, false);
pub static MAYBE: Schema = of(Kind::Union(&[&FIRST, &FLAG]));
pub static TREE: Schema = object!(
    &[has("child", &TREE), has("children", &FOREST), has("either", &EITHER)],
    AdditionalProperties::Allowed,
    0,
    ANY,
    &[]
);
static FOREST: Schema = list!(&TREE, 0, ANY, false);
static EITHER: Schema = of(Kind::Union(&[&TREE, &FOREST, &OTHER_TREE]));
static OTHER_TREE: Schema =
    object!(&[has("either", &EITHER), must("leaf", &FLAG)], AdditionalProperties::Allowed, 0, ANY, &[]);

/// With one of everything.
pub static SERVICE: Schema = object!(
    &[
        must("id", &UUID),
        must("name", &NAME),
        has("state", &STATE),
        has("tier", &TIER),
        has("minMemoryGb", &MEMORY),
        has("maxMemoryGb", &MEMORY),
        has("ratio", &RATIO),
        has("idle", &FLAG),
        must("createdAt", &TIME),
        has("ipAccessList", &ENTRIES),
        has("codes", &CODES),
        has("password", &SECRET),
        has("tags", &TAGS),
        has("open", &OPEN),
        has("anything", &ANYTHING),
        has("choice", &CHOICE),
        has("region", &PLAIN),
        has("regionId", &PLAIN),
    ],
    AdditionalProperties::Unspecified,
    0,
    ANY,
    &[
        Rule::Ordered("minMemoryGb", "maxMemoryGb"),
        Rule::AtMostOne(&["region", "regionId"]),
        Rule::AtLeastOne(&["region", "regionId", "ratio"]),
        Rule::AbsentWhen { property: "tier", equals: "development", absent: &["minMemoryGb", "maxMemoryGb"] },
    ],
);
/// A change of lists, which must change something.
pub static CHANGE: Schema = object!(
    &[has("add", &FOREST), has("remove", &FOREST)],
    AdditionalProperties::Unspecified,
    1,
    ANY,
    &[Rule::NotAllEmpty(&["add", "remove"])],
);
/// The rules between properties that [`SERVICE`] does not have.
pub static SCALING: Schema = object!(
    &[
        has("mode", &PLAIN),
        has("least", &INTEGER),
        has("most", &INTEGER),
        has("low", &INTEGER),
        has("high", &INTEGER),
        Property { name: "region", schema: &PLAIN, required: false, deprecated: false, aliases: &["place"] },
        has("owner", &PLAIN),
        has("change", &CHANGE),
    ],
    AdditionalProperties::Unspecified,
    0,
    ANY,
    &[
        Rule::DependentRequired("least", &["most"]),
        Rule::DependentRequired("most", &["least"]),
        Rule::EqualWhen { property: "mode", equals: "production", differ: ["least", "most"], equal: ["low", "high"] },
        Rule::SameGroup { value: "region", group: "owner", groups: &[("a", WORD)] },
        Rule::SameGroup { value: "region", group: "owner", groups: &[("a", WORD), ("b", NEVER)] },
    ],
);
pub static SERVICES: Schema = list!(&SERVICE, 0, ANY, false);

/// A value of [`SERVICE`] that keeps every rule.
pub const GOOD: &str = r#"{"id":"123e4567-e89b-12d3-a456-426614174000","name":"events","state":"running",
 "tier":"production","minMemoryGb":24,"maxMemoryGb":48,"ratio":0.3,"idle":null,"createdAt":"2024-02-29T12:00:00Z",
 "ipAccessList":[{"source":"10.0.0.0/8","description":"office"},{"source":"::1"}],"codes":["a","b"],
 "password":"correct horse battery","tags":{"owner":"me","any":"thing"},"open":{"known":true,"x":[1,{"y":null}]},
 "anything":[[{"deep":"\"\\"}]],"choice":{"type":"alpha","port":1},"region":"eu"}"#;

/// Checks against a schema and shows each issue in one line.
pub fn lines(json: &str, schema: &'static Schema, mode: Mode) -> Vec<String> {
    show(&validate(json.as_bytes(), schema, mode, &[]).issues)
}

pub fn report(json: &str, schema: &'static Schema, mode: Mode) -> Report {
    validate(json.as_bytes(), schema, mode, &[])
}

/// `a.b[0] type: expected …, received …`
pub fn show(issues: &[Issue]) -> Vec<String> {
    issues.iter().map(|issue| format!("{} {}: {}", path(&issue.path), issue.code.as_str(), issue.message())).collect()
}

pub fn path(steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Index(index) => format!("[{index}]"),
        })
        .collect()
}

/// A table of documents and the issues that they must have.
pub fn table(mode: Mode, rows: &[(&'static Schema, &str, &[&str])]) {
    for (schema, json, expected) in rows {
        assert_eq!(&lines(json, schema, mode), expected, "{json}");
    }
}
