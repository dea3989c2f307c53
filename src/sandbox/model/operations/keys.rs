//! The operations on keys: credentials that are shown once, and rules that keep the key in use from locking itself out.
//!
//! Only hashes of credentials are kept (`model::key`). When a key was last used is known from the rate limit.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Handler, Output, Payload, generic};
use crate::sandbox::model::access::{self, KEYS};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::key;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::permissions;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::service::list_entries;
use crate::sandbox::model::time::{parse, timestamp};
use crate::secret::Secret;

/// The lengths of the id and the secret of new credentials.
const ID_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 42;
/// The stream of a record's draws that its credentials come from.
const CREDENTIALS: u64 = 1;

/// The handler of an operation of `keys`.
pub fn handler(name: &str) -> Option<Handler> {
    Some(match name {
        "keys.list" => list,
        "keys.get" => get,
        "keys.create" => create,
        "keys.update" => update,
        "keys.delete" => delete,
        _ => return None,
    })
}

fn list(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(organization.store.collection(KEYS).iter().map(|record| shown(record, call)).collect()))
}

fn get(organization: &mut Organization, call: &Call, _: f64) -> Result<Output, Rejection> {
    Ok(Output::unchanged(shown(generic::record(organization, call)?, call)))
}

/// A key with the moment of its last use.
fn shown(record: &Record, call: &Call) -> Value {
    let mut shown = record.show();
    if let (Value::Object(shown), Some((_, used))) = (&mut shown, call.uses.iter().find(|(id, _)| id == record.id())) {
        shown.insert("usedAt".to_owned(), timestamp(*used).into());
    }
    shown
}

fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check(call, now)?;
    // The API does not say which roles a key gets that names none: here those of the key that creates it.
    let roles = access::requested(organization, call)?.filter(|roles| !roles.is_empty());
    let roles = roles.unwrap_or_else(|| own_roles(organization, call));
    permissions::check_gives(organization, call, &roles)?;
    let mut record = generic::draft(organization, call, now)?;
    access::assign(generic::resource(call)?, &mut record, &roles);
    let defaults = [("state", "enabled".into()), ("expireAt", Value::Null), ("ipAccessList", key::anywhere())];
    for (name, value) in defaults {
        if !call.body.contains_key(name) {
            record.shown.insert(name.to_owned(), value);
        }
    }
    let (suffix, hidden, credentials) = match call.body.get("hashData").and_then(Value::as_object) {
        Some(sent) => own_credentials(sent)?,
        None => new_credentials(&record),
    };
    if organization.store.collection(KEYS).iter().any(|other| key::has_same_id(other, &hidden)) {
        return Err(Rejection::conflict("a key with these credentials exists already"));
    }
    record.shown.insert("keySuffix".to_owned(), suffix.into());
    record.hidden = hidden;
    let mut output = generic::insert(organization, call, record)?;
    let mut result = Map::from_iter([("key".to_owned(), output.result.map_or(Value::Null, Payload::into_value))]);
    result.extend(credentials);
    output.result = Some(Payload::Value(Value::Object(result)));
    Ok(output)
}

/// The roles of the key of a call.
fn own_roles(organization: &Organization, call: &Call) -> Vec<Rc<Record>> {
    let own = organization.store.get(KEYS, std::slice::from_ref(&call.key));
    own.map_or_else(Vec::new, |key| access::roles(organization, key))
}

/// The suffix to show, the hashes to keep, and the properties of the result that are shown once.
type Credentials = (String, Map<String, Value>, Map<String, Value>);

/// Credentials of the caller, of which only hashes are sent.
fn own_credentials(sent: &Map<String, Value>) -> Result<Credentials, Rejection> {
    let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
    let hidden = key::own_hashes(text("keyIdHash"), text("keySecretHash")).ok_or_else(|| {
        Rejection::bad_request(
            "body.hashData: expected keyIdHash and keySecretHash as SHA-256, in base64 or 64 hexadecimal digits, \
             received something else",
        )
    })?;
    Ok((key::suffix(text("keyIdSuffix")), hidden, Map::new()))
}

/// New credentials. They follow from the record's draws, and are not kept.
fn new_credentials(record: &Record) -> Credentials {
    let random = record.random.at(CREDENTIALS);
    let (id, secret) = (random.label(ID_LENGTH), Secret::new(random.label(SECRET_LENGTH)));
    let hidden = key::hashes(&id, &secret);
    let shown = [("keyId".to_owned(), id.clone().into()), ("keySecret".to_owned(), secret.reveal().into())];
    (key::suffix(&id), hidden, shown.into_iter().collect())
}

/// Rejects a moment that has passed, and an access list with a duplicate.
fn check(call: &Call, now: f64) -> Result<(), Rejection> {
    let list = call.body.get("ipAccessList").and_then(Value::as_array);
    list_entries::check("ipAccessList", list.map_or(&[][..], Vec::as_slice))?;
    let until = call.body.get("expireAt").and_then(Value::as_str);
    match until.filter(|until| parse(until).is_some_and(|until| until <= now)) {
        Some(until) => {
            Err(Rejection::bad_request(format!("body.expireAt: expected a moment in the future, received {until:?}")))
        }
        None => Ok(()),
    }
}

fn update(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    check(call, now)?;
    if generic::record(organization, call)?.id() == call.key {
        check_stays_open(call)?;
    }
    let roles = access::requested(organization, call)?;
    permissions::check_gives(organization, call, roles.as_deref().unwrap_or_default())?;
    let resource = generic::resource(call)?;
    let mut output = generic::change(organization, call, now, |record, change| {
        if let Value::Object(change) = change {
            record.shown.extend(change);
        }
        if let Some(roles) = &roles {
            access::assign(resource, record, roles);
        }
        Ok(())
    })?;
    output.result = Some(Payload::Value(shown(generic::record(organization, call)?, call)));
    Ok(output)
}

/// Rejects a change after which the key of the request would be refused.
fn check_stays_open(call: &Call) -> Result<(), Rejection> {
    if call.body.get("state").and_then(Value::as_str) == Some("disabled") {
        return Err(Rejection::conflict("A key cannot disable itself: use another key of the organization."));
    }
    match (call.body.get("ipAccessList"), call.address) {
        (Some(list), Some(address)) if !key::allows(Some(list), address) => Err(Rejection::conflict(format!(
            "A key cannot shut itself out: its access list must allow {address}, where the request comes from."
        ))),
        _ => Ok(()),
    }
}

fn delete(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let record = generic::record(organization, call)?.clone();
    if record.id() == call.key {
        return Err(Rejection::conflict("A key cannot delete itself: use another key of the organization."));
    }
    key::remember_deletion(organization, &record);
    generic::delete(organization, call, now)
}
