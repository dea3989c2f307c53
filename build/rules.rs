//! Reads the rules between the properties of one object: `x-rules`, and `dependentRequired` of JSON Schema.

use serde_json::{Map, Value};

use crate::document::{Document, Failure, Place};
use crate::schema::{Kind, Property, Rule};

/// The rules of `x-rules`.
pub fn between(
    document: &Document,
    rules: &Value,
    place: &Place,
    properties: &[Property],
) -> Result<Vec<Rule>, Failure> {
    let list = place.list(rules)?.iter().enumerate();
    list.map(|(index, rule)| Reader { place: place.at(&format!("[{index}]")), properties }.rule(document, rule))
        .collect()
}

/// By property: the other properties that it requires.
pub fn dependent_required(needs: &Value, place: &Place, properties: &[Property]) -> Result<Vec<Rule>, Failure> {
    let reader = Reader { place: place.clone(), properties };
    let known = place.object(needs)?.iter();
    known.map(|(name, needs)| Ok(Rule::DependentRequired(reader.known(name)?, reader.names(needs)?))).collect()
}

/// Reads one rule.
struct Reader<'a> {
    place: Place,
    properties: &'a [Property],
}

impl Reader<'_> {
    fn known(&self, name: &str) -> Result<String, Failure> {
        match self.properties.iter().any(|property| property.name == name) {
            true => Ok(name.to_owned()),
            false => Err(self.place.failure(&format!("names {name}, which the object does not have"))),
        }
    }

    fn names(&self, value: &Value) -> Result<Vec<String>, Failure> {
        self.place.texts(value)?.iter().map(|name| self.known(name)).collect()
    }

    fn pair(&self, kind: &str, value: &Value) -> Result<[String; 2], Failure> {
        let names = self.names(value)?;
        names.try_into().map_err(|_| self.place.failure(&format!("{kind} takes two properties")))
    }

    /// The property that the rule depends on, and the value that triggers it.
    fn condition(&self, when: &Map<String, Value>) -> Result<(String, String), Failure> {
        let property = self.known(self.place.text(when, "property")?)?;
        Ok((property, self.place.text(when, "equals")?.to_owned()))
    }

    fn rule(&self, document: &Document, rule: &Value) -> Result<Rule, Failure> {
        let place = &self.place;
        let object = place.object(rule)?;
        let (kind, value) = match (object.iter().next(), object.len()) {
            (Some(entry), 1) => entry,
            _ => return Err(place.failure("a rule has one key")),
        };
        let part = |when: &Map<String, Value>, name: &str| when.get(name).cloned().unwrap_or_default();
        Ok(match kind.as_str() {
            "ordered" => {
                let [low, high] = self.pair(kind, value)?;
                Rule::Ordered(low, high)
            }
            "atMostOne" => Rule::AtMostOne(self.names(value)?),
            "atLeastOne" => Rule::AtLeastOne(self.names(value)?),
            "notAllEmpty" => Rule::NotAllEmpty(self.names(value)?),
            "absentWhen" => {
                let when = place.object(value)?;
                place.only(when, &["property", "equals", "absent"], &[])?;
                let (property, equals) = self.condition(when)?;
                Rule::AbsentWhen { property, equals, absent: self.names(&part(when, "absent"))? }
            }
            "equalWhen" => {
                let when = place.object(value)?;
                place.only(when, &["property", "equals", "orDiffer", "equal"], &[])?;
                let (property, equals) = self.condition(when)?;
                let differ = self.pair("orDiffer", &part(when, "orDiffer"))?;
                Rule::EqualWhen { property, equals, differ, equal: self.pair("equal", &part(when, "equal"))? }
            }
            "sameGroup" => {
                let [value, group] = self.pair(kind, value)?;
                let schema = self.grouped(document, &value)?;
                Rule::SameGroup { value, group, schema }
            }
            other => return Err(place.failure(&format!("unknown rule {other}"))),
        })
    }

    /// The named schema of a property whose values are grouped.
    fn grouped(&self, document: &Document, name: &str) -> Result<String, Failure> {
        let kind = self.properties.iter().find(|property| property.name == name).map(|property| &property.schema.kind);
        match kind {
            Some(Kind::Named(schema))
                if document.schemas.get(schema).is_some_and(|it| it.1.get("x-enum-groups").is_some()) =>
            {
                Ok(schema.clone())
            }
            _ => Err(self.place.failure(&format!("{name} refers to no schema with x-enum-groups"))),
        }
    }
}
