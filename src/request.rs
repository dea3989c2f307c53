//! An operation and its arguments become a checked HTTP request, or every issue that stands against it.
//!
//! Everything is checked by the contract before anything is sent: path arguments, the query, the body. What breaks it can
//! be sent all the same, since the service may know more than this contract; not so what would be another path. Path arguments
//! and query values are percent-encoded here and nowhere else. A request can be shown as a curl command, in which
//! environment variables stand for whatever is secret.

use crate::contract::{
    AdditionalProperties, Format, Kind, Method, OPERATIONS, Operation, Parameter, Property, ResponseKind, Schema, Text,
};
use crate::host::HttpRequest;
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;
use crate::secret::Secret;
use crate::text::text;
use crate::validate::{
    Mode, Report, SecretValue, Unknown, has_property, quote, strings, text_property, texts, validate,
};

/// The arguments of a call, as JSON texts that the host has written.
#[derive(Clone, Default)]
pub struct Arguments {
    /// The values of the path.
    pub path: Vec<Argument>,
    /// The values of the query.
    pub query: Vec<Argument>,
    /// The JSON text of the body.
    pub body: Option<String>,
    /// What JSON could not hold: the host leaves it out of the texts, and says where it stood.
    pub refused: Vec<Issue>,
}

/// A value of the path or the query.
#[derive(Clone)]
pub struct Argument {
    /// The parameter's name.
    pub name: String,
    /// The value as JSON.
    pub json: String,
}

impl Argument {
    /// A value that is a text.
    #[must_use]
    pub fn text(name: &str, value: &str) -> Self {
        let mut json = String::new();
        quote(value, &mut json);
        Self { name: name.to_owned(), json }
    }
}

/// Where requests go, and what each carries.
#[derive(Clone)]
pub struct Target {
    /// Absolute, without a slash at its end.
    pub base_url: String,
    /// The value of the `authorization` header.
    pub authorization: Option<Secret>,
    /// Headers that each request carries; names in lower case.
    pub headers: Vec<(String, String)>,
}

/// A request that has been checked.
pub struct Checked {
    /// The request.
    pub request: HttpRequest,
    /// What is worth a warning: values that the contract does not know but that may be new.
    pub warnings: Vec<Issue>,
    /// Where it breaks the contract: in nothing, unless it was built all the same.
    pub breaches: Vec<Issue>,
    /// Where secret values stand in the body.
    pub secrets: Vec<SecretValue>,
}

/// Builds a request that keeps the contract. `headers` are the call's own; they win over those of the target.
///
/// ```
/// use clickhouse_cloud::contract;
/// use clickhouse_cloud::request::{Argument, Arguments, Target, build};
/// use clickhouse_cloud::secret::Secret;
/// use clickhouse_cloud::validate::Unknown;
///
/// let target = Target {
///     base_url: "https://api.clickhouse.cloud".to_owned(),
///     authorization: Some(Secret::new("Basic a2V5OnNlY3JldA==")),
///     headers: Vec::new(),
/// };
/// let mut arguments = Arguments::default();
/// arguments.path.push(Argument::text("organizationId", "5a9db0c5-0000-4000-8000-000000000001"));
///
/// let built = build(&contract::ORGANIZATIONS_GET, &target, &arguments, &[], Unknown::Refuse);
/// let checked = built.map_err(|issues| format!("{issues:?}"))?;
/// assert_eq!(
///     checked.request.url,
///     "https://api.clickhouse.cloud/v1/organizations/5a9db0c5-0000-4000-8000-000000000001"
/// );
/// assert!(!checked.to_curl().contains("a2V5OnNlY3JldA=="));
///
/// // An argument that breaks the contract is an issue, and there is no request.
/// arguments.path = vec![Argument::text("organizationId", "mine")];
/// let issues = build(&contract::ORGANIZATIONS_GET, &target, &arguments, &[], Unknown::Refuse).err();
/// assert_eq!(issues.map(|issues| issues.len()), Some(1));
/// # Ok::<(), String>(())
/// ```
pub fn build(
    operation: &'static Operation,
    target: &Target,
    arguments: &Arguments,
    headers: &[(String, String)],
    unknown: Unknown,
) -> Result<Checked, Vec<Issue>> {
    let (issues, report) = check(operation, arguments, unknown);
    if issues.is_empty() { Ok(write(operation, target, arguments, headers, report)) } else { Err(issues) }
}

