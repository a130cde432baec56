//! The clocks of the incident of Amagasaki: the question that its report leaves open, answered from the
//! evidence and from what people said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod incident;

use incident::solved;
use kusari::case::{Observation, Reads};
use kusari::clock::{Claim, CorrectedTime, Readings, Standing, UpToDrift};
use kusari::event::Action;
use kusari::{Case, Reconstruction};
use kusari_evidence::time::Timestamp;

fn observation<'a>(case: &'a mut Case, machine: &str) -> &'a mut Observation {
    let mut machines = case.machines.iter_mut();
    let machine = machines
        .find(|own| own.id.as_deref() == Some(machine))
        .unwrap();
    &mut machine.clock[0]
}

fn readings<'a>(r: &'a Reconstruction, machine: &str) -> &'a Readings {
    let is_its = |own: &&Readings| match r.clocks().statements[own.statement].claim {
        Claim::Observation { machine: of, .. } => r.machine(of).unwrap().id == machine,
        _ => false,
    };
    r.clocks().readings.iter().find(is_its).unwrap()
}

fn ids(r: &Reconstruction, places: &[usize]) -> Vec<String> {
    let mut ids = r.statement_ids(places);
    ids.sort();
    ids
}

/// The corrected time of the first event of that kind, with its local recorded time.
fn time(r: &Reconstruction, machine: &str, device: &str, action: Action) -> CorrectedTime {
    let mut events = r.timeline();
    let case = r.case();
    let found = events.find(|event| {
        let own = event.placed.own;
        event.machine == Some(machine)
            && event.device == Some(device)
            && event.action == action
            && (case.from.unwrap()..case.to.unwrap()).contains(&own)
    });
    found.unwrap().time
}

/// A moment of 21 June, local time.
fn at(hour: u32, minute: u32, second: u32) -> Timestamp {
    let utc = Timestamp::from_civil((2022, 6, 21), (hour, minute, second), 0).unwrap();
    utc.checked_add_seconds(-9 * 3600).unwrap()
}

#[test]
fn no_reading_is_declared() {
    solved(|case| {
        for machine in &case.machines {
            let mut unknown = machine.clock.iter().filter(|own| own.offset != 0);
            assert!(unknown.all(|own| own.reads == Reads::Unknown));
        }
    });
}

#[test]
fn the_notebook_s_number_can_only_be_a_correction() {
    let r = solved(|_| {});
    let own = readings(&r, "dev-notebook");
    assert_eq!(own.left, [Reads::Correction]);
    let out = &own.ruled_out[0];
    assert_eq!(out.reads, Reads::Deviation);
    // The stick's log and the desktop's removal, the desktop's clock, and that both clocks ran on.
    assert_eq!(ids(&r, &out.by), ["D2", "D3", "O2", "P1"]);
    assert_eq!(ids(&r, &out.decisive), ["O2", "P1"]);
    let one_place = out.by.iter().map(|place| &r.clocks().statements[*place]);
    let says: Vec<String> = one_place.map(|own| r.statement_says(own).en).collect();
    assert!(
        says.iter()
            .any(|own| own.contains("removed 2022-06-21 09:31:00")),
        "{says:?}"
    );
    let login = time(&r, "dev-notebook", "012", Action::LoginFailed);
    assert_eq!(login.estimate, at(9, 34, 59));
}

#[test]
fn that_of_the_call_centre_can_only_be_a_deviation() {
    let r = solved(|_| {});
    let own = readings(&r, "call-centre-server");
    assert_eq!(own.left, [Reads::Deviation]);
    assert_eq!(ids(&r, &own.ruled_out[0].by), ["D4", "F4"]);
    assert_eq!(
        ids(&r, &own.ruled_out[0].decisive),
        ["F4"],
        "only the meeting at 17:50"
    );
    let first = time(&r, "call-centre-server", "012", Action::Connected);
    assert_eq!(first.estimate.to_text(0), at(17, 58, 3).to_text(0));
    // 30 s of tolerance and thirty days of drift at 50 ppm, to the minute.
    let apart = first.latest.unwrap().ticks_since(first.earliest.unwrap()) / 10_000_000;
    assert_eq!(apart, 2 * (30 + 126), "{first:?}");
}

