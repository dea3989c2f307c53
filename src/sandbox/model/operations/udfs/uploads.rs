//! Uploads of the code of functions. A program sends a file to the address of an upload, which is a secret, and names the
//! upload once where it creates a version.
//!
//! Of a file only its size and its hash are kept. The token in the address is derived from the upload's stream of draws.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::Output;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::record::Record;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::resource::Resource;
use crate::sandbox::model::time::{MINUTE, parse, timestamp};
use crate::secret::Secret;

/// The start of the paths that files are sent to. They are no paths of the API.
pub const PATH: &str = "/uploads/";
const UPLOADS: &str = "udfs.uploads";
/// How long a file can be sent, and the upload be used, in milliseconds.
const LIFETIME: f64 = 60.0 * MINUTE;
/// The most uploads. The oldest is dropped: an upload that is not used costs nothing.
const MAX_UPLOADS: usize = 1_000;
/// The index of the draws of the token, and its length.
const TOKEN: (u64, usize) = (0, 40);

/// The hidden properties of an upload: the size and the hash of its file, and whether a version has it.
const SIZE: &str = "size";
const HASH: &str = "sha256";
const USED: &str = "used";

/// An upload whose file has arrived.
pub struct Upload {
    /// The bytes of the file.
    pub size: u64,
}

/// The permission of a request to send a file.
pub enum Permission<'a> {
    /// The token of the address.
    Token(Option<&'a str>),
    /// A key of the organization.
    Key,
}

fn token(upload: &Record) -> Secret {
    let (index, length) = TOKEN;
    Secret::new(upload.random.at(index).label(length))
}

fn is_expired(upload: &Record, now: f64) -> bool {
    upload.text("expiresAt").and_then(parse).is_none_or(|expires| expires <= now)
}

/// Opens an upload.
pub fn create(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let resource = Resource::named(UPLOADS).ok_or_else(Rejection::internal_error)?;
    organization.store.retain(UPLOADS, |upload| !is_expired(upload, now));
    organization.store.truncate(UPLOADS, MAX_UPLOADS - 1);
    let blank = organization.new_record();
    let id = blank.random.uuid();
    let expires = now + LIFETIME;
    let shown: Map<String, Value> = [("uploadId", id.clone()), ("expiresAt", timestamp(expires))]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect();
    let upload = Record { path: vec![id.clone()], shown, ..blank };
    let address = format!("{}{PATH}{id}?token={}", call.origin, token(&upload).reveal());
    organization.add(resource, upload);
    let result = json!({ "uploadId": id, "uploadUrl": address, "expiresAt": timestamp(expires) });
    Ok(Output::changed(Some(result), format!("upload {id} opened")))
}

/// Takes the file of an upload; none: the organization has no such upload. Returns the hash of the file.
pub fn receive(
    organization: &mut Organization,
    id: &str,
    permission: Permission<'_>,
    file: &[u8],
    now: f64,
) -> Option<Result<String, Rejection>> {
    let path = [id.to_owned()];
    let upload = organization.store.get(UPLOADS, &path)?;
    if let Permission::Token(given) = permission
        && given != Some(token(upload).reveal())
    {
        return Some(Err(Rejection::forbidden("the address of the upload has another token")));
    }
    if is_expired(upload, now) {
        return Some(Err(Rejection::forbidden("the upload has expired, open another one")));
    }
    if upload.hidden.contains_key(USED) {
        return Some(Err(Rejection::conflict("the upload has been used, open another one")));
    }
    let hash: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut upload = Record::clone(upload);
    upload.hidden.insert(SIZE.to_owned(), file.len().into());
    upload.hidden.insert(HASH.to_owned(), hash.clone().into());
    organization.store.put(Resource::named(UPLOADS)?, upload);
    Some(Ok(hash))
}

/// Uses the upload that a body names.
pub fn take(organization: &mut Organization, call: &Call, now: f64) -> Result<Upload, Rejection> {
    let resource = Resource::named(UPLOADS).ok_or_else(Rejection::internal_error)?;
    let id = call.body.get("uploadId").and_then(Value::as_str).unwrap_or_default();
    let rejected = |text: &str| Rejection::bad_request(format!("body.uploadId: expected an upload {text}"));
    let known = organization.store.get(UPLOADS, &[id.to_owned()]);
    let upload = known.ok_or_else(|| rejected("that was opened before, received an unknown one"))?;
    if is_expired(upload, now) {
        return Err(rejected("that can be used, received one that has expired"));
    }
    if upload.hidden.contains_key(USED) {
        return Err(rejected("that can be used, received one that a version has already"));
    }
    let size = upload.hidden.get(SIZE).and_then(Value::as_u64);
    let size = size.ok_or_else(|| rejected("with a file, received one whose file was not sent to its address"))?;
    let mut upload = Record::clone(upload);
    upload.hidden.insert(USED.to_owned(), true.into());
    organization.store.put(resource, upload);
    Ok(Upload { size })
}
