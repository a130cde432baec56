//! An exFAT volume as its tree of folders needs it: folders, contents, and what deleted ones left.

use std::io;
use std::sync::Arc;

use super::bitmap::Bitmap;
use super::boot_region::BootSector;
use super::entry_set::{self, WRONG_SUM};
use super::folder::Assembly;
use super::up_case::UpCase;
use crate::fat_family::chain::{self, Chain, Length, Run};
use crate::fat_family::cluster_file::ClusterFile;
use crate::fat_family::folder::{Folder, FolderPlace, Record};
use crate::fat_family::heap::{FIRST_CLUSTER, Heap};
use crate::fat_family::notes::Notes;
use crate::fat_family::open_error::refused;
use crate::fat_family::slots::{self, SLOT, Slot};
use crate::fat_family::table::{Link, Table, Width};
use crate::fat_family::tree::Volume;
use crate::fat_family::u8_at;
use crate::{ReadAt, read_exact_at};

/// The most bytes of a folder (specification 7.6.7).
const LONGEST_FOLDER: u64 = 256 << 20;

/// What the parts of a volume are.
pub(super) struct ExfatLayout {
    pub(super) heap: Heap,
    table: Table,
    root_cluster: u32,
    pub(super) up_case: UpCase,
    pub(super) bitmap: Option<Bitmap>,
    pub(super) notes: Notes,
}

impl ExfatLayout {
    pub(super) fn new(volume: &Arc<dyn ReadAt>, boot: &BootSector, notes: Notes) -> Self {
        // The table that is not active is out of date (specification 4).
        let active = boot.tables.get(usize::from(boot.active()));
        Self {
            heap: Heap {
                volume: Arc::clone(volume),
                start: boot.heap_at,
                cluster_size: u64::from(boot.cluster_size),
                count: boot.clusters,
            },
            table: Table::new(
                Arc::clone(volume),
                active.copied().into_iter().collect(),
                boot.table_length,
                Width::Exfat,
                boot.clusters,
            ),
            root_cluster: boot.root_cluster,
            up_case: UpCase::OfUnicode,
            bitmap: None,
            notes,
        }
    }

    /// The clusters of a file or folder of that many bytes.
    fn chain(&self, first: u32, contiguous: bool, bytes: u64) -> io::Result<Chain> {
        if !self.heap.contains(first) {
            return Err(refused(format!(
                "its first cluster, {first}, does not exist"
            )));
        }
        let clusters = self.heap.clusters_for(bytes);
        if contiguous {
            return Chain::contiguous(first, clusters)
                .ok_or_else(|| refused("it is longer than any volume"));
        }
        Ok(chain::follow(&self.table, first, Length::Exactly(clusters)))
    }

    /// The bytes of a chain that stands in the table, for the structures of the volume.
    pub(super) fn system_file(&self, first: u32, bytes: u64) -> io::Result<ClusterFile> {
        let chain = self.chain(first, false, bytes)?;
        Ok(ClusterFile::new(&self.heap, chain, bytes, bytes))
    }

