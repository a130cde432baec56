//! A FAT volume as its tree of folders needs it: folders, contents, and what deleted ones left.

use std::io;
use std::sync::Arc;

use super::boot_sector::BootSector;
use super::folder::Assembly;
use super::short_name::Choice;
use super::slot::{ERASED, ShortEntry, is_long_name};
use crate::fat_family::chain::{self, Length};
use crate::fat_family::cluster_file::ClusterFile;
use crate::fat_family::folder::{Folder, FolderPlace, Record};
use crate::fat_family::heap::Heap;
use crate::fat_family::notes::Notes;
use crate::fat_family::open_error::refused;
use crate::fat_family::slots::{self, Piece, SLOT, Slot, Stretch};
use crate::fat_family::table::{Table, Width};
use crate::fat_family::tree::Volume;
use crate::fat_family::u8_at;
use crate::{EntryKind, FileTimes, ReadAt, read_exact_at};

/// The most bytes of a folder: twice what Windows allows (65,536 slots).
const LONGEST_FOLDER: u64 = 4 << 20;

/// What the parts of a volume are.
pub(super) struct FatLayout {
    pub(super) heap: Heap,
    pub(super) table: Table,
    pub(super) width: Width,
    /// The root folder of FAT12 and FAT16.
    root: Stretch,
    root_cluster: u32,
    pub(super) choice: Choice,
    pub(super) notes: Notes,
}

impl FatLayout {
    pub(super) fn new(volume: &Arc<dyn ReadAt>, boot: &BootSector, notes: Notes) -> Self {
        // Where one copy alone is kept, the others are out of date.
        let copies = match boot.only_table.and_then(|copy| boot.tables.get(copy)) {
            Some(only) => vec![*only],
            None => boot.tables.clone(),
        };
        Self {
            heap: Heap {
                volume: Arc::clone(volume),
                start: boot.heap_at,
                cluster_size: u64::from(boot.cluster_size),
                count: boot.clusters,
            },
            table: Table::new(
                Arc::clone(volume),
                copies,
                boot.table_length,
                boot.width,
                boot.clusters,
            ),
            width: boot.width,
            root: Stretch {
                at: boot.root_at,
                length: boot.root_length,
            },
            root_cluster: boot.root_cluster,
            choice: Choice::Unknown,
            notes,
        }
    }

    /// The root folder, with its labels and with votes on the code page. What is come upon goes
    /// to `notes`.
    pub(super) fn assemble_root<'a>(&'a self, notes: &'a Notes) -> io::Result<Assembly<'a>> {
        let mut assembly = Assembly::new(&self.heap, self.width, self.choice, notes);
        assembly.counts_votes = true;
        self.assemble(self.root(), assembly)
    }

