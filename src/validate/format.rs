//! The formats of strings.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bytes::word;
use crate::contract::Format;

/// Whether a text is of its format.
pub(super) fn fits(format: Format, text: &str) -> bool {
    let bytes = text.as_bytes();
    match format {
        Format::Uuid => uuid(bytes),
        Format::DateTime => date_time(bytes),
        Format::Date => date(bytes),
        Format::Address => address(text),
        Format::Email => email(bytes),
        Format::Hostname => hostname(bytes),
        Format::Uri => uri(bytes),
        Format::Boolean => matches!(text, "true" | "false"),
        Format::Sha256 => sha256(bytes),
        Format::Sha1 => text.len() == 40 && bytes.iter().all(u8::is_ascii_hexdigit),
    }
}

/// Whether a text is of the format, as far as responses are checked for it.
pub(super) fn fits_response(format: Format, text: &[u8]) -> bool {
    match format {
        Format::Uuid => uuid(text),
        Format::DateTime => date_time(text),
        _ => true,
    }
}

/// The format in words.
pub(super) const fn words(format: Format) -> &'static str {
    match format {
        Format::Uuid => "a UUID",
        Format::DateTime => "a date and time such as 2024-01-31T12:00:00Z",
        Format::Date => "a date such as 2024-01-31",
        Format::Address => "an IPv4 or IPv6 address, or a CIDR block",
        Format::Email => "an e-mail address",
        Format::Hostname => "a host name",
        Format::Uri => "an absolute URI",
        Format::Boolean => "\"true\" or \"false\"",
        Format::Sha256 => "32 bytes in base64",
        Format::Sha1 => "40 hexadecimal digits",
    }
}

/// 8-4-4-4-12 hexadecimal digits, of any version. Eight bytes at a time: responses are full of these.
pub(super) fn uuid(text: &[u8]) -> bool {
    let (Some(a), Some(b), Some(c), Some(d), Some(e), 36) =
        (word(text, 0), word(text, 8), word(text, 16), word(text, 24), word(text, 28), text.len())
    else {
        return false;
    };
    // `-xxxx-xx` and `xx-xxxx-`
    let hyphens = (b & 0x0000_FF00_0000_00FF) | (c & 0xFF00_0000_00FF_0000);
    // This makes each of them a digit.
    let (b, c) = (b ^ 0x0000_1D00_0000_001D, c ^ 0x1D00_0000_001D_0000);
    hyphens == 0x2D00_2D00_002D_002D && hex(a) && hex(b) && hex(c) && hex(d) && hex(e)
}

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * EACH;

/// Whether all eight bytes are hexadecimal digits.
fn hex(word: u64) -> bool {
    // In ASCII the sums below stay within their bytes; the high bit marks the bytes that are at least so much.
    let (low, lower) = (word & !HIGH, (word | (EACH * 0x20)) & !HIGH);
    let digit = (low + EACH * (0x80 - 0x30)) & !(low + EACH * (0x80 - 0x3A));
    let letter = (lower + EACH * (0x80 - 0x61)) & !(lower + EACH * (0x80 - 0x67));
    (digit | letter) & !word & HIGH == HIGH
}

/// Whether eight bytes are of a shape: `0` stands for any digit, all else for itself.
fn shaped(word: u64, (shape, limits): (u64, u64)) -> bool {
    // What is left of a digit is at most 9, of all else 0; a sum above that reaches the high bit of its byte.
    let rest = word ^ shape;
    ((rest & !HIGH).wrapping_add(limits) | rest) & HIGH == 0
}

/// A shape, and the most that may be added to each byte's rest.
const fn shape(text: [u8; 8]) -> (u64, u64) {
    const fn limit(letter: u8) -> u8 {
        if letter == b'0' { 0x7F - 9 } else { 0x7F }
    }
    let [a, b, c, d, e, f, g, h] = text;
    let limits = [limit(a), limit(b), limit(c), limit(d), limit(e), limit(f), limit(g), limit(h)];
    (u64::from_le_bytes(text), u64::from_le_bytes(limits))
}

/// The number of two digits among eight bytes.
fn pair(word: u64, at: u32) -> u64 {
    let digits = word >> (8 * at);
    (digits & 15) * 10 + (digits >> 8 & 15)
}

