//! What an unlocked volume shows where.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format": Virtual sector(s); for the lengths
//! of the areas the documentation of dislocker and dissect.fve. What Windows shows was confirmed
//! by the hashes of real volumes (`docs/validation/bitlocker.md`).

use super::metadata::{AREA, Metadata, Version};
use super::on_write::{Content, OnWrite};
use super::state;
use super::volume_header::{SIGNATURE, VolumeHeader};
use crate::{FormatError, ReadAt, read_exact_at};

/// Name of the structure in messages.
const STRUCTURE: &str = "BitLocker layout";

/// The bytes at the beginning of a Vista volume that are not encrypted.
const VISTA_CLEAR: u64 = 0x2000;

/// Bytes of a Vista metadata block, before it is rounded up to clusters.
const VISTA_AREA: u64 = 0x4000;

/// What the structures of encryption on write take is a multiple of this.
const ON_WRITE_UNIT: u64 = 4096;

/// What an unlocked volume shows where.
pub(super) struct Layout {
    /// In order, without gaps, from 0 to the volume's end.
    pieces: Vec<Piece>,
    progress: Progress,
}

/// A stretch of the unlocked volume.
struct Piece {
    end: u64,
    shows: Shows,
}

/// What a stretch shows.
enum Shows {
    /// What stands so many bytes further on the locked volume, decrypted where it is encrypted.
    Stored { shift: u64 },
    /// What stands there, which is never encrypted.
    Clear,
    /// Zeros, as Windows shows them where BitLocker keeps its own data.
    Zeros,
    /// These bytes, from `start` on.
    These { start: u64, bytes: Vec<u8> },
    /// Bytes that were being encrypted or decrypted when the volume was copied.
    InConversion,
}

/// How far the volume is encrypted.
enum Progress {
    All,
    Nothing,
    /// The bytes before this one.
    UpTo(u64),
    Mapped(OnWrite),
}

