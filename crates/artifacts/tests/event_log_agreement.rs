//! What the event log reader says of logs that contradict themselves.

// A test may fail loudly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use kusari_artifacts::event_log::scan;
use kusari_artifacts::{Coverage, Mismatch, SourceState};
use kusari_evidence::time::Timestamp;
use kusari_fixtures::event_log::events::system;
use kusari_fixtures::event_log::{Event, EventLogWriter, LogOptions};

const COMPUTER: &str = "CC-SV01";

/// The first chunk.
const CHUNK: usize = 4096;
const CHUNK_SIZE: usize = 0x1_0000;
/// Where its first record stands.
const RECORDS: usize = CHUNK + 512;

fn at(second: i64) -> Timestamp {
    Timestamp::from_civil((2022, 6, 21), (9, 0, 0), 0)
        .and_then(|time| time.checked_add_seconds(second))
        .unwrap()
}

fn ordinary(second: i64) -> Event {
    system::service_state(
        COMPUTER,
        at(second),
        ("wuauserv", "a service"),
        (1, "stopped"),
    )
}

fn log(dirty: bool, events: impl IntoIterator<Item = Event>) -> Vec<u8> {
    let mut log = EventLogWriter::new(LogOptions {
        dirty,
        ..LogOptions::default()
    });
    for event in events {
        log.write(&event);
    }
    log.flush_header();
    log.finish()
}

/// A log of more than two chunks.
fn long(dirty: bool) -> Vec<u8> {
    log(dirty, (0..700).map(ordinary))
}

fn coverage(bytes: &[u8]) -> Coverage {
    scan(bytes, &[], &mut |_| {}).coverage
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    bytes[at..at + field.len()].copy_from_slice(field);
}

/// Makes all checksums of the first chunk and of the file anew, as a careful hand would.
fn make_checksums(bytes: &mut [u8]) {
    let end = CHUNK + usize::try_from(u32_at(bytes, CHUNK + 48)).unwrap();
    let records = crc32fast::hash(&bytes[RECORDS..end]);
    put(bytes, CHUNK + 52, &records.to_le_bytes());
    let mut header = crc32fast::Hasher::new();
    header.update(&bytes[CHUNK..CHUNK + 120]);
    header.update(&bytes[CHUNK + 128..RECORDS]);
    put(bytes, CHUNK + 124, &header.finalize().to_le_bytes());
    let file = crc32fast::hash(&bytes[..120]);
    put(bytes, 124, &file.to_le_bytes());
}

fn length_of(bytes: &[u8], record: usize) -> usize {
    usize::try_from(u32_at(bytes, record + 4)).unwrap()
}

#[test]
fn a_log_whose_clock_was_set_back_says_between_which_records() {
    let coverage = coverage(&log(
        false,
        [0, 10, 7210, 3610, 3620].into_iter().map(ordinary),
    ));
    let [step] = &coverage.steps_back[..] else {
        panic!("{:?}", coverage.steps_back);
    };
    assert_eq!((step.after, step.before), (3, 4));
    assert_eq!((step.from.wall, step.to.wall), (at(7210), at(3610)));
    assert!(coverage.states.contains(&SourceState::TimeStepsBack));
}

#[test]
fn small_steps_are_how_buffers_are_emptied() {
    let coverage = coverage(&log(false, [0, 100, 41, 102].into_iter().map(ordinary)));
    assert_eq!(coverage.steps_back, []);
    assert!(!coverage.states.contains(&SourceState::TimeStepsBack));
}

/// What was made while the service was stopped is written behind its own first records.
#[test]
fn a_shutdown_that_is_written_at_the_next_start_is_no_step() {
    let events = [
        ordinary(0),
        system::log_service_started(COMPUTER, at(50_000), at(50_000)),
        system::kernel_stopped(COMPUTER, at(10)),
        ordinary(50_001),
    ];
    assert_eq!(coverage(&log(false, events)).steps_back, []);
}

/// A collector's log holds the events of other computers and logs as they arrive.
#[test]
fn forwarded_events_are_no_step() {
    let forwarded = |computer: &str, channel: &str, second| Event {
        computer: computer.to_owned(),
        channel: channel.to_owned(),
        ..ordinary(second)
    };
    for (computer, channel, steps) in [
        ("A", "System", 1),
        ("a", "System", 1),
        ("B", "System", 0),
        ("A", "Security", 0),
    ] {
        let events = [
            forwarded("A", "System", 9000),
            forwarded(computer, channel, 100),
        ];
        let found = coverage(&log(false, events)).steps_back;
        assert_eq!(found.len(), steps, "{computer} {channel}");
    }
}

/// Set back while the machine was off: nothing but the order of the records tells of it.
#[test]
fn a_start_before_the_last_shutdown_is_a_step() {
    let events = [
        ordinary(90_000),
        system::kernel_stopped(COMPUTER, at(90_010)),
        system::log_service_started(COMPUTER, at(10), at(10)),
        ordinary(20),
    ];
    let steps = coverage(&log(false, events)).steps_back;
    assert_eq!(steps.len(), 1);
    assert_eq!((steps[0].after, steps[0].before), (2, 3));
}

