//! What the incident of Amagasaki proves that did not happen, and what it cannot tell.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod incident;

use incident::solved;
use kusari::Reconstruction;
use kusari::absence::{Absence, Answer, End, Question};
use kusari::clock::Basis;

fn recorded(r: &Reconstruction, end: End) -> String {
    match end {
        End::Event(event) => r.event(event).unwrap().recorded.to_string(),
        End::Moment(at) => at.to_text(0),
        End::Open => "open".to_owned(),
    }
}

/// What is asked of a device, and perhaps of a machine.
fn asked(
    r: &Reconstruction,
    question: Question,
    device: &str,
    machine: Option<&str>,
) -> Vec<Absence> {
    let mut all = r.absences();
    all.retain(|own| {
        own.question == question
            && r.device(own.device).unwrap().id == device
            && own
                .machine
                .and_then(|machine| r.machine(machine))
                .map(|own| own.id.as_str())
                == machine
    });
    all
}

fn login(r: &Reconstruction, device: &str, from: &str) -> Absence {
    let all = asked(r, Question::Login, device, None);
    all.into_iter()
        .find(|own| recorded(r, own.from) == from)
        .unwrap()
}

#[test]
fn nobody_opened_the_sticks_while_they_were_lost() {
    let r = solved(|_| {});
    for (device, from, to, numbers) in [
        (
            "012",
            "2022-06-21T18:18:47",
            "2022-06-24T13:23:21",
            "430 and 431",
        ),
        (
            "013",
            "2022-06-21T09:28:08",
            "2022-06-24T13:25:01",
            "322 and 323",
        ),
    ] {
        let own = login(&r, device, from);
        assert_eq!(own.answer, Answer::No);
        assert_eq!(recorded(&r, own.to), to);
        assert!(own.because[0].says.en.contains(numbers), "{own:?}");
        let declared = own
            .because
            .iter()
            .filter(|own| own.basis == Basis::Declared);
        let ids: Vec<_> = declared.map(|own| own.statement.clone().unwrap()).collect();
        assert_eq!(ids, ["M1", "M2"], "the maker vouches for the log");
    }
}

#[test]
fn without_the_maker_it_cannot_be_told() {
    let r = solved(|case| case.statements.clear());
    let own = login(&r, "012", "2022-06-21T18:18:47");
    assert_eq!(own.answer, Answer::CannotTell);
    assert!(
        own.because
            .iter()
            .any(|own| own.says.en.contains("its maker would know"))
    );
}

#[test]
fn earlier_connections_to_the_benefits_server_cannot_be_told_since_its_log_rolled_over() {
    let r = solved(|_| {});
    for device in ["012", "013", "008"] {
        let all = asked(
            &r,
            Question::EarlierConnection,
            device,
            Some("benefits-server"),
        );
        let [own] = all.as_slice() else {
            panic!("{all:?}")
        };
        assert_eq!(own.answer, Answer::CannotTell);
        assert!(own.because[0].says.en.contains("rolled over"), "{own:?}");
    }
}

#[test]
fn the_notebook_s_silence_proves_nothing() {
    let r = solved(|_| {});
    let all = asked(&r, Question::Connection, "012", Some("dev-notebook"));
    assert!(!all.is_empty());
    assert!(all.iter().all(|own| own.answer != Answer::No), "{all:?}");
}

#[test]
fn what_is_denied_has_no_record() {
    let r = solved(|_| {});
    for own in r.absences().iter().filter(|own| own.answer == Answer::No) {
        let (begin, end) = (r.end_time(own.from).unwrap(), r.end_time(own.to).unwrap());
        let inside = r.timeline().filter(|event| {
            event.placed.device == Some(own.device)
                && (own.machine.is_none() || event.placed.machine == own.machine)
                && begin.estimate < event.time.estimate
                && event.time.estimate < end.estimate
        });
        let word = match own.question {
            Question::Login => "login",
            _ => "connected",
        };
        let denied: Vec<_> = inside
            .filter(|event| event.action.name().starts_with(word))
            .collect();
        assert!(denied.is_empty(), "{own:?}: {denied:?}");
    }
}
