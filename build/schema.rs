//! Reads the schemas of the contract: plain JSON Schema becomes the kinds of `src/contract/schema.rs`.
//!
//! Every keyword is either supported or refused with its place, so that a misspelt constraint is never ignored.

use serde_json::{Map, Value};

use crate::document::{Document, Failure, Place};
use crate::marks::{self, States};
use crate::{pattern, review, rules};

/// The bounds of lengths and counts that mean "no limit".
const NO_LIMIT: u32 = u32::MAX;

/// Keywords that describe and do not constrain.
const ANNOTATIONS: &[&str] = &[
    "description",
    "title",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "x-secret",
    "x-aliases",
    "x-deviation",
];

/// The formats of strings, and their names in the tables.
pub const FORMATS: &[(&str, &str)] = &[
    ("uuid", "Uuid"),
    ("date-time", "DateTime"),
    ("date", "Date"),
    ("address", "Address"),
    ("email", "Email"),
    ("hostname", "Hostname"),
    ("uri", "Uri"),
    ("boolean", "Boolean"),
    ("sha256", "Sha256"),
    ("sha1", "Sha1"),
];

/// A schema, in the form of the tables.
#[derive(Clone, Debug)]
pub struct Schema {
    pub kind: Kind,
    pub nullable: bool,
    pub secret: bool,
    pub deprecated: bool,
    /// Names that users write by mistake for a property of this schema.
    pub aliases: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Any,
    Boolean,
    Number(NumberLimits),
    Integer(NumberLimits),
    Text(Text),
    Enum {
        values: Vec<String>,
        open: bool,
        /// Groups of values, each with the pattern of its members.
        groups: Vec<(String, String)>,
        /// The meaning of each value to a wait.
        states: Option<States>,
    },
    NumberEnum(Vec<f64>),
    Array {
        items: Box<Schema>,
        min: u32,
        max: u32,
        unique: bool,
    },
    Object(Object),
    Union(Vec<Schema>),
    /// A named schema.
    Named(String),
}

