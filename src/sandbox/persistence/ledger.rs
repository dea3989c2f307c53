//! What the sandbox was asked, and what came of it.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::sandbox::faults::Fault;
use crate::secret::Secret;

/// How many entries are kept. The oldest goes first.
pub const LEDGER_ENTRIES: usize = 10_000;
/// How many bytes the bodies have together at most. Beyond that the oldest entries go, too.
const BODY_BYTES: usize = 16 << 20;
/// How much of a path is kept, in bytes, so that the ledger's memory has a bound.
const PATH_BYTES: usize = 512;
/// The same for a method. Those of HTTP are all shorter.
const METHOD_BYTES: usize = 32;

/// One request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it arrived, in virtual milliseconds since the epoch.
    pub at: f64,
    /// Its method; a long one is cut.
    pub method: Cow<'static, str>,
    /// Its path, still percent-encoded, without the query; a long one is cut.
    pub path: String,
    /// The status that it was answered with; 0: the connection ended without an answer.
    pub status: u16,
    /// The operation that it named, such as `services.list`; none when it named none.
    pub operation: Option<&'static str>,
    /// What it changed, such as `running -> stopping`; none when it changed nothing. Never holds a secret.
    pub change: Option<String>,
    /// The JSON that it came with; none when it changed nothing or takes none. Passwords are in it as hashes only, but not
    /// to be printed.
    pub body: Option<Secret>,
    /// The fault that met it.
    pub fault: Option<Fault>,
}

/// The last requests, oldest first.
#[derive(Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    body_bytes: usize,
}

impl Ledger {
    /// Writes an entry.
    pub fn write(&mut self, mut entry: Entry) {
        cut(&mut entry.path, PATH_BYTES);
        if entry.method.len() > METHOD_BYTES {
            cut(entry.method.to_mut(), METHOD_BYTES);
        }
        self.body_bytes += size(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > LEDGER_ENTRIES || self.body_bytes > BODY_BYTES {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.body_bytes -= size(&oldest);
        }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }
}

fn size(entry: &Entry) -> usize {
    entry.body.as_ref().map_or(0, |body| body.reveal().len())
}

fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: usize) -> Entry {
        let (method, path) = (Cow::Borrowed("GET"), String::new());
        Entry { at: at as f64, method, path, status: 200, operation: None, change: None, body: None, fault: None }
    }

    #[test]
    fn bodies_are_bounded_together() {
        let mut ledger = Ledger::default();
        for at in 0..100 {
            let body = (at % 2 == 0).then(|| Secret::new("x".repeat(1 << 20)));
            ledger.write(Entry { body, ..entry(at) });
        }
        let kept: Vec<f64> = ledger.entries().map(|entry| entry.at).collect();
        assert_eq!((kept.first(), kept.len()), (Some(&67.0), 33));
        assert_eq!(ledger.body_bytes, BODY_BYTES);
    }

    #[test]
    fn entries_and_paths_are_bounded() {
        let mut ledger = Ledger::default();
        for at in 0..LEDGER_ENTRIES + 5 {
            let path = "ü".repeat(if at == LEDGER_ENTRIES { 400 } else { 1 });
            let method = Cow::Owned("M".repeat(at % 100));
            ledger.write(Entry { method, path, ..entry(at) });
        }
        assert_eq!(ledger.entries().len(), LEDGER_ENTRIES);
        assert_eq!(ledger.entries().next().unwrap().at, 5.0);
        assert!(ledger.entries().all(|entry| entry.method.len() <= METHOD_BYTES + '…'.len_utf8()));
        assert!(ledger.entries().all(|entry| entry.path.len() <= PATH_BYTES + '…'.len_utf8()));
    }
}
