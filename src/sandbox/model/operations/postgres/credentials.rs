//! The password of a Postgres service, and the address to connect with.
//!
//! A record has the stream that its generated password is drawn from, or the hash of one that a caller has set: neither
//! the password nor the address with it is stored.

use serde_json::{Map, Value, json};

use crate::password::sha256_base64;
use crate::request::encode;
use crate::sandbox::model::random::Random;
use crate::sandbox::model::record::Record;
use crate::secret::Secret;

/// The superuser.
pub const USER: &str = "postgres";
/// The hidden property with what is known of the password: `{ stream }` or `{ hash }`, and the number of those so far.
pub const PASSWORD: &str = "password";
/// The index of the draws of the host's name; passwords have those above.
pub const HOST: u64 = 0;

/// Gives a service another generated password.
pub fn generate(record: &mut Record) {
    let number = count(record) + 1;
    let stream = json!(record.random.at(HOST + number));
    record.hidden.insert(PASSWORD.to_owned(), json!({ "stream": stream, "count": number }));
}

/// Sets the password that a caller has chosen.
pub fn set(record: &mut Record, password: &str) {
    let known = json!({ "hash": sha256_base64(password.as_bytes()), "count": count(record) });
    record.hidden.insert(PASSWORD.to_owned(), known);
}

/// Gives a replica the password of its primary.
pub fn copy(primary: &Record, replica: &mut Record) {
    if let Some(known) = primary.hidden.get(PASSWORD) {
        replica.hidden.insert(PASSWORD.to_owned(), known.clone());
    }
}

fn count(record: &Record) -> u64 {
    record.hidden.get(PASSWORD).and_then(|known| known.get("count")).and_then(Value::as_u64).unwrap_or(0)
}

/// The generated password; none: a caller has set another one.
pub fn password(record: &Record) -> Option<Secret> {
    let stream = record.hidden.get(PASSWORD)?.get("stream")?;
    Some(serde_json::from_value::<Random>(stream.clone()).ok()?.password())
}

/// Whether this is the password.
pub fn verify(record: &Record, given: &str) -> bool {
    match password(record) {
        Some(password) => password.reveal() == given,
        None => {
            let hash = record.hidden.get(PASSWORD).and_then(|known| known.get("hash")).and_then(Value::as_str);
            hash == Some(sha256_base64(given.as_bytes()).as_str())
        }
    }
}

/// Adds the password and the address to what is shown of a service.
pub fn show(record: &Record, shown: &mut Map<String, Value>) {
    let mut user = USER.to_owned();
    if let Some(password) = password(record) {
        user.push(':');
        encode(&mut user, password.reveal());
        shown.insert("password".to_owned(), password.reveal().into());
    }
    let host = record.text("hostname").unwrap_or_default();
    let address = format!("postgres://{user}@{host}:5432/postgres?sslmode=require");
    shown.insert("connectionString".to_owned(), address.into());
}
