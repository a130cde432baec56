//! Kusari (鎖): Windows evidence from many machines and USB sticks, rebuilt into one custody
//! timeline.
//!
//! ```no_run
//! use std::path::Path;
//! use kusari::{Case, Options};
//!
//! let case = Case::from_file(Path::new("case.toml"))?;
//! let reconstruction = case.reconstruct(&Options::default())?;
//! for event in reconstruction.timeline() {
//!     println!("{} {} {}", event.recorded, event.action.name(), event.message);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Data flows one way: a [`case`] names evidence; [`intake`] finds the artifacts on it and turns
//! their records into events and claims; [`identity`] joins claims into devices; [`clock`]
//! corrects times; [`custody`] builds sessions and the table; [`findings`] says what does not
//! fit; [`coverage`] says what could have been seen; [`lineage`] finds the copies of a file.

pub mod absence;
pub mod case;
pub mod clock;
pub mod coverage;
pub mod custody;
pub mod event;
pub mod explain;
pub mod findings;
#[cfg(feature = "polars")]
mod frame;
pub mod harvest;
pub mod identity;
pub mod intake;
mod letters;
pub mod lineage;
pub mod machine;
mod reconstruction;
pub mod source;
pub mod strings;

pub use case::Case;
pub use reconstruction::{
    AskForKey, EventId, EventView, Events, OpenedEvidence, Opening, Options, Owner, Placed,
    Progress, ReconstructError, Reconstruction, reconstruct,
};