    /// Puts together what stands in a folder.
    fn assemble<'a>(
        &'a self,
        place: FolderPlace,
        mut assembly: Assembly<'a>,
    ) -> io::Result<Assembly<'a>> {
        let stretches = if place.first == 0 {
            if self.width == Width::Fat32 {
                return Err(refused("it has no cluster"));
            }
            vec![self.root]
        } else {
            if !self.heap.contains(place.first) {
                return Err(refused(format!(
                    "its first cluster, {}, does not exist",
                    place.first
                )));
            }
            let most = self.heap.clusters_for(LONGEST_FOLDER);
            let chain = chain::follow(&self.table, place.first, Length::AtMost(most));
            self.note_chain("the folder", place.first, &chain);
            slots::stretches(&self.heap, &chain)
        };
        self.read(&stretches, &mut assembly);
        Ok(assembly)
    }

    fn read(&self, stretches: &[Stretch], assembly: &mut Assembly<'_>) {
        let volume = self.heap.volume.as_ref();
        slots::for_each(volume, stretches, &self.notes, &mut |piece| {
            assembly.take(piece);
            true
        });
        assembly.end();
    }

    fn note_chain(&self, what: &str, first: u32, chain: &chain::Chain) {
        if let Some(reason) = &chain.broken {
            self.notes
                .add(format!("{what} at cluster {first} is not whole: {reason}"));
        }
        if chain.second_copy {
            self.notes.add(format!(
                "{what} at cluster {first} was followed in the second file allocation table, \
                 because the first is damaged there"
            ));
        }
    }

    /// The folder that begins at `cluster`, if all of it is still there: its first slots name
    /// the folder itself and the one above. `parent` is checked where it is given.
    fn is_folder_at(&self, cluster: u32, parent: Option<u32>) -> io::Result<bool> {
        let Some(at) = self.heap.offset_of(cluster) else {
            return Ok(false);
        };
        let mut bytes = [0; SLOT * 2];
        read_exact_at(self.heap.volume.as_ref(), at, &mut bytes)?;
        let (slots, _) = bytes.as_chunks::<SLOT>();
        let [itself, above] = slots else {
            return Ok(false);
        };
        let itself = ShortEntry::parse(itself, self.width);
        let above = ShortEntry::parse(above, self.width);
        Ok(itself.name == *b".          "
            && itself.is_dots()
            && itself.first == cluster
            && above.name == *b"..         "
            && above.is_dots()
            && parent.is_none_or(|parent| above.first == parent))
    }

    /// The first cluster of a deleted folder.
    fn deleted_folder_start(&self, record: &Record, parent: u32) -> Result<u32, String> {
        let unreadable = |error: io::Error| format!("its cluster cannot be read: {error}");
        if self.is_folder_at(record.first, None).map_err(unreadable)? {
            return Ok(record.first);
        }
        let mut found = None;
        for cluster in self.with_other_upper_halves(record.first) {
            let is_it = self
                .is_folder_at(cluster, Some(parent))
                // What cannot be read is not it; another may be.
                .unwrap_or(false);
            if is_it && found.replace(cluster).is_some() {
                return Err(
                    "the upper half of its first cluster is lost, and more than one folder fits"
                        .to_owned(),
                );
            }
        }
        found.ok_or_else(|| {
            format!(
                "cluster {}, where it began, does not hold this folder any more",
                record.first
            )
        })
    }

    /// The clusters of the volume that differ from `cluster` in the upper 16 bits only. In FAT32
    /// Windows sets these to 0 when it deletes an entry.
    pub(super) fn with_other_upper_halves(&self, cluster: u32) -> impl Iterator<Item = u32> {
        let applies = self.width == Width::Fat32 && cluster >> 16 == 0;
        let heap = self.heap.clone();
        (1..=0x0FFF_u32)
            .take_while(move |_| applies)
            .map(move |upper| (upper << 16) | cluster)
            .take_while(move |cluster| heap.contains(*cluster))
    }

    /// The stretches of a deleted folder: its table entries are gone, so the clusters behind the
    /// first one are taken as long as they are free and hold nothing but directory entries.
    fn deleted_folder_stretch(&self, first: u32) -> Result<Stretch, String> {
        let mut table = self.table.reader(0);
        let mut is_free = |cluster| {
            table
                .link(cluster)
                .map(|link| link == crate::fat_family::table::Link::Free)
                .map_err(|error| format!("whether its clusters are in use cannot be read: {error}"))
        };
        if !is_free(first)? {
            return Err(format!(
                "its cluster {first} is in use again, so what stands there may be another's"
            ));
        }
        let most = self.heap.clusters_for(LONGEST_FOLDER);
        let mut count = 1_u64;
        let mut last = first;
        while count < most && !self.cluster_has_end(last) {
            let Some(next) = last.checked_add(1).filter(|next| self.heap.contains(*next)) else {
                break;
            };
            if !is_free(next)? || !self.has_only_entries(next) {
                break;
            }
            last = next;
            count = count.saturating_add(1);
        }
        let at = self
            .heap
            .offset_of(first)
            .ok_or_else(|| "its cluster does not exist".to_owned())?;
        Ok(Stretch {
            at,
            length: count.saturating_mul(self.heap.cluster_size),
        })
    }

    fn cluster_slots(&self, cluster: u32, visit: &mut dyn FnMut(Option<&Slot>) -> bool) {
        let Some(at) = self.heap.offset_of(cluster) else {
            return;
        };
        let stretch = Stretch {
            at,
            length: self.heap.cluster_size,
        };
        let volume = self.heap.volume.as_ref();
        slots::for_each(volume, &[stretch], &self.notes, &mut |piece| match piece {
            Piece::Slot(slot) => visit(Some(&slot)),
            Piece::Gap => visit(None),
        });
    }

    fn cluster_has_end(&self, cluster: u32) -> bool {
        let mut has_end = false;
        self.cluster_slots(cluster, &mut |slot| {
            has_end = slot.is_none_or(|slot| u8_at(&slot.bytes, 0) == super::slot::END);
            !has_end
        });
        has_end
    }

    fn has_only_entries(&self, cluster: u32) -> bool {
        let mut entries = 0_u32;
        let mut is_sound = true;
        self.cluster_slots(cluster, &mut |slot| {
            let Some(slot) = slot else {
                is_sound = false;
                return false;
            };
            if u8_at(&slot.bytes, 0) == super::slot::END {
                return false;
            }
            let entry = ShortEntry::parse(&slot.bytes, self.width);
            is_sound = if is_long_name(&slot.bytes) {
                super::long_name::is_sound(&slot.bytes)
            } else {
                entries = entries.saturating_add(1);
                entry.is_surely_sound(&self.heap) && !entry.is_dots()
            };
            is_sound
        });
        is_sound && entries > 0
    }
}

