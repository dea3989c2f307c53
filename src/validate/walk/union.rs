//! Finds the variant of a union that fits, or the nearest one.
//!
//! Variants are tried in the contract's order. Where none fits, the discriminator is looked for: a property that all
//! variants that are objects have, each with values of its own. In responses it is looked for at once: every enum is open
//! there, so that a variant takes what names another one.

use std::borrow::Cow;

use super::super::messages;
use super::super::place::Place;
use super::super::scanner::{Scan, get};
use super::super::string::{decode, inner};
use super::{Walker, begins};
use crate::contract::{Kind, Object, Schema};
use crate::issue::Code;
use crate::suggest::nearest;

/// How many unions may stand around a value. Each reads it once more for each variant.
const MOST_UNIONS: u32 = 8;

/// A property that tells the variants of a union apart.
struct Discriminator {
    name: &'static str,
    /// The values of all variants.
    values: Vec<&'static str>,
}

impl Walker<'_> {
    /// A value that any one of the schemas may allow. Without one that does, the issues are those of the nearest: the
    /// one that the discriminator names, else the one with the fewest.
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
        let first = self.scan.peek();
        let start = self.scan.position();
        let (issues, warnings, secrets) = (self.issues.len(), self.warnings.len(), self.secrets.len());
        let mut best = None;
        let mut tried = 0;
        let named = if self.request || first != b'{' { None } else { self.named(variants)? };
        let may_fit = |variant: &&'static Schema| {
            may_begin(variant, first) && named.is_none_or(|named: &Schema| std::ptr::eq(named, *variant))
        };
        for variant in variants.iter().copied().filter(may_fit) {
            self.scan.rewind(start);
            self.value(variant, &place.variant(variant))?;
            let found = self.issues.len() - issues;
            if found == 0 {
                if self.request && variant.secret {
                    self.keep_secret("value", start, secrets);
                }
                return Ok(());
            }
            self.issues.truncate(issues);
            self.warnings.truncate(warnings);
            self.secrets.truncate(secrets);
            tried += 1;
            if best.is_none_or(|(least, _)| found < least) {
                best = Some((found, variant));
            }
        }
        self.scan.rewind(start);
        let Some((_, mut variant)) = best else {
            // A value that none of them takes may still have been meant for the secret one.
            let secret = variants.iter().find(|variant| variant.secret);
            return self.mismatch(schema, Code::Union, &place.variant(secret.unwrap_or(&schema)));
        };
        let mut named = false;
        if first == b'{'
            && let Some(discriminator) = Discriminator::of(variants)
        {
            let members = self.scan.members()?;
            let raw = get(&members, discriminator.name);
            match text(raw) {
                Some(value) if discriminator.values.contains(&value.as_ref()) => {
                    variant = discriminator.variant(variants, &value).unwrap_or(variant);
                    named = true;
                }
                // A variant that the service has got since the contract was written.
                Some(_) if !self.request => return Ok(()),
                value if self.request => {
                    self.unknown_variant(&discriminator, raw, value.as_deref(), place);
                    return Ok(());
                }
                _ => {}
            }
            self.scan.rewind(start);
        }
        // Once more, for its issues.
        self.value(variant, &place.variant(variant))?;
        if tried > 1 && !named {
            self.hint_at_variant(issues, variant, tried);
        }
        Ok(())
    }

    /// The variant that an object's discriminator names.
    fn named(&mut self, variants: &'static [&'static Schema]) -> Scan<Option<&'static Schema>> {
        // A reference that says more than its target is a union of one.
        if variants.len() < 2 {
            return Ok(None);
        }
        let Some(discriminator) = Discriminator::of(variants) else { return Ok(None) };
        let start = self.scan.position();
        let members = self.scan.members()?;
        let value = text(get(&members, discriminator.name));
        let variant = value.and_then(|value| discriminator.variant(variants, &value));
        self.scan.rewind(start);
        Ok(variant)
    }

    /// Notes that a discriminator names none of the variants.
    #[cold]
    fn unknown_variant(&mut self, discriminator: &Discriminator, raw: &[u8], value: Option<&str>, place: &Place<'_>) {
        let code = match (raw, value) {
            (b"", _) => Code::Required,
            (_, Some(_)) => Code::Enum,
            (_, None) => Code::Type,
        };
        let place = place.member(discriminator.name, place.secret);
        self.complain(&place, code, &messages::one_of(&discriminator.values), raw);
        if let Some(value) = value.filter(|_| !place.secret) {
            self.advise(nearest(value, discriminator.values.iter().copied()));
        }
    }

    /// Says in the first of the issues which variant they are about: by its required properties, or its first ones.
    #[cold]
    fn hint_at_variant(&mut self, from: usize, variant: &'static Schema, tried: usize) {
        let objects = objects(variant);
        let Some(properties) = objects.first().map(|object| object.properties) else { return };
        let needs_none = !properties.iter().any(|property| property.required);
        let shown = properties.iter().filter(|property| property.required || needs_none).take(3);
        let names: Vec<&str> = shown.map(|property| property.name).collect();
        if let Some(issue) = self.issues.get_mut(from) {
            let names = names.join(", ");
            issue.hint.get_or_insert_with(|| format!("read as the nearest of {tried} alternatives, with {names}"));
        }
    }
}

