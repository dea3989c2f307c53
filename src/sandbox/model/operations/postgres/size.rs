//! The machine of a size: processors, memory and disk, by the scheme of its name.
//!
//! The contract lists names only. A name is a family and a multiple, such as `r6gd.2xlarge`; within a family all of the
//! machine grows with the multiple. The numbers are those of the provider's machines, in whole GB.

use crate::sandbox::model::record::Record;

/// The families by the start of their names: GB of memory and tenths of a GB of disk of a `large` one, which has two
/// processors.
const FAMILIES: [(&str, u64, u64); 6] =
    [("i7ie", 16, 12_500), ("i8ge", 16, 12_500), ("i", 16, 4_687), ("c", 4, 1_187), ("m", 8, 1_187), ("r", 16, 1_187)];

/// A machine.
pub struct Size {
    pub processors: u64,
    pub memory_gb: u64,
    pub storage_gb: u64,
}

impl Size {
    /// The machine of a service.
    pub fn of(record: &Record) -> Self {
        Self::named(record.text("size").unwrap_or_default())
    }

    /// The machine of a name. Sizes that are still to come are like those of the family `r`.
    fn named(name: &str) -> Self {
        let (family, multiple) = name.split_once('.').unwrap_or((name, ""));
        let known = FAMILIES.into_iter().find(|(start, _, _)| family.starts_with(start));
        let (_, memory, storage) = known.unwrap_or(("", 16, 1_187));
        // In halves of a `large` one.
        let halves = match multiple.strip_suffix("xlarge") {
            Some("") => 4,
            Some(count) => count.parse::<u64>().map_or(2, |count| 4 * count.min(1_000)),
            None if multiple == "medium" => 1,
            None => 2,
        };
        Self { processors: halves, memory_gb: memory * halves / 2, storage_gb: storage * halves / 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Kind, schema};

    #[test]
    fn sizes_are_those_of_the_machines() {
        let size = |name| {
            let Size { processors, memory_gb, storage_gb } = Size::named(name);
            (processors, memory_gb, storage_gb)
        };
        assert_eq!(size("r6gd.medium"), (1, 8, 59));
        assert_eq!(size("c6gd.large"), (2, 4, 118));
        assert_eq!(size("m8gd.2xlarge"), (8, 32, 474));
        assert_eq!(size("i7i.xlarge"), (4, 32, 937));
        assert_eq!(size("i7ie.3xlarge"), (12, 96, 7_500));
    }

    #[test]
    fn every_size_of_the_contract_is_of_a_family() {
        let Kind::Enum { values, .. } = schema("PostgresSize").unwrap().kind else { panic!("no enum") };
        for name in values {
            assert!(FAMILIES.iter().any(|(start, _, _)| name.starts_with(start)), "{name}");
            assert!(name.ends_with("xlarge") || name.ends_with(".large") || name.ends_with(".medium"), "{name}");
            assert!(Size::named(name).storage_gb > 0);
        }
    }
}
