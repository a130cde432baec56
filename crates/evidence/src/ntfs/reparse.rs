//! Reparse points: what stands in the place of a file's content.
//!
//! Source: MS-FSCC 2.1.2 (tags and the buffers of links); MS Learn, WOF_EXTERNAL_INFO and
//! FILE_PROVIDER_EXTERNAL_INFO_V1.

use super::name::Name;
use crate::fields::{slice_at, u16_at, u32_at};

/// A reparse point: its tag and its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReparsePoint<'a> {
    /// Who made it, and what for.
    pub tag: ReparseTag,
    /// What it means is the maker's.
    pub data: &'a [u8],
}

/// The tag of a reparse point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReparseTag(pub u32);

impl ReparseTag {
    /// A folder that another volume or folder is mounted on; a junction.
    pub const MOUNT_POINT: Self = Self(0xA000_0003);
    /// A symbolic link.
    pub const SYMBOLIC_LINK: Self = Self(0xA000_000C);
    /// A file whose content the Windows Overlay Filter keeps compressed.
    pub const OVERLAY: Self = Self(0x8000_0017);
    /// A file whose content is in the chunk store of data deduplication.
    pub const DEDUPLICATED: Self = Self(0x8000_0013);
    /// A file whose content is in the store of single instance storage.
    pub const SINGLE_INSTANCE: Self = Self(0x8000_0007);
    /// A file whose content is in a WIM file.
    pub const WIM: Self = Self(0x8000_0008);

    /// Whether it stands for another thing with a name (the name surrogate bit): a link.
    #[must_use]
    pub const fn is_link(self) -> bool {
        self.0 & 0x2000_0000 != 0
    }

    /// What it is, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MOUNT_POINT => "a mount point or junction",
            Self::SYMBOLIC_LINK => "a symbolic link",
            Self::OVERLAY => "compressed by the Windows Overlay Filter",
            Self::DEDUPLICATED => "deduplicated",
            Self::SINGLE_INSTANCE => "a single instance storage link",
            Self::WIM => "backed by a WIM file",
            // Bits 12 to 15 say the state of a cloud file.
            Self(tag) if tag & 0xFFFF_0FFF == 0x9000_001A => "a placeholder of a cloud file",
            Self(0x8000_0021) => "a placeholder of OneDrive",
            Self(0xC000_0004 | 0x8000_0006) => "migrated to hierarchical storage",
            Self(0x8000_001B) => "an app execution alias",
            Self(0xA000_001D) => "a symbolic link of the Windows Subsystem for Linux",
            Self(_) => "a reparse point",
        }
    }
}

/// How the content of a file is kept by the Windows Overlay Filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlay {
    /// XPRESS with Huffman codes, in chunks of so many bytes.
    Xpress(u32),
    /// LZX, in chunks of 32 KiB.
    Lzx,
    /// In a WIM file.
    Wim,
    /// Another way, with the numbers of the provider and the algorithm.
    Unknown(u32, u32),
}

impl<'a> ReparsePoint<'a> {
    /// Reads the value of `$REPARSE_POINT`; `None` when it is too short.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Some(Self {
            tag: ReparseTag(u32_at(value, 0)?),
            data: slice_at(value, 8, usize::from(u16_at(value, 4)?))?,
        })
    }

    /// Where a mount point or a symbolic link leads to, as Windows shows it.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        let names = match self.tag {
            ReparseTag::MOUNT_POINT => 8,
            ReparseTag::SYMBOLIC_LINK => 12,
            _ => return None,
        };
        let name = |at: usize| {
            let start = usize::from(u16_at(self.data, at)?).checked_add(names)?;
            let length = usize::from(u16_at(self.data, at.checked_add(2)?)?);
            slice_at(self.data, start, length).filter(|name| !name.is_empty())
        };
        // The name for people, else the one that is followed.
        name(4).or_else(|| name(0)).map(|name| {
            char::decode_utf16(Name::new(name).units())
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        })
    }

    /// How the Windows Overlay Filter keeps the content.
    pub(super) fn overlay(&self) -> Option<Overlay> {
        if self.tag != ReparseTag::OVERLAY {
            return None;
        }
        let provider = u32_at(self.data, 4)?;
        let algorithm = u32_at(self.data, 12).unwrap_or(u32::MAX);
        Some(match (provider, algorithm) {
            (1, _) => Overlay::Wim,
            (2, 0) => Overlay::Xpress(4096),
            (2, 1) => Overlay::Lzx,
            (2, 2) => Overlay::Xpress(8192),
            (2, 3) => Overlay::Xpress(16384),
            _ => Overlay::Unknown(provider, algorithm),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_say_where_they_lead() {
        let target: Vec<u8> = r"\??\C:\Users"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut value = vec![0; 16];
        value[..4].copy_from_slice(&0xA000_0003_u32.to_le_bytes());
        value[4] = u8::try_from(8 + target.len()).unwrap();
        value[10] = u8::try_from(target.len()).unwrap();
        value[14] = 8;
        value.extend(&target);
        // The print name is the substitute name without its prefix.
        value[12] = 8;
        value[14] = u8::try_from(target.len() - 8).unwrap();
        let link = ReparsePoint::parse(&value).unwrap();
        assert!(link.tag.is_link());
        assert_eq!(link.target().unwrap(), r"C:\Users");
        value[14] = 0xFF;
        assert_eq!(
            ReparsePoint::parse(&value).unwrap().target().unwrap(),
            r"\??\C:\Users"
        );
        assert_eq!(ReparsePoint::parse(&value[..20]), None);
    }

    #[test]
    fn the_overlay_says_its_algorithm() {
        let value = |provider: u32, algorithm: u32| {
            let words = [0x8000_0017, 16, 1, provider, 1, algorithm];
            words.map(u32::to_le_bytes).concat()
        };
        let overlay = |provider, algorithm| {
            ReparsePoint::parse(&value(provider, algorithm))
                .unwrap()
                .overlay()
        };
        assert_eq!(overlay(2, 1), Some(Overlay::Lzx));
        assert_eq!(overlay(2, 3), Some(Overlay::Xpress(16384)));
        assert_eq!(overlay(1, 0), Some(Overlay::Wim));
        assert_eq!(overlay(2, 9), Some(Overlay::Unknown(2, 9)));
    }
}
