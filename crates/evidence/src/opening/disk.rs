//! A disk: its container, its partitions, and those that no table names any more.

use std::sync::Arc;

use super::opener::Opener;
use super::{Layer, LayerKind, Media, VolumePlace};
use crate::ReadAt;
use crate::container::{self, Container};
use crate::evidence_path::below;
use crate::partition::{self, Origin, Partition, PartitionTable, Scheme};

impl Opener<'_> {
    pub(super) fn disk(&mut self, container: Container, place: &str) -> Layer {
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
}
