//! Puts the segments of a set together to one image.

use std::sync::Arc;

use super::acquisition::ReadErrors;
use super::contents::{Contents, Item};
use super::geometry::{Geometry, Sizes};
use super::header_text::Source;
use super::media::{Media, SegmentFile};
use super::notes::Notes;
use super::placement::place;
use super::segments::Segments;
use crate::container::{Candidate, Container, Fact, HashAlgorithm, StoredHash};
use crate::{FormatError, ReadAt};

/// The most tables of one image. A terabyte in chunks of 32 KiB has two thousand.
const MOST_TABLES: usize = 1_000_000;

/// An image, opened.
pub(super) struct Image {
    pub(super) geometry: Geometry,
    pub(super) segments: Segments,
    pub(super) notes: Notes,
}

impl Image {
    /// Finds the segments of the set and checks that the image can be read.
    pub(super) fn open(candidate: &Candidate<'_>) -> Result<Self, FormatError> {
        let mut segments = Segments::find(candidate)?;
        let notes = std::mem::take(&mut segments.notes);
        let contents = || segments.found.iter().map(|segment| &segment.contents);
        if contents().any(|contents| contents.encrypted) {
            return Err(FormatError::Unsupported(
                "the image is encrypted by EnCase; how, is not published. Decrypt it with the \
                 program that made it"
                    .to_owned(),
            ));
        }
        match segments.header.compression {
            0 | 1 => {}
            2 => {
                return Err(FormatError::Unsupported(
                    "the image is compressed by bzip2, which is not read here; export it as raw \
                     or with deflate compression"
                        .to_owned(),
                ));
            }
            other => {
                return Err(FormatError::Unsupported(format!(
                    "compression method {other} of the image is not known"
                )));
            }
        }
        let geometry = contents().find_map(Contents::geometry).cloned();
        let geometry = geometry.ok_or_else(|| {
            let first = segments.missing.get(&1);
            let problem = first.map_or_else(
                || "no sound volume section says how large the media is".to_owned(),
                |reason| format!("{reason}; the size of the media stands only there"),
            );
            FormatError::malformed("volume", 0, problem)
        })?;
        Ok(Self {
            geometry,
            segments,
            notes,
        })
    }

    /// The media with these sizes.
    pub(super) fn media(&mut self, sizes: Sizes) -> Arc<dyn ReadAt> {
        let mut items = Vec::new();
        let mut next = 1_u32;
        let mut files = Vec::new();
        for (index, segment) in self.segments.found.iter_mut().enumerate() {
            // One gap for missing segments in a row: which of them holds a chunk is not known.
            let absent: Vec<&str> = self
                .segments
                .missing
                .range(next..segment.number)
                .map(|(_, reason)| reason.as_str())
                .take(3)
                .collect();
            if !absent.is_empty() {
                items.push((index, Item::Gap(absent.join("; "))));
            }
            next = segment.number.saturating_add(1);
            let own = std::mem::take(&mut segment.contents.items);
            items.extend(own.into_iter().map(|item| (index, item)));
            files.push(SegmentFile {
                name: segment.name.clone(),
                bytes: Arc::clone(&segment.bytes),
            });
        }
        if let Some(reason) = self.segments.missing.get(&next) {
            items.push((files.len(), Item::Gap(reason.clone())));
        }
        if items.len() > MOST_TABLES {
            items.truncate(MOST_TABLES);
            self.notes.add(format!(
                "only the first {MOST_TABLES} tables of chunks are read"
            ));
        }
        let finished = self.is_finished(sizes);
        let placement = place(items, sizes.chunks, finished, &mut self.notes);
        Arc::new(Media::new(files, placement, sizes))
    }

    /// Whether it is certain that the last table of the last segment ends with the last chunk: the
    /// set ends as it should, the numbers agree, and the hash that is written when all has been
    /// read is there.
    fn is_finished(&self, sizes: Sizes) -> bool {
        let last = self.segments.found.last();
        last.is_some_and(|last| last.contents.is_last && !last.contents.hashes.is_empty())
            && self.geometry.chunk_count == sizes.chunks
    }

    /// What the texts of all segments say. The first text of the best kind speaks for all.
    pub(super) fn facts(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let texts = || {
            let found = self.segments.found.iter();
            found.flat_map(|segment| &segment.contents.texts)
        };
        for source in [Source::CaseData, Source::Header2, Source::Header] {
            if let Some(text) = texts().find(|text| text.source() == source) {
                text.tell(&mut facts, &mut self.notes);
                break;
            }
        }
        if let Some(device) = texts().find(|text| text.source() == Source::Device) {
            device.tell(&mut facts, &mut self.notes);
        }
        facts.extend(self.geometry.facts());
        if self.segments.kind.is_version_2() {
            let set = self.segments.header.set.map(|set| set.to_string());
            facts.extend(set.map(|set| Fact::new("set identifier", set)));
        }
        let mut errors = ReadErrors::default();
        for segment in &mut self.segments.found {
            self.notes
                .extend(std::mem::take(&mut segment.contents.notes));
            facts.append(&mut segment.contents.facts);
            errors.add(std::mem::take(&mut segment.contents.read_errors));
        }
        facts.push(Fact::new("segments", self.segments.found.len().to_string()));
        errors.tell(&mut facts, &mut self.notes);
        facts
    }

    /// The hashes that are stored; two of one kind that differ are both given and noted.
    fn stored_hashes(&mut self) -> Vec<StoredHash> {
        let mut hashes: Vec<StoredHash> = Vec::new();
        for segment in &mut self.segments.found {
            for hash in std::mem::take(&mut segment.contents.hashes) {
                if !hashes.contains(&hash) {
                    hashes.push(hash);
                }
            }
        }
        for algorithm in [HashAlgorithm::Md5, HashAlgorithm::Sha1] {
            let count = hashes.iter().filter(|hash| hash.algorithm == algorithm);
            if count.count() > 1 {
                self.notes.add(format!(
                    "the image stores more than one {} of the media",
                    algorithm.name()
                ));
            }
        }
        hashes
    }

    /// The image as a container.
    pub(super) fn into_container(mut self) -> Result<Container, FormatError> {
        let sizes = self.geometry.sizes()?;
        let count = self.geometry.chunk_count;
        if count != 0 && count != sizes.chunks {
            self.notes.add(format!(
                "the image says that it has {count} chunks; its sectors fill {}",
                sizes.chunks
            ));
        }
        let media = self.media(sizes);
        let stored_hashes = self.stored_hashes();
        let facts = self.facts();
        let files = self
            .segments
            .found
            .iter()
            .map(|segment| segment.name.clone());
        Ok(Container {
            format: match (self.segments.kind.is_version_2(), self.geometry.short) {
                (true, _) => "Ex01",
                (false, true) => "S01",
                (false, false) => "E01",
            },
            media,
            sector_size: self.geometry.bytes_per_sector,
            facts,
            stored_hashes,
            files: files.collect(),
            notes: self.notes.into_vec(),
        })
    }
}
