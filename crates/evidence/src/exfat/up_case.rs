//! The up-case table, by which names compare without case.
//!
//! Source: Microsoft, "exFAT file system specification", 7.2.

use super::boot_region::add;
use crate::{ReadAt, read_vec_at};

/// The most bytes of a table: 65,536 characters, and as many marks of one character each.
pub(super) const LONGEST: u64 = 65_536 * 4;

/// The mark behind which the number of characters stands that map to themselves.
const SAME: u16 = 0xFFFF;

/// Which character each maps to.
pub(super) enum UpCase {
    /// The table of the volume.
    OfVolume(Vec<u16>),
    /// The volume has none that can be used: Unicode's.
    OfUnicode,
}

impl UpCase {
    /// Reads the table; says why it cannot be used else.
    pub(super) fn read(file: &dyn ReadAt, checksum: u32) -> Result<Self, String> {
        if file.size() > LONGEST {
            return Err(format!("it has {} bytes", file.size()));
        }
        let bytes = read_vec_at(file, 0, LONGEST).map_err(|error| error.to_string())?;
        let sum = bytes.iter().fold(0, |sum, byte| add(sum, *byte));
        if sum != checksum {
            return Err(format!("its sum is {sum:08X}, expected {checksum:08X}"));
        }
        Ok(Self::OfVolume(expanded(&bytes)))
    }

    /// The name in capitals.
    pub(super) fn fold(&self, name: &str) -> String {
        match self {
            Self::OfVolume(table) => {
                let units: Vec<u16> = name
                    .encode_utf16()
                    .map(|unit| table.get(usize::from(unit)).copied().unwrap_or(unit))
                    .collect();
                String::from_utf16_lossy(&units)
            }
            Self::OfUnicode => name.to_uppercase(),
        }
    }
}

fn expanded(bytes: &[u8]) -> Vec<u16> {
    let (units, _) = bytes.as_chunks::<2>();
    let mut table: Vec<u16> = Vec::new();
    let mut units = units.iter().map(|unit| u16::from_le_bytes(*unit));
    // Character FFFF is the last one; where it stands for itself at its place it is no mark.
    while let (Some(unit), Ok(next)) = (units.next(), u16::try_from(table.len())) {
        if unit == SAME && next != SAME {
            let count = units.next().unwrap_or(0);
            // What would go past the last character is cut.
            table.extend((next..=SAME).take(usize::from(count)));
        } else {
            table.push(unit);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_for_characters_that_map_to_themselves() {
        // The example of the specification: 97 characters, then a to c.
        let bytes: Vec<u8> = [0xFFFF, 0x61, 0x41, 0x42, 0x43]
            .iter()
            .flat_map(|unit: &u16| unit.to_le_bytes())
            .collect();
        let sum = bytes.iter().fold(0, |sum, byte| add(sum, *byte));
        let table = UpCase::read(&bytes, sum).unwrap();
        assert_eq!(table.fold("abcdé"), "ABCdé");
        assert!(UpCase::read(&bytes, sum ^ 1).is_err());
        assert!(UpCase::read(&vec![0; 65_536 * 4 + 1], 0).is_err());
        assert_eq!(UpCase::OfUnicode.fold("abé"), "ABÉ");
    }

    #[test]
    fn a_table_cannot_grow_past_the_last_character() {
        let mark: Vec<u8> = [0xFFFF_u16, 0xFFFE]
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect();
        assert_eq!(expanded(&mark.repeat(1000)).len(), 65_536);
    }
}
