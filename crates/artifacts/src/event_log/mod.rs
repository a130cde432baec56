//! Windows event logs (`.evtx`).
//!
//! [`scan`] gives the wanted events of a log in the order of their numbers and skims the rest;
//! [`scan_all`] gives all. [`record_at`] and [`record_xml`] lead from an event back to its record.
//! [`events`] turns records into what they say about devices, people and clocks.
//!
//! ```
//! use kusari_artifacts::event_log::{Wanted, scan};
//!
//! # let log: &[u8] = &[];
//! let wanted = [Wanted { provider: "Microsoft-Windows-Partition", event_ids: &[1006] }];
//! let outcome = scan(log, &wanted, &mut |event| {
//!     println!("{} {} {:?}", event.record_id, event.created, event.text("ParentId"));
//! });
//! for damage in &outcome.damage {
//!     eprintln!("{damage}");
//! }
//! ```

mod agreement;
mod binxml;
mod chunk;
mod event;
pub mod events;
mod file;
mod filter;
mod history;
mod log;
mod order;
mod record;
mod scan;
mod summary;
mod walk;
mod xml;

pub use record::{EventRecord, EventValue, Wanted};
pub use scan::{ScanOptions, record_at, scan, scan_all, scan_stored, scan_with};
pub use summary::{EventCount, summarize};
pub use xml::record_xml;
