//! An item of the index.

use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

use crate::Locator;

/// A file, a folder, or something else that has an address (a mail, a page that was visited), as the
/// index describes it. What the index doesn't say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where its row stands.
    pub locator: Locator,
    /// Whether its row was deleted and not cleared away yet.
    pub deleted: bool,
    /// Its number in the index (`WorkID`, `DocID`).
    pub id: Option<u64>,
    /// Its address (`System.ItemUrl`): `file:E:/folder/name` for a file.
    pub url: Option<String>,
    /// Its path as Explorer shows it (`System.ItemPathDisplay`); folder names may be translated.
    pub display_path: Option<String>,
    /// Its file name (`System.FileName`).
    pub name: Option<String>,
    /// Its size in bytes (`System.Size`).
    pub size: Option<u64>,
    /// The attributes of the file system (`System.FileAttributes`).
    pub attributes: Option<u32>,
    /// Whether it is a folder (`System.IsFolder`).
    pub is_folder: Option<bool>,
    /// When it was last modified, by its file system, in UTC (`System.DateModified`).
    pub modified: Option<Timestamp>,
    /// When it was created there (`System.DateCreated`).
    pub created: Option<Timestamp>,
    /// When it was last accessed there (`System.DateAccessed`), as it was when it was indexed.
    pub accessed: Option<Timestamp>,
    /// When the indexer last took up its properties (`System.Search.GatherTime`).
    pub gathered: Option<Timestamp>,
    /// The computer that it lies on (`System.ComputerName`).
    pub computer: Option<String>,
    /// Its owner (`System.FileOwner`).
    pub owner: Option<String>,
    /// The number that Windows Search gives to its volume (`System.VolumeId`). It is not known to
    /// be the volume's GUID in the mount manager, and on one real machine it is another than the
    /// one in [`super::Scopes`].
    pub volume_id: Option<Guid>,
    /// What it is (`System.Kind`): `folder`, `document`, `picture`, `link` and others.
    pub kinds: Vec<String>,
    /// Its type (`System.ItemType`): the extension with its dot, or `Directory`.
    pub item_type: Option<String>,
}

impl Item {
    /// The item's path on its machine, when it is a file or folder with a drive letter:
    /// `E:\folder\name`.
    #[must_use]
    pub fn file_path(&self) -> Option<String> {
        let (letter, rest) = split_drive(self.url.as_deref()?)?;
        Some(format!("{letter}:{}", rest.replace('/', "\\")))
    }

    /// The letter of the drive that the item lies on, in upper case.
    #[must_use]
    pub fn drive_letter(&self) -> Option<char> {
        split_drive(self.url.as_deref()?).map(|(letter, _)| letter)
    }
}

/// The drive letter of an address, in upper case, and what follows its colon.
fn split_drive(url: &str) -> Option<(char, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let (drive, path) = rest.trim_start_matches('/').split_once(':')?;
    let mut letters = drive.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let is_path = path.is_empty() || path.starts_with('/');
    (letters.next().is_none() && is_path).then_some((letter.to_ascii_uppercase(), path))
}

#[cfg(test)]
mod tests {
    use super::split_drive;

    #[test]
    fn addresses_of_files_have_a_drive() {
        assert_eq!(split_drive("file:E:/a/b.txt"), Some(('E', "/a/b.txt")));
        assert_eq!(split_drive("FILE:///e:/a"), Some(('E', "/a")));
        assert_eq!(split_drive("file:E:"), Some(('E', "")));
        for other in [
            "file://server/share/a:/b",
            "iehistory://{S-1-5-21}/http://a:80/",
            "winrt://{S-1-5-21}/a",
            "file:EE:/a",
            "file:1:/a",
            "file:E:a",
            "",
        ] {
            assert_eq!(split_drive(other), None, "{other}");
        }
    }
}