/// `2024-02-29`.
pub(super) fn date(text: &[u8]) -> bool {
    const START: (u64, u64) = shape(*b"0000-00-");
    const END: (u64, u64) = shape(*b"00-00-00");
    let (Some(start), Some(end), 10) = (word(text, 0), word(text, 2), text.len()) else { return false };
    let (year, month) = (pair(start, 0) * 100 + pair(start, 2), pair(start, 5));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(leap),
        _ => 31,
    };
    shaped(start, START) && shaped(end, END) && (1..=12).contains(&month) && (1..=days).contains(&pair(end, 6))
}

/// `23:59:60`.
fn clock(word: u64) -> bool {
    const SHAPE: (u64, u64) = shape(*b"00:00:00");
    shaped(word, SHAPE) && pair(word, 0) < 24 && pair(word, 3) < 60 && pair(word, 6) <= 60
}

/// `2024-02-29T23:59:60.123+01:00`; `T` and `Z` in either case, as RFC 3339 has it.
pub(super) fn date_time(text: &[u8]) -> bool {
    let (Some((day, [b'T' | b't', rest @ ..])), Some(time)) = (text.split_at_checked(10), word(text, 11)) else {
        return false;
    };
    let mut rest = rest.get(8..).unwrap_or_default();
    if let [b'.', b'0'..=b'9', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..).unwrap_or_default();
    }
    let offset = match *rest {
        [b'Z' | b'z'] => true,
        // A time without seconds.
        [b'+' | b'-', h1, h2, b':', m1, m2] => clock(u64::from_le_bytes([h1, h2, b':', m1, m2, b':', b'0', b'0'])),
        _ => false,
    };
    offset && date(day) && clock(time)
}

/// An IPv4 or IPv6 address, or a CIDR block of one; no zone, no leading zeros.
fn address(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest: u8 = if address.is_ipv4() { 32 } else { 128 };
    let plain = |prefix: &str| prefix == "0" || prefix.starts_with(|letter: char| matches!(letter, '1'..='9'));
    prefix.is_none_or(|prefix| plain(prefix) && prefix.parse::<u8>().is_ok_and(|bits| bits <= longest))
}

/// The parts before and behind a byte.
fn split(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at) {
        Some(index) => (text.get(..index).unwrap_or_default(), text.get(index + 1..)),
        None => (text, None),
    }
}

/// Something before one `@`, and a host name with a dot after it.
fn email(text: &[u8]) -> bool {
    let plain = |byte: &u8| *byte > b' ' && !matches!(byte, 0x7F | b'<' | b'>' | b'"' | b',' | b';');
    let (user, host) = split(text, b'@');
    (1..=64).contains(&user.len())
        && user.iter().all(plain)
        && host.is_some_and(|host| split(host, b'.').1.is_some() && hostname(host))
}

/// Labels of letters, digits and inner hyphens.
fn hostname(text: &[u8]) -> bool {
    text.len() <= 253
        && text.split(|byte| *byte == b'.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with(b"-")
                && !label.ends_with(b"-")
                && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        })
}

