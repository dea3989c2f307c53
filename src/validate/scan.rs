//! The byte scanner: one position that moves over JSON text.
//!
//! It finds where values begin and end. It does not prove that the text is JSON: what it skips may hold bad UTF-8, bad
//! escapes or brackets of the wrong kind. Whoever makes the value (the host's `JSON.parse`) proves that. On any bytes
//! at all it ends, and it never takes more stack for a deeper text.

use std::borrow::Cow;
use std::ops::Range;

/// Why a walk ends early.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// The text is not JSON; noticed at this byte.
    Broken(usize),
    /// So much is wrong that more would help nobody.
    Enough,
}

use Stop::Broken;

/// What is found, unless the walk ends before.
pub(super) type Scan<T> = Result<T, Stop>;

/// Where a string stands, without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: usize,
    end: usize,
    /// It holds a backslash: its text is not its bytes.
    pub(super) escaped: bool,
}

impl Span {
    /// Of no string.
    pub(super) const EMPTY: Self = Self { start: 0, end: 0, escaped: false };
}

/// A position in JSON text. A copy of it in a local variable stays in registers, which is worth a lot in wasm: hot loops
/// work on such a copy. For that, what they call is inlined, or takes the position by value.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that equals `byte`; exact up to the first of them.
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (LOW * byte as u64);
    zeros.wrapping_sub(LOW) & !zeros & HIGH
}

/// Whether two texts are the same. By words: in wasm, comparing slices walks byte by byte.
#[inline(always)]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // The last word covers what the whole words from the start leave over.
    if let (Some(a), Some(b)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) {
        let words = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
        return u64::from_le_bytes(*a) == u64::from_le_bytes(*b)
            && words.into_iter().all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b));
    }
    if let (Some(a), Some(b), Some(c), Some(d)) =
        (left.first_chunk::<4>(), right.first_chunk::<4>(), left.last_chunk::<4>(), right.last_chunk::<4>())
    {
        return u32::from_le_bytes(*a) == u32::from_le_bytes(*b) && u32::from_le_bytes(*c) == u32::from_le_bytes(*d);
    }
    left.iter().zip(right).all(|(a, b)| a == b)
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
    pub(super) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The bytes of a string between its quotes, as they stand.
    pub(super) fn raw(&self, span: Span) -> &'a [u8] {
        self.slice(span.start..span.end)
    }

    /// The text of a string.
    #[inline(never)]
    pub(super) fn text(&self, span: Span) -> Cow<'a, str> {
        decode(self.raw(span), span.escaped)
    }

    /// Moves to the next byte that is no white space, and tells it.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> Scan<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => {
                self.at = behind_space(self.bytes, self.at);
                self.bytes.get(self.at).copied().ok_or(Broken(self.at))
            }
        }
    }

    /// Moves behind a byte, which must come next.
    #[inline(always)]
    pub(super) fn expect(&mut self, byte: u8) -> Scan<()> {
        if self.peek()? != byte {
            return Err(Broken(self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// A string must come next.
    #[inline(always)]
    pub(super) fn peek_quote(&mut self) -> Scan<()> {
        if self.peek()? == b'"' { Ok(()) } else { Err(Broken(self.at)) }
    }

    /// Moves into the object or list that comes next; tells whether anything is in it. If not, moves behind it.
    #[inline]
    pub(super) fn open(&mut self, close: u8) -> Scan<bool> {
        self.peek()?;
        self.at += 1;
        let filled = self.peek()? != close;
        self.at += usize::from(!filled);
        Ok(filled)
    }

    /// Moves behind the name and the colon that come next.
    #[inline(never)]
    pub(super) fn name(&mut self) -> Scan<Span> {
        self.peek_quote()?;
        let name = self.string_inline()?;
        self.expect(b':')?;
        Ok(name)
    }

    /// As [`Scanner::more`], where speed does not matter.
    #[inline(never)]
    pub(super) fn next(&mut self, close: u8) -> Scan<bool> {
        self.more(close)
    }

    /// Whether another item or member follows the one just read; moves behind the comma or the closing bracket.
    #[inline(always)]
    pub(super) fn more(&mut self, close: u8) -> Scan<bool> {
        let byte = self.peek()?;
        if byte != b',' && byte != close {
            return Err(Broken(self.at));
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// Nothing but white space follows.
    pub(super) fn end(&mut self) -> Scan<()> {
        if self.peek().is_ok() { Err(Broken(self.at)) } else { Ok(()) }
    }

    /// Moves behind the name if it comes next, unescaped.
    #[inline(always)]
    pub(super) fn take_name(&mut self, name: &str) -> bool {
        let start = self.at + 1;
        let end = start + name.len();
        let found = self.bytes.get(end) == Some(&b'"')
            && self.bytes.get(start..end).is_some_and(|bytes| same(bytes, name.as_bytes()));
        if found {
            self.at = end + 1;
        }
        found
    }

    /// Moves behind the string whose opening quote is here.
    #[inline(never)]
    pub(super) fn string(&mut self) -> Scan<Span> {
        self.string_inline()
    }

    /// The same for hot loops: eight bytes at a time, for strings are short and wasm's SIMD gains nothing here.
    #[inline(always)]
    pub(super) fn string_inline(&mut self) -> Scan<Span> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            if let Some(chunk) = rest.first_chunk::<8>() {
                let word = u64::from_le_bytes(*chunk);
                let hits = bytes_equal(word, b'"') | bytes_equal(word, b'\\');
                if hits == 0 {
                    at += 8;
                    continue;
                }
                at += (hits.trailing_zeros() / 8) as usize;
            }
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(_) => at += 1,
                None => return Err(Broken(self.bytes.len())),
            }
        }
        self.at = at + 1;
        Ok(Span { start, end: at, escaped })
    }

    /// Moves behind a number; tells whether it is plain digits, without fraction and exponent.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Scan<bool> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.at = behind_digits(self.bytes, self.at)?;
        }
        match self.bytes.get(self.at) {
            Some(b'.' | b'e' | b'E') => {
                self.at = behind_fraction(self.bytes, self.at)?;
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    /// Moves behind `true`, `false` or `null`, whose first byte is here.
    #[inline(always)]
    pub(super) fn literal(&mut self, word: &[u8]) -> Scan<()> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end).is_some_and(|bytes| same(bytes, word)) {
            self.at = end;
            return Ok(());
        }
        Err(Broken(self.at))
    }

    /// Moves behind the value that comes next, whatever it is. Takes no stack for its depth.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Scan<()> {
        match self.peek()? {
            b'"' => self.string_inline().map(drop),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            b'{' | b'[' => self.skip_brackets(),
            _ => self.number().map(drop),
        }
    }

    /// Moves behind the value that comes next, and takes its text along.
    #[inline(never)]
    pub(super) fn skipped(&mut self) -> Scan<&'a [u8]> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.slice(start..self.at))
    }

    /// Counts brackets without telling their kinds apart: a text in which that matters is not JSON.
    fn skip_brackets(&mut self) -> Scan<()> {
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Broken(self.at))
    }
}

