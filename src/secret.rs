//! A string that cannot be printed, for credentials and passwords.
//!
//! No log, error or debug print can show one by accident: the only access is [`Secret::reveal`], for which a reviewer can search.
//! Its memory is cleared when it is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A string that prints as `[secret]`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret of that text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
