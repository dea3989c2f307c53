//! Finds the variant of a union that fits, or the nearest one.

use super::super::place::Place;
use super::super::scanner::{Scan, get};
use super::rules::is_text;
use super::{Walker, begins};
use crate::contract::{Kind, Object, Schema};
use crate::issue::Code;

/// How many unions may stand around a value. Each reads it once more for each alternative.
const MOST_UNIONS: u32 = 8;

impl Walker<'_> {
    /// A value that any one of the schemas may allow. Without one that does, the issues are those of the nearest: the
    /// one whose constant (its discriminator) the value has, else the one with the fewest.
    #[inline(never)]
    pub(super) fn union(
        &mut self,
        schema: &'static Schema,
        variants: &'static [&'static Schema],
        place: &Place<'_>,
    ) -> Scan<()> {
        if self.unions >= MOST_UNIONS {
            return self.too_deep(place);
        }
        self.unions += 1;
        let first = self.scan.peek();
        let start = self.scan.position();
        let (issues, warnings) = (self.issues.len(), self.warnings.len());
        let mut best = None;
        for variant in variants.iter().filter(|variant| may_begin(variant, first)) {
            self.scan.rewind(start);
            self.value(variant, &place.variant(variant))?;
            let found = self.issues.len() - issues;
            if found == 0 {
                self.unions -= 1;
                return Ok(());
            }
            self.issues.truncate(issues);
            self.warnings.truncate(warnings);
            let rank = (!self.names_itself(variant, start)?, found);
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, variant));
            }
        }
        let Some((_, variant)) = best else {
            self.unions -= 1;
            self.scan.rewind(start);
            // What none of them takes may still have been meant for the secret one.
            let secret = variants.iter().find(|variant| variant.secret);
            return self.mismatch(schema, Code::Union, &place.variant(secret.unwrap_or(&schema)));
        };
        // Once more, for its issues.
        self.scan.rewind(start);
        self.value(variant, &place.variant(variant))?;
        self.unions -= 1;
        Ok(())
    }

    /// Whether a property that can have only one value in this variant has it.
    fn names_itself(&mut self, variant: &'static Schema, start: usize) -> Scan<bool> {
        let Kind::Object(Object { properties, .. }) = &variant.kind else { return Ok(false) };
        self.scan.rewind(start);
        let members = self.scan.members()?;
        Ok(properties.iter().any(|property| match property.schema.kind {
            Kind::Enum { values: &[value], open: false } => is_text(get(&members, property.name), value),
            _ => false,
        }))
    }
}

/// Whether a value that begins with the byte may be of the schema.
fn may_begin(schema: &Schema, first: u8) -> bool {
    let fits = match &schema.kind {
        // Two unions deep is deep enough to look without walking; one more would be looked into when walked.
        Kind::Union(variants) => {
            variants.iter().any(|variant| matches!(variant.kind, Kind::Union(_)) || may_begin(variant, first))
        }
        kind => begins(kind, first),
    };
    fits || (first == b'n' && schema.nullable)
}
