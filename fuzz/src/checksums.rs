//! Makes checksums right that the fuzzer made wrong: without them it would never get past the
//! first structure.

use kusari_fixtures::{vhd, vhdx};

fn u16_at(bytes: &[u8], at: usize) -> usize {
    bytes
        .get(at..at + 2)
        .map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]])))
}

/// The CRC-32C of a VHDX's headers and region tables.
pub fn vhdx(image: &mut [u8]) {
    for (at, length) in [(1, 1), (2, 1), (3, 16), (4, 16)] {
        let start = at * (64 << 10);
        if let Some(structure) = image.get_mut(start..start + length * 4096) {
            vhdx::seal(structure);
        }
    }
}

/// The sums of a VHD's footers and of its dynamic header.
pub fn vhd(image: &mut [u8]) {
    if image.starts_with(b"conectix") && image.len() >= 2048 {
        vhd::seal(&mut image[..512], 64);
        vhd::seal(&mut image[512..1536], 36);
    }
    if let Some(start) = image.len().checked_sub(512) {
        vhd::seal(&mut image[start..], 64);
    }
}

/// The update sequences of NTFS records and index blocks, wherever one begins.
pub fn ntfs(image: &mut [u8]) {
    for start in (0..image.len()).step_by(512) {
        let record = &mut image[start..];
        let stride_count = match record.get(..4) {
            Some(b"FILE") => 2,
            Some(b"INDX") => 8,
            _ => continue,
        };
        let array = u16_at(record, 4);
        let Some(number) = record.get(array..array + 2).map(|two| [two[0], two[1]]) else {
            continue;
        };
        for stride in 1..=stride_count {
            if let Some(end) = record.get_mut(stride * 512 - 2..stride * 512) {
                end.copy_from_slice(&number);
            }
        }
    }
}

/// The sums of an exFAT volume's boot region and of the entry sets in it.
pub fn exfat(image: &mut [u8]) {
    let sector = 1_usize << image.get(108).map_or(9, |shift| (*shift).clamp(9, 12));
    for start in [0, 12 * sector] {
        let mut sum = 0_u32;
        let Some(region) = image.get_mut(start..start + 12 * sector) else {
            continue;
        };
        for (at, byte) in region[..11 * sector].iter().enumerate() {
            if !matches!(at, 106 | 107 | 112) {
                sum = sum.rotate_right(1).wrapping_add(u32::from(*byte));
            }
        }
        for four in region[11 * sector..].chunks_exact_mut(4) {
            four.copy_from_slice(&sum.to_le_bytes());
        }
    }
    let mut at = 24 * sector;
    while let Some(first) = image.get(at..at + 32) {
        let length = (usize::from(first[1]) + 1) * 32;
        if matches!(first[0], 0x85 | 0x05)
            && (3..=19).contains(&(length / 32))
            && let Some(set) = image.get_mut(at..at + length)
            && matches!(set[32], 0xC0 | 0x40)
        {
            let sum = set
                .iter()
                .enumerate()
                .fold(0_u16, |sum, (at, byte)| match at {
                    2 | 3 => sum,
                    _ => sum.rotate_right(1).wrapping_add(u16::from(*byte)),
                });
            set[2..4].copy_from_slice(&sum.to_le_bytes());
        }
        at += 32;
    }
}

/// Adler-32 (RFC 1950).
fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

fn seal_adler(image: &mut [u8], start: usize, length: usize) {
    let Some(structure) = start
        .checked_add(length + 4)
        .and_then(|end| image.get_mut(start..end))
    else {
        return;
    };
    let sum = adler32(&structure[..length]);
    structure[length..].copy_from_slice(&sum.to_le_bytes());
}

/// The Adler-32 of version 1 EWF sections, from the file header on: their descriptors, volumes
/// and tables.
pub fn ewf(image: &mut [u8]) {
    let mut at = 13_usize;
    for _ in 0..64 {
        let Some(descriptor) = at.checked_add(76).and_then(|end| image.get(at..end)) else {
            return;
        };
        let name = descriptor[..16]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default()
            .to_vec();
        let next = u64::from_le_bytes(descriptor[16..24].try_into().unwrap());
        seal_adler(image, at, 72);
        let data = at + 76;
        match name.as_slice() {
            b"volume" | b"disk" => {
                let short = (next as usize).saturating_sub(data) < 1052;
                seal_adler(image, data, if short { 90 } else { 1048 });
            }
            b"data" => seal_adler(image, data, 1048),
            b"table" | b"table2" => {
                let count = image.get(data..data + 4).map_or(0, |four| {
                    u32::from_le_bytes(four.try_into().unwrap()) as usize
                });
                seal_adler(image, data, 20);
                seal_adler(image, data + 24, count.min(image.len()) * 4);
            }
            b"hash" => seal_adler(image, data, 32),
            b"digest" => seal_adler(image, data, 76),
            _ => {}
        }
        match usize::try_from(next) {
            Ok(next) if next > at => at = next,
            _ => return,
        }
    }
}

/// The CRC-32 of BitLocker's metadata blocks, where one is followed by its validation block.
pub fn bitlocker(image: &mut [u8]) {
    let starts: Vec<usize> = (0..image.len())
        .step_by(512)
        .filter(|at| *at > 0 && image[*at..].starts_with(b"-FVE-FS-"))
        .collect();
    for start in starts {
        let units = u16_at(image, start + 8);
        let version = u16_at(image, start + 10);
        let length = if version == 2 { units * 16 } else { units };
        let Some(block) = image.get(start..start + length) else {
            continue;
        };
        let sum = crc32(block);
        if let Some(place) = image.get_mut(start + length + 4..start + length + 8) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 4).map_or(0, |four| {
        u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize
    })
}

/// The CRC-32 of a GPT's headers and lists of entries, in sectors of 512 bytes: the first at sector
/// 1, the backup in the last sector.
pub fn gpt(disk: &mut [u8]) {
    let last = disk.len().saturating_sub(512) / 512 * 512;
    for at in [512, last] {
        if disk.get(at..at + 8) != Some(b"EFI PART") || disk.len() < at + 512 {
            continue;
        }
        let entries = u32_at(disk, at + 72).saturating_mul(512);
        let length = u32_at(disk, at + 80).saturating_mul(u32_at(disk, at + 84));
        let list = disk.get(entries..entries.saturating_add(length));
        if let Some(sum) = list.map(crc32) {
            disk[at + 88..at + 92].copy_from_slice(&sum.to_le_bytes());
        }
        let length = u32_at(disk, at + 12).clamp(92, 512);
        disk[at + 16..at + 20].fill(0);
        let sum = crc32(&disk[at..at + length]);
        disk[at + 16..at + 20].copy_from_slice(&sum.to_le_bytes());
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xEDB8_8320 * (sum & 1));
        }
    }
    !sum
}
