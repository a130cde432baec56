//! The timeline of Windows 10 and 11 (`ActivitiesCache.db`): which applications and files a user
//! opened and had before him or her, and when.
//!
//! An SQLite database in the user's profile. Its rows are given as they are; what the view
//! `SmartLookup` of the database itself says of them holds: a row of `ActivityOperation` is the newer
//! state of the row of `Activity` with the same id.
//!
//! Sources: the database of the corpus (Windows 10 21H1) with its own schema; Costas Katsavounidis,
//! *An examination of Win10 ActivitiesCache.db database* and the queries beside it (kinds of
//! activities, states, times); artefacts.help, "ActivitiesCache.db"; Microsoft Learn,
//! `Windows.ApplicationModel.UserActivities`.

mod activity;
mod application;
mod content;
mod kind;
mod package;
mod payload;
mod reader;

#[cfg(test)]
mod tests;

pub use activity::{Activity, ActivityId, ActivityTable};
pub use application::Application;
pub use content::{ContentUri, FilePath, PathSource};
pub use kind::{ActivityKind, ActivityStatus};
pub use package::PackageId;
pub use payload::Payload;
pub use reader::{ActivitiesCache, Record};
