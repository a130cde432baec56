//! One segment file of version 1.

use super::super::acquisition::{ERRORS_1, sessions};
use super::super::contents::{Contents, Form, Item, Table};
use super::super::fields::is_summed;
use super::super::file_header::Kind;
use super::super::header_text::{LONGEST_TEXT, Source};
use super::sections::{Found, Section, Type, walk};
use super::volume;
use crate::container::HashAlgorithm;
use crate::fields::{u32_at, u64_at};
use crate::{ReadAt, read_vec_at};

/// The longest section that is read whole: lists of read errors.
const LONGEST: u64 = 16 << 20;

/// Bytes before the entries of a table.
const TABLE_HEADER: u64 = 24;

/// Reads what the sections of a segment say. `name` is the file's, for messages.
pub(in super::super) fn read(bytes: &dyn ReadAt, name: &str) -> Contents {
    let mut reader = Reader {
        bytes,
        name,
        contents: Contents::default(),
        table: None,
        sectors_without_table: false,
        broken: None,
    };
    for found in walk(bytes, Kind::Image1.header_length()) {
        match found {
            Found::Section(section) => reader.section(&section),
            Found::Break { at, reason } => reader.broken(at, reason),
        }
    }
    reader.finish()
}

/// The table that a `table2` may belong to.
struct LastTable {
    section: Section,
    /// Its place among the items, and whether its header is sound.
    item: usize,
    sound: bool,
}

struct Reader<'a> {
    bytes: &'a dyn ReadAt,
    name: &'a str,
    contents: Contents,
    table: Option<LastTable>,
    sectors_without_table: bool,
    /// Where the chain of sections was broken, until it is known what was lost there.
    broken: Option<(u64, &'static str)>,
}

