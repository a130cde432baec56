use chrono_tz::Tz;
use kusari_evidence::time::RecordedTime;

use super::*;
use crate::event::{Confidence, meaning};
use crate::identity::Device;
use crate::reconstruction::testing::{Scene, at};

fn scene() -> (Scene, u32, u32) {
    let mut scene = Scene::new();
    let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
    (scene, machine, device)
}

/// Each row: its days in July, whether a machine's, and the first column's lines.
fn rows_of(scene: Scene) -> Vec<(u32, u32, bool, Vec<LineKind>)> {
    let made = scene.build();
    let lines = |row: &Row| {
        let cell = row.cells.first();
        cell.map(|cell| cell.lines.iter().map(|line| line.what).collect())
    };
    let rows = made.custody_table().rows.iter();
    rows.map(|row| {
        let days = (row.day.2, row.to.2);
        let lines = lines(row).unwrap_or_default();
        (days.0, days.1, row.machine.is_some(), lines)
    })
    .collect()
}

const CONNECTED: LineKind = LineKind::Action(Action::Connected);
const REMOVED: LineKind = LineKind::Action(Action::Removed);
const LOGIN: LineKind = LineKind::Action(Action::LoginSucceeded);

#[test]
fn a_session_over_midnight_stands_in_both_days() {
    let (mut scene, machine, device) = scene();
    scene.log(machine, device, Action::Connected, "2022-07-21 23:50:00");
    scene.log(machine, device, Action::Removed, "2022-07-22 00:10:00");
    assert_eq!(
        rows_of(scene),
        [
            (21, 21, true, vec![CONNECTED]),
            (22, 22, true, vec![REMOVED])
        ]
    );
}

#[test]
fn days_are_those_of_the_machine() {
    let (mut scene, machine, device) = scene();
    scene.zone(machine, Tz::Asia__Tokyo);
    scene.log(machine, device, Action::Connected, "2022-07-21 14:59:00");
    scene.log(machine, device, Action::Removed, "2022-07-21 15:01:00");
    let days: Vec<u32> = rows_of(scene).into_iter().map(|row| row.0).collect();
    assert_eq!(days, [21, 22]);
}

#[test]
fn what_is_missing_stands_beside_its_session() {
    let (mut scene, machine, device) = scene();
    scene.log(machine, device, Action::Removed, "2022-07-21 09:00:00");
    scene.log(machine, device, Action::Connected, "2022-07-21 10:00:00");
    scene.login(machine, device, "2022-07-21 10:01:00");
    scene.log(machine, device, Action::Connected, "2022-07-21 12:00:00");
    scene.log(machine, device, Action::Removed, "2022-07-21 13:00:00");
    let lines = rows_of(scene).remove(0).3;
    assert_eq!(
        lines,
        [
            LineKind::NoConnection,
            REMOVED,
            CONNECTED,
            LOGIN,
            LineKind::NoRemoval,
            CONNECTED,
            REMOVED
        ]
    );
}

#[test]
fn only_a_machine_whose_evidence_was_read_lacks_records() {
    let (mut scene, machine, device) = scene();
    scene.machines[0].has_evidence = false;
    scene.login(machine, device, "2022-07-21 10:00:00");
    assert_eq!(rows_of(scene), [(21, 21, true, vec![LOGIN])]);
}

#[test]
fn days_without_records_become_one_row_a_stretch() {
    let (mut scene, machine, device) = scene();
    scene.case.from = Some(at("2022-07-01 00:00:00"));
    scene.case.to = Some(at("2022-07-11 00:00:00"));
    for day in [4, 5] {
        let time = |hour| format!("2022-07-{day:02} {hour}:00:00");
        scene.log(machine, device, Action::Connected, &time(10));
        scene.log(machine, device, Action::Removed, &time(11));
    }
    let days: Vec<_> = rows_of(scene)
        .into_iter()
        .map(|(day, to, machine, _)| (day, to, machine))
        .collect();
    assert_eq!(
        days,
        [(1, 3, false), (4, 4, true), (5, 5, true), (6, 10, false)]
    );
}

#[test]
fn a_case_without_any_record_is_one_stretch() {
    let (mut scene, _, _) = scene();
    scene.case.from = Some(at("2022-07-01 00:00:00"));
    scene.case.to = Some(at("2022-07-11 00:00:00"));
    assert_eq!(rows_of(scene), [(1, 10, false, vec![])]);
}

#[test]
fn the_first_and_the_last_moment_of_interest_hold_in_another_zone() {
    let (mut scene, machine, device) = scene();
    // Two days of Tokyo; the machine shows UTC.
    scene.case.timezone = Tz::Asia__Tokyo;
    scene.case.from = Some(at("2022-07-20 15:00:00"));
    scene.case.to = Some(at("2022-07-22 15:00:00"));
    scene.zone(machine, Tz::UTC);
    scene.log(machine, device, Action::Connected, "2022-07-20 14:59:59");
    scene.log(machine, device, Action::Removed, "2022-07-20 15:00:00");
    scene.log(machine, device, Action::Connected, "2022-07-22 14:59:59");
    scene.log(machine, device, Action::Removed, "2022-07-22 15:00:00");
    assert_eq!(
        rows_of(scene),
        [
            (20, 20, true, vec![REMOVED]),
            (21, 21, false, vec![]),
            (22, 22, true, vec![CONNECTED])
        ]
    );
}

#[test]
fn a_device_without_label_is_named_as_left_out() {
    for labelled in [true, false] {
        let (mut scene, machine, device) = scene();
        if !labelled {
            scene.identities.devices[0].label = None;
        }
        scene.identities.devices.push(Device {
            id: "OTHER".to_owned(),
            carried: true,
            ..Device::default()
        });
        scene.identities.devices.push(Device {
            id: "HUB".to_owned(),
            ..Device::default()
        });
        for device in [device, 1, 2] {
            scene.log(machine, device, Action::Connected, "2022-07-21 10:00:00");
        }
        let made = scene.build();
        let table = made.custody_table();
        let expected: (&[u32], &[u32]) = if labelled {
            (&[0], &[1])
        } else {
            (&[0, 1], &[])
        };
        assert_eq!((&*table.columns, &*table.left_out), expected);
    }
}

#[test]
fn a_first_connection_of_registry_and_setup_log_is_one_line() {
    for connected in [true, false] {
        let (mut scene, machine, device) = scene();
        scene.zone(machine, Tz::Asia__Tokyo);
        let local = RecordedTime::local(at("2022-07-21 19:00:00"), 3);
        let utc = RecordedTime::utc(at("2022-07-21 10:00:00"));
        for (artifact, time, says) in [
            ("setup-log", local, ""),
            ("system-hive", utc, meaning::FIRST_INSTALL_DATE),
        ] {
            let source = scene.source_of(machine, artifact);
            let is = (time, says, Confidence::Recorded);
            scene.add(source, machine, Some(device), Action::Installed, is);
        }
        let expected = if connected {
            scene.hive(machine, device, Action::Connected, "2022-07-21 10:00:01");
            vec![LineKind::FirstConnected, LineKind::NoRemoval]
        } else {
            vec![LineKind::Action(Action::Installed)]
        };
        let made = scene.build();
        let row = made.custody_table().rows.first().unwrap();
        let lines = &row.cells[0].lines;
        let kinds: Vec<_> = lines.iter().map(|line| line.what).collect();
        assert_eq!(kinds, expected);
        assert_eq!(lines[0].local, Some(at("2022-07-21 19:00:00")));
        assert_eq!(lines[0].events.len(), if connected { 3 } else { 2 });
    }
}
