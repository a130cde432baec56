//! Kusari (鎖): Windows evidence from many machines and USB sticks, rebuilt into one custody
//! timeline.

pub mod case;
pub mod event;
pub mod harvest;
pub mod identity;
pub mod intake;
pub mod strings;

pub mod clock;
