//! Turns an operation and its arguments into a checked HTTP request, or into every issue of the arguments.
//!
//! Path arguments, query and body are checked by the contract before anything is sent. Path arguments and query values are
//! percent-encoded here and nowhere else.

mod check;
mod curl;

use crate::contract::{Operation, ResponseKind};
use crate::host::HttpRequest;
use crate::issue::Issue;
use crate::secret::Secret;
use crate::validate::{SecretValue, Unknown, has_property, quote, text_property, texts};
use check::{cannot_be_sent, check};

/// The arguments of a call, as JSON texts that the host has written.
#[derive(Clone, Default)]
pub struct Arguments {
    /// The values of the path.
    pub path: Vec<Argument>,
    /// The values of the query.
    pub query: Vec<Argument>,
    /// The JSON text of the body.
    pub body: Option<String>,
    /// Issues of values that JSON can not hold. The host has left them out of the texts.
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

/// The address of requests, and the headers of each.
#[derive(Clone)]
pub struct Target {
    /// Absolute, without a slash at its end.
    pub base_url: String,
    /// The value of the `authorization` header.
    pub authorization: Option<Secret>,
    /// Headers of each request; names in lower case.
    pub headers: Vec<(String, String)>,
}

/// A request that has been checked.
pub struct CheckedRequest {
    /// The request.
    pub request: HttpRequest,
    /// Issues that are worth a warning only: values that the contract does not know, but that may be new.
    pub warnings: Vec<Issue>,
    /// The violations that were tolerated.
    pub violations: Vec<Issue>,
    /// The ranges of secret values in the body.
    pub secrets: Vec<SecretValue>,
}

/// How strictly a request is checked.
#[derive(Clone, Copy)]
pub struct Checks {
    /// How properties that the contract does not know are treated.
    pub unknown: Unknown,
    /// Builds a request although it breaks the contract, where it can be written at all.
    pub tolerant: bool,
}

impl Checks {
    /// Every violation is an issue.
    pub const STRICT: Self = Self { unknown: Unknown::Refuse, tolerant: false };
}

/// Checks the arguments and builds the request. `headers` are the call's own; they replace those of the target.
///
/// # Errors
///
/// Every issue of the arguments; with [`Checks::tolerant`] only those without which no request can be written.
///
/// ```
/// use clickhouse_cloud::contract;
/// use clickhouse_cloud::request::{Argument, Arguments, Checks, Target, build};
/// use clickhouse_cloud::secret::Secret;
///
/// let target = Target {
///     base_url: "https://api.clickhouse.cloud".to_owned(),
///     authorization: Some(Secret::new("Basic a2V5OnNlY3JldA==")),
///     headers: Vec::new(),
/// };
/// let mut arguments = Arguments::default();
/// arguments.path.push(Argument::text("organizationId", "5a9db0c5-0000-4000-8000-000000000001"));
///
/// let built = build(&contract::ORGANIZATIONS_GET, &target, &arguments, &[], Checks::STRICT);
/// let checked = built.map_err(|issues| format!("{issues:?}"))?;
/// assert_eq!(
///     checked.request.url,
///     "https://api.clickhouse.cloud/v1/organizations/5a9db0c5-0000-4000-8000-000000000001"
/// );
/// assert!(!checked.to_curl().contains("a2V5OnNlY3JldA=="));
///
/// // An argument that breaks the contract is an issue, and there is no request.
/// arguments.path = vec![Argument::text("organizationId", "mine")];
/// let issues = build(&contract::ORGANIZATIONS_GET, &target, &arguments, &[], Checks::STRICT).err();
/// assert_eq!(issues.map(|issues| issues.len()), Some(1));
/// # Ok::<(), String>(())
/// ```
pub fn build(
    operation: &'static Operation,
    target: &Target,
    arguments: &Arguments,
    headers: &[(String, String)],
    checks: Checks,
) -> Result<CheckedRequest, Vec<Issue>> {
    let (mut issues, report) = check(operation, arguments, checks.unknown);
    let mut violations = Vec::new();
    if checks.tolerant {
        (issues, violations) = issues.into_iter().partition(|issue| cannot_be_sent(operation, arguments, issue));
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut all = Vec::new();
    match operation.response {
        // An error is JSON even where a result is not.
        ResponseKind::Text(media) => set(&mut all, "accept", &format!("{media}, application/json")),
        ResponseKind::Json(_) | ResponseKind::Empty => set(&mut all, "accept", "application/json"),
    }
    if arguments.body.is_some() {
        set(&mut all, "content-type", "application/json");
    }
    for headers in [&target.headers, headers] {
        headers.iter().for_each(|(name, value)| set(&mut all, name, value));
    }
    let own_authorization = all.iter().any(|(name, _)| name == "authorization");
    let request = HttpRequest {
        method: operation.method,
        url: url(operation, target, arguments),
        headers: all,
        authorization: if own_authorization { None } else { target.authorization.clone() },
        body: arguments.body.clone(),
    };
    Ok(CheckedRequest { request, warnings: report.warnings, violations, secrets: report.secrets })
}

/// Sets a header.
#[inline(never)]
fn set(all: &mut Vec<(String, String)>, name: &str, value: &str) {
    match all.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value.to_owned(),
        None => all.push((name.to_owned(), value.to_owned())),
    }
}

/// The address, percent-encoded. The arguments have been checked.
fn url(operation: &Operation, target: &Target, arguments: &Arguments) -> String {
    let mut url = target.base_url.clone();
    // The contract has the parameters in the path's order.
    let mut parameters = operation.path_parameters.iter();
    for piece in operation.path.split('{') {
        match piece.split_once('}') {
            None => url.push_str(piece),
            Some((_, rest)) => {
                if let Some(parameter) = parameters.next()
                    && let Some(argument) = arguments.path.iter().find(|argument| argument.name == parameter.name)
                    && let Some(text) = texts(&argument.json).first()
                {
                    encode(&mut url, text);
                }
                url.push_str(rest);
            }
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
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if text.bytes().all(is_unreserved) {
        return out.push_str(text);
    }
    for byte in text.bytes() {
        match byte {
            _ if is_unreserved(byte) => out.push(char::from(byte)),
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from(if half < 10 { b'0' + half } else { b'A' - 10 + half }));
                }
            }
        }
    }
}

impl CheckedRequest {
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
}
