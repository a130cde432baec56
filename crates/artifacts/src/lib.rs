//! The artifact floor: from the bytes of one artifact to typed records.
//!
//! One module an artifact, each a function from bytes to records that knows of no disk, no case
//! and no other machine. Every record carries a [`Locator`] that leads back to its bytes. Damage
//! costs the damaged record only; what was skipped is returned as [`Damage`]. What a source could
//! have seen is returned as [`Coverage`].

mod coverage;
mod damage;
mod dual_text;
mod hive_fact;
mod known_folder;
mod locator;
mod mismatch;
mod object_id;
mod shell_time;
mod terminated;
mod wire;

pub mod activities_cache;
pub mod compound_file;
pub mod device_path;
pub mod drive_layout;
pub mod ese;
pub mod event_log;
pub mod jump_list;
pub mod ntfs_log;
pub mod property_store;
pub mod recycle_bin;
pub mod registry;
pub mod sam_hive;
pub mod setup_log;
pub mod shell_item;
pub mod shortcut;
pub mod software_hive;
pub mod sqlite;
pub mod system_hive;
pub mod text;
pub mod user_hive;
pub mod usn_journal;
pub mod vendor_log;
pub mod windows_search;
pub mod zone_identifier;

pub use coverage::{Coverage, NumberGap, SourceState, TimeStepBack};
pub use damage::Damage;
pub use dual_text::DualText;
pub use hive_fact::HiveFact;
pub use locator::{Locator, LocatorError};
pub use mismatch::Mismatch;
pub use object_id::{Droid, ObjectId};
pub use shell_time::ShellTime;

/// What a parser says about a source besides its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the source could have seen.
    pub coverage: Coverage,
    /// What had to be skipped.
    pub damage: Vec<Damage>,
}
