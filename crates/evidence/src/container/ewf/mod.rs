//! The Expert Witness Format: disk images as EnCase, FTK Imager, linen, SMART, Guymager and
//! libewf write them (`.E01`, `.s01`, `.Ex01`), and logical evidence (`.L01`, `.Lx01`).
//!
//! Sources: the specifications of the Expert Witness Compression Format and of its version 2 by
//! Joachim Metz (libewf, `documentation/`), the latter after Guidance Software's "EnCase Evidence
//! File Format Version 2"; RFC 1950 (zlib, Adler-32). Where they leave a question open, files of
//! ewfacquire and ewfexport 20140813 and 20260924 were asked; `docs/validation/ewf.md` says which.
//!
//! What is read and what is not stands in `docs/evidence/ewf.md`.

mod acquisition;
mod chunk;
mod chunk_place;
mod chunk_table;
mod contents;
mod fields;
mod file_header;
mod geometry;
mod header_text;
mod image;
mod logical;
mod media;
mod notes;
mod placement;
mod segment_name;
mod segments;
mod v1;
mod v2;

#[cfg(test)]
mod tests;

use super::{Candidate, Container, Ends, Format};
use crate::FormatError;
use file_header::Kind;
use image::Image;

/// The first bytes of a file that FTK Imager encrypted ("AD encryption"). It has the name of a
/// segment file, and what is inside is one.
const AD_ENCRYPTED: &[u8] = b"ADCRYPT\0";

/// The format of disk images.
pub static FORMAT: Format = Format { is_one, open };

fn is_one(ends: &Ends<'_>) -> bool {
    Kind::of(ends.start).is_some_and(|kind| !kind.is_logical())
        || ends.start.starts_with(AD_ENCRYPTED)
}

fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let start = crate::read_vec_at(candidate.bytes.as_ref(), 0, 8)
        .map_err(|source| FormatError::unreadable("file header", 0, source))?;
    if start.starts_with(AD_ENCRYPTED) {
        return Err(FormatError::Unsupported(
            "the image is encrypted by FTK Imager (AD encryption); decrypt it with FTK Imager first"
                .to_owned(),
        ));
    }
    Image::open(candidate)?.into_container()
}

/// Whether a file that begins like this is a segment of logical evidence (`.L01`, `.Lx01`):
/// files, not a disk.
#[must_use]
pub fn is_logical(ends: &Ends<'_>) -> bool {
    Kind::of(ends.start).is_some_and(Kind::is_logical)
}

pub use logical::LogicalEvidence;

/// Opens logical evidence (`.L01`, `.Lx01`) as the file system that its list of files describes.
///
/// # Errors
/// When it is none, or its list of files cannot be read.
pub fn open_logical(candidate: &Candidate<'_>) -> Result<LogicalEvidence, FormatError> {
    logical::open(candidate)
}
