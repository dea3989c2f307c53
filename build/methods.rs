//! Writes the JavaScript methods of the contract's operations, which `src/js/resources.rs` includes: one a line of
//! the README's table, with its types and, from the contract's own words, its documentation on hover.

use std::fmt::Write;

use crate::operation::{Answer, Operation, type_name};
use crate::tables::constant;

/// One `impl` block for each resource.
pub fn write(operations: &[Operation]) -> String {
    let mut resources: Vec<&str> = Vec::new();
    for operation in operations {
        let (resource, _) = operation.resource();
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    let mut out = String::new();
    for resource in resources {
        let _ = writeln!(out, "#[wasm_bindgen]\nimpl {} {{", capitalised(resource));
        for operation in operations.iter().filter(|operation| operation.resource().0 == resource) {
            method(&mut out, operation);
        }
        let _ = writeln!(out, "}}");
    }
    out
}

fn method(out: &mut String, operation: &Operation) {
    let (resource, name) = operation.resource();
    for line in operation.summary.lines().chain([""]).chain(operation.description.lines()) {
        let _ = writeln!(out, "    /// {}", line.trim_end());
    }
    let _ = writeln!(out, "    ///\n    /// `{} {}`", operation.method.to_uppercase(), operation.path);
    if operation.deprecated {
        let _ = writeln!(out, "    ///\n    /// @deprecated The API advises against it.");
    }
    let result = match &operation.answer {
        Answer::Json(schema) => type_name(schema),
        Answer::Empty => "void".to_owned(),
        Answer::Text => "string".to_owned(),
    };
    let _ = writeln!(
        out,
        "    #[wasm_bindgen(js_name = {name:?}, unchecked_return_type = {:?})]",
        format!("CloudPromise<{result}>")
    );
    let mut arguments = Vec::new();
    let mut path = Vec::new();
    for parameter in &operation.path_parameters {
        // The organization is the client's own, but where it is what the call is about.
        if parameter.name == "organizationId" && resource != "organizations" {
            continue;
        }
        let variable = snake(&parameter.name);
        arguments.push(argument(
            &variable,
            &parameter.name,
            &type_name(&parameter.schema),
            true,
            &parameter.description,
        ));
        path.push(format!("({:?}, {variable})", parameter.name));
    }
    let query = match operation.query_parameters.is_empty() {
        true => "JsValue::UNDEFINED",
        false => {
            let fields: Vec<String> = operation
                .query_parameters
                .iter()
                .map(|parameter| {
                    let optional = if parameter.required { "" } else { "?" };
                    format!("{}{optional}: {} | undefined", parameter.name, type_name(&parameter.schema))
                })
                .collect();
            let required = operation.query_parameters.iter().any(|parameter| parameter.required);
            let kind = format!("{{ {} }}", fields.join("; "));
            arguments.push(argument("query", "query", &kind, required, "The query's parameters."));
            "query"
        }
    };
    let body = match &operation.body {
        None => "JsValue::UNDEFINED",
        Some(body) => {
            arguments.push(argument("body", "body", &type_name(&body.schema), body.required, "The request's body."));
            "body"
        }
    };
    arguments.push(argument(
        "options",
        "options",
        "CallOptions",
        false,
        "`signal`, `timeoutMs` and `headers` of this call.",
    ));
    let _ = writeln!(
        out,
        "    pub fn {}(&self, {}) -> JsValue {{\n        self.client.call(&contract::{}, vec![{}], {query}, {body}, options)\n    }}",
        snake(name),
        arguments.join(", "),
        constant(&operation.name),
        path.join(", "),
    );
}

fn argument(variable: &str, name: &str, kind: &str, required: bool, description: &str) -> String {
    let attribute = if required { "unchecked_param_type" } else { "unchecked_optional_param_type" };
    format!(
        "#[wasm_bindgen(js_name = {name:?}, {attribute} = {kind:?}, param_description = {description:?})] {variable}: JsValue"
    )
}

/// `services` as `Services`.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// `updateState` as `update_state`.
fn snake(name: &str) -> String {
    constant(name).to_ascii_lowercase()
}
