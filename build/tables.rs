//! Writes the contract as Rust source: the static tables that `src/contract.rs` includes.

use std::fmt::Write;

use crate::document::{Document, Failure, Place};
use crate::operation::{Idempotency, Operation, Parameter, ResponseKind, Yields};
use crate::schema::{self, AdditionalProperties, Kind, NumberLimits, Object, Rule, Schema, Text};
use crate::{marks, pattern, routes};

/// The tables of the whole contract.
pub fn write(document: &Document, operations: &[Operation]) -> Result<String, Failure> {
    let mut out = String::new();
    let (mut named, mut names) = (Vec::new(), Vec::new());
    for (index, (name, (file, value))) in document.schemas.iter().enumerate() {
        let place = Place::new(file).at("schemas").at(name);
        let mut schema = schema::read(document, value, &place)?;
        schema::ends(document, name, &schema, &place)?;
        let writer = Writer { place: &place };
        if let Kind::Enum { groups, .. } = &mut schema.kind
            && !groups.is_empty()
        {
            let _ = writeln!(out, "{}", writer.groups(name, &std::mem::take(groups))?);
        }
        named.push(writer.schema(&schema)?);
        let identifier = constant(name);
        let _ = writeln!(out, "/// `{name}` of the contract.\npub static {identifier}: &Schema = &NAMED[{index}];");
        names.push(format!("({name:?}, {identifier})"));
    }
    let (count, named, names) = (named.len(), named.join(", "), names.join(", "));
    let _ = writeln!(
        out,
        "/// The named schemas, in the order of their names.\npub static NAMED: [Schema; {count}] = [{named}];\n\
         /// The same with their names.\npub static SCHEMAS: &[(&str, &Schema)] = &[{names}];"
    );
    let mut identifiers = Vec::new();
    for operation in operations {
        let table = Writer { place: &operation.place }.operation(operation)?;
        let identifier = constant(&operation.name);
        let _ =
            writeln!(out, "/// `{}` of the contract.\npub static {identifier}: Operation = {table};", operation.name);
        identifiers.push(format!("&{identifier}"));
    }
    let _ =
        writeln!(out, "/// Every operation.\npub static OPERATIONS: &[&Operation] = &[{}];", identifiers.join(", "));
    out.push_str(&marks::tables(operations));
    let mut sorted: Vec<&Operation> = operations.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let by_name = identifiers_of(&sorted);
    sorted.sort_by_cached_key(|operation| (&operation.path, operation.method.to_uppercase()));
    let by_route = identifiers_of(&sorted);
    let _ = writeln!(
        out,
        "/// The same in the order of their names.\nstatic BY_NAME: &[&Operation] = &[{by_name}];\n\
         /// The same in the order of their paths and methods.\nstatic BY_ROUTE: &[&Operation] = &[{by_route}];\n\
         /// The tree of their paths.\nstatic ROUTES: RouteNode = {};",
        routes::write(operations)
    );
    Ok(out)
}

fn identifiers_of(operations: &[&Operation]) -> String {
    let identifiers: Vec<String> =
        operations.iter().map(|operation| format!("&{}", constant(&operation.name))).collect();
    identifiers.join(", ")
}

/// `services.updateState` and `CreateServiceBody` as names of statics: `SERVICES_UPDATE_STATE`, …
pub fn constant(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.chars().enumerate() {
        match letter {
            '.' => out.push('_'),
            _ if letter.is_ascii_uppercase() && index > 0 && !out.ends_with('_') => {
                out.push('_');
                out.push(letter);
            }
            _ => out.push(letter.to_ascii_uppercase()),
        }
    }
    out
}

struct Writer<'a> {
    place: &'a Place,
}

