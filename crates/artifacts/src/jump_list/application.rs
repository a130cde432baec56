//! Which program a jump list belongs to.
//!
//! A jump list's file is named by a CRC-64 of the program's application user model id, or of its
//! path, in upper case and UTF-16. So the number of a known program is computed and not listed.
//! Sources of the method: dtformats ("Application identifiers") and Hexacorn, "Jumplists file
//! names and AppID calculator" (2013). It gives the names of six of the nine jump lists of the corpus.

use std::fmt;

/// The number in a jump list's file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub u64);

/// The polynomial of the CRC, reflected.
const POLYNOMIAL: u64 = 0x92C6_4265_D321_39A4;

/// Programs, by their application user model id or by their path with the GUID of a known folder.
///
/// Each number that these give is also the one that published lists of jump list numbers have for the
/// program, or that of a file of the corpus. Known folders: `{1AC14E77-…}` System32, `{F38BF404-…}`
/// Windows, `{7C5A40EF-…}` Program Files of 32 bits.
const PROGRAMS: [(&str, &str); 19] = [
    ("Windows Explorer", "Microsoft.Windows.Explorer"),
    (
        "Windows Explorer (Windows 7)",
        r"{F38BF404-1D43-42F2-9305-67DE0B28FC23}\explorer.exe",
    ),
    ("Control Panel", "Microsoft.Windows.ControlPanel"),
    (
        "Notepad",
        r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\notepad.exe",
    ),
    (
        "Paint",
        r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\mspaint.exe",
    ),
    (
        "Command Prompt",
        r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\cmd.exe",
    ),
    (
        "Windows PowerShell",
        r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe",
    ),
    ("Remote Desktop", "Microsoft.Windows.RemoteDesktop"),
    ("Windows Media Player", "Microsoft.Windows.MediaPlayer32"),
    ("Internet Explorer", "Microsoft.InternetExplorer.Default"),
    ("Microsoft Edge", "MSEdge"),
    (
        "Microsoft Edge (Legacy)",
        "Microsoft.MicrosoftEdge_8wekyb3d8bbwe!MicrosoftEdge",
    ),
    ("Google Chrome", "Chrome"),
    ("Game Bar", "Microsoft.XboxGamingOverlay_8wekyb3d8bbwe!App"),
    (
        "Microsoft Word (2013 and later)",
        "Microsoft.Office.WINWORD.EXE.15",
    ),
    (
        "Microsoft Excel (2013 and later)",
        "Microsoft.Office.EXCEL.EXE.15",
    ),
    (
        "Microsoft PowerPoint (2013 and later)",
        "Microsoft.Office.POWERPNT.EXE.15",
    ),
    (
        "Microsoft Word 2010 (32 bits)",
        r"{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}\Microsoft Office\Office14\WINWORD.EXE",
    ),
    (
        "Microsoft Excel 2010 (32 bits)",
        r"{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}\Microsoft Office\Office14\EXCEL.EXE",
    ),
];

impl ApplicationId {
    /// Of a program with that application user model id, or that path.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let mut crc = u64::MAX;
        for byte in id.to_uppercase().encode_utf16().flat_map(u16::to_le_bytes) {
            crc ^= u64::from(byte);
            for _ in 0..8 {
                let carry = crc & 1 != 0;
                crc >>= 1;
                if carry {
                    crc ^= POLYNOMIAL;
                }
            }
        }
        Self(crc)
    }

    /// The program, for those that Kusari knows.
    #[must_use]
    pub fn program(self) -> Option<&'static str> {
        if self.0 == QUICK_ACCESS {
            return Some("Quick Access");
        }
        PROGRAMS
            .iter()
            .find(|(_, id)| Self::of(id) == self)
            .map(|(name, _)| *name)
    }
}

/// Quick Access of Windows 10 and later (recent files): the id that it is made from is not known.
/// It holds recent files of all programs: so in the corpus.
const QUICK_ACCESS: u64 = 0x5F7B_5F1E_01B8_3767;

impl fmt::Display for ApplicationId {
    /// As in a file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// The program's number in the name of a jump list's file, with or without folders before it.
#[must_use]
pub fn application_of_file(name: &str) -> Option<ApplicationId> {
    let name = name.rsplit(['/', '\\']).next()?;
    let (id, extension) = name.split_once('.')?;
    let is_list = ["automaticDestinations-ms", "customDestinations-ms"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(extension));
    let is_number = !id.starts_with('+') && id.len() <= 16;
    (is_list && is_number)
        .then(|| u64::from_str_radix(id, 16).ok())
        .flatten()
        .map(ApplicationId)
}
