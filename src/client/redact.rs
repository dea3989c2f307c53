//! Removes the secrets of requests from everything that comes back: servers and proxies echo them, and fetch may quote them.
//!
//! Texts, headers, states and causes are redacted before they stand in an error, a hook or a log, and so is all that the proxy
//! forwards. The bytes of a response are not: they belong to the caller. A secret is found in every spelling that
//! [`super::spelling`] decodes, in any case, and as base64 or hexadecimal digits.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::Settings;
use super::spelling::{View, canonical, is_encoded};
use crate::encoded::{base64, find};
use crate::host::Values;
use crate::issue::{Issue, Step};
use crate::printable::printable;
use crate::request::CheckedRequest;

/// Shorter texts are not redacted: they would be found everywhere.
pub const SHORTEST: usize = 6;

/// Replaces a secret.
const HIDDEN: &str = "[secret]";

/// How much text is searched at once, and how much of it is searched again with the next part: longer than any secret in
/// its longest spelling.
const PART: usize = 262_144;
const OVERLAP: usize = 32_768;

/// Whether a header of that name, in lower case, carries credentials.
pub(super) fn is_credential(name: &str) -> bool {
    const WORDS: [&str; 10] =
        ["auth", "cookie", "token", "secret", "password", "credential", "api-key", "apikey", "access-key", "session"];
    // Most requests have no other headers than these two.
    !matches!(name, "accept" | "content-type") && WORDS.iter().any(|word| find(name, word).is_some())
}

/// A text to be removed, in canonical letters.
struct Needle {
    letters: Zeroizing<Vec<u8>>,
    /// Base64 without its padding, which may follow.
    padded: bool,
}

impl Needle {
    /// Whether a text that is not decoded begins with it.
    fn begins(&self, text: &[u8]) -> bool {
        text.len() >= self.letters.len() && text.iter().zip(&*self.letters).all(|(a, b)| canonical(*a) == *b)
    }
}

/// The two letters that needles begin with, by a hash: few places of a text are looked at more closely.
#[derive(Clone, Copy, Default)]
struct Beginnings([u32; 8]);

impl Beginnings {
    fn bit(first: u8, second: u8) -> (usize, u32) {
        let hash = first.wrapping_mul(31).wrapping_add(second);
        (usize::from(hash >> 5), 1 << (hash & 31))
    }

    fn add(&mut self, needle: &Needle) {
        if let [first, second, ..] = **needle.letters {
            let (word, bit) = Self::bit(first, second);
            self.0.get_mut(word).iter_mut().for_each(|word| **word |= bit);
        }
    }

