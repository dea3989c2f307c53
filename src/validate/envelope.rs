//! Reads the envelope of a response: `{"status":200,"requestId":"…","result":…}`, or a bare result.

use std::borrow::Cow;
use std::ops::Range;

use super::number::is_number;
use super::place::Place;
use super::scanner::Scan;
use super::string::{decode, inner};
use super::walk::Walker;
use super::{Mode, finish, messages};
use crate::contract::Schema;
use crate::issue::{Code, Issue, Step};

/// What was found in a response. Where the walk ended early ([`super::Report::issues`]), only the issues are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// It has a `result`, or a numeric `status`. A bare backup has a status of its own: a string.
    pub enveloped: bool,
    /// The violations. Every path begins with `result`, whether the response is enveloped or bare.
    pub issues: Vec<Issue>,
    /// The envelope's `requestId`, if it is a string.
    pub request_id: Option<String>,
    /// Where the result's JSON text stands in the bytes: the `result` of the envelope, or the whole of a bare response.
    /// `None`: there is none.
    pub result: Option<Range<usize>>,
}

/// Checks a response, enveloped or bare. `result` is the schema of its result; with `None` nothing is checked, not
/// even that it is JSON.
///
/// ```
/// use clickhouse_cloud::contract;
/// use clickhouse_cloud::validate::validate_response;
///
/// let schema = contract::schema("Organization").ok_or("no such schema")?;
/// let body = br#"{ "status": 200, "requestId": "r1", "result": { "id": 7 } }"#;
///
/// let envelope = validate_response(body, Some(schema));
/// assert!(envelope.enveloped);
/// assert_eq!(envelope.request_id.as_deref(), Some("r1"));
/// assert_eq!(envelope.result.and_then(|range| body.get(range)), Some(&br#"{ "id": 7 }"#[..]));
/// assert!(envelope.issues[0].line().starts_with("result.id: expected a UUID, received 7"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn validate_response(bytes: &[u8], result: Option<&'static Schema>) -> Envelope {
    let root = [Step::Key(Cow::Borrowed("result"))];
    let place = Place::root(&root, result.is_some_and(|schema| schema.secret));
    let mut walker = Walker::new(bytes, Mode::Response);
    let mut envelope = Envelope::default();
    let walked = read(&mut walker, result, &place, &mut envelope);
    if walked.is_err() {
        envelope = Envelope::default();
    }
    if result.is_some() {
        envelope.issues = finish(&mut walker, walked, &place).issues;
    }
    envelope
}

/// Reads an envelope in one pass. Only an object that turns out to be none is read again.
fn read(
    walker: &mut Walker<'_>,
    schema: Option<&'static Schema>,
    place: &Place<'_>,
    envelope: &mut Envelope,
) -> Scan<()> {
    let first = walker.scan.peek();
    let start = walker.scan.position();
    if first == b'{' {
        members(walker, schema, place, envelope)?;
    }
    if !envelope.enveloped {
        envelope.request_id = None;
        walker.scan.rewind(start);
        envelope.result = Some(value(walker, schema, place)?);
    } else if let (Some(schema), None) = (schema, &envelope.result) {
        walker.complain(place, Code::Required, &messages::expected(schema, false), b"");
    }
    walker.scan.end()
}

fn members(
    walker: &mut Walker<'_>,
    schema: Option<&'static Schema>,
    place: &Place<'_>,
    envelope: &mut Envelope,
) -> Scan<()> {
    let mut numeric_status = false;
    let mut more = walker.scan.open(b'}');
    while more {
        let name = decode(walker.scan.name()?);
        if name == "result" {
            // The last of two counts.
            walker.issues.clear();
            envelope.result = Some(value(walker, schema, place)?);
        } else {
            let raw = walker.scan.skipped()?;
            if name == "status" {
                numeric_status = is_number(raw.first().copied().unwrap_or_default());
            } else if name == "requestId" {
                let text = raw.first() == Some(&b'"');
                envelope.request_id = text.then(|| decode(inner(raw)).into_owned());
            }
        }
        more = walker.scan.next(b'}')?;
    }
    envelope.enveloped = numeric_status || envelope.result.is_some();
    Ok(())
}

/// Checks a value and returns where it stands.
#[inline(never)]
fn value(walker: &mut Walker<'_>, schema: Option<&'static Schema>, place: &Place<'_>) -> Scan<Range<usize>> {
    walker.scan.peek();
    let start = walker.scan.position();
    match schema {
        Some(schema) => walker.value(schema, place)?,
        None => walker.scan.skip()?,
    }
    Ok(start..walker.scan.position())
}
