//! Makes texts from outside safe to show in messages and logs: one line, of bounded length.
//!
//! Line breaks, terminal escapes and bidirectional overrides in a text of the service could forge lines of a log or hide
//! characters.

use std::fmt::Write as _;

/// How many characters of a text from outside a message shows.
pub const LONGEST: usize = 2_000;

/// Whether a character is invisible and may change how others are shown.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            u32::from(letter),
            // Arabic letter mark, zero width space, marks, separators, embeddings and overrides, word joiner and invisible
            // operators, isolates, byte order mark, interlinear annotations, tags.
            0x61C | 0x200B | 0x200E | 0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB
                | 0xE_0000..=0xE_007F
        )
}

/// The text with every hidden character escaped: `\n`, `\r`, `\t`, `\u001b`.
#[must_use]
pub fn escaped(text: &str) -> String {
    // Most texts are of such letters alone.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let code = u32::from(hidden);
                // Writing to a string does not fail.
                let _ = if code > 0xFFFF { write!(shown, "\\u{{{code:x}}}") } else { write!(shown, "\\u{code:04x}") };
            }
            plain => shown.push(plain),
        }
    }
    shown
}

/// The text escaped, and of a longer one its first [`LONGEST`] characters and a sign that more follows.
#[must_use]
pub fn printable(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => escaped(text.get(..end).unwrap_or_default()) + "… (shortened)",
        None => escaped(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_forge_a_line_is_escaped() {
        assert_eq!(escaped("a\r\nb\t\u{1b}[31m\u{9b}\u{85}"), r"a\r\nb\t\u001b[31m\u009b\u0085");
        assert_eq!(escaped("\u{2028}\u{202e}\u{feff}\u{e0041}"), r"\u2028\u202e\ufeff\u{e0041}");
        assert_eq!(escaped("ä 日本 👩‍💻 'x' \"y\" \\n"), "ä 日本 👩‍💻 'x' \"y\" \\n");
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        let (exact, long) = ("ä".repeat(LONGEST), "ä".repeat(LONGEST + 1));
        assert_eq!(printable(&exact), exact);
        assert_eq!(printable(&long), format!("{exact}… (shortened)"));
        assert_eq!(printable(" \n x \n"), "x");
    }
}
