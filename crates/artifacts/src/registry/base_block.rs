//! The base block: the first 4096 bytes of a hive.

use kusari_evidence::time::Timestamp;

use super::cell::{BINS_START, u32_at, u64_at};
use super::name;

/// The hive's header, as it stands in the file (after replay of the logs, as Windows would have
/// written it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseBlock {
    /// Counted up when Windows begins to write the hive.
    pub primary_sequence: u32,
    /// Set to the primary number when the writing is done; a difference means a dirty hive.
    pub secondary_sequence: u32,
    /// When the hive was last written, by the machine's clock.
    pub last_written: Option<Timestamp>,
    /// Major version of the format, always 1 so far.
    pub major_version: u32,
    /// Minor version of the format: 3 to 6.
    pub minor_version: u32,
    /// The offset of the root key's cell from the first hive bin.
    pub root_cell: u32,
    /// How many bytes of hive bins there should be.
    pub bins_length: u32,
    /// The end of the path under which Windows knew the hive.
    pub file_name: String,
    /// Whether the signature and the checksum are right.
    pub is_valid: bool,
}

impl BaseBlock {
    const SIGNATURE: &[u8] = b"regf";
    const CHECKSUM: usize = 508;

    /// Reads what is there; missing fields are zero.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let u32_or_zero = |at| u32_at(bytes, at).unwrap_or(0);
        let file_name = bytes.get(48..112).unwrap_or_default();
        Self {
            primary_sequence: u32_or_zero(4),
            secondary_sequence: u32_or_zero(8),
            last_written: u64_at(bytes, 12).and_then(Timestamp::from_filetime),
            major_version: u32_or_zero(20),
            minor_version: u32_or_zero(24),
            root_cell: u32_or_zero(36),
            bins_length: u32_or_zero(40),
            file_name: name::decode(file_name, false)
                .chars()
                .take_while(|&character| character != '\0')
                .collect(),
            is_valid: bytes.get(..4) == Some(Self::SIGNATURE)
                && checksum(bytes).is_some_and(|sum| Some(sum) == u32_at(bytes, Self::CHECKSUM)),
        }
    }

    /// Whether Windows had begun to write the hive and not finished.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.primary_sequence != self.secondary_sequence
    }

    /// Which hive it probably is, by the name that Windows stored in it.
    #[must_use]
    pub fn kind(&self) -> Option<HiveKind> {
        let file = self.file_name.rsplit('\\').next().unwrap_or_default();
        let kind = match file.to_ascii_lowercase().as_str() {
            "system" => HiveKind::System,
            "software" => HiveKind::Software,
            "sam" => HiveKind::Sam,
            "security" => HiveKind::Security,
            "default" => HiveKind::Default,
            "ntuser.dat" | "ntuser.man" => HiveKind::User,
            "usrclass.dat" => HiveKind::UserClasses,
            "amcache.hve" => HiveKind::Amcache,
            "bcd" => HiveKind::BootConfiguration,
            "drivers" => HiveKind::Drivers,
            "components" => HiveKind::Components,
            _ => return None,
        };
        Some(kind)
    }
}

/// Which hive of a machine a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HiveKind {
    /// `SYSTEM`
    System,
    /// `SOFTWARE`
    Software,
    /// `SAM`
    Sam,
    /// `SECURITY`
    Security,
    /// `DEFAULT`, the profile of the system account
    Default,
    /// `NTUSER.DAT`
    User,
    /// `UsrClass.dat`
    UserClasses,
    /// `Amcache.hve`
    Amcache,
    /// `BCD`
    BootConfiguration,
    /// `DRIVERS`
    Drivers,
    /// `COMPONENTS`
    Components,
}

/// The XOR of the 127 numbers in front of the checksum; 0 and -1 are replaced, as they are no
/// valid checksums. `None` when the bytes are not there.
pub(super) fn checksum(bytes: &[u8]) -> Option<u32> {
    let sum = bytes
        .get(..BaseBlock::CHECKSUM)?
        .chunks_exact(4)
        .filter_map(|number| Some(u32::from_le_bytes(number.try_into().ok()?)))
        .fold(0, |sum, number| sum ^ number);
    Some(match sum {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    })
}

/// Whether the bytes look like a hive at all: a base block's signature, or the first bin's.
pub(super) fn looks_like_hive(bytes: &[u8]) -> bool {
    bytes.starts_with(BaseBlock::SIGNATURE)
        || bytes.get(BINS_START..BINS_START + 4) == Some(b"hbin".as_slice())
}
