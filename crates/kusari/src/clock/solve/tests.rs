//! Small cases by hand; generated ones stand beside.

mod generated;

use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND};

use crate::case::{Fact, FactEvent, LocalizedText, Observation, Reads, Travel};
use crate::clock::{Claim, Clocks, Standing};
use crate::event::Action;
use crate::reconstruction::Events;
use crate::reconstruction::testing::{Scene, at, set};

const SECOND: i64 = TICKS_PER_SECOND;
const MINUTE: i64 = 60 * SECOND;

/// An account that a person logs on with.
const PERSON: &str = "S-1-5-21-1-2-3-1001";

/// A desktop whose clock is right and a notebook that was seen 4 minutes off, nobody wrote which way.
struct Pair {
    scene: Scene,
    desktop: u32,
    notebook: u32,
    stick: u32,
    log: u32,
}

fn seen(scene: &mut Scene, machine: u32, offset: i64, reads: Reads) {
    let clock = &mut scene.machines[usize::try_from(machine).unwrap()].clock;
    clock.observations.push(Observation {
        from: at("2022-07-21 00:00:00"),
        to: at("2022-07-22 00:00:00"),
        on: "2022-07-21".to_owned(),
        offset,
        tolerance: 30 * SECOND,
        reads,
        note: None,
    });
}

fn pair() -> Pair {
    let mut scene = Scene::new();
    let (desktop, notebook) = (scene.machine("desktop"), scene.machine("notebook"));
    seen(&mut scene, desktop, 0, Reads::Unknown);
    seen(&mut scene, notebook, 4 * MINUTE, Reads::Unknown);
    let stick = scene.device("012", "S1");
    let log = scene.source("vendor-log", None);
    Pair {
        scene,
        desktop,
        notebook,
        stick,
        log,
    }
}

impl Pair {
    fn login(&mut self, machine: u32, number: u64, time: &str) -> usize {
        let time = RecordedTime {
            decimals: 0,
            ..RecordedTime::utc(at(time))
        };
        let place = (self.log, machine, Some(self.stick));
        self.scene
            .numbered(place, Action::LoginSucceeded, time, Some(number))
    }
}

fn left(clocks: &Clocks) -> Vec<Vec<Reads>> {
    clocks.readings.iter().map(|own| own.left.clone()).collect()
}

fn kinds(clocks: &Clocks, places: &[usize]) -> Vec<&'static str> {
    let mut kinds: Vec<_> = places
        .iter()
        .map(|place| clocks.statements[*place].kind())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn minutes(events: &Events, event: usize) -> (Option<i64>, Option<i64>) {
    let placed = events.placed(event).unwrap();
    let from = |at: kusari_evidence::time::Timestamp| at.ticks_since(placed.own) / MINUTE;
    (
        placed.corrected.earliest.map(from),
        placed.corrected.latest.map(from),
    )
}

#[test]
fn the_order_of_a_stick_s_own_log_rules_a_reading_out() {
    let mut pair = pair();
    pair.login(pair.desktop, 425, "2022-07-21 09:30:00");
    let later = pair.login(pair.notebook, 426, "2022-07-21 09:31:00");
    let (clocks, events, _) = pair.scene.solve();
    assert_eq!(left(&clocks), [vec![Reads::Correction]]);
    let out = &clocks.readings[0].ruled_out[0];
    assert_eq!(out.reads, Reads::Deviation);
    assert!(kinds(&clocks, &out.by).contains(&"record-order"));
    assert!(kinds(&clocks, &out.by).contains(&"observation"));
    assert!(
        out.decisive
            .iter()
            .any(|own| kinds(&clocks, &[*own]) == ["observation"])
    );
    assert_eq!(minutes(&events, later), (Some(3), Some(4)));
}

#[test]
fn an_order_that_fits_both_readings_decides_nothing() {
    let mut pair = pair();
    pair.login(pair.desktop, 425, "2022-07-21 09:30:00");
    let later = pair.login(pair.notebook, 426, "2022-07-21 09:40:00");
    let (clocks, events, machines) = pair.scene.solve();
    assert_eq!(left(&clocks), [vec![Reads::Correction, Reads::Deviation]]);
    assert_eq!(clocks.combinations, Some(2));
    assert_eq!(minutes(&events, later), (Some(-4), Some(4)));
    let row = events.row(later).unwrap();
    let each: Vec<_> = machines[1]
        .clock
        .correct_by_each_reading(row.time)
        .collect();
    assert_eq!(each.len(), 2);
    assert_eq!(each[0].1.estimate.ticks_since(row.time.wall), 4 * MINUTE);
    assert_eq!(each[1].1.estimate.ticks_since(row.time.wall), -4 * MINUTE);
}

