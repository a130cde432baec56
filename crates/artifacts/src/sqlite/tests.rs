#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests"
)]

use kusari_fixtures::sqlite::{self as written, Encoding, Layout, LogWriter, Table};
use proptest::prelude::*;

use super::*;
use crate::{Damage, Locator};

const SQL: &str = "CREATE TABLE [t](a INT, b TEXT, c REAL, d BLOB)";

fn row(number: i64, text: &str) -> Vec<written::Value> {
    vec![
        number.into(),
        text.into(),
        written::Value::Real(0.5),
        written::Value::Blob(vec![7; 3]),
    ]
}

type Read = Vec<(Option<i64>, Vec<Value>)>;

fn rows(database: &Database<'_>, name: &str) -> (Read, Vec<Damage>) {
    let table = database.table(name).unwrap();
    let mut rows = database.rows(&table);
    let read = rows
        .by_ref()
        .map(|row| (row.rowid, row.values().cloned().collect()))
        .collect();
    (read, rows.into_damage())
}

fn expected(number: i64, text: &str) -> Vec<Value> {
    vec![
        Value::Integer(number),
        Value::Text(text.into()),
        Value::Real(0.5),
        Value::Blob(vec![7; 3]),
    ]
}

#[test]
fn what_was_written_is_read_in_every_encoding_and_over_levels_and_overflow_pages() {
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
        for page_size in [512, 4096] {
            let layout = Layout {
                page_size,
                encoding,
                uses_write_ahead_log: false,
            };
            let text = |n: usize| "車é".repeat(n * n % 5000);
            let table = Table::new(
                "t",
                SQL,
                (0..500).map(|n| row(n, &text(n as usize))).collect(),
            );
            let bytes = written::database(&layout, &[table]);
            let database = Database::open(&bytes, None).unwrap();
            let (read, damage) = rows(&database, "T");
            assert_eq!(damage, []);
            assert_eq!(read.len(), 500);
            for (n, (rowid, values)) in (0..).zip(read) {
                assert_eq!(rowid, Some(n + 1));
                assert_eq!(values, expected(n, &text(n as usize)));
            }
        }
    }
}

#[test]
fn a_locator_leads_to_the_cell_in_the_database_or_in_the_log() {
    let layout = Layout::default();
    let of = |texts: &[&str]| {
        let rows = (1..).zip(texts).map(|(n, text)| row(n, text)).collect();
        written::database(&layout, &[Table::new("t", SQL, rows)])
    };
    let before = of(&["first"]);
    let after = of(&["first", "second"]);
    let mut log = LogWriter::new(4096, (1, 2));
    log.commit(&before, &after);
    let whole = log.clone();
    // Never committed.
    log.frame(2, &[0; 4096], 0);
    let log = log.finish();

    let found = |bytes: &[u8], log: Option<&[u8]>| {
        let database = Database::open(bytes, log).unwrap();
        assert_eq!(database.damage(), []);
        let table = database.table("t").unwrap();
        let places: Vec<Locator> = database.rows(&table).map(|row| row.locator).collect();
        let log = database.write_ahead_log().cloned();
        (places, log)
    };
    let (places, no_log) = found(&before, None);
    assert_eq!((places.len(), no_log), (1, None));
    let Locator::Bytes { offset, length } = places[0] else {
        panic!("{places:?}");
    };
    let cell = &before[offset as usize..][..length as usize];
    assert!(cell.windows(5).any(|part| part == b"first"));

    let (places, stands) = found(&before, Some(&log));
    let stands = stands.unwrap();
    assert_eq!((stands.applied, stands.commits), (1, 1));
    assert_eq!((stands.uncommitted, stands.behind), (1, 0));
    let Locator::WriteAheadLog { offset, length } = places[1] else {
        panic!("{places:?}");
    };
    let cell = &log[offset as usize..][..length as usize];
    assert!(cell.windows(6).any(|part| part == b"second"));

    // A newer round of the log over the older one.
    let mut newer = LogWriter::new(4096, (2, 3));
    newer.commit(&after, &of(&["third"]));
    let newer = newer.finish();
    let mut over = whole.finish();
    over.extend(vec![0; 4120]);
    over[..newer.len()].copy_from_slice(&newer);
    let (places, stands) = found(&after, Some(&over));
    let stands = stands.unwrap();
    assert_eq!((places.len(), stands.applied, stands.behind), (1, 1, 1));
}

