//! Reads the contract's files as one document. Every value carries its place, so that a mistake is reported as
//! `contract/services.yaml: schemas.Service.properties.name: unknown keyword minlength`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::review;

/// All files of the contract, merged.
#[derive(Default)]
pub struct Document {
    /// `info`, `servers` and `securitySchemes`: the parts of the head that only the OpenAPI document uses.
    pub head: Map<String, Value>,
    /// One resource per file, in the order of the files.
    pub files: Vec<File>,
    /// By name: the file that defines the schema, and the schema.
    pub schemas: BTreeMap<String, (String, Value)>,
    /// Path parameters that every file may use.
    pub parameters: Map<String, Value>,
}

/// One file: a resource with its operations.
pub struct File {
    pub name: String,
    /// The description of the resource.
    pub description: Option<String>,
    /// Path parameters that this file may use.
    pub parameters: Map<String, Value>,
    pub operations: Map<String, Value>,
}

/// A mistake in the contract, with its place.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys of the head, which only one file has.
const HEAD: &[&str] = &["info", "servers", "securitySchemes"];

impl Document {
    /// Adds one file. The file with `info` is the head; its parameters are available to all files.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let place = Place::new(name);
        let value: Value = serde_yaml_ng::from_str(text).map_err(|error| place.failure(&error.to_string()))?;
        review::no_todo(&value, &place)?;
        let object = place.object(&value)?;
        place.only(object, &["description", "parameters", "operations", "schemas"], HEAD)?;
        let members = |key: &str| match object.get(key) {
            Some(value) => place.at(key).object(value).cloned(),
            None => Ok(Map::new()),
        };
        let mut file = File {
            name: name.to_owned(),
            description: place.optional_text(object, "description")?.map(str::to_owned),
            parameters: members("parameters")?,
            operations: members("operations")?,
        };
        if object.contains_key("info") {
            self.parameters = std::mem::take(&mut file.parameters);
        }
        for key in HEAD {
            if let Some(value) = object.get(*key)
                && self.head.insert((*key).to_owned(), value.clone()).is_some()
            {
                return Err(place.failure(&format!("{key} stands in another file too")));
            }
        }
        for (schema, value) in members("schemas")? {
            if self.schemas.insert(schema.clone(), (name.to_owned(), value)).is_some() {
                return Err(place.at("schemas").failure(&format!("{schema} stands twice")));
            }
        }
        self.files.push(file);
        Ok(())
    }

    /// The schema name in a `$ref`.
    pub fn named(&self, target: &Value, place: &Place) -> Result<String, Failure> {
        let name = target.as_str().ok_or_else(|| place.failure("must be a string"))?;
        match self.schemas.contains_key(name) {
            true => Ok(name.to_owned()),
            false => Err(place.failure(&format!("there is no schema {name}"))),
        }
    }

    /// The schema that a `$ref` refers to, and its place.
    pub fn target(&self, target: &Value, place: &Place) -> Result<(&Value, Place), Failure> {
        let name = self.named(target, place)?;
        let found = self.schemas.get(&name).ok_or_else(|| place.failure("does not exist"))?;
        Ok((&found.1, Place::new(&found.0).at("schemas").at(&name)))
    }
}

/// A place in a file of the contract. Its methods read values and report mistakes with the place.
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

    /// A mistake at this place.
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

    /// Refuses unknown keys.
    pub fn only(&self, object: &Map<String, Value>, known: &[&str], also: &[&str]) -> Result<(), Failure> {
        match object.keys().find(|key| !known.contains(&key.as_str()) && !also.contains(&key.as_str())) {
            Some(key) => Err(self.failure(&format!("unknown keyword {key}"))),
            None => Ok(()),
        }
    }
}
