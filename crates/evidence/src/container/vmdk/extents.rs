//! From the extents that a descriptor names to a disk.

use std::collections::HashMap;
use std::sync::Arc;

use super::Candidate;
use super::descriptor::{Descriptor, ExtentKind, ExtentLine};
use super::disk::{Body, Disk};
use super::header::{self, Header, Kind, SECTOR};
use super::same_folder::{self, shown};
use super::sparse_file::SparseFile;
use crate::{FormatError, ReadAt};

/// Opens the extents of a disk, each file once.
pub(super) struct Extents<'a> {
    candidate: &'a Candidate<'a>,
    files: HashMap<String, Result<Arc<dyn ReadAt>, String>>,
    sparse: HashMap<String, Result<Arc<SparseFile>, String>>,
    in_order: Vec<Arc<SparseFile>>,
    /// The names of the files that were opened, in order.
    pub(super) names: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl<'a> Extents<'a> {
    pub(super) fn new(candidate: &'a Candidate<'a>) -> Self {
        Self {
            candidate,
            files: HashMap::new(),
            sparse: HashMap::new(),
            in_order: Vec::new(),
            names: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The disk of a descriptor. `own` is the header of the file that the descriptor stands in:
    /// the only extent of such a disk is that file, whatever name it had when it was made.
    pub(super) fn disk(
        &mut self,
        descriptor: &Descriptor,
        own: Option<Header>,
    ) -> Result<Disk, FormatError> {
        let mut size = 0_u64;
        let mut bodies = Vec::new();
        let alone = descriptor.extents.len() == 1;
        if descriptor.extents.is_empty() {
            return Err(FormatError::malformed(
                "VMDK descriptor",
                0,
                "it names no extent",
            ));
        }
        for line in &descriptor.extents {
            let length = line.sectors.checked_mul(SECTOR);
            let end = length.and_then(|length| size.checked_add(length));
            let (Some(length), Some(end)) = (length, end.filter(|end| i64::try_from(*end).is_ok()))
            else {
                return Err(FormatError::malformed(
                    "VMDK descriptor",
                    0,
                    format!("an extent of {} sectors", line.sectors),
                ));
            };
            size = end;
            let body = match &own {
                Some(header) if alone => Body::Sparse(self.own(header)?),
                _ => self.body(line, length)?,
            };
            bodies.push((length, body));
        }
        let mut disk = Disk::new(std::mem::take(&mut self.in_order));
        for (length, body) in bodies {
            disk.push(length, body);
        }
        Ok(disk)
    }

    /// The disk that is one sparse file.
    pub(super) fn single(&mut self, header: &Header) -> Result<Disk, FormatError> {
        let file = self.own(header)?;
        let size = file.header.capacity.saturating_mul(SECTOR);
        let mut disk = Disk::new(std::mem::take(&mut self.in_order));
        disk.push(size, Body::Sparse(file));
        Ok(disk)
    }

    fn own(&mut self, header: &Header) -> Result<Arc<SparseFile>, FormatError> {
        let mut notes = Vec::new();
        let bytes = Arc::clone(&self.candidate.bytes);
        let file = SparseFile::new(bytes, header.clone(), self.next_number(), &mut notes)?;
        self.notes.append(&mut notes);
        let file = Arc::new(file);
        self.in_order.push(Arc::clone(&file));
        Ok(file)
    }

    fn next_number(&self) -> u32 {
        u32::try_from(self.in_order.len()).unwrap_or(u32::MAX)
    }

    fn body(&mut self, line: &ExtentLine, length: u64) -> Result<Body, FormatError> {
        let name = shown(&line.path);
        if line.no_access {
            return Ok(self.missing(format!(
                "the descriptor gives no access to the extent `{name}`"
            )));
        }
        match &line.kind {
            ExtentKind::Zero => Ok(Body::Zero),
            ExtentKind::Flat => Ok(match self.file(&line.path) {
                Ok(bytes) => {
                    let start = line.start.saturating_mul(SECTOR);
                    let there = bytes.size().saturating_sub(start);
                    if there < length {
                        self.note(format!(
                            "the extent `{name}` should hold {length} bytes and holds {there}; the \
                             rest cannot be read"
                        ));
                    }
                    Body::Flat(bytes, start)
                }
                Err(why) => self.missing(format!("an extent of {length} bytes: {why}")),
            }),
            ExtentKind::Sparse | ExtentKind::Cowd => Ok(match self.sparse(line) {
                Ok(file) => Body::Sparse(file),
                Err(why) => self.missing(format!("an extent of {length} bytes: {why}")),
            }),
            ExtentKind::Other(kind) if kind == "SESPARSE" => Err(header::se_sparse()),
            ExtentKind::Other(kind) => Ok(self.missing(format!(
                "the extent `{name}` is of type {}, whose bytes are on a device and not in a file",
                shown(kind)
            ))),
        }
    }

    fn missing(&mut self, why: String) -> Body {
        self.note(why.clone());
        Body::Missing(why)
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    fn file(&mut self, path: &str) -> Result<Arc<dyn ReadAt>, String> {
        let key = same_folder::last_component(path)
            .unwrap_or_default()
            .to_owned();
        if let Some(known) = self.files.get(&key) {
            return known.clone();
        }
        let opened = same_folder::find(self.candidate, path).map(|found| {
            self.names.push(found.name);
            found.bytes
        });
        self.files.insert(key, opened.clone());
        opened
    }

    fn sparse(&mut self, line: &ExtentLine) -> Result<Arc<SparseFile>, String> {
        let bytes = self.file(&line.path)?;
        let name = shown(&line.path);
        let key = same_folder::last_component(&line.path)
            .unwrap_or_default()
            .to_owned();
        if let Some(known) = self.sparse.get(&key) {
            return known.clone();
        }
        let mut notes = Vec::new();
        let kind = match line.kind {
            ExtentKind::Cowd => Kind::Cowd,
            _ => Kind::Hosted,
        };
        let opened = header::read(bytes.as_ref())
            .and_then(|header| {
                if header.kind != kind {
                    return Err(FormatError::malformed(
                        "VMDK sparse extent header",
                        0,
                        "it is of another kind than the descriptor says",
                    ));
                }
                SparseFile::new(bytes, header, self.next_number(), &mut notes)
            })
            .map(Arc::new)
            .map_err(|error| format!("`{name}`: {error}"));
        for note in notes {
            self.note(format!("extent `{name}`: {note}"));
        }
        if let Ok(file) = &opened {
            self.in_order.push(Arc::clone(file));
        }
        self.sparse.insert(key, opened.clone());
        opened
    }
}
