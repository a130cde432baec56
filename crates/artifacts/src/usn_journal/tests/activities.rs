//! Each change once, renames as pairs.

use kusari_fixtures::usn_journal::JournalWriter;

use super::super::FileActivity::*;
use super::super::*;
use super::{change, id};

/// The activities of records about one file, given by reasons; `None` leaves records out.
fn of(list: &[Option<u32>]) -> Vec<(u32, FileActivity, bool)> {
    let mut writer = JournalWriter::new(0);
    for reasons in list {
        match reasons {
            Some(reasons) => {
                writer.change(&change(id(30, 2), id(5, 5), *reasons, "a.txt"));
            }
            None => writer.skip(80),
        }
    }
    let bytes = writer.into_bytes();
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let all = journal.activities();
    all.map(|activity| (activity.record, activity.kind, activity.exact))
        .collect()
}

#[test]
fn a_reason_that_stays_until_closing_is_one_change() {
    let list = [0x100, 0x102, 0x103, 0x8103, 0x8000_8103].map(Some);
    assert_eq!(
        of(&list),
        [
            (0, Created, true),
            (1, DataWritten, true),
            (3, BasicInfoChanged, true),
            (4, Closed, true),
        ]
    );
    // Opened again, the same reason is another change.
    let twice = [0x2, 0x8000_0002, 0x2, 0x8000_0002].map(Some);
    let writes: Vec<_> = of(&twice)
        .into_iter()
        .filter(|one| one.1 == DataWritten)
        .collect();
    assert_eq!(writes, [(0, DataWritten, true), (2, DataWritten, true)]);
}

#[test]
fn renames_are_pairs() {
    let list = [0x1000, 0x2000, 0x1000, 0x2000, 0x8000_2000].map(Some);
    assert_eq!(
        of(&list),
        [
            (1, Renamed { from: Some(0) }, true),
            (3, Renamed { from: Some(2) }, true),
            (4, Closed, true),
        ]
    );
    assert_eq!(
        of(&[Some(0x8000_2000)])[0],
        (0, Renamed { from: None }, false)
    );
    assert_eq!(of(&[Some(0x2000)])[0], (0, Renamed { from: None }, true));
    assert_eq!(of(&[Some(0x1000)]), [(0, RenamedToUnknown, true)]);
    // The new name is lost in a gap, and another rename's old name is not paired with it.
    assert_eq!(
        of(&[Some(0x1000), None, Some(0x2000)]),
        [
            (0, RenamedToUnknown, true),
            (1, Renamed { from: None }, true)
        ]
    );
}

#[test]
fn what_began_before_the_journal_is_not_exact() {
    assert_eq!(
        of(&[Some(0x102), Some(0x8000_0102)]),
        [
            (0, Created, false),
            (0, DataWritten, false),
            (1, Closed, true)
        ]
    );
    assert_eq!(
        of(&[Some(0x8000_0200), None, Some(0x8000_0800)]),
        [
            (0, Deleted, false),
            (0, Closed, true),
            (1, SecurityChanged, false),
            (1, Closed, true),
        ]
    );
    assert_eq!(
        of(&[Some(0x20_0000), Some(0x20_0400), Some(0x21_0400)]),
        [
            (0, StreamChanged, true),
            (1, Other(Reasons::EA_CHANGE), true),
            (2, LinksChanged, true),
        ]
    );
}
