//! The log file of NTFS, `$LogFile`: what was done to the file table and to the indexes of
//! folders, change by change, so that a crash leaves no half-done change.
//!
//! ```
//! # let bytes = Vec::new();
//! use kusari_artifacts::ntfs_log::{Change, LogFile};
//!
//! // `bytes` is a `$LogFile`; anything that is a `ReadAt`.
//! let log = LogFile::read(&bytes);
//! let outcome = log.records(|record| {
//!     if let Some(update) = record.update() {
//!         println!("{:#x} {} / {}", record.lsn, update.redo, update.undo);
//!     }
//! });
//! let outcome = log.changes(None, |change| {
//!     if let Change::Created { file, name, .. } = &change.what {
//!         println!("{:?} made: {file} {name:?}", change.standing);
//!     }
//! });
//! ```
//!
//! [`LogFile::records`] gives every log record in the order of its log sequence number (LSN);
//! [`LogFile::changes`] tells what transactions did to files. A log record has no time: the only
//! times in a log are those that stood in what was written.
//!
//! Sources: the Linux-NTFS documentation of `$LogFile` (restart pages, record pages, log records)
//! and Linux' ntfs3 (layout of the open attribute table, version 2, numbers of the operations) for
//! the structures; G.-S. Cho and M. K. Rogers, "Finding forensic information on creating a folder
//! in $LogFile of NTFS" (2012), and the manual of ntfsrecover for what they mean; the logs of
//! the corpus, written by Windows.

mod assemble;
mod change;
mod combine;
mod facts;
mod geometry;
mod index_entry;
mod log_file;
mod open_attributes;
mod operation;
mod page;
mod page_index;
mod record;
mod restart;
mod transactions;

#[cfg(test)]
mod tests;

pub use change::{Change, FileChange, LoggedName, Standing};
pub use geometry::Geometry;
pub use index_entry::IndexEntry;
pub use log_file::LogFile;
pub use open_attributes::{OpenAttribute, OpenAttributes};
pub use operation::Operation;
pub use record::{Record, RecordKind, Target, Update};
pub use restart::{Client, RestartPage};