/// Builds a request although it may break the contract: [`Checked::breaches`] says in what. Only what cannot be sent at
/// all is refused.
pub fn build_anyway(
    operation: &'static Operation,
    target: &Target,
    arguments: &Arguments,
    headers: &[(String, String)],
    unknown: Unknown,
) -> Result<Checked, Vec<Issue>> {
    let (issues, report) = check(operation, arguments, unknown);
    let (never, breaches): (Vec<_>, Vec<_>) =
        issues.into_iter().partition(|issue| cannot_be_sent(operation, arguments, issue));
    if !never.is_empty() {
        return Err(never);
    }
    let mut checked = write(operation, target, arguments, headers, report);
    checked.breaches = breaches;
    Ok(checked)
}

/// Everything that stands against the arguments, and the report of the body.
fn check(operation: &'static Operation, arguments: &Arguments, unknown: Unknown) -> (Vec<Issue>, Report) {
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
            point_elsewhere(operation, &mut report.issues);
            issues.append(&mut report.issues);
        }
        (Some(body), None) if body.required => {
            issues.push(breach(&place, Code::Required, "an object", "nothing"));
        }
        (None, Some(_)) => issues.push(breach(&place, Code::Unknown, "no body", "a body")),
        (Some(_) | None, None) => {}
    }
    if !arguments.refused.is_empty() {
        // What was left out is not missing, too.
        let left_out = |issue: &Issue| arguments.refused.iter().any(|refused| issue.path.starts_with(&refused.path));
        issues.retain(|issue| !left_out(issue));
        issues.splice(0..0, arguments.refused.iter().cloned());
    }
    (issues, report)
}

/// Whether no request can be written of what the issue is about: the path would be another one, or the body no body.
fn cannot_be_sent(operation: &Operation, arguments: &Arguments, issue: &Issue) -> bool {
    // Without what JSON could not hold it would be another request.
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

/// Whether some value of the schema is a secret.
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

/// How deep a secret may stand.
const DEEPEST: u32 = 8;

/// Counts every string of a body as secret: in one that is not as the contract has it, a secret may stand anywhere.
fn hide_strings(json: &str, secrets: &mut Vec<SecretValue>) {
    secrets.extend(strings(json.as_bytes()).into_iter().map(|bytes| SecretValue { name: "value", bytes }));
    // Of what begins at one place, the longest comes first, and of the same, the one that has a name.
    secrets.sort_by_key(|secret| (secret.bytes.start, usize::MAX - secret.bytes.end));
    let mut covered = 0;
    secrets.retain(|secret| {
        let is_new = secret.bytes.end > covered;
        covered = covered.max(secret.bytes.end);
        is_new
    });
}

/// Tells only the type of a body that came as one value: it may be the password itself, handed over in the wrong place.
fn hide_whole(issues: &mut [Issue]) {
    for issue in issues.iter_mut().filter(|issue| issue.path.len() == 1) {
        match issue.received.bytes().next() {
            Some(b'"') => "a string".clone_into(&mut issue.received),
            Some(b'-' | b'0'..=b'9') => "a number".clone_into(&mut issue.received),
            _ => {}
        }
    }
}

/// Writes the request.
fn write(
    operation: &'static Operation,
    target: &Target,
    arguments: &Arguments,
    headers: &[(String, String)],
    report: Report,
) -> Checked {
    let mut all = Vec::new();
    match operation.response {
        // An error is JSON even where a result is not.
        ResponseKind::Text(media) => put(&mut all, "accept", &format!("{media}, application/json")),
        ResponseKind::Json(_) | ResponseKind::Empty => put(&mut all, "accept", "application/json"),
    }
    if arguments.body.is_some() {
        put(&mut all, "content-type", "application/json");
    }
    for headers in [&target.headers, headers] {
        headers.iter().for_each(|(name, value)| put(&mut all, name, value));
    }
    let own_authorization = all.iter().any(|(name, _)| name == "authorization");
    let request = HttpRequest {
        method: operation.method,
        url: url(operation, target, arguments),
        headers: all,
        authorization: if own_authorization { None } else { target.authorization.clone() },
        body: arguments.body.clone(),
    };
    Checked { request, warnings: report.warnings, breaches: Vec::new(), secrets: report.secrets }
}

/// Sets a header.
#[inline(never)]
fn put(all: &mut Vec<(String, String)>, name: &str, value: &str) {
    match all.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value.to_owned(),
        None => all.push((name.to_owned(), value.to_owned())),
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
                    issues.push(breach(&path, Code::Format, "a segment of a path", &argument.json));
                }
            }
            None if parameter.required => {
                let uuid = matches!(parameter.schema.kind, Kind::Text(&Text { format: Some(Format::Uuid), .. }));
                issues.push(breach(&path, Code::Required, if uuid { "a UUID" } else { "a value" }, "nothing"));
            }
            None => {}
        }
    }
    for argument in given {
        if !known.iter().any(|parameter| parameter.name == argument.name) {
            let path = [Step::Key(place.into()), Step::Key(argument.name.clone().into())];
            let mut issue = breach(&path, Code::Unknown, "a known parameter", "an unknown one");
            let near = nearest(&argument.name, known.iter().map(|parameter| parameter.name));
            issue.hint = near.map(|name| text(&["did you mean ", name, "?"]));
            issues.push(issue);
        }
    }
}

