//! Decodes a text step by step, and maps each decoded letter back to its place in the source.
//!
//! Decoded are percent-encoding, HTML entities and the escapes of JSON, in any mixture and nested. Letters are canonical:
//! base64 and base64url read alike, and so do upper and lower case, and a space and the plus sign of a form.

use crate::encoded::{Letter, entity, escape, percent};

/// How many encodings may be nested.
const DEEPEST: u8 = 5;

/// One letter for all that count as equal.
pub(super) const fn canonical(letter: u8) -> u8 {
    match letter {
        b'-' | b' ' => b'+',
        b'_' => b'/',
        other => other.to_ascii_lowercase(),
    }
}

/// Whether an encoded letter may begin with this byte.
pub(super) const fn is_encoded(byte: &u8) -> bool {
    matches!(byte, b'%' | b'&' | b'\\')
}

/// A text, decoded none or more times.
pub(super) struct View {
    /// The decoded bytes. Not canonical: the next decoding depends on their case.
    bytes: Vec<u8>,
    letters: Vec<u8>,
    /// Where in the source each byte begins, and last where the source ends. `None`: nothing is decoded yet.
    origins: Option<Vec<u32>>,
    depth: u8,
}

impl View {
    /// A text as it is.
    pub fn new(text: &str) -> Self {
        Self::of(text.as_bytes().to_vec(), None, 0)
    }

    fn of(bytes: Vec<u8>, origins: Option<Vec<u32>>, depth: u8) -> Self {
        let letters = bytes.iter().copied().map(canonical).collect();
        Self { bytes, letters, origins, depth }
    }

    /// The text in canonical letters, byte for byte.
    pub fn letters(&self) -> &[u8] {
        &self.letters
    }

    /// The range of the source that a range of letters came from.
    pub fn source(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        match &self.origins {
            None => Some((from, to)),
            Some(origins) => Some((*origins.get(from)? as usize, *origins.get(to)? as usize)),
        }
    }

    /// The text, decoded once more; `None`: nothing is left to decode.
    pub fn decoded(&self) -> Option<Self> {
        if self.depth == DEEPEST || !self.bytes.iter().any(is_encoded) {
            return None;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut origins = Vec::with_capacity(self.bytes.len() + 1);
        let mut changed = false;
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let origin = self.source(at, at)?.0 as u32;
            let step = if rest.first().is_some_and(is_encoded) {
                percent(rest).or_else(|| entity(rest)).or_else(|| escape(rest))
            } else {
                None
            };
            let (letter, length) = step.unwrap_or((Letter::Byte(*rest.first()?), 1));
            changed |= step.is_some();
            match letter {
                Letter::Byte(byte) => bytes.push(byte),
                Letter::Char(letter) => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            origins.resize(bytes.len(), origin);
            at += length;
        }
        origins.push(self.source(at, at)?.1 as u32);
        changed.then(|| Self::of(bytes, Some(origins), self.depth + 1))
    }
}