impl Reader<'_> {
    fn broken(&mut self, at: u64, reason: &'static str) {
        self.contents
            .notes
            .add(format!("{}: {reason} (byte {at})", self.name));
        // Two breaks without a section between them are one.
        self.broken.get_or_insert((at, reason));
    }

    fn section(&mut self, section: &Section) {
        if section.contradicts {
            self.contents.notes.add(format!(
                "{}: the section at byte {} gives a size and a next section that contradict each \
                 other; the next section was followed",
                self.name, section.offset
            ));
        }
        self.settle_break(Some(section));
        match section.kind {
            Some(Type::Header2) => self.text(section, Source::Header2),
            Some(Type::Header) => self.text(section, Source::Header),
            Some(Type::Volume) => self.volume(section, true),
            Some(Type::Data) => self.volume(section, false),
            Some(Type::Sectors) => {
                self.settle_sectors();
                self.sectors_without_table = true;
                self.table = None;
            }
            Some(Type::Table) => self.new_table(section),
            Some(Type::Table2) => self.second_table(section),
            Some(Type::Next) => self.contents.has_next = true,
            Some(Type::Done) => self.contents.is_last = true,
            Some(Type::Hash) => self.hash(section, 36, &[(HashAlgorithm::Md5, 0, 16)]),
            Some(Type::Digest) => self.hash(
                section,
                80,
                &[(HashAlgorithm::Md5, 0, 16), (HashAlgorithm::Sha1, 16, 36)],
            ),
            Some(Type::Error2) => {
                let data = self.data(section, LONGEST);
                let contents = &mut self.contents;
                contents
                    .read_errors
                    .read(&data, &ERRORS_1, &mut contents.notes);
            }
            Some(Type::Session) => {
                let data = self.data(section, 36);
                self.contents.add_facts(sessions(&data));
            }
            Some(Type::Ltree) => self.contents.tree = Some((section.data(), section.length())),
            Some(Type::Other) | None => {}
        }
    }

    /// The data of a section, up to `most` bytes; what can be read of them.
    fn data(&mut self, section: &Section, most: u64) -> Vec<u8> {
        let length = section.length().min(most);
        read_vec_at(self.bytes, section.data(), length).unwrap_or_else(|error| {
            self.contents.notes.add(format!(
                "{}: the section at byte {} cannot be read: {error}",
                self.name, section.offset
            ));
            Vec::new()
        })
    }

    fn text(&mut self, section: &Section, source: Source) {
        if self.contents.wants_text(source) {
            let data = self.data(section, LONGEST_TEXT);
            let place = format!("{}: the header at byte {}", self.name, section.offset);
            self.contents.add_text(source, &data, &place);
        }
    }

    fn volume(&mut self, section: &Section, preferred: bool) {
        let data = self.data(section, 1052);
        let Some((geometry, sound)) = volume::read(&data) else {
            return;
        };
        if !sound {
            self.contents.notes.add(format!(
                "{}: the checksum of the volume data at byte {} is wrong",
                self.name, section.offset
            ));
        }
        self.contents.add_geometry(geometry, sound, preferred);
    }

    fn hash(&mut self, section: &Section, length: u64, parts: &[(HashAlgorithm, usize, usize)]) {
        let data = self.data(section, length);
        let sum = usize::try_from(length.saturating_sub(4)).unwrap_or(usize::MAX);
        if !is_summed(&data, sum) {
            self.contents.notes.add(format!(
                "{}: the stored hash at byte {} is damaged and not used",
                self.name, section.offset
            ));
            return;
        }
        for (algorithm, from, to) in parts {
            self.contents.add_hash(*algorithm, data.get(*from..*to));
        }
    }

    /// The table of a section whose header is sound.
    fn table_of(&mut self, section: &Section) -> Option<Table> {
        let header = self.data(section, TABLE_HEADER);
        if !is_summed(&header, 20) {
            return None;
        }
        let count = u32_at(&header, 0)?;
        let entries = section.data().saturating_add(TABLE_HEADER);
        let end = entries.saturating_add(u64::from(count).saturating_mul(4));
        (end <= section.end).then_some(Table {
            count,
            form: Form::Version1 {
                entries,
                copy: None,
                // Padding before EnCase 6, and 0 as a rule.
                base: u64_at(&header, 8)?,
                section: section.offset,
                section_end: section.end,
            },
        })
    }

    fn new_table(&mut self, section: &Section) {
        self.sectors_without_table = false;
        let table = self.table_of(section);
        let sound = table.is_some();
        let item = table.map_or_else(
            || {
                Item::Gap(format!(
                    "{}: the header of the table at byte {} is damaged",
                    self.name, section.offset
                ))
            },
            Item::Table,
        );
        self.table = Some(LastTable {
            section: *section,
            item: self.contents.items.len(),
            sound,
        });
        self.contents.items.push(item);
    }

    /// `table2` is a copy of the `table` before it; where that is lost, it stands for it.
    fn second_table(&mut self, section: &Section) {
        let Some(last) = self.table.take() else {
            self.new_table(section);
            self.table = None;
            return;
        };
        let Some(second) = self.table_of(section) else {
            self.contents.notes.add(format!(
                "{}: the header of the second table at byte {} is damaged",
                self.name, section.offset
            ));
            return;
        };
        let Some(item) = self.contents.items.get_mut(last.item) else {
            return;
        };
        match item {
            Item::Table(first) => {
                let same = first.count == second.count && same_base(&first.form, &second.form);
                if same && last.sound {
                    if let (Form::Version1 { copy, .. }, Form::Version1 { entries, .. }) =
                        (&mut first.form, second.form)
                    {
                        *copy = Some(entries);
                    }
                } else {
                    self.contents.notes.add(format!(
                        "{}: the tables at bytes {} and {} contradict each other; the first is used",
                        self.name, last.section.offset, section.offset
                    ));
                }
            }
            Item::Gap(reason) => {
                self.contents
                    .notes
                    .add(format!("{reason}; its copy is used"));
                *item = Item::Table(second);
            }
        }
    }

    /// Where the chain was broken: chunks may be lost there, unless what follows shows that only
    /// one descriptor is, and of which kind.
    fn settle_break(&mut self, next: Option<&Section>) {
        let Some((at, reason)) = self.broken.take() else {
            return;
        };
        if next.is_some_and(|next| self.only_one_lost(at, next)) {
            if next.is_some_and(|next| next.kind == Some(Type::Table2)) {
                // The table before it is the lost one, and not the one that came earlier.
                self.table = None;
            }
            return;
        }
        self.table = None;
        self.sectors_without_table = false;
        self.contents
            .add_gap(format!("{}: {reason} (byte {at})", self.name));
    }

    fn only_one_lost(&mut self, at: u64, next: &Section) -> bool {
        let lost = next.offset.saturating_sub(at);
        let size = |section: &Section| section.end.saturating_sub(section.offset);
        let second_table = self
            .table
            .as_ref()
            .is_some_and(|last| next.kind != Some(Type::Table2) && lost == size(&last.section));
        let table = next.kind == Some(Type::Table2) && lost == size(next);
        let sectors = matches!(next.kind, Some(Type::Table | Type::Table2))
            && self.first_chunk(next) == Some(at.saturating_add(super::sections::DESCRIPTOR));
        second_table || table || sectors
    }

    /// Where the first chunk of a table stands.
    fn first_chunk(&mut self, section: &Section) -> Option<u64> {
        let table = self.table_of(section)?;
        let Form::Version1 { entries, base, .. } = table.form else {
            return None;
        };
        let first = read_vec_at(self.bytes, entries, 4).ok()?;
        base.checked_add(u64::from(u32_at(&first, 0)? & 0x7fff_ffff))
    }

    /// Chunks that no table follows are lost.
    fn settle_sectors(&mut self) {
        if std::mem::take(&mut self.sectors_without_table) {
            self.contents
                .add_gap(format!("{}: chunks without a table", self.name));
        }
    }

    fn finish(mut self) -> Contents {
        self.settle_break(None);
        self.settle_sectors();
        self.contents
    }
}

fn same_base(one: &Form, other: &Form) -> bool {
    match (one, other) {
        (Form::Version1 { base, .. }, Form::Version1 { base: second, .. }) => base == second,
        _ => false,
    }
}
