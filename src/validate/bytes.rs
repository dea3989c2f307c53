//! Reads several bytes at once: byte by byte is slow in wasm.

/// Eight bytes of a text at once.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|chunk| u64::from_le_bytes(*chunk))
}

/// The high bit of each byte that equals `byte`; exact up to the first of them.
#[inline(always)]
pub(super) const fn bytes_equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let zeros = word ^ (LOW * byte as u64);
    zeros.wrapping_sub(LOW) & !zeros & (LOW << 7)
}

/// How many spaces come next, of the next eight bytes. Near the end of the text it is 0.
#[inline(always)]
pub(super) fn spaces(bytes: &[u8], at: usize) -> usize {
    word(bytes, at).map_or(0, |word| ((word ^ u64::from_le_bytes([b' '; 8])).trailing_zeros() / 8) as usize)
}

/// Four bytes of a text at once.
#[inline(always)]
pub(super) fn half(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|chunk| u32::from_le_bytes(*chunk))
}
