//! AFF4 images: told by their content, and refused with the way to go on. Why they are not read
//! is written in docs/evidence/aff4.md.
//!
//! Source: AFF4 Standard v1.0 (aff4.org): an AFF4 volume is a Zip file with the members
//! `container.description` and `information.turtle`.

use super::{Candidate, Container, Ends, Format};
use crate::FormatError;

/// AFF4 volumes in Zip files.
pub(super) static FORMAT: Format = Format { is_one, open };

/// A local file header and the end of a central directory (APPNOTE 4.3.7, 4.3.16).
const ZIP: &[u8] = b"PK\x03\x04";
const ZIP_END: &[u8] = b"PK\x05\x06";

/// The names of members that make a Zip file an AFF4 volume, at the start or in the central
/// directory at the end; and how the comment of the Zip file begins, which is the volume's name.
const DESCRIPTION: &[u8] = b"container.description";
const METADATA: &[u8] = b"information.turtle";
const NAME: &[u8] = b"aff4://";

fn is_one(ends: &Ends<'_>) -> bool {
    let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    let comment = || {
        let end = ends
            .end
            .windows(ZIP_END.len())
            .rposition(|w| w == ZIP_END)?;
        // 22 bytes of the record, then the comment.
        ends.end.get(end..)?.get(22..)
    };
    let named = || comment().is_some_and(|comment| comment.starts_with(NAME));
    ends.start.starts_with(ZIP)
        && (has(ends.start, DESCRIPTION)
            || has(ends.end, DESCRIPTION)
            || has(ends.end, METADATA)
            || named())
}

fn open(_: &Candidate<'_>) -> Result<Container, FormatError> {
    Err(FormatError::Unsupported(
        "an AFF4 image: Kusari does not read AFF4; convert it with aff4-imager or the writer of \
         the image (Evimetry, Magnet) to a raw image or E01"
            .to_owned(),
    ))
}
