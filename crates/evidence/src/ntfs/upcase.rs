//! Case: names are ordered and compared by the table `$UpCase` that the volume brings along.
//!
//! Source: libfsntfs' format document, "Collation type" and "The metadata files"; Linux-NTFS
//! documentation, $UpCase.

use std::cmp::Ordering;

use super::name::Name;

/// The upper case of each of the 65,536 units.
pub(super) struct UpCase(Box<[u16]>);

const UNITS: usize = 1 << 16;

impl UpCase {
    /// From the content of `$UpCase`; `None` when it is no such table.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != UNITS * 2 {
            return None;
        }
        let table: Box<[u16]> = Name::new(bytes).units().collect();
        // Every version has upper-case letters of ASCII for both cases of them.
        let ascii = (0_u8..0x80)
            .zip(table.iter())
            .all(|(unit, upper)| u16::from(unit.to_ascii_uppercase()) == *upper);
        ascii.then_some(Self(table))
    }

    /// By Unicode's simple upper case, for a volume whose own table is damaged.
    pub(super) fn of_unicode() -> Self {
        let upper = |unit: u16| {
            let mut upper = char::from_u32(u32::from(unit))?.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) => u16::try_from(u32::from(single)).ok(),
                _ => None,
            }
        };
        Self(
            (0..=u16::MAX)
                .map(|unit| upper(unit).unwrap_or(unit))
                .collect(),
        )
    }

    /// The upper case of one unit.
    pub(super) fn upper(&self, unit: u16) -> u16 {
        self.0.get(usize::from(unit)).copied().unwrap_or(unit)
    }

    /// The order of two names without case.
    pub(super) fn compare(
        &self,
        left: impl Iterator<Item = u16>,
        right: impl Iterator<Item = u16>,
    ) -> Ordering {
        left.map(|unit| self.upper(unit))
            .cmp(right.map(|unit| self.upper(unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case() {
        let table = UpCase::of_unicode();
        let compare =
            |left: &str, right: &str| table.compare(left.encode_utf16(), right.encode_utf16());
        assert_eq!(compare("System32", "SYSTEM32"), Ordering::Equal);
        assert_eq!(compare("äöü", "ÄÖÜ"), Ordering::Equal);
        assert_eq!(compare("a_", "AB"), Ordering::Greater);
        assert_eq!(compare("a", "ab"), Ordering::Less);
        // ß has no single upper case.
        assert_eq!(compare("ß", "SS"), Ordering::Greater);
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        let bytes: Vec<u8> = UpCase::of_unicode()
            .0
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect();
        assert!(UpCase::parse(&bytes).is_some());
        assert!(UpCase::parse(&bytes[2..]).is_none());
        assert!(UpCase::parse(&vec![0; UNITS * 2]).is_none());
    }
}