/// A scheme, a colon, and characters that need no escape.
fn uri(text: &[u8]) -> bool {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let plain = |byte: &u8| {
        *byte > b' ' && !matches!(byte, 0x7F | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
    };
    let (scheme, rest) = split(text, b':');
    let rest = rest.unwrap_or_default();
    // `https:` and `https://` name nothing.
    rest.iter().any(|byte| *byte != b'/')
        && rest.iter().all(plain)
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(inside)
}

/// 32 bytes in standard base64, padded, without stray bits at their end.
fn sha256(text: &[u8]) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(fits(format, text), "{format:?} refuses {text}");
        }
        for text in bad {
            assert!(!fits(format, text), "{format:?} takes {text}");
        }
    }

    #[test]
    fn uuids() {
        check(
            Format::Uuid,
            &[
                "123e4567-e89b-12d3-a456-426614174000",
                "00000000-0000-0000-0000-000000000000",
                "ABCDEFab-0000-F000-0000-000000000000",
            ],
            &[
                "",
                "123e4567e89b12d3a456426614174000",
                "123e4567-e89b-12d3-a456-42661417400",
                "123e4567-e89b-12d3-a456-4266141740000",
                "g23e4567-e89b-12d3-a456-426614174000",
                "{23e4567-e89b-12d3-a456-42661417400}",
                "123e4567-e89b-12d3-a456-42661417400é",
            ],
        );
    }

    proptest::proptest! {
        #[test]
        fn eight_digits(bytes: [u8; 8], digits in "[0-9a-fA-F/:@G`g]{8}") {
            for bytes in [bytes.as_slice(), digits.as_bytes()] {
                let word = u64::from_le_bytes(bytes.try_into().unwrap());
                proptest::prop_assert_eq!(hex(word), bytes.iter().all(u8::is_ascii_hexdigit));
            }
        }
    }

    #[test]
    fn dates() {
        check(
            Format::DateTime,
            &[
                "2024-02-29T23:59:60Z",
                "2024-01-01T00:00:00.123456789z",
                "2000-02-29t00:00:00+23:59",
                "1999-12-31T23:59:59-00:00",
            ],
            &[
                "2023-02-29T00:00:00Z",
                "1900-02-29T00:00:00Z",
                "2024-13-01T00:00:00Z",
                "2024-00-01T00:00:00Z",
                "2024-04-31T00:00:00Z",
                "2024-01-01T24:00:00Z",
                "2024-01-01T00:60:00Z",
                "2024-01-01T00:00:61Z",
                "2024-01-01T00:00:00",
                "2024-01-01 00:00:00Z",
                "2024-01-01T00:00:00.Z",
                "2024-01-01T00:00:00+24:00",
                "2024-01-01T00:00:00+01:60",
                "2024-01-01T00:00Z",
                "2024-01-01",
                "",
                "2024-01-01T00:00:00Z ",
                "+024-01-01T00:00:00Z",
                "2024-01-00T00:00:00Z",
                "2024-01-01T00:00:00+0100",
                "2024-01-0éT00:00:00Z",
            ],
        );
        check(Format::Date, &["2024-02-29", "0000-02-29"], &["2024-2-29", "2024-02-30", "2024-02-29Z", "24-02-29", ""]);
    }

    #[test]
    fn addresses() {
        check(
            Format::Address,
            &[
                "0.0.0.0",
                "0.0.0.0/0",
                "255.255.255.255/32",
                "10.0.0.0/8",
                "::",
                "::/0",
                "2001:db8::1/128",
                "::ffff:1.2.3.4",
                "fe80::1/9",
            ],
            &[
                "",
                "anywhere",
                "1.2.3",
                "01.2.3.4",
                "256.0.0.0",
                "1.2.3.4/33",
                "1.2.3.4/",
                "1.2.3.4/+8",
                "1.2.3.4/08",
                "1.2.3.4/8/8",
                "::/129",
                "::/999",
                "::/1000",
                "fe80::1%eth0",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.4/ 8",
                "[::1]",
                "1:2:3:4:5:6:7",
                "1.2.3.4/1a",
            ],
        );
    }

    #[test]
    fn names() {
        check(
            Format::Email,
            &["a@b.co", "first.last+tag@sub.example.com"],
            &["", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b@c.de", "a@-b.co"],
        );
        check(
            Format::Hostname,
            &["localhost", "a.b-c.example"],
            &["", ".", "a..b", "-a", "a-", "a_b", "a b", "a.", &"a".repeat(64)],
        );
        check(
            Format::Uri,
            &["https://example.com/a?b#c", "kafka+ssl://h:9092", "urn:isbn:1", "s3://b/k%20x", "arn:aws:iam::1:role/x"],
            &["", "example.com", "/a/b", "https:", "https://", "http://a b", "1a://b", "://b", "http://{a}"],
        );
    }

    #[test]
    fn others() {
        check(Format::Boolean, &["true", "false"], &["True", "", "1"]);
        check(
            Format::Sha256,
            &["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
            &[
                "",
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
                "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
                "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ],
        );
        check(
            Format::Sha1,
            &["da39a3ee5e6b4b0d3255bfef95601890afd80709", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"],
            &[
                "",
                "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
                "*da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "0xda39a3ee5e6b4b0d3255bfef95601890afd807",
                "da39a3ee5e6b4b0d3255bfef95601890afd8070",
                "da39a3ee5e6b4b0d3255bfef95601890afd8070g",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709 ",
            ],
        );
    }
}
