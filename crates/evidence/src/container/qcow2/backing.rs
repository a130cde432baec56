//! The disk below an image: its backing file.

use super::Candidate;
use super::header::Header;
use super::mapped::Below;
use super::same_folder::{self, Found, shown};
use crate::container;

/// What is known of a backing file.
pub(super) struct Backing {
    pub(super) below: Below,
    /// The files that it consists of.
    pub(super) files: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Backing {
    pub(super) fn of(candidate: &Candidate<'_>, header: &Header) -> Self {
        match &header.backing {
            Some(path) => Self::open(candidate, path, header.backing_format.as_deref()),
            None => Self {
                below: Below::Nothing,
                files: Vec::new(),
                notes: Vec::new(),
            },
        }
    }

    /// Opens the backing file `path` as `format`. A format that is said is believed: guest data
    /// of a raw disk can look like an image that names any file.
    pub(super) fn open(candidate: &Candidate<'_>, path: &str, format: Option<&str>) -> Self {
        let found = match same_folder::find(candidate, path) {
            Ok(found) => found,
            Err(why) => return Self::missing(&why),
        };
        let name = found.name.clone();
        match format {
            Some("raw") => Self::raw(found),
            Some(format) => match open_container(candidate, &found) {
                Ok(Some(container)) if same_format(format, container.format) => {
                    Self::container(name, container)
                }
                Ok(Some(container)) => Self::missing(&format!(
                    "the backing file `{}` should be {} and is {}",
                    shown(&name),
                    shown(format),
                    container.format
                )),
                Ok(None) => Self::missing(&format!(
                    "the backing file `{}` is not of the format {}",
                    shown(&name),
                    shown(format)
                )),
                Err(why) => Self::missing(&why),
            },
            None => {
                let mut backing = match open_container(candidate, &found) {
                    Ok(Some(container)) => Self::container(name.clone(), container),
                    Ok(None) => Self::raw(found),
                    Err(why) => return Self::missing(&why),
                };
                backing.notes.push(format!(
                    "the image does not say the format of its backing file `{}`; it was told by \
                     its content",
                    shown(&name)
                ));
                backing
            }
        }
    }

    fn raw(found: Found) -> Self {
        Self {
            below: Below::Disk(found.bytes),
            files: vec![found.name],
            notes: Vec::new(),
        }
    }

    fn container(name: String, container: container::Container) -> Self {
        let mut files = vec![name.clone()];
        files.extend(container.files);
        let notes = container
            .notes
            .into_iter()
            .map(|note| format!("backing file `{}`: {note}", shown(&name)))
            .collect();
        Self {
            below: Below::Disk(container.media),
            files,
            notes,
        }
    }

    fn missing(why: &str) -> Self {
        let why = format!("the backing file: {why}; what it holds cannot be read");
        Self {
            notes: vec![why.clone()],
            below: Below::Missing(why),
            files: Vec::new(),
        }
    }
}

fn open_container(
    candidate: &Candidate<'_>,
    found: &Found,
) -> Result<Option<container::Container>, String> {
    container::open(&Candidate {
        bytes: found.bytes.clone(),
        name: &found.name,
        beside: candidate.beside,
        depth: candidate.depth.saturating_add(1),
    })
    .map_err(|error| format!("`{}` cannot be opened: {error}", shown(&found.name)))
}

/// Whether QEMU's name of a format is that of ours.
fn same_format(qemu: &str, ours: &str) -> bool {
    let qemu = match qemu {
        "vpc" => "VHD",
        other => other,
    };
    qemu.eq_ignore_ascii_case(ours)
}
