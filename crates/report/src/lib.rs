//! Kusari's results as terminal tables, Markdown, CSV, JSON and JSON lines, and custody as a picture,
//! in English and Japanese.

pub mod layout;

mod case_file;
mod clocks;
mod companion;
mod copies;
mod coverage;
mod custody;
mod devices;
mod event_json;
mod explain;
mod inspect;
mod language;
mod rows;
mod shown_time;
mod texts;
mod timeline;
mod view;

pub use case_file::case_file;
pub use clocks::clocks;
pub use copies::copies;
pub use coverage::coverage;
pub use custody::custody;
pub use devices::devices;
pub use explain::explain;
pub use inspect::{Verified, files, inspect, verified, verify};
pub use language::Language;
pub use timeline::timeline;
pub use view::{Format, Selection, Unknown, View};
