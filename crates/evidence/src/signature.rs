//! What a file is when it is neither an artifact file nor a container that is read, told by its
//! content: a raw disk or volume, or an archive that has to be unpacked first.
//!
//! Sources: PKWARE's APPNOTE 4.3, 7-Zip's `7zFormat.txt`, RAR's technote, RFC 1952 (gzip), the AFF4
//! standard 1.0, UEFI 2.10 section 5 (GPT, protective MBR), Microsoft's boot sector descriptions of
//! NTFS, FAT and exFAT.

use crate::{ReadAt, bitlocker, exfat, fat, ntfs, read_vec_at};

/// Archives and images that are not read, with what to do.
const UNREAD: &[(&[u8], &str)] = &[
    (
        b"7z\xbc\xaf\x27\x1c",
        "a 7z archive, which is not read; unpack it and give the folder",
    ),
    (
        b"Rar!\x1a\x07",
        "a RAR archive, which is not read; unpack it and give the folder",
    ),
    (
        b"\x1f\x8b\x08",
        "a gzip archive, which is not read; unpack it and give what was in it",
    ),
    (
        b"\xfd7zXZ\0",
        "an xz archive, which is not read; unpack it and give what was in it",
    ),
];

/// What a file that begins like this is, when it holds others and is not read.
pub(crate) fn unread(start: &[u8]) -> Option<&'static str> {
    UNREAD
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, what)| *what)
}

/// Whether the bytes, which begin with `start`, are those of a disk or a volume: a partition table
/// or a boot sector, or the copy of one at the end where the first is damaged.
pub(crate) fn is_disk(bytes: &dyn ReadAt, start: &[u8]) -> bool {
    let sector = start.get(..512).unwrap_or_default();
    let is_gpt = |at: usize| start.get(at..at.saturating_add(8)) == Some(b"EFI PART");
    if is_volume(sector) || has_partition_table(sector) || is_gpt(512) || is_gpt(4096) {
        return true;
    }
    let end = bytes.size().saturating_sub(512);
    let Ok(last) = read_vec_at(bytes, end, 512) else {
        return false;
    };
    end > 0 && (ntfs::is_one(&last) || last.starts_with(b"EFI PART"))
}

fn is_volume(sector: &[u8]) -> bool {
    ntfs::is_one(sector)
        || exfat::is_one(sector)
        || bitlocker::is_one(sector)
        || fat::is_one(sector)
}

/// Four entries whose status byte is one of the two that are allowed, at least one of them with
/// a type and a length.
fn has_partition_table(sector: &[u8]) -> bool {
    if sector.get(510..512) != Some(b"\x55\xaa") {
        return false;
    }
    let Some(table) = sector.get(446..510) else {
        return false;
    };
    let entries: Vec<&[u8]> = table.chunks_exact(16).collect();
    let allowed = |entry: &&[u8]| matches!(entry.first(), Some(0x00 | 0x80));
    let used = |entry: &&[u8]| {
        entry.get(4).is_some_and(|kind| *kind != 0)
            && entry.get(12..16).is_some_and(|length| length != [0; 4])
    };
    entries.iter().all(allowed) && entries.iter().any(used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; 1024];
        for (offset, part) in parts {
            bytes[*offset..offset + part.len()].copy_from_slice(part);
        }
        bytes
    }

    #[test]
    fn disks_are_told_by_their_content() {
        let end: &[u8] = b"\x55\xaa";
        let partition: &[u8] = &[0x80, 1, 1, 0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0];
        let disk = sector(&[(446, partition), (510, end)]);
        assert!(is_disk(&disk, &disk));
        let gpt = sector(&[(512, b"EFI PART")]);
        assert!(is_disk(&gpt, &gpt));
        // The table at the beginning is lost, its copy at the end is there.
        let mut damaged = vec![0xff; 4096];
        damaged.extend(b"EFI PART");
        damaged.resize(4096 + 512, 0);
        assert!(is_disk(&damaged, &damaged[..4096]));
    }

    #[test]
    fn artifact_files_are_no_disks() {
        for bytes in [
            &b"regf"[..],
            b"ElfFile\0",
            b"[Device Install Log]",
            b"",
            b"\x55\xaa",
        ] {
            assert!(!is_disk(&bytes.to_vec(), bytes));
            assert_eq!(unread(bytes), None);
        }
        for parts in [
            &[(510, &b"\x55\xaa"[..])][..],
            &[(446, b"text that is none")],
        ] {
            let bytes = sector(parts);
            assert!(!is_disk(&bytes, &bytes));
        }
        assert!(unread(b"7z\xbc\xaf\x27\x1c\0").unwrap().contains("unpack"));
    }
}
