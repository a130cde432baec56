#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use kusari_evidence::time::Timestamp;
use kusari_fixtures::ese::windows_search::{Item as Written, Scope as WrittenScope};
use kusari_fixtures::sqlite::{Layout, LogWriter, Table, Value, database};
use kusari_fixtures::windows_search_11::{windows_db, windows_gather_db};
use proptest::prelude::*;

use super::*;
use crate::sqlite::Database;
use crate::windows_search::Item;
use crate::{Locator, Outcome, SourceState};

const MODIFIED: u64 = 133_400_000_001_234_567;

fn file(number: usize) -> Written {
    Written {
        url: format!("file:E:/持出/{number}.xlsx"),
        name: format!("{number}.xlsx"),
        size: Some(4711 + number as u64),
        times: (MODIFIED, MODIFIED - 10, MODIFIED + 10),
        gathered: MODIFIED + 600_000_000 + number as u64,
        volume_id: Some(*b"0123456789abcdef"),
        computer: "CALLCENTRE01".to_owned(),
        kinds: vec!["document".to_owned(), "link".to_owned()],
        scope: 6,
        deleted: false,
    }
}

fn folder() -> Written {
    Written {
        url: "file:C:/Users".to_owned(),
        name: "Users".to_owned(),
        ..Written::default()
    }
}

fn small_pages() -> Layout {
    Layout {
        page_size: 1024,
        ..Layout::default()
    }
}

fn all(bytes: &[u8], log: Option<&[u8]>) -> Option<(Vec<Item>, Outcome)> {
    let database = Database::open(bytes, log).ok()?;
    let mut list = Vec::new();
    let outcome = items(&database, &mut |item| list.push(item));
    Some((list, outcome))
}

#[test]
fn every_property_of_an_item_is_read() {
    let bytes = windows_db(&Layout::default(), &[file(1), folder()]);
    let (list, outcome) = all(&bytes, None).unwrap();
    assert_eq!((list.len(), outcome.damage), (2, vec![]));
    assert_eq!(outcome.coverage.records, 2);
    let item = &list[0];
    assert_eq!(item.file_path().as_deref(), Some(r"E:\持出\1.xlsx"));
    assert_eq!(item.display_path.as_deref(), Some(r"E:\持出\1.xlsx"));
    assert_eq!(item.name.as_deref(), Some("1.xlsx"));
    assert_eq!((item.id, item.size), (Some(1), Some(4712)));
    assert_eq!((item.attributes, item.is_folder), (Some(0x20), Some(false)));
    assert_eq!(item.modified, Timestamp::from_filetime(MODIFIED));
    assert_eq!(item.created, Timestamp::from_filetime(MODIFIED - 10));
    assert_eq!(item.accessed, Timestamp::from_filetime(MODIFIED + 10));
    assert_eq!(
        item.gathered,
        Timestamp::from_filetime(MODIFIED + 600_000_001)
    );
    assert_eq!(item.computer.as_deref(), Some("CALLCENTRE01"));
    assert_eq!(item.owner.as_deref(), Some(r"CALLCENTRE01\user"));
    assert_eq!(&item.volume_id.unwrap().0, b"0123456789abcdef");
    assert_eq!(item.kinds, ["document", "link"]);
    assert_eq!(item.item_type.as_deref(), Some(".xlsx"));
    let Locator::Bytes { offset, length } = item.locator else {
        panic!("{:?}", item.locator)
    };
    let cell = &bytes[usize::try_from(offset).unwrap()..][..usize::try_from(length).unwrap()];
    assert!(cell.ends_with("file:E:/持出/1.xlsx".as_bytes()));
    let folder = &list[1];
    assert_eq!((folder.is_folder, folder.size), (Some(true), None));
    assert_eq!((folder.modified, folder.volume_id), (None, None));
}

#[test]
fn the_older_form_of_the_same_index_gives_the_same_items() {
    let written: Vec<Written> = (0..40).map(file).collect();
    let older = kusari_fixtures::ese::windows_search::database(&written, &[]);
    let older = kusari_fixtures::ese::write(&older);
    let older = crate::ese::Database::open(&older).unwrap();
    let mut theirs = Vec::new();
    crate::windows_search::items(&older, &mut |item| theirs.push(item));
    let (mut ours, _) = all(&windows_db(&Layout::default(), &written), None).unwrap();
    for (ours, theirs) in ours.iter_mut().zip(&theirs) {
        ours.locator = theirs.locator.clone();
    }
    assert_eq!(ours, theirs);
}

#[test]
fn items_of_many_pages_stay_together() {
    let written: Vec<Written> = (0..500).map(file).collect();
    let bytes = windows_db(&small_pages(), &written);
    let (list, outcome) = all(&bytes, None).unwrap();
    assert_eq!(outcome.damage, []);
    assert_eq!(list.len(), 500);
    for (number, item) in list.iter().enumerate() {
        let name = format!("{number}.xlsx");
        assert_eq!(item.name.as_deref(), Some(name.as_str()));
        assert_eq!(item.size, Some(4711 + number as u64));
    }
}

#[test]
fn the_write_ahead_log_is_applied() {
    let before = windows_db(&Layout::default(), &[file(0)]);
    let after = windows_db(&Layout::default(), &[file(0), file(1)]);
    let mut log = LogWriter::new(4096, (1, 2));
    log.commit(&before, &after);
    let log = log.finish();
    assert_eq!(all(&before, None).unwrap().0.len(), 1);
    let (list, outcome) = all(&before, Some(&log)).unwrap();
    assert_eq!((list.len(), outcome.damage), (2, vec![]));
    assert!(matches!(list[1].locator, Locator::WriteAheadLog { .. }));
}

