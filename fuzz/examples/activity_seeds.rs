//! Writes a small seed corpus for the targets of file activity: `activity_seeds FOLDER` makes
//! `FOLDER/<target>/…`.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kusari_fixtures::jump_list::{Entry, automatic, custom};
use kusari_fixtures::opened_file::OpenedFile;
use kusari_fixtures::recycle_bin::{index_file, info2, Info2Record};
use kusari_fixtures::shell_item;
use kusari_fixtures::usn_journal::{Change, JournalWriter};

fn main() {
    let folder = std::env::args().nth(1).expect("which folder?");
    let folder = Path::new(&folder);
    let put = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(folder.join(target)).unwrap();
        fs::write(folder.join(target).join(name), bytes).unwrap();
    };
    let day = NaiveDate::from_ymd_opt(2022, 6, 21).unwrap();
    let at = day.and_hms_opt(9, 30, 0).unwrap();
    let opened = |machine: Option<&str>| OpenedFile {
        path: r"E:\個人資料\20220621\ESB.bak".to_owned(),
        size: 120_000,
        created: at,
        modified: at,
        accessed: at,
        drive_type: 2,
        serial: 0x5A3C_91E7,
        label: "USB".to_owned(),
        machine: machine.map(ToOwned::to_owned),
    };
    let plain = opened(None).shortcut();
    let tracked = opened(Some("PC")).shortcut();
    for (name, shortcut) in [("plain", &plain), ("tracked", &tracked)] {
        put("shortcut", name, &[&[0], &shortcut.to_bytes()[..]].concat());
    }
    put("shell_item", "file", &shell_item::list(r"E:\", &plain.entries));
    let entry = |number| Entry {
        number,
        last_access: 133_000_000_000_000_000,
        access_count: 3,
        pin: None,
        host: "pc".to_owned(),
        path: opened(None).path,
        shortcut: tracked.clone(),
    };
    for version in [1, 3, 4] {
        let list = automatic(version, &[entry(1), entry(2)]);
        put("jump_list", &format!("automatic-{version}"), &list);
    }
    let category = [("Recent".to_owned(), vec![plain.clone(), tracked.clone()])];
    put("jump_list", "custom", &custom(&category));
    for version in [1, 2] {
        let index = index_file(version, 7, 133_000_000_000_000_000, r"D:\個人資料\ESB.bak");
        put("recycle_bin", &format!("index-{version}"), &index);
    }
    let deleted = Info2Record {
        number: 1,
        path: r"C:\a.txt".to_owned(),
        deleted: 128_000_000_000_000_000,
        size: 4096,
        is_gone: false,
    };
    put("recycle_bin", "info2", &info2(&[deleted], encoding_rs::WINDOWS_1252));
    let mut journal = JournalWriter::new(4096);
    for (place, reasons) in [0x100, 0x102, 0x8000_0102, 0x1000, 0x2000, 0x8000_2000, 0x8000_0200]
        .into_iter()
        .enumerate()
    {
        journal.change(&Change {
            version: if place % 2 == 0 { 2 } else { 3 },
            file: (40 | 1 << 48, 0),
            parent: (5 | 5 << 48, 0),
            time: 133_000_000_000_000_000,
            reasons,
            source: 0,
            security_id: 0,
            attributes: 0x20,
            name: format!("ESB{}.bak", place / 4).encode_utf16().collect(),
        });
    }
    put("usn_journal", "changes", &journal.into_bytes());
}
