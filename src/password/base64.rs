//! Base64 of secrets, in a time that their length alone decides: no table is looked up, nothing branches on a bit.

/// Standard base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = 0;
        for index in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(index).copied().unwrap_or_default());
        }
        for index in 0..4 {
            text.push(if index > chunk.len() { '=' } else { digit(bits >> (18 - 6 * index) & 63) });
        }
    }
    text
}

/// The character of six bits. Each line adds, from where a range begins, what lies between it and the range before.
fn digit(bits: u32) -> char {
    let from = |first: u32, more: u32| (first.wrapping_sub(bits + 1) >> 31).wrapping_mul(more);
    let letter = bits + u32::from(b'A');
    let letter = letter.wrapping_add(from(26, u32::from(b'a' - b'Z' - 1)));
    let letter = letter.wrapping_sub(from(52, u32::from(b'z' + 1 - b'0')));
    let letter = letter.wrapping_sub(from(62, u32::from(b'9' + 1 - b'+')));
    let letter = letter.wrapping_add(from(63, u32::from(b'/' - b'+' - 1)));
    char::from(letter as u8)
}