/// The next position that is no white space.
#[inline(never)]
fn behind_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count()
}

/// The position behind the digits here, which must be there.
#[inline(always)]
fn behind_digits(bytes: &[u8], start: usize) -> Scan<usize> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == start { Err(Broken(at)) } else { Ok(at) }
}

/// The position behind the fraction, the exponent or both.
#[inline(never)]
fn behind_fraction(bytes: &[u8], mut at: usize) -> Scan<usize> {
    if bytes.get(at) == Some(&b'.') {
        at = behind_digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = behind_digits(bytes, at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// The text of the bytes between quotes. What is no text (bad UTF-8, half a surrogate pair) becomes U+FFFD.
pub(super) fn decode(raw: &[u8], escaped: bool) -> Cow<'_, str> {
    if escaped { Cow::Owned(unescape(&String::from_utf8_lossy(raw))) } else { String::from_utf8_lossy(raw) }
}

#[cold]
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = escape.chars();
        let Some(letter) = characters.next() else { return out };
        rest = characters.as_str();
        out.push(match letter {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (character, behind) = unicode(rest);
                rest = behind;
                character
            }
            other => other,
        });
    }
    out.push_str(rest);
    out
}

/// The character of `XXXX` or `XXXX\uXXXX`, and what stands behind it.
fn unicode(text: &str) -> (char, &str) {
    let Some((unit, rest)) = hex(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    if (0xD800..0xDC00).contains(&unit)
        && let Some((low @ 0xDC00..0xE000, rest)) = rest.strip_prefix("\\u").and_then(hex)
    {
        let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), rest);
    }
    (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

fn hex(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}
