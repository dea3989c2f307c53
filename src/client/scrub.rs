//! What the client sends in secret is taken out of what comes back: servers and proxies echo, and fetch may quote.
//!
//! Texts, headers and messages pass here before they stand in an error, a hook or a log. The answer's bytes do not: they
//! are the caller's alone.

use super::Settings;
use crate::host::Values;
use crate::request::Checked;
use crate::secret::Secret;
use crate::text::cut;
use crate::validate::quote;

/// A shorter one is no secret, and would be found everywhere.
const SHORTEST: usize = 4;

/// What stands instead.
const HIDDEN: &str = "[secret]";

/// Whether a header of that name, in lower case, carries credentials.
pub(super) fn is_credential(name: &str) -> bool {
    ["auth", "cookie", "token", "secret", "password", "api-key", "apikey", "access-key"]
        .iter()
        .any(|word| find(name, word).is_some())
}

/// The secrets of a client, or of one request.
pub(super) struct Scrub(Vec<Secret>);

impl Scrub {
    /// The client's own credentials, whole and in parts, and what its key is made of.
    pub fn of_client(settings: &Settings) -> Self {
        let mut scrub = Self(Vec::new());
        if let Some(secret) = &settings.key_secret {
            scrub.add(secret.reveal());
        }
        if let Some(authorization) = &settings.target.authorization {
            scrub.credential(authorization.reveal());
        }
        scrub
    }

    /// These, the credentials among the request's headers, and the secret values of its body.
    pub fn of_request(settings: &Settings, host: &impl Values, checked: &Checked) -> Self {
        let mut scrub = Self::of_client(settings);
        let request = &checked.request;
        for (name, value) in &request.headers {
            if is_credential(name) {
                scrub.credential(value);
            }
        }
        let body = request.body.as_deref().unwrap_or_default();
        for secret in &checked.secrets {
            let (from, to) = (secret.bytes.start, secret.bytes.end);
            // With its quotes it is a string, whose escapes the host knows.
            let quoted = body.get(from.saturating_sub(1)..to + 1).and_then(|text| host.parse(text.as_bytes()));
            let text = quoted.and_then(|value| host.as_text(&value));
            scrub.add(text.as_deref().or(body.get(from..to)).unwrap_or_default());
        }
        scrub
    }

    /// `Basic …` and `Bearer …` are two secrets: the whole, and what follows the word.
    fn credential(&mut self, value: &str) {
        self.add(value);
        let (_, token) = cut(value, b' ');
        self.add(token);
    }

    fn add(&mut self, text: &str) {
        if text.len() >= SHORTEST {
            self.0.push(Secret::new(text));
            // As issues quote it.
            let mut quoted = String::new();
            quote(text, &mut quoted);
            if quoted.len() > text.len() + 2 {
                self.0.push(Secret::new(quoted.get(1..quoted.len() - 1).unwrap_or_default()));
            }
        }
    }

    /// Takes every secret out of a text, where there is one.
    pub fn option(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Takes every secret out of a text.
    pub fn text(&self, text: &mut String) {
        for secret in &self.0 {
            let secret = secret.reveal();
            let mut clean = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = find(rest, secret).and_then(|at| rest.split_at_checked(at)) {
                clean.push_str(before);
                clean.push_str(HIDDEN);
                rest = after.get(secret.len()..).unwrap_or_default();
            }
            if !clean.is_empty() {
                clean.push_str(rest);
                *text = clean;
            }
        }
    }
}

/// Where a text begins in another one. Not the standard library's, whose speed costs 2 KB.
fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}
