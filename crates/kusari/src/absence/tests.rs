//! What flips an answer.

use kusari_artifacts::{NumberGap, SourceState};
use kusari_evidence::time::RecordedTime;

use super::*;
use crate::case::{DeclaredStatement, LocalizedText, LogClaim};
use crate::event::Action;
use crate::reconstruction::testing::{Scene, at};

/// A stick that was in A on the 20th and in B on the 23rd, by the logs of both and its own.
struct Lost {
    scene: Scene,
    a: u32,
    log: u32,
    stick: u32,
}

fn lost() -> Lost {
    lost_between([7, 8])
}

/// The numbers are those that the stick's own log gives to its two records.
fn lost_between(numbers: [u64; 2]) -> Lost {
    let mut scene = Scene::new();
    let (a, b) = (scene.machine("A"), scene.machine("B"));
    for machine in [a, b] {
        scene.clock_seen(machine, 1);
        let own = usize::try_from(scene.source_of(machine, "event-log")).unwrap();
        let source = &mut scene.sources[own];
        source.name = format!("{machine}/Microsoft-Windows-Partition%4Diagnostic.evtx");
        source.outcome.coverage.records = 9;
        for day in ["2022-07-01 00:00:00", "2022-07-30 00:00:00"] {
            source.outcome.coverage.widen(RecordedTime::utc(at(day)));
        }
    }
    let stick = scene.device("S", "1");
    let log = scene.source("vendor-log", None);
    scene.sources[usize::try_from(log).unwrap()].device_label = Some("S".to_owned());
    for (number, machine, day) in [(numbers[0], a, 20), (numbers[1], b, 23)] {
        let time = |hour: u32| format!("2022-07-{day} {hour}:00:00");
        scene.log(machine, stick, Action::Connected, &time(10));
        let login = RecordedTime::utc(at(&time(11)));
        let place = (log, machine, Some(stick));
        scene.numbered(place, Action::LoginSucceeded, login, Some(number));
        scene.log(machine, stick, Action::Removed, &time(12));
    }
    scene.case.from = Some(at("2022-07-20 00:00:00"));
    scene.case.to = Some(at("2022-07-24 00:00:00"));
    Lost {
        scene,
        a,
        log,
        stick,
    }
}

impl Lost {
    fn declare(&mut self, claims: LogClaim) {
        self.scene.case.statements.push(DeclaredStatement {
            id: "M".to_owned(),
            says: LocalizedText::One("the maker says so".to_owned()),
            source: Some("the maker".to_owned()),
            about: vec!["S".to_owned()],
            claims,
        });
    }

    fn declare_both(&mut self) {
        self.declare(LogClaim::EveryLoginIsRecorded);
        self.declare(LogClaim::RecordsAreInOrder);
    }

    fn log_of_a(&mut self) -> &mut crate::source::Source {
        let own = usize::try_from(self.scene.source_of(self.a, "event-log")).unwrap();
        &mut self.scene.sources[own]
    }
}

/// The answer in the gap between the two stays.
fn answer(scene: Scene, question: Question, machine: Option<u32>) -> (Answer, Vec<Reason>) {
    let made = scene.build();
    no_answer_denies_an_event(&made);
    let between = |own: &Absence| {
        matches!(own.gap, Some((End::Event(_), End::Event(_))))
            && own.question == question
            && own.machine == machine
    };
    let absences = made.absences();
    let own = absences.iter().find(|own| between(own)).unwrap();
    (own.answer, own.because.clone())
}

/// A law: where a record shows it, the answer is not “no”.
pub(crate) fn no_answer_denies_an_event(r: &Reconstruction) {
    for own in r.absences().iter().filter(|own| own.answer == Answer::No) {
        let denied = (0..r.events.len()).find(|event| {
            let (row, placed) = (
                r.events.row(*event).unwrap(),
                r.events.placed(*event).unwrap(),
            );
            let is_it = match own.question {
                Question::Login => {
                    matches!(row.action, Action::LoginSucceeded | Action::LoginFailed)
                }
                // Whatever the machine has of the device.
                Question::Connection => true,
                _ => false,
            };
            is_it
                && placed.device == Some(own.device)
                && (own.machine.is_none() || placed.machine == own.machine)
                && records::lies(r, *event, own.from, own.to) != records::Lies::Outside
        });
        assert_eq!(denied, None, "{own:?}");
    }
}

