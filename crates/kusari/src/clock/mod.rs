//! Clocks: from a time as a machine recorded it to true time, with bounds.
//!
//! Declared clocks only: an examiner's observation is applied as the case file reads it, widened
//! by drift with its distance, and carried over the clock changes that the evidence records. An
//! observation whose reading is unknown corrects nothing; it widens the bounds to both readings.
//! A solver that finds corrections from the evidence takes the place of
//! [`MachineClock::correction_at`]; everything that asks for a corrected time asks there.

mod correction;
pub mod network;
mod zone;

pub use correction::{Correction, MachineClock, RecordedStep};
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
