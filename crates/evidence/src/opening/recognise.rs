//! What a file holds, told by its content.

use std::sync::Arc;

use super::{Layer, LayerKind};
use crate::archive::{self, ZipArchive};
use crate::container::{self, Beside, Candidate, Container, Ends, ewf, split_raw};
use crate::{FileSystem, FormatError, ReadAt, read_vec_at, signature};

/// The most images and archives inside each other; a second layer is common (a VHDX in a zip),
/// more are not.
const DEEPEST: u32 = 4;

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
        /// What is known of it.
        layer: Layer,
        files: Arc<dyn FileSystem>,
        /// The names of the files that it consists of.
        parts: Vec<String>,
    },
}

impl Inside {
    /// The names of the further files that it consists of.
    pub(super) fn files(&self) -> &[String] {
        match self {
            Self::Disk(container) => &container.files,
            Self::Files { parts, .. } => parts,
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
        let logical = ewf::open_logical(&candidate)?;
        return Ok(Some(Inside::Files {
            layer: Layer {
                facts: logical.facts,
                ..Layer::new(LayerKind::Container, logical.format)
            },
            files: Arc::from(logical.files),
            parts: logical.segments,
        }));
    }
    if archive::is_zip(&start) {
        return Ok(Some(Inside::Files {
            layer: Layer::new(LayerKind::Archive, "zip archive"),
            files: Arc::new(ZipArchive::open(bytes, given.place)?),
            parts: Vec::new(),
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
