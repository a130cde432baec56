//! Jump lists: what each program opened, as the taskbar shows it.
//!
//! `automaticDestinations-ms` is a compound file that Windows keeps: one shortcut a stream, and a
//! stream `DestList` with times, counts and pins. `customDestinations-ms` is written by a program:
//! categories with shortcuts.
//!
//! Sources: Joachim Metz, "Jump lists format" (dtformats); MS-SHLLINK; MS-CFB. What the fields at 112
//! to 128 of a `DestList` entry mean is not documented. See `docs/artifacts/jump-list.md`.

mod application;
mod automatic;
mod custom;
mod dest_list;

pub use application::{ApplicationId, application_of_file};
pub use automatic::{AutomaticItem, AutomaticList};
pub use custom::{Category, CategoryKind, CustomItem, CustomList};
pub use dest_list::{DestList, DestListEntry, Pin};

use encoding_rs::Encoding;

/// Reads an `automaticDestinations-ms` file. `ansi` is the code page of the machine.
#[must_use]
pub fn read_automatic(bytes: &[u8], ansi: &'static Encoding) -> AutomaticList {
    automatic::read(bytes, ansi)
}

/// Reads a `customDestinations-ms` file. `ansi` is the code page of the machine.
#[must_use]
pub fn read_custom(bytes: &[u8], ansi: &'static Encoding) -> CustomList {
    custom::read(bytes, ansi)
}

#[cfg(test)]
mod tests;
