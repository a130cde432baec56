//! Version 1 of the format.

pub(super) mod sections;
mod segment;
mod volume;

pub(super) use segment::read;
