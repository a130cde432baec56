//! A log file: its restart pages, its records in order, and what they say of files.

use kusari_evidence::{ReadAt, read_vec_at};

use super::assemble::{Assembled, Assembler};
use super::change::FileChange;
use super::geometry::{Geometry, Inference};
use super::page_index::{self, Layout, Page};
use super::record::Record;
use super::restart::RestartPage;
use super::transactions::Transactions;
use crate::{Damage, Outcome, SourceState};

/// A log whose pages are known. Its records are read when asked for; nothing of them is kept.
pub struct LogFile<'a> {
    bytes: &'a dyn ReadAt,
    restarts: Vec<RestartPage>,
    layout: Layout,
    pages: Vec<Page>,
    damage: Vec<Damage>,
}

impl<'a> LogFile<'a> {
    /// Looks at the restart pages and at the head of every record page. At most 4 GiB are looked
    /// at; 48 bytes are kept of a page.
    #[must_use]
    pub fn read(bytes: &'a dyn ReadAt) -> Self {
        let mut damage = Vec::new();
        let mut restarts = Vec::new();
        let mut offset = 0;
        for _ in 0..2 {
            match restart_page(bytes, offset) {
                Ok(Some(page)) => {
                    offset = u64::from(page.system_page_size);
                    restarts.push(page);
                }
                Ok(None) => offset = 4096,
                Err(reason) => {
                    Damage::new(offset, 4096, format!("restart page: {reason}"))
                        .push_to(&mut damage);
                    offset = 4096;
                }
            }
        }
        restarts.sort_by_key(|page| std::cmp::Reverse(page.current_lsn));
        let layout = Layout::new(restarts.first(), bytes.size());
        let pages = page_index::index(bytes, &layout, &mut damage);
        Self {
            bytes,
            restarts,
            layout,
            pages,
            damage,
        }
    }

    /// The restart pages that can be read, the one that counts first.
    #[must_use]
    pub fn restart_pages(&self) -> &[RestartPage] {
        &self.restarts
    }

    /// Gives every record once, in the order of their LSNs. What stands behind the records of a
    /// page (an older round) is not read.
    pub fn records(&self, sink: impl FnMut(&Record<'_>)) -> Outcome {
        let mut assembler = Assembler::new(self.layout, sink);
        for page in &self.pages {
            assembler.read(self.bytes, page);
        }
        self.outcome(assembler.finish())
    }

    /// Gives what transactions did to files, in the order in which the transactions ended. The
    /// numbers of file records follow from where a change was done; that needs the volume's
    /// geometry, which is found in the log itself when none is given.
    pub fn changes(&self, geometry: Option<Geometry>, sink: impl FnMut(&FileChange)) -> Outcome {
        let geometry = geometry.or_else(|| self.geometry());
        let mut transactions = Transactions::new(geometry, sink);
        let outcome = self.records(|record| transactions.take(record));
        transactions.finish();
        outcome
    }

    /// The volume's geometry, as far as the log shows it: file records that are written whole say
    /// which number they have, and the log record says in which cluster.
    #[must_use]
    pub fn geometry(&self) -> Option<Geometry> {
        let mut inference = Inference::default();
        self.records(|record| inference.take(record));
        inference.finish()
    }

    fn outcome(&self, read: Assembled) -> Outcome {
        let mut outcome = Outcome {
            damage: self.damage.clone(),
            ..Outcome::default()
        };
        for entry in read.damage {
            entry.push_to(&mut outcome.damage);
        }
        let coverage = &mut outcome.coverage;
        coverage.records = read.records;
        coverage.gaps = read.gaps;
        if let Some(restart) = self.restarts.first() {
            if restart.current_lsn > read.last_lsn {
                let reason = format!(
                    "record {:#x}, which the restart page names as the last, is not there",
                    restart.current_lsn
                );
                let place = self.layout.place(restart.current_lsn);
                Damage::new(place, 0, reason).push_to(&mut outcome.damage);
            }
            if !restart.is_clean() {
                coverage.note(SourceState::Dirty);
            }
            if restart.file_size > self.bytes.size() {
                coverage.note(SourceState::CutShort);
            }
        }
        let first = self.pages.first();
        if first.is_some_and(|page| page.home != self.layout.first_page) {
            coverage.note(SourceState::RolledOver);
        }
        if !outcome.damage.is_empty() {
            coverage.note(SourceState::Damaged);
        }
        outcome
    }
}

/// The restart page at that offset; `None` where a log that was never written to has none: Linux'
/// mkntfs fills it with ones.
fn restart_page(bytes: &dyn ReadAt, offset: u64) -> Result<Option<RestartPage>, String> {
    const LARGEST: u64 = 65_536;
    let mut page = read_vec_at(bytes, offset, LARGEST).map_err(|error| error.to_string())?;
    let head = page.get(..4).unwrap_or_default();
    if head.iter().all(|byte| *byte == 0xFF) {
        return Ok(None);
    }
    RestartPage::parse(&mut page, offset).map(Some)
}
