//! The path to a value, as a chain on the stack. An owned path is built only for an issue.

use std::borrow::Cow;

use crate::contract::Schema;
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

/// The last step to a place; at the root, and through another schema of the same value, any number of them.
#[derive(Clone, Copy)]
pub(super) enum Mark<'p> {
    Steps(&'p [Step]),
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    pub(super) fn root(root: &'p [Step], secret: bool) -> Self {
        Self { up: None, mark: Mark::Steps(root), secret, lax: false }
    }

    /// The place at the end of one more step.
    #[inline]
    pub(super) fn below(&'p self, mark: Mark<'p>, schema: &Schema, lax: bool) -> Self {
        Self { up: Some(self), mark, secret: self.secret || schema.secret, lax }
    }

    /// The place of a member.
    pub(super) fn member(&'p self, name: &'p str, secret: bool) -> Self {
        Self { up: Some(self), mark: Mark::Key(name), secret, lax: false }
    }

    /// This place, as one alternative of a union sees it.
    pub(super) fn variant(&'p self, schema: &Schema) -> Self {
        self.below(Mark::Steps(&[]), schema, self.lax)
    }

    /// How many steps lead here from the root.
    pub(super) fn depth(&self) -> usize {
        let own = if let Mark::Steps(steps) = self.mark { steps.len() } else { 1 };
        own + self.up.map_or(0, Place::depth)
    }

    /// Writes the way here from the root.
    pub(super) fn path(&self, path: &mut Vec<Step>) {
        if let Some(up) = self.up {
            up.path(path);
        }
        match self.mark {
            Mark::Steps(steps) => steps.iter().for_each(|step| path.push(step.clone())),
            Mark::Key(key) => path.push(Step::Key(Cow::Owned(key.to_owned()))),
            Mark::Index(index) => path.push(Step::Index(index)),
        }
    }
}
