//! Types of partitions, and their names in words.
//!
//! Sources: `PARTITION_INFORMATION_GPT` and "Set id" of Microsoft Learn for the types and
//! attributes of Windows, UEFI 2.10 chapter 5.3 for the common attributes, `sfdisk -T` for the rest.

use crate::Guid;
use crate::boot_sector::FileSystemKind;

/// What a partition says that it holds. It is a label: the file system may be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartitionKind {
    /// The type of an entry of a master boot record.
    Mbr(u8),
    /// The type of an entry of a GUID partition table.
    Gpt(Guid),
    /// No table names it; its boot sector is of this file system.
    Found(FileSystemKind),
}

impl PartitionKind {
    /// The name in words, `unknown type` for one that has none here.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mbr(kind) => mbr_name(kind),
            Self::Gpt(kind) => gpt_name(kind),
            Self::Found(file_system) => file_system.name(),
        }
    }

    /// It holds further partitions, no volume: an extended partition of a master boot record.
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self, Self::Mbr(0x05 | 0x0F | 0x85))
    }

    /// It only keeps programs that know no GUID partition table away from the disk.
    #[must_use]
    pub const fn is_protective(self) -> bool {
        matches!(self, Self::Mbr(0xEE))
    }

    /// It is part of a Windows dynamic disk (LDM), whose volumes a database of its own describes.
    #[must_use]
    pub fn is_dynamic(self) -> bool {
        self == Self::Mbr(0x42) || self.name().starts_with("Windows dynamic disk")
    }
}

const fn mbr_name(kind: u8) -> &'static str {
    match kind {
        0x00 => "unused",
        0x01 => "FAT12",
        0x04 => "FAT16 below 32 MiB",
        0x05 => "extended",
        0x06 => "FAT16",
        0x07 => "NTFS or exFAT",
        0x0B => "FAT32 (CHS)",
        0x0C => "FAT32 (LBA)",
        0x0E => "FAT16 (LBA)",
        0x0F => "extended (LBA)",
        0x11 => "hidden FAT12",
        0x12 => "diagnostics of the maker",
        0x14 => "hidden FAT16 below 32 MiB",
        0x16 => "hidden FAT16",
        0x17 => "hidden NTFS or exFAT",
        0x1B => "hidden FAT32 (CHS)",
        0x1C => "hidden FAT32 (LBA)",
        0x1E => "hidden FAT16 (LBA)",
        0x27 => "Windows recovery (hidden NTFS)",
        0x39 => "Plan 9",
        0x42 => "Windows dynamic disk (LDM)",
        0x63 => "GNU Hurd or System V",
        0x82 => "Linux swap or Solaris",
        0x83 => "Linux",
        0x84 => "hibernation",
        0x85 => "Linux extended",
        0x86 | 0x87 => "NTFS volume set",
        0x88 => "Linux plain text",
        0x8E => "Linux LVM",
        0xA0 => "hibernation of the maker",
        0xA5 => "FreeBSD",
        0xA6 => "OpenBSD",
        0xA8 => "Darwin UFS",
        0xA9 => "NetBSD",
        0xAB => "Darwin boot",
        0xAF => "HFS or HFS+",
        0xBF => "Solaris",
        0xDA => "no file system",
        0xDE => "Dell utility",
        0xEA => "Linux extended boot",
        0xEB => "BeOS",
        0xEE => "protective (the disk has a GUID partition table)",
        0xEF => "EFI system",
        0xFB => "VMware VMFS",
        0xFC => "VMware core dump",
        0xFD => "Linux RAID",
        _ => UNKNOWN,
    }
}

const UNKNOWN: &str = "unknown type";

/// A type GUID as the first number, and the other bytes as they are written.
const fn guid(first: u32, second: u16, third: u16, rest: u64) -> Guid {
    let [a0, a1, a2, a3] = first.to_le_bytes();
    let [b0, b1] = second.to_le_bytes();
    let [c0, c1] = third.to_le_bytes();
    let [d0, d1, d2, d3, d4, d5, d6, d7] = rest.to_be_bytes();
    Guid([
        a0, a1, a2, a3, b0, b1, c0, c1, d0, d1, d2, d3, d4, d5, d6, d7,
    ])
}

