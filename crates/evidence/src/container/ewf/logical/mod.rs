//! Logical evidence (`.L01`, `.Lx01`): files that were picked from a machine, with their names
//! and times. Their contents lie one behind the other in the chunks, as a disk does in an image;
//! a list of files says which stretch belongs to which.

mod fill;
mod list;
mod serialized;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use super::fields::{adler32, hex};
use super::geometry::Sizes;
use super::image::Image;
use crate::container::{Candidate, Fact};
use crate::fields::{u32_at, u64_at};
use crate::file_system::{find_ignoring_case, sort_key};
use crate::{
    Entry, EntryKind, Error, EvidenceFile, FileSystem, FormatError, ReadAt, Result, Window,
    read_vec_at,
};
use fill::Fill;
use list::{Contents, FileList};

/// The longest list of files that is read: it is kept in memory while it is taken apart.
const LONGEST_LIST: u64 = 1 << 30;

/// Bytes before the list in version 1: its MD5, its length, a checksum.
const HEADER: u64 = 48;

/// Logical evidence, opened.
pub struct LogicalEvidence {
    /// Which format: `L01`, `Lx01`.
    pub format: &'static str,
    /// The files that it holds.
    pub files: Box<dyn FileSystem>,
    /// What it says about itself: case number, examiner, when it was made.
    pub facts: Vec<Fact>,
    /// The names of the segments that it consists of.
    pub segments: Vec<String>,
}

/// Opens logical evidence.
pub(super) fn open(candidate: &Candidate<'_>) -> std::result::Result<LogicalEvidence, FormatError> {
    let mut image = Image::open(candidate)?;
    if !image.segments.kind.is_logical() {
        return Err(FormatError::Unsupported(
            "this is the image of a disk, not logical evidence".to_owned(),
        ));
    }
    let text = list_text(&mut image)?;
    let list = FileList::parse(&text, &mut image.notes)?;
    drop(text);
    let chunk = image.geometry.chunk_size()?;
    let size = list.total_bytes;
    let media = image.media(Sizes {
        media: size,
        chunk,
        chunks: size.div_ceil(chunk),
    });
    let facts = image.facts();
    let format = if image.segments.kind.is_version_2() {
        "Lx01"
    } else {
        "L01"
    };
    let segments = image.segments.found.iter();
    let segments = segments.map(|segment| segment.name.clone()).collect();
    Ok(LogicalEvidence {
        format,
        files: Box::new(LogicalFiles {
            kind: format,
            evidence: candidate.name.to_owned(),
            media,
            list,
            notes: image.notes.into_vec(),
        }),
        facts,
        segments,
    })
}

/// The bytes of the list of files.
fn list_text(image: &mut Image) -> std::result::Result<Vec<u8>, FormatError> {
    const WHAT: &str = "list of files";
    let found = image
        .segments
        .found
        .iter()
        .rev()
        .find_map(|segment| Some((&segment.bytes, segment.contents.tree?)));
    let Some((bytes, (offset, length))) = found else {
        let missing = image.segments.missing.values().next();
        let problem = missing.map_or_else(
            || "no segment holds it".to_owned(),
            |reason| format!("no segment holds it; {reason}"),
        );
        return Err(FormatError::malformed(WHAT, 0, problem));
    };
    let unreadable = |source| FormatError::unreadable(WHAT, offset, source);
    let (start, length, md5) = if image.segments.kind.is_version_2() {
        (offset, length, None)
    } else {
        let header = read_vec_at(bytes.as_ref(), offset, HEADER).map_err(unreadable)?;
        let mut summed = header.clone();
        if let Some(sum) = summed.get_mut(24..28) {
            sum.fill(0);
        }
        let written = u64_at(&header, 16);
        let (Some(written), Some(sum)) = (written, u32_at(&header, 24)) else {
            return Err(FormatError::malformed(WHAT, offset, "it is cut off"));
        };
        if adler32(&summed) != sum || written > length.saturating_sub(HEADER) {
            return Err(FormatError::malformed(
                WHAT,
                offset,
                "its header is damaged",
            ));
        }
        let md5 = header.get(..16).map(<[u8]>::to_vec);
        (offset.saturating_add(HEADER), written, md5)
    };
    if length > LONGEST_LIST {
        return Err(FormatError::Unsupported(format!(
            "the list of files has {length} bytes; up to {LONGEST_LIST} are read"
        )));
    }
    let text = read_vec_at(bytes.as_ref(), start, length).map_err(unreadable)?;
    if let Some(md5) = md5 {
        use md5::Digest;
        if hex(&md5::Md5::digest(&text)) != hex(&md5) {
            image
                .notes
                .add("the MD5 of the list of files is wrong: the list is damaged");
        }
    }
    Ok(text)
}