    fn may_begin(&self, first: u8, second: u8) -> bool {
        let (word, bit) = Self::bit(first, second);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

/// The secrets of a client, or of one request. A clone shares them.
#[derive(Clone, Default)]
pub struct Redactor {
    client: Rc<Vec<Needle>>,
    request: Vec<Rc<Needle>>,
    beginnings: Beginnings,
}

impl Redactor {
    /// The client's own credentials: its key (the id as well) or token, and the credentials among its headers.
    pub fn of_client(settings: &Settings) -> Self {
        let mut needles = Vec::new();
        if let Some(secret) = &settings.key_secret {
            add(&mut needles, secret.reveal());
        }
        if let Some(authorization) = &settings.target.authorization {
            credential(&mut needles, authorization.reveal());
        }
        headers(&mut needles, &settings.target.headers);
        let mut beginnings = Beginnings::default();
        needles.iter().for_each(|needle| beginnings.add(needle));
        Self { client: Rc::new(needles), request: Vec::new(), beginnings }
    }

    /// Also redacts the credentials among these headers.
    pub fn with_headers(&self, given: &[(String, String)]) -> Self {
        let mut needles = Vec::new();
        headers(&mut needles, given);
        self.with(needles)
    }

    /// Also redacts the credentials among the request's headers, and the secret values of its body.
    pub fn of_request(&self, host: &impl Values, checked: &CheckedRequest) -> Self {
        let mut needles = Vec::new();
        let request = &checked.request;
        headers(&mut needles, &request.headers);
        let body = request.body.as_deref().unwrap_or_default();
        for secret in &checked.secrets {
            let (from, to) = (secret.bytes.start, secret.bytes.end);
            // With its quotes it is a string, whose escapes the host knows.
            let quoted = body.get(from.saturating_sub(1)..to + 1).and_then(|text| host.parse(text.as_bytes()));
            let text = quoted.and_then(|value| host.as_text(&value));
            add(&mut needles, text.as_deref().or(body.get(from..to)).unwrap_or_default());
        }
        self.with(needles)
    }

    fn with(&self, needles: Vec<Needle>) -> Self {
        let mut all = self.clone();
        needles.iter().for_each(|needle| all.beginnings.add(needle));
        all.request.extend(needles.into_iter().map(Rc::new));
        all
    }

    /// A text from outside as a message shows it: redacted, shortened, in one line.
    pub fn shown(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.redact(&mut text);
        printable(&text)
    }

    /// Redacts an issue of a response, which may echo a secret as a value or as a name.
    pub fn redact_issue(&self, issue: &mut Issue) {
        issue.received = self.shown(&issue.received);
        for step in &mut issue.path {
            if let Step::Key(name) = step {
                self.redact(name.to_mut());
            }
        }
    }

    /// Replaces every secret in a text.
    pub fn redact(&self, text: &mut String) {
        if !self.may_hold_secret(text.as_bytes()) {
            return;
        }
        let found = self.find(text);
        if found.is_empty() {
            return;
        }
        let mut clean = String::with_capacity(text.len());
        let mut from = 0;
        for (start, end) in found {
            clean.push_str(text.get(from..start).unwrap_or_default());
            clean.push_str(HIDDEN);
            from = end;
        }
        clean.push_str(text.get(from..).unwrap_or_default());
        *text = clean;
    }

    fn needles(&self) -> impl Iterator<Item = &Needle> {
        self.client.iter().chain(self.request.iter().map(|needle| &**needle))
    }

    /// Whether a text holds a secret, or anything encoded, in which one may be. Most texts do not, and need no decoding.
    fn may_hold_secret(&self, text: &[u8]) -> bool {
        let mut rest = text;
        while let [first, second, ..] = rest {
            if is_encoded(first)
                || self.beginnings.may_begin(canonical(*first), canonical(*second))
                    && self.needles().any(|needle| needle.begins(rest))
            {
                return true;
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        false
    }

    /// The ranges of secrets, in order and without overlaps.
    fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut start = 0;
        loop {
            let end = text.floor_char_boundary(start + PART);
            self.find_in(text.get(start..end).unwrap_or_default(), start, &mut found);
            if end >= text.len() {
                break;
            }
            start = text.floor_char_boundary(end - OVERLAP);
        }
        // A secret that is the replacement itself must not be replaced again.
        let parts = text.as_bytes().windows(HIDDEN.len()).enumerate();
        let before: Vec<usize> = parts.filter(|(_, part)| *part == HIDDEN.as_bytes()).map(|(at, _)| at).collect();
        found.retain(|(from, to)| !before.iter().any(|at| at <= from && *to <= at + HIDDEN.len()));
        found.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::new();
        for (from, to) in found {
            match apart.last_mut() {
                Some((_, end)) if from < *end => *end = to.max(*end),
                _ => apart.push((from, to)),
            }
        }
        apart
    }

    fn find_in(&self, text: &str, offset: usize, found: &mut Vec<(usize, usize)>) {
        let mut view = Some(View::new(text));
        while let Some(seen) = view {
            for (at, letters) in seen.letters().windows(2).enumerate() {
                if !matches!(letters, [first, second] if self.beginnings.may_begin(*first, *second)) {
                    continue;
                }
                let rest = seen.letters().get(at..).unwrap_or_default();
                for needle in self.needles().filter(|needle| rest.starts_with(&needle.letters)) {
                    let padding = rest.iter().skip(needle.letters.len()).take_while(|letter| **letter == b'=').take(2);
                    let padding = if needle.padded { padding.count() } else { 0 };
                    if let Some((from, to)) = seen.source(at, at + needle.letters.len() + padding) {
                        found.push((text.floor_char_boundary(from) + offset, text.ceil_char_boundary(to) + offset));
                    }
                }
            }
            view = seen.decoded();
        }
    }
}

/// The credentials among headers, whose names are in lower case.
fn headers(needles: &mut Vec<Needle>, headers: &[(String, String)]) {
    for (name, value) in headers.iter().filter(|(name, _)| is_credential(name)) {
        if find(name, "cookie").is_none() {
            credential(needles, value);
        }
        // `session="…"; theme=dark`, `Token token=…, scope=…`
        for piece in value.split([';', ',', ' ']) {
            let (_, piece) = piece.split_once('=').unwrap_or_default();
            add(needles, piece.trim_matches('"'));
        }
    }
}

/// `Basic …` and `Bearer …` are two secrets: the whole, and the text behind the word. Behind `Basic` there are two more:
/// the user and the password.
fn credential(needles: &mut Vec<Needle>, value: &str) {
    let value = value.trim();
    if let Some((scheme, token)) = value.split_once(' ') {
        push(needles, value.as_bytes(), false);
        add(needles, token.trim());
        if scheme.eq_ignore_ascii_case("basic") {
            let decoded = decoded(token.trim());
            for part in decoded.splitn(2, |byte| *byte == b':') {
                add(needles, str::from_utf8(part).unwrap_or_default());
            }
        }
    } else {
        add(needles, value);
    }
}

/// A secret in all the forms in which it is looked for.
fn add(needles: &mut Vec<Needle>, secret: &str) {
    if secret.len() < SHORTEST {
        return;
    }
    let bytes = secret.as_bytes();
    push(needles, bytes, false);
    // A secret that holds an escape itself reads otherwise where the whole text is decoded.
    let mut view = View::new(secret).decoded();
    while let Some(decoded) = view {
        push(needles, decoded.letters(), false);
        view = decoded.decoded();
    }
    if secret.ends_with('=') {
        push(needles, secret.trim_end_matches('=').as_bytes(), true);
    }
    push(needles, &hex(bytes), false);
    // In base64, three bytes are four digits: a secret within a longer text reads in one of three ways. The digits that
    // it shares with its neighbours are left out.
    for before in 0..3 {
        let mut padded = Zeroizing::new(vec![0; before]);
        padded.extend_from_slice(bytes);
        let digits = Zeroizing::new(base64(&padded));
        let first = (before * 8).div_ceil(6);
        let last = (padded.len() * 8) / 6;
        push(needles, digits.as_bytes().get(first..last).unwrap_or_default(), true);
        if before == 0 {
            push(needles, digits.trim_end_matches('=').as_bytes(), true);
        }
    }
}

fn push(needles: &mut Vec<Needle>, text: &[u8], padded: bool) {
    let letters: Zeroizing<Vec<u8>> = Zeroizing::new(text.iter().copied().map(canonical).collect());
    if letters.len() >= SHORTEST && !needles.iter().any(|known| known.letters == letters && known.padded == padded) {
        needles.push(Needle { letters, padded });
    }
}

fn hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' - 10 + half };
    Zeroizing::new(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}

/// Decodes base64 in either alphabet, with or without padding. Other characters are skipped.
fn decoded(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut bits, mut count) = (0u32, 0u32);
    for letter in text.bytes() {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
