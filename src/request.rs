//! An operation and its arguments become a checked HTTP request, or every issue that stands against it.
//!
//! Everything is checked by the contract before anything is sent: path arguments, the query, the body. Path arguments
//! and query values are percent-encoded here and nowhere else. A request can be shown as a curl command, in which
//! environment variables stand for whatever is secret.

use std::fmt::Write as _;

use crate::contract::{Kind, Operation, Parameter};
use crate::host::HttpRequest;
use crate::issue::{Code, Issue, Step};
use crate::nearest::nearest;
use crate::secret::Secret;
use crate::validate::{Mode, SecretValue, Unknown, has_property, validate};

/// The arguments of a call, as JSON texts that the host has written.
#[derive(Clone, Default)]
pub struct Arguments {
    /// The values of the path.
    pub path: Vec<Argument>,
    /// The values of the query.
    pub query: Vec<Argument>,
    /// The JSON text of the body.
    pub body: Option<String>,
}

/// A value of the path or the query.
#[derive(Clone)]
pub struct Argument {
    /// The parameter's name.
    pub name: String,
    /// The value as JSON, to be checked.
    pub json: String,
    /// The value as it is sent: one text, or one for each item of a list.
    pub texts: Vec<String>,
}

impl Argument {
    /// A value that is a text.
    #[must_use]
    pub fn text(name: &str, value: &str) -> Self {
        let mut json = String::from("\"");
        for letter in value.chars() {
            match letter {
                '"' | '\\' => json.extend(['\\', letter]),
                '\0'..='\x1f' => {
                    let _ = write!(json, "\\u{:04x}", u32::from(letter));
                }
                _ => json.push(letter),
            }
        }
        json.push('"');
        Self { name: name.to_owned(), json, texts: vec![value.to_owned()] }
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

/// A request that keeps the contract.
pub struct Checked {
    /// The request.
    pub request: HttpRequest,
    /// What is worth a warning: values that the contract does not know but that may be new.
    pub warnings: Vec<Issue>,
    /// Where secret values stand in the body.
    pub secrets: Vec<SecretValue>,
}

/// Builds the request. `headers` are the call's own; they win over those of the target.
pub fn build(
    operation: &'static Operation,
    target: &Target,
    arguments: &Arguments,
    headers: &[(String, String)],
    unknown: Unknown,
) -> Result<Checked, Vec<Issue>> {
    let mut issues = Vec::new();
    let mut warnings = Vec::new();
    let mut secrets = Vec::new();
    check_parameters("path", operation.path_parameters, &arguments.path, &mut issues);
    check_parameters("query", operation.query_parameters, &arguments.query, &mut issues);
    match (&operation.body, &arguments.body) {
        (Some(body), Some(json)) => {
            let report = validate(json.as_bytes(), body.schema, Mode::Request { unknown }, &[Step::Key("body".into())]);
            issues.extend(report.issues);
            warnings.extend(report.warnings);
            secrets = report.secrets;
        }
        (Some(body), None) if body.required => {
            issues.push(breach(&["body"], Code::Required, "an object", "nothing"));
        }
        (None, Some(_)) => issues.push(breach(&["body"], Code::Unknown, "no body", "a body")),
        (Some(_) | None, None) => {}
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut all = vec![("accept".to_owned(), "application/json".to_owned())];
    if arguments.body.is_some() {
        all.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    for (name, value) in target.headers.iter().chain(headers) {
        all.retain(|(known, _)| known != name);
        all.push((name.clone(), value.clone()));
    }
    let own_authorization = all.iter().any(|(name, _)| name == "authorization");
    let request = HttpRequest {
        method: operation.method,
        url: url(operation, target, arguments),
        headers: all,
        authorization: if own_authorization { None } else { target.authorization.clone() },
        body: arguments.body.clone(),
    };
    Ok(Checked { request, warnings, secrets })
}

fn check_parameters(place: &'static str, known: &[Parameter], given: &[Argument], issues: &mut Vec<Issue>) {
    for parameter in known {
        let path = [Step::Key(place.into()), Step::Key(parameter.name.into())];
        match given.iter().find(|argument| argument.name == parameter.name) {
            Some(argument) => {
                let mode = Mode::Request { unknown: Unknown::Refuse };
                issues.extend(validate(argument.json.as_bytes(), parameter.schema, mode, &path).issues);
                // "." and ".." survive percent-encoding and would change the path that the server sees.
                let dots = |text: &String| matches!(text.as_str(), "" | "." | "..");
                if place == "path" && argument.texts.iter().any(dots) && issues.is_empty() {
                    issues.push(breach(&[place, parameter.name], Code::Format, "a segment of a path", &argument.json));
                }
            }
            None if parameter.required => {
                let expected = if is_uuid(parameter) { "a UUID" } else { "a value" };
                issues.push(breach(&[place, parameter.name], Code::Required, expected, "nothing"));
            }
            None => {}
        }
    }
    for argument in given {
        if !known.iter().any(|parameter| parameter.name == argument.name) {
            let mut issue = breach(&[place], Code::Unknown, "a known parameter", "an unknown one");
            issue.path.push(Step::Key(argument.name.clone().into()));
            issue.hint = nearest(&argument.name, known.iter().map(|parameter| parameter.name))
                .map(|name| format!("did you mean {name}?"));
            issues.push(issue);
        }
    }
}

fn is_uuid(parameter: &Parameter) -> bool {
    matches!(&parameter.schema.kind, Kind::Text(text) if text.format == Some(crate::contract::Format::Uuid))
}

fn breach(path: &[&'static str], code: Code, expected: &str, received: &str) -> Issue {
    Issue {
        path: path.iter().map(|step| Step::Key((*step).into())).collect(),
        code,
        expected: expected.to_owned(),
        received: received.to_owned(),
        hint: None,
    }
}

/// The address, percent-encoded. The arguments have been checked.
fn url(operation: &Operation, target: &Target, arguments: &Arguments) -> String {
    let mut url = target.base_url.clone();
    for segment in operation.path.split('/').skip(1) {
        url.push('/');
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(name) => {
                let given = arguments.path.iter().find(|argument| argument.name == name);
                encode(&mut url, given.and_then(|argument| argument.texts.first()).map_or("", String::as_str));
            }
            None => url.push_str(segment),
        }
    }
    let mut separator = '?';
    for argument in &arguments.query {
        for text in &argument.texts {
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
                let _ = write!(out, "%{byte:02X}");
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

    /// The request as a curl command for a POSIX shell. Credentials and secret values of the body are left out:
    /// environment variables stand for them.
    #[must_use]
    pub fn to_curl(&self) -> String {
        let request = &self.request;
        let mut out = format!("curl --fail-with-body -X {} {}", request.method.as_str(), quote(&request.url));
        match &request.authorization {
            Some(secret) if secret.reveal().starts_with("Bearer ") => {
                out.push_str(" \\\n  -H \"authorization: Bearer $CLICKHOUSE_CLOUD_BEARER_TOKEN\"");
            }
            Some(_) => {
                out.push_str(" \\\n  --user \"$CLICKHOUSE_CLOUD_API_KEY:$CLICKHOUSE_CLOUD_API_SECRET\"");
            }
            None => {}
        }
        for (name, value) in &request.headers {
            // What the caller adds may be a credential too: only what this client writes itself is shown.
            match name.as_str() {
                "accept" | "content-type" => {
                    let _ = write!(out, " \\\n  -H {}", quote(&format!("{name}: {value}")));
                }
                // The name goes into single quotes: RFC tokens may hold what a shell would run.
                _ => {
                    let _ = write!(out, " \\\n  -H {}\"${}\"", quote(&format!("{name}: ")), variable(name));
                }
            }
        }
        if let Some(body) = &request.body {
            let _ = write!(out, " \\\n  --data {}", self.quote_body(body));
        }
        out
    }

    /// The body in single quotes, with `'"$NEW_PASSWORD_HASH"'` where a secret stands.
    fn quote_body(&self, body: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        for secret in &self.secrets {
            let variable = variable(secret.name);
            out.push_str(body.get(from..secret.bytes.start).unwrap_or_default());
            let _ = write!(out, "\u{1}{variable}\u{2}");
            from = secret.bytes.end;
        }
        out.push_str(body.get(from..).unwrap_or_default());
        quote(&out).replace('\u{1}', "'\"$").replace('\u{2}', "\"'")
    }
}

/// The environment variable that stands for a value: `NEW_PASSWORD_HASH` for `newPasswordHash`.
fn variable(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() || letter.is_ascii_digit() && out.is_empty() {
            out.push('_');
        }
        out.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    out
}

/// In single quotes for a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