static GPT_NAMES: &[(Guid, &str)] = &[
    (
        guid(0xC12A_7328, 0xF81F, 0x11D2, 0xBA4B_00A0_C93E_C93B),
        "EFI system",
    ),
    (
        guid(0x024D_EE41, 0x33E7, 0x11D3, 0x9D69_0008_C781_F39F),
        "master boot record inside",
    ),
    (
        guid(0x2168_6148, 0x6449, 0x6E6F, 0x744E_6565_6445_4649),
        "BIOS boot",
    ),
    (
        guid(0xE3C9_E316, 0x0B5C, 0x4DB8, 0x817D_F92D_F002_15AE),
        "Microsoft reserved",
    ),
    (
        guid(0xEBD0_A0A2, 0xB9E5, 0x4433, 0x87C0_68B6_B726_99C7),
        "Microsoft basic data",
    ),
    (
        guid(0x5808_C8AA, 0x7E8F, 0x42E0, 0x85D2_E1E9_0434_CFB3),
        "Windows dynamic disk, metadata (LDM)",
    ),
    (
        guid(0xAF9B_60A0, 0x1431, 0x4F62, 0xBC68_3311_714A_69AD),
        "Windows dynamic disk, data (LDM)",
    ),
    (
        guid(0xDE94_BBA4, 0x06D1, 0x4D40, 0xA16A_BFD5_0179_D6AC),
        "Windows recovery",
    ),
    (
        guid(0xE75C_AF8F, 0xF680, 0x4CEE, 0xAFA3_B001_E56E_FC2D),
        "Windows Storage Spaces",
    ),
    (
        guid(0x0657_FD6D, 0xA4AB, 0x43C4, 0x84E5_0933_C84B_4F4F),
        "Linux swap",
    ),
    (
        guid(0x0FC6_3DAF, 0x8483, 0x4772, 0x8E79_3D69_D847_7DE4),
        "Linux",
    ),
    (
        guid(0xA19D_880F, 0x05FC, 0x4D3B, 0xA006_743F_0F84_911E),
        "Linux RAID",
    ),
    (
        guid(0xE6D6_D379, 0xF507, 0x44C2, 0xA23C_238F_2A3D_F928),
        "Linux LVM",
    ),
    (
        guid(0x4846_5300, 0x0000, 0x11AA, 0xAA11_0030_6543_ECAC),
        "Apple HFS or HFS+",
    ),
    (
        guid(0x7C34_57EF, 0x0000, 0x11AA, 0xAA11_0030_6543_ECAC),
        "Apple APFS",
    ),
];

fn gpt_name(kind: Guid) -> &'static str {
    let known = GPT_NAMES.iter().find(|(guid, _)| *guid == kind);
    known.map_or(UNKNOWN, |(_, name)| name)
}

/// The attributes of a partition in a GUID partition table that are set, in words. The upper ones
/// are those of Windows, whose meaning holds for its basic data partitions.
#[must_use]
pub fn gpt_attribute_names(attributes: u64) -> Vec<&'static str> {
    [
        (0, "required by the platform"),
        (1, "not for the firmware"),
        (2, "BIOS can boot it"),
        (60, "read-only"),
        (61, "shadow copy of another partition"),
        (62, "hidden"),
        (63, "no drive letter"),
    ]
    .into_iter()
    .filter(|(bit, _)| (attributes >> bit) & 1 == 1)
    .map(|(_, name)| name)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_names() {
        let bytes = [
            0xA2, 0xA0, 0xD0, 0xEB, 0xE5, 0xB9, 0x33, 0x44, 0x87, 0xC0, 0x68, 0xB6, 0xB7, 0x26,
            0x99, 0xC7,
        ];
        let basic = PartitionKind::Gpt(Guid(bytes));
        assert_eq!(basic.name(), "Microsoft basic data");
        assert_eq!(PartitionKind::Gpt(Guid::NIL).name(), UNKNOWN);
        assert_eq!(PartitionKind::Mbr(7).name(), "NTFS or exFAT");
        assert_eq!(PartitionKind::Found(FileSystemKind::Ntfs).name(), "NTFS");
        assert!(PartitionKind::Mbr(0x0F).is_extended());
        assert!(PartitionKind::Mbr(0x42).is_dynamic() && !basic.is_dynamic());
        assert!(PartitionKind::Gpt(GPT_NAMES[5].0).is_dynamic());
        let set = 1 | (1 << 63);
        let names = ["required by the platform", "no drive letter"];
        assert_eq!(gpt_attribute_names(set), names);
    }

    #[test]
    fn guids_are_those_of_sfdisk() {
        let Some(list) = kusari_fixtures::tools::output("sfdisk", &["-T", "--label", "gpt"]) else {
            return;
        };
        let list = String::from_utf8(list).unwrap();
        for (guid, name) in GPT_NAMES {
            let text = guid.to_string();
            assert!(list.contains(text.trim_matches(['{', '}'])), "{name}");
        }
    }
}
