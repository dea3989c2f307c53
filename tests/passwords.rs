//! Passwords: the hashes against the shell pipelines of the API's reference, and the promises of generation.

#![cfg(all(unix, not(target_arch = "wasm32")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use clickhouse_cloud::host::Random;
use clickhouse_cloud::password::{LENGTHS, MAX_LENGTH, MIN_LENGTH, double_sha1_hex, generate, sha256_base64};

const SHA256: &str = "sha256sum | tr -d '-' | xxd -r -p | base64";
const DOUBLE_SHA1: &str = "sha1sum | tr -d '-' | xxd -r -p | sha1sum | tr -d ' -'";

fn shell(pipeline: &str, input: &[u8]) -> String {
    let mut child =
        Command::new("sh").args(["-c", pipeline]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Anything beside cryptography: the same numbers each time.
struct Dice(Cell<u64>);

impl Random for Dice {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let mut state = self.0.get();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            self.0.set(state);
            *byte = (state >> 32) as u8;
        }
    }
}

/// The worst of all hosts.
struct Always(u8);

impl Random for Always {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

#[test]
fn known_answers() {
    assert_eq!(sha256_base64(b""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(sha256_base64(b"abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    assert_eq!(double_sha1_hex(b""), "be1bdec0aa74b4dcb079943e70528096cca985f8");
    assert_eq!(double_sha1_hex(b"yourpassword"), "d4cecba84f0a507325cd8aa82fcde04ea8be56b0");
    // MySQL's PASSWORD('password') is the same behind an asterisk, in upper case.
    assert_eq!(double_sha1_hex(b"password"), "2470c0c06dee42fd1618bb99005adca2ec9d1e19");
}

#[test]
fn the_pipelines_of_the_reference_agree() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let long = "x".repeat(100_000);
    let inputs: [&[u8]; 13] = [
        b"",
        b"abc",
        b"correct horse battery staple",
        "pässwörd \u{1F40E}".as_bytes(),
        b"'\"\\$`\n\t\0",
        &[0xff, 0xfe, 0x00],
        &all_bytes,
        // A block is 64 bytes, of which the length takes the last 8.
        &[b'a'; 55],
        &[b'a'; 56],
        &[b'a'; 63],
        &[b'a'; 64],
        &[b'a'; 120],
        long.as_bytes(),
    ];
    for input in inputs {
        let name = String::from_utf8_lossy(&input[..input.len().min(30)]).into_owned();
        assert_eq!(sha256_base64(input), shell(SHA256, input), "{name}");
        assert_eq!(double_sha1_hex(input), shell(DOUBLE_SHA1, input), "{name}");
    }
}

#[test]
fn generated_passwords_have_every_class() {
    let dice = Dice(Cell::new(0x1234_5678_9abc_def1));
    let mut seen = BTreeSet::new();
    let mut letters = BTreeSet::new();
    for round in 0..2_000 {
        let length = MIN_LENGTH + round % 40;
        let password = generate(length, &dice).unwrap();
        let text = password.reveal();
        assert_eq!(text.len(), length);
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
        assert!(text.bytes().any(|byte| byte.is_ascii_lowercase()), "{text}");
        assert!(text.bytes().any(|byte| byte.is_ascii_uppercase()), "{text}");
        assert!(text.bytes().any(|byte| byte.is_ascii_digit()), "{text}");
        assert!(text.bytes().any(|byte| byte.is_ascii_punctuation()), "{text}");
        assert!(!text.contains(['\'', '"', '\\', '$', '`', ' ']), "needs escaping: {text}");
        letters.extend(text.bytes());
        assert!(seen.insert(text.to_owned()), "twice: {text}");
        assert_eq!(format!("{password:?}"), "[secret]");
    }
    assert_eq!(letters.len(), 26 + 26 + 10 + 14, "every letter comes up");
}

#[test]
fn the_four_classes_stand_anywhere() {
    let dice = Dice(Cell::new(99));
    let firsts: Vec<u8> = (0..1_000).map(|_| generate(MIN_LENGTH, &dice).unwrap().reveal().as_bytes()[0]).collect();
    let lower = firsts.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    assert!((150..600).contains(&lower), "{lower} of 1,000 begin in lower case");
}

#[test]
fn lengths_have_bounds_and_no_randomness_hangs() {
    let dice = Dice(Cell::new(7));
    for length in [0, 1, MIN_LENGTH - 1, MAX_LENGTH + 1, usize::MAX] {
        assert!(generate(length, &dice).is_none(), "{length}");
    }
    for byte in [0, 255] {
        for length in [MIN_LENGTH, MAX_LENGTH] {
            assert_eq!(generate(length, &Always(byte)).unwrap().reveal().len(), length);
        }
    }
}

#[test]
fn the_lengths_in_words_are_the_lengths() {
    assert_eq!(LENGTHS, format!("a whole number from {MIN_LENGTH} to {MAX_LENGTH}"));
}
