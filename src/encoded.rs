//! Decodes one character: of percent-encoding, of HTML entities, or of the escapes of JSON and JavaScript. Encodes base64, and finds a
//! text in another one.
//!
//! Each function that decodes takes the start of a text and returns the character and the number of bytes that encode it; `None` where the
//! encoding is invalid. The search for echoed secrets and the titles of HTML pages use them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Standard base64, padded. `Engine::encode` would bring the code that prints bytes for debugging, in its panic.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut digits = vec![0; bytes.len().div_ceil(3) * 4];
    // The buffer is as long as the digits, so that this does not fail.
    let _ = STANDARD.encode_slice(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

/// Where a short text is in a longer one. The standard library's search for texts takes several kilobytes of the wasm, and prints
/// characters for debugging.
#[must_use]
pub fn find(text: &str, short: &str) -> Option<usize> {
    text.as_bytes().windows(short.len().max(1)).position(|part| part == short.as_bytes())
}

/// `%2F`, or the older `%u002F`.
#[must_use]
pub fn percent(text: &[u8]) -> Option<(Letter, usize)> {
    match text {
        [b'%', b'u' | b'U', rest @ ..] => Some((character(hex(rest.get(..4)?)?)?, 6)),
        [b'%', rest @ ..] => Some((Letter::Byte(u8::try_from(hex(rest.get(..2)?)?).ok()?), 3)),
        _ => None,
    }
}

/// `&amp;`, `&#38;`, `&#x26;`; the semicolon of a number may be missing, as browsers have it.
#[must_use]
pub fn entity(text: &[u8]) -> Option<(Letter, usize)> {
    let rest = text.strip_prefix(b"&")?;
    if let Some(number) = rest.strip_prefix(b"#") {
        let (digits, radix, before) = match number {
            [b'x' | b'X', digits @ ..] => (digits, 16, 3),
            digits => (digits, 10, 2),
        };
        let length = digits.iter().take(8).take_while(|digit| char::from(**digit).is_digit(radix)).count();
        let digits = str::from_utf8(digits.get(..length)?).ok()?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        let end = before + length;
        return Some((character(code)?, end + usize::from(text.get(end) == Some(&b';'))));
    }
    let length = rest.iter().take(8).position(|byte| *byte == b';')?;
    let name = rest.get(..length)?;
    let (_, letter) = ENTITIES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))?;
    Some((Letter::Char(*letter), length + 2))
}

/// `\n`, `\/`, `\"`, `\x2f`, `\u002f`, `\u{2f}`, and the pairs that JSON writes for characters beyond U+FFFF.
#[must_use]
pub fn escape(text: &[u8]) -> Option<(Letter, usize)> {
    let rest = text.strip_prefix(b"\\")?;
    let letter = match rest.first()? {
        b'u' if rest.get(1) == Some(&b'{') => {
            let length = rest.iter().take(9).position(|byte| *byte == b'}')?;
            return Some((character(hex(rest.get(2..length)?)?)?, length + 2));
        }
        b'u' => {
            let high = hex(rest.get(1..5)?)?;
            let low = rest.get(5..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(|rest| hex(rest.get(..4)?));
            return match (high, low) {
                (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                    Some((character(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, 12))
                }
                _ => Some((character(high)?, 6)),
            };
        }
        b'x' => return Some((character(hex(rest.get(1..3)?)?)?, 4)),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        byte @ (b'/' | b'\\' | b'"' | b'\'') => char::from(*byte),
        _ => return None,
    };
    Some((Letter::Char(letter), 2))
}

/// A decoded character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// A byte, of UTF-8 most likely.
    Byte(u8),
    /// A character.
    Char(char),
}

fn character(code: u32) -> Option<Letter> {
    char::from_u32(code).map(Letter::Char)
}

fn hex(digits: &[u8]) -> Option<u32> {
    // The standard library would take a sign.
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    valid.then(|| u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

/// The punctuation that servers escape, and other characters of titles.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("vert", '|'),
    ("verbar", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("copy", '©'),
    ("middot", '·'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("raquo", '»'),
];

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Option<(Letter, usize)>;
    type Decode = fn(&[u8]) -> Found;

    #[test]
    fn spellings() {
        let cases: &[(Decode, &str, Found)] = &[
            (percent, "%2fx", Some((Letter::Byte(b'/'), 3))),
            (percent, "%2Fx", Some((Letter::Byte(b'/'), 3))),
            (percent, "%u00e4", Some((Letter::Char('ä'), 6))),
            (percent, "%2", None),
            (percent, "%+1", None),
            (percent, "x", None),
            (entity, "&amp;x", Some((Letter::Char('&'), 5))),
            (entity, "&#47;", Some((Letter::Char('/'), 5))),
            (entity, "&#x2F;", Some((Letter::Char('/'), 6))),
            (entity, "&#X2fg", Some((Letter::Char('/'), 5))),
            (entity, "&#;", None),
            (entity, "&#xD800;", None),
            (entity, "&amp", None),
            (entity, "&unknown;", None),
            (escape, r"\/", Some((Letter::Char('/'), 2))),
            (escape, r"\u002f", Some((Letter::Char('/'), 6))),
            (escape, r"\u{2f}", Some((Letter::Char('/'), 6))),
            (escape, r"\x2F", Some((Letter::Char('/'), 4))),
            (escape, r"\ud83d\ude00", Some((Letter::Char('😀'), 12))),
            (escape, r"\ud83d\u0041", None),
            (escape, r"\u00", None),
            (escape, r"\q", None),
            (escape, r"\", None),
        ];
        for (decode, text, expected) in cases {
            assert_eq!(decode(text.as_bytes()), *expected, "{text}");
        }
    }
}
