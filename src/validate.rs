//! JSON bytes against a schema: every issue, each with its path.
//!
//! A scanner walks the bytes once, beside the contract's static tables, and builds nothing unless something is wrong.
//! The value itself is made by the host's `JSON.parse`, which also proves the syntax: the two together are sound, this
//! one alone is not. It notices what it stumbles over ([`Code::Syntax`]), and on any bytes at all it ends without a
//! panic and without a deep stack.
//!
//! Names and duplicates count as in `JSON.parse`: `"st\u0061tus"` is `status`, and the last of two wins.
//!
//! | room       | what happens there                                           |
//! | ---------- | ------------------------------------------------------------ |
//! | `bytes`    | several bytes at once                                        |
//! | `scan`     | where tokens begin and end                                   |
//! | `string`   | the texts that strings stand for                             |
//! | `place`    | where a value stands                                         |
//! | `walk`     | values, objects and lists beside their schemas               |
//! | `scalar`   | the rules of strings and numbers; the automaton of patterns  |
//! | `format`   | the formats of strings                                       |
//! | `number`   | exact decimals                                               |
//! | `rules`    | what binds the members of one object or list to each other   |
//! | `equal`    | which values are equal                                       |
//! | `union`    | which alternative fits, or comes nearest                     |
//! | `envelope` | the API's answer around a result                             |
//! | `redact`   | bodies as logs may show them                                 |
//! | `words`    | what was expected and what came, in words                    |

mod bytes;
mod envelope;
mod equal;
mod format;
mod number;
mod place;
mod redact;
mod rules;
mod scalar;
mod scan;
mod string;
mod union;
mod walk;
mod words;

use std::mem::take;
use std::ops::Range;

pub use envelope::{Envelope, validate_answer};
pub use redact::{redact, redact_answer};
#[cfg(feature = "sandbox")]
pub(crate) use scalar::matches;
pub(crate) use words::quote;

use crate::contract::Schema;
use crate::issue::{Code, Issue, Step};
use crate::text::{digits, text};
use place::Place;
use scan::{Scan, Scanner, Stop};
use walk::Walker;

/// How strictly a value is held to its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To all of it.
    Request {
        /// What becomes of properties that the contract does not know.
        unknown: Unknown,
    },
    /// To JSON types, required properties, and the formats uuid and date-time. `null` counts as absent for what is not
    /// required. Everything else is the service's own business.
    Answer,
}

/// What becomes of properties that the contract does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are issues.
    Refuse,
    /// They pass, unread.
    Send,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The breaches; empty: the value keeps the contract. A text that is not JSON has one issue, [`Code::Syntax`]. After
    /// about a thousand the search ends.
    pub issues: Vec<Issue>,
    /// Strange but allowed, in requests: a value that is not among those known today. As issues, with [`Code::Enum`].
    pub warnings: Vec<Issue>,
    /// Where the values of secret properties stand, in requests.
    pub secrets: Vec<SecretValue>,
}

/// Where the value of a secret property stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretValue {
    /// The property.
    pub name: &'static str,
    /// The bytes of the value; of a string, without its quotes.
    pub bytes: Range<usize>,
}

/// Checks a JSON text (UTF-8) against a schema. Every path begins with `root`.
///
/// ```
/// use clickhouse_cloud::contract;
/// use clickhouse_cloud::issue::Code;
/// use clickhouse_cloud::validate::{Mode, Unknown, validate};
///
/// let schema = contract::schema("CreateServiceBody").ok_or("no such schema")?;
/// let body = br#"{ "name": "events", "provider": "aws", "region": "eu-west-1", "ipAcessList": [] }"#;
///
/// let report = validate(body, schema, Mode::Request { unknown: Unknown::Refuse }, &[]);
/// assert_eq!(report.issues.len(), 1);
/// assert_eq!(report.issues[0].code, Code::Unknown);
/// assert_eq!(report.issues[0].hint.as_deref(), Some("did you mean ipAccessList?"));
///
/// // Responses are read tolerantly: what the contract does not know passes.
/// assert!(validate(body, schema, Mode::Answer, &[]).issues.is_empty());
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn validate(bytes: &[u8], schema: &'static Schema, mode: Mode, root: &[Step]) -> Report {
    let mut walker = Walker::new(bytes, mode);
    let place = Place::root(root, schema.secret);
    let walked = document(&mut walker, schema, &place);
    finish(&mut walker, walked, &place)
}

fn document(walker: &mut Walker<'_>, schema: &'static Schema, place: &Place<'_>) -> Scan<()> {
    walker.value(schema, place)?;
    walker.scan.end()
}

/// The report of a walk. Of a broken text nothing is reported but that: its values are not values.
#[inline(never)]
fn finish(walker: &mut Walker<'_>, walked: Scan<()>, place: &Place<'_>) -> Report {
    if let Err(Stop::Broken) = walked {
        walker.issues.clear();
        walker.warnings.clear();
        let at = digits(walker.scan.position() as u64);
        walker.issue(place, Code::Syntax, &["JSON"], text(&["something else at byte ", &at]));
    }
    Report {
        issues: take(&mut walker.issues),
        warnings: take(&mut walker.warnings),
        secrets: take(&mut walker.secrets),
    }
}

/// A JSON text as it stands in an address: one text, or one for each item of a list.
#[must_use]
pub fn texts(json: &str) -> Vec<String> {
    let mut scan = Scanner::new(json.as_bytes());
    let mut texts = Vec::new();
    let list = scan.peek() == b'[';
    let mut more = !list || scan.open(b']');
    while more && let Ok(raw) = scan.skipped() {
        texts.push(string::decode(string::inner(raw)).into_owned());
        more = list && matches!(scan.next(b']'), Ok(true));
    }
    texts
}

/// Where the strings of a JSON text stand, without their quotes; the names of members do not count.
#[must_use]
pub fn strings(json: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut begun = None;
    let mut escaped = false;
    for (at, byte) in json.iter().enumerate() {
        match (begun, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(start), b'"') => {
                found.push(start..at);
                begun = None;
            }
            (None, b'"') => begun = Some(at + 1),
            // What stands before a colon was a name.
            (None, b':') => {
                found.pop();
            }
            _ => {}
        }
    }
    found
}

/// Whether a JSON text is an object that has this property, and not as `null`.
#[must_use]
pub fn has_property(bytes: &[u8], name: &str) -> bool {
    let mut scan = Scanner::new(bytes);
    if scan.peek() != b'{' {
        return false;
    }
    let value = scan.members().map(|members| rules::get(&members, name));
    value.is_ok_and(|raw| !matches!(raw, b"" | b"null"))
}
