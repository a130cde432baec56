//! The Windows Search index of Windows 11 (`Windows.db`, `Windows-gather.db`): SQLite databases.
//!
//! ```
//! # let (bytes, log, gather): (Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
//! use kusari_artifacts::sqlite::Database;
//! use kusari_artifacts::windows_search::sqlite;
//!
//! let Ok(database) = Database::open(&bytes, Some(&log)) else { return };
//! let outcome = sqlite::items(&database, &mut |item| {
//!     println!("{:?} {:?} {:?}", item.file_path(), item.size, item.gathered);
//! });
//! if let Ok(gatherer) = Database::open(&gather, None) {
//!     for volume in sqlite::scopes(&gatherer).volumes() {
//!         println!("{:?} {:?}", volume.letter, volume.guid);
//!     }
//! }
//! ```
//!
//! `Windows.db` has a row for each property of each item (`SystemIndex_1_PropertyStore`: `WorkId`,
//! `ColumnId`, `Value`), and a table that names the columns (`SystemIndex_1_PropertyStore_Metadata`).
//! The key is `WorkId` with `ColumnId` and the table is `WITHOUT ROWID`, so the rows of an item stand
//! together. `Windows-gather.db` has the gatherer's folders.
//!
//! Sources: misohena, "Windows Searchのデータベースを覗く" (2024; the definition of the property store,
//! the values of an item of a real index); Phalgun Kulkarni and Julia Paluch, "Windows Search Index:
//! The Forensic Artifact You've Been Searching For"; the documentation and readers of SIDR,
//! dissect.target and thumbcache_viewer (names of columns, types of values). Checked on no real index.

mod items;
mod properties;
mod scopes;

#[cfg(test)]
mod tests;

pub use items::items;
pub use scopes::scopes;

/// How a database begins that Windows has encrypted.
///
/// Seen on Windows 11 25H2 in place of SQLite's own signature. Where the key is has not been
/// published.
const ENCRYPTED: &[u8; 16] = b"AesGcm1 SQLite3\0";

/// Whether an encrypted database begins here. It cannot be read.
#[must_use]
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(ENCRYPTED)
}
