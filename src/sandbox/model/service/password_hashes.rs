//! What is kept of a password: only what it can be verified by.

use serde::{Deserialize, Serialize};

use crate::password::{double_sha1_hex, sha256_base64};
use crate::secret::Secret;

/// The hashes of a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Hashes {
    #[serde(with = "hash")]
    sha256: Option<Secret>,
    /// For the MySQL interface; not known where only the other hash was sent.
    #[serde(with = "hash")]
    double_sha1: Option<Secret>,
}

impl Hashes {
    /// Those of a password.
    pub fn of(password: &Secret) -> Self {
        let bytes = password.reveal().as_bytes();
        Self::hashed(&sha256_base64(bytes), Some(&double_sha1_hex(bytes)))
    }

    /// Those of a password that nobody has shown.
    pub fn hashed(sha256: &str, double_sha1: Option<&str>) -> Self {
        // Hexadecimal digits count the same in either case.
        let double_sha1 = double_sha1.map(|hash| Secret::new(hash.to_ascii_lowercase()));
        Self { sha256: Some(Secret::new(sha256)), double_sha1 }
    }

    /// Whether this is the password.
    pub fn verify(&self, password: &str) -> bool {
        is(self.sha256.as_ref(), &sha256_base64(password.as_bytes()))
    }

    /// Whether this is the password on the MySQL interface, which has its own hash; without one nobody gets in there.
    pub fn verify_mysql(&self, password: &str) -> bool {
        is(self.double_sha1.as_ref(), &double_sha1_hex(password.as_bytes()))
    }
}

fn is(kept: Option<&Secret>, hash: &str) -> bool {
    kept.is_some_and(|kept| kept.reveal() == hash)
}

/// Hashes of passwords. A snapshot is the one place that shows them.
mod hash {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::secret::Secret;

    pub fn serialize<S: Serializer>(hash: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
        hash.as_ref().map(Secret::reveal).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
    }
}
