//! The evidence floor: from what an investigator has (a disk image, an archive, a folder, a file)
//! to volumes, file systems and files.
//!
//! ```
//! # fn main() -> kusari_evidence::Result<()> {
//! # let folder = std::env::temp_dir().join(format!("kusari-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(folder.join("Windows/INF")).unwrap();
//! # std::fs::write(folder.join("Windows/INF/setupapi.dev.log"), "[Device Install Log]").unwrap();
//! use kusari_evidence::{Limits, hash, open, read_all, walk};
//!
//! let evidence = open(&folder)?;
//! for volume in &evidence.volumes {
//!     let files = volume.file_system.as_ref();
//!     // Names compare without case, as on Windows.
//!     let mut log = files.open("windows/inf/SETUPAPI.DEV.LOG", None)?;
//!     assert_eq!(hash::sha256_of(&mut log)?.to_string().len(), 64);
//!     assert_eq!(read_all(&mut log, 1 << 20)?.len(), 20);
//!
//!     let summary = walk(files, &Limits::default(), &mut |entry| println!("{}", entry.path));
//!     assert!(summary.notes.is_empty());
//! }
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! Everything above this crate asks for files by their path on the evidence and never learns
//! whether the bytes come from a folder or from an image. A new container is one module and one
//! line in [`container`], a new file system one module that implements [`FileSystem`].
//!
//! Evidence is only ever opened for reading.

pub mod archive;
pub mod bitlocker;
pub mod boot_sector;
pub mod compression;
pub mod container;
pub mod exfat;
pub mod fat;
pub mod hash;
pub mod ntfs;
pub mod partition;
pub mod shadow_copy;
pub mod time;

mod block_cache;
mod collector_names;
mod disk_file;
mod error;
mod evidence_file;
mod evidence_path;
mod fat_family;
mod fields;
mod file_system;
mod folder;
mod folder_shape;
mod format_error;
mod guid;
mod host_name;
mod opening;
mod past_unreadable;
mod read_at;
mod reading;
mod signature;
mod single_file;
mod subtree;
mod unlock_key;
mod walk;

#[cfg(test)]
mod test_folder;

pub use block_cache::BlockCache;
pub use disk_file::DiskFile;
pub use error::{Error, Result};
pub use evidence_file::EvidenceFile;
pub use file_system::{
    Entry, EntryKind, FileSystem, FileTimes, Stream, VolumeIdentity, find_ignoring_case, sort_key,
};
pub use folder::FolderFileSystem;
pub use format_error::FormatError;
pub use guid::Guid;
pub use opening::{
    Evidence, Layer, LayerKind, Layout, LockedVolume, Media, OpenOptions, OpenProgress, Snapshot,
    Volume, VolumePlace, open, open_bytes, open_with,
};
pub use past_unreadable::PastUnreadable;
pub use read_at::{ReadAt, Window, read_exact_at, read_full_at, read_vec_at};
pub use reading::{Recovered, read_all, read_recovering};
pub use single_file::SingleFile;
pub use subtree::Subtree;
pub use unlock_key::{NotAKey, Password, RecoveryPassword, StartupKey, UnlockKey};
pub use walk::{Limits, WalkSummary, walk};
