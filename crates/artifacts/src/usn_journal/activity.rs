//! What was done to a file, told from the records about it.

use std::collections::{HashMap, HashSet, VecDeque};

use super::intern::Keyed;
use super::journal::Journal;
use super::reason::Reasons;
use super::record::FileId;

/// One change of a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Activity {
    /// The number of the record that shows it; its time is the time of the change.
    pub record: u32,
    /// What was done.
    pub kind: FileActivity,
    /// Whether this record is the first with the reason. `false` where records before it are
    /// missing that may have had it, too: then the change is not later than the record, and may be
    /// earlier.
    pub exact: bool,
}

/// What was done to a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileActivity {
    /// It was created.
    Created,
    /// It was deleted.
    Deleted,
    /// It was renamed or moved. The activity's record has the new name and folder.
    Renamed {
        /// The record with the old name and folder; `None` where it is missing.
        from: Option<u32>,
    },
    /// It was renamed or moved, and the record with the new name is missing. The activity's record
    /// has the old name and folder.
    RenamedToUnknown,
    /// Its content was written, made longer or cut.
    DataWritten,
    /// An alternate stream was written, added, taken away or renamed.
    StreamChanged,
    /// Its attributes or times were set.
    BasicInfoChanged,
    /// Its access rights were changed.
    SecurityChanged,
    /// A hard link to it was added or taken away.
    LinksChanged,
    /// Something else, by its reasons.
    Other(Reasons),
    /// It was closed after changes.
    Closed,
}

/// The activities of a journal, in the order of the records.
pub struct Activities<'j> {
    journal: &'j Journal,
    /// The files that are asked for; `None` for all.
    only: Option<&'j HashSet<FileId>>,
    next: u32,
    /// The next row that begins a stretch.
    stretch: u32,
    open: HashMap<FileId, Session, Keyed>,
    ready: VecDeque<Activity>,
}

/// What is known of a file between its first change and its closing.
#[derive(Clone, Copy, Default)]
struct Session {
    seen: Reasons,
    /// The record with an old name whose new name has not come yet.
    old_name: Option<u32>,
}

/// What has a kind of its own.
const KINDS: [(Reasons, FileActivity); 8] = [
    (Reasons::FILE_CREATE, FileActivity::Created),
    (Reasons::DATA, FileActivity::DataWritten),
    (Reasons::STREAMS, FileActivity::StreamChanged),
    (Reasons::BASIC_INFO_CHANGE, FileActivity::BasicInfoChanged),
    (Reasons::SECURITY_CHANGE, FileActivity::SecurityChanged),
    (Reasons::HARD_LINK_CHANGE, FileActivity::LinksChanged),
    (Reasons::FILE_DELETE, FileActivity::Deleted),
    (Reasons::CLOSE, FileActivity::Closed),
];

const RENAMES: Reasons = Reasons(Reasons::RENAME_OLD_NAME.0 | Reasons::RENAME_NEW_NAME.0);

impl<'j> Activities<'j> {
    pub(super) fn new(journal: &'j Journal, only: Option<&'j HashSet<FileId>>) -> Self {
        Self {
            journal,
            only,
            next: 0,
            stretch: 0,
            open: HashMap::default(),
            ready: VecDeque::new(),
        }
    }

    /// Old names whose new names are missing.
    fn end_stretch(&mut self) {
        let mut lost: Vec<u32> = self
            .open
            .drain()
            .filter_map(|(_, session)| session.old_name)
            .collect();
        lost.sort_unstable();
        self.ready.extend(lost.into_iter().map(renamed_to_unknown));
    }

    fn ready(&mut self, record: u32, kind: FileActivity, exact: bool) {
        self.ready.push_back(Activity {
            record,
            kind,
            exact,
        });
    }

    fn add(&mut self, number: u32) {
        let rows = &self.journal.rows;
        let Some(row) = rows.row(number) else {
            return;
        };
        let reasons = row.reasons;
        let file = rows.file(number, row);
        if self.only.is_some_and(|files| !files.contains(&file)) {
            return;
        }
        let session = self.open.get(&file).copied();
        // A record is written for each new reason, so the only one in it is new.
        let alone = !reasons.has(Reasons::CLOSE) && reasons.0.count_ones() == 1;
        let exact = session.is_some() || alone;
        let mut session = session.unwrap_or_default();
        let new = Reasons(reasons.0 & !session.seen.0);
        self.rename(number, reasons, new, &mut session, exact);
        let mut rest = Reasons(new.0 & !RENAMES.0);
        for (of_kind, kind) in KINDS {
            // Data is written many times between opening and closing; the first time counts.
            if rest.has_any(of_kind) && !session.seen.has_any(of_kind) {
                self.ready(number, kind, exact || kind == FileActivity::Closed);
            }
            rest = Reasons(rest.0 & !of_kind.0);
        }
        if rest != Reasons::default() {
            self.ready(number, FileActivity::Other(rest), exact);
        }
        if reasons.has(Reasons::CLOSE) {
            if let Some(lost) = session.old_name {
                self.ready.push_back(renamed_to_unknown(lost));
            }
            self.open.remove(&file);
        } else {
            session.seen = reasons;
            self.open.insert(file, session);
        }
    }

    fn rename(
        &mut self,
        number: u32,
        reasons: Reasons,
        new: Reasons,
        session: &mut Session,
        exact: bool,
    ) {
        if reasons.is_old_name() {
            if let Some(lost) = session.old_name.replace(number) {
                self.ready.push_back(renamed_to_unknown(lost));
            }
        } else if reasons.has(Reasons::RENAME_NEW_NAME) {
            let from = session.old_name.take();
            if from.is_some() || new.has(Reasons::RENAME_NEW_NAME) {
                let exact = exact || from.is_some();
                self.ready(number, FileActivity::Renamed { from }, exact);
            }
        }
    }
}

const fn renamed_to_unknown(record: u32) -> Activity {
    Activity {
        record,
        kind: FileActivity::RenamedToUnknown,
        exact: true,
    }
}

impl Iterator for Activities<'_> {
    type Item = Activity;

    fn next(&mut self) -> Option<Activity> {
        loop {
            if let Some(activity) = self.ready.pop_front() {
                return Some(activity);
            }
            if self.next >= self.stretch {
                self.end_stretch();
                self.stretch = self.journal.stretch_of(self.next).1;
                if self.next >= self.journal.len() {
                    return self.ready.pop_front();
                }
                continue;
            }
            let number = self.next;
            self.next = self.next.saturating_add(1);
            self.add(number);
        }
    }
}
