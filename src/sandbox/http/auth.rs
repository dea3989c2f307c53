//! Authentication: HTTP Basic with the key's id and secret, as the live API takes it, or the secret as a bearer token.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::rate_limit::RateWindow;
use crate::secret::Secret;

/// A key with its rate limit, and the organization that it opens.
pub struct ApiKey {
    pub id: String,
    pub secret: Secret,
    pub window: RateWindow,
    /// The index of its organization.
    pub organization: usize,
}

/// Whether the `authorization` header holds this key.
pub fn admits(authorization: Option<&Secret>, key_id: &str, key_secret: &Secret) -> bool {
    let Some((scheme, credentials)) = authorization.and_then(|value| value.reveal().trim().split_once(' ')) else {
        return false;
    };
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return credentials == key_secret.reveal();
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return false;
    }
    let Ok(decoded) = STANDARD.decode(credentials).or_else(|_| STANDARD_NO_PAD.decode(credentials)) else {
        return false;
    };
    let decoded = Zeroizing::new(decoded);
    // The first colon ends the id; a secret may hold more of them.
    let mut parts = decoded.splitn(2, |byte| *byte == b':');
    parts.next() == Some(key_id.as_bytes()) && parts.next() == Some(key_secret.reveal().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(header: &str) -> bool {
        admits(Some(&Secret::new(header)), "key", &Secret::new("se:cret"))
    }

    #[test]
    fn only_the_right_key_is_admitted() {
        let encoded = STANDARD.encode("key:se:cret");
        assert!(admitted(&format!("Basic {encoded}")));
        assert!(admitted(&format!("basic  {encoded} ")));
        assert!(admitted(&format!("Basic {}", STANDARD_NO_PAD.encode("key:se:cret"))));
        assert!(admitted("Bearer se:cret"));
        assert!(!admitted(&format!("Bearer {encoded}")));
        assert!(!admitted(&encoded));
        assert!(!admitted("Basic"));
        assert!(!admitted("Basic ???"));
        for wrong in ["key:se", "key", "key:", "other:se:cret", ":"] {
            assert!(!admitted(&format!("Basic {}", STANDARD.encode(wrong))), "{wrong}");
        }
        assert!(!admits(None, "key", &Secret::new("se:cret")));
    }
}
