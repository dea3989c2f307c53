//! The keys of an organization: which one a request presents, and the hashes that a record has of its credentials.
//!
//! Id and secret are kept as hashes only, so neither a snapshot nor a file holds a credential.

use std::net::IpAddr;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::access::{self, KEYS};
use super::organization::{CREATED, ORGANIZATIONS, Organization};
use super::record::Record;
use super::resource::Resource;
use super::service::list_entries;
use super::time::{self, timestamp};
use crate::secret::Secret;

/// The last characters of a key's id, which lists show.
const SUFFIX: usize = 4;

/// The properties of a record with the hashes of its credentials.
const ID_HASH: &str = "keyIdHash";
const SECRET_HASH: &str = "keySecretHash";
/// The property of a record that the sandbox was started with.
const GIVEN: &str = "given";
/// The property of the organization with the ids, as hashes, of keys that it was started with and that are deleted.
const DELETED: &str = "deletedKeys";

/// The hashes of a key's credentials, for the hidden properties of its record.
pub fn hashes(id: &str, secret: &Secret) -> Map<String, Value> {
    hidden(&hash(id), &hash(secret.reveal()))
}

/// The hashes of credentials that the caller has made, for the hidden properties of a record; none: a text is no SHA-256.
pub fn own_hashes(id: &str, secret: &str) -> Option<Map<String, Value>> {
    Some(hidden(&canonical(id)?, &canonical(secret)?))
}

fn hidden(id: &str, secret: &str) -> Map<String, Value> {
    [(ID_HASH, id), (SECRET_HASH, secret)].into_iter().map(|(name, hash)| (name.to_owned(), hash.into())).collect()
}

/// A SHA-256 in base64, from base64 or hexadecimal digits; none: it is neither.
fn canonical(hash: &str) -> Option<String> {
    let digest = STANDARD.decode(hash).ok().filter(|digest| digest.len() == Sha256::output_size());
    let digest = digest.or_else(|| {
        let digits = |index: usize| u8::from_str_radix(hash.get(2 * index..2 * index + 2)?, 16).ok();
        if hash.len() != 2 * Sha256::output_size() { None } else { (0..Sha256::output_size()).map(digits).collect() }
    });
    digest.map(|digest| STANDARD.encode(digest))
}

/// Whether two records have the same id of the credentials.
pub fn has_same_id(record: &Record, hidden: &Map<String, Value>) -> bool {
    record.hidden.get(ID_HASH) == hidden.get(ID_HASH)
}

/// The access list that allows every address.
pub fn anywhere() -> Value {
    json!([{ "source": "0.0.0.0/0", "description": "Anywhere" }])
}

/// Whether a key may be used from an address. An empty list allows every one, as a prefix of no bits does.
pub fn allows(list: Option<&Value>, address: IpAddr) -> bool {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut sources = list.iter().filter_map(|entry| entry.get("source")?.as_str());
    list.is_empty() || sources.any(|source| list_entries::covers(source, address))
}

/// The last characters of a key's id.
pub fn suffix(id: &str) -> String {
    id.chars().skip(id.chars().count().saturating_sub(SUFFIX)).collect()
}

/// Adds a key that the sandbox was started with, unless the organization has it or had it deleted.
pub fn add(organization: &mut Organization, id: &str, secret: &Secret) {
    let mut hidden = hashes(id, secret);
    let itself = organization.store.get(ORGANIZATIONS, &[]);
    let deleted = itself.and_then(|record| record.hidden.get(DELETED)?.as_array());
    if hidden.get(ID_HASH).zip(deleted).is_some_and(|(hash, deleted)| deleted.contains(hash)) {
        return;
    }
    let Some(resource) = Resource::named(KEYS) else { return };
    if organization.store.list(KEYS, &[]).any(|record| has_same_id(record, &hidden)) {
        return;
    }
    hidden.insert(GIVEN.to_owned(), true.into());
    let blank = organization.new_record();
    let identity = blank.random.uuid();
    let shown = json!({
        "id": identity,
        "name": id,
        "state": "enabled",
        "keySuffix": suffix(id),
        "createdAt": timestamp(CREATED),
        "expireAt": null,
        "ipAccessList": anywhere(),
    });
    let Value::Object(shown) = shown else { return };
    let mut record = Record { path: vec![identity], shown, hidden, ..blank };
    let admin: Vec<_> = access::named(organization, access::ADMIN).into_iter().collect();
    access::assign(resource, &mut record, &admin);
    organization.add(resource, record);
}

/// Remembers the deletion of a key that the sandbox was started with: a restored state must not have it again.
pub fn remember_deletion(organization: &mut Organization, key: &Record) {
    let (Some(resource), Some(hash)) = (Resource::named(ORGANIZATIONS), key.hidden.get(ID_HASH)) else { return };
    let Some(itself) = organization.store.get(ORGANIZATIONS, &[]).filter(|_| key.hidden.contains_key(GIVEN)) else {
        return;
    };
    let mut itself = Record::clone(itself);
    if let Value::Array(deleted) = itself.hidden.entry(DELETED).or_insert_with(|| json!([])) {
        deleted.push(hash.clone());
    }
    organization.store.put(resource, itself);
}

/// The id of the first key.
pub fn first(organization: &Organization) -> String {
    organization.store.list(KEYS, &[]).next().map_or_else(String::new, |record| record.id().to_owned())
}

/// The credentials of a request as hashes, made once for all organizations.
pub struct Presented {
    /// None for a bearer token.
    id: Option<String>,
    secret: String,
}

impl Presented {
    pub fn new(id: Option<&Secret>, secret: &Secret) -> Self {
        Self { id: id.map(|id| hash(id.reveal())), secret: hash(secret.reveal()) }
    }

    /// The key of an organization that they open it with; none: they open nothing now.
    pub fn key<'a>(&self, organization: &'a Organization, now: f64) -> Option<&'a Record> {
        let has =
            |record: &Record, name: &str, hash: &str| record.hidden.get(name).and_then(Value::as_str) == Some(hash);
        let fits = |record: &&Record| {
            has(record, SECRET_HASH, &self.secret) && self.id.as_ref().is_none_or(|id| has(record, ID_HASH, id))
        };
        let keys = organization.store.list(KEYS, &[]).map(Rc::as_ref);
        keys.filter(fits).find(|record| is_open(record, now))
    }
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// Whether a key opens the organization now: it is enabled, and not expired.
fn is_open(record: &Record, now: f64) -> bool {
    let expired = record.text("expireAt").is_some_and(|until| time::parse(until).is_some_and(|until| until <= now));
    record.text("state") == Some("enabled") && !expired
}
