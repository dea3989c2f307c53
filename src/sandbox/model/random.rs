//! Random draws from a seed, by SplitMix64: the same on every machine.
//!
//! Each service and each series of backups has a stream of its own, so that no draw depends on how often another one is
//! read. It makes sandboxes repeatable, and is no source of secrets for anything real.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::host;
use crate::password;
use crate::secret::Secret;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const PASSWORD_LENGTH: usize = 26;

/// A stream of draws.
#[derive(Clone, Serialize, Deserialize)]
pub struct Random(#[serde(with = "draws")] Cell<u64>);

impl Random {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    /// The stream of a text: the same wherever it is asked for.
    pub fn of_text(text: &str) -> Self {
        Self::new(text.bytes().fold(0, |seed, byte| mix(seed ^ u64::from(byte))))
    }

    /// A new stream, seeded by a draw from this one.
    pub fn fork(&self) -> Self {
        Self::new(self.next())
    }

    /// The stream of an index: the same one each time, without a draw from this stream.
    pub fn at(&self, index: u64) -> Self {
        Self::new(mix(self.0.get() ^ mix(index.wrapping_add(1).wrapping_mul(STEP))))
    }

    fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(STEP));
        mix(self.0.get())
    }

    /// A whole number below `bound`; 0 when that is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// True with that probability: never with 0, always with 1.
    pub fn chance(&self, probability: f64) -> bool {
        const SPAN: u64 = 1 << 53;
        (self.below(SPAN) as f64) < probability * SPAN as f64
    }

    /// A duration in whole milliseconds between two numbers of seconds.
    pub fn seconds(&self, (least, most): (u64, u64)) -> f64 {
        let span = most.saturating_sub(least).saturating_mul(1000);
        (least.saturating_mul(1000) + self.below(span + 1)) as f64
    }

    /// A UUID of version 4.
    pub fn uuid(&self) -> String {
        let high = self.next() & !0xf000 | 0x4000;
        let low = self.next() & !(0b11 << 62) | 0b10 << 62;
        format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, {
            low & 0xffff_ffff_ffff
        })
    }

    /// An id of 24 hexadecimal digits, as document databases make them.
    pub fn object_id(&self) -> String {
        format!("{:016x}{:08x}", self.next(), self.next() >> 32)
    }

    /// A DNS label: lower-case letters and digits, a letter first.
    pub fn label(&self, length: usize) -> String {
        let letter = |index: usize| {
            let letters = if index == 0 { LETTERS } else { LETTERS_AND_DIGITS };
            letters.get(self.below(letters.len() as u64) as usize).copied().map(char::from)
        };
        (0..length).filter_map(letter).collect()
    }

    /// A password as ClickHouse Cloud would make one.
    pub fn password(&self) -> Secret {
        password::generate(PASSWORD_LENGTH, self).unwrap_or_else(|| Secret::new(self.label(PASSWORD_LENGTH)))
    }
}

/// For the generation of passwords, which takes the host's randomness.
impl host::Random for Random {
    fn fill(&self, buffer: &mut [u8]) {
        for bytes in buffer.chunks_mut(8) {
            bytes.iter_mut().zip(self.next().to_le_bytes()).for_each(|(to, from)| *to = from);
        }
    }
}

const fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

/// The state of a stream as text: JSON readers would round a number of 64 bits.
mod draws {
    use std::cell::Cell;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(state: &Cell<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", state.get()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cell<u64>, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Cell::new).map_err(|_| D::Error::custom("expected 16 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_values_of_splitmix64_come_out() {
        let random = Random::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn uuids_are_of_version_4() {
        let random = Random::new(7);
        for _ in 0..1000 {
            let uuid = random.uuid();
            assert_eq!(uuid.len(), 36);
            assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{uuid}");
        }
    }

    #[test]
    fn durations_stay_between_their_ends() {
        let random = Random::new(7);
        for _ in 0..1000 {
            assert!((60_000.0..=180_000.0).contains(&random.seconds((60, 180))));
        }
        assert_eq!(random.seconds((5, 5)), 5000.0);
        assert!(random.label(10).starts_with(|first: char| first.is_ascii_lowercase()));
    }

    #[test]
    fn the_stream_of_an_index_draws_nothing() {
        let random = Random::new(7);
        assert_eq!(random.at(3).next(), random.at(3).next());
        assert_ne!(random.at(3).next(), random.at(4).next());
    }
}