#[test]
fn neighbouring_numbers_prove_that_nobody_logged_in_when_the_maker_vouches_for_the_log() {
    let mut both = lost();
    both.declare_both();
    let (given, because) = answer(both.scene, Question::Login, None);
    assert_eq!(given, Answer::No);
    let bases: Vec<Basis> = because.iter().map(|own| own.basis).collect();
    assert_eq!(bases, [Basis::Evidence, Basis::Declared, Basis::Declared]);
    for claim in [LogClaim::EveryLoginIsRecorded, LogClaim::RecordsAreInOrder] {
        let mut one = lost();
        one.declare(claim);
        let (given, because) = answer(one.scene, Question::Login, None);
        assert_eq!(given, Answer::CannotTell, "{claim:?}");
        assert!(because.iter().any(|own| own.says.en.contains("maker")));
    }
}

#[test]
fn a_missing_number_or_a_damaged_log_proves_nothing() {
    let mut missing = lost_between([7, 9]);
    missing.declare_both();
    let (given, because) = answer(missing.scene, Question::Login, None);
    assert_eq!(given, Answer::CannotTell);
    assert!(
        because[0].says.en.contains("from record 7 to record 9"),
        "{because:?}"
    );
    let mut damaged = lost();
    damaged.declare_both();
    let own = usize::try_from(damaged.log).unwrap();
    damaged.scene.sources[own].error = Some("unreadable".to_owned());
    assert_eq!(
        answer(damaged.scene, Question::Login, None).0,
        Answer::CannotTell
    );
}

#[test]
fn a_log_that_covers_the_time_and_numbers_its_records_proves_no_connection() {
    let lost = lost();
    let a = lost.a;
    let (given, because) = answer(lost.scene, Question::Connection, Some(a));
    assert_eq!(given, Answer::No);
    assert!(
        because[0].says.en.contains("9 records without a gap"),
        "{because:?}"
    );
}

