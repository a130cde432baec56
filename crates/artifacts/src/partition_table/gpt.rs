//! The GUID partition table.

use super::{Bytes, guid_text, utf16_text};

/// The most entries that are read; Windows and others make 128.
const MOST_ENTRIES: u32 = 1024;

/// A GUID partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpt {
    /// The disk's GUID, `{…}` in upper case.
    pub disk_id: String,
    /// The sum over the header is right.
    pub header_sum_holds: bool,
    /// The sum over the entries is right; `None` when not all of them were there to read.
    pub entries_sum_holds: Option<bool>,
    /// The entries in use, in their order.
    pub partitions: Vec<GptPartition>,
}

/// One entry of a GUID partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GptPartition {
    /// What kind of partition: its type GUID, `{…}` in upper case.
    pub kind: String,
    /// The partition's own GUID, `{…}` in upper case.
    pub id: String,
    /// The first sector.
    pub first_sector: u64,
    /// The last sector, itself included.
    pub last_sector: u64,
    /// Attribute bits.
    pub attributes: u64,
    /// The name.
    pub name: String,
}

impl Gpt {
    /// Reads the primary table from a disk's first bytes, for a sector size of 512 to 4096
    /// bytes. `None` when there is no header in the second sector. Entries behind the end of
    /// `disk` are left out.
    #[must_use]
    pub fn parse(disk: &[u8], bytes_per_sector: u32) -> Option<Self> {
        if !matches!(bytes_per_sector, 512 | 1024 | 2048 | 4096) {
            return None;
        }
        let sector = usize::try_from(bytes_per_sector).ok()?;
        let header = disk.get(sector..sector.checked_mul(2)?)?;
        let bytes = Bytes(header);
        if bytes.take::<8>(0)? != b"EFI PART" {
            return None;
        }
        let count = bytes.u32(80)?.min(MOST_ENTRIES);
        let size = usize::try_from(bytes.u32(84)?).ok()?;
        if !(128..=4096).contains(&size) {
            return None;
        }
        let first = usize::try_from(bytes.u64(72)?).ok()?.checked_mul(sector)?;
        let wanted = size.checked_mul(usize::try_from(count).ok()?)?;
        let end = first.checked_add(wanted)?.min(disk.len());
        let entries = disk.get(first..end).unwrap_or_default();
        let whole = entries.len() == wanted && bytes.u32(80)? == count;
        Some(Self {
            disk_id: guid_text(bytes.take(56)?),
            header_sum_holds: header_sum_holds(header).unwrap_or(false),
            entries_sum_holds: whole.then(|| Some(crc32fast::hash(entries)) == bytes.u32(88)),
            partitions: entries
                .chunks_exact(size)
                .filter_map(|entry| partition(Bytes(entry)))
                .collect(),
        })
    }
}

fn header_sum_holds(header: &[u8]) -> Option<bool> {
    let length = usize::try_from(Bytes(header).u32(12)?).ok()?;
    if !(92..=header.len()).contains(&length) {
        return None;
    }
    // The sum is made with its own field as zero.
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header.get(..16)?);
    hasher.update(&[0; 4]);
    hasher.update(header.get(20..length)?);
    Some(hasher.finalize() == Bytes(header).u32(16)?)
}

fn partition(entry: Bytes<'_>) -> Option<GptPartition> {
    let kind = entry.take::<16>(0)?;
    if kind == &[0; 16] {
        return None;
    }
    Some(GptPartition {
        kind: guid_text(kind),
        id: guid_text(entry.take(16)?),
        first_sector: entry.u64(32)?,
        last_sector: entry.u64(40)?,
        attributes: entry.u64(48)?,
        name: utf16_text(entry.0.get(56..128)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> Vec<u8> {
        let mut disk = vec![0_u8; 512 * 34];
        let mut entry = [0_u8; 128];
        entry[..16].copy_from_slice(&[7; 16]);
        entry[16..32].copy_from_slice(&[9; 16]);
        entry[32..40].copy_from_slice(&2048_u64.to_le_bytes());
        entry[40..48].copy_from_slice(&4095_u64.to_le_bytes());
        for (at, unit) in "data".encode_utf16().enumerate() {
            entry[56 + at * 2..58 + at * 2].copy_from_slice(&unit.to_le_bytes());
        }
        disk[1024..1152].copy_from_slice(&entry);
        let sum = crc32fast::hash(&disk[1024..1024 + 128 * 128]);
        let header = &mut disk[512..1024];
        header[..8].copy_from_slice(b"EFI PART");
        header[12..16].copy_from_slice(&92_u32.to_le_bytes());
        header[56..72].copy_from_slice(&[3; 16]);
        header[72..80].copy_from_slice(&2_u64.to_le_bytes());
        header[80..84].copy_from_slice(&128_u32.to_le_bytes());
        header[84..88].copy_from_slice(&128_u32.to_le_bytes());
        header[88..92].copy_from_slice(&sum.to_le_bytes());
        let sum = crc32fast::hash(&header[..92]);
        header[16..20].copy_from_slice(&sum.to_le_bytes());
        disk
    }

    #[test]
    fn header_and_entries_are_read_and_checked() {
        let gpt = Gpt::parse(&disk(), 512).unwrap();
        assert_eq!(gpt.disk_id, "{03030303-0303-0303-0303-030303030303}");
        assert!(gpt.header_sum_holds);
        assert_eq!(gpt.entries_sum_holds, Some(true));
        assert_eq!(gpt.partitions.len(), 1);
        assert_eq!(gpt.partitions[0].first_sector, 2048);
        assert_eq!(gpt.partitions[0].name, "data");
    }

    #[test]
    fn wrong_sums_are_said_and_nothing_is_lost() {
        let mut bytes = disk();
        bytes[1024 + 60] ^= 1;
        let gpt = Gpt::parse(&bytes, 512).unwrap();
        assert!(gpt.header_sum_holds);
        assert_eq!(gpt.entries_sum_holds, Some(false));
        assert_eq!(gpt.partitions.len(), 1);
        bytes[512 + 56] ^= 1;
        assert!(!Gpt::parse(&bytes, 512).unwrap().header_sum_holds);
    }

    #[test]
    fn cut_and_absurd_tables_do_no_harm() {
        let bytes = disk();
        assert_eq!(Gpt::parse(&bytes[..900], 512), None);
        let cut = Gpt::parse(&bytes[..1200], 512).unwrap();
        assert_eq!((cut.partitions.len(), cut.entries_sum_holds), (1, None));
        let mut absurd = bytes.clone();
        absurd[512 + 80..512 + 84].copy_from_slice(&u32::MAX.to_le_bytes());
        absurd[512 + 72..512 + 80].copy_from_slice(&(u64::MAX / 1024).to_le_bytes());
        let gpt = Gpt::parse(&absurd, 512);
        assert!(gpt.is_none_or(|gpt| gpt.partitions.is_empty()));
        assert_eq!(Gpt::parse(&bytes, 0), None);
    }
}
