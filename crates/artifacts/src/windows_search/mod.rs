//! The Windows Search index (`Windows.edb`, `Windows.db`): files that the indexer has seen, those on
//! volumes that are gone among them.
//!
//! ```
//! # let bytes: Vec<u8> = Vec::new();
//! use kusari_artifacts::ese::Database;
//! use kusari_artifacts::windows_search::{self, Scopes};
//!
//! let Ok(database) = Database::open(&bytes) else { return };
//! let outcome = windows_search::items(&database, &mut |item| {
//!     if item.drive_letter().is_some_and(|letter| letter != 'C') {
//!         println!("{:?} {:?} {:?}", item.file_path(), item.gathered, item.volume_id);
//!     }
//! });
//! let scopes = Scopes::read(&database);
//! for volume in scopes.volumes() {
//!     println!("{:?} {:?}", volume.letter, volume.guid);
//! }
//! ```
//!
//! [`items`] gives the property store, a row an item; [`gathered`] the gatherer's own list of files,
//! whose folders are [`Scopes`].
//!
//! The index of Windows 8 and later (`SystemIndex_PropertyStore`) is read, and that of Windows XP and
//! 7 (`SystemIndex_0A`). In that of Windows Vista texts are compressed by Windows Search itself; they
//! are not read. Windows 11 keeps the index in SQLite: [`sqlite`] reads that form
//! to the same [`Item`]s and [`Scopes`].
//!
//! Sources: Joachim Metz, "Windows Search" (esedb-kb); MS Learn, the pages of the properties
//! (`System.Search.GatherTime` and others); an index of Windows 10.

mod gatherer;
mod item;
mod items;
mod layout;
mod scope;
mod scope_guid;
pub mod sqlite;

#[cfg(test)]
mod tests;

pub use gatherer::{GatheredFile, gathered};
pub use item::Item;
pub use items::items;
pub use layout::Layout;
pub use scope::{Scope, ScopedVolume, Scopes};
