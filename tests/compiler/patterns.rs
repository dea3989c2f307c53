//! The automaton of a pattern, run as the validator runs it.

use crate::pattern::compile;

/// Whether the text matches.
fn matches(source: &str, text: &str) -> bool {
    compile(source).unwrap().matches(text)
}

#[test]
fn anchored_and_not() {
    for (source, good, bad) in [
        ("^[a-z]+$", &["a", "zebra"][..], &["", "A", "a1", " a", "a\n", "é"][..]),
        ("b", &["b", "abc", "\n b", "béb"], &["", "B", "acé"]),
        ("^ab", &["ab", "abc"], &["", "cab", "a"]),
        ("ab$", &["ab", "cab"], &["", "abc", "ab "]),
        ("", &["", "x"], &[]),
        ("^$", &[""], &["x", "\n"]),
        ("^(a|bc)*$", &["", "a", "bc", "abca"], &["b", "c", "ab"]),
        ("^.{2,3}$", &["ab", "éü", "abc", "\u{1F40E}x"], &["a", "abcd", "a\n"]),
        ("^[^/]+/[^/]+$", &["a/b", "é/ü"], &["a", "/b", "a/", "a/b/c"]),
        ("^\\d{3}$", &["123"], &["12", "1234", "12a"]),
        ("^[a-zA-Z0-9._-]+$", &["a.b_c-1"], &["", "a b", "a/b", "ü"]),
        ("(^a|b$)", &["ax", "xb"], &["xa", "bx", ""]),
        ("^arn:aws:iam::\\d{12}:role/.+$", &["arn:aws:iam::123456789012:role/x"], &["arn:aws:iam::1:role/x"]),
    ] {
        for text in good {
            assert!(matches(source, text), "{source:?} should match {text:?}");
        }
        for text in bad {
            assert!(!matches(source, text), "{source:?} should not match {text:?}");
        }
    }
}

#[test]
fn what_json_schema_writes_and_rust_does_not_is_refused_and_not_misread() {
    for source in ["(?=a)b", "(?!a)b", "(a)\\1", "[", "a{3,2}", "(?<n>a"] {
        assert!(compile(source).is_err(), "{source}");
    }
}

#[test]
fn a_table_that_would_be_too_large_is_refused() {
    // Determinized without a bound, this one takes minutes.
    assert!(compile("^(.*a.{14})$").is_err());
}
