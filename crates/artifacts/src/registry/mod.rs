//! Registry hives (`regf`).
//!
//! [`Hive::open`] takes the bytes of a hive and of its transaction logs, brings the hive to the
//! state that Windows would have given it at the next load, and hands out [`Key`]s and [`Value`]s
//! that borrow from it. Nothing is trusted: every offset, size and count is checked against the
//! bytes that are there, a key is a child only of the key that its own parent field names, and
//! what could not be read is told by [`Hive::outcome`].
//!
//! ```no_run
//! use kusari_artifacts::registry::Hive;
//!
//! let primary = std::fs::read("SYSTEM")?;
//! let logs = [std::fs::read("SYSTEM.LOG1")?, std::fs::read("SYSTEM.LOG2")?];
//! let hive = Hive::open(primary, &logs)?;
//! if let Some(usb) = hive.key(r"ControlSet001\Enum\USBSTOR") {
//!     for device in usb.subkeys() {
//!         println!("{} {:?}", device.path(), device.last_written());
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Sources: the Windows registry file format specification by Maxim Suhanov, the REGF format
//! documentation of libregf by Joachim Metz, and the hives of the project's corpus.

mod base_block;
mod bins;
mod cell;
mod hive;
mod key;
mod name;
mod property;
mod recovery;
mod replay;
mod subkeys;
mod survey;
mod used;
mod value;

pub use base_block::{BaseBlock, HiveKind};
pub use hive::{Hive, HiveError};
pub use key::{Key, PathStanding};
pub use property::Property;
pub use recovery::Recovered;
pub use replay::LogPage;
pub use value::Value;