#[derive(Clone, Debug, Default)]
pub struct NumberLimits {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub above: Option<f64>,
    pub step: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct Text {
    pub min: u32,
    pub max: u32,
    pub format: Option<&'static str>,
    pub patterns: Vec<String>,
    /// The pattern described in words, for messages.
    pub expected: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Object {
    pub properties: Vec<Property>,
    pub additional: AdditionalProperties,
    pub min: u32,
    pub max: u32,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct Property {
    pub name: String,
    pub schema: Schema,
    pub required: bool,
}

#[derive(Clone, Debug)]
pub enum AdditionalProperties {
    Unspecified,
    Allowed,
    Schema(Box<Schema>),
}

#[derive(Clone, Debug)]
pub enum Rule {
    Ordered(String, String),
    AtMostOne(Vec<String>),
    AtLeastOne(Vec<String>),
    AbsentWhen {
        property: String,
        equals: String,
        absent: Vec<String>,
    },
    DependentRequired(String, Vec<String>),
    NotAllEmpty(Vec<String>),
    EqualWhen {
        property: String,
        equals: String,
        differ: [String; 2],
        equal: [String; 2],
    },
    /// The value, the property that names its group, and the named schema with the groups.
    SameGroup {
        value: String,
        group: String,
        schema: String,
    },
}

/// Reads one schema.
pub fn read(document: &Document, value: &Value, place: &Place) -> Result<Schema, Failure> {
    let object = place.object(value)?;
    if let Some(marks) = object.get("x-deviation") {
        review::deviation(marks, &place.at("x-deviation"))?;
    }
    let mut schema = Schema {
        kind: Kind::Any,
        nullable: false,
        secret: place.flag(object, "x-secret")?,
        deprecated: place.flag(object, "deprecated")?,
        aliases: match object.get("x-aliases") {
            Some(names) => place.at("x-aliases").texts(names)?,
            None => Vec::new(),
        },
    };
    if let Some(target) = object.get("$ref") {
        place.only(object, &["$ref", "nullable"], ANNOTATIONS)?;
        schema.nullable = place.flag(object, "nullable")?;
        schema.kind = Kind::Named(document.named(target, &place.at("$ref"))?);
    } else if let Some(all) = object.get("allOf") {
        merge_all(document, object, all, place, &mut schema)?;
    } else if let Some(variants) = object.get("oneOf").or_else(|| object.get("anyOf")) {
        place.only(object, &["oneOf", "anyOf", "type", "discriminator"], ANNOTATIONS)?;
        union(document, variants, place, &mut schema)?;
    } else {
        plain(document, object, place, &mut schema)?;
    }
    Ok(schema)
}

/// Refuses a named schema that is an alias of itself, directly or through others: the validator would never end.
pub fn ends(document: &Document, name: &str, schema: &Schema, place: &Place) -> Result<(), Failure> {
    let mut passed = vec![name.to_owned()];
    let mut next = alias(schema).map(str::to_owned);
    while let Some(name) = next {
        if passed.contains(&name) {
            return Err(place.failure(&format!("stands for itself, by way of {name}")));
        }
        let (value, at) = document.target(&Value::String(name.clone()), place)?;
        next = alias(&read(document, value, &at)?).map(str::to_owned);
        passed.push(name);
    }
    Ok(())
}

/// The named schema that a schema refers to.
fn alias(schema: &Schema) -> Option<&str> {
    match &schema.kind {
        Kind::Named(name) => Some(name),
        Kind::Union(variants) => match variants.as_slice() {
            [only] => alias(only),
            _ => None,
        },
        _ => None,
    }
}

/// `oneOf` and `anyOf`: at least one variant must fit. A `null` among the variants makes the rest nullable.
fn union(document: &Document, variants: &Value, place: &Place, schema: &mut Schema) -> Result<(), Failure> {
    let mut kinds = Vec::new();
    for (index, variant) in place.list(variants)?.iter().enumerate() {
        if variant.get("type").and_then(Value::as_str) == Some("null") {
            schema.nullable = true;
        } else {
            kinds.push(read(document, variant, &place.at(&format!("[{index}]")))?);
        }
    }
    schema.kind = match kinds.len() {
        0 => return Err(place.failure("has no alternative but null")),
        _ => Kind::Union(kinds),
    };
    Ok(())
}

/// `allOf`: object schemas are merged, and strings must satisfy all constraints.
fn merge_all(
    document: &Document,
    object: &Map<String, Value>,
    all: &Value,
    place: &Place,
    schema: &mut Schema,
) -> Result<(), Failure> {
    let mut own = object.clone();
    own.remove("allOf");
    let mut parts = Vec::new();
    if own.keys().any(|key| !ANNOTATIONS.contains(&key.as_str())) {
        parts.push(read(document, &Value::Object(own), place)?);
    }
    for (index, part) in place.list(all)?.iter().enumerate() {
        let place = place.at(&format!("allOf[{index}]"));
        let part = match part.get("$ref") {
            Some(target) => read(document, document.target(target, &place.at("$ref"))?.0, &place)?,
            None => read(document, part, &place)?,
        };
        parts.push(part);
    }
    let mut merged: Option<Kind> = None;
    for part in parts {
        merged = Some(match (merged, part.kind) {
            (None | Some(Kind::Any), kind) => kind,
            (Some(kind), Kind::Any) => kind,
            (Some(Kind::Object(mut into)), Kind::Object(other)) => {
                for property in other.properties {
                    if into.properties.iter().any(|known| known.name == property.name) {
                        return Err(place.failure(&format!("allOf has {} twice", property.name)));
                    }
                    into.properties.push(property);
                }
                not_too_many(&into.properties, place)?;
                into.rules.extend(other.rules);
                into.min = into.min.max(other.min);
                into.max = into.max.min(other.max);
                Kind::Object(into)
            }
            (Some(Kind::Text(mut into)), Kind::Text(text)) => {
                into.min = into.min.max(text.min);
                into.max = into.max.min(text.max);
                into.format = into.format.or(text.format);
                into.patterns.extend(text.patterns);
                into.expected = into.expected.or(text.expected);
                Kind::Text(into)
            }
            _ => return Err(place.failure("allOf can join objects with objects and strings with strings only")),
        });
    }
    schema.kind = merged.unwrap_or(Kind::Any);
    Ok(())
}

/// A schema without combinators. A `null` among an enum's values makes the others nullable.
fn plain(document: &Document, object: &Map<String, Value>, place: &Place, schema: &mut Schema) -> Result<(), Failure> {
    if let Some(Value::Array(values)) = object.get("enum")
        && values.contains(&Value::Null)
    {
        let mut own = object.clone();
        own.insert("enum".to_owned(), values.iter().filter(|value| !value.is_null()).cloned().collect());
        plain(document, &own, place, schema)?;
        schema.nullable = true;
        return Ok(());
    }
    if let Some(Value::Array(names)) = object.get("type") {
        return several_types(document, object, names, place, schema);
    }
    let name = type_of(object, place)?;
    schema.kind = match name {
        None => {
            place.only(object, &[], ANNOTATIONS)?;
            Kind::Any
        }
        Some("null") => {
            place.only(object, &["type"], ANNOTATIONS)?;
            schema.nullable = true;
            Kind::Union(Vec::new())
        }
        Some("boolean") => {
            place.only(object, &["type"], ANNOTATIONS)?;
            Kind::Boolean
        }
        Some("number" | "integer") if object.contains_key("enum") => {
            place.only(object, &["type", "enum"], ANNOTATIONS)?;
            let values = place.list(object.get("enum").unwrap_or(&Value::Null))?;
            let numbers: Option<Vec<f64>> = values.iter().map(Value::as_f64).collect();
            Kind::NumberEnum(numbers.ok_or_else(|| place.failure("its enum must be of numbers"))?)
        }
        Some("number") => Kind::Number(limits(object, place)?),
        Some("integer") => Kind::Integer(limits(object, place)?),
        Some("string") => text(object, place)?,
        Some("array") => {
            place.only(object, &["type", "items", "minItems", "maxItems", "uniqueItems"], ANNOTATIONS)?;
            let items = object.get("items").ok_or_else(|| place.failure("an array needs items"))?;
            Kind::Array {
                items: Box::new(read(document, items, &place.at("items"))?),
                min: place.count(object, "minItems")?.unwrap_or(0),
                max: place.count(object, "maxItems")?.unwrap_or(NO_LIMIT),
                unique: place.flag(object, "uniqueItems")?,
            }
        }
        Some("object") => object_kind(document, object, place)?,
        Some(other) => return Err(place.failure(&format!("unknown type {other}"))),
    };
    Ok(())
}

/// A list of types, each with its keywords. `null` makes the others nullable.
fn several_types(
    document: &Document,
    object: &Map<String, Value>,
    names: &[Value],
    place: &Place,
    schema: &mut Schema,
) -> Result<(), Failure> {
    let speaks_of_other = |key: &str, name: &Value| match key {
        "minimum" | "maximum" | "exclusiveMinimum" | "multipleOf" => name != "number" && name != "integer",
        "minLength" | "maxLength" | "pattern" | "format" => name != "string",
        _ => false,
    };
    let mut kinds = Vec::new();
    for name in names.iter().filter(|name| *name != "null") {
        let mut own = object.clone();
        own.retain(|key, _| !speaks_of_other(key, name));
        own.insert("type".to_owned(), name.clone());
        kinds.push(read(document, &Value::Object(own), place)?);
    }
    schema.nullable = names.iter().any(|name| name == "null");
    schema.kind = match (kinds.pop(), kinds.is_empty()) {
        (Some(only), true) => only.kind,
        (last, _) => Kind::Union(kinds.into_iter().chain(last).collect()),
    };
    Ok(())
}

/// The type: from `type`, or from keywords that only one type has.
fn type_of<'a>(object: &'a Map<String, Value>, place: &Place) -> Result<Option<&'a str>, Failure> {
    let any = |keys: &[&str]| keys.iter().any(|key| object.contains_key(*key));
    match object.get("type") {
        Some(Value::String(name)) => Ok(Some(name)),
        Some(_) => Err(place.failure("type must be a name or a list of names")),
        None if any(&["properties", "additionalProperties"]) => Ok(Some("object")),
        None if any(&["enum", "const", "pattern", "minLength", "maxLength"]) => Ok(Some("string")),
        None => Ok(None),
    }
}

fn limits(object: &Map<String, Value>, place: &Place) -> Result<NumberLimits, Failure> {
    place.only(object, &["type", "format", "minimum", "maximum", "exclusiveMinimum", "multipleOf"], ANNOTATIONS)?;
    let limits = NumberLimits {
        min: place.number(object, "minimum")?,
        max: place.number(object, "maximum")?,
        above: place.number(object, "exclusiveMinimum")?,
        step: place.number(object, "multipleOf")?,
    };
    if limits.min.zip(limits.max).is_some_and(|(min, max)| min > max) {
        return Err(place.failure("minimum is above maximum"));
    }
    if limits.step.is_some_and(|step| step <= 0.0) {
        return Err(place.failure("multipleOf must be above 0"));
    }
    Ok(limits)
}

fn text(object: &Map<String, Value>, place: &Place) -> Result<Kind, Failure> {
    if object.contains_key("enum") || object.contains_key("const") {
        place.only(object, &["type", "enum", "const", "x-open-enum", "x-enum-groups", "x-states"], ANNOTATIONS)?;
        let values = match (object.get("enum"), object.get("const")) {
            (Some(values), None) => place.at("enum").texts(values)?,
            (None, Some(Value::String(value))) => vec![value.clone()],
            _ => return Err(place.failure("takes an enum or a const, of strings")),
        };
        let groups = match object.get("x-enum-groups") {
            Some(groups) => groups_of(&values, groups, &place.at("x-enum-groups"))?,
            None => Vec::new(),
        };
        let states = match object.get("x-states") {
            Some(states) => Some(marks::states(&values, states, &place.at("x-states"))?),
            None => None,
        };
        return Ok(Kind::Enum { values, open: place.flag(object, "x-open-enum")?, groups, states });
    }
    place.only(object, &["type", "format", "minLength", "maxLength", "pattern", "x-expected"], ANNOTATIONS)?;
    let format = match place.optional_text(object, "format")? {
        None | Some("password") => None,
        Some(name) => match FORMATS.iter().find(|(known, _)| *known == name) {
            Some((_, format)) => Some(*format),
            None => return Err(place.failure(&format!("unknown format {name}"))),
        },
    };
    Ok(Kind::Text(Text {
        min: place.count(object, "minLength")?.unwrap_or(0),
        max: place.count(object, "maxLength")?.unwrap_or(NO_LIMIT),
        format,
        patterns: place.optional_text(object, "pattern")?.map(str::to_owned).into_iter().collect(),
        expected: place.optional_text(object, "x-expected")?.map(str::to_owned),
    }))
}

/// The patterns that assign each value of the enum to one group.
fn groups_of(values: &[String], groups: &Value, place: &Place) -> Result<Vec<(String, String)>, Failure> {
    let mut out = Vec::new();
    let mut tables = Vec::new();
    let groups = place.object(groups)?;
    for name in groups.keys() {
        let source = place.text(groups, name)?;
        tables.push(pattern::compile(source).map_err(|message| place.at(name).failure(&message))?);
        out.push((name.clone(), source.to_owned()));
    }
    match values.iter().find(|value| tables.iter().filter(|table| table.matches(value)).count() != 1) {
        Some(value) => Err(place.failure(&format!("{value} must have exactly one group"))),
        None => Ok(out),
    }
}

fn object_kind(document: &Document, object: &Map<String, Value>, place: &Place) -> Result<Kind, Failure> {
    let known = ["type", "properties", "required", "additionalProperties", "minProperties", "maxProperties"];
    place.only(object, &[&known[..], &["dependentRequired", "x-rules"]].concat(), ANNOTATIONS)?;
    let required = match object.get("required") {
        Some(names) => place.at("required").texts(names)?,
        None => Vec::new(),
    };
    let mut properties = Vec::new();
    if let Some(known) = object.get("properties") {
        let place = place.at("properties");
        for (name, value) in place.object(known)? {
            properties.push(Property {
                name: name.clone(),
                schema: read(document, value, &place.at(name))?,
                required: required.contains(name),
            });
        }
    }
    let known = |name: &String| properties.iter().any(|property: &Property| property.name == *name);
    if let Some(name) = required.iter().find(|name| !known(name)) {
        return Err(place.failure(&format!("requires {name}, which it does not describe")));
    }
    not_too_many(&properties, place)?;
    let additional = match object.get("additionalProperties") {
        None => AdditionalProperties::Unspecified,
        Some(Value::Bool(true)) => AdditionalProperties::Allowed,
        Some(Value::Bool(false)) => AdditionalProperties::Unspecified,
        Some(value) => {
            AdditionalProperties::Schema(Box::new(read(document, value, &place.at("additionalProperties"))?))
        }
    };
    let mut rules = match object.get("x-rules") {
        Some(rules) => rules::between(document, rules, &place.at("x-rules"), &properties)?,
        None => Vec::new(),
    };
    if let Some(needs) = object.get("dependentRequired") {
        rules.extend(rules::dependent_required(needs, &place.at("dependentRequired"), &properties)?);
    }
    Ok(Kind::Object(Object {
        properties,
        additional,
        min: place.count(object, "minProperties")?.unwrap_or(0),
        max: place.count(object, "maxProperties")?.unwrap_or(NO_LIMIT),
        rules,
    }))
}

fn not_too_many(properties: &[Property], place: &Place) -> Result<(), Failure> {
    match properties.len() {
        0..=64 => Ok(()),
        _ => Err(place.failure("has more than 64 properties, the most that the validator keeps track of")),
    }
}
