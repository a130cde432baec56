//! The recorded incident of Amagasaki, from its evidence files to the custody table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "tests"
)]

use std::path::{Path, PathBuf};

use kusari::custody::LineKind;
use kusari::event::Action;
use kusari::{Case, Options, Reconstruction};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki")
}

fn case() -> Case {
    Case::from_file(&testdata().join("case.toml")).unwrap()
}

fn reconstruct(threads: usize) -> Reconstruction {
    let case = case();
    let options = Options {
        threads: Some(threads),
        ..Options::default()
    };
    case.reconstruct(&options).unwrap()
}

/// One line of the expectation: recorded local time, machine, device, action.
type Expected = (String, String, String, String);

fn expected() -> Vec<Expected> {
    let text = std::fs::read_to_string(testdata().join("expected-events.csv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split(',').map(ToOwned::to_owned);
            let mut next = || fields.next().unwrap();
            (next(), next(), next(), next())
        })
        .collect()
}

/// What stands in the timeline about the case's sticks: local time to the second by the machine's
/// own clock, machine, device, action, and the event's number.
fn actual(r: &Reconstruction) -> Vec<(Expected, usize)> {
    r.timeline()
        .filter_map(|event| {
            let device = event
                .device
                .filter(|id| ["012", "013", "008"].contains(id))?;
            let machine = event.placed.machine?;
            let local = r.local_time(machine, event.placed.own).to_text(0);
            let row = (
                local,
                event.machine?.to_owned(),
                device.to_owned(),
                event.action.name().to_owned(),
            );
            Some((row, event.index))
        })
        .collect()
}

#[test]
fn every_event_of_the_report_stands_in_the_timeline() {
    let r = reconstruct(2);
    let actual = actual(&r);
    for (time, machine, device, action) in expected() {
        let actions: &[&str] = match action.as_str() {
            "connected-first-time" => &["connected", "installed"],
            other => &[other],
        };
        for action in actions {
            let want = (
                time.clone(),
                machine.clone(),
                device.clone(),
                (*action).to_owned(),
            );
            assert!(
                actual.iter().any(|(row, _)| *row == want),
                "missing: {want:?}"
            );
        }
    }
}

#[test]
fn nothing_else_stands_on_those_machines_devices_and_days() {
    let r = reconstruct(2);
    let expected = expected();
    let day = |time: &str| time[..10].to_owned();
    for ((time, machine, device, action), index) in actual(&r) {
        let of_place: Vec<_> = expected
            .iter()
            .filter(|(t, m, d, _)| day(t) == day(&time) && *m == machine && *d == device)
            .collect();
        if of_place.is_empty() {
            continue;
        }
        let fits = of_place.iter().any(|(t, _, _, a)| {
            *t == time
                && (*a == action
                    || (a == "connected-first-time"
                        && ["connected", "installed"].contains(&action.as_str())))
        });
        assert!(fits, "not in the report: {:?}", r.event(index));
    }
}

#[test]
fn every_event_of_the_sticks_leads_back_to_its_bytes() {
    let r = reconstruct(2);
    let rows = actual(&r);
    assert!(!rows.is_empty());
    for (row, index) in rows {
        let event = r.event(index).unwrap();
        let found = r.find_event(event.id).unwrap();
        assert_eq!(found.index, index, "two events have one id: {row:?}");
        let explanation = r.explain(event).unwrap();
        assert!(
            explanation
                .stretches
                .iter()
                .all(|stretch| !stretch.bytes.is_empty()),
            "{row:?}"
        );
    }
}

#[test]
fn the_notebook_s_missing_connection_is_found() {
    let r = reconstruct(2);
    let finding = r
        .findings()
        .iter()
        .find(|finding| finding.rule == "login-without-connection")
        .expect("a finding");
    assert_eq!(
        r.machine(finding.machine.unwrap()).unwrap().id,
        "dev-notebook"
    );
    assert_eq!(r.device(finding.device.unwrap()).unwrap().id, "012");
    let same_rule = r
        .findings()
        .iter()
        .filter(|f| f.rule == finding.rule)
        .count();
    assert_eq!(same_rule, 1, "it must not be said of any other machine");
}

#[test]
fn the_table_is_that_of_the_report() {
    let r = reconstruct(2);
    let table = r.custody_table();
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|&device| r.device(device).unwrap().id.as_str())
        .collect();
    assert_eq!(columns, ["012", "013", "008"]);
    let cell = |day: u32, machine: &str, column: usize| -> Vec<String> {
        let row = table
            .rows
            .iter()
            .find(|row| {
                row.day == (2022, 6, day)
                    && row
                        .machine
                        .is_some_and(|m| r.machine(m).unwrap().id == machine)
            })
            .unwrap_or_else(|| panic!("no row for {machine} on {day} June"));
        row.cells[column]
            .lines
            .iter()
            .map(|line| {
                let time = line.local.map(|local| local.to_text(0)[11..].to_owned());
                let what = match line.what {
                    LineKind::FirstConnected => "first-connected",
                    LineKind::NoConnection => "no-connection",
                    LineKind::NoRemoval => "no-removal",
                    LineKind::Action(action) => action.name(),
                };
                time.map_or_else(|| what.to_owned(), |time| format!("{time} {what}"))
            })
            .collect()
    };
    assert_eq!(
        cell(21, "dev-desktop", 0),
        [
            "09:29:19 connected",
            "09:30:01 login-succeeded",
            "09:31:00 removed"
        ]
    );
    assert_eq!(
        cell(21, "dev-notebook", 0),
        [
            "no-connection",
            "09:30:59 login-failed",
            "09:31:06 login-succeeded",
            "no-removal"
        ]
    );
    assert_eq!(
        cell(21, "call-centre-server", 0),
        [
            "17:39:03 first-connected",
            "17:39:20 login-succeeded",
            "18:18:39 login-failed",
            "18:18:47 login-succeeded",
            "18:23:07 removed"
        ]
    );
    assert_eq!(
        cell(24, "employee-pc", 1),
        ["13:25:01 login-failed", "13:25:14 login-succeeded"]
    );
    let empty: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row.machine.is_none())
        .collect();
    assert_eq!(empty.len(), 1);
    assert_eq!((empty[0].day, empty[0].to), ((2022, 6, 22), (2022, 6, 23)));
}

#[test]
fn the_removal_that_stands_only_in_the_transaction_log_is_there() {
    let r = reconstruct(2);
    let removal = r
        .timeline()
        .find(|event| {
            event.action == Action::Removed
                && event.device == Some("012")
                && event.machine == Some("call-centre-server")
        })
        .unwrap();
    let explanation = r.explain(removal).unwrap();
    assert!(
        explanation
            .stretches
            .iter()
            .any(|stretch| stretch.file.contains("LOG"))
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let lines = |r: &Reconstruction| -> Vec<String> {
        r.timeline().map(|event| format!("{event:?}")).collect()
    };
    assert_eq!(lines(&reconstruct(1)), lines(&reconstruct(4)));
}
