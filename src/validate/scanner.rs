//! The byte scanner: one position that moves over JSON text.
//!
//! It finds where values begin and end. It does not prove that the text is JSON: skipped parts may hold bad UTF-8, bad
//! escapes or brackets of the wrong kind. The host's `JSON.parse` proves that. It ends on any bytes, and its stack does
//! not grow with the depth of the text.

use std::borrow::Cow;
use std::ops::Range;

use super::bytes::{bytes_equal, half, spaces, word};
use super::format::uuid;
use super::number::is_number;
use super::string::decode;
use crate::contract::{Format, Kind, Schema, Text};

/// Why a walk ends early.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// The text is not JSON; noticed where the scanner stands.
    Broken,
    /// There are enough issues.
    Enough,
}

use Stop::Broken;

/// The result of a step, unless the walk ends.
pub(super) type Scan<T> = Result<T, Stop>;

/// A member of an object: its name, and its value as it stands.
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) raw: &'a [u8],
}

/// A position in JSON text.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Whether both are there, and equal. (`==` is a call where code is to be small.)
#[inline(always)]
fn equal<T: PartialEq>(left: Option<T>, right: Option<T>) -> bool {
    matches!((left, right), (Some(a), Some(b)) if a == b)
}

/// Whether two texts are the same. Most that are not differ in length: only that is looked at without a call.
#[inline(always)]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && begins_with(left, right)
}

#[inline(never)]
fn begins_with(text: &[u8], start: &[u8]) -> bool {
    begins(text, start)
}

/// Whether a text begins with another.
#[inline(always)]
fn begins(text: &[u8], start: &[u8]) -> bool {
    let length = start.len();
    let mut at = 0;
    // The last word covers what the whole words from the start leave over.
    if length >= 8 {
        while at < length - 8 {
            if !equal(word(text, at), word(start, at)) {
                return false;
            }
            at += 8;
        }
        return equal(word(text, length - 8), word(start, length - 8));
    }
    if length >= 4 {
        return equal(half(text, 0), half(start, 0)) && equal(half(text, length - 4), half(start, length - 4));
    }
    while at < length {
        if byte(text, at) != byte(start, at) {
            return false;
        }
        at += 1;
    }
    true
}

/// Set in a position, it says that the text is not JSON there.
const BROKEN: usize = 1 << (usize::BITS - 1);

/// The position behind the string whose opening quote is here.
#[inline(never)]
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    end_of_string_inline(bytes, at)
}

/// The same for the hot loop.
#[inline(always)]
fn end_of_string_inline(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        if let Some(word) = word(bytes, at) {
            let hits = bytes_equal(word, b'"') | bytes_equal(word, b'\\');
            if hits == 0 {
                at += 8;
                continue;
            }
            at += (hits.trailing_zeros() / 8) as usize;
        }
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return bytes.len() | BROKEN,
        }
    }
}

/// The position behind the number here.
#[inline(never)]
fn end_of_number(bytes: &[u8], at: usize) -> usize {
    let mut at = end_of_integer(bytes, at);
    if byte(bytes, at) == b'.' {
        at = end_of_digits(bytes, at + 1);
    }
    if matches!(byte(bytes, at), b'e' | b'E') {
        at += 1;
        at = end_of_digits(bytes, at + usize::from(matches!(byte(bytes, at), b'+' | b'-')));
    }
    at
}

/// The position behind the number here, if it has neither fraction nor exponent; otherwise before those.
#[inline(always)]
fn end_of_integer(bytes: &[u8], at: usize) -> usize {
    let at = at + usize::from(byte(bytes, at) == b'-');
    if byte(bytes, at) == b'0' { at + 1 } else { end_of_digits(bytes, at) }
}

/// The position behind the digits here, which must be there.
#[inline(always)]
fn end_of_digits(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    if at == start { at | BROKEN } else { at }
}

/// The position behind `true`, `false` or `null`, whose first byte is here.
#[inline(always)]
fn end_of_literal(bytes: &[u8], at: usize) -> usize {
    let (skipped, word) = match byte(bytes, at) {
        b't' => (0, *b"true"),
        b'f' => (1, *b"alse"),
        _ => (0, *b"null"),
    };
    let found = half(bytes, at + skipped).is_some_and(|half| half == u32::from_le_bytes(word));
    if found { at + skipped + 4 } else { at | BROKEN }
}

/// The byte at a position; 0 behind the end.
#[inline(always)]
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

/// The end of a plain value that fits in a response here; 0 where it needs more checks. Where the text is broken, it lies
/// beyond the text.
#[inline(always)]
fn end_of_plain(bytes: &[u8], at: usize, schema: &Schema, lax: bool) -> usize {
    let first = byte(bytes, at);
    match &schema.kind {
        Kind::Text(Text { format: Some(Format::Uuid), .. }) if first == b'"' => {
            let fits = byte(bytes, at + 37) == b'"' && uuid(bytes.get(at + 1..at + 37).unwrap_or_default());
            if fits { at + 38 } else { 0 }
        }
        Kind::Text(Text { format: Some(Format::DateTime), .. }) => 0,
        Kind::Text(_) | Kind::Enum { .. } if first == b'"' => end_of_string_inline(bytes, at),
        Kind::Number(_) | Kind::Integer(_) | Kind::NumberEnum(_) if is_number(first) => end_of_integer(bytes, at),
        Kind::Boolean if matches!(first, b't' | b'f') => end_of_literal(bytes, at),
        _ if first == b'n' && (lax || schema.nullable) => end_of_literal(bytes, at),
        _ => 0,
    }
}

