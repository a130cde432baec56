#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use kusari_evidence::time::Timestamp;
use kusari_fixtures::ese::windows_search::{Item as Written, Scope as WrittenScope, database};
use kusari_fixtures::ese::{Column, Database as Plan, Row, Stored, Table, utf16, write};
use proptest::prelude::*;

use super::*;
use crate::ese::Database;
use crate::{Locator, Outcome};

const MODIFIED: u64 = 132_979_554_651_234_567;

fn stick() -> Plan {
    let file = |name: &str, size| Written {
        url: format!("file:E:/backup/{name}"),
        name: name.to_owned(),
        size,
        times: (MODIFIED, MODIFIED - 10, MODIFIED + 10),
        gathered: MODIFIED + 600_000_000,
        volume_id: Some(*b"0123456789abcdef"),
        computer: "CALLCENTRE01".to_owned(),
        kinds: vec!["document".to_owned(), "link".to_owned()],
        scope: 6,
        deleted: name == "gone.xlsx",
    };
    let items = [
        file("customers.xlsx", Some(4711)),
        file("gone.xlsx", Some(1)),
        file("顧客一覧.xlsx", Some(2)),
        Written {
            url: "file:C:/Users".to_owned(),
            name: "Users".to_owned(),
            scope: 3,
            ..Written::default()
        },
    ];
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
    database(&items, &scopes)
}

fn all(bytes: &Vec<u8>) -> Option<(Vec<Item>, Outcome)> {
    let database = Database::open(bytes).ok()?;
    let mut list = Vec::new();
    let outcome = items(&database, &mut |item| list.push(item));
    let scopes = Scopes::read(&database);
    gathered(&database, &mut |file| {
        let _ = (scopes.address(file.scope), scopes.volume(file.scope));
    });
    Some((list, outcome))
}

#[test]
fn files_on_a_stick_are_found() {
    let bytes = write(&stick());
    let (list, outcome) = all(&bytes).unwrap();
    assert_eq!((list.len(), outcome.damage.len()), (4, 0));
    assert_eq!(outcome.coverage.records, 4);
    let file = &list[0];
    assert_eq!(
        file.file_path().as_deref(),
        Some(r"E:\backup\customers.xlsx")
    );
    assert_eq!(file.drive_letter(), Some('E'));
    assert_eq!((file.id, file.size), (Some(1), Some(4711)));
    assert_eq!(file.modified, Timestamp::from_filetime(MODIFIED));
    assert_eq!(file.created, Timestamp::from_filetime(MODIFIED - 10));
    assert_eq!(file.accessed, Timestamp::from_filetime(MODIFIED + 10));
    assert_eq!(
        file.gathered,
        Timestamp::from_filetime(MODIFIED + 600_000_000)
    );
    assert_eq!(file.computer.as_deref(), Some("CALLCENTRE01"));
    assert_eq!(file.owner.as_deref(), Some(r"CALLCENTRE01\user"));
    assert_eq!(file.kinds, ["document", "link"]);
    assert_eq!(file.item_type.as_deref(), Some(".xlsx"));
    assert_eq!(file.is_folder, Some(false));
    assert_eq!(&file.volume_id.unwrap().0, b"0123456789abcdef");
    let deleted: Vec<bool> = list.iter().map(|item| item.deleted).collect();
    assert_eq!(deleted, [false, true, false, false]);
    assert_eq!(list[2].name.as_deref(), Some("顧客一覧.xlsx"));
    let folder = &list[3];
    assert_eq!((folder.is_folder, folder.size), (Some(true), None));
    assert_eq!((folder.modified, folder.volume_id), (None, None));
    let Locator::Bytes { offset, .. } = file.locator else {
        panic!()
    };
    assert!(offset > 32_768);
}

