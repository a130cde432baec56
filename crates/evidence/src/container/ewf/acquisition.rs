//! What the acquisition left behind the media: sectors that could not be read, and sessions of
//! an optical disc. Version 1 and 2 differ in the width of the fields.

use super::fields::is_summed;
use super::notes::Notes;
use crate::container::Fact;
use crate::fields::{u32_at, u64_at, widened};

/// How an array of entries lies between its header and its checksum.
pub(super) struct Layout {
    /// Where the header's checksum stands.
    header_sum: usize,
    /// Where the entries begin.
    entries: usize,
    /// Bytes of an entry.
    entry: usize,
    /// Bytes behind the entries: their checksum, and what pads it.
    footer: usize,
    /// Whether the first sector of an entry has 64 bits.
    wide: bool,
}

/// `error2` of version 1.
pub(super) const ERRORS_1: Layout = Layout {
    header_sum: 516,
    entries: 520,
    entry: 8,
    footer: 4,
    wide: false,
};

/// The error table of version 2.
pub(super) const ERRORS_2: Layout = Layout {
    header_sum: 16,
    entries: 32,
    entry: 16,
    footer: 16,
    wide: true,
};

/// The most ranges that are written out.
const SHOWN: usize = 20;

/// Sectors that could not be read when the image was made. In the image they are what the
/// acquiring program put there: zeros, as a rule.
#[derive(Debug, Default)]
pub(super) struct ReadErrors {
    ranges: u64,
    sectors: u64,
    first: Vec<(u64, u64)>,
}

impl ReadErrors {
    /// From the data of an error section. Wrong checksums are noted; as many entries are read as
    /// there are.
    pub(super) fn read(&mut self, data: &[u8], layout: &Layout, notes: &mut Notes) {
        let Some(count) = u32_at(data, 0) else {
            notes.add("the list of sectors that could not be acquired is cut off");
            return;
        };
        let entries = data.get(layout.entries..).unwrap_or_default();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let length = count.saturating_mul(layout.entry);
        let sound = is_summed(
            data.get(..layout.entries).unwrap_or_default(),
            layout.header_sum,
        ) && is_summed(entries, length);
        if !sound {
            notes.add("the list of sectors that could not be acquired is damaged");
        }
        let there = entries.len().saturating_sub(layout.footer);
        let entries = entries.get(..length.min(there)).unwrap_or_default();
        for entry in entries.chunks_exact(layout.entry) {
            let (start, sectors) = if layout.wide {
                (u64_at(entry, 0), u32_at(entry, 8))
            } else {
                (u32_at(entry, 0).map(u64::from), u32_at(entry, 4))
            };
            let (Some(start), Some(sectors)) = (start, sectors.map(u64::from)) else {
                continue;
            };
            self.ranges = self.ranges.saturating_add(1);
            self.sectors = self.sectors.saturating_add(sectors);
            if self.first.len() < SHOWN {
                self.first.push((start, sectors));
            }
        }
    }

    /// Adds those of another segment.
    pub(super) fn add(&mut self, other: Self) {
        self.ranges = self.ranges.saturating_add(other.ranges);
        self.sectors = self.sectors.saturating_add(other.sectors);
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room));
    }

    /// What a person should know of it.
    pub(super) fn tell(&self, facts: &mut Vec<Fact>, notes: &mut Notes) {
        if self.ranges == 0 {
            return;
        }
        let shown: Vec<String> = self
            .first
            .iter()
            .map(|(start, sectors)| format!("{start}+{sectors}"))
            .collect();
        let more = self.ranges.saturating_sub(widened(shown.len()));
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        let value = format!(
            "{} sectors in {} ranges (first sector+sectors: {}{more})",
            self.sectors,
            self.ranges,
            shown.join(", ")
        );
        notes.add(format!(
            "when the image was made, {value} could not be read; the image holds there what the \
             acquiring program filled in"
        ));
        facts.push(Fact::new("acquisition read errors", value));
    }
}

/// The number of sessions of an optical disc, from the data of a session section.
pub(super) fn sessions(data: &[u8]) -> Option<Fact> {
    let count = u32_at(data, 0).filter(|count| *count > 0)?;
    Some(Fact::new("sessions", count.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::fields::adler32;
    use super::*;

    fn error2(entries: &[(u32, u32)]) -> Vec<u8> {
        let mut data = vec![0; 516];
        data[..4].copy_from_slice(&u32::try_from(entries.len()).unwrap().to_le_bytes());
        data.extend(adler32(&data).to_le_bytes());
        let list: Vec<u8> = entries
            .iter()
            .flat_map(|(start, count)| [start.to_le_bytes(), count.to_le_bytes()].concat())
            .collect();
        data.extend(&list);
        data.extend(adler32(&list).to_le_bytes());
        data
    }

    #[test]
    fn ranges_are_counted_and_the_first_ones_shown() {
        let entries: Vec<_> = (0..30).map(|at| (at * 100, 2)).collect();
        let (mut errors, mut notes) = (ReadErrors::default(), Notes::default());
        errors.read(&error2(&entries), &ERRORS_1, &mut notes);
        let mut facts = Vec::new();
        errors.tell(&mut facts, &mut notes);
        let value = &facts[0].value;
        assert!(value.starts_with("60 sectors in 30 ranges (first sector+sectors: 0+2, 100+2, "));
        assert!(value.ends_with("1900+2, and 10 more)"), "{value}");
        assert_eq!(notes.into_vec().len(), 1);
    }

    #[test]
    fn an_absurd_count_reads_what_is_there_and_is_noted() {
        let mut data = error2(&[(5, 1), (9, 3)]);
        data[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        let (mut errors, mut notes) = (ReadErrors::default(), Notes::default());
        errors.read(&data, &ERRORS_1, &mut notes);
        assert_eq!((errors.ranges, errors.sectors), (2, 4));
        assert_eq!(notes.into_vec().len(), 1);
        errors.read(&[1], &ERRORS_2, &mut Notes::default());
    }
}
