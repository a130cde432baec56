//! Which file an activity is about.

use kusari_evidence::Guid;

use super::payload::Payload;
use crate::ObjectId;

/// What stands before a path in `AppActivityId` where the shell recorded the activity.
const OF_SHELL: &str = "ECB32AF3-1440-4086-94E3-5311F97F89C4\\";

/// A file's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePath {
    /// The path: `E:\folder\file.txt`, `\\server\share\file.txt`.
    pub path: String,
    /// Which field says so.
    pub source: PathSource,
}

/// Which field a path comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathSource {
    /// `AppActivityId`, behind the shell's GUID.
    AppActivityId,
    /// `contentUri` of the payload.
    ContentUri,
    /// `description` of the payload, which is a text for people: only where it is a path.
    Description,
}

impl FilePath {
    /// The letter of its drive.
    #[must_use]
    pub fn drive_letter(&self) -> Option<char> {
        drive_letter(&self.path)
    }

    /// The file that an activity is about.
    pub(super) fn of(app_activity_id: Option<&str>, payload: Option<&Payload>) -> Option<Self> {
        let of_shell = app_activity_id.and_then(behind_guid).filter(|p| is_path(p));
        if let Some(path) = of_shell {
            return Some(Self {
                path: path.to_owned(),
                source: PathSource::AppActivityId,
            });
        }
        let payload = payload?;
        let uri = payload.content_uri.as_deref().and_then(ContentUri::read);
        if let Some(uri) = uri {
            return Some(Self {
                path: uri.path,
                source: PathSource::ContentUri,
            });
        }
        let path = payload.description.as_deref().filter(|p| is_path(p))?;
        Some(Self {
            path: path.to_owned(),
            source: PathSource::Description,
        })
    }
}

fn behind_guid(id: &str) -> Option<&str> {
    let (own, path) = id.split_at_checked(OF_SHELL.len())?;
    own.eq_ignore_ascii_case(OF_SHELL).then_some(path)
}

/// The letter that a path with a drive begins with.
#[must_use]
pub(super) fn drive_letter(path: &str) -> Option<char> {
    let mut chars = path.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    (chars.next() == Some(':') && chars.next() == Some('\\')).then(|| letter.to_ascii_uppercase())
}

/// Whether a text is a whole path on a drive or a share, as Windows writes it.
pub(super) fn is_path(text: &str) -> bool {
    let is_on_share = text.strip_prefix(r"\\").is_some_and(|rest| {
        let mut names = rest.split('\\');
        let mut is_name = || names.next().is_some_and(|name| !name.is_empty());
        is_name() && is_name()
    });
    let no_name = |c: char| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*');
    (is_on_share || drive_letter(text).is_some()) && !text.contains(no_name)
}

/// A `contentUri` that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentUri {
    /// The file's path.
    pub path: String,
    /// `VolumeId`: of the volume. It is not the GUID of `\\?\Volume{…}`; in the corpus no key of the
    /// registry has it.
    pub volume_id: Option<Guid>,
    /// `ObjectId`: the file's object id on NTFS, with a time and the address of a network card.
    pub object_id: Option<ObjectId>,
}

impl ContentUri {
    /// Reads a URI; `None` when it names no file on a drive or share.
    #[must_use]
    pub fn read(uri: &str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("file") {
            return None;
        }
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, query),
            None => (rest, ""),
        };
        let path = decoded(path.split('#').next().unwrap_or_default())?.replace('/', r"\");
        // `file:///C:/…` names a drive, `file://server/…` and `file://///server/…` a share.
        let bare = path.trim_start_matches('\\');
        let path = if drive_letter(bare).is_some() {
            bare.to_owned()
        } else {
            format!(r"\\{bare}")
        };
        let field = |name: &str| {
            query.split('&').find_map(|field| {
                let (own, value) = field.split_once('=')?;
                own.eq_ignore_ascii_case(name).then(|| guid(value))?
            })
        };
        is_path(&path).then(|| Self {
            volume_id: field("VolumeId"),
            object_id: field("ObjectId").map(ObjectId),
            path,
        })
    }
}

/// A text without its `%` signs; `None` when what they stand for is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from((high << 4) | low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A GUID as it is written: `{A78E0A99-2928-4625-90CF-E0B88E88439B}`, the braces perhaps as `%7B`.
fn guid(text: &str) -> Option<Guid> {
    let text = decoded(text)?;
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let lengths: Vec<usize> = inside.split('-').map(str::len).collect();
    if lengths != [8, 4, 4, 4, 12] {
        return None;
    }
    let digits: Option<Vec<u32>> = inside
        .chars()
        .filter(|&c| c != '-')
        .map(|c| c.to_digit(16))
        .collect();
    let bytes: Option<Vec<u8>> = digits?
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from((high << 4) | low).ok(),
            _ => None,
        })
        .collect();
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..]: [u8; 16] = bytes?.try_into().ok()?;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = rest;
    Some(Guid([
        a3, a2, a1, a0, b1, b0, c1, c0, d0, d1, d2, d3, d4, d5, d6, d7,
    ]))
}