#[test]
fn a_stay_ends_before_the_next_begins_and_carrying_takes_time() {
    for (travel, reads) in [
        (0, vec![Reads::Correction, Reads::Deviation]),
        (10 * MINUTE, vec![Reads::Correction]),
    ] {
        let mut pair = pair();
        let (desktop, stick) = (pair.desktop, pair.stick);
        pair.scene
            .log(desktop, stick, Action::Connected, "2022-07-21 09:29:00");
        pair.login(desktop, 1, "2022-07-21 09:30:00");
        pair.scene
            .log(desktop, stick, Action::Removed, "2022-07-21 09:31:00");
        pair.login(pair.notebook, 2, "2022-07-21 09:40:00");
        pair.scene.case.travel.push(Travel {
            between: ("notebook".to_owned(), "desktop".to_owned()),
            at_least: travel,
        });
        let (clocks, ..) = pair.scene.solve();
        assert_eq!(left(&clocks), [reads], "{travel}");
    }
}

#[test]
fn without_numbers_the_clocks_give_the_order_where_it_is_certain() {
    let mut pair = pair();
    let (desktop, notebook, stick) = (pair.desktop, pair.notebook, pair.stick);
    pair.scene
        .log(desktop, stick, Action::Connected, "2022-07-21 09:00:00");
    pair.scene
        .log(desktop, stick, Action::Removed, "2022-07-21 09:38:00");
    pair.scene
        .log(notebook, stick, Action::Connected, "2022-07-21 09:40:00");
    pair.scene
        .log(notebook, stick, Action::Removed, "2022-07-21 10:40:00");
    let (clocks, ..) = pair.scene.solve();
    // Read as a deviation the notebook had it at 09:36.
    assert_eq!(left(&clocks), [vec![Reads::Correction]]);
    let out = &clocks.readings[0].ruled_out[0];
    assert!(kinds(&clocks, &out.by).contains(&"one-place"));
}

fn fact(scene: &mut Scene, id: &str, which: Option<&str>, moment: &str) {
    scene.case.facts.push(Fact {
        id: id.to_owned(),
        says: LocalizedText::One("somebody says so".to_owned()),
        source: None,
        event: Some(FactEvent {
            machine: Some("notebook".to_owned()),
            device: Some("012".to_owned()),
            action: Some("login-succeeded".to_owned()),
            which: which.map(ToOwned::to_owned),
        }),
        not_before: Some(at(moment)),
        not_after: None,
        at: None,
        tolerance: MINUTE,
    });
}

#[test]
fn a_fact_rules_a_reading_out_and_is_named_as_what_that_rests_on() {
    let mut pair = pair();
    pair.login(pair.notebook, 1, "2022-07-21 09:30:00");
    fact(&mut pair.scene, "F1", Some("first"), "2022-07-21 09:32:00");
    fact(&mut pair.scene, "F2", Some("last"), "2022-07-21 09:20:00");
    let (clocks, ..) = pair.scene.solve();
    assert_eq!(left(&clocks), [vec![Reads::Correction]]);
    let decisive = &clocks.readings[0].ruled_out[0].decisive;
    assert_eq!(kinds(&clocks, decisive), ["fact"]);
    assert_eq!(decisive.len(), 1, "the other fact rules nothing out");
}

#[test]
fn a_fact_about_nothing_is_not_used() {
    let mut pair = pair();
    fact(&mut pair.scene, "F1", None, "2022-07-21 09:32:00");
    let (clocks, ..) = pair.scene.solve();
    let unused = clocks.statements.iter().filter(|own| {
        matches!(own.claim, Claim::Fact { .. }) && matches!(own.standing, Standing::Unused(_))
    });
    assert_eq!(unused.count(), 1);
}

#[test]
fn what_cannot_hold_is_named_and_the_rest_still_bounds() {
    let mut pair = pair();
    pair.scene.machines[1].clock.observations[0].reads = Reads::Deviation;
    let early = pair.login(pair.desktop, 425, "2022-07-21 09:30:00");
    let late = pair.login(pair.notebook, 426, "2022-07-21 09:31:00");
    let (clocks, events, _) = pair.scene.solve();
    let [conflict] = clocks.conflicts.as_slice() else {
        panic!("{:?}", clocks.conflicts)
    };
    assert_eq!(
        kinds(&clocks, &conflict.statements),
        ["drift", "observation", "record-order"]
    );
    assert_eq!(
        conflict.restored_by.len(),
        3,
        "either observation, or the order"
    );
    let disputed = clocks
        .statements
        .iter()
        .filter(|own| own.standing == Standing::Disputed);
    assert_eq!(disputed.count(), 3);
    assert_eq!(minutes(&events, early), (None, None));
    assert_eq!(minutes(&events, late), (None, None));
}

