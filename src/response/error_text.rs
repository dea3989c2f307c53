//! Finds the text in the body of an error response: of the API, a gateway, a proxy, a firewall.
//!
//! The forms are the API's own, those of RFC 6749 (OAuth), RFC 9457 (problem details), AWS, Kong, Spring, FastAPI and GraphQL,
//! and titles of HTML pages. The text is as it came: the caller redacts and shortens it.

use crate::encoded::{Letter, entity, find};
use crate::error::Source;
use crate::host::{HttpResponse, Values};

/// How much of a body is searched: messages show 2,000 characters.
const MOST: usize = 65_536;

/// The text of an error response.
#[derive(Default)]
pub(super) struct ErrorText {
    pub text: Option<String>,
    /// The text is in `error`, as the API's own texts are.
    pub is_in_error: bool,
}

/// The text of a JSON body, in the first of the known places that holds one.
pub(super) fn of_json<H: Values>(host: &H, document: &H::Value) -> ErrorText {
    let text = |value: Option<H::Value>| host.as_text(&value?).filter(|text| !text.trim().is_empty());
    let member = |value: &H::Value, name: &str| text(host.member(value, name));
    let described = member(document, "error_description");
    if let Some(error) = member(document, "error") {
        // In OAuth `error` is a word such as `invalid_client`, which is explained beside it.
        let text = described.map_or_else(|| error.clone(), |described| format!("{error}: {described}"));
        return ErrorText { text: Some(text), is_in_error: true };
    }
    let error = host.member(document, "error");
    let items = |name: &str| host.member(document, name).map(|list| host.items(&list)).unwrap_or_default();
    let first = |name: &str| {
        items(name).iter().find_map(|item| {
            text(Some(item.clone())).or_else(|| ["message", "detail", "msg"].iter().find_map(|name| member(item, name)))
        })
    };
    let found = error
        .and_then(|error| ["message", "Message", "detail"].iter().find_map(|name| member(&error, name)))
        .or_else(|| ["message", "Message"].iter().find_map(|name| member(document, name)))
        .or(described)
        .or_else(|| first("errors"))
        .or_else(|| member(document, "detail"))
        .or_else(|| first("detail"))
        .or_else(|| ["title", "reason"].iter().find_map(|name| member(document, name)))
        .or_else(|| text(Some(document.clone())));
    ErrorText { text: found, is_in_error: false }
}

/// The text of a body that is not JSON: the title of an HTML page, or the text itself.
pub(super) fn of_text(response: &HttpResponse) -> (Option<String>, Source) {
    let start = response.body.get(..MOST).unwrap_or(&response.body);
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return (None, Source::Api);
    }
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if kind.contains("html") || text.starts_with('<') {
        return (title(text), Source::Page);
    }
    // Not an image, nor a body that is compressed twice.
    let is_text = !text.contains('\0') && text.matches('\u{fffd}').count() * 10 < text.len();
    // The end may be a piece of a secret, which could not be found.
    let whole =
        if start.len() < response.body.len() { text.get(..text.floor_char_boundary(MOST / 2)) } else { Some(text) };
    (whole.filter(|_| is_text).map(str::to_owned), Source::Text)
}

/// The title of a page, else its first heading, else the message of an XML document.
pub(super) fn title(page: &str) -> Option<String> {
    ["title", "h1", "message"].iter().find_map(|name| element(page, name))
}

/// The text of the first element of that name, on one line, its entities decoded.
fn element(page: &str, name: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let mut from = 0;
    let start = loop {
        let at = from + find(lower.get(from..)?, &format!("<{name}"))?;
        from = at + name.len() + 1;
        if matches!(lower.as_bytes().get(from), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n')) {
            break from + lower.get(from..)?.find('>')? + 1;
        }
    };
    let end = start + find(lower.get(start..)?, &format!("</{name}"))?;
    let (mut text, mut inside) = (String::new(), false);
    let mut rest = page.get(start..end)?;
    while let Some(letter) = rest.chars().next() {
        let step = entity(rest.as_bytes());
        let length = step.map_or(letter.len_utf8(), |(_, length)| length);
        match (letter, step) {
            ('<', _) => inside = true,
            ('>', _) if inside => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            (_, Some((Letter::Char(decoded), _))) => text.push(decoded),
            _ => text.push(letter),
        }
        rest = rest.get(length..)?;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}
