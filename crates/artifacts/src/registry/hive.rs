//! A hive as a whole.

use std::sync::OnceLock;

use kusari_evidence::time::Timestamp;

use super::base_block::{BaseBlock, looks_like_hive};
use super::cell::{BINS_START, KeyNode, NIL, SIZE_FIELD, cell, file_offset, index};
use super::key::{Key, live_node};
use super::recovery::Recovery;
use super::replay::{self, LogPage, Replay};
use super::survey::Survey;
use super::value::Value;
use crate::Outcome;

/// A registry hive in memory, with its transaction logs applied.
///
/// Opening reads the header and applies the logs; keys are read when they are asked for.
#[derive(Debug)]
pub struct Hive {
    bytes: Vec<u8>,
    base: BaseBlock,
    replay: Replay,
    root_cell: Option<u32>,
    survey: OnceLock<Survey>,
    recovery: OnceLock<Recovery>,
}

/// Bytes that are no hive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HiveError {
    /// Shorter than a header and the header of one hive bin.
    #[error(
        "{0} bytes are too short for a registry hive, which has at least 4128; is the file cut short?"
    )]
    TooShort(usize),
    /// Neither a base block at the start nor a hive bin behind it.
    #[error(
        "no registry hive: at offset 0 stands {0:02x?} instead of `regf`, and no `hbin` stands at offset 0x1000"
    )]
    NotAHive(Vec<u8>),
}

impl Hive {
    /// Opens a hive and applies its transaction logs (`.LOG`, `.LOG1`, `.LOG2`, in any order; those
    /// that are empty or belong to another state of the hive are left alone).
    ///
    /// A hive that is cut short or whose header is damaged is opened all the same, as long as it
    /// can be told for a hive; [`Hive::outcome`] then says so.
    ///
    /// # Errors
    /// When the bytes are no hive at all.
    pub fn open(mut primary: Vec<u8>, logs: &[Vec<u8>]) -> Result<Self, HiveError> {
        if !looks_like_hive(&primary) {
            let start = primary.get(..4).unwrap_or(&primary).to_vec();
            return Err(HiveError::NotAHive(start));
        }
        if primary.len() < BINS_START + 32 {
            return Err(HiveError::TooShort(primary.len()));
        }
        let (base, replay) = replay::apply(&mut primary, logs);
        let root_cell = find_root(
            primary.get(BINS_START..).unwrap_or_default(),
            base.root_cell,
        );
        Ok(Self {
            bytes: primary,
            base,
            replay,
            root_cell,
            survey: OnceLock::new(),
            recovery: OnceLock::new(),
        })
    }

    /// The header as it was found; from a transaction log when its own checksum is wrong.
    #[must_use]
    pub const fn base_block(&self) -> &BaseBlock {
        &self.base
    }

    /// When the hive was last written, by the machine's clock, from the header.
    #[must_use]
    pub const fn last_written(&self) -> Option<Timestamp> {
        self.base.last_written
    }

    /// The whole hive, with the logs applied.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of the cell at a file offset as [`Key::cell`] and
    /// [`Value::cell`] give it, size field and all.
    #[must_use]
    pub fn bytes_of(&self, at: u32) -> Option<&[u8]> {
        let offset = at.checked_sub(file_offset(0))?;
        let length = cell(self.bins(), offset)?.data.len() + SIZE_FIELD;
        let start = index(at);
        self.bytes.get(start..start.checked_add(length)?)
    }

    /// What the hive could have seen, and what of it could not be read. Walks the whole hive the
    /// first time it is called.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.survey().outcome.clone()
    }

    pub(super) fn survey(&self) -> &Survey {
        self.survey.get_or_init(|| Survey::of(self))
    }

    pub(super) fn recovery(&self) -> &Recovery {
        self.recovery.get_or_init(|| Recovery::of(self))
    }

    /// Keys that were deleted or that damage has cut off, in the order of the file. Searches the
    /// whole hive the first time it is called.
    pub fn recovered_keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.recovery()
            .keys
            .iter()
            .filter_map(|key| Key::recovered(self, key))
    }

    /// Values that were deleted, or that damage has cut off, and that no recovered key lists, in
    /// the order of the file. Searches the whole hive the first time it is called.
    pub fn recovered_values(&self) -> impl Iterator<Item = Value<'_>> {
        self.recovery()
            .values
            .iter()
            .filter_map(|value| Value::recovered(self, value))
    }

    /// Where the hive bins end by the header, or the farthest offset when the header cannot be
    /// relied on.
    pub(super) const fn stated_end(&self) -> u32 {
        if self.base.is_valid {
            self.base.bins_length
        } else {
            NIL
        }
    }

    /// The hive bins: everything behind the base block.
    pub(super) fn bins(&self) -> &[u8] {
        self.bytes.get(BINS_START..).unwrap_or_default()
    }

    /// Which stretches of the cell at a file offset come from which transaction log, in order.
    /// What no stretch covers stands in the hive file itself.
    #[must_use]
    pub fn log_pages_of(&self, at: u32) -> Vec<LogPage> {
        let length = self.bytes_of(at).map_or(0, <[u8]>::len);
        let start = u64::from(at);
        let end = start.saturating_add(u64::try_from(length).unwrap_or(0));
        let mut open = vec![(start, end)];
        let mut found = Vec::new();
        // Later pages cover earlier ones.
        for page in self.replay.pages.iter().rev() {
            let mut rest = Vec::new();
            for (from, to) in open {
                let Some(part) = page.between(from, to) else {
                    rest.push((from, to));
                    continue;
                };
                found.push(part);
                rest.extend(
                    [(from, part.at), (part.end(), to)]
                        .into_iter()
                        .filter(|(a, b)| a < b),
                );
            }
            open = rest;
        }
        found.sort_by_key(|page| page.at);
        found
    }

    pub(super) const fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The root key.
    #[must_use]
    pub fn root(&self) -> Option<Key<'_>> {
        self.root_cell.and_then(|cell| Key::root(self, cell))
    }

    pub(super) const fn root_cell(&self) -> Option<u32> {
        self.root_cell
    }

    /// The key at a path from the root, names separated by `\`, without case.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<Key<'_>> {
        self.root()?.subkey(path)
    }
}

/// The offset of the root key's cell: where the header says or, when no key is there, the first
/// key of the first bin that is marked as a root.
fn find_root(bins: &[u8], stated: u32) -> Option<u32> {
    if live_node(bins, stated).is_some() {
        return Some(stated);
    }
    // Behind the header of the first bin, cell by cell.
    let mut at = 32_u32;
    while index(at) < BINS_START {
        let here = cell(bins, at)?;
        if here.allocated && KeyNode::read(here.data).is_some_and(KeyNode::is_root) {
            return Some(at);
        }
        at = at.checked_add(u32::try_from(here.data.len() + SIZE_FIELD).ok()?)?;
    }
    None
}
