//! Where a value stands.

use std::borrow::Cow;

use crate::contract::{Property, Schema};
use crate::issue::Step;

/// Where a value stands: a chain on the stack, from the value up to the root. A path is built from it only for an issue.
pub(super) struct Place<'p> {
    up: Option<&'p Place<'p>>,
    mark: Mark<'p>,
    /// Its value is never shown.
    pub(super) secret: bool,
    /// `null` is as good as nothing here.
    pub(super) lax: bool,
}

/// The last step to a place.
pub(super) enum Mark<'p> {
    Root(&'p [Step]),
    Key(&'static str),
    Name(&'p str),
    Index(usize),
    /// The same place again, through another schema.
    Same,
}

impl<'p> Place<'p> {
    pub(super) fn root(root: &'p [Step], secret: bool) -> Self {
        Self { up: None, mark: Mark::Root(root), secret, lax: false }
    }

    /// The place at the end of one more step.
    #[inline]
    pub(super) fn below(&'p self, mark: Mark<'p>, schema: &Schema, lax: bool) -> Self {
        Self { up: Some(self), mark, secret: self.secret || schema.secret, lax }
    }

    /// The place of a property.
    #[inline]
    pub(super) fn property(&'p self, property: &'static Property, lax: bool) -> Self {
        self.below(Mark::Key(property.name), property.schema, lax)
    }

    /// The place of an item.
    #[inline]
    pub(super) fn item(&'p self, index: usize, schema: &Schema) -> Self {
        self.below(Mark::Index(index), schema, false)
    }

    /// The place of a property that a rule names.
    pub(super) fn member(&'p self, name: &'static str, secret: bool) -> Self {
        Self { up: Some(self), mark: Mark::Key(name), secret, lax: false }
    }

    /// The place of an unknown property. Never shows its value: who knows what the misspelt name stands for.
    pub(super) fn stranger(&'p self, name: &'p str) -> Self {
        Self { up: Some(self), mark: Mark::Name(name), secret: true, lax: false }
    }

    /// This place, as one alternative of a union sees it.
    pub(super) fn variant(&'p self, schema: &Schema) -> Self {
        self.below(Mark::Same, schema, self.lax)
    }

    /// The way here from the root.
    pub(super) fn path(&self) -> Vec<Step> {
        let mut path = Vec::new();
        let mut place = Some(self);
        while let Some(Place { up, mark, .. }) = place {
            match *mark {
                Mark::Root(root) => path.extend(root.iter().rev().cloned()),
                Mark::Key(key) => path.push(Step::Key(Cow::Borrowed(key))),
                Mark::Name(name) => path.push(Step::Key(Cow::Owned(name.to_owned()))),
                Mark::Index(index) => path.push(Step::Index(index)),
                Mark::Same => {}
            }
            place = *up;
        }
        path.reverse();
        path
    }
}
