//! Passwords: the two hashes under which ClickHouse Cloud takes them, and new ones.
//!
//! A password that is hashed here never travels. The hashes are those of the API's reference: base64 of SHA-256
//! (`echo -n PASSWORD | sha256sum | tr -d '-' | xxd -r -p | base64`) and, for the MySQL interface, the 40 hexadecimal
//! digits of SHA-1 over the 20 bytes of SHA-1.

use sha1::Sha1;
use sha2::digest::Output;
use sha2::{Digest, Sha256};
use zeroize::Zeroize as _;

use crate::encoded::base64;
use crate::host::Random;
use crate::secret::Secret;

/// The least length of a generated password.
pub const MIN_LENGTH: usize = 12;

/// The greatest length of a generated password.
pub const MAX_LENGTH: usize = 1024;

/// The range of lengths in words.
pub const LENGTHS: &str = "a whole number from 12 to 1024";

/// The classes of characters, of which a password has at least one each. The punctuation needs no escaping in JSON
/// and in single quotes.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#%+,-.:=?@^_~";

/// Where each class begins and ends.
const CLASSES: [(usize, usize); 4] = [(0, 26), (26, 52), (52, 62), (62, LETTERS.len())];

/// base64(SHA-256(password)): `newPasswordHash`.
#[must_use]
pub fn sha256_base64(password: &[u8]) -> String {
    base64(&hash::<Sha256>(password))
}

/// hex(SHA-1(SHA-1(password))), in lower case: `newDoubleSha1Hash`, for the MySQL interface.
#[must_use]
pub fn double_sha1_hex(password: &[u8]) -> String {
    Sha1::digest(hash::<Sha1>(password)).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes a password, and writes over the part of the stack that this has used: the password's last block stays there
/// otherwise.
fn hash<D: Digest>(password: &[u8]) -> Output<D> {
    let digest = hash_in_own_frame::<D>(password);
    clear_stack();
    digest
}

#[inline(never)]
fn hash_in_own_frame<D: Digest>(password: &[u8]) -> Output<D> {
    D::digest(password)
}

#[inline(never)]
fn clear_stack() {
    let mut used = [0_u8; 4096];
    used.zeroize();
    std::hint::black_box(&mut used);
}

/// A password of that many characters, with lower and upper case, digits and punctuation all in it; `None` where the
/// length is not between [`MIN_LENGTH`] and [`MAX_LENGTH`].
#[must_use]
pub fn generate(length: usize, random: &impl Random) -> Option<Secret> {
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&length) {
        return None;
    }
    let mut letters = Vec::new();
    while letters.len() < length {
        // One of each class first, then any.
        let (start, end) = CLASSES.get(letters.len()).copied().unwrap_or((0, LETTERS.len()));
        letters.push(*LETTERS.get(start + below(end - start, random))?);
    }
    // Fisher–Yates: the letters of the four classes come to stand anywhere.
    for last in (1..letters.len()).rev() {
        letters.swap(last, below(last + 1, random));
    }
    String::from_utf8(letters).ok().map(Secret::new)
}

/// A number below `bound`. 64 random bits over a bound of at most 1024 leave a bias below 2⁻⁵⁴, and no loop.
fn below(bound: usize, random: &impl Random) -> usize {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let bits = u64::from_le_bytes(bytes);
    // The upper half of bits × bound; in two halves, since wasm has no 128 bits.
    let (high, low) = (bits >> 32, bits & 0xffff_ffff);
    ((high * bound as u64 + ((low * bound as u64) >> 32)) >> 32) as usize
}
