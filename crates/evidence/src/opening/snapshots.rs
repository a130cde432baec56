//! The shadow copies of a volume, each a volume of its own.

use std::sync::Arc;

use super::file_system::{self, Recognised};
use super::opener::Opener;
use super::volume::MOST_VOLUMES;
use super::{Layer, LayerKind, Layout, Snapshot, Volume, VolumePlace};
use crate::evidence_path::below;
use crate::{FormatError, ReadAt, read_vec_at, shadow_copy};

impl Opener<'_> {
    pub(super) fn shadow_copies(
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
                        table_of: None,
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
