//! Event logs with flipped, zeroed, cut and repeated bytes: nothing panics or hangs, and what
//! stands before and behind the damage is still found.

// A test may fail loudly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use kusari_artifacts::Outcome;
use kusari_artifacts::event_log::{EventRecord, ScanOptions, scan_stored, scan_with};

/// Small logs of one chunk, and one of three.
const LOGS: &[&str] = &[
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-UserPnp%4DeviceInstall.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Partition%4Diagnostic.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Ntfs%4Operational.evtx",
    "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx",
];

const CHUNK: usize = 65536;

/// How many variants of each log; `KUSARI_DAMAGE_VARIANTS` asks for another number.
fn variants() -> u64 {
    std::env::var("KUSARI_DAMAGE_VARIANTS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(40)
}

/// A small generator of numbers that are the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }
}

fn read(bytes: &[u8]) -> (Vec<EventRecord>, Outcome) {
    let options = ScanOptions {
        carve: true,
        ..ScanOptions::default()
    };
    let mut events = Vec::new();
    let mut size = 0;
    let started = Instant::now();
    let outcome = scan_with(bytes, &options, &mut |event| {
        size += format!("{:?}", event.data).len();
        events.push(event);
    });
    assert!(started.elapsed() < Duration::from_secs(20), "took too long");
    assert!(size < 64 * bytes.len() + (1 << 20), "grew to {size} bytes");

    // Where it lies a log says the same as in memory.
    let mut stored = Vec::new();
    let from_stored = scan_stored(&bytes.to_vec(), &options, &mut |event| stored.push(event));
    assert!(from_stored == outcome && stored == events);
    (events, outcome)
}

/// The log without the space behind its last chunk, and where its chunks end.
fn used(log: &str) -> Option<Vec<u8>> {
    let mut bytes = kusari_fixtures::corpus::bytes(log)?;
    let mut end = 4096;
    while bytes.get(end..end + 8) == Some(b"ElfChnk\0") {
        end += CHUNK;
    }
    bytes.truncate(end);
    Some(bytes)
}

/// What identifies a record wherever it stands.
fn identity(event: &EventRecord) -> String {
    let mut event = event.clone();
    event.offset = 0;
    format!("{event:?}")
}

enum Kind {
    Flip,
    Zero,
    Cut,
    Repeat,
}

/// Where the damage lies in the sound log, `from..to`.
fn damage(bytes: &mut Vec<u8>, kind: &Kind, numbers: &mut Numbers) -> (usize, usize) {
    let at = numbers.below(bytes.len());
    let scale = numbers.below(13);
    let length = (1 + numbers.below(1 << scale)).min(bytes.len() - at);
    match kind {
        Kind::Flip => {
            bytes[at] ^= 1 << numbers.below(8);
            (at, at + 1)
        }
        Kind::Zero => {
            bytes[at..at + length].fill(0);
            (at, at + length)
        }
        Kind::Cut => {
            bytes.drain(at..at + length);
            (at, at + length)
        }
        Kind::Repeat => {
            let copy = bytes[at..at + length].to_vec();
            bytes.splice(at..at, copy);
            (at, at)
        }
    }
}

/// One stretch of damage: the records of all other chunks and those before it in its own chunk
/// are read as if nothing were wrong.
#[test]
fn records_before_and_behind_the_damage_are_still_found() {
    for (index, log) in LOGS.iter().enumerate() {
        let Some(sound) = used(log) else {
            continue;
        };
        let (events, _) = read(&sound);
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15 + index as u64);
        for variant in 0..variants() {
            for kind in [Kind::Flip, Kind::Zero, Kind::Cut, Kind::Repeat] {
                let mut bytes = sound.clone();
                let (from, to) = damage(&mut bytes, &kind, &mut numbers);
                let (found, outcome) = read(&bytes);
                let found: HashSet<String> = found.iter().map(identity).collect();
                let first_chunk = from.saturating_sub(4096) / CHUNK;
                let last_chunk = to.saturating_sub(4097) / CHUNK;
                for event in events.iter().filter(|event| !event.recovered) {
                    let at = usize::try_from(event.offset).unwrap();
                    let chunk = (at - 4096) / CHUNK;
                    let elsewhere = chunk < first_chunk || chunk > last_chunk;
                    let before = at + event.length as usize <= from;
                    assert!(
                        !(elsewhere || before) || found.contains(&identity(event)),
                        "{log}, variant {variant}, damage {from:#x}..{to:#x}: record {} at {at:#x} \
                         is lost; {outcome:#?}",
                        event.record_id
                    );
                }
            }
        }
    }
}

/// Where only bytes inside the records changed, every record that they do not touch is counted.
#[test]
fn damage_costs_only_the_damaged_records() {
    for (index, log) in LOGS.iter().enumerate() {
        let Some(sound) = used(log) else {
            continue;
        };
        let (events, before) = read(&sound);
        let mut numbers = Numbers(0xD1B5_4A32_D192_ED03 + index as u64);
        for variant in 0..variants() {
            for kind in [Kind::Flip, Kind::Zero] {
                let mut bytes = sound.clone();
                let (from, to) = damage(&mut bytes, &kind, &mut numbers);
                if from < 4096
                    || (from - 4096) % CHUNK < 512
                    || (from - 4096) / CHUNK != (to - 4097) / CHUNK
                {
                    continue;
                }
                let touched = events
                    .iter()
                    .filter(|event| {
                        let at = usize::try_from(event.offset).unwrap();
                        at < to && from < at + event.length as usize
                    })
                    .count() as u64;
                let (_, outcome) = read(&bytes);
                assert!(
                    outcome.coverage.records + touched >= before.coverage.records,
                    "{log}, variant {variant}, damage {from:#x}..{to:#x}: {} of {} records, {touched} \
                     touched; {:#?}",
                    outcome.coverage.records,
                    before.coverage.records,
                    outcome.damage
                );
                if touched > 0 && bytes != sound {
                    assert_ne!(
                        outcome.damage,
                        [],
                        "{log}: damage {from:#x}..{to:#x} not reported"
                    );
                }
            }
        }
    }
}

/// Many wrong bytes at once, and any beginning of a log: nothing panics, hangs or grows.
#[test]
fn hostile_logs_end_quietly() {
    for (index, log) in LOGS.iter().enumerate() {
        let Some(sound) = used(log) else {
            continue;
        };
        let mut numbers = Numbers(0xA076_1D64_78BD_642F + index as u64);
        for _ in 0..variants() {
            let mut bytes = sound.clone();
            for _ in 0..1 + numbers.below(400) {
                let at = numbers.below(bytes.len());
                bytes[at] = u8::try_from(numbers.below(256)).unwrap();
            }
            read(&bytes);
            bytes.truncate(numbers.below(bytes.len()));
            read(&bytes);
        }
    }
}
