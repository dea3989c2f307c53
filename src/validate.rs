//! JSON bytes against a schema: every issue, each with its path.
//!
//! A scanner reads the bytes once, next to the contract's static tables, and allocates only for issues. The host's
//! `JSON.parse` makes the value and proves the syntax: the two together are sound, the scanner alone is not. On any bytes
//! it ends without a panic and with a bounded stack; syntax errors that it meets are [`Code::Syntax`].
//!
//! Names and duplicates count as in `JSON.parse`: `"st\u0061tus"` is `status`, and the last of two counts.
//!
//! | module     | purpose                                                      |
//! | ---------- | ------------------------------------------------------------ |
//! | `bytes`    | reads several bytes at once                                  |
//! | `scanner`  | finds where tokens begin and end                             |
//! | `string`   | decodes JSON strings                                         |
//! | `place`    | the path to a value                                          |
//! | `walk`     | values, objects and lists next to their schemas              |
//! | `walk::names`  | the names of members, and their order                        |
//! | `walk::scalar` | constraints of strings and numbers; the automaton of patterns |
//! | `walk::rules`  | constraints between the members of one object or list    |
//! | `walk::union`  | the variant that fits, or the nearest one                |
//! | `format`   | formats of strings                                           |
//! | `number`   | exact decimals                                               |
//! | `equal`    | equality of JSON values                                      |
//! | `envelope` | the envelope around a result                                 |
//! | `redact`   | bodies as logs may show them                                 |
//! | `messages` | the wording of issues                                        |

mod bytes;
mod envelope;
mod equal;
mod format;
mod messages;
mod number;
mod place;
mod redact;
mod scanner;
mod string;
mod walk;

use std::mem::take;
use std::ops::Range;

pub use envelope::{Envelope, validate_response};
pub(crate) use messages::quote;
pub use redact::{redact, redact_response};
#[cfg(feature = "sandbox")]
pub(crate) use walk::matches;

use crate::contract::Schema;
use crate::issue::{Code, Issue, Step};
use place::Place;
use scanner::{Scan, Scanner, Stop, get};
use walk::Walker;

/// How strictly a value is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Against everything in its schema.
    Request {
        /// How properties that the contract does not know are treated.
        unknown: Unknown,
    },
    /// Against JSON types, required properties, and the formats uuid and date-time. `null` counts as absent for what is
    /// not required. The service decides everything else.
    Response,
}

/// How properties that the contract does not know are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are issues.
    Refuse,
    /// They pass, unread.
    Send,
}

/// The outcome of a validation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The violations. A text that is not JSON has one issue, [`Code::Syntax`]. After about a thousand issues the walk
    /// ends.
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
/// // Responses are read tolerantly: unknown properties pass.
/// assert!(validate(body, schema, Mode::Response, &[]).issues.is_empty());
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
        let at = walker.scan.position();
        walker.issue(place, Code::Syntax, "JSON", format!("something else at byte {at}"));
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

/// The raw value of a property, where a JSON text is an object that has it.
fn property<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut scan = Scanner::new(bytes);
    if scan.peek() != b'{' {
        return None;
    }
    let members = scan.members().ok()?;
    Some(get(&members, name)).filter(|raw| !raw.is_empty())
}

/// Whether a JSON text is an object that has this property, and not as `null`.
#[must_use]
pub fn has_property(bytes: &[u8], name: &str) -> bool {
    property(bytes, name).is_some_and(|raw| raw != b"null")
}

/// The text of a property, where a JSON text is an object that has it as a string.
#[must_use]
pub fn text_property(bytes: &[u8], name: &str) -> Option<String> {
    let raw = property(bytes, name).filter(|raw| raw.first() == Some(&b'"'))?;
    Some(string::decode(string::inner(raw)).into_owned())
}
