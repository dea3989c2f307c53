//! Checks marks for people in the contract: `TODO`, which `make import` leaves where texts are missing and which stops
//! the build, and deviations from the official document, which need a reason.

use serde_json::Value;

use crate::document::{Failure, Place};

/// Refuses a text that begins with TODO, anywhere in a file.
pub fn no_todo(value: &Value, place: &Place) -> Result<(), Failure> {
    match value {
        Value::String(text) if text.starts_with("TODO") => {
            Err(place.failure(&format!("{} (write it, and remove the TODO)", text.trim())))
        }
        Value::Object(members) => members.iter().try_for_each(|(name, value)| no_todo(value, &place.at(name))),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| no_todo(item, &place.at(&format!("[{index}]"))))
        }
        _ => Ok(()),
    }
}

/// `{ keyword: reason }`, or `{ keyword: { official, reason } }` if the official document has the keyword, too.
pub fn deviation(value: &Value, place: &Place) -> Result<(), Failure> {
    let marks = place.object(value)?;
    for (keyword, mark) in marks {
        let place = place.at(keyword);
        let reason = match mark {
            Value::String(reason) => reason,
            _ => {
                let mark = place.object(mark)?;
                place.only(mark, &["official", "reason"], &[])?;
                place.text(mark, "reason")?
            }
        };
        if reason.trim().is_empty() {
            return Err(place.failure("needs a reason"));
        }
    }
    Ok(())
}