impl<'a> Scanner<'a> {
    /// At the start of the text, behind a byte order mark (the host's decoder drops it too).
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 } }
    }

    /// The position, in bytes.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to an earlier position.
    pub(super) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// The bytes in a range.
    #[inline(always)]
    fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The bytes from an earlier position to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.slice(start..self.at)
    }

    /// Moves to the next byte that is not white space, and returns it. At the end it returns 0, as for a byte 0: no value
    /// begins with it.
    #[inline(never)]
    pub(super) fn peek(&mut self) -> u8 {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                // Lines of pretty text are indented.
                b'\n' => self.at += 1 + spaces(self.bytes, self.at + 1),
                b' ' | b'\r' | b'\t' => self.at += 1,
                _ => return byte,
            }
        }
        0
    }

    /// The same for the hot loop.
    #[inline(always)]
    pub(super) fn peek_inline(&mut self) -> u8 {
        let byte = byte(self.bytes, self.at);
        if byte > b' ' { byte } else { self.peek() }
    }

    /// Moves into the object or list that begins here; true where it is not empty. An empty one is passed.
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        let filled = self.peek() != close;
        self.at += usize::from(!filled);
        filled
    }

    /// Moves behind the name and the colon that come next; the name is as it stands between its quotes.
    #[inline(never)]
    pub(super) fn name(&mut self) -> Scan<&'a [u8]> {
        if self.peek_inline() != b'"' {
            return Err(Broken);
        }
        let start = self.at + 1;
        self.go(end_of_string_inline(self.bytes, start - 1))?;
        let name = self.slice(start..self.at - 1);
        if self.peek_inline() != b':' {
            return Err(Broken);
        }
        self.at += 1;
        Ok(name)
    }

    /// Moves behind this name, as it stands between its quotes, and its colon: where just these come next.
    #[inline(always)]
    pub(super) fn pass_name(&mut self, name: &[u8]) -> bool {
        let end = self.at + 1 + name.len();
        let found = byte(self.bytes, end) == b'"'
            && byte(self.bytes, end + 1) == b':'
            && byte(self.bytes, self.at) == b'"'
            && begins(self.bytes.get(self.at + 1..).unwrap_or_default(), name);
        if found {
            // Pretty text has a space there.
            self.at = end + 2 + usize::from(byte(self.bytes, end + 2) == b' ');
        }
        found
    }

    /// As [`Scanner::more`], where speed does not matter.
    #[inline(never)]
    pub(super) fn next(&mut self, close: u8) -> Scan<bool> {
        self.more(close)
    }

    /// Whether another item or member follows the one just read; moves behind the comma or the closing bracket.
    #[inline(always)]
    pub(super) fn more(&mut self, close: u8) -> Scan<bool> {
        let byte = self.peek_inline();
        if byte != b',' && byte != close {
            return Err(Broken);
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// Nothing but white space follows.
    pub(super) fn end(&mut self) -> Scan<()> {
        self.peek();
        if self.at < self.bytes.len() { Err(Broken) } else { Ok(()) }
    }

    /// Moves to a position, unless the text is broken there.
    fn go(&mut self, position: usize) -> Scan<()> {
        self.at = position & !BROKEN;
        if self.at == position { Ok(()) } else { Err(Broken) }
    }

    /// Moves behind a plain value that fits in a response, before a comma or a closing brace: the common case. Otherwise it
    /// stays.
    #[inline(always)]
    pub(super) fn plain(&mut self, schema: &Schema, lax: bool) -> bool {
        let end = end_of_plain(self.bytes, self.at, schema, lax);
        // Not where the text is broken, and not before a fraction.
        let plain = end != 0 && matches!(byte(self.bytes, end), b',' | b'}');
        if plain {
            self.at = end;
        }
        plain
    }

    /// Moves behind the value that comes next, whatever it is. Takes no stack for its depth.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Scan<()> {
        match self.peek_inline() {
            b'"' => self.go(end_of_string_inline(self.bytes, self.at)),
            b'{' | b'[' => self.brackets(),
            b't' | b'f' | b'n' => self.go(end_of_literal(self.bytes, self.at)),
            _ => self.go(end_of_number(self.bytes, self.at)),
        }
    }

    /// Moves behind the value that comes next, and takes its text along.
    #[inline(never)]
    pub(super) fn skipped(&mut self) -> Scan<&'a [u8]> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.since(start))
    }

    /// The members of the object that begins here.
    #[inline(never)]
    pub(super) fn members(&mut self) -> Scan<Vec<Member<'a>>> {
        let mut members = Vec::new();
        let mut more = self.open(b'}');
        while more {
            let name = decode(self.name()?);
            members.push(Member { name, raw: self.skipped()? });
            more = self.next(b'}')?;
        }
        Ok(members)
    }

    /// Counts brackets without telling their kinds apart: a text in which that matters is not JSON.
    fn brackets(&mut self) -> Scan<()> {
        let mut depth = 0_usize;
        let mut at = self.at;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            match byte {
                b'"' => at = end_of_string(self.bytes, at - 1),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.go(if depth == 0 { at } else { self.bytes.len() | BROKEN })
    }
}

/// The value of a name: the last of two counts. Empty: there is none.
#[inline(never)]
pub(super) fn get<'a>(members: &[Member<'a>], name: &str) -> &'a [u8] {
    members.iter().rev().find(|member| member.name == name).map_or(&[], |member| member.raw)
}
