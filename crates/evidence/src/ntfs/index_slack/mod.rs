//! Names in the unused part of folders' indexes (`$I30` slack): of files that were deleted, renamed
//! or moved, and of such that are there still, since an index moves its entries about.
//!
//! When an entry is taken out of a node, those behind it move forward, and what stood at the end of
//! the node stays behind its new end. Whole blocks fall out of use the same way. A name is told by
//! the reference to its parent, which is the folder itself, and by what else must fit.
//!
//! Sources: libfsntfs' format document, "The index"; Linux-NTFS documentation, $INDEX_ROOT and
//! $INDEX_ALLOCATION; OSForensics, "How to scan NTFS $I30 entries", for that the presence of a name
//! does not mean that its file was deleted.

mod volume;

use std::ops::Range;

use super::attribute::AttributeType;
use super::file::File;
use super::file_name::{FileName, Namespace};
use super::record::FileRecord;
use super::reference::{FileReference, sequence_when_freed};
use super::standard_information::FileFlags;
use crate::FileTimes;
use crate::fields::{narrowed, slice_at, u16_at, u32_at, u64_at, widened};

/// A name in the unused part of a folder's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackName {
    /// Where it stands.
    pub place: SlackPlace,
    /// Bytes from the entry's begin, as far as it is left, to the end of the name.
    pub length: u64,
    /// The file that had the name; `None` where the head of the entry was written over.
    pub file: Option<FileReference>,
    /// The folder.
    pub parent: FileReference,
    /// The times of the file as they were copied into the index, which is not done at each change.
    pub times: FileTimes,
    /// Bytes allocated for the content, as copied.
    pub allocated: u64,
    /// Bytes of content, as copied.
    pub size: u64,
    /// The file attributes, as copied.
    pub flags: FileFlags,
    /// Which rules the name follows.
    pub namespace: Namespace,
    /// The name, as text for paths.
    pub name: String,
}

/// Where a [`SlackName`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlackPlace {
    /// In a record of the folder.
    FileTable {
        /// Byte offset in `$MFT`.
        offset: u64,
    },
    /// In a block of the folder's index.
    Index {
        /// Byte offset in the folder's `$INDEX_ALLOCATION` `$I30`.
        offset: u64,
        /// Byte offset on the volume.
        on_volume: Option<u64>,
    },
}

/// Bytes of an entry before its key, and of a key before its name.
const HEAD: usize = 16;
const KEY: usize = 66;

/// Where the node stands in the value of `$INDEX_ROOT`, and in a block.
const ROOT_NODE: usize = 16;
const BLOCK_NODE: usize = 24;

/// Entries stand at multiples of 8 bytes.
const ALIGNMENT: usize = 8;

/// What is looked for in the slack of one folder.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// The folder, as its record says it.
    folder: FileReference,
    in_use: bool,
}

impl Wanted {
    pub(super) fn of(file: &File) -> Self {
        Self {
            folder: file.reference(),
            in_use: file.record().in_use(),
        }
    }

    /// Whether a name says that it stands in the folder.
    fn is_parent(self, parent: FileReference) -> bool {
        let sequence = if self.in_use {
            parent.sequence()
        } else {
            sequence_when_freed(parent.sequence())
        };
        parent.record() == self.folder.record() && sequence == self.folder.sequence()
    }

    /// The names in `slack` of `bytes`; `place` says where a byte stands.
    fn scan(
        self,
        bytes: &[u8],
        slack: Range<usize>,
        place: &dyn Fn(usize) -> SlackPlace,
        visit: &mut dyn FnMut(SlackName),
    ) {
        let end = slack.end.min(bytes.len());
        let mut at = slack.start.next_multiple_of(ALIGNMENT);
        while at.saturating_add(KEY) <= end {
            let found = bytes.get(at..end).and_then(|rest| self.name(rest));
            let Some(name) = found else {
                at = at.saturating_add(ALIGNMENT);
                continue;
            };
            let key = KEY.saturating_add(name.name.bytes().len());
            let head = at
                .checked_sub(HEAD)
                .filter(|head| *head >= slack.start)
                .filter(|head| is_head(bytes, *head, key));
            let start = head.unwrap_or(at);
            let behind = at.saturating_add(key);
            visit(SlackName {
                place: place(start),
                length: widened(behind.saturating_sub(start)),
                file: head.and_then(|head| u64_at(bytes, head)).map(FileReference),
                parent: name.parent,
                times: name.times,
                allocated: name.allocated,
                size: name.size,
                flags: name.flags,
                namespace: name.namespace,
                name: name.name.to_text(),
            });
            at = behind.next_multiple_of(ALIGNMENT);
        }
    }