impl Writer<'_> {
    fn operation(&self, operation: &Operation) -> Result<String, Failure> {
        let body = match &operation.body {
            None => "None".to_owned(),
            Some(body) => {
                format!("Some(Body {{ schema: {}, required: {} }})", self.reference(&body.schema)?, body.required)
            }
        };
        let response = match &operation.response {
            ResponseKind::Json(schema, _) => format!("ResponseKind::Json({})", self.reference(schema)?),
            ResponseKind::Empty => "ResponseKind::Empty".to_owned(),
            ResponseKind::Text(media) => format!("ResponseKind::Text({media:?})"),
        };
        let idempotency = match &operation.idempotency {
            Idempotency::Safe => "Idempotency::Safe".to_owned(),
            Idempotency::Unsafe => "Idempotency::Unsafe".to_owned(),
            Idempotency::SafeWith(names) => format!("Idempotency::SafeWith(&{names:?})"),
            Idempotency::SafeWhen(property, values) => {
                format!("Idempotency::SafeWhen {{ property: {property:?}, values: &{values:?} }}")
            }
        };
        let yields = match &operation.yields {
            None => "None".to_owned(),
            Some(Yields { property, unless }) => {
                format!("Some(Yields {{ property: {property:?}, unless: &{unless:?} }})")
            }
        };
        Ok(format!(
            "Operation {{ name: {:?}, method: Method::{}, path: {:?}, path_parameters: &[{}], \
             query_parameters: &[{}], body: {body}, response: {response}, status: {}, \
             idempotency: {idempotency}, yields: {yields}, beta: {}, deprecated: {} }}",
            operation.name,
            operation.method,
            operation.path,
            self.parameters(&operation.path_parameters)?,
            self.parameters(&operation.query_parameters)?,
            operation.status,
            operation.beta,
            operation.deprecated,
        ))
    }

    fn parameters(&self, parameters: &[Parameter]) -> Result<String, Failure> {
        let mut out = String::new();
        for parameter in parameters {
            let schema = self.reference(&parameter.schema)?;
            let _ = write!(
                out,
                "Parameter {{ name: {:?}, schema: {schema}, required: {} }}, ",
                parameter.name, parameter.required
            );
        }
        Ok(out)
    }

    /// A reference to a schema: to the static of a named schema, or to a promoted constant.
    fn reference(&self, schema: &Schema) -> Result<String, Failure> {
        match &schema.kind {
            Kind::Named(name) if !schema.nullable && !schema.secret => Ok(constant(name)),
            _ => Ok(format!("&{}", self.schema(schema)?)),
        }
    }

    fn schema(&self, schema: &Schema) -> Result<String, Failure> {
        let kind = match &schema.kind {
            Kind::Any => "Kind::Any".to_owned(),
            Kind::Boolean => "Kind::Boolean".to_owned(),
            Kind::Number(limits) => format!("Kind::Number(&{})", write_limits(limits)),
            Kind::Integer(limits) => format!("Kind::Integer(&{})", write_limits(limits)),
            Kind::Text(text) => format!("Kind::Text(&{})", self.text(text)?),
            Kind::Enum { groups, .. } if !groups.is_empty() => {
                return Err(self.place.failure("x-enum-groups stands in a named schema"));
            }
            Kind::Enum { values, open, .. } => format!("Kind::Enum {{ values: &{values:?}, open: {open} }}"),
            Kind::NumberEnum(values) => {
                let values: Vec<String> = values.iter().map(f64::to_string).collect();
                format!("Kind::NumberEnum(&{values:?})")
            }
            Kind::Array { items, min, max, unique } => {
                let count = format!("Count {{ min: {min}, max: {max}, unique: {unique} }}");
                format!("Kind::Array {{ items: {}, count: &{count} }}", self.reference(items)?)
            }
            Kind::Object(object) => format!("Kind::Object(&{})", self.object(object)?),
            Kind::Union(variants) => format!("Kind::Union(&[{}])", self.references(variants)?),
            Kind::Named(target) => format!("Kind::Union(&[{}])", constant(target)),
        };
        Ok(format!("Schema {{ kind: {kind}, nullable: {}, secret: {} }}", schema.nullable, schema.secret))
    }

    fn references(&self, schemas: &[Schema]) -> Result<String, Failure> {
        let references: Result<Vec<_>, _> = schemas.iter().map(|schema| self.reference(schema)).collect();
        Ok(references?.join(", "))
    }

    /// The groups of an enum's values.
    fn groups(&self, name: &str, groups: &[(String, String)]) -> Result<String, Failure> {
        let mut out = String::new();
        for (group, source) in groups {
            let _ = write!(out, "({group:?}, {}), ", self.pattern(source)?);
        }
        Ok(format!(
            "/// The groups of `{name}`, and how the values of each are written.\n\
             pub static {}_GROUPS: &[(&str, Pattern)] = &[{out}];",
            constant(name)
        ))
    }

    fn pattern(&self, source: &str) -> Result<String, Failure> {
        let table = pattern::compile(source).map_err(|message| self.place.failure(&format!("{source}: {message}")))?;
        Ok(format!(
            "Pattern {{ source: {source:?}, classes: &{:?}, stride: {}, next: &{:?}, start: {}, accepts: &{:?} }}",
            table.classes, table.stride, table.next, table.start, table.accepts
        ))
    }

    fn text(&self, text: &Text) -> Result<String, Failure> {
        let format = text.format.map_or("None".to_owned(), |format| format!("Some(Format::{format})"));
        let mut patterns = String::new();
        for source in &text.patterns {
            let _ = write!(patterns, "{}, ", self.pattern(source)?);
        }
        let (min, max, expected) = (text.min, text.max, &text.expected);
        Ok(format!(
            "Text {{ min: {min}, max: {max}, format: {format}, patterns: &[{patterns}], expected: {expected:?} }}"
        ))
    }

    fn object(&self, object: &Object) -> Result<String, Failure> {
        let mut properties = String::new();
        for property in &object.properties {
            let _ = write!(
                properties,
                "Property {{ name: {:?}, schema: {}, required: {}, deprecated: {}, aliases: &{:?} }}, ",
                property.name,
                self.reference(&property.schema)?,
                property.required,
                property.schema.deprecated,
                property.schema.aliases
            );
        }
        let additional = match &object.additional {
            AdditionalProperties::Unspecified => "AdditionalProperties::Unspecified".to_owned(),
            AdditionalProperties::Allowed => "AdditionalProperties::Allowed".to_owned(),
            AdditionalProperties::Schema(schema) => {
                format!("AdditionalProperties::Schema({})", self.reference(schema)?)
            }
        };
        let rules: Vec<String> = object.rules.iter().map(write_rule).collect();
        Ok(format!(
            "Object {{ properties: &[{properties}], additional: {additional}, min: {}, max: {}, rules: &[{}] }}",
            object.min,
            object.max,
            rules.join(", ")
        ))
    }
}

