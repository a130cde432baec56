//! The event log reader on real logs: every field of every record against the `evtx` crate, an
//! independent reader, and the filter against full decoding.

use kusari_artifacts::SourceState;
use kusari_artifacts::event_log::{
    EventRecord, EventValue, ScanOptions, Wanted, record_at, record_xml, scan, scan_all, scan_with,
    summarize,
};

mod event_log_xml;

use event_log_xml::{Leaf, leaves};

const LOGS: &[&str] = &[
    "evtx-6416/ID4674,6416 New external device connected (PrintNightmare).evtx",
    "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx",
    "srl2012-WKS-WIN764BITB-win7-nfury/System.evtx",
    "win10-DESKTOP-2KGM189/System.evtx",
    "win10-DESKTOP-2KGM189/Microsoft-Windows-Sysmon%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Application.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-DeviceSetupManager%4Admin.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-DeviceSetupManager%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Ntfs%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Partition%4Diagnostic.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-ReadyBoost%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Shell-Core%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storage-ClassPnP%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storage-Storport%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storsvc%4Diagnostic.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-UserPnp%4DeviceInstall.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-VolumeSnapshot-Driver%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Security.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/System.evtx",
];

fn all_events(bytes: &[u8], log: &str) -> Vec<EventRecord> {
    let mut events = Vec::new();
    let outcome = scan_all(bytes, &mut |event| events.push(event));
    assert_eq!(outcome.damage, [], "{log}");
    assert_eq!(outcome.coverage.records, events.len() as u64, "{log}");
    assert_eq!(outcome.coverage.gaps, [], "{log}");
    events
}

/// Whether a value says the same as its rendering in XML.
fn says(value: &EventValue, text: &str) -> bool {
    match value {
        EventValue::Empty => text.is_empty(),
        EventValue::Text(own) if own.starts_with('{') => own.eq_ignore_ascii_case(text),
        EventValue::Text(own) => own == text,
        // A FILETIME of zero means "never"; only the other reader makes a date of it.
        EventValue::Unsigned(0) if text == "1601-01-01T00:00:00.0000000Z" => true,
        EventValue::Unsigned(own) => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16) == Ok(*own),
            None => text.parse() == Ok(*own),
        },
        EventValue::Signed(own) => text.parse() == Ok(*own),
        EventValue::Boolean(own) => text.parse() == Ok(*own),
        EventValue::FloatBits(bits) => text.parse::<f64>().map(f64::to_bits) == Ok(*bits),
        EventValue::Time(own) => chrono::DateTime::parse_from_rfc3339(text)
            .is_ok_and(|time| own.to_naive() == time.naive_utc()),
        EventValue::Binary(own) => {
            let hex: String = own.iter().map(|byte| format!("{byte:02X}")).collect();
            hex == text
        }
        EventValue::List(_) => false,
    }
}

/// Our data as one entry a rendered element: arrays repeat their element, and what is empty may
/// be rendered or not.
fn flat(event: &EventRecord) -> Vec<(&str, &EventValue)> {
    let mut all = Vec::new();
    for (name, value) in &event.data {
        match value {
            EventValue::List(items) => all.extend(items.iter().map(|item| (name.as_str(), item))),
            value => all.push((name.as_str(), value)),
        }
    }
    all.retain(|(_, value)| match value {
        EventValue::Empty => false,
        EventValue::Text(text) => !text.is_empty(),
        EventValue::Binary(bytes) => !bytes.is_empty(),
        _ => true,
    });
    all
}

fn system<'x>(leaves: &'x [Leaf], path: &str) -> Option<&'x str> {
    leaves
        .iter()
        .find(|leaf| leaf.path == path)
        .map(|leaf| leaf.text.as_str())
        .filter(|text| !text.is_empty())
}

fn compare(event: &EventRecord, xml: &str, log: &str) {
    let leaves = leaves(xml);
    let at = |path: &str| system(&leaves, path);
    let said = format!("{log}, record {}:\n{event:#?}\n{xml}", event.record_id);
    assert_eq!(
        at("System/Provider/@Name"),
        Some(event.provider.as_str()),
        "{said}"
    );
    assert_eq!(
        at("System/EventID"),
        Some(event.event_id.to_string().as_str()),
        "{said}"
    );
    assert_eq!(
        at("System/Version").unwrap_or("0"),
        event.version.to_string(),
        "{said}"
    );
    assert_eq!(
        at("System/Task").map(str::to_owned),
        event.task.map(|task| task.to_string()),
        "{said}"
    );
    match (event.keywords, at("System/Keywords")) {
        (Some(own), Some(theirs)) => assert!(says(&EventValue::Unsigned(own), theirs), "{said}"),
        (own, theirs) => assert!(own.is_none() && theirs.is_none(), "{said}"),
    }
    let created = at("System/TimeCreated/@SystemTime").unwrap_or("");
    assert!(says(&EventValue::Time(event.created), created), "{said}");
    assert_eq!(at("System/Channel").unwrap_or(""), event.channel, "{said}");
    assert_eq!(
        at("System/Computer").unwrap_or(""),
        event.computer,
        "{said}"
    );
    assert_eq!(
        at("System/Security/@UserID"),
        event.user_sid.as_deref(),
        "{said}"
    );
    assert_eq!(
        at("System/Execution/@ProcessID").map(str::to_owned),
        event.process_id.map(|id| id.to_string()),
        "{said}"
    );
    let theirs: Vec<_> = leaves
        .iter()
        .filter(|leaf| !leaf.path.starts_with("System/") && !leaf.text.is_empty())
        // The manifest's symbol for the event's data, which is no value of the event.
        .filter(|leaf| leaf.path != "EventData/@Name")
        .collect();
    let ours = flat(event);
    assert_eq!(ours.len(), theirs.len(), "{said}\n{theirs:#?}");
    for ((name, value), leaf) in ours.iter().zip(theirs) {
        assert_eq!(*name, leaf.data_name(), "{said}");
        assert!(
            says(value, &leaf.text),
            "{value:?} against {leaf:?} in {said}"
        );
    }
}

