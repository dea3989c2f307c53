//! Texts of parts. New code uses `format!` and the standard library's methods.

/// A text of parts.
#[inline(never)]
#[must_use]
pub fn text(parts: &[&str]) -> String {
    let mut text = String::new();
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// Adds a word to a list of words.
#[inline(never)]
pub fn also(list: &mut String, separator: &str, word: &str) {
    if !list.is_empty() {
        list.push_str(separator);
    }
    list.push_str(word);
}

/// What stands before the first of a byte of ASCII, and what behind it.
#[inline(never)]
#[must_use]
pub fn cut(text: &str, at: u8) -> (&str, &str) {
    let end = text.as_bytes().iter().position(|byte| *byte == at).unwrap_or(text.len());
    (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default())
}

/// A number in decimal digits.
#[inline(never)]
#[must_use]
pub fn digits(number: u64) -> String {
    let mut text = String::new();
    let mut rest = number;
    while text.is_empty() || rest > 0 {
        text.insert(0, char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for number in [0, 7, 10, 404, 1_000_000, u64::MAX] {
            assert_eq!(digits(number), number.to_string());
        }
    }

    #[test]
    fn pieces() {
        for (text, before, behind) in
            [("", "", ""), ("ä", "ä", ""), ("ä:", "ä", ""), (":ö", "", "ö"), ("a:b:c", "a", "b:c")]
        {
            assert_eq!(cut(text, b':'), (before, behind), "{text}");
        }
    }

    #[test]
    fn lists() {
        let mut list = String::new();
        for word in ["a", "b", "c"] {
            also(&mut list, " or ", word);
        }
        assert_eq!(list, text(&["a or ", "b or c"]));
    }
}
