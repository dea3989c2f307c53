//! The byte scanner: one position that moves over JSON text.
//!
//! It finds where values begin and end. It does not prove that the text is JSON: what it skips may hold bad UTF-8, bad
//! escapes or brackets of the wrong kind. Whoever makes the value (the host's `JSON.parse`) proves that. On any bytes
//! at all it ends, and it never takes more stack for a deeper text.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Chars;

/// Why a walk ends early.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// The text is not JSON; noticed where the scanner stands.
    Broken,
    /// So much is wrong that more would help nobody.
    Enough,
}

use Stop::Broken;

/// What is found, unless the walk ends before.
pub(super) type Scan<T> = Result<T, Stop>;

/// A position in JSON text.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Eight bytes of a text at once: in wasm, going byte by byte is slow.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|chunk| u64::from_le_bytes(*chunk))
}

/// The high bit of each byte that equals `byte`; exact up to the first of them.
#[inline(always)]
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let zeros = word ^ (LOW * byte as u64);
    zeros.wrapping_sub(LOW) & !zeros & (LOW << 7)
}

/// Whether two texts are the same.
#[inline(never)]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while let (Some(a), Some(b)) = (word(left, at), word(right, at)) {
        if a != b {
            return false;
        }
        at += 8;
    }
    while at < left.len() {
        if left.get(at) != right.get(at) {
            return false;
        }
        at += 1;
    }
    true
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
    fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The bytes from an earlier position to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.slice(start..self.at)
    }

    /// Moves to the next byte that is no white space, and tells it. At the end, and for a byte 0, it is 0: either way no
    /// value begins there.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> u8 {
        match self.bytes.get(self.at) {
            Some(&byte) if byte > b' ' => byte,
            _ => self.behind_space(),
        }
    }

    #[inline(never)]
    fn behind_space(&mut self) -> u8 {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
        0
    }

    /// Moves into the object or list that begins here; tells whether anything is in it. If not, moves behind it.
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        let filled = self.peek() != close;
        self.at += usize::from(!filled);
        filled
    }

    /// Moves behind the name and the colon that come next; the name is as it stands between its quotes.
    #[inline(never)]
    pub(super) fn name(&mut self) -> Scan<&'a [u8]> {
        if self.peek() != b'"' {
            return Err(Broken);
        }
        let start = self.at + 1;
        self.string()?;
        let name = self.slice(start..self.at - 1);
        if self.peek() != b':' {
            return Err(Broken);
        }
        self.at += 1;
        Ok(name)
    }

    /// Whether another item or member follows the one just read; moves behind the comma or the closing bracket.
    #[inline(never)]
    pub(super) fn more(&mut self, close: u8) -> Scan<bool> {
        let byte = self.peek();
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

    /// Moves behind the string whose opening quote is here.
    #[inline(never)]
    fn string(&mut self) -> Scan<()> {
        let mut at = self.at + 1;
        loop {
            if let Some(word) = word(self.bytes, at) {
                let hits = bytes_equal(word, b'"') | bytes_equal(word, b'\\');
                if hits == 0 {
                    at += 8;
                    continue;
                }
                at += (hits.trailing_zeros() / 8) as usize;
            }
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => {
                    self.at = self.bytes.len();
                    return Err(Broken);
                }
            }
        }
        self.at = at + 1;
        Ok(())
    }

    /// Moves behind the byte here if it is one of these two.
    fn pass(&mut self, one: u8, other: u8) -> bool {
        let found = self.bytes.get(self.at).is_some_and(|byte| *byte == one || *byte == other);
        self.at += usize::from(found);
        found
    }

    /// Moves behind the number that comes next.
    fn number(&mut self) -> Scan<()> {
        self.pass(b'-', b'-');
        if !self.pass(b'0', b'0') {
            self.digits()?;
        }
        if self.pass(b'.', b'.') {
            self.digits()?;
        }
        if self.pass(b'e', b'E') {
            self.pass(b'+', b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// Moves behind the digits here, which must be there.
    fn digits(&mut self) -> Scan<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(Broken) } else { Ok(()) }
    }

    /// Moves behind `true`, `false` or `null`, whose first byte is here.
    fn literal(&mut self, first: u8) -> Scan<()> {
        let (skipped, letters) = match first {
            b't' => (0, b"true"),
            b'f' => (1, b"alse"),
            _ => (0, b"null"),
        };
        let start = self.at + skipped;
        if self.slice(start..start + 4) != letters {
            return Err(Broken);
        }
        self.at = start + 4;
        Ok(())
    }

    /// Moves behind the value that comes next, whatever it is. Takes no stack for its depth.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Scan<()> {
        match self.peek() {
            b'"' => self.string(),
            b'{' | b'[' => self.brackets(),
            first @ (b't' | b'f' | b'n') => self.literal(first),
            _ => self.number(),
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

    /// Counts brackets without telling their kinds apart: a text in which that matters is not JSON.
    fn brackets(&mut self) -> Scan<()> {
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
        Err(Broken)
    }
}

/// A string without its quotes; of other values, all.
pub(super) fn inner(raw: &[u8]) -> &[u8] {
    match raw {
        [b'"', inner @ .., b'"'] => inner,
        _ => raw,
    }
}

/// The text of the bytes of a string. What is no text (bad UTF-8, half a surrogate pair) becomes U+FFFD.
#[inline(never)]
pub(super) fn decode(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if !raw.contains(&b'\\') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.push(if letter == '\\' { escape(&mut letters) } else { letter });
    }
    Cow::Owned(out)
}

/// The character of the escape whose backslash was just read.
fn escape(letters: &mut Chars<'_>) -> char {
    match letters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => {
            let mut code = unit(letters);
            let mut behind = letters.clone();
            if (0xD800..0xDC00).contains(&code)
                && (behind.next(), behind.next()) == (Some('\\'), Some('u'))
                && let low @ 0xDC00..0xE000 = unit(&mut behind)
            {
                code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                *letters = behind;
            }
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        Some(other) => other,
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// The number of the four hexadecimal digits that come next. Where they do not, it is of no character.
fn unit(letters: &mut Chars<'_>) -> u32 {
    let mut behind = letters.clone();
    let mut code = 0;
    for _ in 0..4 {
        let Some(digit) = behind.next().and_then(|letter| letter.to_digit(16)) else { return u32::MAX };
        code = code * 16 + digit;
    }
    *letters = behind;
    code
}
