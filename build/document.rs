//! The contract's files as one document, with the place of everything in them, so that a mistake is reported as
//! `contract/services.yaml: components.schemas.Service.properties.name: unknown keyword minlength`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// All files of the contract, merged: their paths and their components.
#[derive(Default)]
pub struct Document {
    /// By path: the file, and the path item.
    pub paths: Vec<(String, String, Value)>,
    /// By name: the file, and the schema.
    pub schemas: BTreeMap<String, (String, Value)>,
}

/// A mistake in the contract, with its place.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Document {
    /// Adds one file.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), Failure> {
        let place = Place::new(file);
        let value: Value = serde_yaml_ng::from_str(text).map_err(|error| place.failure(&error.to_string()))?;
        let object = place.object(&value)?;
        place.only(object, &["openapi", "info", "servers", "security", "tags", "paths", "components"], &[])?;
        if let Some(paths) = object.get("paths") {
            for (path, item) in place.at("paths").object(paths)? {
                if self.paths.iter().any(|(_, known, _)| known == path) {
                    return Err(place.at("paths").failure(&format!("{path} stands in another file too")));
                }
                self.paths.push((file.to_owned(), path.clone(), item.clone()));
            }
        }
        if let Some(schemas) = object.get("components").and_then(|components| components.get("schemas")) {
            let place = place.at("components.schemas");
            for (name, schema) in place.object(schemas)? {
                if self.schemas.insert(name.clone(), (file.to_owned(), schema.clone())).is_some() {
                    return Err(place.failure(&format!("{name} stands twice")));
                }
            }
        }
        Ok(())
    }

    /// The name of the schema that a `$ref` points to.
    pub fn named(&self, target: &Value, place: &Place) -> Result<String, Failure> {
        let target = target.as_str().ok_or_else(|| place.failure("must be a string"))?;
        let name = target.strip_prefix("#/components/schemas/").unwrap_or("");
        match self.schemas.contains_key(name) {
            true => Ok(name.to_owned()),
            false => Err(place.failure(&format!("{target} does not exist"))),
        }
    }

    /// The schema that a `$ref` points to.
    pub fn target(&self, target: &Value, place: &Place) -> Result<&Value, Failure> {
        let name = self.named(target, place)?;
        self.schemas.get(&name).map(|(_, schema)| schema).ok_or_else(|| place.failure("does not exist"))
    }
}

/// A place in a file of the contract. Reads values and complains with the place.
#[derive(Clone, Debug)]
pub struct Place {
    file: String,
    path: String,
}

impl Place {
    /// The root of a file.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), path: String::new() }
    }

    /// A place below this one.
    pub fn at(&self, step: &str) -> Self {
        let path = match self.path.is_empty() || step.starts_with('[') {
            true => format!("{}{step}", self.path),
            false => format!("{}.{step}", self.path),
        };
        Self { file: self.file.clone(), path }
    }

    /// A mistake here.
    pub fn failure(&self, message: &str) -> Failure {
        match self.path.is_empty() {
            true => Failure(format!("{}: {message}", self.file)),
            false => Failure(format!("{}: {}: {message}", self.file, self.path)),
        }
    }

    pub fn object<'a>(&self, value: &'a Value) -> Result<&'a Map<String, Value>, Failure> {
        value.as_object().ok_or_else(|| self.failure("must be an object"))
    }

    pub fn list<'a>(&self, value: &'a Value) -> Result<&'a [Value], Failure> {
        value.as_array().map(Vec::as_slice).ok_or_else(|| self.failure("must be a list"))
    }

    pub fn texts(&self, value: &Value) -> Result<Vec<String>, Failure> {
        let list = self.list(value)?.iter();
        list.map(|item| item.as_str().map(str::to_owned).ok_or_else(|| self.failure("must be a list of strings")))
            .collect()
    }

    pub fn text<'a>(&self, object: &'a Map<String, Value>, key: &str) -> Result<&'a str, Failure> {
        self.optional_text(object, key)?.ok_or_else(|| self.failure(&format!("needs {key}")))
    }

    pub fn optional_text<'a>(&self, object: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Failure> {
        match object.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.at(key).failure("must be a string")),
        }
    }

    pub fn flag(&self, object: &Map<String, Value>, key: &str) -> Result<bool, Failure> {
        match object.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.at(key).failure("must be true or false")),
        }
    }

    pub fn number(&self, object: &Map<String, Value>, key: &str) -> Result<Option<f64>, Failure> {
        match object.get(key) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or_else(|| self.at(key).failure("must be a number")),
        }
    }

    pub fn count(&self, object: &Map<String, Value>, key: &str) -> Result<Option<u32>, Failure> {
        match object.get(key) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|count| u32::try_from(count).ok()) {
                Some(count) => Ok(Some(count)),
                None => Err(self.at(key).failure("must be a whole number")),
            },
        }
    }

    /// Refuses keys that nobody reads.
    pub fn only(&self, object: &Map<String, Value>, known: &[&str], also: &[&str]) -> Result<(), Failure> {
        match object.keys().find(|key| !known.contains(&key.as_str()) && !also.contains(&key.as_str())) {
            Some(key) => Err(self.failure(&format!("unknown keyword {key}"))),
            None => Ok(()),
        }
    }
}
