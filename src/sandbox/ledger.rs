//! What the sandbox was asked, and what came of it.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::faults::Fault;

/// How many entries are kept. The oldest goes first.
pub const LEDGER_ENTRIES: usize = 10_000;
/// How much of a path is kept, in bytes, so that the ledger's memory has a bound.
const PATH_BYTES: usize = 512;
/// The same for a method. Those of HTTP are all shorter.
const METHOD_BYTES: usize = 32;

/// One request.
#[derive(Clone, Debug, PartialEq)]
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
    /// The fault that met it.
    pub fault: Option<Fault>,
}

/// The last requests, oldest first.
#[derive(Default)]
pub struct Ledger(VecDeque<Entry>);

impl Ledger {
    /// Writes an entry.
    pub fn write(&mut self, mut entry: Entry) {
        cut(&mut entry.path, PATH_BYTES);
        if entry.method.len() > METHOD_BYTES {
            cut(entry.method.to_mut(), METHOD_BYTES);
        }
        if self.0.len() >= LEDGER_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back(entry);
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.0.iter()
    }
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

    #[test]
    fn entries_and_paths_are_bounded() {
        let mut ledger = Ledger::default();
        for at in 0..LEDGER_ENTRIES + 5 {
            let path = "ü".repeat(if at == LEDGER_ENTRIES { 400 } else { 1 });
            let method = Cow::Owned("M".repeat(at % 100));
            let at = at as f64;
            ledger.write(Entry { at, method, path, status: 200, operation: None, change: None, fault: None });
        }
        assert_eq!(ledger.entries().len(), LEDGER_ENTRIES);
        assert_eq!(ledger.entries().next().unwrap().at, 5.0);
        assert!(ledger.entries().all(|entry| entry.method.len() <= METHOD_BYTES + '…'.len_utf8()));
        assert!(ledger.entries().all(|entry| entry.path.len() <= PATH_BYTES + '…'.len_utf8()));
    }
}
