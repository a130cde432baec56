//! The evidence floor: from what an investigator has (a folder, a file, later a disk image)
//! to volumes, file systems and files.
//!
//! Everything above this crate asks for files by their path on the evidence and never learns
//! whether the bytes come from a folder or from an image. A new container or file system is one
//! new module that implements [`FileSystem`].
//!
//! Evidence is only ever opened for reading.

pub mod time;

mod error;
mod file_system;

pub use error::{Error, Result};
pub use file_system::{
    Entry, EntryKind, EvidenceFile, FileSystem, FileTimes, Stream, find_ignoring_case,
};
