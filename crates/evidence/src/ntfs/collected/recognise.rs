//! Whether bytes are a file table, told by its first records.

use super::super::record;
use crate::fields::u32_at;
use crate::{ReadAt, read_vec_at};

/// Names of the first records. Source: libfsntfs' format document, "The metadata files".
const FIRST_NAMES: [&str; 4] = ["$MFT", "$MFTMirr", "$LogFile", "$Volume"];

/// The size of a record in bytes: each says it, and one of the first records has the name that it
/// has to have. `None` where the bytes are no file table.
pub(super) fn record_size(bytes: &dyn ReadAt) -> Option<u64> {
    let head = read_vec_at(bytes, 0, 32).ok()?;
    if !head.starts_with(b"FILE") && !head.starts_with(b"BAAD") {
        return None;
    }
    let stated = u32_at(&head, 28).map(u64::from);
    // Windows makes records of 1024 bytes, and of 4096 where sectors are as large.
    [stated.unwrap_or(0), 1024, 4096]
        .into_iter()
        .filter(|size| size.is_power_of_two() && (256..=65_536).contains(size))
        .find(|size| {
            (0_u64..).zip(FIRST_NAMES).any(|(number, expected)| {
                let at = number.saturating_mul(*size);
                let read = read_vec_at(bytes, at, *size).ok();
                let record = read.and_then(|read| record::parse(read, number).ok());
                record.is_some_and(|record| record.file_names().any(|own| own.name.is(expected)))
            })
        })
}
