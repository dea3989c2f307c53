//! A string that cannot be printed.
//!
//! Credentials and passwords travel in it, so that no log, error or debug print can show one by accident. The one way
//! to its text is [`Secret::reveal`], which a reader can search for. Its memory is cleared when it is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A string that prints as `[secret]`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into custody.
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
