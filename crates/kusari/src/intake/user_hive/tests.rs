//! Users' hives, built and real, read as a case reads them.

use kusari_fixtures::corpus;
use kusari_fixtures::hive::{Hive as Written, Key, Value};

use super::*;
use crate::event::Action;

const EXPLORER: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer";
/// 2023-04-21T01:00:00Z, as a FILETIME.
const AT: u64 = 133_265_124_000_000_000;

fn harvest(kind: &ArtifactKind, path: &str, bytes: Vec<u8>) -> Harvest {
    let file = ArtifactFile {
        path: path.to_owned(),
        bytes,
        companions: Vec::new(),
    };
    let mut harvest = Harvest::default();
    let around = Surroundings::of_path(path);
    (kind.read)(file, &around, &ReadOptions::default(), &mut harvest);
    harvest
}

/// Action, time, file, volume and user of each event.
fn lines(harvest: &Harvest) -> Vec<String> {
    let text = |text| harvest.strings().get(text).unwrap_or("-");
    let mut lines: Vec<String> = harvest
        .events()
        .rows()
        .map(|row| {
            let volume = row.volume.map_or("-", |volume| text(volume.value));
            format!(
                "{} {} {} {volume} {} {}",
                row.time.wall.to_text(0),
                row.action.name(),
                text(row.file),
                text(row.user),
                row.confidence.name(),
            )
        })
        .collect();
    lines.sort();
    lines
}

fn mru(numbers: &[u32]) -> Value {
    let numbers = numbers.iter().chain([&u32::MAX]);
    Value::binary(
        "MRUListEx",
        numbers.flat_map(|number| number.to_le_bytes()).collect(),
    )
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().chain([0]);
    units.flat_map(u16::to_le_bytes).collect()
}

fn item(data: &[u8]) -> Vec<u8> {
    let mut item = u16::try_from(data.len() + 2)
        .unwrap()
        .to_le_bytes()
        .to_vec();
    item.extend(data);
    item.extend([0, 0]);
    item
}

fn folder(name: &[u8]) -> Vec<u8> {
    let mut data = vec![0x31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0];
    data.extend(name);
    data.push(0);
    item(&data)
}

#[test]
fn the_folder_opened_last_has_a_time_and_the_others_none() {
    let bags = r"Local Settings\Software\Microsoft\Windows\Shell\BagMRU";
    let mut root = Key::new("S-1-5-21-1_Classes", AT);
    let top = root.at(bags, AT + 50_000_000);
    top.values = vec![
        mru(&[0]),
        Value::binary("0", item(&[0x2F, b'E', b':', b'\\', 0])),
    ];
    let drive = root.at(&format!(r"{bags}\0"), AT);
    drive.values = vec![
        mru(&[1, 0]),
        Value::binary("0", folder(b"old")),
        Value::binary("1", folder(b"new")),
    ];
    let bytes = Written::new("UsrClass.dat", &root, AT, 1).to_bytes();
    let path = "Users/tony/AppData/Local/Microsoft/Windows/UsrClass.dat";
    let found = harvest(&CLASSES, path, bytes);
    assert_eq!(
        lines(&found),
        [
            r"2023-04-21T01:00:00 folder-opened E:\new E: tony inferred",
            r"2023-04-21T01:00:05 folder-opened E:\ E: tony inferred",
        ]
    );
    assert_eq!(found.notes().len(), 1);
    assert!(found.notes()[0].starts_with("1 entries"));
}

#[test]
fn folders_on_the_way_to_one_opened_at_the_same_time_have_no_line() {
    let bags = r"Software\Microsoft\Windows\Shell\BagMRU";
    let mut root = Key::new("ROOT", AT);
    root.at(bags, AT).values = vec![
        mru(&[0]),
        Value::binary("0", item(&[0x2F, b'E', b':', b'\\', 0])),
    ];
    root.at(&format!(r"{bags}\0"), AT).values = vec![mru(&[0]), Value::binary("0", folder(b"a"))];
    let bytes = Written::new("NTUSER.DAT", &root, AT, 1).to_bytes();
    let found = harvest(&KIND, "Users/tony/NTUSER.DAT", bytes);
    assert_eq!(
        lines(&found),
        [r"2023-04-21T01:00:00 folder-opened E:\a E: tony inferred"]
    );
}

