//! What one segment file holds, as its sections say: the same for both versions of the format.

use super::acquisition::ReadErrors;
use super::geometry::Geometry;
use super::header_text::{HeaderText, Source};
use super::notes::Notes;
use crate::container::{Fact, HashAlgorithm, StoredHash};

/// The most descriptions of the media, and the most hashes, facts and texts of one segment that are
/// kept. A real one has one or two of each; a hostile one could have a million.
const MOST: usize = 16;

/// What stands in one segment file.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Its tables of chunks in order, and where some may be lost between them.
    pub(super) items: Vec<Item>,
    /// The sizes of the media, and whether their checksum is right, in the order of preference.
    pub(super) geometries: Vec<(Geometry, bool)>,
    pub(super) texts: Vec<HeaderText>,
    /// How many texts were unpacked, sound or not: each may be a bomb.
    texts_unpacked: usize,
    pub(super) hashes: Vec<StoredHash>,
    pub(super) read_errors: ReadErrors,
    pub(super) facts: Vec<Fact>,
    pub(super) notes: Notes,
    /// It says that it is the last segment.
    pub(super) is_last: bool,
    /// It says that another segment follows.
    pub(super) has_next: bool,
    /// Where the list of files of logical evidence stands, and its length.
    pub(super) tree: Option<(u64, u64)>,
    /// It is encrypted.
    pub(super) encrypted: bool,
}

/// A table of chunks, or a place where chunks are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Table(Table),
    /// Here a number of chunks that is not known may be missing, for this reason.
    Gap(String),
}

/// Where a table of chunks stands, and how many chunks it lists. The list itself is read when one
/// of its chunks is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// How many chunks it lists.
    pub(super) count: u32,
    /// How and where.
    pub(super) form: Form,
}

/// The two forms of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// 32 bits a chunk: an offset from a base, and whether the chunk is compressed.
    Version1 {
        /// Where the list begins.
        entries: u64,
        /// Where its copy in `table2` begins.
        copy: Option<u64>,
        /// What offsets count from.
        base: u64,
        /// Where the section of the table begins.
        section: u64,
        /// Where it ends.
        section_end: u64,
    },
    /// 16 bytes a chunk.
    Version2 {
        /// Where the list begins.
        entries: u64,
        /// The number of its first chunk in the whole image.
        first: u64,
    },
}

impl Contents {
    /// Adds a stored hash, unless it is only zeros, which means none.
    pub(super) fn add_hash(&mut self, algorithm: HashAlgorithm, bytes: Option<&[u8]>) {
        let Some(bytes) = bytes.filter(|bytes| bytes.iter().any(|byte| *byte != 0)) else {
            return;
        };
        let hash = StoredHash {
            algorithm,
            value: super::fields::hex(bytes),
        };
        if !self.hashes.contains(&hash) && self.hashes.len() < MOST {
            self.hashes.push(hash);
        }
    }

    /// Adds a description of the media: before the others when it is preferred to them.
    pub(super) fn add_geometry(&mut self, geometry: Geometry, sound: bool, preferred: bool) {
        if self.geometries.len() < MOST {
            let place = if preferred { 0 } else { self.geometries.len() };
            self.geometries.insert(place, (geometry, sound));
        }
    }

    /// Adds facts.
    pub(super) fn add_facts(&mut self, facts: impl IntoIterator<Item = Fact>) {
        let room = MOST.saturating_sub(self.facts.len());
        self.facts.extend(facts.into_iter().take(room));
    }

    /// Whether a text of that source is worth unpacking: all but the first that is sound say
    /// nothing more.
    pub(super) fn wants_text(&self, source: Source) -> bool {
        self.texts_unpacked < MOST && !self.texts.iter().any(|text| text.source() == source)
    }

    /// Unpacks a text that is wanted; `place` is where its section stands, for messages.
    pub(super) fn add_text(&mut self, source: Source, data: &[u8], place: &str) {
        self.texts_unpacked = self.texts_unpacked.saturating_add(1);
        match HeaderText::read(source, data) {
            Some(text) => self.texts.push(text),
            None => self.notes.add(format!("{place} cannot be read")),
        }
    }

    /// Says that chunks may be lost here.
    pub(super) fn add_gap(&mut self, reason: String) {
        self.items.push(Item::Gap(reason));
    }

    /// The sizes whose checksum is right, if any.
    pub(super) fn sound_geometry(&self) -> Option<&Geometry> {
        let sound = self.geometries.iter().find(|(_, sound)| *sound);
        sound.map(|(geometry, _)| geometry)
    }

    /// The sizes that this segment says, if any.
    pub(super) fn geometry(&self) -> Option<&Geometry> {
        let coherent = || {
            self.geometries.iter().find(|(geometry, _)| {
                // Logicube leaves the checksum 0; and a flipped bit elsewhere in the section
                // leaves these alone.
                let sizes = geometry.sizes();
                sizes.is_ok_and(|sizes| sizes.chunks > 0 && sizes.chunks == geometry.chunk_count)
            })
        };
        self.sound_geometry()
            .or_else(|| coherent().map(|(geometry, _)| geometry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::geometry::MediaKind;
    use super::*;

    #[test]
    fn bombs_are_not_unpacked_one_after_the_other() {
        let mut contents = Contents::default();
        let mut unpacked = 0;
        for _ in 0..1000 {
            if contents.wants_text(Source::Header) {
                unpacked += 1;
                contents.add_text(Source::Header, b"no text", "here");
            }
        }
        assert_eq!(unpacked, MOST);
    }

    #[test]
    fn what_is_said_again_and_again_is_kept_a_few_times() {
        let mut contents = Contents::default();
        for number in 0..1000_u32 {
            let geometry = Geometry {
                media: MediaKind::Fixed,
                chunk_count: 0,
                sectors_per_chunk: 64,
                bytes_per_sector: 512,
                sectors: u64::from(number),
                physical: None,
                write_blocker: None,
                compression: None,
                error_granularity: None,
                set: None,
                short: false,
            };
            contents.add_geometry(geometry, true, true);
            contents.add_hash(HashAlgorithm::Md5, Some(&number.to_le_bytes()));
            contents.add_facts([Fact::new("sessions", number.to_string())]);
        }
        assert_eq!(contents.geometries.len(), MOST);
        assert_eq!(contents.hashes.len(), MOST);
        assert_eq!(contents.facts.len(), MOST);
    }
}
