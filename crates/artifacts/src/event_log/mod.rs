//! Windows event logs (`.evtx`).

mod binxml;
mod chunk;
mod event;
mod record;
mod scan;
mod wire;

pub use record::{EventRecord, EventValue, Wanted};
pub use scan::{record_at, scan, scan_all};
