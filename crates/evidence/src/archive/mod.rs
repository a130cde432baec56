//! Archives as file systems: a triage collection is read in the zip in which it came.

mod deflated;
mod zip_archive;

pub use zip_archive::ZipArchive;

/// Whether a file that begins like this is a zip archive.
#[must_use]
pub fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}
