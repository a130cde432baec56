//! Drives (classes `0x20` to `0x2F`).

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use crate::terminated;

/// A drive, or a folder that stands beside the drives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeItem {
    /// The drive: `E:\`. `None` for a folder beside the drives.
    pub name: Option<String>,
    /// The folder's class; beside a name it says what is behind the drive.
    pub folder: Option<Guid>,
}

impl VolumeItem {
    /// The drive letter, in upper case.
    #[must_use]
    pub fn letter(&self) -> Option<char> {
        let mut chars = self.name.as_deref()?.chars();
        let letter = chars.next().filter(char::is_ascii_alphabetic)?;
        (chars.next() == Some(':')).then(|| letter.to_ascii_uppercase())
    }
}

/// The class's bit that says that a name stands there.
const HAS_NAME: u8 = 0x01;

pub(super) fn read(own: &[u8], class: u8, ansi: &'static Encoding) -> Option<VolumeItem> {
    if class & HAS_NAME == 0 {
        let folder = own.get(4..).and_then(Guid::from_bytes);
        // A drive without the bit has been seen (`0x2A` with `J:\`): a letter and a colon are no
        // part of a GUID that Windows knows.
        if let Some(name) = own.get(3..).filter(|rest| is_drive(rest)) {
            return Some(VolumeItem {
                name: Some(terminated::ansi(name, ansi)),
                folder: None,
            });
        }
        return Some(VolumeItem {
            name: None,
            folder: Some(folder?),
        });
    }
    // 20 bytes of name in full-length items; short ones end with the name.
    let name = own.get(3..23).or_else(|| own.get(3..))?;
    Some(VolumeItem {
        name: Some(terminated::ansi(name, ansi)),
        folder: own
            .get(25..)
            .and_then(Guid::from_bytes)
            .filter(|folder| *folder != Guid::NIL),
    })
}

fn is_drive(bytes: &[u8]) -> bool {
    matches!(bytes, [letter, b':', b'\\', 0, ..] if letter.is_ascii_alphabetic())
}
