//! What was written is read.

use kusari_fixtures::ese::{utf16, write};

use super::super::*;
use super::plan;
use crate::{Locator, SourceState};

#[test]
fn every_way_of_storing_a_value_is_read_on_every_page_size() {
    for page_size in [4096, 8192, 16_384, 32_768] {
        let bytes = write(&plan(page_size, 700));
        let database = Database::open(&bytes).unwrap();
        assert_eq!(database.outcome(), crate::Outcome::default());
        let names: Vec<&str> = database.tables().iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["MSysObjects", "MSysObjectsShadow", "every way"]);
        let table = database.table("Every Way").unwrap();
        let mut count = 0_u32;
        for row in database.rows(table) {
            let row = row.unwrap();
            let number = count;
            count += 1;
            let text = format!("row {number} of many, and not a short one");
            let named = |name| row.named(name).unwrap();
            assert_eq!(named("number"), Some(Value::U32(number)));
            assert_eq!(named("flag"), Some(Value::Bool(true)));
            assert_eq!(named("short text"), Some(Value::Text(text.clone())));
            let third = number.is_multiple_of(3);
            assert_eq!(named("float"), third.then_some(Value::F64(1.5)));
            assert_eq!(
                named("short bytes"),
                third.then(|| Value::Bytes(vec![7; 5]))
            );
            let long = if number % 4 == 3 {
                text.repeat(40)
            } else {
                text
            };
            assert_eq!(named("long text"), Some(Value::Text(long)));
            let numbers =
                |list: &[i32]| Value::Many(list.iter().copied().map(Value::I32).collect());
            assert_eq!(
                named("numbers"),
                match number % 5 {
                    0 => Some(numbers(&[1, 2, 3])),
                    1 => Some(numbers(&[1, 9])),
                    _ => None,
                }
            );
            let default = (number % 5 != 2).then_some(Value::I32(77));
            assert_eq!(
                named("with default"),
                default,
                "NULL stands against a default"
            );
            assert_eq!(named("no such column"), None);
            assert_eq!(row.is_deleted(), number % 100 == 50);
            assert!(row.is_sound());
        }
        assert_eq!(count, 700);
    }
}

#[test]
fn a_locator_leads_to_the_bytes_of_its_row() {
    let bytes = write(&plan(8192, 300));
    let database = Database::open(&bytes).unwrap();
    let table = database.table("every way").unwrap();
    let row = database.rows(table).nth(250).unwrap().unwrap();
    let Locator::Bytes { offset, length } = row.locator() else {
        panic!()
    };
    assert_eq!(offset / 8192, u64::from(row.page()) + 1);
    let range = usize::try_from(offset).unwrap()..usize::try_from(offset + length).unwrap();
    let text = utf16("row 250 of many, and not a short one");
    assert!(bytes[range].windows(text.len()).any(|part| part == text));
}

#[test]
fn the_state_is_said() {
    let mut plan = plan(4096, 1);
    plan.clean = false;
    let bytes = write(&plan);
    let database = Database::open(&bytes).unwrap();
    assert_eq!(database.header().state, State::Dirty);
    let states = database.outcome().coverage.states;
    assert_eq!(states, [SourceState::Dirty, SourceState::LogsMissing]);
}
