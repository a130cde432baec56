//! A hive as a whole.

use std::sync::OnceLock;

use kusari_evidence::time::Timestamp;

use super::base_block::{BaseBlock, looks_like_hive};
use super::cell::{BINS_START, KeyNode, NIL, SIZE_FIELD, allocated, cell, file_offset, index};
use super::key::Key;
use super::survey::Survey;
use crate::Outcome;

/// A registry hive in memory, with its transaction logs applied.
///
/// Opening reads the header and applies the logs; keys are read when they are asked for.
#[derive(Debug)]
pub struct Hive {
    bytes: Vec<u8>,
    base: BaseBlock,
    survey: OnceLock<Survey>,
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
    /// Opens a hive.
    ///
    /// A hive that is cut short or whose header is damaged is opened all the same, as long as it
    /// can be told for a hive; [`Hive::outcome`] then says so.
    ///
    /// # Errors
    /// When the bytes are no hive at all.
    pub fn open(primary: Vec<u8>, _logs: &[Vec<u8>]) -> Result<Self, HiveError> {
        if !looks_like_hive(&primary) {
            let start = primary.get(..4).unwrap_or(&primary).to_vec();
            return Err(HiveError::NotAHive(start));
        }
        if primary.len() < BINS_START + 32 {
            return Err(HiveError::TooShort(primary.len()));
        }
        let base = BaseBlock::read(&primary);
        Ok(Self {
            bytes: primary,
            base,
            survey: OnceLock::new(),
        })
    }

    /// The header.
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
    /// [`Value::cell`](super::Value::cell) give it, size field and all.
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

    /// The hive bins: everything behind the base block.
    pub(super) fn bins(&self) -> &[u8] {
        self.bytes.get(BINS_START..).unwrap_or_default()
    }

    /// The root key.
    #[must_use]
    pub fn root(&self) -> Option<Key<'_>> {
        self.root_cell().map(|cell| Key::root(self, cell))
    }

    /// The offset of the root key's cell: where the header says or, when no key is there, the
    /// first key of the first bin that is marked as a root.
    pub(super) fn root_cell(&self) -> Option<u32> {
        let is_key = |cell: u32| {
            allocated(self.bins(), cell)
                .and_then(KeyNode::read)
                .is_some()
        };
        if self.base.root_cell != NIL && is_key(self.base.root_cell) {
            return Some(self.base.root_cell);
        }
        // Behind the header of the first bin, cell by cell.
        let mut at = 32_u32;
        while index(at) < BINS_START {
            let here = cell(self.bins(), at)?;
            let is_root = KeyNode::read(here.data).is_some_and(KeyNode::is_root);
            if here.allocated && is_root {
                return Some(at);
            }
            at = at.checked_add(u32::try_from(here.data.len() + SIZE_FIELD).ok()?)?;
        }
        None
    }

    /// The key at a path from the root, names separated by `\`, without case.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<Key<'_>> {
        self.root()?.subkey(path)
    }
}
