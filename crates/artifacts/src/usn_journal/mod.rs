//! The USN change journal of NTFS, `$Extend\$UsnJrnl`: which file changed when, and how.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! # let bytes = Vec::new();
//! use kusari_artifacts::usn_journal::{Journal, ReadOptions};
//!
//! // `bytes` is a `$J` stream, or a file with one in it; anything that is a `ReadAt`.
//! let journal = Journal::read(&bytes, &ReadOptions::default());
//! let folders = journal.folders(None);
//! let mut paths = folders.paths();
//! for activity in journal.activities() {
//!     let record = journal.record(activity.record).unwrap();
//!     println!("{:?} {} {:?}", record.time, paths.of(activity.record), activity.kind);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`scan`] gives each record once, in order, and keeps nothing; [`Journal`] keeps them in about
//! 64 bytes each, [`Folders`] finds the path at the time of each, [`carve`] looks for records in
//! any bytes, and [`Settings`] is the stream `$Max`.
//!
//! Sources: MS Learn, USN_RECORD_V2, USN_RECORD_V3, USN_RECORD_V4, USN_RECORD_EXTENT,
//! USN_RECORD_COMMON_HEADER, USN_JOURNAL_DATA, CREATE_USN_JOURNAL_DATA; MS-FSCC 2.3.62;
//! libfsntfs' format document, "The USN change journal"; the journal of the corpus.

mod activity;
mod carve;
mod fields;
mod folder_versions;
mod folders;
mod intern;
mod journal;
mod numbering;
mod paths;
mod pieces;
mod reason;
mod record;
mod rows;
mod scan;
mod settings;

#[cfg(test)]
mod tests;

pub use activity::{Activities, Activity, FileActivity};
pub use carve::carve;
pub use folders::Folders;
pub use journal::{Journal, ReadOptions};
pub use paths::{PathStanding, Paths};
pub use reason::{Reasons, SourceInfo};
pub use record::{Extent, FileId, Record, Version};
pub use scan::scan;
pub use settings::Settings;
