//! A volume: its encryption, its file system, and what a collector put onto it.

use std::sync::Arc;

use super::file_system::{self, Recognised};
use super::opener::Opener;
use super::{Layer, LayerKind, Layout, LockedVolume, Volume, VolumePlace};
use crate::bitlocker::UnlockError;
use crate::folder_shape::{self, Reach};
use crate::{FileSystem, ReadAt, bitlocker, read_vec_at};

/// The most volumes of one piece of evidence, shadow copies with them.
pub(super) const MOST_VOLUMES: usize = 2_000;

impl Opener<'_> {
    /// What stands on a volume: its file system, perhaps behind encryption.
    pub(super) fn volume(
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
            table_of: None,
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
}
