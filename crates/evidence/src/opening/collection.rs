//! Volumes in a tree of files: a drive, a triage collection, loose files, images among them.

use crate::evidence_path::below;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::beside::EvidenceFolder;
use super::file_table::TABLE;
use super::opener::Opener;
use super::recognise::{Given, recognise};
use super::{Layer, LayerKind, Layout, Volume};
use crate::folder_shape::{self, Drive, Reach};
use crate::{FileSystem, Result, Subtree};

impl Opener<'_> {
    /// What stands in a tree of files; `None` when there is no file in it.
    pub(super) fn collection(
        &mut self,
        files: Arc<dyn FileSystem>,
        name: &str,
        place: &str,
        depth: u32,
    ) -> Result<Option<Layer>> {
        let shape = folder_shape::find(files.as_ref(), name, Reach::COLLECTION)?;
        if shape.drives.is_empty() && shape.files_outside == 0 && shape.notes.is_empty() {
            return Ok(None);
        }
        let (drives, outside) = (shape.drives, shape.files_outside);
        let mut layer = Layer::new(LayerKind::Folder, "");
        layer.notes = shape.notes;
        let images = self.images(&files, shape.perhaps_containers, place, depth);
        let read = u64::try_from(images.read.len()).unwrap_or(u64::MAX);
        layer.notes.extend(images.notes);
        let loose = outside.saturating_sub(read);
        layer.title = describe(&drives, loose, &images.layers);
        layer.notes.extend(several_collections(&drives));
        if drives.is_empty() && (loose > 0 || images.layers.is_empty()) {
            let volume = Volume {
                id: self.unique("files"),
                letter: None,
                layout: Layout::Loose,
                place: place.to_owned(),
                description: "loose files".to_owned(),
                file_system: Arc::clone(&files),
                stands: None,
                snapshot: None,
                table_of: None,
            };
            let at = self.push(volume);
            layer.volume = Some(at);
            layer.children.extend(self.file_table(&files, TABLE, at));
        } else {
            for drive in &drives {
                let child = self.drive(&files, drive, place);
                layer.children.push(child);
            }
        }
        layer.children.extend(images.layers);
        Ok(Some(layer))
    }

    /// A folder that stands for a drive.
    pub(super) fn drive(
        &mut self,
        files: &Arc<dyn FileSystem>,
        drive: &Drive,
        place: &str,
    ) -> Layer {
        let name = match drive.letter {
            Some(letter) => letter.to_string(),
            None => "drive".to_owned(),
        };
        let file_system: Arc<dyn FileSystem> = if drive.escaped {
            Arc::new(Subtree::with_escaped_names(
                Arc::clone(files),
                &drive.relative,
            ))
        } else if drive.relative.is_empty() {
            Arc::clone(files)
        } else {
            Arc::new(Subtree::new(Arc::clone(files), &drive.relative))
        };
        let description = match drive.letter {
            Some(letter) => format!("drive {letter}:"),
            None => "drive".to_owned(),
        };
        let mut layer = Layer::new(LayerKind::Folder, description.clone());
        let id = self.unique(&name);
        let at = self.push(Volume {
            id,
            letter: drive.letter,
            layout: Layout::Drive,
            place: below(place, &drive.relative),
            description,
            file_system: Arc::clone(&file_system),
            stands: None,
            snapshot: None,
            table_of: None,
        });
        layer.volume = Some(at);
        layer
            .children
            .extend(self.file_table(&file_system, TABLE, at));
        layer
    }

    /// Opens the files that are images or archives themselves.
    fn images(
        &mut self,
        files: &Arc<dyn FileSystem>,
        perhaps: Vec<String>,
        place: &str,
        depth: u32,
    ) -> Images {
        let mut images = Images::default();
        // Segments and extents are named by the image that they belong to, whichever comes first.
        let mut parts: BTreeSet<String> = BTreeSet::new();
        let mut recognised = Vec::new();
        for path in perhaps {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let beside = EvidenceFolder {
                files: files.as_ref(),
                path: folder,
            };
            let inside = files.open(&path, None).map(|file| {
                recognise(&Given {
                    bytes: file.bytes(),
                    name,
                    beside: &beside,
                    place: &below(place, &path),
                    depth: depth.saturating_add(1),
                })
            });
            match inside {
                Ok(Ok(Some(inside))) => {
                    let named = inside.files().iter().filter(|other| *other != name);
                    parts.extend(named.map(|other| below(folder, other)));
                    recognised.push((path, inside));
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => {
                    images.notes.push(format!("`{path}`: not read: {error}"));
                    images.read.push(path);
                }
                Err(error) => images.notes.push(error.to_string()),
            }
        }
        for (path, inside) in recognised {
            if !parts.contains(&path) {
                match self.unfold(inside, &below(place, &path), depth.saturating_add(1)) {
                    Ok(mut layer) => {
                        layer.title = format!("{path}: {}", layer.title);
                        images.layers.push(layer);
                    }
                    Err(error) => images.notes.push(format!("`{path}`: not read: {error}")),
                }
            }
            images.read.push(path);
        }
        if images.layers.len() > 1 {
            images.notes.push(format!(
                "{} images stand in one folder and are read as one machine; if they are of \
                 several machines, give each by itself",
                images.layers.len()
            ));
        }
        images
    }
}

/// The images among the files of a folder.
#[derive(Default)]
struct Images {
    layers: Vec<Layer>,
    /// The files that they took.
    read: Vec<String>,
    notes: Vec<String>,
}

fn describe(drives: &[Drive], files_outside: u64, images: &[Layer]) -> String {
    let kind = match (drives, images) {
        ([], []) => return "folder of loose files".to_owned(),
        ([], [_]) => "folder with 1 image".to_owned(),
        ([], _) => format!("folder with {} images", images.len()),
        ([only], _) if only.relative.is_empty() => "folder that is a drive".to_owned(),
        ([_], _) => "triage folder with 1 drive".to_owned(),
        _ => format!("triage folder with {} drives", drives.len()),
    };
    match files_outside {
        0 => kind,
        count if drives.is_empty() => format!("{kind} and {count} other files"),
        // No note: a collector's own logs beside the drives are as it should be.
        count => format!("{kind}; files outside the drives, not read: {count}"),
    }
}

/// One letter in two collections is most likely two machines, which must not be read as one.
fn several_collections(drives: &[Drive]) -> Option<String> {
    let mut collections: BTreeMap<(char, &str), ()> = BTreeMap::new();
    for drive in drives {
        if let Some(letter) = drive.letter {
            collections.insert((letter, collection_of(drive)), ());
        }
    }
    let clash = drives
        .iter()
        .filter_map(|drive| drive.letter)
        .find(|letter| {
            collections
                .keys()
                .filter(|(other, _)| other == letter)
                .count()
                > 1
        })?;
    let places: Vec<String> = collections
        .keys()
        .filter(|(letter, _)| *letter == clash)
        .map(|(_, place)| format!("`{place}`"))
        .collect();
    Some(format!(
        "drive {clash}: stands in more than one collection ({}); if these are several machines, \
         give each folder by itself",
        places.join(", ")
    ))
}

/// The folder of the collection that a drive belongs to: Velociraptor puts one drive under
/// several accessors (`uploads/auto`, `uploads/ntfs`).
fn collection_of(drive: &Drive) -> &str {
    let folder = |path: &'_ str| path.rfind('/').unwrap_or(0);
    let parent = drive.relative.get(..folder(&drive.relative)).unwrap_or("");
    if drive.escaped {
        parent.get(..folder(parent)).unwrap_or("")
    } else {
        parent
    }
}
