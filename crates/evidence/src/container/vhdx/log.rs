//! The log: changes to the structures of a VHDX that a crash may have kept from their places
//! (MS-VHDX 2.3). Whoever opens the file must apply them first; for evidence, in memory.

use std::sync::Arc;

use super::crc32c::Crc32c;
use super::header::{Header, SECTION};
use super::overlay::Overlay;
use super::{le_u32, le_u64};
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Bytes of a sector of the log.
const SECTOR: usize = 4096;

/// The same, for places in the file.
const SECTOR_BYTES: u64 = 4096;

/// Bytes of the header of an entry, and of a descriptor.
const ENTRY_HEADER: usize = 64;
const DESCRIPTOR: usize = 32;

/// The longest log that is read. Hyper-V and QEMU make one of 1 MiB.
const LONGEST: u64 = 64 * 1024 * 1024;

/// How often over the log may be checked, where entries lie over each other. In a log that was
/// written by rule none of the same session do.
const MOST_CHECKS: usize = 8;

/// A file with its log applied.
pub(super) struct Replayed {
    /// The file as it is then.
    pub(super) file: Overlay,
    /// How many entries were applied.
    pub(super) entries: usize,
    /// The numbers of the first and the last of them.
    pub(super) sequence: (u64, u64),
}

/// Applies the log of `file` in memory.
///
/// # Errors
/// When it cannot be applied: the specification forbids to use the file then.
pub(super) fn replay(file: &Arc<dyn ReadAt>, header: &Header) -> Result<Replayed, FormatError> {
    let place = header.log();
    let malformed = |problem: String| {
        FormatError::malformed(
            "VHDX log",
            place.start,
            format!(
                "{problem}; the file was not closed cleanly, and without its log its structures \
                 cannot be trusted"
            ),
        )
    };
    if header.log_version != 0 {
        return Err(FormatError::Unsupported(format!(
            "a VHDX that was not closed cleanly with a log of version {}; only 0 is known",
            header.log_version
        )));
    }
    let length = place.end.saturating_sub(place.start);
    if place.start < SECTION
        || !place.start.is_multiple_of(SECTION)
        || !length.is_multiple_of(SECTION)
    {
        return Err(malformed(format!(
            "{length} bytes at byte {}; expected whole MiB, behind the first",
            place.start
        )));
    }
    if length > LONGEST {
        return Err(FormatError::Unsupported(format!(
            "a VHDX that was not closed cleanly with a log of {length} bytes; {LONGEST} at most \
             are read"
        )));
    }
    let bytes = read_vec_at(file.as_ref(), place.start, length)
        .map_err(|source| FormatError::unreadable("VHDX log", place.start, source))?;
    if u64::try_from(bytes.len()).ok() != Some(length) {
        return Err(malformed("the file ends inside it".to_owned()));
    }
    let mut log = Log::new(&bytes, header.log_id);
    let active = log.active_sequence().map_err(malformed)?;
    let Some(head) = active.last() else {
        return Err(malformed(
            "it holds no whole sequence of entries".to_owned(),
        ));
    };
    if file.size() < head.flushed_size {
        return Err(malformed(format!(
            "the file has {} bytes and had {} when its last entry was written: it is cut",
            file.size(),
            head.flushed_size
        )));
    }
    let mut overlay = Overlay::new(Arc::clone(file));
    for entry in &active {
        log.apply(entry, &mut overlay);
    }
    overlay.extend_to(head.last_size);
    Ok(Replayed {
        file: overlay,
        entries: active.len(),
        sequence: (
            active.first().map_or(0, |entry| entry.sequence),
            head.sequence,
        ),
    })
}

/// An entry that is whole and sound.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Its first sector.
    start: usize,
    sectors: usize,
    descriptors: usize,
    sequence: u64,
    /// The first sector of the entry at which the sequence begins that this one ends.
    tail: usize,
    flushed_size: u64,
    last_size: u64,
}

