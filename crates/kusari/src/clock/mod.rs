//! Clocks: from a time as a machine recorded it to true time, with bounds.
//!
//! A machine's clock runs in segments, cut where somebody set it. What is known of it is stated:
//! what examiners saw, in what order a stick's own log has records of several machines, that a stick
//! is in one place at a time, what people say about true time. The solver ([`solve`]) makes a network of
//! all statements ([`network`]), finds which can hold together and under which readings, and gives
//! each clock its corrections with the tightest bounds that follow ([`MachineClock::correct`]). The
//! method, its assumptions and worked examples stand in `docs/clocks.md`.

mod machine_clock;
pub mod network;
mod segment;
pub(crate) mod solve;
mod statement;
mod words;
mod zone;

pub(crate) use machine_clock::cut_off;
pub use machine_clock::{Correction, MachineClock, RecordedStep};
pub use segment::Segment;
pub use statement::{
    Basis, Claim, ClockConflict, Clocks, MomentBounds, OrderOfStays, Readings, RuledOut, Standing,
    Statement, UpToDrift, WhyUnused, Without,
};
pub use words::Says;
pub use zone::Zone;

use kusari_evidence::time::Timestamp;

/// A recorded time after correction. All in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrectedTime {
    /// The best single value; the machine's own time where nothing is known of its clock.
    pub estimate: Timestamp,
    /// True time is not before this. `None`: nothing bounds it.
    pub earliest: Option<Timestamp>,
    /// True time is not after this. `None`: nothing bounds it.
    pub latest: Option<Timestamp>,
}

impl CorrectedTime {
    /// Nothing is known of the clock that showed `own`.
    #[must_use]
    pub const fn unknown(own: Timestamp) -> Self {
        Self {
            estimate: own,
            earliest: None,
            latest: None,
        }
    }
}
