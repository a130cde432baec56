//! `$I` files.

use kusari_evidence::time::{RecordedTime, Timestamp};

use crate::wire::{offset, size, u32_at, u64_at};
use crate::{Coverage, Damage, Locator, Outcome, SourceState, terminated};

/// What a `$I` file says about the file `$R` of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedFile {
    /// 1 in Windows Vista to 8.1; 2 in Windows 10 and later.
    pub version: u64,
    /// The size: of a folder the size of all that was in it.
    pub size: u64,
    /// When it was deleted, by the machine's clock, in UTC.
    pub deleted: Option<Timestamp>,
    /// The full path from which it was deleted.
    pub original_path: String,
    /// The record, which is the whole file.
    pub locator: Locator,
}

/// A `$I` file as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexFile {
    /// The record; `None` when the bytes are no `$I` file.
    pub file: Option<DeletedFile>,
    /// Coverage and damage.
    pub outcome: Outcome,
}

/// The most characters that a path can have: a `$I` file holds no more, whatever its length says.
const LONGEST_PATH: usize = 32_767;

/// Reads a `$I` file.
#[must_use]
pub fn read(bytes: &[u8]) -> IndexFile {
    let mut read = IndexFile::default();
    match u64_at(bytes, 0) {
        Some(version @ (1 | 2)) => {
            read.file = record(bytes, version, &mut read.outcome.damage);
        }
        _ => damage(
            bytes,
            0,
            "no recycle bin record of version 1 or 2",
            &mut read.outcome.damage,
        ),
    }
    let mut coverage = Coverage {
        records: u64::from(read.file.is_some()),
        ..Coverage::default()
    };
    if let Some(time) = read.file.as_ref().and_then(|file| file.deleted) {
        coverage.widen(RecordedTime::utc(time));
    }
    if !read.outcome.damage.is_empty() {
        coverage.note(SourceState::Damaged);
    }
    read.outcome.coverage = coverage;
    read
}

fn damage(bytes: &[u8], at: usize, reason: &str, list: &mut Vec<Damage>) {
    let rest = bytes.len().saturating_sub(at);
    Damage::new(offset(at.min(bytes.len())), offset(rest), reason).push_to(list);
}

fn record(bytes: &[u8], version: u64, list: &mut Vec<Damage>) -> Option<DeletedFile> {
    let (Some(size_of_file), Some(deleted)) = (u64_at(bytes, 8), u64_at(bytes, 16)) else {
        damage(
            bytes,
            8,
            "a recycle bin record that ends before its path",
            list,
        );
        return None;
    };
    let time = Timestamp::from_filetime(deleted);
    if time.is_none() {
        damage(bytes, 16, "a time of deletion that is no time", list);
    }
    let path_at = if version == 1 { 24 } else { 28 };
    let rest = bytes.get(path_at..).unwrap_or_default();
    let rest = rest.get(..LONGEST_PATH * 2 + 2).unwrap_or(rest);
    let path = if version == 1 {
        path_of_version_1(bytes, rest, list)
    } else {
        path_of_version_2(bytes, rest, list)
    };
    Some(DeletedFile {
        version,
        size: size_of_file,
        deleted: time,
        original_path: path,
        locator: Locator::Bytes {
            offset: 0,
            length: offset(bytes.len()),
        },
    })
}

/// 520 bytes with zeros behind the path.
fn path_of_version_1(bytes: &[u8], rest: &[u8], list: &mut Vec<Damage>) -> String {
    if let Some((path, _)) = terminated::utf16_z(rest) {
        return path;
    }
    damage(bytes, 24, "a path without its end", list);
    terminated::utf16(rest)
}

/// Its length in characters, the NUL included, then the path.
fn path_of_version_2(bytes: &[u8], rest: &[u8], list: &mut Vec<Damage>) -> String {
    let said = u32_at(bytes, 24).map_or(0, size);
    let length = said.saturating_mul(2);
    match rest.get(..length) {
        Some(path) => {
            if !path.ends_with(&[0, 0])
                || terminated::utf16_z(path).map(|(_, end)| end) != Some(length)
            {
                damage(
                    bytes,
                    28,
                    "a path that does not end where its length says",
                    list,
                );
            }
            terminated::utf16(path)
        }
        None => {
            let reason = format!(
                "a path of {said} characters, where {} bytes are left",
                rest.len()
            );
            damage(bytes, 24, &reason, list);
            terminated::utf16(rest)
        }
    }
}