fn write_limits(limits: &NumberLimits) -> String {
    let NumberLimits { min, max, above, step } = limits;
    let mut out = String::new();
    for (bound, limit) in [("Minimum", min), ("ExclusiveMinimum", above), ("Maximum", max), ("MultipleOf", step)] {
        if let Some(value) = limit {
            let _ = write!(out, "NumberLimit {{ bound: Bound::{bound}, value: \"{value}\" }}, ");
        }
    }
    format!("[{out}]")
}

fn write_rule(rule: &Rule) -> String {
    match rule {
        Rule::Ordered(low, high) => format!("Rule::Ordered({low:?}, {high:?})"),
        Rule::AtMostOne(names) => format!("Rule::AtMostOne(&{names:?})"),
        Rule::AtLeastOne(names) => format!("Rule::AtLeastOne(&{names:?})"),
        Rule::AbsentWhen { property, equals, absent } => {
            format!("Rule::AbsentWhen {{ property: {property:?}, equals: {equals:?}, absent: &{absent:?} }}")
        }
        Rule::DependentRequired(name, needs) => format!("Rule::DependentRequired({name:?}, &{needs:?})"),
        Rule::NotAllEmpty(names) => format!("Rule::NotAllEmpty(&{names:?})"),
        Rule::EqualWhen { property, equals, differ, equal } => format!(
            "Rule::EqualWhen {{ property: {property:?}, equals: {equals:?}, differ: {differ:?}, equal: {equal:?} }}"
        ),
        Rule::SameGroup { value, group, schema } => {
            format!("Rule::SameGroup {{ value: {value:?}, group: {group:?}, groups: {}_GROUPS }}", constant(schema))
        }
    }
}
