//! Full paths, as they were at the time of each record.

use std::ops::Range;

use kusari_evidence::ntfs::Name;

use super::folder_versions::at;
use super::folders::Folders;

/// How surely a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStanding {
    /// By the record and the journal or file table without a gap between.
    Known,
    /// A folder on the way is known only from records, or the file table, beyond a place where
    /// records are missing: it may have had another name, or stood elsewhere, at that time.
    AcrossGap,
    /// A folder on the way is not known; the path begins with `?` in its place, and what stands
    /// behind that is known.
    Unknown,
}

/// Finds paths, and remembers those of the last folders. Quickest when asked in the order of the
/// records.
pub struct Paths<'f, 'j> {
    folders: &'f Folders<'j>,
    known: Vec<Known>,
    /// Bytes of all texts that are remembered.
    bytes: usize,
}

/// The path of a folder, for the rows for which it holds.
#[derive(Clone, Default)]
struct Known {
    rows: Range<u32>,
    standing: Option<PathStanding>,
    text: String,
}

/// What stands in a path for what is not known, as in the paths of deleted files.
const UNKNOWN: &str = "?";

/// No path of Windows has more folders or more units.
const DEEPEST: usize = 256;
const LONGEST: usize = 32_767;

/// How many bytes of paths are remembered.
const MOST_BYTES: usize = 64 << 20;

impl<'f, 'j> Paths<'f, 'j> {
    pub(super) fn new(folders: &'f Folders<'j>) -> Self {
        Self {
            folders,
            known: vec![Known::default(); folders.count()],
            bytes: 0,
        }
    }

    /// The path of the record with that number: relative to the volume's root, `/` between names.
    /// A record without a name (version 4) ends with `?`.
    #[must_use]
    pub fn of(&mut self, record: u32) -> String {
        let mut path = String::new();
        self.append(record, &mut path);
        path
    }

    /// Puts the path of a record behind what stands in `to`, and says how surely it is known.
    pub fn append(&mut self, record: u32, to: &mut String) -> PathStanding {
        let rows = &self.folders.journal.rows;
        match rows.row(record) {
            Some(row) => {
                let name = rows.name(row);
                self.append_at(Some(row.parent), name, record, to)
            }
            None => self.append_at(None, None, record, to),
        }
    }

    /// The path of the folder in which a record's file stood. The root is the empty path.
    pub fn folder_of(&mut self, record: u32) -> (&str, PathStanding) {
        match self.folders.journal.rows.row(record) {
            Some(row) => self.folder(row.parent, record),
            None => (UNKNOWN, PathStanding::Unknown),
        }
    }

    pub(super) fn append_at(
        &mut self,
        folder: Option<u32>,
        name: Option<Name<'_>>,
        row: u32,
        to: &mut String,
    ) -> PathStanding {
        let (path, standing) = match folder {
            Some(folder) => self.folder(folder, row),
            None => (UNKNOWN, PathStanding::Unknown),
        };
        to.push_str(path);
        if !path.is_empty() {
            to.push('/');
        }
        match name {
            Some(name) => {
                push_name(name, to);
                standing
            }
            None => {
                to.push_str(UNKNOWN);
                PathStanding::Unknown
            }
        }
    }

    fn is_known(&self, folder: u32, row: u32) -> bool {
        self.known
            .get(at(folder))
            .is_some_and(|known| known.standing.is_some() && known.rows.contains(&row))
    }

    fn folder(&mut self, folder: u32, row: u32) -> (&str, PathStanding) {
        if !self.is_known(folder, row) {
            self.look_up(folder, row);
        }
        match self.known.get(at(folder)) {
            Some(Known {
                standing: Some(standing),
                text,
                ..
            }) => (text, *standing),
            _ => (UNKNOWN, PathStanding::Unknown),
        }
    }

    /// Follows a folder up to one whose path is known, and remembers the paths of all on the way.
    fn look_up(&mut self, folder: u32, row: u32) {
        let journal = self.folders.journal;
        if self.bytes > MOST_BYTES {
            self.known.fill(Known::default());
            self.bytes = 0;
        }
        let mut way = Vec::new();
        let (mut here, mut units) = (folder, 0_usize);
        let mut path = loop {
            if self.is_known(here, row) {
                break self.known.get(at(here)).cloned().unwrap_or_default();
            }
            if self.folders.is_root(here) {
                let root = Known {
                    rows: 0..journal.len().max(1),
                    standing: Some(PathStanding::Known),
                    text: String::new(),
                };
                self.remember(here, &root);
                break root;
            }
            let found = self.folders.find(here, row);
            let Some(place) = found.place else {
                let unknown = Known {
                    rows: found.rows,
                    standing: Some(PathStanding::Unknown),
                    text: UNKNOWN.to_owned(),
                };
                self.remember(here, &unknown);
                break unknown;
            };
            units = units.saturating_add(place.name.bytes().len() / 2 + 1);
            if way.len() >= DEEPEST || units > LONGEST {
                // It leads round in a circle, or is no path of Windows.
                way.clear();
                let unknown = Known {
                    rows: row..row.saturating_add(1),
                    standing: Some(PathStanding::Unknown),
                    text: UNKNOWN.to_owned(),
                };
                self.remember(folder, &unknown);
                return;
            }
            way.push((here, place.name, found.standing, found.rows));
            here = place.parent;
        };
        for (folder, name, standing, rows) in way.into_iter().rev() {
            path.rows = path.rows.start.max(rows.start)..path.rows.end.min(rows.end);
            if standing == PathStanding::AcrossGap && path.standing == Some(PathStanding::Unknown) {
                // What stands behind a `?` is sure.
                UNKNOWN.clone_into(&mut path.text);
            } else {
                path.standing = path.standing.max(Some(standing));
                if !path.text.is_empty() {
                    path.text.push('/');
                }
                push_name(name, &mut path.text);
            }
            self.remember(folder, &path);
        }
    }

    fn remember(&mut self, folder: u32, path: &Known) {
        if let Some(known) = self.known.get_mut(at(folder)) {
            self.bytes = self
                .bytes
                .saturating_sub(known.text.len())
                .saturating_add(path.text.len());
            known.clone_from(path);
        }
    }
}

/// A name as [`Name::to_text`] gives it; most are plain ASCII, which is quicker.
fn push_name(name: Name<'_>, to: &mut String) {
    let units = name.bytes().as_chunks::<2>().0;
    let mut plain = [0_u8; 256];
    let mut others = units.len() > plain.len();
    for (to, [low, high]) in plain.iter_mut().zip(units) {
        *to = *low;
        others |= *high != 0 || !low.is_ascii() || *low == b'/' || *low == 0;
    }
    let text = plain.get(..units.len()).unwrap_or_default();
    match str::from_utf8(text) {
        Ok(text) if !others => to.push_str(text),
        _ => to.push_str(&name.to_text()),
    }
}
