//! Equality of JSON values: 1 equals 1.0, `"a"` equals `"\u0061"`, and the order of members does not count.
//!
//! Values are compared by a hash of 64 bits. A collision has a probability of one in 10^19 by accident; a caller that
//! makes one on purpose gets its own request refused.

use super::number::{Decimal, is_number};
use super::scanner::{Scan, Scanner};
use super::string::{decode, inner};

/// Deeper than this, two values are equal only if their texts are.
const COMPARED: u32 = 16;

/// FNV-1a, and mixed at the end, so that sums of hashes are worth as much.
struct Hash(u64);

impl Hash {
    fn new(first: u8) -> Self {
        let mut hash = Self(0xcbf2_9ce4_8422_2325);
        hash.add(&[first]);
        hash
    }

    #[inline(never)]
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn end(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}

/// The hash of a text.
pub(super) fn hash_of(text: &[u8]) -> u64 {
    let mut hash = Hash::new(b'"');
    hash.add(text);
    hash.end()
}

/// The hash of a raw value.
pub(super) fn hash(raw: &[u8]) -> Scan<u64> {
    below(raw, 0)
}

fn below(raw: &[u8], depth: u32) -> Scan<u64> {
    let mut scan = Scanner::new(raw);
    let first = scan.peek();
    let mut hash = Hash::new(first);
    match first {
        b'{' if depth < COMPARED => {
            let members = scan.members()?;
            let mut names = Set::new(members.len());
            // Whatever the order: a sum. Of two with one name the last counts.
            let mut sum = 0_u64;
            for member in members.iter().rev() {
                let name = hash_of(member.name.as_bytes());
                if names.add(name) {
                    let mut hash = Hash(name);
                    hash.add(&below(member.raw, depth + 1)?.to_le_bytes());
                    sum = sum.wrapping_add(hash.end());
                }
            }
            hash.add(&sum.to_le_bytes());
        }
        b'[' if depth < COMPARED => {
            let mut more = scan.open(b']');
            while more {
                hash.add(&below(scan.skipped()?, depth + 1)?.to_le_bytes());
                more = scan.next(b']')?;
            }
        }
        _ if is_number(first) => {
            hash = Hash::new(b'0');
            hash.add(&Decimal::parse(raw).key());
        }
        b'"' => return Ok(hash_of(decode(inner(raw)).as_bytes())),
        _ => hash.add(decode(raw).as_bytes()),
    }
    Ok(hash.end())
}

/// A set of hashes.
pub(super) struct Set(Vec<u64>);

impl Set {
    /// With capacity for so many.
    pub(super) fn new(count: usize) -> Self {
        Self(vec![0; (2 * count + 1).next_power_of_two()])
    }

    /// Adds one; true where it is new.
    #[inline(never)]
    pub(super) fn add(&mut self, hash: u64) -> bool {
        // 0 marks a free place.
        let hash = hash.max(1);
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(place) = self.0.get_mut(at) {
            if *place == 0 {
                *place = hash;
                return true;
            }
            if *place == hash {
                break;
            }
            at = (at + 1) & mask;
        }
        false
    }
}
