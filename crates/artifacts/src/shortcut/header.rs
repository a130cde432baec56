//! The fixed header (MS-SHLLINK 2.1).

use std::fmt;

use kusari_evidence::time::Timestamp;

use crate::wire::{u16_at, u32_at, u64_at};

/// How long the header is.
pub(super) const LENGTH: usize = 76;

/// `{00021401-0000-0000-C000-000000000046}`
const CLASS: [u8; 16] = [
    0x01, 0x14, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46,
];

/// The header: what the target was when the shortcut was last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Which parts follow, and how Windows should treat the target.
    pub flags: LinkFlags,
    /// The target's file attributes.
    pub attributes: u32,
    /// When the target was made, as its file system said, in UTC.
    pub created: Option<Timestamp>,
    /// When the target was last read.
    pub accessed: Option<Timestamp>,
    /// When the target was last written.
    pub modified: Option<Timestamp>,
    /// The target's size: its lower 32 bits.
    pub size: u32,
    /// Which icon.
    pub icon_index: i32,
    /// How the target's window is to open.
    pub show: ShowCommand,
    /// The key that opens the shortcut.
    pub hot_key: HotKey,
}

impl Header {
    /// `None` where no shortcut begins.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if u32_at(bytes, 0)? != 76 || bytes.get(4..20)? != CLASS {
            return None;
        }
        let bytes = bytes.get(..LENGTH)?;
        let time = |at| Some(Timestamp::from_filetime(u64_at(bytes, at)?));
        Some(Self {
            flags: LinkFlags(u32_at(bytes, 20)?),
            attributes: u32_at(bytes, 24)?,
            created: time(28)?,
            accessed: time(36)?,
            modified: time(44)?,
            size: u32_at(bytes, 52)?,
            icon_index: u32_at(bytes, 56)?.cast_signed(),
            show: ShowCommand(u32_at(bytes, 60)?),
            hot_key: HotKey(u16_at(bytes, 64)?),
        })
    }
}

/// `LinkFlags` (MS-SHLLINK 2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkFlags(pub u32);

impl LinkFlags {
    /// An item list follows.
    pub const HAS_TARGET_ID_LIST: u32 = 1;
    /// A volume or share follows.
    pub const HAS_LINK_INFO: u32 = 1 << 1;
    /// A description follows.
    pub const HAS_NAME: u32 = 1 << 2;
    /// A relative path follows.
    pub const HAS_RELATIVE_PATH: u32 = 1 << 3;
    /// A working directory follows.
    pub const HAS_WORKING_DIR: u32 = 1 << 4;
    /// Arguments follow.
    pub const HAS_ARGUMENTS: u32 = 1 << 5;
    /// An icon's path follows.
    pub const HAS_ICON_LOCATION: u32 = 1 << 6;
    /// The texts are UTF-16.
    pub const IS_UNICODE: u32 = 1 << 7;

    const NAMES: [&'static str; 27] = [
        "HasLinkTargetIDList",
        "HasLinkInfo",
        "HasName",
        "HasRelativePath",
        "HasWorkingDir",
        "HasArguments",
        "HasIconLocation",
        "IsUnicode",
        "ForceNoLinkInfo",
        "HasExpString",
        "RunInSeparateProcess",
        "Unused1",
        "HasDarwinID",
        "RunAsUser",
        "HasExpIcon",
        "NoPidlAlias",
        "Unused2",
        "RunWithShimLayer",
        "ForceNoLinkTrack",
        "EnableTargetMetadata",
        "DisableLinkPathTracking",
        "DisableKnownFolderTracking",
        "DisableKnownFolderAlias",
        "AllowLinkToLink",
        "UnaliasOnSave",
        "PreferEnvironmentPath",
        "KeepLocalIDListForUNCTarget",
    ];

    /// Whether a flag is set.
    #[must_use]
    pub const fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// The names of the flags that are set, as MS-SHLLINK has them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 >> bit & 1 != 0)
            .map(|(_, name)| name)
    }
}

/// `ShowCommand`: how the target's window is to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShowCommand(pub u32);

impl ShowCommand {
    /// What Windows makes of the value: everything but 3 and 7 counts as normal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            3 => "SW_SHOWMAXIMIZED",
            7 => "SW_SHOWMINNOACTIVE",
            _ => "SW_SHOWNORMAL",
        }
    }
}

/// A key with modifiers (MS-SHLLINK 2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HotKey(pub u16);

impl HotKey {
    /// Whether there is none.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for HotKey {
    /// `CTRL+ALT+E`; a key without a name is `0x90`-like, no key at all is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [key, modifiers] = self.0.to_le_bytes();
        for (bit, name) in [(2, "CTRL+"), (4, "ALT+"), (1, "SHIFT+")] {
            if modifiers & bit != 0 {
                f.write_str(name)?;
            }
        }
        match key {
            0 => Ok(()),
            b'0'..=b'9' | b'A'..=b'Z' => write!(f, "{}", char::from(key)),
            0x70..=0x87 => write!(f, "F{}", key - 0x6F),
            0x90 => f.write_str("NUM LOCK"),
            0x91 => f.write_str("SCROLL LOCK"),
            other => write!(f, "{other:#04x}"),
        }
    }
}
