//! A file table (`$MFT`) that was collected, as a volume of its own: what its volume held, also
//! where nobody collected it.

use std::sync::Arc;

use super::opener::Opener;
use super::{Layer, LayerKind, Layout, Volume, file_system};
use crate::evidence_path::below;
use crate::ntfs::{BootSector, CollectedFileTable};
use crate::{EntryKind, EvidenceFile, FileSystem, read_vec_at};

/// How collectors call it, as the volume does.
pub(super) const TABLE: &str = "$MFT";

/// The file beside it that holds the volume's boot sector.
const BOOT: &str = "$Boot";

impl Opener<'_> {
    /// The file table at `path` among the files of the volume that has the place `of`, where there
    /// is one, as another volume.
    pub(super) fn file_table(
        &mut self,
        files: &Arc<dyn FileSystem>,
        path: &str,
        of: usize,
    ) -> Option<Layer> {
        let entry = files.entry(path).ok()??;
        if entry.kind != EntryKind::File {
            return None;
        }
        let bytes = EvidenceFile::bytes(&files.open(&entry.path, None).ok()?);
        let is_named_so = entry.name().eq_ignore_ascii_case(TABLE);
        if !CollectedFileTable::is_one(bytes.as_ref()) {
            // Whoever collected it expects to see what is in it.
            return is_named_so.then(|| {
                let note = format!("`{}`: not read: its first records are damaged", entry.path);
                Layer::new(LayerKind::Unread, "NTFS file table").with_notes([note])
            });
        }
        let boot = boot_sector(files.as_ref());
        let own = self.volumes.get(of)?;
        let (letter, id) = (own.letter, format!("{}-MFT", own.id));
        // A file that was given by itself is all of the evidence.
        let below_volume = match own.file_system.kind() {
            "single file" => "",
            _ => entry.path.as_str(),
        };
        let place = below(&own.place, below_volume);
        let stands_on = below(files.evidence(), below_volume);
        let table = CollectedFileTable::open(bytes, boot, &stands_on).ok()?;
        let mut layer = file_system::layer(&table);
        let volume = Volume {
            id: self.unique(&id),
            letter,
            layout: Layout::FileTable,
            place,
            description:
                "collected file table ($MFT): names, times and sizes; contents only where \
                          the table holds them"
                    .to_owned(),
            file_system: Arc::new(table),
            stands: None,
            snapshot: None,
            table_of: Some(of),
        };
        layer.volume = Some(self.push(volume));
        Some(layer)
    }
}

/// The boot sector that was collected with the file table. It tells the serial number by which other
/// evidence speaks of the volume.
fn boot_sector(files: &dyn FileSystem) -> Option<BootSector> {
    let file = files.open(BOOT, None).ok()?;
    let bytes = read_vec_at(EvidenceFile::bytes(&file).as_ref(), 0, 512).ok()?;
    BootSector::parse(&bytes, 0).ok()
}
