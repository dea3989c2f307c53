//! SHA-1 (FIPS 180-4). Written here because the crate's is unrolled, and passwords are short: this is a tenth of its
//! size in the wasm.

use zeroize::Zeroizing;

/// The hash of a text.
pub(super) fn sha1(text: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0_u32];
    // So large from the start that no copy of a password is left behind.
    let mut padded = Zeroizing::new(Vec::with_capacity(text.len() + 72));
    padded.extend_from_slice(text);
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(8 * text.len() as u64).to_be_bytes());
    for block in padded.as_chunks().0 {
        compress(&mut state, block);
    }
    let mut hash = [0; 20];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(&state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

fn compress(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for round in 0..80 {
        let (mixed, constant) = match round / 20 {
            0 => (d ^ (b & (c ^ d)), 0x5A82_7999_u32),
            1 => (b ^ c ^ d, 0x6ED9_EBA1),
            2 => ((b & c) | (d & (b | c)), 0x8F1B_BCDC),
            _ => (b ^ c ^ d, 0xCA62_C1D6),
        };
        let [word, ..] = words;
        let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(word);
        (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
        // The words are a window of sixteen that moves along.
        words[0] = (word ^ words[2] ^ words[8] ^ words[13]).rotate_left(1);
        words.rotate_left(1);
    }
    for (old, new) in state.iter_mut().zip(&[a, b, c, d, e]) {
        *old = old.wrapping_add(*new);
    }
}
