//! Index nodes: the entries of one block of a B-tree.
//!
//! Source: libfsntfs' format document, "The index"; Linux-NTFS documentation, $INDEX_ROOT and
//! $INDEX_ALLOCATION.

use std::ops::Range;
use std::sync::Arc;

use super::file_name::{FileName, Namespace};
use super::fixups;
use super::name::Name;
use super::reference::FileReference;
use super::standard_information::FileFlags;
use crate::fields::{array_at, narrowed, slice_at, u16_at, u32_at, u64_at};

/// The name of the index of a folder.
pub(super) const FOLDER_INDEX: &str = "$I30";

const ROOT_NODE: usize = 16;
const BLOCK_NODE: usize = 24;
const SIGNATURE: [u8; 4] = *b"INDX";

/// The entries of a node.
#[derive(Debug, Clone)]
pub(super) struct Node {
    bytes: Arc<[u8]>,
    entries: Range<usize>,
    /// Each entry leads to a node below.
    has_children: bool,
}

/// One entry: a key, or the end of the node.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexEntry<'a> {
    /// The file that the key is of.
    pub(super) reference: FileReference,
    /// The key; empty in the last entry.
    pub(super) key: &'a [u8],
    /// The node with the keys before this one.
    pub(super) child: Option<u64>,
    /// The last entry of the node, without a key.
    pub(super) last: bool,
    /// Where the next entry stands.
    next: usize,
}

/// A name that a folder's index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexedName {
    pub(super) reference: FileReference,
    pub(super) units: Vec<u16>,
    pub(super) namespace: Namespace,
    pub(super) size: u64,
    pub(super) flags: FileFlags,
}

impl IndexedName {
    pub(super) fn of(reference: FileReference, name: &FileName<'_>) -> Self {
        Self {
            reference,
            units: name.name.units().collect(),
            namespace: name.namespace,
            size: name.size,
            flags: name.flags,
        }
    }

    pub(super) fn to_text(&self) -> String {
        let bytes: Vec<u8> = self
            .units
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect();
        Name::new(&bytes).to_text()
    }
}

/// The fixed part of `$INDEX_ROOT`.
pub(super) struct IndexRoot {
    /// Bytes in a block of the index.
    pub(super) block_size: u32,
    /// The root node.
    pub(super) node: Node,
}

impl IndexRoot {
    /// Reads the value of `$INDEX_ROOT`.
    pub(super) fn parse(value: &[u8]) -> Result<Self, String> {
        let block_size = u32_at(value, 8)
            .filter(|size| size.is_power_of_two() && (256..=65_536).contains(size))
            .ok_or("the root of its index says no size of a block")?;
        Ok(Self {
            block_size,
            node: Node::new(value.into(), ROOT_NODE)?,
        })
    }
}

/// Checks a block of an index that has that number, and puts its update sequence back.
pub(super) fn check_block(block: &mut [u8], vcn: u64) -> Result<(), String> {
    if array_at(block, 0) != Some(SIGNATURE) {
        return Err("the signature `INDX` is not there".to_owned());
    }
    fixups::apply(block)?;
    match u64_at(block, 16) {
        Some(stated) if stated == vcn => Ok(()),
        stated => Err(format!("it says that it is block {}", stated.unwrap_or(0))),
    }
}

impl Node {
    /// The node of a block that was checked.
    pub(super) fn of_block(block: Arc<[u8]>) -> Result<Self, String> {
        Self::new(block, BLOCK_NODE)
    }

    fn new(bytes: Arc<[u8]>, header: usize) -> Result<Self, String> {
        let at = |offset: usize| {
            let relative = u32_at(&bytes, header.checked_add(offset)?)?;
            header.checked_add(narrowed(u64::from(relative)))
        };
        let flags = u32_at(&bytes, header.saturating_add(12)).unwrap_or(0);
        match (at(0), at(4)) {
            (Some(first), Some(end)) if first <= end && end <= bytes.len() => Ok(Self {
                entries: first..end,
                bytes,
                has_children: flags & 1 != 0,
            }),
            _ => Err("its node says lengths that do not fit".to_owned()),
        }
    }

    /// Where the first entry stands.
    pub(super) const fn first(&self) -> usize {
        self.entries.start
    }

    /// The entry at that place.
    pub(super) fn entry(&self, at: usize) -> Result<IndexEntry<'_>, &'static str> {
        const CUT: &str = "an entry of the index is cut off";
        let bytes = self.bytes.get(at..self.entries.end).ok_or(CUT)?;
        let length = usize::from(u16_at(bytes, 8).ok_or(CUT)?);
        let key_length = usize::from(u16_at(bytes, 10).ok_or(CUT)?);
        let flags = u16_at(bytes, 12).ok_or(CUT)?;
        let entry = slice_at(bytes, 0, length)
            .filter(|entry| entry.len() >= 16)
            .ok_or("an entry of the index has a length that does not fit")?;
        let last = flags & 2 != 0;
        let child = if flags & 1 == 0 {
            None
        } else {
            let at = length.checked_sub(8).filter(|at| *at >= 16).ok_or(CUT)?;
            Some(u64_at(entry, at).ok_or(CUT)?)
        };
        if child.is_some() != self.has_children {
            return Err("an entry of the index says otherwise than its node whether there is more");
        }
        let next = at.saturating_add(length);
        if last && next != self.entries.end {
            return Err("the index says that it ends before its end");
        }
        Ok(IndexEntry {
            reference: FileReference(u64_at(entry, 0).ok_or(CUT)?),
            key: if last {
                &[]
            } else {
                slice_at(entry, 16, key_length).ok_or(CUT)?
            },
            child,
            last,
            next,
        })
    }
}

impl<'a> IndexEntry<'a> {
    /// The key of a folder's index.
    pub(super) fn name(&self) -> Result<FileName<'a>, &'static str> {
        FileName::parse(self.key).ok_or("an entry of the index holds no name")
    }

    /// Where the next entry stands.
    pub(super) const fn next(&self) -> usize {
        self.next
    }
}
