//! Routing: from method and address to an operation of the contract.
//!
//! A path is matched segment by segment after percent-decoding. A slash at its end changes nothing: the official Terraform
//! provider creates ClickPipes at such a path.

use std::borrow::Cow;

use crate::contract::{Method, Operation, operations_at};
use crate::sandbox::model::rejection::Rejection;

/// An operation, with the decoded values of its path and query.
pub struct Route {
    pub operation: &'static Operation,
    /// Scheme and host of the address.
    pub origin: String,
    /// The values of the path's parameters by name, decoded.
    pub path: Vec<(&'static str, String)>,
    /// The query's pairs in their order, decoded.
    pub query: Vec<(String, String)>,
}

/// The path of an absolute or relative address, still encoded, and its query.
pub fn target(url: &str) -> (&str, &str) {
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
            rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => url,
    };
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    rest.split_once('?').unwrap_or((rest, ""))
}

/// Scheme and host of an address; those of this machine where it is relative.
fn origin(url: &str) -> &str {
    let absolute = || {
        let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']))?;
        url.get(..scheme.len() + "://".len() + rest.find(['/', '?', '#']).unwrap_or(rest.len()))
    };
    absolute().unwrap_or("http://localhost")
}

/// Finds the operation. A method that the path does not take
/// is rejected with the list of those that it takes; `name` is the method as it was sent.
pub fn find(method: Option<Method>, name: &str, url: &str) -> Result<Route, Rejection> {
    let (path, query) = target(url);
    let segments = path.split('/').map(|segment| decode(segment, false)).collect::<Option<Vec<_>>>();
    let Some(segments) = segments else {
        return Err(Rejection::bad_request("path: expected percent-encoded UTF-8, received something else"));
    };
    // A path begins with a slash, and so with an empty segment; with another slash at its end, it ends with one, too.
    let operations = match segments.as_slice() {
        [first, between @ .., last] if first.is_empty() && last.is_empty() => operations_at(between),
        [first, rest @ ..] if first.is_empty() => operations_at(rest),
        _ => &[],
    };
    let Some(operation) = operations.iter().find(|operation| Some(operation.method) == method) else {
        let allowed: Vec<&str> = operations.iter().map(|operation| operation.method.as_str()).collect();
        return Err(match allowed.as_slice() {
            [] => Rejection::not_found("there is nothing at this path"),
            allowed => Rejection::method_not_allowed(name, allowed),
        });
    };
    let Some(query) = pairs(query) else {
        return Err(Rejection::bad_request("query: expected percent-encoded UTF-8, received something else"));
    };
    Ok(Route { operation, origin: origin(url).to_owned(), path: values(operation.path, segments), query })
}

/// The name of a template's parameter.
fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{').and_then(|part| part.strip_suffix('}'))
}

/// The values of the parameters of a template that fits.
fn values(template: &'static str, segments: Vec<Cow<'_, str>>) -> Vec<(&'static str, String)> {
    let pairs = template.split('/').zip(segments);
    pairs.filter_map(|(part, segment)| Some((parameter(part)?, segment.into_owned()))).collect()
}

fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Some((decode(name, true)?.into_owned(), decode(value, true)?.into_owned()))
    };
    parts.map(pair).collect()
}

/// Decodes percent-encoding; in a query, a plus is a space. None: it does not decode to UTF-8.
fn decode(text: &str, plus_is_space: bool) -> Option<Cow<'_, str>> {
    let encoded = text.contains('%') || plus_is_space && text.contains('+');
    if !encoded {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::OPERATIONS;

    #[test]
    fn targets() {
        assert_eq!(target("https://host:8443/v1/a?b=c#d"), ("/v1/a", "b=c"));
        assert_eq!(target("https://host"), ("/", ""));
        assert_eq!(target("https://host?x"), ("", "x"));
        assert_eq!(target("/v1/a"), ("/v1/a", ""));
        assert_eq!(target("/v1/a?u=http://b/c"), ("/v1/a", "u=http://b/c"));
    }

    #[test]
    fn origins() {
        assert_eq!(origin("https://host:8443/v1/a?b=c#d"), "https://host:8443");
        assert_eq!(origin("http://[::1]?u=http://b/c"), "http://[::1]");
        assert_eq!(origin("/v1/a?u=http://b/c"), "http://localhost");
    }

    #[test]
    fn decoding() {
        assert_eq!(decode("a%2Fb+c", false).as_deref(), Some("a/b+c"));
        assert_eq!(decode("a%2fb+c", true).as_deref(), Some("a/b c"));
        for broken in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(decode(broken, false), None, "{broken}");
        }
    }

    #[test]
    fn every_operation_is_found_by_its_own_path() {
        for operation in OPERATIONS {
            let url = operation.path.replace(['{', '}'], "");
            let method = operation.method;
            let route = find(Some(method), method.as_str(), &format!("https://host{url}?a=1&a=2&b")).unwrap();
            assert_eq!(route.operation.name, operation.name);
            assert_eq!(route.path.len(), operation.path_parameters.len());
            assert_eq!(route.query.len(), 3);
            let slashed = find(Some(method), method.as_str(), &format!("{url}/")).unwrap();
            assert_eq!((slashed.operation.name, slashed.path), (operation.name, route.path));
            assert_eq!(find(Some(method), method.as_str(), &format!("{url}//")).map(|_| ()).unwrap_err().status, 404);
        }
        for (method, name) in [(Some(Method::Put), "PUT"), (None, "OPTIONS"), (None, "get")] {
            let wrong = find(method, name, "/v1/organizations").map(|_| ()).unwrap_err();
            assert_eq!((wrong.status, wrong.headers), (405, vec![("allow".to_owned(), "GET".to_owned())]));
        }
        assert_eq!(find(None, "OPTIONS", "/v1/nowhere").map(|_| ()).unwrap_err().status, 404);
    }
}
