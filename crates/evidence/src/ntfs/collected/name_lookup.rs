//! A search of names in the folders of a file table, where no folder's index is at hand.

use std::hash::{DefaultHasher, Hasher};

use super::super::file_table::{FileTable, TableName};
use super::super::upcase::UpCase;

/// The names of files in use, by folder and name without case.
pub(super) struct NameLookup {
    upcase: UpCase,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    parent: u32,
    hash: u32,
    /// The place of the name in the table.
    place: u32,
}

/// The most names of one folder that are compared with a wanted one. A file table in which more
/// are the same without case was made to be.
const MOST_COMPARED: usize = 1_000;

impl NameLookup {
    pub(super) fn new(table: &FileTable) -> Self {
        let mut lookup = Self {
            upcase: UpCase::of_unicode(),
            rows: Vec::new(),
        };
        for (place, name) in (0_u32..).zip(table.names()) {
            let in_use = table.state(name.file.record()).in_use;
            let Some(parent) = u32::try_from(name.parent.record()).ok().filter(|_| in_use) else {
                continue;
            };
            lookup.rows.push(Row {
                parent,
                hash: lookup.hash(&name.name.to_text()),
                place,
            });
        }
        lookup.rows.sort_unstable();
        lookup
    }

    /// A hash of a name without case. The text is hashed, so that a name is found as it is shown.
    fn hash(&self, name: &str) -> u32 {
        let mut hasher = DefaultHasher::new();
        for unit in name.encode_utf16() {
            hasher.write_u16(self.upcase.upper(unit));
        }
        let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// Whether two names are the same without case.
    pub(super) fn same(&self, left: &str, right: &str) -> bool {
        let (left, right) = (left.encode_utf16(), right.encode_utf16());
        self.upcase.compare(left, right).is_eq()
    }

    /// The name of a file in use in a folder that `fits`: spelled exactly so, else without case; a
    /// long name before a short one.
    pub(super) fn find<'t>(
        &self,
        table: &'t FileTable,
        parent: u64,
        wanted: &str,
        fits: impl Fn(&TableName<'_>) -> bool,
    ) -> Option<TableName<'t>> {
        let key = (u32::try_from(parent).ok()?, self.hash(wanted));
        let from = self
            .rows
            .partition_point(|row| (row.parent, row.hash) < key);
        let same = self.rows.get(from..).unwrap_or_default().iter();
        same.take_while(|row| (row.parent, row.hash) == key)
            .take(MOST_COMPARED)
            .filter_map(|row| table.name_at(usize::try_from(row.place).ok()?))
            .filter(|name| fits(name) && self.same(&name.name.to_text(), wanted))
            .min_by_key(|name| {
                let is_spelled_so = name.name.to_text() == wanted;
                (!is_spelled_so, name.namespace.is_short_only())
            })
    }
}
