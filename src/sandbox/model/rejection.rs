//! A rejected request: a status, with a code and a text as the live API writes them.

use crate::issue::Issue;

/// The most issues in one text.
const ISSUES: usize = 20;

/// A rejected request.
#[derive(Debug)]
pub struct Rejection {
    pub status: u16,
    /// The word before the colon of the text.
    code: &'static str,
    text: String,
    /// The headers that go with the status.
    pub headers: Vec<(String, String)>,
}

impl Rejection {
    fn new(status: u16, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), headers: Vec::new() }
    }

    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(400, "BAD_REQUEST", text)
    }

    /// Every issue of a value, each with its path.
    pub fn issues(issues: &[Issue]) -> Self {
        let mut texts: Vec<String> = issues.iter().take(ISSUES).map(ToString::to_string).collect();
        if issues.len() > ISSUES {
            texts.push(format!("and {} more", issues.len() - ISSUES));
        }
        Self::bad_request(texts.join("; "))
    }

    pub fn unauthorized() -> Self {
        let mut rejection = Self::new(401, "UNAUTHORIZED", "the key id or the key secret is missing or wrong");
        let challenge = r#"Basic realm="ClickHouse Cloud", charset="UTF-8""#;
        rejection.headers.push(("www-authenticate".to_owned(), challenge.to_owned()));
        rejection
    }

    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, "FORBIDDEN", text)
    }

    pub fn not_found(text: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", text)
    }

    pub fn method_not_allowed(method: &str, allowed: &[&str]) -> Self {
        let mut rejection =
            Self::new(405, "METHOD_NOT_ALLOWED", format!("the path takes {}, not {method}", allowed.join(", ")));
        rejection.headers.push(("allow".to_owned(), allowed.join(", ")));
        rejection
    }

    pub fn conflict(text: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT", text)
    }

    pub fn failed_dependency(text: impl Into<String>) -> Self {
        Self::new(424, "FAILED_DEPENDENCY", text)
    }

    pub fn rate_limited(headers: Vec<(String, String)>) -> Self {
        let text = "too many requests with this key, wait for X-RateLimit-Reset seconds";
        Self { headers, ..Self::new(429, "RATE_LIMITED", text) }
    }

    pub fn internal_error() -> Self {
        Self::new(500, "INTERNAL_ERROR", "something went wrong")
    }

    /// An operation of the contract that the sandbox does not implement yet.
    pub fn not_implemented(operation: &str) -> Self {
        Self::new(501, "NOT_IMPLEMENTED", format!("the sandbox does not play {operation} yet"))
    }

    /// The text of the response: code and reason.
    pub fn message(&self) -> String {
        format!("{}: {}", self.code, self.text)
    }
}
