//! Version 2 of the format.

mod sections;
mod segment;

pub(super) use segment::read;
