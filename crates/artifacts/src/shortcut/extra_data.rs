//! Blocks behind the texts (MS-SHLLINK 2.5).

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use super::console::{self, ConsoleProperties};
use super::cursor::Cursor;
use super::list_at;
use crate::property_store::{self, PropertyStorage};
use crate::shell_item::ItemList;
use crate::wire::{offset, size, u32_at};
use crate::{Damage, Droid, DualText, terminated};

/// The blocks of a shortcut. Of a kind that stands there twice the first is read and the second is
/// reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraData {
    /// The target's path with environment variables.
    pub environment: Option<DualText>,
    /// How a console window looks.
    pub console: Option<ConsoleProperties>,
    /// The machine and object ids of link tracking.
    pub tracker: Option<Tracker>,
    /// The code page of a console.
    pub console_code_page: Option<u32>,
    /// A folder of the shell, by its old number (`CSIDL`).
    pub special_folder: Option<FolderLocation<u32>>,
    /// What Windows Installer calls the target (`Darwin`).
    pub darwin: Option<DualText>,
    /// The icon's path with environment variables.
    pub icon_environment: Option<DualText>,
    /// The compatibility layer.
    pub shim_layer: Option<String>,
    /// Properties of the target.
    pub properties: Vec<PropertyStorage>,
    /// A folder of the shell, by its GUID.
    pub known_folder: Option<KnownFolder>,
    /// The target as Windows Vista and later see it, where it differs.
    pub vista_target: Option<ItemList>,
    /// Blocks that Kusari does not read.
    pub unknown: Vec<UnknownBlock>,
    /// Whether the terminal block stands behind the last one.
    pub terminated: bool,
}

/// The data of link tracking (MS-SHLLINK 2.5.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracker {
    /// Where the block begins.
    pub offset: u64,
    /// The machine on which the target last stood: its NetBIOS name.
    pub machine_id: String,
    /// Volume and file when the shortcut was last written.
    pub droid: Droid,
    /// Volume and file when the target got its object id. Where they differ from the droid, the
    /// target was moved to another volume since.
    pub birth: Droid,
}

/// A known folder.
pub type KnownFolder = FolderLocation<Guid>;

/// Which folder of the shell the target lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderLocation<I> {
    /// The folder.
    pub folder: I,
    /// Where in the item list what lies below the folder begins.
    pub child_offset: u32,
}

/// A block that Kusari does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownBlock {
    /// The signature.
    pub signature: u32,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}

const ENVIRONMENT: u32 = 0xA000_0001;
const CONSOLE: u32 = 0xA000_0002;
const TRACKER: u32 = 0xA000_0003;
const CONSOLE_CODE_PAGE: u32 = 0xA000_0004;
const SPECIAL_FOLDER: u32 = 0xA000_0005;
const DARWIN: u32 = 0xA000_0006;
const ICON_ENVIRONMENT: u32 = 0xA000_0007;
const SHIM: u32 = 0xA000_0008;
const PROPERTY_STORE: u32 = 0xA000_0009;
const KNOWN_FOLDER: u32 = 0xA000_000B;
const VISTA_ID_LIST: u32 = 0xA000_000C;

pub(super) fn read(
    cursor: &mut Cursor<'_>,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> ExtraData {
    let mut extra = ExtraData::default();
    let mut seen = Vec::new();
    // Each round takes at least eight bytes.
    while let Some(length) = cursor.peek_u32() {
        if length < 4 {
            cursor.advance(4);
            extra.terminated = true;
            break;
        }
        let at = offset(cursor.position());
        let rest = cursor.rest().len();
        if length < 8 || size(length) > rest {
            let reason = format!("a block of {length} bytes, where {rest} are left");
            Damage::new(at, offset(rest), reason).push_to(damage);
            break;
        }
        let block = cursor.take(size(length), "a block", damage);
        let signature = u32_at(block, 4).unwrap_or(0);
        if seen.contains(&signature) {
            let reason = format!("a second block {signature:#010x}");
            Damage::new(at, offset(block.len()), reason).push_to(damage);
            continue;
        }
        if extra.put(block, signature, at, ansi, damage).is_none() {
            let reason = format!("a block {signature:#010x} that is too short");
            Damage::new(at, offset(block.len()), reason).push_to(damage);
        }
        // Unknown ones are listed, however many; the known kinds are eleven.
        if (ENVIRONMENT..=VISTA_ID_LIST).contains(&signature) {
            seen.push(signature);
        }
    }
    extra
}

impl ExtraData {
    /// Reads one block. `None` where it is shorter than its kind.
    fn put(
        &mut self,
        block: &[u8],
        signature: u32,
        at: u64,
        ansi: &'static Encoding,
        damage: &mut Vec<Damage>,
    ) -> Option<()> {
        match signature {
            ENVIRONMENT => self.environment = Some(path_pair(block, ansi)?),
            CONSOLE => self.console = Some(console::read(block)?),
            TRACKER => self.tracker = Some(tracker(block, at, ansi)?),
            CONSOLE_CODE_PAGE => self.console_code_page = Some(u32_at(block, 8)?),
            SPECIAL_FOLDER => {
                self.special_folder = Some(FolderLocation {
                    folder: u32_at(block, 8)?,
                    child_offset: u32_at(block, 12)?,
                });
            }
            DARWIN => self.darwin = Some(path_pair(block, ansi)?),
            ICON_ENVIRONMENT => self.icon_environment = Some(path_pair(block, ansi)?),
            SHIM => self.shim_layer = Some(terminated::utf16(block.get(8..)?)),
            PROPERTY_STORE => {
                let found = property_store::read(block.get(8..)?, ansi);
                for mut one in found.damage {
                    one.offset = one.offset.saturating_add(at).saturating_add(8);
                    one.push_to(damage);
                }
                self.properties = found.stores;
            }
            KNOWN_FOLDER => {
                self.known_folder = Some(FolderLocation {
                    folder: block.get(8..).and_then(Guid::from_bytes)?,
                    child_offset: u32_at(block, 24)?,
                });
            }
            VISTA_ID_LIST => {
                let base = at.saturating_add(8);
                self.vista_target = Some(list_at(block.get(8..)?, base, ansi, damage));
            }
            _ => self.unknown.push(UnknownBlock {
                signature,
                offset: at,
                length: offset(block.len()),
            }),
        }
        Some(())
    }
}

/// 260 bytes of ANSI and 520 of UTF-16, each with zeros or leftovers behind its NUL.
fn path_pair(block: &[u8], ansi: &'static Encoding) -> Option<DualText> {
    Some(DualText {
        ansi: Some(terminated::ansi(block.get(8..268)?, ansi)),
        unicode: Some(terminated::utf16(block.get(268..788)?)),
    })
}

fn tracker(block: &[u8], at: u64, ansi: &'static Encoding) -> Option<Tracker> {
    Some(Tracker {
        offset: at,
        machine_id: terminated::ansi(block.get(16..32)?, ansi),
        droid: block.get(32..).and_then(Droid::from_bytes)?,
        birth: block.get(64..).and_then(Droid::from_bytes)?,
    })
}
