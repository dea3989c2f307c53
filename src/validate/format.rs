//! The formats of strings.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::contract::Format;

/// Whether a text is of its format.
pub(super) fn fits(format: Format, text: &str) -> bool {
    match format {
        Format::Uuid => uuid(text.as_bytes()),
        Format::DateTime => date_time(text.as_bytes()),
        Format::Date => date(text.as_bytes()),
        Format::Address => address(text),
        Format::Email => email(text),
        Format::Hostname => hostname(text),
        Format::Uri => uri(text),
        Format::Boolean => matches!(text, "true" | "false"),
        Format::Sha256 => digest(text.as_bytes(), 44),
        Format::Sha1 => digest(text.as_bytes(), 28),
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
        Format::Sha1 => "20 bytes in base64",
    }
}

/// 8-4-4-4-12 hexadecimal digits, of any version. Eight bytes at a time: most answers are full of these.
pub(super) fn uuid(text: &[u8]) -> bool {
    let word =
        |from: usize| text.get(from..).and_then(|rest| rest.first_chunk()).map(|chunk| u64::from_le_bytes(*chunk));
    let (Some(a), Some(b), Some(c), Some(d), Some(e), 36) =
        (word(0), word(8), word(16), word(24), word(28), text.len())
    else {
        return false;
    };
    // `-xxxx-xx` and `xx-xxxx-`
    let (Some(b), Some(c)) = (hyphens(b, 0x0000_FF00_0000_00FF), hyphens(c, 0xFF00_0000_00FF_0000)) else {
        return false;
    };
    hex(a) & hex(b) & hex(c) & hex(d) & hex(e)
}

/// The word with zeros in the place of hyphens, if all of these bytes are hyphens.
fn hyphens(word: u64, mask: u64) -> Option<u64> {
    (word & mask == (EACH * 0x2D) & mask).then_some((word & !mask) | ((EACH * 0x30) & mask))
}

const EACH: u64 = 0x0101_0101_0101_0101;

/// Whether all eight bytes are hexadecimal digits.
fn hex(word: u64) -> bool {
    const HIGH: u64 = 0x80 * EACH;
    // In ASCII the sums below stay within their bytes; the high bit tells which bytes are at least so much.
    let at_least = |word: u64, byte: u64| (word & !HIGH) + EACH * (0x80 - byte);
    let lower = word | (EACH * 0x20);
    let digit = at_least(word, 0x30) & !at_least(word, 0x3A);
    let letter = at_least(lower, 0x61) & !at_least(lower, 0x67);
    (digit | letter) & !word & HIGH == HIGH
}

/// The number in a field of digits.
fn field(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |all, byte| byte.is_ascii_digit().then(|| all * 10 + u32::from(byte - b'0')))
}

/// `2024-02-29`.
pub(super) fn date(text: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return false };
    let (Some(year), Some(month), Some(day)) = (field(&[y1, y2, y3, y4]), field(&[m1, m2]), field(&[d1, d2])) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `2024-02-29T23:59:60.123+01:00`; `T` and `Z` in either case, as RFC 3339 has it.
pub(super) fn date_time(text: &[u8]) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let &[b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = time else { return false };
    let rest = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let Some((1.., rest)) = fraction.split_at_checked(digits).map(|(_, rest)| (digits, rest)) else {
                return false;
            };
            rest
        }
        other => other,
    };
    let offset = match *rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => clock(&[h1, h2], 23) && clock(&[m1, m2], 59),
        _ => false,
    };
    offset && date(day) && clock(&[h1, h2], 23) && clock(&[m1, m2], 59) && clock(&[s1, s2], 60)
}

fn clock(digits: &[u8], most: u32) -> bool {
    field(digits).is_some_and(|value| value <= most)
}

/// An IPv4 or IPv6 address, or a CIDR block of one; no zone, no leading zeros.
fn address(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let most = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    prefix.is_none_or(|prefix| {
        matches!(prefix.as_bytes(), [b'0'] | [b'1'..=b'9'] | [b'1'..=b'9', _] | [b'1'..=b'9', _, _])
            && clock(prefix.as_bytes(), most)
    })
}

/// Something before one `@`, and a host name with a dot after it.
fn email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(user, host)| {
        let plain = |byte: u8| byte > b' ' && byte != 0x7F && !matches!(byte, b'@' | b'<' | b'>' | b'"' | b',' | b';');
        (1..=64).contains(&user.len()) && user.bytes().all(plain) && host.contains('.') && hostname(host)
    })
}

/// Labels of letters, digits and inner hyphens.
fn hostname(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// A scheme, a colon, and characters that need no escape.
fn uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let plain = |byte: u8| {
            byte > b' ' && !matches!(byte, 0x7F | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
        };
        // `https:` and `https://` name nothing.
        !rest.trim_start_matches('/').is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(inside)
            && rest.bytes().all(plain)
    })
}

/// Standard base64 of so many characters that end in one `=`, without stray bits before it.
fn digest(text: &[u8], length: usize) -> bool {
    let [digits @ .., last, b'='] = text else { return false };
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    text.len() == length
        && value(*last).is_some_and(|bits| bits.is_multiple_of(4))
        && digits.iter().all(|byte| value(*byte).is_some())
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
            &["2jmj7l5rSw0yVb/vlWAYkK/YBwk="],
            &["da39a3ee5e6b4b0d3255bfef95601890afd80709", "2jmj7l5rSw0yVb/vlWAYkK/YBwl="],
        );
    }
}
