//! Numbers as decimals, exactly.
//!
//! 0.3 is a multiple of 0.1, and 9007199254740993 is not 9007199254740992: binary floating point would say otherwise.
//! It also keeps the standard library's float parser and printer, which are large, out of the wasm.

use std::cmp::Ordering;

/// A decimal: digits, times ten to the exponent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// As they are written, without zeros at either end; empty: zero.
    digits: Vec<u8>,
    exponent: i64,
}

/// Beyond this nothing is a finite number of JavaScript's.
const EXPONENT_LIMIT: i64 = 100_000;

impl Decimal {
    /// The decimal of a JSON number's text.
    #[inline(never)]
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut number = Self { negative: text.first() == Some(&b'-'), digits: Vec::new(), exponent: 0 };
        let mut power = 0_i64;
        let (mut in_fraction, mut in_power, mut down) = (false, false, false);
        for &byte in text {
            match byte {
                b'0'..=b'9' if in_power => power = (power * 10 + i64::from(byte - b'0')).min(EXPONENT_LIMIT),
                b'0'..=b'9' => {
                    if byte > b'0' || !number.digits.is_empty() {
                        number.digits.push(byte);
                    }
                    number.exponent -= i64::from(in_fraction);
                }
                b'.' => in_fraction = true,
                b'e' | b'E' => in_power = true,
                _ => down = in_power && byte == b'-',
            }
        }
        number.exponent += if down { -power } else { power };
        while number.digits.pop_if(|digit| *digit == b'0').is_some() {
            number.exponent += 1;
        }
        if number.digits.is_empty() {
            return Self { negative: false, exponent: 0, ..number };
        }
        number
    }

    /// Whether it has no fraction.
    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// Whether it is a whole number of steps. The step has at most 15 digits.
    pub(super) fn is_multiple_of(&self, step: &Self) -> bool {
        // Neither ends in a zero digit: a finer value than the step cannot be a multiple of it.
        if self.digits.is_empty() || self.exponent < step.exponent {
            return self.digits.is_empty();
        }
        let value = |digit: &u8| u64::from(digit - b'0');
        let divisor = step.digits.iter().fold(0_u64, |all, digit| all.wrapping_mul(10) + value(digit));
        let zeros = (self.exponent - step.exponent).min(1_000) as usize;
        let mut rest = 0_u64;
        for index in 0..self.digits.len() + zeros {
            let digit = self.digits.get(index).unwrap_or(&b'0');
            let Some(next) = (rest.wrapping_mul(10) + value(digit)).checked_rem(divisor) else { return false };
            rest = next;
        }
        rest == 0
    }

    /// Bytes that only equal numbers share.
    pub(super) fn key(mut self) -> Vec<u8> {
        self.digits.push(u8::from(self.negative));
        self.digits.extend_from_slice(&self.exponent.to_le_bytes());
        self.digits
    }

    /// The place of the first digit, which decides between two numbers first.
    fn order(&self) -> i64 {
        self.exponent + i64::try_from(self.digits.len()).unwrap_or(i64::MAX)
    }

    fn sign(&self) -> i32 {
        match self.negative {
            true => -1,
            false => i32::from(!self.digits.is_empty()),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = self.order().cmp(&other.order()).then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then(match self.sign() {
            0 => Ordering::Equal,
            1 => magnitude,
            _ => magnitude.reverse(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether a value that begins with the byte is a number, if it is JSON.
pub(super) const fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn parse(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes())
    }

    #[test]
    fn integers() {
        for text in
            ["0", "-0", "0.0", "0e5", "0e-5", "1.0", "1e3", "1.5e1", "100e-2", "12E+0", "1e999999999999999999999"]
        {
            assert!(parse(text).is_integer(), "{text}");
        }
        for text in ["0.5", "1e-1", "1.5", "15e-1", "100e-3", "1e-99999999999999999999", "1.0000000000000000000001"] {
            assert!(!parse(text).is_integer(), "{text}");
        }
    }

    #[test]
    fn multiples() {
        for (value, step) in [
            ("36", "12.0"),
            ("0.3", "0.1"),
            ("0.7", "0.1"),
            ("-24", "12.0"),
            ("0", "12.0"),
            ("1.2e2", "12.0"),
            ("4.35", "0.01"),
            ("1e22", "2.0"),
        ] {
            assert!(parse(value).is_multiple_of(&parse(step)), "{value} {step}");
        }
        for (value, step) in [
            ("36.5", "12.0"),
            ("0.35", "0.1"),
            ("30", "12.0"),
            ("5", "10.0"),
            ("0.30000000000000004", "0.1"),
            ("9007199254740993", "2.0"),
            ("1", "0.0"),
        ] {
            assert!(!parse(value).is_multiple_of(&parse(step)), "{value} {step}");
        }
    }

    #[test]
    fn order() {
        let sorted = [
            "-1e9",
            "-20",
            "-3",
            "-0.5",
            "0",
            "0.05",
            "0.5",
            "0.51",
            "3",
            "20",
            "20.5",
            "9007199254740992",
            "9007199254740993",
            "1e300",
        ];
        for pair in sorted.windows(2) {
            assert!(parse(pair[0]) < parse(pair[1]), "{pair:?}");
        }
        assert_eq!(parse("1e2"), parse("100.00"));
        assert_eq!(parse("-0"), parse("0"));
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_floats(left in -1_000_000_i64..1_000_000, right in -1_000_000_i64..1_000_000, places in 0_i32..6) {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let value = |number: i64| number as f64 / 10_f64.powi(places);
            let (a, b) = (value(left), value(right));
            proptest::prop_assert_eq!(parse(&a.to_string()).cmp(&parse(&b.to_string())), left.cmp(&right));
        }
    }
}