    /// Puts together what stands in a folder; the assembly has what describes the volume, too.
    pub(super) fn assemble(&self, place: FolderPlace) -> io::Result<Assembly<'_>> {
        let chain = match place.length {
            Some(bytes) => {
                let bytes = bytes.min(LONGEST_FOLDER);
                self.chain(place.first, place.contiguous, bytes)?
            }
            None => {
                let most = self.heap.clusters_for(LONGEST_FOLDER);
                chain::follow(&self.table, place.first, Length::AtMost(most))
            }
        };
        if let Some(reason) = &chain.broken {
            self.notes.add(format!(
                "the folder at cluster {} is not whole: {reason}",
                place.first
            ));
        }
        let mut assembly = Assembly::new(&self.notes, false);
        self.read(&chain, &mut assembly);
        Ok(assembly)
    }

    fn read(&self, chain: &Chain, assembly: &mut Assembly<'_>) {
        let stretches = slots::stretches(&self.heap, chain);
        let volume = self.heap.volume.as_ref();
        slots::for_each(volume, &stretches, &self.notes, &mut |piece| {
            assembly.take(piece)
        });
        assembly.end();
    }

    /// The slots of the set that begins at that byte. Where it goes on in another cluster, that
    /// is the one which the table names, or the one behind it.
    fn set_at(&self, at: u64, by_table: bool) -> io::Result<Vec<Slot>> {
        let mut slots = Vec::new();
        let mut place = at;
        let mut wanted = 1_usize;
        while slots.len() < wanted {
            let mut bytes = [0; SLOT];
            read_exact_at(self.heap.volume.as_ref(), place, &mut bytes)?;
            if slots.is_empty() {
                wanted = usize::from(u8_at(&bytes, 1)).saturating_add(1);
            }
            slots.push(Slot { at: place, bytes });
            place = self.next_slot(place, by_table)?;
        }
        Ok(slots)
    }

    fn next_slot(&self, at: u64, by_table: bool) -> io::Result<u64> {
        let next = at.saturating_add(32);
        let inside = next.saturating_sub(self.heap.start);
        if !by_table || !inside.is_multiple_of(self.heap.cluster_size) {
            return Ok(next);
        }
        let index = (inside / self.heap.cluster_size).saturating_sub(1);
        let cluster = u32::try_from(index)
            .ok()
            .and_then(|index| index.checked_add(FIRST_CLUSTER))
            .filter(|cluster| self.heap.contains(*cluster))
            .ok_or_else(|| refused("it lies outside the clusters"))?;
        match self.table.reader(0).link(cluster)? {
            Link::Next(cluster) => self.heap.offset_of(cluster),
            _ => None,
        }
        .ok_or_else(|| refused("the folder ends inside it"))
    }

    fn bitmap(&self) -> io::Result<&Bitmap> {
        self.bitmap
            .as_ref()
            .ok_or_else(|| refused("the volume has no allocation bitmap that can be read"))
    }

    /// How many clusters of the chain are free, from its beginning on, and the first that is not.
    fn free_of(&self, chain: &Chain) -> io::Result<(Chain, Option<u32>)> {
        let bitmap = self.bitmap()?;
        let mut free = Chain::default();
        for run in &chain.runs {
            let mut count = 0_u32;
            let mut used = None;
            while count < run.count {
                let cluster = run.first.saturating_add(count);
                if !self.heap.contains(cluster) || !bitmap.is_free(cluster)? {
                    used = Some(cluster);
                    break;
                }
                count = count.saturating_add(1);
            }
            free.runs.push(Run {
                first: run.first,
                count,
            });
            free.clusters = free.clusters.saturating_add(u64::from(count));
            if used.is_some() {
                return Ok((free, used));
            }
        }
        Ok((free, None))
    }

    /// The clusters of a deleted file, if all of them are free. A chain in the table outlives the
    /// file, since exFAT frees clusters in the bitmap.
    fn deleted_content(&self, record: &Record) -> io::Result<Chain> {
        let chain = self.chain(record.first, record.contiguous, record.size)?;
        if let Some(reason) = &chain.broken {
            return Err(refused(format!("it is deleted, and {reason}")));
        }
        match self.free_of(&chain)? {
            (_, None) => Ok(chain),
            (_, Some(used)) => Err(refused(format!(
                "it is deleted, and its cluster {used} is in use by another now or does not exist"
            ))),
        }
    }
}

impl Volume for ExfatLayout {
    fn root(&self) -> FolderPlace {
        FolderPlace {
            first: self.root_cluster,
            contiguous: false,
            length: None,
        }
    }

    fn folder(&self, place: FolderPlace) -> io::Result<Folder> {
        Ok(self.assemble(place)?.out)
    }

    fn fold(&self, name: &str) -> String {
        self.up_case.fold(name)
    }

    fn record_at(&self, at: u64, deleted: bool) -> io::Result<Record> {
        let mut problem = None;
        for by_table in [true, false] {
            match self.set_at(at, by_table) {
                Ok(slots) => match entry_set::record(&slots, deleted) {
                    Ok((record, _)) if record.untrusted.is_none() => return Ok(record),
                    Ok(_) => problem = Some(refused(WRONG_SUM)),
                    Err(no_set) => {
                        problem.get_or_insert_with(|| refused(no_set.0));
                    }
                },
                Err(error) => {
                    problem.get_or_insert(error);
                }
            }
        }
        Err(problem.unwrap_or_else(|| refused("no directory entry stands there")))
    }

    fn content(&self, record: &Record) -> io::Result<Arc<dyn ReadAt>> {
        if let Some(reason) = record.untrusted {
            return Err(refused(reason));
        }
        if record.size == 0 {
            return Ok(Arc::new(Vec::new()));
        }
        let heap_size = u64::from(self.heap.count).saturating_mul(self.heap.cluster_size);
        if record.size > heap_size {
            return Err(refused(format!(
                "its entry says {} bytes, more than all {heap_size} of the volume",
                record.size
            )));
        }
        let chain = if record.deleted {
            self.deleted_content(record)?
        } else {
            self.chain(record.first, record.contiguous, record.size)?
        };
        Ok(Arc::new(ClusterFile::new(
            &self.heap,
            chain,
            record.size,
            record.valid,
        )))
    }

    fn deleted_folder(&self, record: &Record, _parent: u32) -> Result<Folder, String> {
        let bytes = record.size.min(LONGEST_FOLDER);
        let chain = self
            .chain(record.first, record.contiguous, bytes)
            .map_err(|error| error.to_string())?;
        let (free, used) = self.free_of(&chain).map_err(|error| error.to_string())?;
        if let Some(used) = used {
            let reason = format!("its cluster {used} is in use again");
            if free.clusters == 0 {
                return Err(reason);
            }
            self.notes.add(format!(
                "the deleted folder at cluster {} was read in part: {reason}",
                record.first
            ));
        }
        let mut assembly = Assembly::new(&self.notes, true);
        self.read(&free, &mut assembly);
        Ok(assembly.out)
    }

    fn clusters_size(&self) -> u64 {
        self.heap.size_there()
    }

    fn notes(&self) -> &Notes {
        &self.notes
    }
}
