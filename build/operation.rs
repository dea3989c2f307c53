//! Reads the operations of the contract: `services.list: { route: GET /services, … }`.
//!
//! Checks paths and their parameters, names, and that idempotency and `yields` refer to properties that the body and
//! the result have.

use serde_json::{Map, Value, json};

use crate::document::{Document, Failure, File, Place};
use crate::marks::{self, Pages, Range, Waiter};
use crate::review;
use crate::schema::{self, Kind, Property, Schema};

/// An operation, for the tables and for the OpenAPI document.
#[derive(Debug)]
pub struct Operation {
    /// Its place in the contract.
    pub place: Place,
    pub id: String,
    /// `services.list`
    pub name: String,
    pub method: &'static str,
    pub path: String,
    pub path_parameters: Vec<Parameter>,
    pub query_parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub response: ResponseKind,
    /// The description of a success.
    pub status: u16,
    pub idempotency: Idempotency,
    pub yields: Option<Yields>,
    pub pages: Option<Pages>,
    pub range: Option<Range>,
    pub waiter: Option<Waiter>,
    pub beta: bool,
    pub deprecated: bool,
    pub summary: String,
    pub description: Option<String>,
    /// Deliberate deviations from the official document, with reasons.
    pub deviation: Option<Value>,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub schema: Schema,
    /// The schema as the contract writes it.
    pub source: Map<String, Value>,
    pub required: bool,
}

#[derive(Debug)]
pub struct Body {
    pub schema: Schema,
    /// The schema in the contract's long form.
    pub source: Value,
    pub required: bool,
}

#[derive(Debug)]
pub enum ResponseKind {
    Json(Schema, Value),
    Empty,
    /// Text of a media type.
    Text(String),
}

#[derive(Debug)]
pub enum Idempotency {
    Safe,
    Unsafe,
    SafeWith(Vec<String>),
    SafeWhen(String, Vec<String>),
}

/// A property of the result that callers need, unless the body has one of the listed properties.
#[derive(Debug)]
pub struct Yields {
    pub property: String,
    pub unless: Vec<String>,
}

/// The methods as the contract and the tables write them, and whether a request of each is normally idempotent.
const METHODS: &[(&str, &str, bool)] = &[
    ("GET", "Get", true),
    ("POST", "Post", false),
    ("PUT", "Put", true),
    ("PATCH", "Patch", false),
    ("DELETE", "Delete", true),
];

/// The start of most paths.
const BASE: &str = "/v1/organizations/{organizationId}";

const KEYS: &[&str] = &[
    "route",
    "id",
    "idempotency",
    "maturity",
    "deprecated",
    "yields",
    "pages",
    "range",
    "waiter",
    "summary",
    "description",
    "query",
    "body",
    "result",
    "status",
    "deviation",
];

/// Reads every operation, in the order of the files.
pub fn read_all(document: &Document) -> Result<Vec<Operation>, Failure> {
    let mut operations: Vec<Operation> = Vec::new();
    for file in &document.files {
        for (name, value) in &file.operations {
            let place = Place::new(&file.name).at("operations").at(name);
            let operation = Reader { document, file, place: &place }.operation(name, value)?;
            for known in &operations {
                if known.name == operation.name || known.id == operation.id {
                    return Err(place.failure("its name or id stands twice"));
                }
                for (name, other) in [(&known.name, &operation.name), (&operation.name, &known.name)] {
                    if name.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.')) {
                        return Err(place.failure(&format!("{other} can not be a method and a resource")));
                    }
                }
                if known.method == operation.method && shape(&known.path) == shape(&operation.path) {
                    return Err(place.failure(&format!("{} has this route, too", known.name)));
                }
            }
            operations.push(operation);
        }
    }
    Ok(operations)
}

/// A path with its parameter names removed.
fn shape(path: &str) -> Vec<&str> {
    path.split('/').map(|part| parameter(part).map_or(part, |_| "{}")).collect()
}

/// The name of a parameter in a path segment.
pub fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// Reads one operation.
pub struct Reader<'a> {
    pub document: &'a Document,
    pub file: &'a File,
    pub place: &'a Place,
}

