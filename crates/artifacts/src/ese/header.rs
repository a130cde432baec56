//! The header in the first page, and its copy in the second.

use kusari_evidence::{ReadAt, read_vec_at};

use crate::wire::{u32_at, u64_at};

const SIGNATURE: u32 = 0x89AB_CDEF;

/// Bytes of the header that its checksum covers.
const LENGTH: usize = 4096;

/// The sizes that pages can have.
const PAGE_SIZES: [u32; 5] = [2048, 4096, 8192, 16_384, 32_768];

/// What the header of a database says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Bytes in a page.
    pub page_size: u32,
    /// The version of the file format; 0x620 in all databases of Windows.
    pub version: u32,
    /// The revision of the file format: 9 is Windows XP's, 12 Vista's, 17 Windows 7's, 20 and more
    /// later ones.
    pub revision: u32,
    /// The state.
    pub state: State,
    /// How often the database was repaired.
    pub repairs: u32,
    /// The counter of changes at the last write of the header.
    pub changes: u64,
    /// Whether the header was read from its copy, because its own bytes are damaged.
    pub from_copy: bool,
    /// Whether the checksum is right.
    pub sound: bool,
}

/// The state that a database says it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was just made.
    JustCreated,
    /// It was not closed properly. Its last changes may stand in transaction logs only.
    Dirty,
    /// It was closed properly.
    Clean,
    /// It is being converted.
    BeingConverted,
    /// It was detached by force.
    ForceDetach,
    /// Some other number.
    Other(u32),
}

impl From<u32> for State {
    fn from(number: u32) -> Self {
        match number {
            1 => Self::JustCreated,
            2 => Self::Dirty,
            3 => Self::Clean,
            4 => Self::BeingConverted,
            5 => Self::ForceDetach,
            other => Self::Other(other),
        }
    }
}

impl Header {
    /// The header, or its copy where the header is damaged and the copy is not.
    pub(super) fn read(bytes: &dyn ReadAt) -> Option<Self> {
        let first = Self::at(bytes, 0);
        if first.as_ref().is_some_and(|header| header.sound) {
            return first;
        }
        // The copy lies one page further, and only it itself says how long a page is.
        let copies = PAGE_SIZES.iter().filter_map(|&size| {
            let copy = Self::at(bytes, u64::from(size))?;
            (copy.sound && copy.page_size == size).then_some(Self {
                from_copy: true,
                ..copy
            })
        });
        copies.into_iter().next().or(first)
    }

    fn at(bytes: &dyn ReadAt, offset: u64) -> Option<Self> {
        let bytes = read_vec_at(bytes, offset, crate::wire::offset(LENGTH)).ok()?;
        if u32_at(&bytes, 4)? != SIGNATURE {
            return None;
        }
        let page_size = match u32_at(&bytes, 236)? {
            0 => 4096,
            size => size,
        };
        if !PAGE_SIZES.contains(&page_size) {
            return None;
        }
        Some(Self {
            page_size,
            version: u32_at(&bytes, 8)?,
            revision: u32_at(&bytes, 232)?,
            state: u32_at(&bytes, 52)?.into(),
            repairs: u32_at(&bytes, 240)?,
            changes: u64_at(&bytes, 16)?,
            from_copy: false,
            sound: u32_at(&bytes, 0)? == checksum(&bytes, page_size),
        })
    }

    /// Whether pages have the longer header, and their tags and tagged columns the flags that go
    /// with it.
    pub(super) const fn has_large_pages(&self) -> bool {
        self.page_size > 8192
    }
}

/// The XOR of all words behind the checksum, begun with the signature, which cancels the one that
/// stands there.
fn checksum(bytes: &[u8], page_size: u32) -> u32 {
    let length = LENGTH.min(crate::wire::size(page_size));
    let words = bytes.get(8..length).unwrap_or_default().as_chunks::<4>().0;
    words
        .iter()
        .fold(0, |sum, word| sum ^ u32::from_le_bytes(*word))
}
