//! A call of an operation: path, query and body, after the contract's checks.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::contract::Operation;

/// A call of an operation.
pub struct Call {
    pub operation: &'static Operation,
    /// The id of the key that the request presents.
    pub key: String,
    /// The address that the request comes from, where it is known.
    pub address: Option<IpAddr>,
    /// When each key was last used, by the id of its record; only for operations on keys.
    pub uses: Vec<(String, f64)>,
    /// The parameters of the path by name, decoded.
    pub path: Vec<(&'static str, String)>,
    /// The parameters of the query by name.
    pub query: Map<String, Value>,
    /// The properties of the body; empty for an operation without one.
    pub body: Map<String, Value>,
}

impl Call {
    /// A parameter of the path, decoded.
    pub fn path(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The id of the service in the path; empty where it names none.
    pub fn service_id(&self) -> &str {
        self.path("serviceId").unwrap_or_default()
    }

    /// The strings of a query parameter that is a list.
    pub fn query(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.query.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(Value::as_str)
    }
}
