//! The volume section (`volume`, `disk`), and its copy in the data section (`data`).

use super::super::fields::is_summed;
use super::super::geometry::{Geometry, MediaKind};
use crate::Guid;
use crate::fields::{u32_at, u64_at};

/// Length and place of the checksum in EnCase, linen and FTK Imager.
const LONG: (usize, usize) = (1052, 1048);

/// Length and place of the checksum in the original format and in SMART.
const SHORT: (usize, usize) = (94, 90);

/// What a volume section says, and whether its checksum is right.
pub(super) fn read(data: &[u8]) -> Option<(Geometry, bool)> {
    if data.len() >= LONG.0 {
        Some((long(data)?, is_summed(data, LONG.1)))
    } else if data.len() >= SHORT.0 {
        Some((short(data)?, is_summed(data, SHORT.1)))
    } else {
        None
    }
}

fn long(data: &[u8]) -> Option<Geometry> {
    let set = Guid::from_bytes(data.get(64..)?)?;
    let flags = *data.get(36)?;
    Some(Geometry {
        media: match *data.first()? {
            0x00 => MediaKind::Removable,
            0x01 => MediaKind::Fixed,
            0x03 => MediaKind::Optical,
            0x0e => MediaKind::Logical,
            0x10 => MediaKind::Memory,
            _ => MediaKind::Unknown,
        },
        chunk_count: u64::from(u32_at(data, 4)?),
        sectors_per_chunk: u32_at(data, 8)?,
        bytes_per_sector: u32_at(data, 12)?,
        sectors: u64_at(data, 16)?,
        physical: Some(flags & 0x02 != 0),
        write_blocker: match flags & 0x0c {
            0x04 | 0x0c => Some("FastBloc"),
            0x08 => Some("Tableau"),
            _ => None,
        },
        compression: Some(match *data.get(52)? {
            0 => "none",
            1 => "good (fast)",
            2 => "best",
            _ => "unknown",
        }),
        error_granularity: Some(u32_at(data, 56)?).filter(|sectors| *sectors != 0),
        set: Some(set).filter(|set| *set != Guid::NIL),
        short: false,
    })
}

fn short(data: &[u8]) -> Option<Geometry> {
    Some(Geometry {
        media: MediaKind::Unknown,
        chunk_count: u64::from(u32_at(data, 4)?),
        sectors_per_chunk: u32_at(data, 8)?,
        bytes_per_sector: u32_at(data, 12)?,
        sectors: u64::from(u32_at(data, 16)?),
        physical: None,
        write_blocker: None,
        compression: None,
        error_granularity: None,
        set: None,
        short: true,
    })
}