impl Discriminator {
    /// The one of a union's variants, as far as they are objects or unions of objects; of which there are several.
    fn of(variants: &'static [&'static Schema]) -> Option<Self> {
        let variants: Vec<Vec<&'static Object>> =
            variants.iter().map(|variant| objects(variant)).filter(|objects| !objects.is_empty()).collect();
        let first = variants.first().filter(|_| variants.len() > 1)?.first()?;
        first.properties.iter().find_map(|property| {
            let mut values = Vec::new();
            for variant in &variants {
                let own = values_of(variant, property.name);
                if own.is_empty() || own.iter().any(|value| values.contains(value)) {
                    return None;
                }
                values.extend(own);
            }
            Some(Self { name: property.name, values })
        })
    }

    /// The variant that has a value.
    fn variant(&self, variants: &'static [&'static Schema], value: &str) -> Option<&'static Schema> {
        variants.iter().copied().find(|one| values_of(&objects(one), self.name).contains(&value))
    }
}

/// The objects that a schema allows: itself, or the variants of a union.
fn objects(schema: &'static Schema) -> Vec<&'static Object> {
    match schema.kind {
        Kind::Object(object) => vec![object],
        Kind::Union(variants) => variants.iter().flat_map(|variant| objects(variant)).collect(),
        _ => Vec::new(),
    }
}

/// The values that a property of the objects has, where it is a closed enum in each; none: it is not.
fn values_of(objects: &[&'static Object], name: &str) -> Vec<&'static str> {
    let mut all = Vec::new();
    for object in objects {
        let property = object.properties.iter().find(|property| property.name == name);
        let mut schema = property.map(|property| property.schema);
        // A reference that says more than its target.
        while let Some(&Schema { kind: Kind::Union(&[only]), .. }) = schema {
            schema = Some(only);
        }
        let Some(&Schema { kind: Kind::Enum { values, open: false }, .. }) = schema else { return Vec::new() };
        all.extend_from_slice(values);
    }
    all
}

/// The text of a raw value that is a string.
fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    (raw.first() == Some(&b'"')).then(|| decode(inner(raw)))
}

/// Whether a value that begins with the byte may be of the schema.
pub(super) fn may_begin(schema: &Schema, first: u8) -> bool {
    let fits = match &schema.kind {
        // Two unions deep is deep enough to look without walking; one more would be looked into when walked.
        Kind::Union(variants) => {
            variants.iter().any(|variant| matches!(variant.kind, Kind::Union(_)) || may_begin(variant, first))
        }
        kind => begins(kind, first),
    };
    fits || (first == b'n' && schema.nullable)
}