#[test]
fn a_lost_page_costs_its_own_rows_only() {
    let written: Vec<Written> = (0..100).map(file).collect();
    let mut bytes = windows_db(&small_pages(), &written);
    bytes[1024..2048].fill(0);
    let (list, outcome) = all(&bytes, None).unwrap();
    assert!(list.len() >= 96, "{}", list.len());
    assert_eq!(outcome.damage.len(), 1);
    assert_eq!(outcome.damage[0].offset, 1024);
    let states = format!("{:?}", outcome.coverage);
    assert!(states.contains(&format!("{:?}", SourceState::Damaged)));
}

fn table(name: &str, sql: &str, rows: Vec<Vec<Value>>) -> Table {
    Table::new(name, &format!("CREATE TABLE {name} {sql}"), rows)
}

fn store(rows: Vec<Vec<Value>>) -> Table {
    let sql = "(WorkId INTEGER, ColumnId INTEGER, Value)";
    table("SystemIndex_1_PropertyStore", sql, rows)
}

fn names() -> Table {
    let rows = vec![
        vec![7.into(), "33-System_ItemUrl".into()],
        vec![9.into(), "13F-System_Size".into()],
        vec![10.into(), "15F-System_DateModified".into()],
    ];
    let sql = "(Id INTEGER, UniqueKey TEXT)";
    table("SystemIndex_1_PropertyStore_Metadata", sql, rows)
}

#[test]
fn values_of_another_type_are_damage_and_cost_nothing_else() {
    let rows = vec![
        vec![1.into(), 7.into(), "file:F:/a.txt".into()],
        vec![1.into(), 9.into(), Value::Blob(vec![1, 2, 3])],
        vec![1.into(), 10.into(), "yesterday".into()],
        vec![1.into(), 999.into(), "unknown".into()],
        vec![Value::Null, 7.into(), "file:F:/b.txt".into()],
        vec![
            3.into(),
            10.into(),
            Value::Blob(u64::MAX.to_le_bytes().to_vec()),
        ],
        vec![2.into(), 9.into(), 77.into()],
    ];
    let bytes = database(&Layout::default(), &[store(rows), names()]);
    let (list, outcome) = all(&bytes, None).unwrap();
    let ids: Vec<_> = list.iter().map(|item| (item.id, item.size)).collect();
    assert_eq!(ids, [(Some(1), None), (Some(3), None), (Some(2), Some(77))]);
    assert_eq!(list[0].file_path().as_deref(), Some(r"F:\a.txt"));
    let reasons: Vec<&str> = outcome.damage.iter().map(|d| d.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "Size: a value of another type",
            "Modified: a value of another type",
            "a property without numbers",
            "the rows of items are not in order",
        ]
    );
}

#[test]
fn names_with_dots_serve_where_there_are_no_keys() {
    let names = table(
        "SystemIndex_1_PropertyStore_Metadata",
        "(Id INTEGER PRIMARY KEY, Name TEXT)",
        vec![vec![Value::Null, "System.Search.GatherTime".into()]],
    );
    let time = Value::Blob(MODIFIED.to_le_bytes().to_vec());
    let store = store(vec![vec![4.into(), 1.into(), time]]);
    let bytes = database(&Layout::default(), &[store, names]);
    let (list, _) = all(&bytes, None).unwrap();
    assert_eq!(list[0].gathered, Timestamp::from_filetime(MODIFIED));
}

#[test]
fn a_database_of_something_else_has_no_items() {
    let strange = table("SystemIndex_1_PropertyStore", "(a, b)", vec![]);
    for tables in [vec![], vec![names()], vec![strange]] {
        let bytes = database(&Layout::default(), &tables);
        let (list, outcome) = all(&bytes, None).unwrap();
        assert_eq!((list.len(), outcome.damage.len()), (0, 1));
    }
    let (list, outcome) = all(&database(&Layout::default(), &[store(vec![])]), None).unwrap();
    assert_eq!((list.len(), outcome.damage.len()), (0, 1));
}

#[test]
fn an_encrypted_database_is_known() {
    assert!(is_encrypted(b"AesGcm1 SQLite3\0\x10\0\x02\x02\x30"));
    assert!(!is_encrypted(b"SQLite format 3\0") && !is_encrypted(b""));
}

#[test]
fn the_gatherer_knows_the_volume() {
    let scopes = [
        (2, 1, "file:"),
        (3, 2, "E:"),
        (4, 3, "/"),
        (5, 4, "[43cec11d-65ac-4ce1-90d0-4851dfc7a806]/"),
        (6, 5, "backup/"),
    ];
    let scopes = scopes.map(|(id, parent, name)| WrittenScope {
        id,
        parent,
        name: name.to_owned(),
    });
    let bytes = windows_gather_db(&Layout::default(), &scopes);
    let scopes = super::scopes(&Database::open(&bytes, None).unwrap());
    assert_eq!((scopes.count(), scopes.damage.len()), (5, 0));
    assert_eq!(scopes.address(6).as_deref(), Some("file:E:/backup/"));
    assert_eq!(scopes.volumes()[0].letter, Some('E'));
    let other = database(&Layout::default(), &[names()]);
    let none = super::scopes(&Database::open(&other, None).unwrap());
    assert_eq!(none.count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_changes_are_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
    ) {
        let written: Vec<Written> = (0..20).map(file).collect();
        let mut bytes = windows_db(&small_pages(), &written);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        all(&bytes, None);
        if let Ok(database) = Database::open(&bytes, None) {
            let _ = super::scopes(&database).volumes();
        }
    }

    #[test]
    fn any_bytes_are_survived(tail in prop::collection::vec(any::<u8>(), 0..2000)) {
        all(&tail, None);
        all(&[&b"SQLite format 3\0"[..], &tail].concat(), Some(&tail));
    }
}
