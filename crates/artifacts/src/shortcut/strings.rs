//! Texts with their lengths in front (MS-SHLLINK 2.4).

use encoding_rs::Encoding;

use super::LinkFlags;
use super::cursor::Cursor;
use crate::{Damage, terminated};

/// The texts of a shortcut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StringData {
    /// The description, which Explorer shows when the mouse rests on the shortcut.
    pub name: Option<String>,
    /// The target's path from the shortcut's own folder.
    pub relative_path: Option<String>,
    /// The folder in which the target is to start.
    pub working_directory: Option<String>,
    /// The arguments for the target.
    pub arguments: Option<String>,
    /// The file that holds the icon.
    pub icon_location: Option<String>,
}

pub(super) fn read(
    cursor: &mut Cursor<'_>,
    flags: LinkFlags,
    ansi: &'static Encoding,
    damage: &mut Vec<Damage>,
) -> StringData {
    let is_unicode = flags.has(LinkFlags::IS_UNICODE);
    let mut next = |flag: u32, what: &str| {
        if !flags.has(flag) {
            return None;
        }
        let count = usize::from(cursor.u16(what, damage)?);
        // 16 bits of characters: at most 128 KiB.
        let length = if is_unicode {
            count.saturating_mul(2)
        } else {
            count
        };
        let bytes = cursor.take(length, what, damage);
        Some(if is_unicode {
            terminated::utf16_whole(bytes)
        } else {
            terminated::ansi_whole(bytes, ansi)
        })
    };
    StringData {
        name: next(LinkFlags::HAS_NAME, "the description"),
        relative_path: next(LinkFlags::HAS_RELATIVE_PATH, "the relative path"),
        working_directory: next(LinkFlags::HAS_WORKING_DIR, "the working directory"),
        arguments: next(LinkFlags::HAS_ARGUMENTS, "the arguments"),
        icon_location: next(LinkFlags::HAS_ICON_LOCATION, "the icon's path"),
    }
}
