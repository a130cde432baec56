//! Windows event logs (`.evtx`).

mod record;

pub use record::{EventRecord, EventValue, Wanted};
