//! Shows a request as a curl command for a POSIX shell. Environment variables stand for credentials and secrets.

use super::CheckedRequest;

impl CheckedRequest {
    /// The request as a curl command for a POSIX shell, in which environment variables stand for credentials, for the values of
    /// the caller's headers and for secret values of the body.
    #[must_use]
    pub fn to_curl(&self) -> String {
        let request = &self.request;
        let mut out = format!("curl --fail-with-body -X {} '", request.method.as_str());
        escape(&mut out, &request.url);
        out.push_str(match &request.authorization {
            Some(secret) if secret.reveal().starts_with("Bearer ") => {
                "' \\\n  -H \"authorization: Bearer $CLICKHOUSE_CLOUD_BEARER_TOKEN\""
            }
            Some(_) => "' \\\n  --user \"$CLICKHOUSE_CLOUD_API_KEY:$CLICKHOUSE_CLOUD_API_SECRET\"",
            None => "'",
        });
        for (name, value) in &request.headers {
            // The name goes into single quotes: tokens of HTTP may hold characters that a shell would run.
            out.push_str(" \\\n  -H '");
            escape(&mut out, name);
            out.push_str(": ");
            // A header of the caller may be a credential: only values of the client itself are shown.
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