#[test]
fn the_gatherer_knows_the_volume() {
    let bytes = write(&stick());
    let database = Database::open(&bytes).unwrap();
    let scopes = Scopes::read(&database);
    assert_eq!((scopes.count(), scopes.damage.len()), (5, 0));
    let volumes = scopes.volumes();
    assert_eq!(volumes.len(), 1);
    assert_eq!(volumes[0].letter, Some('E'));
    let mut files = Vec::new();
    let outcome = gathered(&database, &mut |file| files.push(file));
    assert_eq!((files.len(), outcome.damage.len()), (4, 0));
    let file = &files[0];
    assert_eq!((file.document, file.name.as_str()), (1, "customers.xlsx"));
    assert_eq!(file.last_modified, Timestamp::from_filetime(MODIFIED));
    let folder = scopes.address(file.scope).unwrap();
    assert_eq!(folder, "file:E:/backup/");
    assert_eq!(scopes.volume(file.scope), volumes.first().cloned());
}

/// An index as Windows 7 lays it out, or with texts in binary columns as Vista does.
fn older(text_type: u8) -> Plan {
    let row = Row {
        values: vec![
            (1, Stored::Plain(7_u32.to_le_bytes().to_vec())),
            (2, Stored::Plain(MODIFIED.to_be_bytes().to_vec())),
            (3, Stored::Plain(4711_u64.to_be_bytes().to_vec())),
            (256, Stored::Plain(utf16("file:F:/a.txt"))),
            (257, Stored::Many(vec![utf16("document"), utf16("link")])),
        ],
        deleted: false,
    };
    Plan {
        page_size: 32_768,
        clean: false,
        tables: vec![Table {
            name: "SystemIndex_0A".to_owned(),
            columns: vec![
                Column::new(1, "DocID", 4, 4),
                Column::new(2, "System_DateModified", 9, 8),
                Column::new(3, "System_Size", 5, 8),
                Column::new(256, "System_ItemUrl", text_type, 0),
                Column::new(257, "System_Kind", 12, 0),
            ],
            rows: vec![row],
        }],
    }
}

#[test]
fn windows_7_writes_the_highest_byte_first() {
    let bytes = write(&older(12));
    let database = Database::open(&bytes).unwrap();
    assert_eq!(Layout::of(&database).unwrap().0, Layout::BigEndian);
    let (list, outcome) = all(&bytes).unwrap();
    assert_eq!(outcome.damage, []);
    let item = &list[0];
    assert_eq!(item.file_path().as_deref(), Some(r"F:\a.txt"));
    assert_eq!((item.id, item.size), (Some(7), Some(4711)));
    assert_eq!(item.modified, Timestamp::from_filetime(MODIFIED));
    assert_eq!(item.kinds, ["document", "link"]);
}

#[test]
fn texts_of_vista_are_not_read_and_that_is_said() {
    let bytes = write(&older(11));
    let database = Database::open(&bytes).unwrap();
    assert_eq!(Layout::of(&database).unwrap().0, Layout::Vista);
    let (list, outcome) = all(&bytes).unwrap();
    assert_eq!(list[0].url, None);
    assert!(outcome.damage[0].reason.contains("Vista"));
}

#[test]
fn a_database_of_something_else_has_no_items() {
    let mut plan = older(12);
    plan.tables[0].name = "SruDbIdMapTable".to_owned();
    let (list, outcome) = all(&write(&plan)).unwrap();
    assert_eq!((list.len(), outcome.damage.len()), (0, 1));
}

#[test]
fn the_property_stands_behind_a_number() {
    let property = super::items::property_of;
    assert_eq!(
        property("4631F-System_Search_GatherTime"),
        "System_Search_GatherTime"
    );
    assert_eq!(property("33-System_ItemUrl"), "System_ItemUrl");
    assert_eq!(property("System_ItemUrl"), "System_ItemUrl");
    assert_eq!(property("WorkID"), "WorkID");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_changes_are_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
    ) {
        let mut bytes = write(&stick());
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        all(&bytes);
    }
}
