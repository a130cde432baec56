//! Update sequences, by which a record that was written only in part is told.
//!
//! On disk the last two bytes of each 512 bytes of a record or index block are a number that is
//! the same in all of them and counts up with each write; the bytes that belong there stand in an
//! array in the record. The stretch is 512 bytes whatever the size of a sector.
//!
//! Source: libfsntfs' format document, "The fix-up values"; MS Learn, MULTI_SECTOR_HEADER.

use crate::fields::{array_at, u16_at};

const STRIDE: usize = 512;

/// Puts the bytes back where they belong; says what is wrong where the record is torn.
///
/// # Errors
/// When the array does not fit, or the number is not the same at the end of each 512 bytes. The
/// record is left as it was up to there.
pub(super) fn apply(record: &mut [u8]) -> Result<(), String> {
    let strides = record.len() / STRIDE;
    let (Some(offset), Some(count)) = (u16_at(record, 4), u16_at(record, 6)) else {
        return Err("it is cut off".to_owned());
    };
    let array = usize::from(offset);
    // More values than stretches have been seen; fewer leave a stretch without its bytes.
    if usize::from(count) <= strides {
        return Err(format!(
            "its update sequence has {count} values for {strides} sectors"
        ));
    }
    let Some(number) = array_at::<2>(record, array) else {
        return Err(format!("its update sequence at {array} is outside"));
    };
    let value_at = |stride: usize| {
        array
            .saturating_add(2)
            .saturating_add(stride.saturating_mul(2))
    };
    // The array may not stand in bytes that it replaces.
    if value_at(strides) > STRIDE.saturating_sub(2).min(record.len()) {
        return Err(format!("its update sequence at {array} is outside"));
    }
    for stride in 0..strides {
        let end = stride.saturating_add(1).saturating_mul(STRIDE);
        let Some(value) = array_at::<2>(record, value_at(stride)) else {
            return Err("its update sequence is cut off".to_owned());
        };
        let Some(place) = record.get_mut(end.saturating_sub(2)..end) else {
            return Err("it is cut off".to_owned());
        };
        if place != number {
            return Err(format!(
                "it was written only in part: its 512 bytes number {} carry another update \
                 sequence number",
                stride.saturating_add(1)
            ));
        }
        place.copy_from_slice(&value);
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes the update sequence of a record whose array stands at `array`.
    pub(crate) fn protect(record: &mut [u8], array: usize, number: u16) {
        let strides = record.len() / STRIDE;
        record[4..6].copy_from_slice(&u16::try_from(array).unwrap().to_le_bytes());
        record[6..8].copy_from_slice(&u16::try_from(strides + 1).unwrap().to_le_bytes());
        record[array..array + 2].copy_from_slice(&number.to_le_bytes());
        for stride in 0..strides {
            let end = (stride + 1) * STRIDE;
            let at = array + 2 + stride * 2;
            let value = [record[end - 2], record[end - 1]];
            record[at..at + 2].copy_from_slice(&value);
            record[end - 2..end].copy_from_slice(&number.to_le_bytes());
        }
    }

    #[test]
    fn bytes_come_back_and_a_torn_record_is_told() {
        let mut record: Vec<u8> = (0..=255).cycle().take(1024).collect();
        let whole = record.clone();
        protect(&mut record, 48, 9);
        let mut read = record.clone();
        apply(&mut read).unwrap();
        assert_eq!(read[54..], whole[54..]);

        record[1023] ^= 1;
        assert!(apply(&mut record).unwrap_err().contains("number 2"));
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        for (array, count) in [(48_u16, 2_u16), (48, 0), (506, 3), (0xFFFF, 3), (600, 3)] {
            let mut record = vec![0; 1024];
            record[4..6].copy_from_slice(&array.to_le_bytes());
            record[6..8].copy_from_slice(&count.to_le_bytes());
            assert!(apply(&mut record).is_err(), "{array} {count}");
        }
        assert!(apply(&mut [0; 5]).is_err());
        // A record shorter than 512 bytes has nothing to put back.
        let mut short = vec![0; 256];
        short[6] = 1;
        assert!(apply(&mut short).is_ok());
    }
}
