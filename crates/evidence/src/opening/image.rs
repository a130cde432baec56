//! From the bytes of a file to the volumes inside it: container, partition table, encryption,
//! file system, shadow copies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::collection::below;
use super::file_system::{self, Recognised};
use super::{
    Evidence, Layer, LayerKind, Layout, LockedVolume, Media, OpenOptions, Snapshot, Volume,
    VolumePlace,
};
use crate::archive::{self, ZipArchive};
use crate::bitlocker::UnlockError;
use crate::container::{self, Beside, Candidate, Container, Ends, ewf, split_raw};
use crate::folder_shape::{self, Reach};
use crate::partition::{self, Origin, Partition, PartitionTable, Scheme};
use crate::{FileSystem, FormatError, ReadAt, bitlocker, read_vec_at, shadow_copy, signature};

/// The most images and archives inside each other; a second layer is common (a VHDX in a zip),
/// more are not.
const DEEPEST: u32 = 4;

/// The most volumes of one piece of evidence, shadow copies with them.
const MOST_VOLUMES: usize = 2_000;

/// Sectors of a disk whose container does not say.
const USUAL_SECTOR: u32 = 512;

/// A file that may hold others.
pub(super) struct Given<'a> {
    pub(super) bytes: Arc<dyn ReadAt>,
    pub(super) name: &'a str,
    pub(super) beside: &'a dyn Beside,
    /// Its place inside the evidence.
    pub(super) place: &'a str,
    /// How many images it stands in.
    pub(super) depth: u32,
}

/// What a file holds.
pub(super) enum Inside {
    Disk(Container),
    Files {
        kind: LayerKind,
        title: String,
        files: Arc<dyn FileSystem>,
    },
}

impl Inside {
    /// The names of the further files that it consists of.
    pub(super) fn files(&self) -> &[String] {
        match self {
            Self::Disk(container) => &container.files,
            Self::Files { .. } => &[],
        }
    }
}

/// What a file holds, told by its content; `None` when it is an artifact file or anything else.
pub(super) fn recognise(given: &Given<'_>) -> Result<Option<Inside>, FormatError> {
    let unreadable = |source| FormatError::unreadable("the file", 0, source);
    if given.depth > DEEPEST {
        return Err(FormatError::Unsupported(format!(
            "it stands in {DEEPEST} images or archives already"
        )));
    }
    // Parts of a split image say nothing of themselves; only their names do.
    let joined = split_raw::join(given.name, &given.bytes, given.beside).map_err(unreadable)?;
    let bytes = joined
        .as_ref()
        .map_or_else(|| Arc::clone(&given.bytes), |j| Arc::clone(&j.media));
    let candidate = Candidate {
        bytes: Arc::clone(&bytes),
        name: given.name,
        beside: given.beside,
        depth: 0,
    };
    if let Some(mut container) = container::open(&candidate)? {
        if let Some(joined) = joined {
            container.files.extend(joined.files);
            container.notes.extend(joined.notes);
        }
        return Ok(Some(Inside::Disk(container)));
    }
    let start = read_vec_at(bytes.as_ref(), 0, 4096).map_err(unreadable)?;
    let ends = Ends {
        start: &start,
        end: &[],
    };
    if ewf::is_logical(&ends) {
        return Ok(Some(Inside::Files {
            kind: LayerKind::Container,
            title: "L01".to_owned(),
            files: Arc::from(ewf::open_logical(&candidate)?),
        }));
    }
    if archive::is_zip(&start) {
        return Ok(Some(Inside::Files {
            kind: LayerKind::Archive,
            title: "zip archive".to_owned(),
            files: Arc::new(ZipArchive::open(bytes, given.place)?),
        }));
    }
    if let Some(refused) = signature::unread(&start) {
        return Err(FormatError::Unsupported(refused.to_owned()));
    }
    let Some(joined) = joined else {
        return Ok(signature::is_disk(bytes.as_ref(), &start).then(|| {
            Inside::Disk(Container {
                format: "raw",
                sector_size: USUAL_SECTOR,
                media: bytes,
                facts: Vec::new(),
                stored_hashes: Vec::new(),
                files: Vec::new(),
                notes: Vec::new(),
            })
        }));
    };
    Ok(Some(Inside::Disk(joined)))
}

/// Opens one piece of evidence.
pub(super) struct Opener<'a> {
    options: &'a OpenOptions<'a>,
    path: PathBuf,
    evidence: String,
    volumes: Vec<Volume>,
    locked: Vec<LockedVolume>,
    media: Vec<Media>,
    names: BTreeMap<String, u32>,
}

impl<'a> Opener<'a> {
    pub(super) fn new(path: &Path, options: &'a OpenOptions<'a>) -> Self {
        Self {
            options,
            path: path.to_owned(),
            evidence: path.display().to_string(),
            volumes: Vec::new(),
            locked: Vec::new(),
            media: Vec::new(),
            names: BTreeMap::new(),
        }
    }