/// Where the bytes from an offset on come from, and up to where that goes on.
pub(super) enum Source<'a> {
    /// Encrypted sectors from this byte of the locked volume.
    Encrypted(u64),
    /// Bytes of the locked volume from here.
    Clear(u64),
    Zeros,
    These(&'a [u8]),
    /// They cannot be read, for this reason.
    Unreadable(&'static str),
}

impl Layout {
    /// The layout of a volume, and what a person should know of it.
    pub(super) fn new(
        volume: &dyn ReadAt,
        header: &VolumeHeader,
        metadata: &Metadata,
    ) -> Result<(Self, Vec<String>), FormatError> {
        let mut notes = Vec::new();
        let progress = progress(volume, header, metadata, &mut notes)?;
        let size = volume.size();
        let mut areas = own_areas(header, metadata, &progress);
        areas.sort_unstable();
        let mut pieces = Pieces {
            made: Vec::new(),
            size,
        };
        match metadata.version {
            Version::Vista => {
                let sector = u64::from(header.sector_size);
                pieces.these(volume, 0, sector, metadata)?;
                pieces.to(VISTA_CLEAR, Shows::Clear);
            }
            Version::Windows7 => {
                let (from, length) = moved(header, metadata, &mut notes);
                let outside = from.checked_add(length).is_none_or(|end| end > size);
                if length > 0 && (outside || from % u64::from(header.sector_size) != 0) {
                    let problem = format!(
                        "the volume's first {length} bytes were moved to byte {from}, which is \
                         behind its end at {size} or inside a sector"
                    );
                    return Err(FormatError::malformed(STRUCTURE, from, problem));
                }
                pieces.to(length, Shows::Stored { shift: from });
            }
        }
        for (start, length, shows) in areas.into_iter().map(|area| area.shown()) {
            pieces.to(start, Shows::Stored { shift: 0 });
            pieces.to(start.saturating_add(length), shows);
        }
        let backup = backup_sector(volume, header, metadata);
        pieces.to(backup.unwrap_or(size), Shows::Stored { shift: 0 });
        if let Some(backup) = backup {
            pieces.these(volume, backup, u64::from(header.sector_size), metadata)?;
        }
        pieces.to(size, Shows::Stored { shift: 0 });
        let pieces = pieces.made;
        Ok((Self { pieces, progress }, notes))
    }

    /// Where the byte at `offset` and those behind it come from, and how many (at most `wanted`).
    pub(super) fn source(&self, offset: u64, wanted: u64) -> (Source<'_>, u64) {
        let index = self.pieces.partition_point(|piece| piece.end <= offset);
        let Some(piece) = self.pieces.get(index) else {
            return (Source::Zeros, 0);
        };
        let left = piece.end.saturating_sub(offset).min(wanted);
        match &piece.shows {
            Shows::Stored { shift } => self.stored(offset.saturating_add(*shift), left),
            Shows::Clear => (Source::Clear(offset), left),
            Shows::Zeros => (Source::Zeros, left),
            Shows::These { start, bytes } => {
                let inside = offset
                    .checked_sub(*start)
                    .and_then(|at| usize::try_from(at).ok());
                let bytes = inside.and_then(|inside| bytes.get(inside..));
                (Source::These(bytes.unwrap_or_default()), left)
            }
            Shows::InConversion => (
                Source::Unreadable(
                    "these bytes were being encrypted or decrypted when the volume was copied; \
                     they lie in BitLocker's conversion log, which is not read",
                ),
                left,
            ),
        }
    }

    fn stored(&self, position: u64, left: u64) -> (Source<'_>, u64) {
        let limit = position.saturating_add(left);
        let (content, end) = match &self.progress {
            Progress::All => (Content::Encrypted, limit),
            Progress::Nothing => (Content::Clear, limit),
            Progress::UpTo(end) if position < *end => (Content::Encrypted, limit.min(*end)),
            Progress::UpTo(_) => (Content::Clear, limit),
            Progress::Mapped(maps) => maps.at(position, limit),
        };
        let source = match content {
            Content::Encrypted => Source::Encrypted(position),
            Content::Clear => Source::Clear(position),
            Content::Unknown => Source::Unreadable(
                "no map of this encrypt-on-write volume says whether these bytes are encrypted",
            ),
        };
        (source, end.saturating_sub(position))
    }
}

/// Pieces that are being put one behind the other.
struct Pieces {
    made: Vec<Piece>,
    size: u64,
}

impl Pieces {
    /// Goes on with this up to `end`, or to the volume's end where that comes before.
    fn to(&mut self, end: u64, shows: Shows) {
        let end = end.min(self.size);
        if end > self.made.last().map_or(0, |piece| piece.end) {
            self.made.push(Piece { end, shows });
        }
    }

    /// Goes on with a boot sector, made to what it was before Vista changed it: the signature, and
    /// the cluster of the MFT's mirror, in whose place the first metadata block was named.
    fn these(
        &mut self,
        volume: &dyn ReadAt,
        start: u64,
        length: u64,
        metadata: &Metadata,
    ) -> Result<(), FormatError> {
        let length = length.min(self.size.saturating_sub(start));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        read_exact_at(volume, start, &mut bytes)
            .map_err(|source| FormatError::unreadable("boot sector", start, source))?;
        let mut put = |at: usize, field: &[u8; 8]| {
            let to = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
            if let Some(to) = to {
                *to = *field;
            }
        };
        put(3, b"NTFS    ");
        put(56, &metadata.moved_to.to_le_bytes());
        self.to(start.saturating_add(length), Shows::These { start, bytes });
        Ok(())
    }
}

/// How far the volume is encrypted.
fn progress(
    volume: &dyn ReadAt,
    header: &VolumeHeader,
    metadata: &Metadata,
    notes: &mut Vec<String>,
) -> Result<Progress, FormatError> {
    if metadata.current_state == state::DECRYPTED {
        return Ok(Progress::Nothing);
    }
    if !header.on_write.is_empty() {
        let mut maps = OnWrite::read(volume, &header.on_write, header.sector_size)?;
        notes.append(&mut maps.notes);
        return Ok(Progress::Mapped(maps));
    }
    match (metadata.version, metadata.state_offset) {
        (Version::Vista, _) | (_, 0) => Ok(Progress::All),
        (Version::Windows7, end) if end % u64::from(header.sector_size) != 0 => {
            let problem = format!("the encrypted part ends at byte {end}, inside a sector");
            Err(FormatError::malformed(STRUCTURE, 0, problem))
        }
        (Version::Windows7, end) => Ok(Progress::UpTo(end)),
    }
}

/// Where the volume's first sectors were moved to, and their length.
fn moved(header: &VolumeHeader, metadata: &Metadata, notes: &mut Vec<String>) -> (u64, u64) {
    let sector = u64::from(header.sector_size);
    let said = (
        metadata.moved_to,
        u64::from(metadata.moved_sectors).saturating_mul(sector),
    );
    let entry = metadata
        .moved_entry
        .filter(|(from, length)| from % sector == 0 && length % sector == 0);
    match entry {
        Some(entry) if said.1 == 0 => entry,
        Some(entry) if entry != said => {
            notes.push(format!(
                "the BitLocker metadata name two places of the volume's first sectors: byte {} \
                 ({} bytes) and byte {} ({} bytes); the first is used",
                said.0, said.1, entry.0, entry.1
            ));
            said
        }
        _ => said,
    }
}

/// An area in which BitLocker keeps its own data.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Area {
    start: u64,
    length: u64,
    in_conversion: bool,
}

