//! Authentication: HTTP Basic with a key's id and secret, as the live API takes it, or the secret as a bearer token.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::sandbox::model::key::Presented;
use crate::secret::Secret;

/// The credentials of a request.
pub struct Credentials {
    /// The id of the key; none: a bearer token has the secret alone.
    pub key_id: Option<Secret>,
    pub key_secret: Secret,
}

impl Credentials {
    /// Reads an `authorization` header; none: it holds no credentials.
    pub fn read(authorization: Option<&Secret>) -> Option<Self> {
        let (scheme, credentials) = authorization?.reveal().trim().split_once(' ')?;
        let credentials = credentials.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self { key_id: None, key_secret: Secret::new(credentials) });
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = STANDARD.decode(credentials).or_else(|_| STANDARD_NO_PAD.decode(credentials)).ok()?;
        let decoded = Zeroizing::new(decoded);
        // The first colon ends the id; a secret may hold more of them.
        let (id, secret) = str::from_utf8(&decoded).ok()?.split_once(':')?;
        Some(Self { key_id: Some(Secret::new(id)), key_secret: Secret::new(secret) })
    }

    /// The same as hashes, which keys are found by.
    pub fn presented(&self) -> Presented {
        Presented::new(self.key_id.as_ref(), &self.key_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Option<(Option<String>, String)> {
        let Credentials { key_id, key_secret } = Credentials::read(Some(&Secret::new(header)))?;
        Some((key_id.map(|id| id.reveal().to_owned()), key_secret.reveal().to_owned()))
    }

    #[test]
    fn credentials_are_read_from_both_schemes() {
        let encoded = STANDARD.encode("key:se:cret");
        let basic = Some((Some("key".to_owned()), "se:cret".to_owned()));
        assert_eq!(read(&format!("Basic {encoded}")), basic);
        assert_eq!(read(&format!("basic  {encoded} ")), basic);
        assert_eq!(read(&format!("Basic {}", STANDARD_NO_PAD.encode("key:se:cret"))), basic);
        assert_eq!(read("Bearer se:cret"), Some((None, "se:cret".to_owned())));
        for wrong in [encoded.as_str(), "Basic", "Basic ???", "Digest x", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(Credentials::read(None).is_none());
    }
}
