//! Events: what the records of all sources say that happened, in columns.

mod action;
pub mod meaning;
mod table;

pub use action::Action;
pub(crate) use table::EventContent;
pub use table::{
    Confidence, EventRow, EventTable, IdentifierText, MachineIndex, NewEvent, SourceIndex, Whose,
};