    /// The key that begins there.
    fn name(self, bytes: &[u8]) -> Option<FileName<'_>> {
        let parent = FileReference(u64_at(bytes, 0)?);
        if !self.is_parent(parent) {
            return None;
        }
        let name = FileName::parse(bytes)?;
        // What Windows and NTFS itself put into no name, but for POSIX names that may hold most.
        let is_name = name.name.units().all(|unit| unit >= 0x20 && unit != 0x2F);
        is_name.then_some(name)
    }

    /// The names in the unused part of the folder's records: behind the entries of `$INDEX_ROOT`, and
    /// behind all attributes, where an index was that has grown out of the record since.
    pub(super) fn in_records(
        self,
        file: &File,
        record_size: u64,
        visit: &mut dyn FnMut(SlackName),
    ) {
        for record in file.records() {
            let start = record.number().saturating_mul(record_size);
            let place = |at: usize| SlackPlace::FileTable {
                offset: start.saturating_add(widened(at)),
            };
            let bytes = record.bytes();
            if let Some(slack) = slack_of_root(record, self.in_use) {
                self.scan(bytes, slack, &place, visit);
            }
            self.scan(bytes, record.attributes_end()..bytes.len(), &place, visit);
        }
    }

    /// The names in the unused part of a block whose update sequence was put back. `all`: the block
    /// is not in use, so nothing in it is.
    pub(super) fn in_block(
        self,
        block: &[u8],
        all: bool,
        place: &dyn Fn(usize) -> SlackPlace,
        visit: &mut dyn FnMut(SlackName),
    ) {
        let whole = all || !self.in_use;
        if let Some(start) = slack_start(block, BLOCK_NODE, whole) {
            self.scan(block, start..block.len(), place, visit);
        }
    }
}

/// Where the unused part of a node begins; `None` where its header cannot be. `whole`: nothing of it
/// is in use.
fn slack_start(bytes: &[u8], node: usize, whole: bool) -> Option<usize> {
    let field = if whole { 0 } else { 4 };
    let relative = u32_at(bytes, node.checked_add(field)?)?;
    let start = node.checked_add(narrowed(u64::from(relative)))?;
    (start <= bytes.len()).then_some(start)
}

/// The unused part of `$INDEX_ROOT` in a record, as a range of the record.
fn slack_of_root(record: &FileRecord<'_>, in_use: bool) -> Option<Range<usize>> {
    let is_root = |attribute: &super::Attribute<'_>| {
        attribute.kind == AttributeType::INDEX_ROOT && attribute.name.is(super::index::FOLDER_INDEX)
    };
    let attribute = record.attributes().find(is_root)?;
    let value = attribute.resident()?;
    let value_at = usize::from(u16_at(record.bytes(), attribute.offset.checked_add(20)?)?);
    let start = attribute.offset.checked_add(value_at)?;
    let within = slack_start(value, ROOT_NODE, !in_use)?;
    Some(start.checked_add(within)?..start.checked_add(value.len())?)
}

/// Whether the head of an entry with a key of so many bytes stands there.
fn is_head(bytes: &[u8], at: usize, key: usize) -> bool {
    let Some(head) = slice_at(bytes, at, HEAD) else {
        return false;
    };
    let field = |at: usize| u16_at(head, at).map_or(0, usize::from);
    let (length, flags) = (field(8), field(12));
    // Behind the key come bytes that align, and the number of the block below.
    let shortest = HEAD.saturating_add(key);
    field(10) == key
        && length.is_multiple_of(ALIGNMENT)
        && (shortest..shortest.saturating_add(2 * ALIGNMENT)).contains(&length)
        && flags & 2 == 0
        && u64_at(head, 0) != Some(0)
}

#[cfg(test)]
mod tests;
