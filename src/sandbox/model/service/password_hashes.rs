//! The hashes of a password. The password itself is never stored.

use serde::{Deserialize, Serialize};

use crate::password::{double_sha1_hex, sha256_base64};
use crate::secret::Secret;

/// The hashes of a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct PasswordHashes {
    #[serde(with = "hash")]
    sha256: Option<Secret>,
    /// For the MySQL interface; absent where only the other hash was sent.
    #[serde(with = "hash")]
    double_sha1: Option<Secret>,
}

impl PasswordHashes {
    /// The hashes of a password.
    pub fn of(password: &Secret) -> Self {
        let bytes = password.reveal().as_bytes();
        Self::new(&sha256_base64(bytes), Some(&double_sha1_hex(bytes)))
    }

    /// Hashes that the caller made.
    pub fn new(sha256: &str, double_sha1: Option<&str>) -> Self {
        // Hexadecimal digits count the same in either case.
        let double_sha1 = double_sha1.map(|hash| Secret::new(hash.to_ascii_lowercase()));
        Self { sha256: Some(Secret::new(sha256)), double_sha1 }
    }

    /// Whether this is the password.
    pub fn verify(&self, password: &str) -> bool {
        equals(self.sha256.as_ref(), &sha256_base64(password.as_bytes()))
    }

    /// Whether this is the password on the MySQL interface; false without its hash.
    pub fn verify_mysql(&self, password: &str) -> bool {
        equals(self.double_sha1.as_ref(), &double_sha1_hex(password.as_bytes()))
    }
}

fn equals(stored: Option<&Secret>, hash: &str) -> bool {
    stored.is_some_and(|stored| stored.reveal() == hash)
}

/// Hashes in snapshots, the one place that shows them.
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
