//! Checks the arguments of a request by the contract, every issue at once.
//!
//! A violation can be tolerated, since the service may know more than this contract; but not one that would make it another
//! request. Where a body breaks the contract, all of its strings count as secret: a password may be in the wrong place.

use super::Argument;
use super::Arguments;
use crate::contract::{
    AdditionalProperties, Format, Kind, Method, OPERATIONS, Operation, Parameter, Property, Schema, Text,
};
use crate::issue::{Code, Issue, Step};
use crate::suggest::nearest;
use crate::validate::{Mode, Report, SecretValue, Unknown, strings, texts, validate};

/// Every issue of the arguments, and the report of the body.
pub(super) fn check(operation: &'static Operation, arguments: &Arguments, unknown: Unknown) -> (Vec<Issue>, Report) {
    let mut issues = Vec::new();
    let mut report = Report::default();
    let place = [Step::Key("body".into())];
    check_parameters("path", operation.path_parameters, &arguments.path, &mut issues);
    check_parameters("query", operation.query_parameters, &arguments.query, &mut issues);
    match (&operation.body, &arguments.body) {
        (Some(body), Some(json)) => {
            report = validate(json.as_bytes(), body.schema, Mode::Request { unknown }, &place);
            if (unknown == Unknown::Send || !report.issues.is_empty()) && holds_secret(body.schema, 0) {
                hide_strings(json, &mut report.secrets);
                hide_whole(&mut report.issues);
            }
            suggest_operation(operation, &mut report.issues);
            issues.append(&mut report.issues);
        }
        (Some(body), None) if body.required => {
            issues.push(Issue::new(&place, Code::Required, "an object", "nothing"));
        }
        (None, Some(_)) => issues.push(Issue::new(&place, Code::Unknown, "no body", "a body")),
        (Some(_) | None, None) => {}
    }
    if !arguments.refused.is_empty() {
        // A value that was left out is not missing, too.
        let left_out = |issue: &Issue| arguments.refused.iter().any(|refused| issue.path.starts_with(&refused.path));
        issues.retain(|issue| !left_out(issue));
        issues.splice(0..0, arguments.refused.iter().cloned());
    }
    (issues, report)
}

/// Whether an issue leaves nothing to send: the path would be another one, or the body is not JSON.
pub(super) fn cannot_be_sent(operation: &Operation, arguments: &Arguments, issue: &Issue) -> bool {
    // Without the value that JSON can not hold it would be another request.
    if arguments.refused.contains(issue) {
        return true;
    }
    match issue.path.as_slice() {
        [Step::Key(place), Step::Key(name), ..] if place == "path" => {
            let known = operation.path_parameters.iter().any(|parameter| parameter.name == name);
            let given = arguments.path.iter().find(|argument| argument.name == *name);
            !(known && given.is_some_and(|argument| is_segment(&argument.json)))
        }
        [Step::Key(place)] if place == "body" => {
            issue.code == Code::Syntax || (operation.method == Method::Get && arguments.body.is_some())
        }
        _ => false,
    }
}

/// Whether a value can stand in a path without changing its other segments. Servers and proxies may decode a `%2F`.
fn is_segment(json: &str) -> bool {
    let single = !matches!(json.as_bytes().first(), None | Some(b'{' | b'[' | b'n'));
    let splits = |text: &String| matches!(text.as_str(), "" | "." | "..") || text.contains(['/', '\\']);
    single && !texts(json).iter().any(splits)
}

/// Whether a value of the schema may be a secret.
fn holds_secret(schema: &Schema, depth: u32) -> bool {
    let holds = |schema: &Schema| depth < DEEPEST && holds_secret(schema, depth + 1);
    schema.secret
        || match &schema.kind {
            Kind::Array { items, .. } => holds(items),
            Kind::Object(object) => {
                object.properties.iter().any(|property| holds(property.schema))
                    || matches!(object.additional, AdditionalProperties::Schema(schema) if holds(schema))
            }
            Kind::Union(variants) => variants.iter().any(|variant| holds(variant)),
            _ => false,
        }
}

/// How deep a secret may be nested.
const DEEPEST: u32 = 8;

