//! Rules of tampering, from the bytes of an event log to the finding.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::PathBuf;

use kusari::{Case, Options, Reconstruction};
use kusari_evidence::time::Timestamp;
use kusari_fixtures::event_log::events::system::{self, TimeChanged};
use kusari_fixtures::event_log::{Event, EventLogWriter, LogOptions, Sid};

const COMPUTER: &str = "DESK";
const PERSON: &str = "S-1-5-21-1-2-3-1001";
const TIME_SERVICE: &str = "S-1-5-19";

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies among the system's temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_civil((2022, 6, 21), (9, 0, 0), 0)
        .and_then(|time| time.checked_add_seconds(minute * 60))
        .unwrap()
}

fn started(minute: i64) -> Event {
    system::kernel_started(COMPUTER, at(minute), (19041, 1))
}

fn service(minute: i64) -> Event {
    let stopped = (1, "stopped");
    system::service_state(COMPUTER, at(minute), ("wuauserv", "a service"), stopped)
}

fn clock_set(from: i64, to: i64, account: &str) -> Event {
    let change = TimeChanged {
        old: at(from),
        new: at(to),
        reason: 1,
        process: r"\Device\HarddiskVolume3\Windows\System32\dllhost.exe".to_owned(),
        process_id: 4,
        user: Sid::parse(account),
    };
    system::time_changed(COMPUTER, &change)
}

/// The log of the events, laid down as on a drive, after `change` had its way with the bytes.
fn reconstruct(
    name: &str,
    events: impl IntoIterator<Item = Event>,
    change: impl FnOnce(&mut Vec<u8>),
) -> Reconstruction {
    let folder = std::env::temp_dir().join(format!("kusari-{name}-{}", std::process::id()));
    let folder = Folder(folder);
    let logs = folder.0.join("C/Windows/System32/winevt/Logs");
    std::fs::create_dir_all(&logs).unwrap();
    let mut log = EventLogWriter::new(LogOptions::default());
    for event in events {
        log.write(&event);
    }
    let mut bytes = log.finish();
    change(&mut bytes);
    std::fs::write(logs.join("System.evtx"), bytes).unwrap();
    let case = Case::builder().machine([folder.0.clone()]).build();
    case.reconstruct(&Options::default()).unwrap()
}

fn rules(r: &Reconstruction) -> Vec<&'static str> {
    r.findings().iter().map(|finding| finding.rule).collect()
}

fn nothing(_: &mut Vec<u8>) {}

#[test]
fn a_clock_that_was_set_back_while_the_machine_was_off() {
    let events = [started(0), service(600), started(60), service(61)];
    let r = reconstruct("set-back-off", events, nothing);
    assert_eq!(rules(&r), ["times-run-backwards"]);
    let finding = &r.findings()[0];
    assert!(
        finding.en.contains("record 2 bears 2022-06-21 19:00:00"),
        "{}",
        finding.en
    );
    assert_eq!(finding.events.len(), 1, "the start behind the step");
}

#[test]
fn a_step_that_windows_records_accounts_for_itself() {
    let events = [
        started(0),
        service(600),
        clock_set(600, 60, TIME_SERVICE),
        service(61),
    ];
    let r = reconstruct("set-back-recorded", events, nothing);
    assert_eq!(rules(&r), [""; 0]);
}

#[test]
fn a_clock_that_a_person_set_back_and_the_time_service_put_right() {
    let events = [
        started(0),
        clock_set(600, 60, PERSON),
        service(61),
        clock_set(90, 631, TIME_SERVICE),
    ];
    let r = reconstruct("set-and-back", events, nothing);
    assert_eq!(rules(&r), ["clock-set-and-set-back"]);
    assert!(r.findings()[0].en.contains(PERSON));
    assert_eq!(r.findings()[0].events.len(), 2);
}

#[test]
fn a_changed_byte_in_a_closed_log() {
    let events = || (0..20).map(service).chain([started(20)]);
    let r = reconstruct("whole-log", events(), nothing);
    assert_eq!(rules(&r), [""; 0]);
    // In the name of the service of the first record.
    let r = reconstruct("changed-log", events(), |bytes| {
        bytes[4096 + 512 + 1000] ^= 1
    });
    assert!(
        rules(&r).contains(&"log-contradicts-itself"),
        "{:?}",
        r.findings()
    );
}

/// The logs of one machine of the recorded incident beside the registry of another: what that one
/// does not know was not taken out of it.
#[test]
fn another_machine_s_registry_is_no_registry_that_was_cleaned() {
    let evidence =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki/evidence");
    let windows = |machine: &str| evidence.join(machine).join("C/Windows/System32");
    let folder = std::env::temp_dir().join(format!("kusari-mixed-{}", std::process::id()));
    let folder = Folder(folder);
    let own = folder.0.join("C/Windows/System32");
    for (from, to) in [
        (
            windows("dev-desktop").join("winevt/Logs"),
            own.join("winevt/Logs"),
        ),
        (
            windows("benefits-server").join("config"),
            own.join("config"),
        ),
    ] {
        std::fs::create_dir_all(&to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    let case = Case::builder().machine([folder.0.clone()]).build();
    let r = case.reconstruct(&Options::default()).unwrap();
    assert!(rules(&r).contains(&"several-computers"), "{:?}", rules(&r));
    assert!(!rules(&r).contains(&"registry-entry-missing"));
}