/// The files of logical evidence.
struct LogicalFiles {
    kind: &'static str,
    evidence: String,
    media: Arc<dyn ReadAt>,
    list: FileList,
    notes: Vec<String>,
}

impl LogicalFiles {
    fn entry_of(&self, index: usize, path: String) -> Option<Entry> {
        let file = self.list.files.get(index)?;
        Some(Entry {
            path,
            kind: if file.is_folder {
                EntryKind::Folder
            } else {
                EntryKind::File
            },
            size: if file.is_folder { 0 } else { file.size },
            times: file.times,
            name_times: crate::FileTimes::default(),
            streams: Vec::new(),
            deleted: false,
            reference: u64::try_from(index).ok(),
        })
    }

    /// What stands in the folder with that index and path.
    fn children(&self, index: usize, path: &str) -> Vec<Entry> {
        let children = self.list.files.get(index).map(|file| &file.children);
        let children = children.into_iter().flatten();
        children
            .filter_map(|child| {
                let name = &self.list.files.get(*child)?.name;
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}/{name}")
                };
                self.entry_of(*child, path)
            })
            .collect()
    }

    /// The entry at `path` and its index.
    fn locate(&self, path: &str) -> Option<(usize, Entry)> {
        let mut here = (0, self.entry_of(0, String::new())?);
        if path.is_empty() {
            return Some(here);
        }
        for name in path.split('/') {
            let children = self.children(here.0, &here.1.path);
            let child = find_ignoring_case(&children, name)?.clone();
            here = (usize::try_from(child.reference?).ok()?, child);
        }
        Some(here)
    }

    fn not_found(&self, path: String) -> Error {
        Error::NotFound {
            evidence: self.evidence.clone(),
            path,
        }
    }

    fn open_index(&self, index: usize, path: &str) -> Result<EvidenceFile> {
        let refused = |source| Error::Read {
            evidence: self.evidence.clone(),
            path: path.to_owned(),
            source,
        };
        let file = self
            .list
            .files
            .get(index)
            .ok_or_else(|| self.not_found(path.to_owned()))?;
        if file.is_folder {
            return Err(refused(io::Error::other("it is a folder")));
        }
        let size = file.size;
        let bytes: Arc<dyn ReadAt> = match file.contents {
            _ if size == 0 => Arc::new(Vec::new()),
            Contents::At(offset) => {
                let end = offset.checked_add(size);
                if end.is_none_or(|end| end > self.media.size()) {
                    return Err(refused(io::Error::other(
                        "its content would lie behind the end of the evidence",
                    )));
                }
                Arc::new(Window::new(Arc::clone(&self.media), offset, size))
            }
            Contents::OneByte(offset) => Arc::new(Fill::new(Arc::clone(&self.media), offset, size)),
            Contents::Unknown(reason) => return Err(refused(io::Error::other(reason))),
        };
        Ok(EvidenceFile::new(&self.evidence, path, bytes))
    }
}

impl FileSystem for LogicalFiles {
    fn kind(&self) -> &str {
        self.kind
    }

    fn evidence(&self) -> &str {
        &self.evidence
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        Ok(self.locate(path).map(|(_, entry)| entry))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let Some((index, entry)) = self.locate(path) else {
            return Ok(Vec::new());
        };
        if entry.kind != EntryKind::Folder {
            return Ok(Vec::new());
        }
        let mut children = self.children(index, &entry.path);
        children.sort_by_cached_key(sort_key);
        Ok(children)
    }

    fn open(&self, path: &str, stream: Option<&str>) -> Result<EvidenceFile> {
        if let Some(stream) = stream {
            return Err(self.not_found(format!("{path}:{stream}")));
        }
        let (index, entry) = self
            .locate(path)
            .ok_or_else(|| self.not_found(path.to_owned()))?;
        self.open_index(index, &entry.path)
    }

    /// By its place in the list, so that of two files with one name the right one is opened.
    fn open_entry(&self, entry: &Entry, stream: Option<&str>) -> Result<EvidenceFile> {
        let index = entry
            .reference
            .and_then(|index| usize::try_from(index).ok());
        match (index, stream) {
            (Some(index), None) => self.open_index(index, &entry.path),
            _ => self.open(&entry.path, stream),
        }
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