/// Numbers, times and every field of every record are those that the `evtx` crate reads.
#[test]
fn every_field_of_every_record_is_what_the_evtx_crate_reads() {
    let mut compared = 0;
    for log in LOGS {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        let events = all_events(&bytes, log);
        let mut theirs = evtx::EvtxParser::from_buffer(bytes).unwrap();
        // What the other reader cannot read it says so; the counts must be the same all the same.
        let theirs: Vec<_> = theirs.records().filter_map(Result::ok).collect();
        assert_eq!(events.len(), theirs.len(), "{log}");
        for (event, other) in events.iter().zip(&theirs) {
            assert_eq!(event.record_id, other.event_record_id, "{log}");
            // Exported logs have records whose header names no time; ours then is that of the
            // event itself.
            let written = other.timestamp.as_microsecond();
            if written == -11_644_473_600_000_000 {
                assert_eq!(event.written, event.created, "{log}");
            } else {
                let own = event.written.to_naive().and_utc().timestamp_micros();
                assert_eq!(own, written, "{log}");
            }
            compare(event, &other.data, log);
            compared += 1;
        }
    }
    eprintln!("{compared} records compared");
}

/// What the filter lets through is exactly what full decoding and picking gives.
#[test]
fn filtered_scan_gives_the_same_as_picking_from_all() {
    let wanted = [
        Wanted {
            provider: "Microsoft-Windows-Partition",
            event_ids: &[1006],
        },
        Wanted {
            provider: "Microsoft-Windows-Kernel-PnP",
            event_ids: &[400, 410, 420, 430],
        },
        Wanted {
            provider: "Microsoft-Windows-Kernel-General",
            event_ids: &[],
        },
        Wanted {
            provider: "Service Control Manager",
            event_ids: &[7036, 7040],
        },
        Wanted {
            provider: "EventLog",
            event_ids: &[6005, 6006, 6008],
        },
        Wanted {
            provider: "Microsoft-Windows-Security-Auditing",
            event_ids: &[4624, 6416],
        },
        Wanted {
            provider: "Microsoft-Windows-Security-Auditing",
            event_ids: &[4616],
        },
    ];
    for log in LOGS {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        let mut picked = all_events(&bytes, log);
        picked.retain(|event| {
            wanted.iter().any(|one| {
                one.provider == event.provider
                    && (one.event_ids.is_empty() || one.event_ids.contains(&event.event_id))
            })
        });
        let mut filtered = Vec::new();
        let outcome = scan(&bytes, &wanted, &mut |event| filtered.push(event));
        assert_eq!(filtered, picked, "{log}");
        assert_eq!(outcome, scan_all(&bytes, &mut |_| {}), "{log}");
        eprintln!("{log}: {} of {}", filtered.len(), outcome.coverage.records);
    }
}

/// From an event back to its record, by offset, and to XML that says the same.
#[test]
fn a_record_is_found_again_by_its_offset() {
    for log in LOGS.iter().take(5) {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        for event in all_events(&bytes, log).iter().step_by(97) {
            assert_eq!(
                record_at(&bytes, event.offset).as_ref(),
                Some(event),
                "{log}"
            );
            compare(event, &record_xml(&bytes, event.offset).unwrap(), log);
            assert_eq!(record_at(&bytes, event.offset + 1), None, "{log}");
        }
    }
}

/// How real logs began, told from their own records and numbers.
#[test]
fn the_beginning_of_a_log_is_told_from_its_numbers() {
    let states = [
        // Event 105 stands first and names the file that the earlier records were moved to.
        (
            "srl2012-WKS-WIN764BITB-win7-nfury/System.evtx",
            vec![SourceState::Dirty, SourceState::Archived],
        ),
        // Begins with number 1 and identifier 1742.
        (
            "win10-DESKTOP-2KGM189/Microsoft-Windows-Sysmon%4Operational.evtx",
            vec![SourceState::Dirty, SourceState::Cleared],
        ),
        // Its clock was set back by ten hours when Windows was set up.
        (
            "win10-DESKTOP-2KGM189/System.evtx",
            vec![SourceState::Dirty, SourceState::TimeStepsBack],
        ),
        // Saved with a selection: record 1 is the machine's event 127530.
        (
            "evtx-6416/ID4674,6416 New external device connected (PrintNightmare).evtx",
            vec![SourceState::Exported],
        ),
    ];
    for (log, expected) in states {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        let outcome = scan(&bytes, &[], &mut |_| {});
        assert_eq!(outcome.coverage.states, expected, "{log}");
    }
}

