//! The part of an error's message that tells of the response: its text, its likely sender, or the target of a redirect.

use super::{ResponseParts, Source};
use crate::printable::printable;

/// The text of an error response, or in its place the target of a redirect.
pub(super) fn message(said: Option<&str>, response: &ResponseParts) -> String {
    let said = redirection(response).unwrap_or_else(|| {
        let said = said.unwrap_or("without a text of the API");
        // Titles of error pages begin with the status, which the message has already.
        let rest = said.strip_prefix(&response.status.to_string()).and_then(|rest| rest.strip_prefix(' '));
        rest.unwrap_or(said).to_owned()
    });
    let sender = match (response.source, response.status) {
        // The text of a 407 is always a proxy's own.
        (Source::Api, _) | (_, 0 | 300..=399 | 407) => return said,
        (Source::Page, _) => "an HTML page",
        (Source::Text, _) => "a text",
    };
    format!("{said} ({sender}, not the API's response: a proxy, a firewall or a wrong baseUrl?)")
}

/// The text of a redirect: the API sends none, and credentials must not follow one.
fn redirection(response: &ResponseParts) -> Option<String> {
    const ADVICE: &str = "not followed, since the API sends none: check baseUrl, or sign in to the network";
    match response.status {
        0 => Some(format!("(a redirect whose target the host hides), {ADVICE}")),
        301..=303 | 307 | 308 => {
            let location = response.headers.iter().find(|(name, _)| name == "location");
            let target = location.map_or_else(|| "an unnamed place".to_owned(), |(_, value)| address(value));
            Some(format!("a redirect to {target}, {ADVICE}"))
        }
        _ => None,
    }
}

/// An address without the parts that may be secret: credentials, the query and the fragment.
fn address(location: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    let (shown, rest) = location.split_at_checked(end).unwrap_or_default();
    let query = if rest.is_empty() { "" } else { "?…" };
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let colon = shown.find(':').filter(|colon| shown.get(..*colon).is_some_and(is_scheme));
    let after_scheme = colon.map_or(0, |colon| colon + 1);
    let is_slash = |letter: &char| matches!(letter, '/' | '\\');
    let slashes = shown.get(after_scheme..).unwrap_or_default().chars().take_while(is_slash).count();
    // Browsers take any number of slashes after a scheme, and two without one, for the beginning of a host.
    let has_host = colon.is_some() || slashes > 1;
    let (scheme, rest) = shown.split_at_checked(after_scheme + slashes).unwrap_or_default();
    let host_end = rest.find(|letter| is_slash(&letter)).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host_end).unwrap_or_default();
    let host = if has_host { host.rsplit('@').next().unwrap_or_default() } else { host };
    printable(&format!("{scheme}{host}{path}{query}"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_without_secrets() {
        for (location, shown) in [
            ("https://login.example/a?token=s#f", "https://login.example/a?…"),
            ("https://user:p%40ss@login.example:8443/a", "https://login.example:8443/a"),
            ("https://user:p@ss@login.example", "https://login.example"),
            ("//user:pass@login.example/a", "//login.example/a"),
            ("/login?next=/v1", "/login?…"),
            ("/@scope/a", "/@scope/a"),
            ("login#a", "login?…"),
            ("https:user:pass@login.example", "https:login.example"),
            ("", ""),
        ] {
            assert_eq!(address(location), shown, "{location}");
        }
    }
}
