//! The slack of folders' indexes on a volume.

use std::collections::HashSet;

use super::super::NtfsVolume;
use super::super::attribute::AttributeType;
use super::super::cluster_stream::ClusterStream;
use super::super::extents::Content;
use super::super::file::File;
use super::super::file_table::FileTable;
use super::super::folder::BlockNumbers;
use super::super::folder_paths::FolderPaths;
use super::super::index::{FOLDER_INDEX, IndexRoot, check_block};
use super::super::name::Name;
use super::super::reference::{FileReference, sequence_when_freed};
use super::{SlackName, SlackPlace, Wanted};
use crate::evidence_path::below;
use crate::fields::{narrowed, widened};
use crate::{Entry, EntryKind, FileTimes, Result, read_exact_at, read_vec_at};

/// The most names in the slack of one folder, and of a volume, that are kept to tell which are the
/// same.
const MOST_OF_FOLDER: usize = 100_000;
const MOST: usize = 2_000_000;

/// A bitmap of so many bytes is one of an index of 4 GiB.
const LARGEST_BITMAP: u64 = 128 << 10;

/// Blocks of an index that are read when nothing says its size.
const USUAL_BLOCK: u64 = 4096;

impl NtfsVolume {
    /// Gives every name in the unused part of a folder's index to `visit`: what stands in its
    /// records first, then block by block. The folder may be deleted: then all that its index held is
    /// given, as far as its clusters are free.
    ///
    /// A name can stand there several times, and its file can be there still; see
    /// [`FileTable::knows`].
    ///
    /// # Errors
    /// When the record with that number is not there or damaged. A damaged block costs what stands in
    /// it, and is among the notes.
    pub fn index_slack(&self, folder: u64, visit: &mut dyn FnMut(SlackName)) -> Result<()> {
        let mut left = self.core.clusters.volume.size();
        self.slack_within(folder, &mut left, visit)
    }

    /// As [`NtfsVolume::index_slack`], as long as bytes of blocks are `left` to be read: all indexes
    /// have no more than the volume.
    fn slack_within(
        &self,
        folder: u64,
        left: &mut u64,
        visit: &mut dyn FnMut(SlackName),
    ) -> Result<()> {
        let path = || format!("record {folder}");
        let file = File::load(&self.core, folder)
            .map_err(|error| self.unreadable(&path(), error.to_string()))?;
        if !file.is_folder() {
            return Ok(());
        }
        let wanted = Wanted::of(&file);
        wanted.in_records(&file, self.core.mft.record_size(), visit);
        let name: Vec<u8> = FOLDER_INDEX
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let name = Name::new(&name);
        let extents = match file.content(AttributeType::INDEX_ALLOCATION, name) {
            Ok(Some(Content::Clusters(extents))) => extents,
            Ok(_) => return Ok(()),
            Err(problem) => {
                let note = format!("the index of record {folder}: {problem}");
                self.core.notes.add(note);
                return Ok(());
            }
        };
        let root = match file.content(AttributeType::INDEX_ROOT, name) {
            Ok(Some(Content::Resident(value, _))) => IndexRoot::parse(&value).ok(),
            _ => None,
        };
        let size = root.map_or(USUAL_BLOCK, |root| u64::from(root.block_size));
        let numbers = BlockNumbers::new(self.core.clusters.size, size);
        let in_use = self.blocks_in_use(&file, name);
        let mut stream = ClusterStream::new(self.core.clusters.clone(), extents);
        if !file.record().in_use() {
            match self.core.cluster_bitmap() {
                Ok(bitmap) => stream = stream.of_deleted(bitmap),
                Err(_) => return Ok(()),
            }
        }
        for stored in stream.data_ranges() {
            for number in stored.start.div_ceil(size)..stored.end / size {
                if *left < size {
                    return Ok(());
                }
                *left = left.saturating_sub(size);
                let at = number.saturating_mul(size);
                let mut block = vec![0; narrowed(size)];
                if read_exact_at(&stream, at, &mut block).is_err()
                    || block.iter().all(|byte| *byte == 0)
                {
                    continue;
                }
                if let Err(problem) = check_block(&mut block, numbers.of_offset(at)) {
                    if file.record().in_use() && in_use(number) {
                        self.core.notes.add(format!(
                            "the index of record {folder}, block at byte {at}: {problem}"
                        ));
                    }
                    continue;
                }
                let place = |within: usize| SlackPlace::Index {
                    offset: at.saturating_add(widened(within)),
                    on_volume: stream.on_volume(at.saturating_add(widened(within))),
                };
                wanted.in_block(&block, !in_use(number), &place, visit);
            }
        }
        Ok(())
    }

