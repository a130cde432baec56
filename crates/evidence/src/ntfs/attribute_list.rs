//! `$ATTRIBUTE_LIST`: which attributes of a file stand in which records, where one is too small.
//!
//! Source: libfsntfs' format document, "The attribute list attribute"; Linux-NTFS documentation,
//! $ATTRIBUTE_LIST.

use super::attribute::AttributeType;
use super::name::Name;
use super::reference::FileReference;
use crate::fields::{slice_at, u8_at, u16_at, u32_at, u64_at};

/// One entry of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListEntry<'a> {
    /// The type of the attribute.
    pub kind: AttributeType,
    /// Its name.
    pub name: Name<'a>,
    /// The first cluster that its extent maps.
    pub first_vcn: u64,
    /// The record that it stands in.
    pub record: FileReference,
    /// Its number there.
    pub id: u16,
}

/// The entries of a list, up to the first malformed one.
pub fn entries(list: &[u8]) -> impl Iterator<Item = ListEntry<'_>> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 4)?);
        let (entry, after) = rest.split_at_checked(length)?;
        let name_length = usize::from(u8_at(entry, 6)?).saturating_mul(2);
        let name = slice_at(entry, usize::from(u8_at(entry, 7)?), name_length);
        rest = after;
        Some(ListEntry {
            kind: AttributeType(u32_at(entry, 0)?),
            name: Name::new(name.filter(|name| !name.is_empty()).unwrap_or_default()),
            first_vcn: u64_at(entry, 8)?,
            record: FileReference(u64_at(entry, 16)?),
            id: u16_at(entry, 24)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_up_to_a_malformed_one() {
        let mut list = vec![0; 32 * 3];
        for (index, record) in [5_u64, 40, 41].iter().enumerate() {
            let at = index * 32;
            list[at] = 0x80;
            list[at + 4] = 32;
            list[at + 6] = 2;
            list[at + 7] = 26;
            list[at + 16..at + 24].copy_from_slice(&record.to_le_bytes());
            list[at + 26] = b'$';
            list[at + 28] = b'J';
        }
        let read: Vec<ListEntry<'_>> = entries(&list).collect();
        assert_eq!(read.len(), 3);
        assert!(read[2].name.is("$J") && read[2].record.record() == 41);
        assert_eq!(read[0].kind, AttributeType::DATA);
        list[32 + 4] = 0;
        assert_eq!(entries(&list).count(), 1);
        list[32 + 4] = 10;
        assert_eq!(entries(&list).count(), 1);
        list[4] = 200;
        assert_eq!(entries(&list).count(), 0);
    }
}