/// An exported log covers the times of its events, whatever their record headers say.
#[test]
fn an_exported_log_covers_the_times_of_its_events() {
    for log in &LOGS[..2] {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        let created: Vec<_> = all_events(&bytes, log)
            .iter()
            .map(|event| event.created)
            .collect();
        let coverage = scan(&bytes, &[], &mut |_| {}).coverage;
        assert_eq!(
            coverage.first.map(|time| time.wall),
            created.iter().min().copied()
        );
        assert_eq!(
            coverage.last.map(|time| time.wall),
            created.iter().max().copied()
        );
    }
}

/// Chunks in the order of a full log that began again at its first chunk, and a number missing.
#[test]
fn chunks_out_of_order_are_read_by_their_numbers() {
    let log = "win10-DESKTOP-2KGM189/System.evtx";
    let Some(mut bytes) = kusari_fixtures::corpus::bytes(log) else {
        return;
    };
    bytes.truncate(4096 + 15 * 65536);
    let identity = |event: &EventRecord| (event.record_id, event.written, event.data.clone());
    let sound: Vec<_> = all_events(&bytes, log).iter().map(identity).collect();

    let mut rolled = bytes.clone();
    rolled[4096..].rotate_left(6 * 65536);
    // The count of chunks in the file's header, and the header's checksum.
    rolled[42] = 15;
    let crc = crc32fast::hash(&rolled[..120]).to_le_bytes();
    rolled[124..128].copy_from_slice(&crc);
    let read: Vec<_> = all_events(&rolled, log).iter().map(identity).collect();
    assert_eq!(read, sound);

    // Without the first six chunks the numbers begin at 702 and with number 702: rolled over.
    let later = [&rolled[..4096], &rolled[4096..4096 + 9 * 65536]].concat();
    let outcome = scan(&later, &[], &mut |_| {});
    assert!(
        outcome.coverage.states.contains(&SourceState::RolledOver),
        "{outcome:?}"
    );
    assert!(
        outcome.coverage.states.contains(&SourceState::CutShort),
        "{outcome:?}"
    );
    assert_eq!(outcome.coverage.gaps, []);
    assert_eq!(outcome.coverage.records, 1881 - 701);

    // Without one chunk in the middle its numbers are missing.
    let mut gap = bytes.clone();
    gap.drain(4096 + 3 * 65536..4096 + 4 * 65536);
    let outcome = scan(&gap, &[], &mut |_| {});
    let gaps: Vec<_> = outcome
        .coverage
        .gaps
        .iter()
        .map(|gap| (gap.after, gap.before))
        .collect();
    assert_eq!(gaps, [(326, 445)]);

    // The same chunk twice: its records are read once and the copy is reported.
    let copy = bytes[4096..4096 + 65536].to_vec();
    bytes.extend_from_slice(&copy);
    bytes[42] = 16;
    let crc = crc32fast::hash(&bytes[..120]).to_le_bytes();
    bytes[124..128].copy_from_slice(&crc);
    let outcome = scan(&bytes, &[], &mut |_| {});
    assert_eq!(outcome.coverage.records, 1881);
    assert!(
        outcome
            .damage
            .iter()
            .any(|damage| damage.reason.contains("second time"))
    );
}

/// Records in space that the log no longer uses come only when asked for, marked, and never
/// twice.
#[test]
fn carving_finds_records_in_unused_space() {
    let log = "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/\
               Microsoft-Windows-Storage-ClassPnP%4Operational.evtx";
    let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
        return;
    };
    let options = ScanOptions {
        carve: true,
        ..ScanOptions::default()
    };
    let mut events = Vec::new();
    let outcome = scan_with(&bytes, &options, &mut |event| events.push(event));
    assert_eq!(outcome.coverage.records, 1);
    let live: Vec<_> = events.iter().filter(|event| !event.recovered).collect();
    assert_eq!(live.len(), 1);
    let carved: Vec<_> = events.iter().filter(|event| event.recovered).collect();
    eprintln!("{} carved", carved.len());
    assert!(carved.len() > 10, "{}", carved.len());
    for event in carved {
        assert_eq!(event.computer, live[0].computer);
        assert_eq!(record_at(&bytes, event.offset).unwrap().data, event.data);
    }
}

/// The summary counts every record once.
#[test]
fn a_summary_counts_every_record() {
    let Some(bytes) = kusari_fixtures::corpus::bytes(LOGS[3]) else {
        return;
    };
    let (counts, outcome) = summarize(&bytes);
    assert_eq!(
        counts.iter().map(|kind| kind.count).sum::<u64>(),
        outcome.coverage.records
    );
    assert!(counts.is_sorted_by_key(|kind| (kind.provider.clone(), kind.event_id)));
}
