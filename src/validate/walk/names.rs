//! Remembers the names of members, and which came after which: the objects of a list have the same members in the same order.
//!
//! The name that came next the last time is compared where it stands. Any other is looked up in the contract, once for each
//! schema while there is room, not once for each object.

use super::super::scanner::same;
use super::super::string::decode;
use crate::contract::Object;

/// How many names there is room for.
const ROOM: usize = 128;

/// How many slots a name may have.
const TRIES: usize = 4;

/// A name that came in an object.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    object: Option<&'static Object>,
    /// As it stands between its quotes.
    pub(super) raw: &'a [u8],
    /// The index of its property; `None`: the contract does not know it.
    pub(super) property: Option<usize>,
    /// The slot of the name that came after it. A hint: the slot may have another name by now.
    next: usize,
}

impl Name<'_> {
    #[inline(always)]
    fn is_of(&self, object: &'static Object) -> bool {
        self.object.is_some_and(|own| std::ptr::eq(own, object))
    }
}

/// The names that came so far, each in a slot.
pub(super) struct Names<'a>([Name<'a>; ROOM]);

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        Self([Name { object: None, raw: &[], property: None, next: 0 }; ROOM])
    }

    /// The slot that stands for the beginning of an object.
    pub(super) fn beginning(&mut self, object: &'static Object) -> usize {
        self.slot(object, &[])
    }

    /// The name in a slot.
    #[inline(always)]
    pub(super) fn get(&self, slot: usize) -> Option<&Name<'a>> {
        self.0.get(slot)
    }

    /// The slot and the name that came after the one in the slot `last` before.
    #[inline(always)]
    pub(super) fn expected(&self, object: &'static Object, last: usize) -> Option<(usize, &'a [u8])> {
        let next = self.get(last)?.next;
        self.get(next).filter(|name| name.is_of(object)).map(|name| (next, name.raw))
    }

    /// The slot of a name that comes after the one in the slot `last`.
    #[inline(never)]
    pub(super) fn after(&mut self, object: &'static Object, last: usize, raw: &'a [u8]) -> usize {
        let slot = self.slot(object, raw);
        if let Some(last) = self.0.get_mut(last) {
            last.next = slot;
        }
        slot
    }

    /// The slot of a name.
    #[inline(never)]
    fn slot(&mut self, object: &'static Object, raw: &'a [u8]) -> usize {
        let first = hash(object, raw);
        let mut slot = first;
        for step in 0..TRIES {
            slot = (first + step) % ROOM;
            match self.get(slot) {
                Some(name) if name.is_of(object) && same(name.raw, raw) => return slot,
                Some(Name { object: Some(_), .. }) => {}
                _ => break,
            }
        }
        if let Some(name) = self.0.get_mut(slot) {
            let text = decode(raw);
            let property = object.properties.iter().position(|property| property.name == text);
            *name = Name { object: Some(object), raw, property, next: slot };
        }
        slot
    }
}

/// Similar names differ at their ends.
fn hash(object: &'static Object, raw: &[u8]) -> usize {
    let end = raw.last_chunk().map_or(0, |chunk| u32::from_le_bytes(*chunk));
    let mixed = end.wrapping_add(raw.len() as u32).wrapping_add(std::ptr::from_ref(object).addr() as u32);
    // The golden ratio spreads it; the top bits are the slot.
    (mixed.wrapping_mul(0x9E37_79B9) >> (u32::BITS - ROOM.ilog2())) as usize
}
