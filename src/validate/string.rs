//! Decodes JSON strings.

use std::borrow::Cow;
use std::str::Chars;

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
    let text = match str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut text = String::new();
            for byte in raw {
                text.push(if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER });
            }
            Cow::Owned(text)
        }
    };
    if raw.iter().all(|byte| *byte != b'\\') {
        return text;
    }
    let mut out = String::new();
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