/// What a descriptor has written.
enum Descriptor<'a> {
    Zeros {
        start: u64,
        length: u64,
    },
    Sector {
        start: u64,
        bytes: &'a [u8; DESCRIPTOR],
    },
}

#[derive(Clone, Copy)]
enum Verdict {
    Unknown,
    Unsound,
    Sound(Entry),
}

/// The ring of sectors.
struct Log<'a> {
    sectors: &'a [[u8; SECTOR]],
    id: Guid,
    /// What was found about an entry at each sector.
    verdicts: Vec<Verdict>,
    /// How many sectors may yet be checked.
    left: usize,
}

impl<'a> Log<'a> {
    fn new(bytes: &'a [u8], id: Guid) -> Self {
        let (sectors, _) = bytes.as_chunks();
        Self {
            sectors,
            id,
            verdicts: vec![Verdict::Unknown; sectors.len()],
            left: sectors.len().saturating_mul(MOST_CHECKS),
        }
    }

    /// The entries to apply, in order; none when there is no valid sequence. The steps are those
    /// of 2.3.3.
    fn active_sequence(&mut self) -> Result<Vec<Entry>, String> {
        let count = self.sectors.len().max(1);
        let mut best: Vec<Entry> = Vec::new();
        let mut tail = 0;
        loop {
            let mut sequence: Vec<Entry> = Vec::new();
            let mut head = tail;
            while let Some(entry) = self.entry_at(head)? {
                let follows = sequence
                    .last()
                    .is_none_or(|last| last.sequence.checked_add(1) == Some(entry.sequence));
                if !follows {
                    break;
                }
                head = head.saturating_add(entry.sectors) % count;
                sequence.push(entry);
            }
            let begin = sequence
                .last()
                .and_then(|last| sequence.iter().position(|entry| entry.start == last.tail));
            let next = if let Some(begin) = begin {
                let number = |entries: &[Entry]| entries.last().map_or(0, |last| last.sequence);
                if number(&sequence) > number(&best) {
                    // What stands before the tail has reached its place already.
                    best = sequence.split_off(begin);
                }
                head
            } else {
                tail.saturating_add(1) % count
            };
            if next <= tail {
                return Ok(best);
            }
            tail = next;
        }
    }

    /// The sound entry that begins at a sector.
    fn entry_at(&mut self, start: usize) -> Result<Option<Entry>, String> {
        match self.verdicts.get(start) {
            Some(Verdict::Sound(entry)) => return Ok(Some(*entry)),
            Some(Verdict::Unknown) => {}
            Some(Verdict::Unsound) | None => return Ok(None),
        }
        let entry = match self.read_header(start) {
            None => None,
            Some(entry) => {
                self.left = self.left.checked_sub(entry.sectors).ok_or_else(|| {
                    "its entries lie over each other, as those of no real log do".to_owned()
                })?;
                Some(entry).filter(|entry| self.is_sound(entry))
            }
        };
        if let Some(verdict) = self.verdicts.get_mut(start) {
            *verdict = entry.map_or(Verdict::Unsound, Verdict::Sound);
        }
        Ok(entry)
    }