type Change = (&'static str, fn(&mut crate::source::Source));

#[test]
fn each_limit_of_a_log_keeps_its_silence_from_counting() {
    let changes: &[Change] = &[
        ("a gap", |own| {
            own.outcome.coverage.gaps.push(NumberGap {
                after: 1,
                before: 5,
                offset: 0,
            });
        }),
        ("cleared", |own| {
            own.outcome.coverage.note(SourceState::Cleared)
        }),
        ("saved", |own| {
            own.outcome.coverage.note(SourceState::Exported)
        }),
        ("times that run back", |own| {
            own.outcome.coverage.note(SourceState::TimeStepsBack);
        }),
        ("rolled over", |own| {
            own.outcome.coverage.note(SourceState::RolledOver);
            own.outcome.coverage.first = Some(RecordedTime::utc(at("2022-07-21 00:00:00")));
        }),
        ("cut", |own| {
            own.outcome.coverage.note(SourceState::CutShort)
        }),
        ("of a snapshot", |own| {
            own.outcome.coverage.note(SourceState::Snapshot)
        }),
        ("unreadable", |own| own.error = Some("no".to_owned())),
        ("begins later", |own| {
            own.outcome.coverage.first = Some(RecordedTime::utc(at("2022-07-21 00:00:00")));
        }),
        ("ends before", |own| {
            own.outcome.coverage.last = Some(RecordedTime::utc(at("2022-07-22 00:00:00")));
        }),
        ("another log", |own| own.name = "System.evtx".to_owned()),
    ];
    for (what, change) in changes {
        let mut lost = lost();
        change(lost.log_of_a());
        let a = lost.a;
        let (given, because) = answer(lost.scene, Question::Connection, Some(a));
        assert_eq!(given, Answer::CannotTell, "{what}");
        assert!(!because.is_empty());
    }
}

#[test]
fn a_log_that_lacks_a_connection_that_must_have_been_proves_nothing() {
    let mut lost = lost();
    let other = lost.scene.device("T", "2");
    lost.scene.login(lost.a, other, "2022-07-15 10:00:00");
    let a = lost.a;
    let (given, because) = answer(lost.scene, Question::Connection, Some(a));
    assert_eq!(given, Answer::CannotTell);
    assert!(
        because[0].says.en.contains("lacks a connection"),
        "{because:?}"
    );
}

#[test]
fn a_device_without_a_serial_number_of_its_own_is_not_proved_absent() {
    let mut lost = lost();
    lost.scene.identities.devices[0].serial_made_by_windows = true;
    let a = lost.a;
    assert_eq!(
        answer(lost.scene, Question::Connection, Some(a)).0,
        Answer::CannotTell
    );
}

#[test]
fn before_the_first_connection_nothing_is_proved_and_a_log_that_rolled_over_says_so() {
    let mut lost = lost();
    lost.log_of_a()
        .outcome
        .coverage
        .note(SourceState::RolledOver);
    let a = lost.a;
    let made = lost.scene.build();
    let absences = made.absences();
    let earlier =
        |own: &&Absence| own.question == Question::EarlierConnection && own.machine == Some(a);
    let own = absences.iter().find(earlier).unwrap();
    assert_eq!(own.answer, Answer::CannotTell);
    assert!(own.because[0].says.en.contains("rolled over"), "{own:?}");
    assert_eq!(own.from, End::Open);
}

#[test]
fn a_connection_in_the_gap_is_a_yes() {
    let mut lost = lost();
    let stick = lost.stick;
    let elsewhere = lost.scene.machine("C");
    lost.scene.clock_seen(elsewhere, 1);
    lost.scene
        .log(elsewhere, stick, Action::Present, "2022-07-21 10:00:00");
    let (given, because) = answer(lost.scene, Question::Connection, Some(elsewhere));
    assert_eq!(given, Answer::Yes);
    assert_eq!(because[0].events.len(), 1);
}

#[test]
fn any_record_of_the_device_in_the_gap_forbids_a_no() {
    for time in ["2022-07-21 10:00:00", "2022-07-20 12:00:30"] {
        let mut lost = lost();
        let (a, stick) = (lost.a, lost.stick);
        lost.scene.opened(a, Some(stick), "E:", time);
        let given = answer(lost.scene, Question::Connection, Some(a)).0;
        // Half a minute behind the removal is of that stay.
        let expected = if time.contains("07-21") {
            Answer::CannotTell
        } else {
            Answer::No
        };
        assert_eq!(given, expected, "{time}");
    }
}

#[test]
fn a_stay_without_a_removal_may_have_gone_on() {
    let mut scene = Scene::new();
    let (a, b) = (scene.machine("A"), scene.machine("B"));
    for machine in [a, b] {
        scene.clock_seen(machine, 1);
    }
    let own = usize::try_from(scene.source_of(a, "event-log")).unwrap();
    scene.sources[own].name = "A/Microsoft-Windows-Partition%4Diagnostic.evtx".to_owned();
    for day in ["2022-07-01 00:00:00", "2022-07-30 00:00:00"] {
        scene.sources[own]
            .outcome
            .coverage
            .widen(RecordedTime::utc(at(day)));
    }
    let stick = scene.device("S", "1");
    scene.log(a, stick, Action::Connected, "2022-07-20 10:00:00");
    scene.log(b, stick, Action::Connected, "2022-07-22 10:00:00");
    scene.case.from = Some(at("2022-07-20 00:00:00"));
    let (given, because) = answer(scene, Question::Connection, Some(a));
    assert_eq!(given, Answer::CannotTell);
    assert!(because[0].says.en.contains("gone on"), "{because:?}");
}

#[test]
fn a_clock_that_nobody_saw_is_assumed_to_be_right_and_that_is_said() {
    let mut lost = lost();
    // Nothing ties this clock to true time, and no stay of the stick is on it.
    let third = lost.scene.machine("C");
    let own = usize::try_from(lost.scene.source_of(third, "event-log")).unwrap();
    lost.scene.sources[own].name = "C/Microsoft-Windows-Partition%4Diagnostic.evtx".to_owned();
    for day in ["2022-07-01 00:00:00", "2022-07-30 00:00:00"] {
        let coverage = &mut lost.scene.sources[own].outcome.coverage;
        coverage.widen(RecordedTime::utc(at(day)));
    }
    let other = lost.scene.device("T", "2");
    lost.scene
        .log(third, other, Action::Connected, "2022-07-05 10:00:00");
    let (given, because) = answer(lost.scene, Question::Connection, Some(third));
    assert_eq!(given, Answer::No);
    assert!(
        because.iter().any(|own| own.basis == Basis::Assumed),
        "{because:?}"
    );
}

#[test]
fn a_connection_of_nobody_known_forbids_a_no() {
    let mut lost = lost();
    let a = lost.a;
    lost.scene
        .of_machine(a, Action::Connected, "2022-07-21 10:00:00");
    let (given, because) = answer(lost.scene, Question::Connection, Some(a));
    assert_eq!(given, Answer::CannotTell);
    assert!(because[0].says.en.contains("one device"), "{because:?}");
}

#[test]
fn a_log_that_lacks_a_connection_of_the_registry_proves_nothing() {
    let mut lost = lost();
    let a = lost.a;
    let other = lost.scene.device("T", "2");
    lost.scene
        .hive(a, other, Action::Connected, "2022-07-15 10:00:00");
    let given = answer(lost.scene, Question::Connection, Some(a)).0;
    assert_eq!(given, Answer::CannotTell);
}

#[test]
fn a_cleared_log_of_the_stick_is_no_login_and_proves_nothing() {
    let mut lost = lost_between([7, 9]);
    lost.declare_both();
    let place = (lost.log, lost.a, Some(lost.stick));
    let time = RecordedTime::utc(at("2022-07-21 10:00:00"));
    lost.scene
        .numbered(place, Action::LogCleared, time, Some(8));
    let given = answer(lost.scene, Question::Login, None).0;
    assert_eq!(given, Answer::CannotTell);
}

/// The answer about A between the two stays, and the first reason for it.
fn at_a(change: impl FnOnce(&mut Lost)) -> (Answer, String) {
    let mut lost = lost();
    change(&mut lost);
    let a = lost.a;
    let (given, because) = answer(lost.scene, Question::Connection, Some(a));
    (given, because[0].says.en.clone())
}

#[test]
fn a_stay_whose_connection_is_not_on_record_began_unseen() {
    // A second stay in A makes a gap before it.
    for (action, expected) in [
        (Action::Connected, Answer::No),
        (Action::Removed, Answer::CannotTell),
    ] {
        let (given, says) = at_a(|lost| {
            lost.scene
                .log(lost.a, lost.stick, action, "2022-07-21 10:00:00");
        });
        assert_eq!(given, expected, "{says}");
        assert_eq!(
            says.contains("no connection on record"),
            given != Answer::No
        );
    }
}

#[test]
fn a_disk_without_a_medium_that_nobody_knows_forbids_a_no() {
    let (given, says) = at_a(|lost| {
        lost.scene
            .of_machine(lost.a, Action::Present, "2022-07-21 10:00:00");
    });
    assert_eq!(given, Answer::CannotTell);
    assert!(says.contains("one device"), "{says}");
}

#[test]
fn evidence_of_several_computers_proves_nothing_of_one() {
    let (given, says) = at_a(|lost| {
        lost.scene.machines[0].name_groups = vec![vec!["A".to_owned()], vec!["X".to_owned()]];
    });
    assert_eq!(given, Answer::CannotTell);
    assert!(says.contains("several computers"), "{says}");
}

#[test]
fn a_log_that_has_no_connection_of_any_stick_is_not_known_to_work() {
    for carried in [true, false] {
        let mut lost = lost();
        let elsewhere = lost.scene.machine("C");
        lost.scene.clock_seen(elsewhere, 1);
        let a = usize::try_from(lost.scene.source_of(lost.a, "event-log")).unwrap();
        let log = lost.scene.source_of(elsewhere, "event-log");
        let (name, outcome) = {
            let a = &lost.scene.sources[a];
            (a.name.clone(), a.outcome.clone())
        };
        let own = &mut lost.scene.sources[usize::try_from(log).unwrap()];
        (own.name, own.outcome) = (name, outcome);
        let other = lost.scene.device("T", "2");
        lost.scene.identities.devices[usize::try_from(other).unwrap()].carried = carried;
        let connected = Action::Connected;
        lost.scene
            .log(elsewhere, other, connected, "2022-07-10 10:00:00");
        let (given, because) = answer(lost.scene, Question::Connection, Some(elsewhere));
        let says = &because[0].says.en;
        assert_eq!(given == Answer::No, carried, "{says}");
        assert_eq!(
            says.contains("no connection of any stick"),
            !carried,
            "{says}"
        );
    }
}

#[test]
fn a_phone_that_the_registry_has_is_no_disk_that_the_log_lacks() {
    for (kind, expected) in [("phone", Answer::No), ("storage", Answer::CannotTell)] {
        let (given, says) = at_a(|lost| {
            let other = lost.scene.device("T", "2");
            let device = &mut lost.scene.identities.devices[usize::try_from(other).unwrap()];
            device.kind = Some(kind.to_owned());
            lost.scene
                .hive(lost.a, other, Action::Connected, "2022-07-15 10:00:00");
        });
        assert_eq!(given, expected, "{says}");
    }
}

#[test]
fn why_there_is_no_log_is_told_by_the_windows() {
    for (build, word) in [
        (Some(14393), "build 14393"),
        (Some(19044), "no log of connections was found"),
        (None, "no log of connections was found"),
    ] {
        let (given, says) = at_a(|lost| {
            lost.scene.machines[0].build = build;
            lost.log_of_a().name = "System.evtx".to_owned();
        });
        assert_eq!(given, Answer::CannotTell);
        assert!(says.contains(word), "{says}");
    }
}

#[test]
fn numbers_that_come_twice_or_are_missing_order_nothing() {
    for (number, word) in [(Some(7), "twice"), (None, "without a number")] {
        let mut lost = lost();
        lost.declare_both();
        let place = (lost.log, lost.a, Some(lost.stick));
        let time = RecordedTime::utc(at("2022-07-05 10:00:00"));
        let login = Action::LoginSucceeded;
        lost.scene.numbered(place, login, time, number);
        let mut logins = lost.scene.build().absences();
        logins.retain(|own| own.question == Question::Login);
        assert!(logins.iter().all(|own| own.answer == Answer::CannotTell));
        let mut said = logins.iter().flat_map(|own| &own.because);
        assert!(said.any(|own| own.says.en.contains(word)), "{logins:?}");
    }
}

#[test]
fn a_stay_that_lasts_beyond_the_days_of_interest_leaves_no_gap_at_their_end() {
    for (hour, gaps) in [("11:30:00", 0), ("23:00:00", 1)] {
        let mut lost = lost();
        lost.scene.case.to = Some(at(&format!("2022-07-23 {hour}")));
        let made = lost.scene.build();
        let absences = made.absences();
        let at_end = absences
            .iter()
            .filter(|own| own.question == Question::FileUse && matches!(own.to, End::Moment(_)));
        assert_eq!(at_end.count(), gaps);
    }
}
