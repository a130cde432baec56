//! A database that is open for reading.

use std::io;
use std::sync::Arc;

use kusari_evidence::{BlockCache, ReadAt, read_vec_at};

use super::budget::Budget;
use super::catalog::{self, Catalog, Table};
use super::header::{Header, State};
use super::page::{self, Page};
use super::rows::Rows;
use crate::{Damage, Outcome, SourceState};

/// Bytes of pages that are kept for a while.
const CACHE: u64 = 16 << 20;

/// A database. Its pages are read when they are needed; at most 16 MiB of them are kept.
pub struct Database<'b> {
    bytes: &'b dyn ReadAt,
    header: Header,
    cache: BlockCache,
    catalog: Catalog,
    /// Pages that may still be read.
    reads: Budget,
    /// Bytes of long and compressed values that may still be made.
    pub(super) made: Budget,
}

/// Bytes that are no database of the Extensible Storage Engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADatabase {
    /// No header that can be used stands in the first page or in the second.
    #[error("no usable header of an ESE database")]
    NoHeader,
    /// It is another kind of file of the engine, or of a version that is not known.
    #[error("version {0:#x} of the ESE file format is not known")]
    Version(u32),
}

impl<'b> Database<'b> {
    /// Reads the header and the catalogue. Damage of the catalogue is not an error: the tables that
    /// can be read are there.
    ///
    /// # Errors
    /// When no database begins here.
    pub fn open(bytes: &'b dyn ReadAt) -> Result<Self, NotADatabase> {
        let header = Header::read(bytes).ok_or(NotADatabase::NoHeader)?;
        if header.version != 0x620 {
            return Err(NotADatabase::Version(header.version));
        }
        let size = bytes.size();
        let pages = size / u64::from(header.page_size);
        let mut database = Self {
            bytes,
            cache: BlockCache::new(CACHE, u64::from(header.page_size)),
            catalog: Catalog::default(),
            // An honest database needs each page a few times; long values are looked up by key.
            reads: Budget::new(pages.saturating_mul(64).saturating_add(10_000)),
            made: Budget::new(size.saturating_mul(16).saturating_add(64 << 20)),
            header,
        };
        database.catalog = catalog::read(&database);
        Ok(database)
    }

    /// What the header says.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The tables, the engine's own (`MSys…`) among them, in the order of their numbers.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.catalog.tables
    }

    /// The table with that name, without regard to the case of ASCII letters.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        let mut tables = self.catalog.tables.iter();
        tables.find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// What could not be read of the catalogue.
    #[must_use]
    pub fn catalog_damage(&self) -> &[Damage] {
        &self.catalog.damage
    }

    /// The rows of a table, in the order of its primary index. A stretch that cannot be read is
    /// given as damage between them.
    #[must_use]
    pub fn rows<'d>(&'d self, table: &'d Table) -> Rows<'d> {
        Rows::new(self, table)
    }

    /// What the database as a whole says about itself: its state, and damage of its header and its
    /// catalogue. The caller adds records, times and damage of rows.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        if matches!(self.header.state, State::Dirty) {
            outcome.coverage.note(SourceState::Dirty);
            outcome.coverage.note(SourceState::LogsMissing);
        }
        if self.header.from_copy || !self.header.sound {
            let length = u64::from(self.header.page_size);
            let reason = if self.header.from_copy {
                "the header is damaged; its copy in the second page is used"
            } else {
                "the checksum of the header is wrong"
            };
            Damage::new(0, length, reason).push_to(&mut outcome.damage);
        }
        for damage in &self.catalog.damage {
            damage.clone().push_to(&mut outcome.damage);
        }
        if !self
            .bytes
            .size()
            .is_multiple_of(u64::from(self.header.page_size))
        {
            outcome.coverage.note(SourceState::CutShort);
        }
        if !outcome.damage.is_empty() {
            outcome.coverage.note(SourceState::Damaged);
        }
        outcome
    }

    /// Page `number`.
    pub(super) fn page(&self, number: u32) -> Result<Page, Damage> {
        let place = page::place(number, self.header.page_size);
        let length = u64::from(self.header.page_size);
        let lost = |reason: String| Damage::new(place, length, format!("page {number}: {reason}"));
        let bytes = self.cache.get_or_make(u64::from(number), || {
            if !self.reads.spend(1) {
                return Err(io::Error::other("too many pages were read already"));
            }
            let bytes = read_vec_at(self.bytes, place, length)?;
            if bytes.len() < page::length(&self.header) {
                return Err(io::Error::other("it lies behind the end of the file"));
            }
            Ok(bytes)
        });
        let bytes: Arc<[u8]> = bytes.map_err(|error| lost(error.to_string()))?;
        Page::parse(bytes, place, number, &self.header).map_err(|fault| lost(fault.to_owned()))
    }
}
