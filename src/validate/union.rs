//! Which alternative fits, or comes nearest.

use super::place::Place;
use super::scan::Scan;
use super::walk::{Walker, is_number};
use crate::contract::{Kind, Record, Schema};
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
        let walked = self.variants(schema, variants, place);
        self.unions -= 1;
        walked
    }

    fn variants(
        &mut self,
        schema: &'static Schema,
        variants: &'static [&'static Schema],
        place: &Place<'_>,
    ) -> Scan<()> {
        let first = self.scan.peek()?;
        let start = self.scan.position();
        let (issues, warnings) = (self.issues.len(), self.warnings.len());
        let mut best = None;
        for variant in variants.iter().filter(|variant| begins(variant, first)) {
            self.scan.rewind(start);
            self.value(variant, &place.variant(variant))?;
            if self.issues.len() == issues {
                return Ok(());
            }
            let (found, strange) = (self.issues.split_off(issues), self.warnings.split_off(warnings));
            let rank = (!self.names_itself(variant, start)?, found.len());
            if best.as_ref().is_none_or(|(least, _, _)| rank < *least) {
                best = Some((rank, found, strange));
            }
        }
        let Some((_, found, strange)) = best else {
            // What none of them takes may still have been meant for the secret one.
            let secret = variants.iter().copied().find(|variant| variant.secret);
            return self.mismatch(schema, Code::Union, &place.variant(secret.unwrap_or(schema)));
        };
        self.issues.extend(found);
        self.warnings.extend(strange);
        Ok(())
    }

    /// Whether a property that can have only one value in this variant has it.
    fn names_itself(&mut self, variant: &'static Schema, start: usize) -> Scan<bool> {
        let Kind::Record(Record { properties, .. }) = &variant.kind else { return Ok(false) };
        let members = self.members(start)?;
        Ok(properties.iter().any(|property| match property.schema.kind {
            Kind::Enum { values: &[value], open: false } => {
                members.get(property.name).is_some_and(|raw| super::rules::is_text(raw, value))
            }
            _ => false,
        }))
    }
}

/// Whether a value that begins with the byte can be of the schema's type.
fn begins(schema: &Schema, first: u8) -> bool {
    let fits = match &schema.kind {
        Kind::Any => true,
        Kind::Boolean => matches!(first, b't' | b'f'),
        Kind::Number(_) | Kind::Integer(_) | Kind::NumberEnum(_) => is_number(first),
        Kind::Text(_) | Kind::Enum { .. } => first == b'"',
        Kind::Array { .. } => first == b'[',
        Kind::Record(_) => first == b'{',
        // Two unions deep is deep enough to look without walking; one more would be looked into when walked.
        Kind::Union(variants) => {
            variants.iter().any(|variant| matches!(variant.kind, Kind::Union(_)) || begins(variant, first))
        }
    };
    fits || (first == b'n' && schema.nullable)
}
