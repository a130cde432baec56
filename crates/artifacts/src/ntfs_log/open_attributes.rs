//! The open attribute table: which attribute a log record's target is.
//!
//! Source: Linux' ntfs3 for the layout of both kinds of entries, of the table and of the names.

use std::collections::HashMap;

use kusari_evidence::ntfs::{AttributeType, FileReference, Name};

use super::operation::Operation;
use super::record::Record;
use crate::wire::{slice_at, u16_at, u32_at, u64_at};

/// An attribute in clusters that was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAttribute {
    /// The file whose it is.
    pub file: FileReference,
    /// What it is.
    pub kind: AttributeType,
    /// Its name: `$I30` of a folder's index. Empty of one without; `None` where it is not known.
    pub name: Option<String>,
}

/// The table, as records built it up.
#[derive(Debug, Clone, Default)]
pub struct OpenAttributes {
    entries: HashMap<u16, OpenAttribute>,
}

/// How long an entry is on machines of 64 bits, and on those of 32 bits.
const ENTRY_64: usize = 0x28;
const ENTRY_32: usize = 0x2C;

impl OpenAttributes {
    /// The attribute at that place; `None` where no record so far told of it.
    #[must_use]
    pub fn get(&self, place: u16) -> Option<&OpenAttribute> {
        self.entries.get(&place)
    }

    /// Takes over what a record says. Records must come in order.
    pub fn take(&mut self, record: &Record<'_>) {
        let Some(update) = record.update() else {
            return;
        };
        let Some(data) = update.redo_data else { return };
        match update.redo {
            Operation::OPEN_NONRESIDENT_ATTRIBUTE => {
                if let Some(mut opened) = entry(data) {
                    opened.name = update.undo_data.map(|name| Name::new(name).to_text());
                    self.entries.insert(update.target.attribute, opened);
                }
            }
            Operation::OPEN_ATTRIBUTE_TABLE => self.table(data),
            Operation::ATTRIBUTE_NAMES => self.names(data),
            _ => {}
        }
    }

    fn table(&mut self, data: &[u8]) {
        const HEADER: usize = 0x18;
        let (Some(size), Some(count)) = (u16_at(data, 0), u16_at(data, 2)) else {
            return;
        };
        let size = usize::from(size);
        let mut entries = HashMap::new();
        for number in 0..usize::from(count) {
            let at = HEADER.saturating_add(number.saturating_mul(size));
            let (Ok(place), Some(bytes)) = (u16::try_from(at), slice_at(data, at, size)) else {
                break;
            };
            let Some(mut listed) = entry(bytes) else {
                continue;
            };
            // The names follow in a record of their own; one without a name is not in that.
            listed.name = Some(String::new());
            entries.insert(place, listed);
        }
        self.entries = entries;
    }

    fn names(&mut self, data: &[u8]) {
        let mut at = 0_usize;
        while let (Some(place), Some(length)) =
            (u16_at(data, at), u16_at(data, at.saturating_add(2)))
        {
            let length = usize::from(length);
            let start = at.saturating_add(4);
            let Some(name) = slice_at(data, start, length) else {
                break;
            };
            if place == 0 {
                break;
            }
            if let Some(named) = self.entries.get_mut(&place) {
                named.name = Some(Name::new(name).to_text());
            }
            // A zero stands behind each name.
            at = start.saturating_add(length).saturating_add(2);
        }
    }
}

/// The entry, where it is in use.
fn entry(bytes: &[u8]) -> Option<OpenAttribute> {
    const IN_USE: u32 = u32::MAX;
    let (kind, file) = match bytes.len() {
        ENTRY_64 => (0x08, 0x10),
        ENTRY_32 => (0x1C, 0x08),
        _ => return None,
    };
    (u32_at(bytes, 0)? == IN_USE).then_some(OpenAttribute {
        file: FileReference(u64_at(bytes, file)?),
        kind: AttributeType(u32_at(bytes, kind)?),
        name: None,
    })
}
