//! The keys of an organization: which one a request presents, and the hashes that a record has of its credentials.
//!
//! Id and secret are kept as hashes only, so neither a snapshot nor a file holds a credential.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::organization::{CREATED, Organization};
use super::record::Record;
use super::resource::Resource;
use super::time::timestamp;
use crate::secret::Secret;

/// The name of the resource in the contract.
pub const KEYS: &str = "keys";
/// The last characters of a key's id, which lists show.
const SUFFIX: usize = 4;

/// The properties of a record with the hashes of its credentials.
const ID_HASH: &str = "keyIdHash";
const SECRET_HASH: &str = "keySecretHash";

/// The hashes of a key's credentials, for the hidden properties of its record.
pub fn hashes(id: &str, secret: &Secret) -> Map<String, Value> {
    let hash = |text: &str| Value::from(STANDARD.encode(Sha256::digest(text.as_bytes())));
    [(ID_HASH.to_owned(), hash(id)), (SECRET_HASH.to_owned(), hash(secret.reveal()))].into_iter().collect()
}

/// The last characters of a key's id.
pub fn suffix(id: &str) -> String {
    id.chars().skip(id.chars().count().saturating_sub(SUFFIX)).collect()
}

/// Adds a key that the sandbox was started with, unless the organization has it.
pub fn add(organization: &mut Organization, id: &str, secret: &Secret) {
    let hidden = hashes(id, secret);
    let same = |record: &Record| record.hidden.get(ID_HASH) == hidden.get(ID_HASH);
    let Some(resource) = Resource::named(KEYS) else { return };
    if organization.store.list(KEYS, &[]).any(|record| same(record)) {
        return;
    }
    let random = organization.record_stream();
    let identity = random.uuid();
    let shown = json!({
        "id": identity,
        "name": id,
        "state": "enabled",
        "roles": ["admin"],
        "assignedRoles": [],
        "keySuffix": suffix(id),
        "createdAt": timestamp(CREATED),
        "expireAt": null,
        "ipAccessList": [{ "source": "0.0.0.0/0", "description": "Anywhere" }],
    });
    let Value::Object(shown) = shown else { return };
    let record = Record { number: organization.records, path: vec![identity], shown, hidden, lifecycle: None, random };
    organization.add(resource, record);
}

/// The id of the first key.
pub fn first(organization: &Organization) -> String {
    organization.store.list(KEYS, &[]).next().map_or_else(String::new, |record| record.id().to_owned())
}

/// The key that a request presents; none: it opens nothing now. `id` is none for a bearer token.
pub fn presented<'a>(
    organization: &'a Organization,
    id: Option<&Secret>,
    secret: &Secret,
    now: f64,
) -> Option<&'a Record> {
    let id = id.map(|id| Sha256::digest(id.reveal().as_bytes()));
    let secret = Sha256::digest(secret.reveal().as_bytes());
    let has = |record: &Record, name: &str, digest: &[u8]| {
        record.hidden.get(name).and_then(Value::as_str).is_some_and(|hash| is_hash(hash, digest))
    };
    let keys = organization.store.list(KEYS, &[]).map(std::rc::Rc::as_ref);
    keys.filter(|record| is_open(record, now))
        .find(|record| has(record, SECRET_HASH, &secret) && id.as_ref().is_none_or(|id| has(record, ID_HASH, id)))
}

/// Whether a key opens the organization now: it is enabled, and not expired.
fn is_open(record: &Record, now: f64) -> bool {
    let expired =
        record.text("expireAt").is_some_and(|until| super::time::parse(until).is_some_and(|until| until <= now));
    record.text("state") == Some("enabled") && !expired
}

/// Whether a text is this digest, in base64 or in hexadecimal digits: callers may send hashes of their own.
fn is_hash(text: &str, digest: &[u8]) -> bool {
    let hex = || digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    text == STANDARD.encode(digest) || text.len() == 2 * digest.len() && text.eq_ignore_ascii_case(&hex())
}