impl Reader<'_> {
    fn operation(&self, name: &str, value: &Value) -> Result<Operation, Failure> {
        let place = self.place;
        let object = place.object(value)?;
        place.only(object, KEYS, &[])?;
        let is_name = |part: &str| {
            part.starts_with(|letter: char| letter.is_ascii_lowercase())
                && part.chars().all(|letter| letter.is_ascii_alphanumeric())
        };
        if !(2..=3).contains(&name.split('.').count()) || !name.split('.').all(is_name) {
            return Err(place.failure("its name must be resource.method, or resource.resource.method"));
        }
        let (method, safe, path) = self.route(place.text(object, "route")?)?;
        let body = self.body(object)?;
        let response = self.response(object)?;
        if let Some(marks) = object.get("deviation") {
            review::deviation(marks, &place.at("deviation"))?;
        }
        let maturity = place.optional_text(object, "maturity")?;
        if maturity.is_some_and(|maturity| maturity != "beta") {
            return Err(place.at("maturity").failure("must be beta, or absent"));
        }
        let query_parameters = self.query_parameters(object)?;
        Ok(Operation {
            place: place.clone(),
            id: place.text(object, "id")?.to_owned(),
            name: name.to_owned(),
            method,
            path_parameters: self.path_parameters(&path)?,
            path,
            pages: marks::pages(self, object, &query_parameters, &response)?,
            range: marks::range(self, object, &query_parameters)?,
            waiter: marks::waiter(self, name, object, &response)?,
            query_parameters,
            idempotency: self.idempotency(object, safe, body.as_ref())?,
            yields: self.yields(object, body.as_ref(), &response)?,
            body,
            response,
            status: match place.count(object, "status")?.unwrap_or(200) {
                status @ 200..=299 => status as u16,
                _ => return Err(place.at("status").failure("must be a success")),
            },
            beta: maturity.is_some(),
            deprecated: place.flag(object, "deprecated")?,
            summary: place.text(object, "summary")?.to_owned(),
            description: place.optional_text(object, "description")?.map(str::to_owned),
            deviation: object.get("deviation").cloned(),
        })
    }

    /// `GET /services`: the method as the tables write it, whether it is normally idempotent, and the whole path.
    fn route(&self, route: &str) -> Result<(&'static str, bool, String), Failure> {
        let place = self.place.at("route");
        let Some((name, path)) = route.split_once(' ').filter(|(_, path)| path.starts_with('/')) else {
            return Err(place.failure("must be a method and a path, such as GET /services"));
        };
        let Some((_, method, safe)) = METHODS.iter().find(|(known, ..)| *known == name) else {
            return Err(place.failure(&format!("unknown method {name}")));
        };
        let path = match path {
            "/" => BASE.to_owned(),
            _ if path == "/v1" || path.starts_with("/v1/") => path.to_owned(),
            _ => format!("{BASE}{path}"),
        };
        Ok((method, *safe, path))
    }

    /// The parameters of a path, in path order, from those of the file or of all files.
    fn path_parameters(&self, path: &str) -> Result<Vec<Parameter>, Failure> {
        let mut parameters = Vec::new();
        for name in path.split('/').filter_map(parameter) {
            let own = self.file.parameters.get(name);
            let Some(value) = own.or_else(|| self.document.parameters.get(name)) else {
                return Err(self.place.at("route").failure(&format!("no parameters describe {name}")));
            };
            let place = Place::new(&self.file.name).at("parameters").at(name);
            let source = place.object(value)?.clone();
            parameters.push(Parameter {
                name: name.to_owned(),
                schema: schema::read(self.document, value, &place)?,
                source,
                required: true,
            });
        }
        Ok(parameters)
    }

    fn query_parameters(&self, object: &Map<String, Value>) -> Result<Vec<Parameter>, Failure> {
        let Some(query) = object.get("query") else { return Ok(Vec::new()) };
        let place = self.place.at("query");
        let read = |(name, value): (&String, &Value)| {
            let place = place.at(name);
            let mut source = place.object(value)?.clone();
            // Of an object it would be a list, but an object cannot stand in a query.
            let required = place.flag(&source, "required")?;
            source.remove("required");
            let schema = schema::read(self.document, &Value::Object(source.clone()), &place)?;
            Ok(Parameter { name: name.clone(), schema, source, required })
        };
        place.object(query)?.iter().map(read).collect()
    }

    /// `X` or `X[]`: the schema, and its long form in the contract.
    fn named(&self, text: &str, place: &Place) -> Result<(Schema, Value), Failure> {
        let source = match text.strip_suffix("[]") {
            Some(name) => json!({ "type": "array", "items": { "$ref": name } }),
            None => json!({ "$ref": text }),
        };
        Ok((schema::read(self.document, &source, place)?, source))
    }

    fn body(&self, object: &Map<String, Value>) -> Result<Option<Body>, Failure> {
        let place = self.place.at("body");
        let (name, required) = match object.get("body") {
            None => return Ok(None),
            Some(Value::String(name)) => (name.as_str(), true),
            Some(value) => {
                let body = place.object(value)?;
                place.only(body, &["schema", "required"], &[])?;
                (place.text(body, "schema")?, !body.contains_key("required") || place.flag(body, "required")?)
            }
        };
        let (schema, source) = self.named(name, &place)?;
        Ok(Some(Body { schema, source, required }))
    }

    pub fn response(&self, object: &Map<String, Value>) -> Result<ResponseKind, Failure> {
        match self.place.optional_text(object, "result")? {
            None => Ok(ResponseKind::Empty),
            Some(media) if media.contains('/') => Ok(ResponseKind::Text(media.to_owned())),
            Some(name) => {
                let (schema, source) = self.named(name, &self.place.at("result"))?;
                Ok(ResponseKind::Json(schema, source))
            }
        }
    }

    fn idempotency(
        &self,
        object: &Map<String, Value>,
        safe: bool,
        body: Option<&Body>,
    ) -> Result<Idempotency, Failure> {
        let place = self.place.at("idempotency");
        let value = match object.get("idempotency") {
            None if safe => return Ok(Idempotency::Safe),
            None => return Ok(Idempotency::Unsafe),
            Some(value) => value,
        };
        let schema = body.map(|body| &body.schema);
        let condition = value.as_object().filter(|condition| condition.len() == 1).and_then(|it| it.iter().next());
        match (value.as_str(), condition) {
            (Some("safe"), _) => Ok(Idempotency::Safe),
            (Some("unsafe"), _) => Ok(Idempotency::Unsafe),
            (_, Some((key, names))) if key == "safeWith" => {
                let names = place.at(key).texts(names)?;
                names.iter().try_for_each(|name| self.property(schema, name, &place).map(|_| ()))?;
                Ok(Idempotency::SafeWith(names))
            }
            (_, Some((key, when))) if key == "safeWhen" => {
                let place = place.at(key);
                let Some((name, values)) = place.object(when)?.iter().next() else {
                    return Err(place.failure("names no property"));
                };
                let values = place.at(name).texts(values)?;
                let known = self.values(&self.property(schema, name, &place)?.schema, &place)?;
                if let Some(value) = values.iter().find(|value| !known.contains(value)) {
                    return Err(place.failure(&format!("{name} can not be {value}")));
                }
                Ok(Idempotency::SafeWhen(name.clone(), values))
            }
            _ => {
                Err(place
                    .failure("must be safe, unsafe, { safeWith: [property] } or { safeWhen: { property: [value] } }"))
            }
        }
    }

    fn yields(
        &self,
        object: &Map<String, Value>,
        body: Option<&Body>,
        response: &ResponseKind,
    ) -> Result<Option<Yields>, Failure> {
        let Some(value) = object.get("yields") else { return Ok(None) };
        let place = self.place.at("yields");
        let object = place.object(value)?;
        place.only(object, &["property", "unless"], &[])?;
        let property = place.text(object, "property")?.to_owned();
        let unless = object.get("unless").map_or(Ok(Vec::new()), |names| place.at("unless").texts(names))?;
        let result = if let ResponseKind::Json(schema, _) = response { Some(schema) } else { None };
        self.property(result, &property, &place)?;
        unless.iter().try_for_each(|name| self.property(body.map(|body| &body.schema), name, &place).map(|_| ()))?;
        Ok(Some(Yields { property, unless }))
    }

    /// A property of an object's schema.
    pub fn property(&self, schema: Option<&Schema>, name: &str, place: &Place) -> Result<Property, Failure> {
        let object = schema.map(|schema| self.resolved(schema, place)).transpose()?;
        if let Some(Schema { kind: Kind::Object(object), .. }) = object
            && let Some(property) = object.properties.into_iter().find(|property| property.name == name)
        {
            return Ok(property);
        }
        Err(place.failure(&format!("there is no property {name}")))
    }

    /// The values of an enum.
    fn values(&self, schema: &Schema, place: &Place) -> Result<Vec<String>, Failure> {
        match self.resolved(schema, place)?.kind {
            Kind::Enum { values, .. } => Ok(values),
            _ => Err(place.failure("names a property that is no enum")),
        }
    }

    /// The target of a reference, or the schema itself.
    pub fn resolved(&self, schema: &Schema, place: &Place) -> Result<Schema, Failure> {
        match &schema.kind {
            Kind::Named(name) => {
                let (value, at) = self.document.target(&Value::String(name.clone()), place)?;
                self.resolved(&schema::read(self.document, value, &at)?, place)
            }
            _ => Ok(schema.clone()),
        }
    }
}
