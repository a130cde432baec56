//! `$UsnJrnl:$Max`: how large the journal may be, and since when this journal exists.
//!
//! Sources: libfsntfs' format document, "USN change journal metadata"; for the fourth number, which
//! that calls unknown and empty, M. Willing's Get-UsnJrnlInfo. What they mean: MS Learn,
//! USN_JOURNAL_DATA.

use kusari_evidence::time::Timestamp;

/// What the stream `$Max` says. It is 32 bytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How large the journal may grow before its oldest records are dropped, in bytes.
    pub maximum_size: u64,
    /// How many bytes are allocated and dropped at a time.
    pub allocation_delta: u64,
    /// The journal's id. Windows takes the time at which the journal was made, as a FILETIME.
    pub journal_id: u64,
    /// The first sequence number that this journal can hold.
    pub lowest_valid_usn: u64,
}

impl Settings {
    /// Reads the stream. `None` when it is too short, or all zeros: then no journal is active.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (fields, _) = bytes.first_chunk::<32>()?.as_chunks::<8>();
        let [maximum_size, allocation_delta, journal_id, lowest_valid_usn] = fields else {
            return None;
        };
        let settings = Self {
            maximum_size: u64::from_le_bytes(*maximum_size),
            allocation_delta: u64::from_le_bytes(*allocation_delta),
            journal_id: u64::from_le_bytes(*journal_id),
            lowest_valid_usn: u64::from_le_bytes(*lowest_valid_usn),
        };
        (bytes.first_chunk::<32>()? != &[0; 32]).then_some(settings)
    }

    /// When this journal was made, by the machine's clock, where the id is a time.
    #[must_use]
    pub fn made(&self) -> Option<Timestamp> {
        Timestamp::from_filetime(self.journal_id)
    }

    /// Whether an earlier journal of this volume was deleted before this one was made, or it was
    /// stamped anew: the numbering then does not start at zero, since it goes on where the earlier
    /// one ended. `false` does not prove that there was none.
    #[must_use]
    pub const fn restarted(&self) -> bool {
        self.lowest_valid_usn != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_numbers_are_read() {
        let mut bytes = Vec::new();
        for number in [0x200_0000_u64, 0x40_0000, 132_223_104_000_000_000, 0x1000] {
            bytes.extend(number.to_le_bytes());
        }
        let settings = Settings::parse(&bytes).unwrap();
        assert_eq!(settings.maximum_size, 32 << 20);
        assert_eq!(settings.allocation_delta, 4 << 20);
        assert_eq!(
            settings.made().unwrap().to_string(),
            "2020-01-01T00:00:00.0000000Z"
        );
        assert!(settings.restarted());
        assert_eq!(Settings::parse(&bytes[..31]), None);
        assert_eq!(Settings::parse(&[0; 64]), None);
    }
}