#[test]
fn an_observation_that_fits_neither_way_is_disputed() {
    let mut pair = pair();
    pair.login(pair.notebook, 1, "2022-07-21 09:30:00");
    fact(&mut pair.scene, "F1", None, "2022-07-21 10:30:00");
    let (clocks, ..) = pair.scene.solve();
    assert_eq!(clocks.conflicts.len(), 1);
    assert_eq!(left(&clocks), [Vec::new()]);
}

#[test]
fn a_recorded_change_is_carried_to_the_other_side() {
    for (may_hide_a_pause, bounds) in [
        (false, (Some(6), Some(7))),
        // When the machine may have stood still, it is only known that no time ran backwards.
        (true, (None, Some(7))),
    ] {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        seen(&mut scene, machine, 2 * MINUTE, Reads::Correction);
        let person = (!may_hide_a_pause).then_some(PERSON);
        let (from, to) = (at("2022-07-20 12:00:00"), at("2022-07-20 12:05:00"));
        scene.clock_was_set(machine, set(from, to, person), 0);
        let before = scene.of_machine(machine, Action::Started, "2022-07-20 09:00:00");
        let (_, events, _) = scene.solve();
        assert_eq!(minutes(&events, before), bounds);
    }
}

#[test]
fn two_observations_that_fit_only_in_one_way_each_decide_each_other() {
    // Seen 4 minutes off twice; a stick went there and back within a minute of true time.
    let mut pair = pair();
    pair.login(pair.desktop, 1, "2022-07-21 09:30:00");
    pair.login(pair.notebook, 2, "2022-07-21 09:26:20");
    pair.login(pair.desktop, 3, "2022-07-21 09:30:40");
    let (clocks, events, _) = pair.scene.solve();
    assert_eq!(left(&clocks), [vec![Reads::Correction]]);
    assert_eq!(minutes(&events, 1), (Some(3), Some(4)));
}

#[test]
fn a_setting_by_the_time_service_anchors_a_clock_where_the_case_trusts_it() {
    for (trusted, by_time_service, bounds) in [
        (Some(2 * SECOND), true, (Some(0), Some(0))),
        (None, true, (None, None)),
        (Some(2 * SECOND), false, (None, None)),
    ] {
        let mut scene = Scene::new();
        scene.case.time_service = trusted;
        let machine = scene.machine("PC");
        let account = by_time_service.then_some("S-1-5-19");
        let (from, to) = (at("2022-07-20 12:00:00"), at("2022-07-20 12:05:00"));
        scene.clock_was_set(machine, set(from, to, account), 100);
        let event = scene.of_machine(machine, Action::Started, "2022-07-20 15:00:00");
        let (clocks, events, _) = scene.solve();
        assert_eq!(minutes(&events, event), bounds);
        let stated = clocks
            .statements
            .iter()
            .any(|own| own.kind() == "time-service");
        assert_eq!(stated, trusted.is_some() && by_time_service);
    }
}

#[test]
fn a_clock_of_which_nothing_is_known_keeps_its_times_across_recorded_changes() {
    let mut scene = Scene::new();
    let machine = scene.machine("PC");
    let (from, to) = (at("2022-07-20 12:05:00"), at("2022-07-20 12:00:00"));
    scene.clock_was_set(machine, set(from, to, None), 100);
    let before = scene.of_machine(machine, Action::Started, "2022-07-20 09:00:00");
    let behind = scene.of_machine(machine, Action::ShutDown, "2022-07-20 15:00:00");
    let (_, events, _) = scene.solve();
    for event in [before, behind] {
        let placed = events.placed(event).unwrap();
        assert_eq!(placed.corrected.estimate, placed.own);
    }
}

#[test]
fn a_connection_and_a_later_login_are_no_one_stay_where_nothing_would_show_another_visit_between() {
    for every_connection in [true, false] {
        let mut pair = pair();
        let (desktop, stick) = (pair.desktop, pair.stick);
        let other = pair.scene.device("013", "S2");
        // The log goes on behind all of it.
        pair.scene
            .log(desktop, other, Action::Connected, "2022-07-20 10:00:00");
        let connected = if every_connection {
            pair.scene
                .log(desktop, stick, Action::Connected, "2022-07-01 10:00:00")
        } else {
            // A source that has a first installation only.
            pair.scene
                .hive(desktop, stick, Action::Connected, "2022-07-01 10:00:00")
        };
        let notebook = pair.notebook;
        pair.login(notebook, 2, "2022-07-05 10:00:00");
        pair.login(desktop, 3, "2022-07-10 10:00:00");
        let (clocks, events, _) = pair.scene.solve();
        let first = events.placed(connected).unwrap().corrected;
        // A log of each connection says that it stayed, and so contradicts the stick's own.
        assert_eq!(clocks.conflicts.is_empty(), !every_connection);
        assert!(
            first
                .earliest
                .is_none_or(|own| own < at("2022-07-05 00:00:00")),
            "{first:?}"
        );
    }
}