#[test]
fn a_log_as_it_is_written_agrees_with_itself() {
    for dirty in [false, true] {
        assert_eq!(coverage(&long(dirty)).mismatches, []);
    }
}

#[test]
fn a_changed_byte_is_told_by_the_checksum() {
    let mut bytes = long(true);
    bytes[RECORDS + 200] ^= 1;
    let chunk = u64::try_from(CHUNK).unwrap();
    assert_eq!(
        coverage(&bytes).mismatches,
        [Mismatch::RecordsChecksum { chunk }]
    );
    let mut bytes = long(true);
    bytes[CHUNK + 200] ^= 1;
    assert_eq!(
        coverage(&bytes).mismatches,
        [Mismatch::ChunkHeaderChecksum { chunk }]
    );
}

/// A log in use may be taken while its newest chunk is being written.
#[test]
fn the_newest_chunk_of_a_log_in_use_may_lag_behind() {
    for dirty in [false, true] {
        let mut bytes = long(dirty);
        let newest = (bytes.len() - CHUNK) / CHUNK_SIZE - 1;
        let chunk = CHUNK + newest * CHUNK_SIZE;
        bytes[chunk + 512 + 200] ^= 1;
        assert_eq!(coverage(&bytes).mismatches.is_empty(), dirty);
    }
}

#[test]
fn a_cut_log_is_no_contradiction() {
    let bytes = long(false);
    let cut = &bytes[..CHUNK + CHUNK_SIZE + 1000];
    assert_eq!(coverage(cut).mismatches, []);
}

#[test]
fn numbers_in_a_chunk_header_are_held_against_its_records() {
    let mut bytes = long(false);
    let last = u32_at(&bytes, CHUNK + 32);
    put(&mut bytes, CHUNK + 32, &u64::from(last - 1).to_le_bytes());
    make_checksums(&mut bytes);
    assert_eq!(
        coverage(&bytes).mismatches,
        [Mismatch::ChunkNumbers {
            chunk: 4096,
            header: (1, u64::from(last - 1)),
            read: (1, u64::from(last)),
        }]
    );
}

#[test]
fn the_next_record_of_a_closed_log_follows_from_its_last() {
    for (dirty, expected) in [
        (
            false,
            vec![Mismatch::NextRecord {
                header: 999,
                last: 700,
            }],
        ),
        (true, Vec::new()),
    ] {
        let mut bytes = long(dirty);
        put(&mut bytes, 24, &999_u64.to_le_bytes());
        make_checksums(&mut bytes);
        assert_eq!(coverage(&bytes).mismatches, expected);
    }
}

#[test]
fn a_file_header_that_was_changed_is_told() {
    let mut bytes = long(false);
    bytes[24] ^= 1;
    assert_eq!(coverage(&bytes).mismatches, [Mismatch::FileHeaderChecksum]);
}

/// The second record is taken into the first, and every checksum is made anew.
#[test]
fn a_record_that_is_hidden_in_the_one_before_is_found() {
    let mut bytes = long(true);
    let first = length_of(&bytes, RECORDS);
    let hidden = RECORDS + first;
    let both = first + length_of(&bytes, hidden);
    let length = u32::try_from(both).unwrap().to_le_bytes();
    put(&mut bytes, RECORDS + 4, &length);
    put(&mut bytes, RECORDS + both - 4, &length);
    make_checksums(&mut bytes);
    let found = coverage(&bytes);
    assert_eq!(
        found.mismatches,
        [Mismatch::RecordInsideRecord {
            offset: u64::try_from(hidden).unwrap(),
            outer: 1,
            inner: 2,
        }]
    );
    assert_eq!(found.gaps.len(), 1);
}

/// What real logs say. Each step of theirs is as wide as a recorded change of the clock.
#[test]
fn real_logs_agree_with_themselves() {
    let rathbun = "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/";
    for (log, steps) in [
        (format!("{rathbun}System.evtx"), vec![163, 809, 1050]),
        (format!("{rathbun}Security.evtx"), vec![350, 5032]),
        (format!("{rathbun}Application.evtx"), vec![64, 556]),
        (
            "srl2012-WKS-WIN764BITB-win7-nfury/System.evtx".to_owned(),
            vec![],
        ),
        ("win10-DESKTOP-2KGM189/System.evtx".to_owned(), vec![217]),
        (
            "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx".to_owned(),
            vec![],
        ),
    ] {
        let Some(bytes) = kusari_fixtures::corpus::bytes(&log) else {
            return;
        };
        let found = coverage(&bytes);
        assert_eq!(found.mismatches, [], "{log}");
        let after: Vec<u64> = found.steps_back.iter().map(|step| step.after).collect();
        assert_eq!(after, steps, "{log}");
    }
}
