//! Root folders (class `0x1F`).

use kusari_evidence::Guid;

use crate::wire::u8_at;

/// A folder of the shell itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootFolder {
    /// Where Explorer sorts it: `0x50` for the computer, `0x58` for the network.
    pub sort_index: u8,
    /// Which folder.
    pub folder: Guid,
}

/// Names of root folders that evidence names often. Source: Microsoft Learn, `CLSID` values of
/// `shlguid.h`, as listed in the libfwsi documentation.
const NAMES: [(&str, &str); 11] = [
    ("{20D04FE0-3AEA-1069-A2D8-08002B30309D}", "My Computer"),
    (
        "{208D2C60-3AEA-1069-A2D7-08002B30309D}",
        "My Network Places",
    ),
    ("{F02C1A0D-BE21-4350-88B0-7367FC96EF3C}", "Network"),
    ("{450D8FBA-AD25-11D0-98A8-0800361B1103}", "My Documents"),
    ("{645FF040-5081-101B-9F08-00AA002F954E}", "Recycle Bin"),
    (
        "{871C5380-42A0-1069-A2EA-08002B30309D}",
        "Internet Explorer",
    ),
    ("{21EC2020-3AEA-1069-A2DD-08002B30309D}", "Control Panel"),
    ("{26EE0668-A00A-44D7-9371-BEB064C98683}", "Control Panel"),
    ("{59031A47-3F72-44A7-89C5-5595FE6B30EE}", "Users' Files"),
    ("{031E4825-7B94-4DC3-B131-E946B44C8DD5}", "Libraries"),
    ("{679F85CB-0220-4080-B29B-5540CC05AAB6}", "Quick Access"),
];

impl RootFolder {
    /// The folder's English name, for the folders that Kusari knows.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        name(self.folder)
    }
}

/// The English name of a shell folder, for those that Kusari knows.
pub(super) fn name(folder: Guid) -> Option<&'static str> {
    let folder = folder.to_string();
    NAMES
        .iter()
        .find(|(id, _)| *id == folder)
        .map(|(_, name)| *name)
}

pub(super) fn read(own: &[u8]) -> Option<RootFolder> {
    Some(RootFolder {
        sort_index: u8_at(own, 3)?,
        folder: own.get(4..).and_then(Guid::from_bytes)?,
    })
}
