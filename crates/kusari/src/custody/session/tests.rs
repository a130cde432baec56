use kusari_evidence::time::RecordedTime;

use super::*;
use crate::reconstruction::testing::{Scene, at};

struct Test {
    scene: Scene,
    machine: u32,
    device: u32,
}

fn test() -> Test {
    let mut scene = Scene::new();
    let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
    Test {
        scene,
        machine,
        device,
    }
}

impl Test {
    fn log(&mut self, action: Action, time: &str) -> usize {
        self.scene.log(
            self.machine,
            self.device,
            action,
            &format!("2022-07-{time}"),
        )
    }

    fn hive(&mut self, action: Action, time: &str) -> usize {
        let time = format!("2022-07-{time}");
        self.scene.hive(self.machine, self.device, action, &time)
    }

    fn login(&mut self, time: &str) -> usize {
        let time = format!("2022-07-{time}");
        self.scene.login(self.machine, self.device, &time)
    }

    fn run(&mut self, action: Action, time: &str) {
        let time = format!("2022-07-{time}");
        self.scene.of_machine(self.machine, action, &time);
    }

    fn add(&mut self, artifact: &str, action: Action, time: &str, inferred: bool) -> usize {
        let source = self.scene.source_of(self.machine, artifact);
        let time = RecordedTime::utc(at(&format!("2022-07-{time}")));
        let confidence = if inferred {
            Confidence::Inferred
        } else {
            Confidence::Recorded
        };
        let is = (time, "", confidence);
        self.scene
            .add(source, self.machine, Some(self.device), action, is)
    }

    /// Connected, logins and removed of each session.
    fn sessions(self) -> Vec<[Vec<usize>; 3]> {
        let made = self.scene.build();
        let parts = |s: &Session| [s.connected.to_vec(), s.logins.to_vec(), s.removed.to_vec()];
        made.sessions().iter().map(parts).collect()
    }
}

#[test]
fn records_of_one_plug_in_several_sources_are_one_session() {
    let mut t = test();
    let a = t.hive(Action::Connected, "21 10:00:00");
    let b = t.log(Action::Connected, "21 10:00:12");
    let c = t.log(Action::Removed, "21 11:00:00");
    let d = t.hive(Action::Removed, "21 11:00:05");
    assert_eq!(t.sessions(), [[vec![a, b], vec![], vec![c, d]]]);
}

#[test]
fn a_removal_within_the_minute_parts_two_plugs() {
    let mut t = test();
    let a = t.log(Action::Connected, "21 10:00:00");
    let b = t.log(Action::Removed, "21 10:00:20");
    let c = t.log(Action::Connected, "21 10:00:30");
    assert_eq!(
        t.sessions(),
        [[vec![a], vec![], vec![b]], [vec![c], vec![], vec![]]]
    );
}

#[test]
fn a_login_just_before_the_logged_connection_belongs_to_it() {
    let mut t = test();
    let a = t.login("21 10:00:00");
    let b = t.log(Action::Connected, "21 10:00:10");
    assert_eq!(t.sessions(), [[vec![b], vec![a], vec![]]]);
    let mut t = test();
    t.login("21 10:00:00");
    t.log(Action::Connected, "21 10:00:16");
    assert_eq!(t.sessions().len(), 2);
}

#[test]
fn a_removal_of_an_earlier_stay_stands_alone() {
    let mut t = test();
    let arrival = t.hive(Action::Connected, "23 10:00:00");
    let removal = t.hive(Action::Removed, "21 10:00:00");
    assert_eq!(
        t.sessions(),
        [
            [vec![], vec![], vec![removal]],
            [vec![arrival], vec![], vec![]]
        ]
    );
}

#[test]
fn a_removal_days_behind_a_lone_login_is_not_its_end() {
    let mut t = test();
    let login = t.login("01 10:00:00");
    let removal = t.hive(Action::Removed, "21 10:00:00");
    assert_eq!(
        t.sessions(),
        [
            [vec![], vec![login], vec![]],
            [vec![], vec![], vec![removal]]
        ]
    );
}

#[test]
fn a_login_behind_a_shutdown_has_no_connection() {
    let mut t = test();
    let a = t.log(Action::Connected, "21 10:00:00");
    t.run(Action::ShutDown, "21 18:00:00");
    let b = t.login("22 10:00:00");
    assert_eq!(
        t.sessions(),
        [[vec![a], vec![], vec![]], [vec![], vec![b], vec![]]]
    );
}

#[test]
fn records_of_one_start_do_not_part_a_session() {
    let mut t = test();
    t.run(Action::Started, "21 10:00:00");
    let a = t.log(Action::Connected, "21 10:00:03");
    t.run(Action::Started, "21 10:00:20");
    let b = t.hive(Action::Connected, "21 10:00:30");
    let c = t.login("21 10:05:00");
    assert_eq!(t.sessions(), [[vec![a, b], vec![c], vec![]]]);
}

#[test]
fn a_device_in_place_at_the_next_start_is_a_session_of_its_own() {
    let mut t = test();
    let a = t.log(Action::Connected, "21 10:00:00");
    t.run(Action::ShutDown, "21 18:00:00");
    t.run(Action::Started, "22 09:00:00");
    let b = t.log(Action::Connected, "22 09:00:10");
    assert_eq!(
        t.sessions(),
        [[vec![a], vec![], vec![]], [vec![b], vec![], vec![]]]
    );
}

#[test]
fn an_exchanged_driver_does_not_tear_a_session() {
    let mut t = test();
    let a = t.log(Action::Connected, "21 10:00:00");
    t.add("event-log", Action::Installed, "21 10:20:00", false);
    t.add("event-log", Action::Connected, "21 10:20:01", true);
    let b = t.log(Action::Removed, "21 11:00:00");
    assert_eq!(t.sessions(), [[vec![a], vec![], vec![b]]]);
    // Without an exchange it is a new start of the device, whose reason is not known.
    let mut t = test();
    t.log(Action::Connected, "21 10:00:00");
    t.add("event-log", Action::Connected, "21 10:20:01", true);
    assert_eq!(t.sessions().len(), 2);
}

#[test]
fn a_key_that_was_written_is_no_session() {
    let mut t = test();
    t.hive(Action::RegistryKeyWritten, "21 10:00:00");
    let made = t.scene.build();
    assert!(made.sessions().is_empty());
    assert!(made.findings().is_empty());
    assert!(made.custody_table().rows.is_empty());
}

#[test]
fn a_later_section_of_the_setup_log_is_no_first_installation() {
    let mut t = test();
    let first = t.add("setup-log", Action::Installed, "21 10:00:00", false);
    t.log(Action::Connected, "21 10:00:02");
    t.log(Action::Removed, "21 11:00:00");
    t.add("setup-log", Action::Installed, "25 10:00:00", false);
    t.log(Action::Connected, "25 10:00:02");
    let made = t.scene.build();
    let firsts: Vec<_> = made
        .sessions()
        .iter()
        .map(|s| s.first_installed.to_vec())
        .collect();
    assert_eq!(firsts, [vec![first], vec![]]);
}
