//! Shortcuts to write.

use chrono::NaiveDate;
use encoding_rs::SHIFT_JIS;
use kusari_fixtures::shell_item::FileEntry;
use kusari_fixtures::shortcut::{Place, Shortcut, Tracker};

/// 2022-06-21T09:26:31.25Z
pub(crate) const MODIFIED: u64 = 133_002_771_912_500_000;

/// A volume's and a file's object id in a jump list of the corpus; the second holds a time and a MAC
/// address.
pub(crate) const DROID: [[u8; 16]; 2] = [
    [
        0xFE, 0xA9, 0xED, 0xA0, 0xEF, 0xDB, 0x91, 0x4D, 0xBF, 0x7A, 0xEA, 0xBD, 0x09, 0x71, 0xF8,
        0xDF,
    ],
    [
        0xD9, 0x82, 0x22, 0x97, 0xD5, 0x87, 0xEC, 0x11, 0x9E, 0x54, 0xEC, 0x63, 0xD7, 0x72, 0x83,
        0x36,
    ],
];

pub(crate) fn entry(name: &str, short_name: &str, is_folder: bool) -> FileEntry {
    let at = NaiveDate::from_ymd_opt(2022, 6, 21)
        .unwrap()
        .and_hms_milli_opt(9, 26, 31, 250)
        .unwrap();
    FileEntry {
        name: name.into(),
        short_name: short_name.into(),
        is_folder,
        size: 460_517,
        modified: at,
        created: at,
        accessed: at,
        file_reference: (0x1234, 7),
    }
}

/// A shortcut of a Japanese machine to a file on a stick.
pub(crate) fn on_stick() -> Shortcut {
    Shortcut {
        entries: vec![
            entry("○○個人資料", "0A1B~1", true),
            entry("表.bak", "5C5C~1.BAK", false),
        ],
        attributes: 0x20,
        times: [MODIFIED + 1, MODIFIED + 2, MODIFIED],
        place: Place::Volume {
            drive: r"E:\".into(),
            drive_type: 2,
            serial: 0x4A3F_00C1,
            label: "USB012".into(),
        },
        relative_path: Some(r"..\..\表.bak".into()),
        working_directory: Some(r"E:\○○個人資料".into()),
        arguments: None,
        tracker: Some(Tracker {
            machine: "dev-desktop".into(),
            droid: DROID,
            birth: DROID,
        }),
        ansi: SHIFT_JIS,
    }
}

/// One to a share that is mapped to a drive.
pub(crate) fn on_share() -> Shortcut {
    Shortcut {
        place: Place::Share {
            name: r"\\files\共有".into(),
            drive: Some("Z:".into()),
        },
        arguments: Some("/x".into()),
        tracker: None,
        ..on_stick()
    }
}
