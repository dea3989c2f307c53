//! SHA-1 and SHA-256 (FIPS 180-4) of passwords, which are short: both go through the same few lines around what they do to
//! a block. SHA-256's is the crate's; SHA-1's stands here, because the crate's is unrolled, ten times as large.

use sha2::block_api::compress256;
use zeroize::Zeroizing;

type Block = [u8; 64];

/// The 20 bytes of SHA-1.
pub(super) fn sha1(text: &[u8]) -> Vec<u8> {
    let mut state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    padded(text).as_chunks().0.iter().for_each(|block| compress(&mut state, block));
    bytes(&state)
}

/// The 32 bytes of SHA-256.
pub(super) fn sha256(text: &[u8]) -> Vec<u8> {
    let mut state =
        [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
    compress256(&mut state, padded(text).as_chunks().0);
    bytes(&state)
}

/// The text as whole blocks, of which the last one ends in its length.
#[inline(never)]
fn padded(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut padded = Zeroizing::new(Vec::with_capacity(text.len() + size_of::<Block>() + 8));
    padded.extend_from_slice(text);
    padded.push(0x80);
    while padded.len() % size_of::<Block>() != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(8 * text.len() as u64).to_be_bytes());
    padded
}

#[inline(never)]
fn bytes(state: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.iter().for_each(|word| bytes.extend_from_slice(&word.to_be_bytes()));
    bytes
}

fn compress(state: &mut [u32; 5], block: &Block) {
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
