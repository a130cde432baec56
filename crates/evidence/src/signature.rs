//! Disk images and archives told by their content, so that they are named instead of being taken
//! for artifact files.
//!
//! Sources: libewf's format documents (EWF, EWF2), MS-VHDX 2.2 and the VHD image format
//! specification, VMware's Virtual Disk Format 5.0, QEMU's `docs/interop/qcow2.rst`, PKWARE's
//! APPNOTE 4.3, UEFI 2.10 section 5 (GPT, protective MBR), Microsoft's boot sector descriptions
//! of NTFS, FAT and exFAT.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::{Error, Result};

/// What the file at `path` is when it is no artifact file but holds others.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn container_of(path: &Path) -> Result<Option<&'static str>> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(io)?;
    let mut start = Vec::new();
    file.by_ref()
        .take(1024)
        .read_to_end(&mut start)
        .map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let mut end = Vec::new();
    if let Some(footer) = size.checked_sub(512) {
        file.seek(SeekFrom::Start(footer)).map_err(io)?;
        file.take(512).read_to_end(&mut end).map_err(io)?;
    }
    Ok(name_of(&start, &end))
}

const AT_THE_START: &[(&[u8], &str)] = &[
    (b"EVF\x09\x0d\x0a\xff\x00", "a disk image (E01)"),
    (b"EVF2\x0d\x0a\x81\x00", "a disk image (Ex01)"),
    (b"LVF\x09\x0d\x0a\xff\x00", "a logical image (L01)"),
    (b"LEF2\x0d\x0a\x81\x00", "a logical image (Lx01)"),
    (b"vhdxfile", "a disk image (VHDX)"),
    (b"conectix", "a disk image (VHD)"),
    (b"KDMV", "a disk image (VMDK)"),
    (b"# Disk DescriptorFile", "a disk image (VMDK descriptor)"),
    (b"QFI\xfb", "a disk image (QCOW2)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
];

/// Names that stand in the boot sector of a volume, with their offset.
const BOOT_SECTORS: &[(usize, &[u8], &str)] = &[
    (3, b"NTFS    ", "a raw volume image (NTFS)"),
    (3, b"EXFAT   ", "a raw volume image (exFAT)"),
    (3, b"-FVE-FS-", "a raw volume image (BitLocker)"),
    (82, b"FAT32   ", "a raw volume image (FAT32)"),
    (54, b"FAT16   ", "a raw volume image (FAT16)"),
    (54, b"FAT12   ", "a raw volume image (FAT12)"),
];

fn name_of(start: &[u8], end: &[u8]) -> Option<&'static str> {
    if let Some((_, name)) = AT_THE_START
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
    {
        return Some(name);
    }
    if start.get(510..512) == Some(b"\x55\xaa") {
        let boot_sector = BOOT_SECTORS
            .iter()
            .find(|(offset, magic, _)| start.get(*offset..offset + magic.len()) == Some(*magic));
        if let Some((_, _, name)) = boot_sector {
            return Some(name);
        }
        if start.get(512..520) == Some(b"EFI PART") {
            return Some("a raw disk image (GPT)");
        }
        if has_partition_table(start) {
            return Some("a raw disk image (MBR)");
        }
    }
    (end.starts_with(b"conectix")).then_some("a disk image (VHD)")
}

/// Four entries whose status byte is one of the two that are allowed, at least one of them with
/// a type and a length.
fn has_partition_table(sector: &[u8]) -> bool {
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
    fn images_are_told_by_their_content() {
        let end: &[u8] = b"\x55\xaa";
        let partition: &[u8] = &[0x80, 1, 1, 0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0];
        let cases: [(Vec<u8>, &str); 6] = [
            (b"EVF\x09\x0d\x0a\xff\x00\x01".to_vec(), "E01"),
            (b"PK\x03\x04....".to_vec(), "zip"),
            (sector(&[(3, b"NTFS    "), (510, end)]), "NTFS"),
            (sector(&[(82, b"FAT32   "), (510, end)]), "FAT32"),
            (sector(&[(446, partition), (510, end)]), "MBR"),
            (
                sector(&[(446, partition), (510, end), (512, b"EFI PART")]),
                "GPT",
            ),
        ];
        for (bytes, expected) in cases {
            let name = name_of(&bytes, &[]).unwrap();
            assert!(name.contains(expected), "{name} {expected}");
        }
        assert_eq!(name_of(b"", b"conectix"), Some("a disk image (VHD)"));
    }

    #[test]
    fn artifact_files_are_no_images() {
        for bytes in [
            &b"regf"[..],
            b"ElfFile\0",
            b"[Device Install Log]",
            b"",
            b"\x55\xaa",
        ] {
            assert_eq!(name_of(bytes, bytes), None);
        }
        assert_eq!(name_of(&sector(&[(510, b"\x55\xaa")]), &[]), None);
        assert_eq!(name_of(&sector(&[(446, b"text that is none")]), &[]), None);
    }
}
