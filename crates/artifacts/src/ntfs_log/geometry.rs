//! How long the volume's clusters and file records are.

use super::operation::Operation;
use super::record::{Record, Target};
use crate::wire::{u16_at, u32_at};

/// What of a volume is needed to tell which file record a log record changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// The length of a cluster in bytes.
    pub cluster_size: u32,
    /// The length of a file record in bytes.
    pub record_size: u32,
}

/// In what a target's place in its cluster counts.
const STEP: u64 = 512;

impl Geometry {
    /// The number of the file record that a change of the file table is done in; `None` where none
    /// begins there.
    #[must_use]
    pub fn record_of(&self, target: &Target<'_>) -> Option<u64> {
        let at = target
            .vcn
            .checked_mul(u64::from(self.cluster_size))?
            .checked_add(u64::from(target.cluster_offset).checked_mul(STEP)?)?;
        let size = u64::from(self.record_size);
        (at.checked_rem(size)? == 0).then(|| at / size)
    }

    /// Where the first attribute of a file record stands: behind the header and the update
    /// sequence, at a multiple of 8. Source: libfsntfs' format document, "MFT entry header", for
    /// NTFS 3.1.
    #[must_use]
    pub fn first_attribute(&self) -> u16 {
        const HEADER: u32 = 48;
        let sequence = (self.record_size / 512).saturating_add(1).saturating_mul(2);
        let end = HEADER.saturating_add(sequence);
        u16::try_from(end.next_multiple_of(8)).unwrap_or(u16::MAX)
    }
}

/// Finds the geometry in the log.
#[derive(Debug, Default)]
pub(super) struct Inference {
    found: Option<Geometry>,
    contradicted: bool,
}

impl Inference {
    pub(super) fn take(&mut self, record: &Record<'_>) {
        if let Some(geometry) = inferred(record) {
            match self.found {
                None => self.found = Some(geometry),
                Some(found) if found != geometry => self.contradicted = true,
                Some(_) => {}
            }
        }
    }

    pub(super) fn finish(self) -> Option<Geometry> {
        self.found.filter(|_| !self.contradicted)
    }
}

/// The geometry by one file record that is written whole and says its number (NTFS 3.1).
fn inferred(record: &Record<'_>) -> Option<Geometry> {
    let update = record.update()?;
    if update.redo != Operation::INITIALIZE_FILE_RECORD || update.target.vcn == 0 {
        return None;
    }
    let bytes = update
        .redo_data
        .filter(|bytes| bytes.starts_with(b"FILE"))?;
    if u16_at(bytes, 4)? < 48 {
        return None;
    }
    let record_size = u32_at(bytes, 0x1C)?;
    let number = u64::from(u32_at(bytes, 0x2C)?);
    let inside = u64::from(update.target.cluster_offset).checked_mul(STEP)?;
    let before = number
        .checked_mul(u64::from(record_size))?
        .checked_sub(inside)?;
    let cluster_size = u32::try_from(before.checked_div(update.target.vcn)?).ok()?;
    let exact = u64::from(cluster_size).checked_mul(update.target.vcn)? == before;
    let sound = cluster_size.is_power_of_two()
        && (512..=1 << 21).contains(&cluster_size)
        && record_size.is_power_of_two()
        && (512..=4096).contains(&record_size);
    (exact && sound).then_some(Geometry {
        cluster_size,
        record_size,
    })
}
