//! Compiles a regular expression into the table of a deterministic automaton, so that no regex engine is shipped.

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::start;
use regex_automata::util::syntax;

/// The table of one expression; the fields are those of `contract::Pattern`.
pub struct Table {
    pub classes: Vec<u8>,
    pub stride: usize,
    pub next: Vec<u16>,
    pub start: u16,
    pub accepts: Vec<bool>,
}

impl Table {
    /// Whether the text matches, by the validator's algorithm.
    pub fn matches(&self, text: &str) -> bool {
        let step = |state: u16, class: usize| cell(&self.next, usize::from(state) * self.stride + class);
        let classes = text.bytes().map(|byte| self.classes.get(usize::from(byte)).copied().map_or(0, usize::from));
        let end = classes.chain([self.stride - 1]).fold(self.start, step);
        self.accepts.get(usize::from(end)) == Some(&true)
    }
}

const DEAD: u16 = 0;
const MATCHED: u16 = 1;

/// The most states of a table: enough for names and identifiers, and few enough to reject patterns that explode.
const MOST_STATES: usize = 4096;

fn cell(row: &[u16], index: usize) -> u16 {
    row.get(index).copied().unwrap_or(DEAD)
}

/// Compiles the expression. An expression without anchors may match anywhere in the text.
pub fn compile(source: &str) -> Result<Table, String> {
    let dfa = dense::Builder::new()
        .configure(dense::Config::new().minimize(true).start_kind(StartKind::Both).accelerate(false))
        // A pattern that explodes must stop the build with an error, not stall it.
        .configure(dense::Config::new().dfa_size_limit(Some(1 << 22)).determinize_size_limit(Some(1 << 22)))
        .syntax(syntax::Config::new().unicode(true).utf8(true))
        .build(source)
        .map_err(|error| error.to_string())?;
    let start = dfa.start_state(&start::Config::new().anchored(Anchored::No)).map_err(|error| error.to_string())?;
    // In the table, state 0 is dead and state 1 is a final match; the states found here follow.
    let mut states = vec![start];
    let mut rows: Vec<Vec<u16>> = vec![vec![DEAD; 257], vec![MATCHED; 257]];
    let mut index = 0;
    while let Some(&state) = states.get(index) {
        let mut row = Vec::with_capacity(257);
        for byte in 0..=256u16 {
            let next = match u8::try_from(byte) {
                Ok(byte) => dfa.next_state(state, byte),
                Err(_) => dfa.next_eoi_state(state),
            };
            row.push(if dfa.is_dead_state(next) {
                DEAD
            } else if dfa.is_match_state(next) {
                MATCHED
            } else {
                let known = states.iter().position(|known| *known == next).unwrap_or_else(|| {
                    states.push(next);
                    states.len() - 1
                });
                if known >= MOST_STATES {
                    return Err("needs too large a table".to_owned());
                }
                known as u16 + 2
            });
        }
        rows.push(row);
        index += 1;
    }
    // Bytes with the same transitions in every state share a class; the end of the text is the last class.
    let mut columns: Vec<Vec<u16>> = Vec::new();
    let mut classes = Vec::with_capacity(256);
    for byte in 0..256 {
        let column: Vec<u16> = rows.iter().map(|row| cell(row, byte)).collect();
        let class = columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        });
        classes.push(u8::try_from(class).map_err(|_| "has too many classes of bytes".to_owned())?);
    }
    columns.push(rows.iter().map(|row| cell(row, 256)).collect());
    let next = (0..rows.len()).flat_map(|row| columns.iter().map(move |column| cell(column, row))).collect();
    let accepts = (0..rows.len()).map(|row| row == usize::from(MATCHED)).collect();
    Ok(Table { classes, stride: columns.len(), next, start: 2, accepts })
}