#[test]
fn that_of_the_benefits_server_stays_open_and_both_readings_are_shown() {
    let r = solved(|_| {});
    let own = readings(&r, "benefits-server");
    assert_eq!(own.left, [Reads::Correction, Reads::Deviation]);
    assert!(own.ruled_out.is_empty());
    assert_eq!(r.clocks().combinations, Some(2));
    let event = r
        .timeline()
        .find(|event| {
            event.machine == Some("benefits-server")
                && event.device == Some("008")
                && event.placed.own > at(0, 0, 0)
        })
        .unwrap();
    let machine = r.machine(event.placed.machine.unwrap()).unwrap();
    let each: Vec<(Reads, Timestamp)> = machine
        .clock
        .correct_by_each_reading(event.recorded)
        .map(|(readings, time)| (readings[0].1, time.estimate))
        .collect();
    let of = |reads| each.iter().find(|own| own.0 == reads).unwrap().1.to_text(0);
    assert_eq!(of(Reads::Correction), at(9, 2, 39).to_text(0));
    assert_eq!(of(Reads::Deviation), at(9, 22, 39).to_text(0));
    // What is said of it in one time holds both.
    assert!(event.time.earliest.unwrap() < at(9, 2, 0));
    assert!(event.time.latest.unwrap() > at(9, 23, 0));
}

#[test]
fn with_the_default_drift_the_notebook_stays_open_and_says_from_where_on() {
    let r = solved(|case| case.drift_ppm = None);
    let own = readings(&r, "dev-notebook");
    assert_eq!(own.left, [Reads::Correction, Reads::Deviation]);
    let up_to = own.up_to_drift.iter().find(|own| own.0 == Reads::Deviation);
    assert_eq!(up_to.unwrap().1, UpToDrift::Ppm(61));
    assert_eq!(readings(&r, "call-centre-server").left, [Reads::Deviation]);
}

#[test]
fn a_wrong_reading_that_is_declared_is_a_conflict_and_hides_nothing() {
    let r = solved(|case| observation(case, "call-centre-server").reads = Reads::Correction);
    let [conflict] = r.clocks().conflicts.as_slice() else {
        panic!("{:?}", r.clocks().conflicts)
    };
    assert_eq!(ids(&r, &conflict.statements), ["D4", "F4", "O4"]);
    assert_eq!(ids(&r, &conflict.restored_by), ["F4", "O4"]);
    let disputed = r.clocks().statements.iter();
    let disputed = disputed.filter(|own| own.standing == Standing::Disputed);
    assert_eq!(disputed.count(), 2);
    let rules: Vec<&str> = r.findings().iter().map(|own| own.rule).collect();
    assert!(rules.contains(&"clock-statements-conflict"));
    // Neither of the two is gone by, so both answers lie inside the bounds.
    let first = time(&r, "call-centre-server", "012", Action::Connected);
    let (earliest, latest) = (first.earliest.unwrap(), first.latest.unwrap());
    assert!(
        earliest < at(17, 20, 0) && at(17, 58, 0) < latest,
        "{first:?}"
    );
}

#[test]
fn without_the_meeting_the_call_centre_stays_open() {
    let r = solved(|case| case.facts.retain(|fact| fact.id != "F4"));
    let own = readings(&r, "call-centre-server");
    assert_eq!(own.left, [Reads::Correction, Reads::Deviation]);
    assert_eq!(r.clocks().combinations, Some(4));
}

#[test]
fn a_bound_says_on_what_it_rests_and_how_it_moves() {
    let r = solved(|_| {});
    let machine = r
        .machines()
        .iter()
        .position(|own| own.id == "call-centre-server")
        .unwrap();
    let mut moments = r.clocks().moments.iter();
    let first = moments
        .find(|own| usize::try_from(own.machine).unwrap() == machine)
        .unwrap();
    assert_eq!(ids(&r, &first.earliest_rests_on), ["D4", "O4"]);
    let without = &first.without[0];
    assert_eq!(ids(&r, &[without.statement]), ["O4"]);
    // Without what the examiner saw, the meeting alone says that it was not before 17:45.
    let recorded = r.event(first.event).unwrap().placed.own;
    let earliest = recorded
        .checked_add_ticks(without.earliest.unwrap())
        .unwrap();
    let seconds = earliest.ticks_since(at(17, 45, 0)) / 10_000_000;
    assert!((-1..=0).contains(&seconds), "{seconds}");
}
