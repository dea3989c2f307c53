//! Plain objects.

use js_sys::{Array, Object};

/// Names and values as a plain object.
pub fn plain_object(entries: &[(String, String)]) -> Object {
    let pairs: Array = entries.iter().map(|(name, value)| Array::of2(&name.into(), &value.into())).collect();
    Object::from_entries(&pairs).unwrap_or_default()
}