/// Names the operation that takes a property of the body which this one does not know: of the same resource, and where
/// several do, one with the same path that the API does not advise against.
fn point_elsewhere(operation: &'static Operation, issues: &mut [Issue]) {
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

/// An issue without a hint.
pub(crate) fn breach(path: &[Step], code: Code, expected: &str, received: &str) -> Issue {
    Issue { path: path.to_vec(), code, expected: expected.to_owned(), received: received.to_owned(), hint: None }
}

/// The address, percent-encoded. The arguments have been checked.
fn url(operation: &Operation, target: &Target, arguments: &Arguments) -> String {
    let mut url = target.base_url.clone();
    // The contract has the parameters in the path's order.
    let mut parameters = operation.path_parameters.iter();
    let mut inside = false;
    for letter in operation.path.chars() {
        match letter {
            '{' => {
                inside = true;
                if let Some(parameter) = parameters.next()
                    && let Some(argument) = arguments.path.iter().find(|argument| argument.name == parameter.name)
                    && let Some(text) = texts(&argument.json).first()
                {
                    encode(&mut url, text);
                }
            }
            '}' => inside = false,
            _ if !inside => url.push(letter),
            _ => {}
        }
    }
    let mut separator = '?';
    for argument in &arguments.query {
        for text in &texts(&argument.json) {
            url.push(separator);
            encode(&mut url, &argument.name);
            url.push('=');
            encode(&mut url, text);
            separator = '&';
        }
    }
    url
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from(if half < 10 { b'0' + half } else { b'A' - 10 + half }));
                }
            }
        }
    }
}

impl Checked {
    /// Whether the body has a property, and not as `null`.
    #[must_use]
    pub fn has_property(&self, name: &str) -> bool {
        self.request.body.as_deref().is_some_and(|body| has_property(body.as_bytes(), name))
    }

    /// Whether a property of the body is one of these texts.
    #[must_use]
    pub fn has_value(&self, name: &str, values: &[&str]) -> bool {
        let text = self.request.body.as_deref().and_then(|body| text_property(body.as_bytes(), name));
        text.is_some_and(|text| values.contains(&text.as_str()))
    }

    /// The request as a curl command for a POSIX shell. Credentials and secret values of the body are left out:
    /// environment variables stand for them.
    #[must_use]
    pub fn to_curl(&self) -> String {
        let request = &self.request;
        let mut out = text(&["curl --fail-with-body -X ", request.method.as_str(), " '"]);
        escape(&mut out, &request.url);
        out.push_str(match &request.authorization {
            Some(secret) if secret.reveal().starts_with("Bearer ") => {
                "' \\\n  -H \"authorization: Bearer $CLICKHOUSE_CLOUD_BEARER_TOKEN\""
            }
            Some(_) => "' \\\n  --user \"$CLICKHOUSE_CLOUD_API_KEY:$CLICKHOUSE_CLOUD_API_SECRET\"",
            None => "'",
        });
        for (name, value) in &request.headers {
            // The name goes into single quotes: RFC tokens may hold what a shell would run.
            out.push_str(" \\\n  -H '");
            escape(&mut out, name);
            out.push_str(": ");
            // What the caller adds may be a credential too: only what this client writes itself is shown.
            if matches!(name.as_str(), "accept" | "content-type") {
                escape(&mut out, value);
            } else {
                variable(&mut out, name);
            }
            out.push('\'');
        }
        if let Some(body) = &request.body {
            out.push_str(" \\\n  --data '");
            let mut from = 0;
            for secret in &self.secrets {
                escape(&mut out, body.get(from..secret.bytes.start).unwrap_or_default());
                variable(&mut out, secret.name);
                from = secret.bytes.end;
            }
            escape(&mut out, body.get(from..).unwrap_or_default());
            out.push('\'');
        }
        out
    }
}

/// Writes the environment variable that stands for a value into single quotes: `'"$NEW_PASSWORD_HASH"'` for
/// `newPasswordHash`.
fn variable(out: &mut String, name: &str) {
    out.push_str("'\"$");
    for (index, letter) in name.bytes().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 || letter.is_ascii_digit() && index == 0 {
            out.push('_');
        }
        out.push(if letter.is_ascii_alphanumeric() { char::from(letter.to_ascii_uppercase()) } else { '_' });
    }
    out.push_str("\"'");
}

/// Writes a text into single quotes of a POSIX shell.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("'\\''"),
            _ => out.push(letter),
        }
    }
}
