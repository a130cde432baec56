//! Windows event logs (`.evtx`).

mod binxml;
mod chunk;
mod event;
pub mod events;
mod file;
mod filter;
mod history;
mod record;
mod scan;
mod walk;
mod wire;

pub use record::{EventRecord, EventValue, Wanted};
pub use scan::{ScanOptions, record_at, scan, scan_all, scan_with};
