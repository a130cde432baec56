//! Opens one piece of evidence, layer by layer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::recognise::Inside;
use super::{Evidence, Layer, LockedVolume, Media, OpenOptions, Volume};
use crate::FormatError;

/// Opens one piece of evidence.
pub(super) struct Opener<'a> {
    pub(super) options: &'a OpenOptions<'a>,
    path: PathBuf,
    pub(super) evidence: String,
    pub(super) volumes: Vec<Volume>,
    pub(super) locked: Vec<LockedVolume>,
    pub(super) media: Vec<Media>,
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
            Inside::Files {
                layer,
                files,
                parts,
            } => {
                let mut layer = layer.with_notes(files.notes());
                if !parts.is_empty() {
                    layer = layer.fact("files", parts.join(", "));
                }
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
}
