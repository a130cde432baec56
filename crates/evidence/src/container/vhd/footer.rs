//! The hard disk footer: what kind of disk it is and how large. Every VHD ends with one; dynamic
//! and differencing disks begin with a copy.

use crate::time::Timestamp;
use crate::{FormatError, Guid, ReadAt, read_vec_at};

/// Bytes of a footer.
pub(super) const LENGTH: u64 = 512;

/// Bytes of a footer that was made before Virtual PC 2004.
const OLD_LENGTH: u64 = 511;

/// What a footer begins with.
pub(super) const COOKIE: &[u8] = b"conectix";

/// Where the checksum stands in it.
const CHECKSUM: usize = 64;

/// Seconds from 1970 to 2000-01-01T00:00:00Z, from which a VHD counts.
const EPOCH: i64 = 946_684_800;

/// The kinds of disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiskType {
    Fixed,
    Dynamic,
    Differencing,
}

/// A footer that stands in the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) features: u32,
    pub(super) version: u32,
    /// Where the dynamic disk header stands.
    pub(super) data_offset: u64,
    /// Seconds since 2000.
    pub(super) time_stamp: u32,
    pub(super) creator: [u8; 4],
    pub(super) creator_version: u32,
    pub(super) host: [u8; 4],
    pub(super) original_size: u64,
    pub(super) current_size: u64,
    pub(super) cylinders: u16,
    pub(super) heads: u8,
    pub(super) sectors_per_track: u8,
    pub(super) disk_type: u32,
    pub(super) id: Guid,
    pub(super) saved_state: u8,
    /// Whether the checksum agrees.
    pub(super) is_sound: bool,
}

impl Footer {
    /// From the bytes of a footer; `None` when they do not begin as one or are too few.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let shortest = usize::try_from(OLD_LENGTH).ok()?;
        if !bytes.starts_with(COOKIE) || bytes.len() < shortest {
            return None;
        }
        Some(Self {
            features: be_u32(bytes, 8)?,
            version: be_u32(bytes, 12)?,
            data_offset: be_u64(bytes, 16)?,
            time_stamp: be_u32(bytes, 24)?,
            creator: *bytes.get(28..)?.first_chunk()?,
            creator_version: be_u32(bytes, 32)?,
            host: *bytes.get(36..)?.first_chunk()?,
            original_size: be_u64(bytes, 40)?,
            current_size: be_u64(bytes, 48)?,
            cylinders: u16::from_be_bytes(*bytes.get(56..)?.first_chunk()?),
            heads: *bytes.get(58)?,
            sectors_per_track: *bytes.get(59)?,
            disk_type: be_u32(bytes, 60)?,
            id: big_endian_guid(bytes.get(68..)?)?,
            saved_state: *bytes.get(84)?,
            is_sound: be_u32(bytes, CHECKSUM)? == checksum(bytes, CHECKSUM),
        })
    }

    /// The kind of disk, or the number when it is none of the known.
    pub(super) fn kind(&self) -> Result<DiskType, u32> {
        match self.disk_type {
            2 => Ok(DiskType::Fixed),
            3 => Ok(DiskType::Dynamic),
            4 => Ok(DiskType::Differencing),
            other => Err(other),
        }
    }

    /// The bytes that its cylinders, heads and sectors make.
    pub(super) fn geometry_size(&self) -> u64 {
        u64::from(self.cylinders)
            .saturating_mul(u64::from(self.heads))
            .saturating_mul(u64::from(self.sectors_per_track))
            .saturating_mul(512)
    }
}

/// A footer that may be used, and where.
pub(super) struct Chosen {
    pub(super) footer: Footer,
    /// Where the blocks of the disk must end: at the footer, or at the end of the file where it is
    /// gone.
    pub(super) end: u64,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// The footer of a file: the one at its end, or the copy at its start where that is damaged.
pub(super) fn choose(file: &dyn ReadAt) -> Result<Chosen, FormatError> {
    let size = file.size();
    let (end_offset, at_end) = at_end(file);
    let at_start = read_vec_at(file, 0, LENGTH)
        .ok()
        .and_then(|bytes| Footer::parse(&bytes));
    let sound_start = at_start.as_ref().filter(|footer| footer.is_sound);
    let chosen = |footer: &Footer, end, notes| {
        Ok(Chosen {
            footer: footer.clone(),
            end,
            notes,
        })
    };
    match (&at_end, sound_start) {
        (Some(end), start) if end.is_sound => {
            let mut notes = Vec::new();
            if end.kind() != Ok(DiskType::Fixed) {
                match start {
                    None => notes.push(
                        "the copy of the footer at the start of the file is damaged; the footer \
                         at the end is used"
                            .to_owned(),
                    ),
                    Some(copy) if copy != end => notes.push(
                        "the copy of the footer at the start of the file differs from the footer \
                         at the end, which is used"
                            .to_owned(),
                    ),
                    Some(_) => {}
                }
            }
            chosen(end, end_offset, notes)
        }
        (end, Some(copy)) if copy.kind() != Ok(DiskType::Fixed) => {
            let (limit, what) = if end.is_some() {
                (end_offset, "damaged (its checksum does not agree)")
            } else {
                (size, "gone or damaged; the file may be cut")
            };
            let note = format!(
                "the footer at the end of the file is {what}; its copy at the start is used"
            );
            chosen(copy, limit, vec![note])
        }
        // A fixed disk is the bytes before the footer: the file's own size confirms what it says.
        (Some(end), _) if end.kind() == Ok(DiskType::Fixed) && end.current_size == end_offset => {
            let note = "the checksum of the footer does not agree; the size that it gives is that \
                        of the file, so the disk is read, but what else it says may be wrong";
            chosen(end, end_offset, vec![note.to_owned()])
        }
        _ => Err(FormatError::malformed(
            "hard disk footer",
            end_offset,
            "neither the footer at the end of the file nor a copy at its start has a checksum \
             that agrees",
        )),
    }
}

/// The footer at the end, and where it stands or should stand.
fn at_end(file: &dyn ReadAt) -> (u64, Option<Footer>) {
    let size = file.size();
    for length in [LENGTH, OLD_LENGTH] {
        let Some(offset) = size.checked_sub(length) else {
            continue;
        };
        let footer = read_vec_at(file, offset, length)
            .ok()
            .and_then(|bytes| Footer::parse(&bytes));
        if footer.is_some() {
            return (offset, footer);
        }
    }
    (size.saturating_sub(LENGTH), None)
}

/// One's complement of the sum of all bytes but those of the checksum at `place`.
pub(super) fn checksum(bytes: &[u8], place: usize) -> u32 {
    let own = place..place.saturating_add(4);
    let others = bytes.iter().enumerate().filter(|(at, _)| !own.contains(at));
    !others.fold(0_u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}

/// The moment that a VHD writes as so many seconds since 2000, in UTC.
pub(super) fn moment(seconds: u32) -> String {
    match Timestamp::from_unix(EPOCH.saturating_add(i64::from(seconds)), 0) {
        Some(at) => format!("{}Z", at.to_text(0)),
        None => format!("{seconds} seconds since 2000"),
    }
}

/// An id, which a VHD writes in the order in which it is read aloud.
pub(super) fn big_endian_guid(bytes: &[u8]) -> Option<Guid> {
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = *bytes.first_chunk::<16>()?;
    let mut guid = [a3, a2, a1, a0, b1, b0, c1, c0, 0, 0, 0, 0, 0, 0, 0, 0];
    guid.get_mut(8..)?.copy_from_slice(&rest);
    Some(Guid(guid))
}

pub(super) fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(super) fn be_u64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
