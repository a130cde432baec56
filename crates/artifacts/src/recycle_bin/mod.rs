//! The recycle bin: what was deleted, when, from where, and by whom.
//!
//! Windows Vista and later write an index file `$I…` for each deleted file, whose content lies
//! beside it as `$R…`. Windows 95 to XP keep one index, `INFO` or `INFO2`, and name the contents
//! `Dc1.txt`: drive, number, extension.
//!
//! Sources: Joachim Metz, "Windows Recycle.Bin file formats" and "Windows Recycler file formats"
//! (dtformats); Daniel Marschall, "Windows Recycle Bin internal format" (ViaThinkSoft); Microsoft KB
//! 136517. See `docs/artifacts/recycle-bin.md`.

mod index_file;
mod info2;
mod place;

pub use index_file::{DeletedFile, IndexFile, read as read_index_file};
pub use info2::{Info2, Info2Header, Info2Record, read as read_info2};
pub use place::{BinPlace, content_name, is_index_file};

#[cfg(test)]
mod tests;
