//! One segment file of version 2.

use super::super::acquisition::{ERRORS_2, sessions};
use super::super::contents::{Contents, Form, Item, Table};
use super::super::fields::is_summed;
use super::super::file_header::Kind;
use super::super::geometry::{Geometry, MediaKind};
use super::super::header_text::{LONGEST_TEXT, Source};
use super::sections::{Found, Section, types, walk};
use crate::container::HashAlgorithm;
use crate::fields::{u32_at, u64_at};
use crate::{ReadAt, read_vec_at};

/// The longest section that is read whole.
const LONGEST: u64 = 16 << 20;

/// Bytes before the entries of a table: its header, and what pads it.
const TABLE_HEADER: u64 = 32;

/// Bytes of an entry of a table.
const TABLE_ENTRY: u64 = 16;

/// Reads what the sections of a segment say. `name` is the file's, for messages.
pub(in super::super) fn read(bytes: &dyn ReadAt, name: &str) -> Contents {
    let mut reader = Reader {
        bytes,
        name,
        contents: Contents::default(),
        sectors_without_table: false,
    };
    for found in walk(bytes, Kind::Image2.header_length()) {
        match found {
            Found::Section(section) => reader.section(&section),
            Found::Break(at) => reader.broken(at),
        }
    }
    reader.settle_sectors();
    reader.geometry();
    reader.contents
}

struct Reader<'a> {
    bytes: &'a dyn ReadAt,
    name: &'a str,
    contents: Contents,
    sectors_without_table: bool,
}

impl Reader<'_> {
    fn broken(&mut self, at: u64) {
        let reason = format!("{}: the chain of sections is broken (byte {at})", self.name);
        self.contents.notes.add(reason.clone());
        self.contents.add_gap(reason);
    }

    fn section(&mut self, section: &Section) {
        if section.encrypted || section.kind == types::KEYS {
            self.contents.encrypted = true;
            return;
        }
        match section.kind {
            types::DEVICE => self.text(section, Source::Device),
            types::CASE => self.text(section, Source::CaseData),
            types::SECTORS => {
                self.settle_sectors();
                self.sectors_without_table = true;
            }
            types::TABLE => self.table(section),
            types::ERRORS => {
                let data = self.data(section, LONGEST);
                let contents = &mut self.contents;
                contents
                    .read_errors
                    .read(&data, &ERRORS_2, &mut contents.notes);
            }
            types::SESSIONS => {
                let data = self.data(section, 32);
                self.contents.add_facts(sessions(&data));
            }
            types::MD5 => self.hash(section, HashAlgorithm::Md5, 16),
            types::SHA1 => self.hash(section, HashAlgorithm::Sha1, 20),
            types::NEXT => self.contents.has_next = true,
            types::DONE => self.contents.is_last = true,
            types::FILES => self.contents.tree = Some((section.data, section.length)),
            _ => {}
        }
    }

    fn data(&mut self, section: &Section, most: u64) -> Vec<u8> {
        let length = section.length.min(most);
        read_vec_at(self.bytes, section.data, length).unwrap_or_else(|error| {
            self.contents.notes.add(format!(
                "{}: the section at byte {} cannot be read: {error}",
                self.name, section.data
            ));
            Vec::new()
        })
    }

    fn text(&mut self, section: &Section, source: Source) {
        if self.contents.wants_text(source) {
            let data = self.data(section, LONGEST_TEXT);
            let place = format!("{}: the header at byte {}", self.name, section.data);
            self.contents.add_text(source, &data, &place);
        }
    }

    fn hash(&mut self, section: &Section, algorithm: HashAlgorithm, length: usize) {
        let data = self.data(section, 32);
        if is_summed(&data, length) {
            self.contents.add_hash(algorithm, data.get(..length));
        } else {
            self.contents.notes.add(format!(
                "{}: the stored hash at byte {} is damaged and not used",
                self.name, section.data
            ));
        }
    }

    fn table(&mut self, section: &Section) {
        self.sectors_without_table = false;
        let header = self.data(section, TABLE_HEADER);
        let table = self.table_of(section, &header);
        self.contents.items.push(table.map_or_else(
            || {
                Item::Gap(format!(
                    "{}: the header of the table at byte {} is damaged",
                    self.name, section.data
                ))
            },
            Item::Table,
        ));
    }

    fn table_of(&self, section: &Section, header: &[u8]) -> Option<Table> {
        if !is_summed(header, 16) {
            return None;
        }
        let count = u32_at(header, 8)?;
        let entries = section.data.checked_add(TABLE_HEADER)?;
        let length = u64::from(count).checked_mul(TABLE_ENTRY)?;
        let fits = TABLE_HEADER.checked_add(length)? <= section.length;
        fits.then_some(Table {
            count,
            form: Form::Version2 {
                entries,
                first: u64_at(header, 0)?,
            },
        })
    }

    fn settle_sectors(&mut self) {
        if std::mem::take(&mut self.sectors_without_table) {
            self.contents
                .add_gap(format!("{}: chunks without a table", self.name));
        }
    }

    /// The sizes stand in the two texts, of which every segment has a copy.
    fn geometry(&mut self) {
        let text = |source| {
            self.contents
                .texts
                .iter()
                .find(|text| text.source() == source)
        };
        let (device, case) = (text(Source::Device), text(Source::CaseData));
        let geometry = device.zip(case).and_then(|(device, case)| {
            Some(Geometry {
                media: match device.value("dt") {
                    Some("r") => MediaKind::Removable,
                    Some("f") => MediaKind::Fixed,
                    Some("c") => MediaKind::Optical,
                    Some("l") => MediaKind::Logical,
                    Some("a" | "m") => MediaKind::Memory,
                    Some("p") => MediaKind::Palm,
                    _ => MediaKind::Unknown,
                },
                chunk_count: case.number("tb").unwrap_or(0),
                sectors_per_chunk: case.number("sb")?,
                bytes_per_sector: device.number("bp")?,
                sectors: device.number("ts").unwrap_or(0),
                physical: Some(device.value("ph") == Some("1")),
                write_blocker: match case.value("wb") {
                    Some("1") => Some("FastBloc"),
                    Some("2") => Some("Tableau"),
                    _ => None,
                },
                compression: None,
                error_granularity: case.number("gr").filter(|sectors| *sectors != 0),
                // It stands in the header of every file and is compared there.
                set: None,
                short: false,
            })
        });
        // The texts carry a checksum of their own.
        if let Some(geometry) = geometry {
            self.contents.add_geometry(geometry, true, false);
        }
    }
}