#[test]
fn a_log_that_is_damaged_is_applied_up_to_the_commit_before_and_one_of_others_not_at_all() {
    let layout = Layout::default();
    let of = |count: i64| {
        let rows = (0..count).map(|n| row(n, "x")).collect();
        written::database(&layout, &[Table::new("t", SQL, rows)])
    };
    let (one, two, three) = (of(1), of(2), of(3));
    let mut log = LogWriter::new(4096, (1, 2));
    log.commit(&one, &two);
    log.commit(&two, &three);
    let log = log.finish();
    let count = |log: &[u8]| {
        let database = Database::open(&one, Some(log)).unwrap();
        let damage = database.damage().len();
        (rows(&database, "t").0.len(), damage)
    };
    assert_eq!(count(&log), (3, 0));
    assert_eq!(count(&log[..log.len() - 1]), (2, 0));
    let mut flipped = log.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(count(&flipped), (2, 1));
    flipped[20] ^= 1;
    assert_eq!(count(&flipped), (1, 1));
    let other = LogWriter::new(512, (1, 2)).finish();
    assert_eq!(count(&other), (1, 1));
    assert_eq!(count(b""), (1, 0));
    assert_eq!(count(b"abc"), (1, 1));
}

#[test]
fn a_page_that_is_lost_costs_its_own_rows() {
    let layout = Layout {
        page_size: 512,
        ..Layout::default()
    };
    let rows_in = (0..100)
        .map(|n| row(n, "some text of some length"))
        .collect();
    let mut bytes = written::database(&layout, &[Table::new("t", SQL, rows_in)]);
    let whole = Database::open(&bytes, None).map(|d| rows(&d, "t").0.len());
    assert_eq!(whole, Ok(100));
    // The third leaf.
    bytes[3 * 512..4 * 512].fill(0xFF);
    let database = Database::open(&bytes, None).unwrap();
    let (read, damage) = rows(&database, "t");
    assert_eq!(damage.len(), 1);
    assert_eq!((damage[0].offset, damage[0].length), (1536, 512));
    let numbers: Vec<i64> = read.iter().filter_map(|(rowid, _)| *rowid).collect();
    assert!(numbers.contains(&1) && numbers.contains(&100) && numbers.len() > 85);
}

#[test]
fn trees_and_chains_that_come_back_to_themselves_end() {
    let layout = Layout {
        page_size: 512,
        ..Layout::default()
    };
    let rows_in = (0..100)
        .map(|n| row(n, "some text of some length"))
        .collect();
    let bytes = written::database(&layout, &[Table::new("t", SQL, rows_in)]);
    // The root is the last page; all its children become itself.
    let mut circle = bytes.clone();
    let root = bytes.len() - 512;
    let number = (bytes.len() / 512) as u32;
    circle[root + 8..root + 12].copy_from_slice(&number.to_be_bytes());
    let database = Database::open(&circle, None).unwrap();
    let (read, damage) = rows(&database, "t");
    assert!(read.len() < 100 && damage.len() == 1, "{damage:?}");

    let long = vec![vec!["long ".repeat(1000).as_str().into()]; 2];
    let mut chain = written::database(&layout, &[Table::new("t", "CREATE TABLE t(a)", long)]);
    // The last page of the first chain was written first, as the second page.
    chain[512..516].copy_from_slice(&3_u32.to_be_bytes());
    chain[1024..1028].copy_from_slice(&3_u32.to_be_bytes());
    let database = Database::open(&chain, None).unwrap();
    let (read, damage) = rows(&database, "t");
    assert_eq!((read.len(), damage.len()), (1, 1), "{damage:?}");
}

