//! Shortcuts (`.lnk`): what a user or a program opened, and where it stood.
//!
//! Windows makes one in `Recent` for each file that is opened by the shell. It keeps the target's
//! times, its path in several forms, and the volume: drive type, serial number, label. On NTFS it
//! keeps the machine and the object ids that link tracking follows.
//!
//! Sources: MS-SHLLINK, MS-PROPSTORE, MS-DLTW; Joachim Metz, "Windows Shortcut File (LNK) format"
//! (liblnk), for what files hold against MS-SHLLINK. See `docs/artifacts/shortcut.md`.

mod console;
mod cursor;
mod extra_data;
mod header;
mod link_info;
mod strings;

pub use console::ConsoleProperties;
pub use extra_data::{ExtraData, FolderLocation, KnownFolder, Tracker, UnknownBlock};
pub use header::{Header, HotKey, LinkFlags, ShowCommand};
pub use link_info::{DriveType, LinkInfo, NetworkLink, VolumeId};
pub use strings::StringData;

use encoding_rs::Encoding;

use cursor::Cursor;

use crate::shell_item::{self, ItemList};
use crate::wire::offset;
use crate::{Coverage, Damage, Locator, Outcome, SourceState};

/// A shortcut. Offsets inside it count from its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// The fixed header: flags, target times, size.
    pub header: Header,
    /// The target as a list of shell items.
    pub target: Option<ItemList>,
    /// Where the target stood: volume, path, share.
    pub link_info: Option<LinkInfo>,
    /// Texts: relative path, arguments and so on.
    pub strings: StringData,
    /// Blocks that newer Windows adds.
    pub extra: ExtraData,
    /// How many bytes the shortcut takes. A file may be longer: bytes behind a shortcut are no part
    /// of it, and Windows writes none.
    pub length: u64,
    /// All of its bytes, counted from its own first byte.
    pub locator: Locator,
}

impl Shortcut {
    /// The target's path, the fullest that stands in the shortcut: on the volume, else in the
    /// network, else from the shell items, else with environment variables as they stand.
    #[must_use]
    pub fn target_path(&self) -> Option<String> {
        self.local_path()
            .or_else(|| self.network_path())
            .or_else(|| self.target.as_ref().and_then(ItemList::path))
            .or_else(|| Some(self.extra.environment.as_ref()?.text()?.to_owned()))
            .filter(|path| !path.is_empty())
    }

    /// The target's path on its volume: `E:\data\ESB.bak`.
    #[must_use]
    pub fn local_path(&self) -> Option<String> {
        self.link_info.as_ref()?.local_path()
    }

    /// The target's path in the network: `\\server\share\data\ESB.bak`.
    #[must_use]
    pub fn network_path(&self) -> Option<String> {
        self.link_info.as_ref()?.network_path()
    }

    /// The volume that the target stood on.
    #[must_use]
    pub fn volume(&self) -> Option<&VolumeId> {
        self.link_info.as_ref()?.volume.as_ref()
    }
}

/// A shortcut file as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortcutFile {
    /// The shortcut; `None` when the bytes don't begin with a shortcut's header.
    pub shortcut: Option<Shortcut>,
    /// Coverage and damage. A shortcut tells of its target, not of a span of time, so the coverage
    /// has no times.
    pub outcome: Outcome,
}

/// Reads a shortcut. `ansi` is the code page of the machine that wrote it (Shift_JIS on a Japanese
/// one); UTF-16 texts don't need it.
#[must_use]
pub fn read(bytes: &[u8], ansi: &'static Encoding) -> ShortcutFile {
    let mut damage = Vec::new();
    let Some(header) = Header::read(bytes) else {
        let reason = "no shortcut: its first bytes are not a shortcut's header";
        Damage::new(0, offset(bytes.len()), reason).push_to(&mut damage);
        return ShortcutFile {
            shortcut: None,
            outcome: outcome(0, damage),
        };
    };
    let shortcut = parts(bytes, header, ansi, &mut damage);
    ShortcutFile {
        shortcut: Some(shortcut),
        outcome: outcome(1, damage),
    }
}

fn outcome(records: u64, damage: Vec<Damage>) -> Outcome {
    let mut coverage = Coverage {
        records,
        ..Coverage::default()
    };
    if !damage.is_empty() {
        coverage.note(SourceState::Damaged);
    }
    Outcome { coverage, damage }
}

/// Whether a shortcut's header begins here.
pub(crate) fn is_shortcut(bytes: &[u8]) -> bool {
    Header::read(bytes).is_some()
}

fn parts(
    bytes: &[u8],
    header: Header,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Shortcut {
    let mut cursor = Cursor::new(bytes, header::LENGTH);
    let target = header
        .flags
        .has(LinkFlags::HAS_TARGET_ID_LIST)
        .then(|| target(&mut cursor, ansi, damage))
        .flatten();
    let link_info = header
        .flags
        .has(LinkFlags::HAS_LINK_INFO)
        .then(|| link_info::read(&mut cursor, ansi, damage))
        .flatten();
    let strings = strings::read(&mut cursor, header.flags, ansi, damage);
    let extra = extra_data::read(&mut cursor, ansi, damage);
    let length = offset(cursor.position());
    Shortcut {
        header,
        target,
        link_info,
        strings,
        extra,
        length,
        locator: Locator::Bytes { offset: 0, length },
    }
}

/// The item list behind its size.
fn target(
    cursor: &mut Cursor<'_>,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> Option<ItemList> {
    let size = usize::from(cursor.u16("the size of the target's item list", damage)?);
    let base = offset(cursor.position());
    let bytes = cursor.take(size, "the target's item list", damage);
    Some(list_at(bytes, base, ansi, damage))
}

/// An item list whose damage goes to the shortcut's, with the shortcut's offsets.
fn list_at(bytes: &[u8], base: u64, ansi: &'static Encoding, damage: &mut Vec<Damage>) -> ItemList {
    let mut list = shell_item::read_at(bytes, base, ansi);
    for one in list.damage.drain(..) {
        one.push_to(damage);
    }
    list
}

#[cfg(test)]
mod tests;