#[test]
fn the_lists_of_explorer_and_office_give_their_lines() {
    let mut root = Key::new("ROOT", AT);
    let mut document = utf16("a.txt");
    document.extend(item(b"\x99"));
    let mut other = utf16("b.txt");
    other.extend(item(b"\x99"));
    let recent = format!(r"{EXPLORER}\RecentDocs");
    root.at(&recent, AT).values = vec![
        mru(&[1, 0]),
        Value::binary("0", other),
        Value::binary("1", document.clone()),
    ];
    root.at(&format!(r"{recent}\.txt"), AT).values = vec![mru(&[0]), Value::binary("0", document)];
    // An address is no file.
    root.at(&format!(r"{recent}\.com/?q=a"), AT).values =
        vec![mru(&[0]), Value::binary("0", utf16("x.com/?q=a"))];
    root.at(&format!(r"{EXPLORER}\TypedPaths"), AT).values =
        vec![Value::sz("url1", r"F:\x"), Value::sz("url2", r"G:\y")];
    root.at(&format!(r"{EXPLORER}\ComDlg32\OpenSaveMRU\doc"), AT)
        .values = vec![Value::sz("a", r"E:\a.doc"), Value::sz("MRUList", "a")];
    let word = root.at(r"Software\Microsoft\Office\14.0\Word\File MRU", AT);
    word.values = vec![Value::sz(
        "Item 1",
        r"[F00000000][T01D973EC98F7E800][O00000000]*E:\r.docx",
    )];
    let bytes = Written::new("NTUSER.DAT", &root, AT, 1).to_bytes();
    let found = harvest(&KIND, "Users/tony/NTUSER.DAT", bytes);
    assert_eq!(
        lines(&found),
        [
            "2023-04-21T01:00:00 file-opened E:\\a.doc E: tony inferred",
            "2023-04-21T01:00:00 file-opened E:\\r.docx E: tony recorded",
            "2023-04-21T01:00:00 file-opened a.txt - tony inferred",
            "2023-04-21T01:00:00 file-opened a.txt - tony inferred",
            "2023-04-21T01:00:00 folder-opened F:\\x F: tony inferred",
        ]
    );
}

#[test]
fn programs_are_run_and_presets_are_not() {
    let entry = |count: u32, time: u64| {
        let mut data = vec![0; 72];
        data[4..8].copy_from_slice(&count.to_le_bytes());
        data[60..68].copy_from_slice(&time.to_le_bytes());
        data
    };
    let mut root = Key::new("ROOT", AT);
    let group = format!(r"{EXPLORER}\UserAssist\{{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}}");
    root.at(&group, AT).values = vec![Value::dword("Version", 5)];
    // ROT13 of E:\tool.exe, of <System>\calc.exe, and of two names that share a time.
    root.at(&format!(r"{group}\Count"), AT).values = vec![
        Value::binary(r"R:\gbby.rkr", entry(2, AT)),
        Value::binary(
            r"{1NP14R77-02R7-4R5Q-O744-2RO1NR5198O7}\pnyp.rkr",
            entry(0, AT + 600_000_000),
        ),
        Value::binary(r"N", entry(14, AT + 1_200_000_000)),
        Value::binary(r"O", entry(13, AT + 1_200_000_000)),
        Value::binary(r"P", entry(12, AT + 1)),
        Value::binary(r"Q", entry(1, 0)),
        Value::binary("HRZR_PGYFRFFVBA", vec![0; 1612]),
        Value::binary("Fubeg", vec![0; 20]),
    ];
    let bytes = Written::new("NTUSER.DAT", &root, AT, 1).to_bytes();
    let found = harvest(&KIND, "Users/tony/NTUSER.DAT", bytes);
    assert_eq!(
        lines(&found),
        [
            r"2023-04-21T01:00:00 program-run E:\tool.exe E: tony recorded",
            r"2023-04-21T01:01:00 program-run <System>\calc.exe - tony inferred",
        ]
    );
    assert_eq!(found.said().damage.len(), 1, "the entry of 20 bytes");
}

fn of_corpus(kind: &ArtifactKind, file: &str) -> Option<Vec<String>> {
    Some(lines(&harvest(kind, file, corpus::bytes(file)?)))
}

#[test]
fn real_hives_give_what_was_opened_and_run() {
    let Some(xp) = of_corpus(&KIND, "m57-pat-winxp/NTUSER.DAT") else {
        return;
    };
    let (Some(seven), Some(ten), Some(classes)) = (
        of_corpus(
            &KIND,
            "srl2012-WKS-WIN764BITB-win7-nfury/Users/nfury/NTUSER.DAT",
        ),
        of_corpus(&KIND, "win10-DESKTOP-2KGM189/Users/tony/NTUSER.DAT"),
        of_corpus(
            &CLASSES,
            "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/UsrClass.dat",
        ),
    ) else {
        return;
    };
    let has = |lines: &[String], line: &str| assert!(lines.iter().any(|l| l == line), "{lines:#?}");
    // The share with the tools that the case's image was made with.
    has(
        &xp,
        r"2009-11-25T00:42:29 folder-opened Z:\ram\windd\32bits_i386 Z: Pat inferred",
    );
    has(
        &seven,
        r"2012-03-12T20:52:27 file-opened C:\Users\nfury\Documents\StarFury\StarFury\StarFury.docx C: nfury recorded",
    );
    has(
        &ten,
        r"2017-07-12T07:34:32 program-run D:\setup64.exe D: tony recorded",
    );
    // A new profile of 2017 has 12 presets and no run of Paint.
    assert!(!ten.iter().any(|line| line.contains("mspaint")), "{ten:#?}");
    has(
        &classes,
        r"2022-02-06T22:17:49 folder-opened C:\temp\tout\c\ProgramData\Microsoft\search\data\applications\windows C: - inferred",
    );
    assert!(
        xp.iter()
            .chain(&seven)
            .chain(&ten)
            .chain(&classes)
            .filter(|line| line.contains(Action::FolderOpened.name()))
            .count()
            > 20
    );
}