#[test]
fn cells_that_overlap_are_given_once() {
    let rows_in = (0..20).map(|n| row(n, "text")).collect();
    let mut bytes = written::database(&Layout::default(), &[Table::new("t", SQL, rows_in)]);
    let first = [bytes[4096 + 8], bytes[4096 + 9]];
    for cell in 0..20 {
        bytes[4096 + 8 + 2 * cell..][..2].copy_from_slice(&first);
    }
    let database = Database::open(&bytes, None).unwrap();
    let (read, damage) = rows(&database, "t");
    assert_eq!((read.len(), damage.len()), (1, 19));
}

#[test]
fn other_bytes_are_no_database() {
    let open = |bytes: &[u8]| Database::open(bytes, None).map(|_| ());
    let bytes = written::database(&Layout::default(), &[]);
    assert_eq!(open(&bytes), Ok(()));
    assert_eq!(open(b""), Err(DatabaseError::NoDatabase));
    assert_eq!(open(&bytes[..99]), Err(DatabaseError::NoDatabase));
    let with = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        open(&bytes)
    };
    assert_eq!(with(0, b's'), Err(DatabaseError::NoDatabase));
    assert_eq!(with(16, 0x30), Err(DatabaseError::PageSize(0x3000)));
    assert_eq!(with(59, 4), Err(DatabaseError::TextEncoding(4)));
    let mut small = bytes.clone();
    small[16..18].copy_from_slice(&512_u16.to_be_bytes());
    small[20] = 33;
    assert_eq!(open(&small), Err(DatabaseError::Reserved(33)));
}

#[test]
fn columns_are_read_from_definitions() {
    let shape = |sql: &str| TableShape::read(sql);
    let names = |sql: &str| -> Vec<String> {
        let columns = shape(sql).unwrap().columns;
        columns.into_iter().map(|column| column.name).collect()
    };
    assert_eq!(
        names("CREATE TABLE t([a b] INT CHECK(x, y), 'c' TEXT DEFAULT ',', PRIMARY KEY(c))"),
        ["a b", "c"]
    );
    assert_eq!(names("create table t(a, b as (a+1), c)"), ["a", "c"]);
    assert_eq!(
        shape("create table t(a integer primary key)")
            .unwrap()
            .rowid_column,
        Some(0)
    );
    assert_eq!(
        shape("create table t(a int primary key)")
            .unwrap()
            .rowid_column,
        None
    );
    assert_eq!(
        shape("create table t(a integer primary key desc)")
            .unwrap()
            .rowid_column,
        None
    );
    let without = shape("create table t(a, b, c, primary key(c, a)) WITHOUT ROWID").unwrap();
    assert!(without.without_rowid);
    let stored: Vec<_> = (0..3).map(|place| without.stored_at(place)).collect();
    assert_eq!(stored, [Some(1), Some(2), Some(0)]);
    for broken in [
        "",
        "create table t",
        "create table t()",
        "((((",
        "create table t(,,)",
    ] {
        assert_eq!(shape(broken), None, "{broken}");
    }
}

proptest! {
    #[test]
    fn arbitrary_definitions_do_not_panic(sql in r#"[a-c(),'"\[\] -]{0,40}( without rowid)?"#) {
        let _ = TableShape::read(&format!("create table t(a integer primary key, {sql}"));
    }

    #[test]
    fn arbitrary_pages_do_not_panic(
        noise in proptest::collection::vec(any::<u8>(), 0..1500),
        at in 0_usize..2000,
    ) {
        let layout = Layout { page_size: 512, ..Layout::default() };
        let rows_in = (0..30).map(|n| row(n, "text ".repeat(20).as_str())).collect();
        let mut bytes = written::database(&layout, &[Table::new("t", SQL, rows_in)]);
        for (own, noise) in bytes.iter_mut().skip(100 + at).zip(&noise) {
            *own = *noise;
        }
        let log = LogWriter::new(512, (1, 2)).finish();
        let log = [log, noise].concat();
        if let Ok(database) = Database::open(&bytes, Some(&log)) {
            for name in database.table_names() {
                if let Some(table) = database.table(name) {
                    let mut rows = database.rows(&table);
                    prop_assert!(rows.by_ref().count() <= bytes.len() / 4);
                }
            }
        }
    }
}
