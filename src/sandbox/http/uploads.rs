//! The addresses of uploads: outside of the API's paths, and without its key. The token in one is the permission.

use super::route::target;
use crate::sandbox::model::operations::udfs::uploads::PATH;

/// The address of an upload.
pub struct UploadAddress<'a> {
    pub id: &'a str,
    /// The token of the query.
    pub token: Option<&'a str>,
}

impl<'a> UploadAddress<'a> {
    /// Reads an address; none: it is not that of an upload.
    pub fn read(url: &'a str) -> Option<Self> {
        let (path, query) = target(url);
        let id = path.strip_prefix(PATH)?;
        // Neither ids nor tokens need percent-encoding.
        Some(Self { id, token: query.split('&').find_map(|pair| pair.strip_prefix("token=")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = |url| UploadAddress::read(url).map(|UploadAddress { id, token }| (id, token));
        assert_eq!(read("http://localhost:8080/uploads/a?x&token=b"), Some(("a", Some("b"))));
        assert_eq!(read("/uploads/a"), Some(("a", None)));
        assert_eq!(read("https://host/v1/uploads/a?token=b"), None);
    }
}