    /// A name that no other volume of this evidence has.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let count = self.names.entry(name.to_owned()).or_default();
        *count = count.saturating_add(1);
        match *count {
            1 => name.to_owned(),
            more => format!("{name}-{more}"),
        }
    }

    /// Adds a volume; its place in the list.
    pub(super) fn push(&mut self, volume: Volume) -> usize {
        self.volumes.push(volume);
        self.volumes.len().saturating_sub(1)
    }

    pub(super) fn finish(self, id: String, layer: Layer) -> Evidence {
        let mut notes = Vec::new();
        layer.visit(&mut |layer| notes.extend(layer.notes.iter().cloned()));
        Evidence {
            path: self.path,
            id,
            description: layer.title.clone(),
            volumes: self.volumes,
            locked: self.locked,
            media: self.media,
            layer,
            notes,
        }
    }

    /// Opens what a file holds.
    pub(super) fn unfold(
        &mut self,
        inside: Inside,
        place: &str,
        depth: u32,
    ) -> Result<Layer, FormatError> {
        match inside {
            Inside::Disk(container) => Ok(self.disk(container, place)),
            Inside::Files { kind, title, files } => {
                let mut layer = Layer::new(kind, title).with_notes(files.notes());
                let inner = self.collection(files, "", place, depth);
                match inner {
                    Ok(Some(inner)) => {
                        layer.title = format!("{}, {}", layer.title, inner.title);
                        layer.notes.extend(inner.notes);
                        layer.volume = inner.volume;
                        layer.children = inner.children;
                    }
                    Ok(None) => layer.notes.push("there is no file in it".to_owned()),
                    Err(error) => return Err(FormatError::Unsupported(error.to_string())),
                }
                Ok(layer)
            }
        }
    }

    fn disk(&mut self, container: Container, place: &str) -> Layer {
        let Container {
            format,
            media,
            sector_size,
            facts,
            stored_hashes,
            files,
            notes,
        } = container;
        let mut layer = Layer::new(LayerKind::Container, format)
            .fact("media size", media.size().to_string())
            .with_notes(notes);
        layer.facts.extend(facts);
        if !files.is_empty() {
            layer = layer.fact("files", files.join(", "));
        }
        for hash in &stored_hashes {
            let name = match hash.algorithm {
                container::HashAlgorithm::Md5 => "stored MD5",
                container::HashAlgorithm::Sha1 => "stored SHA-1",
                container::HashAlgorithm::Sha256 => "stored SHA-256",
            };
            layer = layer.fact(name, hash.value.clone());
        }
        let table = partition::read(&media, sector_size);
        let at = self.media.len();
        self.media.push(Media {
            place: place.to_owned(),
            format,
            bytes: Arc::clone(&media),
            sector_size,
            stored_hashes,
            table: table.clone(),
        });
        let children = self.table(&media, &table, at, place);
        layer.children.extend(children);
        layer
    }

    /// The disk's partitions, or the volume that it is without any.
    fn table(
        &mut self,
        media: &Arc<dyn ReadAt>,
        table: &PartitionTable,
        at: usize,
        place: &str,
    ) -> Vec<Layer> {
        let mut layers = Vec::new();
        if table.scheme == Scheme::None {
            let stands = VolumePlace {
                media: at,
                start: 0,
                length: media.size(),
                partition_guid: None,
                in_partition: false,
            };
            let name = self.unique("volume");
            layers.extend(self.volume(media, stands, &name, place));
        } else {
            let mut disk = Layer::new(LayerKind::Disk, table.scheme.name())
                .fact_if(
                    "disk signature",
                    table
                        .disk_signature
                        .map(|signature| format!("{signature:08X}")),
                )
                .fact_if("disk GUID", table.disk_guid.map(|guid| guid.to_string()))
                .with_notes(table.notes.iter().cloned());
            let known = table.partitions.iter();
            let mut parts: Vec<(u64, Layer)> = known
                .map(|known| (known.start, self.partition(media, known, at, place)))
                .collect();
            parts.extend(table.unallocated.iter().map(|span| {
                let layer = Layer::new(LayerKind::Unallocated, "unallocated")
                    .fact("start", span.start.to_string())
                    .fact("length", span.length.to_string());
                (span.start, layer)
            }));
            parts.sort_by_key(|(start, _)| *start);
            disk.children = parts.into_iter().map(|(_, layer)| layer).collect();
            layers.push(disk);
        }
        if self.options.search_lost_partitions {
            layers.extend(self.lost_partitions(media, table, at, place));
        }
        layers
    }

    fn partition(
        &mut self,
        media: &Arc<dyn ReadAt>,
        partition: &Partition,
        at: usize,
        place: &str,
    ) -> Layer {
        let name = match partition.number {
            Some(number) => format!("p{number}"),
            None => format!("lost-{}", partition.start),
        };
        let kind = partition.kind.name();
        let title = match (partition.number, partition.from) {
            (Some(number), Origin::Backup) => {
                format!("partition {number} (by the backup table): {kind}")
            }
            (Some(number), _) => format!("partition {number}: {kind}"),
            (None, _) => format!("lost partition: {kind}"),
        };
        let mut layer = Layer::new(LayerKind::Partition, title)
            .fact("start", partition.start.to_string())
            .fact("length", partition.length.to_string())
            .fact_if("GUID", partition.guid.map(|guid| guid.to_string()))
            .fact_if("name", partition.name.clone());
        if !partition.can_hold_a_volume() {
            return layer;
        }
        let bytes: Arc<dyn ReadAt> = Arc::new(partition.bytes(media));
        let stands = VolumePlace {
            media: at,
            start: partition.start,
            length: bytes.size(),
            partition_guid: partition.guid,
            in_partition: true,
        };
        let id = self.unique(&name);
        layer
            .children
            .extend(self.volume(&bytes, stands, &id, &below(place, &id)));
        layer
    }

    fn lost_partitions(
        &mut self,
        media: &Arc<dyn ReadAt>,
        table: &PartitionTable,
        at: usize,
        place: &str,
    ) -> Vec<Layer> {
        let mut told = |done: u64| {
            if let Some(progress) = self.options.progress {
                progress("searching for lost partitions", done, media.size());
            }
        };
        let search = partition::search(media, u64::from(table.sector_size), &mut told);
        let is_known = |found: &Partition| {
            let mut known = table.partitions.iter();
            let whole = table.scheme == Scheme::None && found.start == 0;
            whole || known.any(|known| known.start == found.start)
        };
        let lost = search.partitions.iter().filter(|found| !is_known(found));
        let mut layers: Vec<Layer> = lost
            .map(|lost| self.partition(media, lost, at, place))
            .collect();
        if !search.notes.is_empty() {
            let layer = Layer::new(LayerKind::Disk, "search for lost partitions");
            layers.push(layer.with_notes(search.notes));
        }
        layers
    }

    /// What stands on a volume: its file system, perhaps behind encryption.
    fn volume(
        &mut self,
        bytes: &Arc<dyn ReadAt>,
        stands: VolumePlace,
        id: &str,
        place: &str,
    ) -> Vec<Layer> {
        if self.volumes.len() >= MOST_VOLUMES {
            let note = format!("not opened: {MOST_VOLUMES} volumes are the limit");
            return vec![Layer::new(LayerKind::Unread, "volume").with_notes([note])];
        }
        let start = match read_vec_at(bytes.as_ref(), 0, 4096) {
            Ok(start) => start,
            Err(error) => {
                let note = format!("its first sector cannot be read: {error}");
                return vec![Layer::new(LayerKind::Unread, "volume").with_notes([note])];
            }
        };
        if bitlocker::is_one(&start) {
            return vec![self.encrypted(bytes, stands, id, place)];
        }
        match file_system::recognise(bytes, &start, &self.evidence) {
            Ok(Recognised::Read(files)) => self.files(bytes, files, stands, id, place),
            Ok(Recognised::Named(what)) => vec![Layer::new(LayerKind::Unread, what)],
            Err(error) => {
                let note = format!("volume `{id}`: not read: {error}");
                vec![Layer::new(LayerKind::Unread, "damaged file system").with_notes([note])]
            }
        }
    }

    fn encrypted(
        &mut self,
        bytes: &Arc<dyn ReadAt>,
        stands: VolumePlace,
        id: &str,
        place: &str,
    ) -> Layer {
        let layer = Layer::new(LayerKind::Encryption, "BitLocker");
        let volume = match bitlocker::LockedVolume::open(Arc::clone(bytes)) {
            Ok(volume) => volume,
            Err(error) => {
                let note = format!("volume `{id}`: its BitLocker metadata cannot be read: {error}");
                return layer.with_notes([note]);
            }
        };
        let protectors: Vec<String> = volume.protectors().map(ToString::to_string).collect();
        let mut layer = layer.with_notes(volume.notes().iter().cloned());
        layer.facts = volume.facts();
        match volume.unlock(&self.options.keys) {
            Ok(unlocked) => {
                let mut layer = layer.fact("opened by", unlocked.by.to_string());
                layer.children = self.volume(&unlocked.media, stands, id, place);
                layer
            }
            Err(UnlockError::Locked(reason)) => {
                self.locked.push(LockedVolume {
                    place: place.to_owned(),
                    identifier: volume.identifier().to_string(),
                    method: volume.method().to_string(),
                    protectors,
                    reason: reason.to_string(),
                });
                layer.fact("locked", reason.to_string())
            }
            Err(error) => {
                let note = format!("volume `{id}`: it cannot be decrypted: {error}");
                layer.with_notes([note])
            }
        }
    }

    fn files(
        &mut self,
        bytes: &Arc<dyn ReadAt>,
        files: Arc<dyn FileSystem>,
        stands: VolumePlace,
        id: &str,
        place: &str,
    ) -> Vec<Layer> {
        let kind = files.kind().to_owned();
        let mut layer = file_system::layer(files.as_ref());
        let collected = self.collected(&files, place);
        let volume = Volume {
            id: id.to_owned(),
            letter: None,
            layout: Layout::Drive,
            place: place.to_owned(),
            description: kind.clone(),
            file_system: Arc::clone(&files),
            stands: Some(stands.clone()),
            snapshot: None,
        };
        let of = self.push(volume);
        layer.volume = Some(of);
        layer.children.extend(collected);
        if kind == "NTFS" && !self.options.without_shadow_copies {
            let copies = self.shadow_copies(bytes, of, &stands, id, place);
            layer.children.extend(copies);
        }
        vec![layer]
    }

    /// The drives that a collector put onto a volume that it made (KAPE's `--vhdx`).
    fn collected(&mut self, files: &Arc<dyn FileSystem>, place: &str) -> Vec<Layer> {
        let Ok(shape) = folder_shape::find(files.as_ref(), "", Reach::VOLUME) else {
            return Vec::new();
        };
        let drives = shape.drives;
        if drives.iter().any(|drive| drive.letter.is_none()) {
            return Vec::new();
        }
        drives
            .iter()
            .map(|drive| self.drive(files, drive, place))
            .collect()
    }

    fn shadow_copies(
        &mut self,
        bytes: &Arc<dyn ReadAt>,
        of: usize,
        stands: &VolumePlace,
        id: &str,
        place: &str,
    ) -> Vec<Layer> {
        let copies = match shadow_copy::list(bytes) {
            Ok(copies) => copies,
            Err(error) => {
                let note = format!("volume `{id}`: its shadow copies cannot be read: {error}");
                let layer = Layer::new(LayerKind::ShadowCopy, "shadow copies");
                return vec![layer.with_notes([note])];
            }
        };
        let mut layers = Vec::new();
        for copy in &copies.copies {
            let created = copy.created.map_or_else(
                || "unknown time".to_owned(),
                |at| format!("{}Z", at.to_text(0)),
            );
            let mut layer = Layer::new(
                LayerKind::ShadowCopy,
                format!("shadow copy {} of {created}", copy.number),
            )
            .fact("id", copy.id.to_string())
            .fact_if("created", copy.created.map(|at| at.to_string()))
            .fact("size", copy.size.to_string())
            .fact_if("machine", copy.originating_machine.clone())
            .fact("attributes", copy.attributes.join(", "))
            .with_notes(copy.notes(bytes));
            if self.volumes.len() >= MOST_VOLUMES {
                let note = format!("not opened: {MOST_VOLUMES} volumes are the limit");
                layer.notes.push(note);
                layers.push(layer);
                break;
            }
            let opened = copy
                .media(bytes)
                .map_err(|source| FormatError::unreadable("shadow copy", 0, source))
                .and_then(|media| {
                    let start = read_vec_at(media.as_ref(), 0, 4096)
                        .map_err(|source| FormatError::unreadable("boot sector", 0, source))?;
                    file_system::recognise(&media, &start, &self.evidence)
                });
            match opened {
                Ok(Recognised::Read(file_system)) => {
                    let name = format!("{id}-shadow-copy-{}", copy.number);
                    let own = format!("shadow-copy-{}", copy.number);
                    let volume = Volume {
                        id: self.unique(&name),
                        letter: None,
                        layout: Layout::Drive,
                        place: below(place, &own),
                        description: format!("shadow copy of {created}"),
                        file_system,
                        stands: Some(stands.clone()),
                        snapshot: Some(Snapshot {
                            number: copy.number,
                            id: copy.id,
                            created: copy.created,
                            of,
                        }),
                    };
                    layer.volume = Some(self.push(volume));
                }
                Ok(Recognised::Named(what)) => layer.notes.push(format!(
                    "shadow copy {} of volume `{id}` holds {what}",
                    copy.number
                )),
                Err(error) => layer.notes.push(format!(
                    "shadow copy {} of volume `{id}` cannot be read: {error}",
                    copy.number
                )),
            }
            layers.push(layer);
        }
        if let Some(first) = layers.first_mut() {
            first.notes.extend(copies.notes);
        }
        layers
    }
}