impl Volume for FatLayout {
    fn root(&self) -> FolderPlace {
        FolderPlace {
            first: self.root_cluster,
            contiguous: false,
            length: None,
        }
    }

    fn folder(&self, place: FolderPlace) -> io::Result<Folder> {
        let assembly = Assembly::new(&self.heap, self.width, self.choice, &self.notes);
        Ok(self.assemble(place, assembly)?.out)
    }

    fn fold(&self, name: &str) -> String {
        name.to_lowercase()
    }

    fn record_at(&self, at: u64, deleted: bool) -> io::Result<Record> {
        let mut slot = [0; SLOT];
        read_exact_at(self.heap.volume.as_ref(), at, &mut slot)?;
        let entry = ShortEntry::parse(&slot, self.width);
        let first_byte = u8_at(&slot, 0);
        let is_entry = !is_long_name(&slot)
            && !entry.is_label()
            && first_byte != super::slot::END
            && (deleted || (first_byte != ERASED && entry.is_possible()));
        if !is_entry {
            return Err(refused(format!("no directory entry stands at byte {at}")));
        }
        let size = match entry.kind() {
            EntryKind::File => u64::from(entry.size),
            _ => 0,
        };
        Ok(Record {
            name: String::new(),
            aliases: Vec::new(),
            kind: entry.kind(),
            size,
            valid: size,
            times: FileTimes::default(),
            first: entry.first,
            contiguous: false,
            deleted,
            at,
            untrusted: None,
        })
    }

    fn content(&self, record: &Record) -> io::Result<Arc<dyn ReadAt>> {
        if record.size == 0 {
            return Ok(Arc::new(Vec::new()));
        }
        if record.first == 0 {
            return Err(refused("its entry names no cluster, though it has a size"));
        }
        if !self.heap.contains(record.first) {
            return Err(refused(format!(
                "its first cluster, {}, does not exist",
                record.first
            )));
        }
        let clusters = self.heap.clusters_for(record.size);
        let chain = if record.deleted {
            self.deleted_content(record.first, clusters)?
        } else {
            let chain = chain::follow(&self.table, record.first, Length::Exactly(clusters));
            self.note_chain("the file", record.first, &chain);
            chain
        };
        Ok(Arc::new(ClusterFile::new(
            &self.heap,
            chain,
            record.size,
            record.size,
        )))
    }

    fn deleted_folder(&self, record: &Record, parent: u32) -> Result<Folder, String> {
        // In a folder below the root folder, `..` names cluster 0, in FAT32 too.
        let parent = if parent == self.root_cluster {
            0
        } else {
            parent
        };
        let first = self.deleted_folder_start(record, parent)?;
        let stretch = self.deleted_folder_stretch(first)?;
        let mut assembly = Assembly::new(&self.heap, self.width, self.choice, &self.notes);
        assembly.erased = true;
        self.read(&[stretch], &mut assembly);
        Ok(assembly.out)
    }

    fn clusters_size(&self) -> u64 {
        self.heap.size_there()
    }

    fn notes(&self) -> &Notes {
        &self.notes
    }
}