    /// Whether a block of an index is in use, by its place. Without a bitmap all are held to be.
    fn blocks_in_use(&self, file: &File, name: Name<'_>) -> impl Fn(u64) -> bool {
        let bits = match file.content(AttributeType::BITMAP, name) {
            Ok(Some(Content::Resident(bits, _))) => Some(bits),
            Ok(Some(Content::Clusters(extents))) if file.record().in_use() => {
                let size = extents.size.min(LARGEST_BITMAP);
                let stream = ClusterStream::new(self.core.clusters.clone(), extents);
                read_vec_at(&stream, 0, size).ok()
            }
            _ => None,
        };
        move |number| {
            let byte = bits
                .as_ref()
                .and_then(|bits| bits.get(narrowed(number / 8)));
            byte.is_none_or(|byte| byte & (1 << (number % 8)) != 0)
        }
    }

    /// Entries of files of which nothing is known but a name in the slack of an index: another file
    /// has their record by now. Their content is gone, and of their times only the copies in the index
    /// are left.
    pub(in super::super) fn visit_slack(&self, table: &FileTable, visit: &mut dyn FnMut(Entry)) {
        let mut folders = FolderPaths::new(|folder| table.folder(folder));
        let mut seen: HashSet<(FileReference, FileReference, String)> = HashSet::new();
        let mut left = self.core.clusters.volume.size();
        for number in 0..table.record_count() {
            let state = table.state(number);
            if !state.readable || !state.folder || state.extension {
                continue;
            }
            let mut names: Vec<(FileReference, SlackName)> = Vec::new();
            let mut add = |name: SlackName| {
                if let Some(file) = name.file.filter(|file| table.has_lost(*file))
                    && names.len() < MOST_OF_FOLDER
                {
                    names.push((file, name));
                }
            };
            // Its record was read before.
            let _ = self.slack_within(number, &mut left, &mut add);
            let long: HashSet<FileReference> = names
                .iter()
                .filter(|(_, name)| !name.namespace.is_short_only())
                .map(|(file, _)| *file)
                .collect();
            for (file, name) in names {
                if name.namespace.is_short_only() && long.contains(&file) {
                    continue;
                }
                if seen.len() >= MOST {
                    self.core.notes.add(format!(
                        "more than {MOST} names stand in the unused part of indexes; the rest is \
                         left out"
                    ));
                    return;
                }
                let path = below(&folders.path(name.parent), &name.name);
                if seen.insert((file, name.parent, name.name.clone())) {
                    visit(entry(file, path, &name));
                }
            }
        }
    }
}

fn entry(file: FileReference, path: String, name: &SlackName) -> Entry {
    let folder = name.flags.folder();
    Entry {
        path,
        kind: if folder {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        size: if folder { 0 } else { name.size },
        times: FileTimes::default(),
        name_times: name.times,
        streams: Vec::new(),
        deleted: true,
        reference: Some(file.0),
    }
}

impl FileTable {
    /// Whether the table still has the record of a file that some reference names: it is there, or it
    /// was deleted and no other file got its record.
    #[must_use]
    pub fn knows(&self, file: FileReference) -> bool {
        let state = self.state(file.record());
        let sequence = if state.in_use {
            file.sequence()
        } else {
            sequence_when_freed(file.sequence())
        };
        state.readable && !state.extension && sequence == state.sequence
    }

    /// Whether the record of a file is another file's by now, as far as the table can tell.
    fn has_lost(&self, file: FileReference) -> bool {
        self.state(file.record()).readable && !self.knows(file)
    }
}