    /// The sector with that number; behind the last comes the first again.
    fn sector(&self, number: usize) -> Option<&'a [u8; SECTOR]> {
        self.sectors.get(number % self.sectors.len().max(1))
    }

    fn read_header(&self, start: usize) -> Option<Entry> {
        let header = self.sector(start)?;
        if !header.starts_with(b"loge") || Guid::from_bytes(header.get(32..)?)? != self.id {
            return None;
        }
        let whole = |value: u32| {
            let value = usize::try_from(value).ok()?;
            value.is_multiple_of(SECTOR).then_some(value / SECTOR)
        };
        let entry = Entry {
            start,
            sectors: whole(le_u32(header, 8)?)?,
            tail: whole(le_u32(header, 12)?)?,
            sequence: le_u64(header, 16)?,
            descriptors: usize::try_from(le_u32(header, 24)?).ok()?,
            flushed_size: le_u64(header, 48)?,
            last_size: le_u64(header, 56)?,
        };
        let fits = entry.sectors <= self.sectors.len()
            && entry.tail < self.sectors.len()
            && entry.descriptor_sectors()? <= entry.sectors;
        (fits && entry.sequence > 0).then_some(entry)
    }

    /// Whether descriptors, data sectors and checksum of an entry are all as they should be.
    fn is_sound(&self, entry: &Entry) -> bool {
        self.check(entry).unwrap_or(false)
    }

    fn check(&self, entry: &Entry) -> Option<bool> {
        let mut data = entry.start.checked_add(entry.descriptor_sectors()?)?;
        let end = entry.start.checked_add(entry.sectors)?;
        for number in 0..entry.descriptors {
            if let Descriptor::Sector { .. } = self.descriptor(entry, number)? {
                let sector = self.sector(data).filter(|_| data < end)?;
                let high = u64::from(le_u32(sector, 4)?) << 32;
                let sequence = high | u64::from(le_u32(sector, 4092)?);
                if !sector.starts_with(b"data") || sequence != entry.sequence {
                    return Some(false);
                }
                data = data.checked_add(1)?;
            }
        }
        let mut sum = Crc32c::new();
        let first = self.sector(entry.start)?;
        sum.update(first.get(..4)?);
        sum.update(&[0; 4]);
        sum.update(first.get(8..)?);
        for number in entry.start.checked_add(1)?..end {
            sum.update(self.sector(number)?);
        }
        Some(sum.finish() == le_u32(first, 4)?)
    }

    /// A descriptor of an entry, when it is one of this entry.
    fn descriptor(&self, entry: &Entry, number: usize) -> Option<Descriptor<'a>> {
        let at = number.checked_mul(DESCRIPTOR)?.checked_add(ENTRY_HEADER)?;
        let sector = self.sector(entry.start.checked_add(at / SECTOR)?)?;
        let bytes: &[u8; DESCRIPTOR] = sector.get(at % SECTOR..)?.first_chunk()?;
        let start = le_u64(bytes, 16)?;
        if le_u64(bytes, 24)? != entry.sequence || !start.is_multiple_of(SECTOR_BYTES) {
            return None;
        }
        let length = match bytes.first_chunk::<4>()? {
            b"desc" => SECTOR_BYTES,
            b"zero" => le_u64(bytes, 8)?,
            _ => return None,
        };
        start.checked_add(length)?;
        if bytes.starts_with(b"desc") {
            return Some(Descriptor::Sector { start, bytes });
        }
        length
            .is_multiple_of(SECTOR_BYTES)
            .then_some(Descriptor::Zeros { start, length })
    }

    /// Applies a sound entry.
    fn apply(&self, entry: &Entry, file: &mut Overlay) {
        let mut data = entry
            .start
            .saturating_add(entry.descriptor_sectors().unwrap_or(0));
        for number in 0..entry.descriptors {
            match self.descriptor(entry, number) {
                Some(Descriptor::Zeros { start, length }) => file.write_zeros(start, length),
                Some(Descriptor::Sector { start, bytes }) => {
                    let restored = self.sector(data).and_then(|sector| restored(sector, bytes));
                    if let Some(sector) = restored {
                        file.write(start, sector);
                    }
                    data = data.saturating_add(1);
                }
                // An entry with such a descriptor is not sound.
                None => {}
            }
        }
    }
}

impl Entry {
    /// The sectors that its header and its descriptors take.
    fn descriptor_sectors(&self) -> Option<usize> {
        let bytes = self.descriptors.checked_mul(DESCRIPTOR)?;
        Some(bytes.checked_add(ENTRY_HEADER)?.div_ceil(SECTOR))
    }
}

/// A sector as it is to be written: the descriptor keeps its first eight and last four bytes,
/// where the log has its own.
fn restored(sector: &[u8; SECTOR], descriptor: &[u8; DESCRIPTOR]) -> Option<Box<[u8]>> {
    let parts = [
        descriptor.get(8..16)?,
        sector.get(8..4092)?,
        descriptor.get(4..8)?,
    ];
    Some(parts.concat().into())
}