/// Counts every string of a body as secret, beside the values that are.
fn hide_strings(json: &str, secrets: &mut Vec<SecretValue>) {
    let named = std::mem::take(secrets);
    let ranges = named.iter().map(|secret| secret.bytes.clone()).chain(strings(json.as_bytes()));
    // Of ranges that begin together, the longest comes first.
    let mut ranges: Vec<(usize, usize)> = ranges.map(|bytes| (bytes.start, usize::MAX - bytes.end)).collect();
    ranges.sort_unstable();
    let mut covered = 0;
    for (start, from_end) in ranges {
        let bytes = start..usize::MAX - from_end;
        if bytes.end > covered {
            covered = bytes.end;
            let name = named.iter().find(|secret| secret.bytes == bytes).map_or("value", |secret| secret.name);
            secrets.push(SecretValue { name, bytes });
        }
    }
}

/// Shows only the type of a body that is one value: it may be the password itself, in the wrong place.
fn hide_whole(issues: &mut [Issue]) {
    for issue in issues.iter_mut().filter(|issue| issue.path.len() == 1) {
        match issue.received.bytes().next() {
            Some(b'"') => "a string".clone_into(&mut issue.received),
            Some(b'-' | b'0'..=b'9') => "a number".clone_into(&mut issue.received),
            _ => {}
        }
    }
}

fn check_parameters(place: &'static str, known: &[Parameter], given: &[Argument], issues: &mut Vec<Issue>) {
    for parameter in known {
        let path = [Step::Key(place.into()), Step::Key(parameter.name.into())];
        match given.iter().find(|argument| argument.name == parameter.name) {
            Some(argument) => {
                let mode = Mode::Request { unknown: Unknown::Refuse };
                issues.append(&mut validate(argument.json.as_bytes(), parameter.schema, mode, &path).issues);
                // "." and ".." survive percent-encoding and would change the path that the server sees.
                let dots = |text: &String| matches!(text.as_str(), "" | "." | "..");
                if place == "path" && texts(&argument.json).iter().any(dots) && issues.is_empty() {
                    issues.push(Issue::new(&path, Code::Format, "a segment of a path", &argument.json));
                }
            }
            None if parameter.required => {
                let uuid = matches!(parameter.schema.kind, Kind::Text(&Text { format: Some(Format::Uuid), .. }));
                issues.push(Issue::new(&path, Code::Required, if uuid { "a UUID" } else { "a value" }, "nothing"));
            }
            None => {}
        }
    }
    for argument in given {
        if !known.iter().any(|parameter| parameter.name == argument.name) {
            let path = [Step::Key(place.into()), Step::Key(argument.name.clone().into())];
            let mut issue = Issue::new(&path, Code::Unknown, "a known parameter", "an unknown one");
            let near = nearest(&argument.name, known.iter().map(|parameter| parameter.name));
            issue.hint = near.map(|name| format!("did you mean {name}?"));
            issues.push(issue);
        }
    }
}

/// Suggests the operation that takes an unknown property of the body: one of the same resource, preferably with the same path
/// and not deprecated.
fn suggest_operation(operation: &'static Operation, issues: &mut [Issue]) {
    let resource = |operation: &Operation| operation.name.rsplit_once('.').map(|(resource, _)| resource);
    let parameters = |operation: &'static Operation| operation.path_parameters.iter().map(|parameter| parameter.name);
    for issue in issues.iter_mut().filter(|issue| issue.code == Code::Unknown) {
        let [_, Step::Key(name)] = issue.path.as_slice() else { continue };
        let takes = |other: &&&'static Operation| {
            let mut known = other.body.iter().flat_map(|body| properties(body.schema));
            resource(other) == resource(operation) && known.any(|property| property.name == name)
        };
        let best = OPERATIONS
            .iter()
            .filter(takes)
            .max_by_key(|other| (parameters(other).eq(parameters(operation)), !other.deprecated));
        if let Some(other) = best {
            issue.hint = Some(format!("{} takes it", other.name));
        }
    }
}

/// The properties of an object's schema.
fn properties(schema: &'static Schema) -> &'static [Property] {
    match schema.kind {
        Kind::Object(object) => object.properties,
        Kind::Union(&[only]) => properties(only),
        _ => &[],
    }
}