impl Area {
    const fn shown(self) -> (u64, u64, Shows) {
        let shows = if self.in_conversion {
            Shows::InConversion
        } else {
            Shows::Zeros
        };
        (self.start, self.length, shows)
    }
}

fn own_areas(header: &VolumeHeader, metadata: &Metadata, progress: &Progress) -> Vec<Area> {
    let zeros = |(start, length): (u64, u64)| Area {
        start,
        length,
        in_conversion: false,
    };
    let block = match metadata.version {
        Version::Windows7 => AREA,
        Version::Vista => VISTA_AREA.next_multiple_of(header.cluster_size.max(1)),
    };
    let blocks = metadata.offsets.iter().map(|at| (*at, block));
    let mut areas: Vec<Area> = blocks.map(zeros).collect();
    if metadata.version == Version::Windows7 {
        areas.push(zeros(moved(header, metadata, &mut Vec::new())));
    }
    if let Progress::Mapped(maps) = progress {
        let whole = |length: u64| length.div_ceil(ON_WRITE_UNIT).saturating_mul(ON_WRITE_UNIT);
        let reserved = maps.reserved.iter();
        areas.extend(reserved.map(|(start, length)| zeros((*start, whole(*length)))));
    }
    if metadata.current_state == state::CONVERTING && metadata.state_size > 0 {
        areas.push(Area {
            start: metadata.state_offset,
            length: u64::from(metadata.state_size),
            in_conversion: true,
        });
    }
    areas.retain(|area| area.length > 0);
    areas
}

/// Where Vista's copy of the boot sector stands, which it changes as the first one: the volume's
/// last sector, when it has the signature, which encrypted it would not have.
fn backup_sector(volume: &dyn ReadAt, header: &VolumeHeader, metadata: &Metadata) -> Option<u64> {
    let sector = u64::from(header.sector_size);
    let start = (volume.size() / sector)
        .checked_sub(1)?
        .checked_mul(sector)?;
    let mut signature = [0; 8];
    read_exact_at(volume, start.checked_add(3)?, &mut signature).ok()?;
    (metadata.version == Version::Vista && &signature == SIGNATURE).then_some(start)
}
