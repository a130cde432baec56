//! The event log reader on logs that the fixtures' writer makes.

// A test may fail loudly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use kusari_artifacts::event_log::{
    EventRecord, EventValue, ScanOptions, Wanted, scan, scan_all, scan_stored, scan_with,
};
use kusari_artifacts::{NumberGap, Outcome, SourceState};
use kusari_evidence::ReadAt;
use kusari_evidence::time::Timestamp;
use kusari_fixtures::event_log::events::system;
use kusari_fixtures::event_log::{
    Element, Era, Event, EventData, EventLogWriter, LogOptions, Provider, Sid, Value,
};

const COMPUTER: &str = "CC-SV01";

fn at(second: i64) -> Timestamp {
    Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 1_234_567)
        .and_then(|time| time.checked_add_seconds(second))
        .unwrap()
}

fn filler(number: i64) -> Event {
    if number % 2 == 0 {
        system::kernel_stopped(COMPUTER, at(number))
    } else {
        let (service, state) = (format!("service {number}"), (1, "stopped"));
        system::service_state(COMPUTER, at(number), ("wuauserv", &service), state)
    }
}

fn written(options: LogOptions, events: impl IntoIterator<Item = Event>) -> Vec<u8> {
    let mut log = EventLogWriter::new(options);
    for event in events {
        log.write(&event);
    }
    log.finish()
}

fn read(bytes: &[u8]) -> (Vec<EventRecord>, Outcome) {
    let mut events = Vec::new();
    let outcome = scan_all(bytes, &mut |event| events.push(event));
    (events, outcome)
}

#[test]
fn values_keep_the_types_in_which_they_were_written() {
    let text = |text: &str| EventValue::Text(text.to_owned());
    let values = [
        (
            "Text",
            Value::text("a<b>&\"c' 日本語"),
            text("a<b>&\"c' 日本語"),
        ),
        ("Null", Value::Null, EventValue::Empty),
        ("I8", Value::I8(-5), EventValue::Signed(-5)),
        ("U8", Value::U8(250), EventValue::Unsigned(250)),
        ("I16", Value::I16(-300), EventValue::Signed(-300)),
        ("U16", Value::U16(65_000), EventValue::Unsigned(65_000)),
        ("I32", Value::I32(-70_000), EventValue::Signed(-70_000)),
        (
            "U32",
            Value::U32(4_000_000_000),
            EventValue::Unsigned(4_000_000_000),
        ),
        ("I64", Value::I64(i64::MIN), EventValue::Signed(i64::MIN)),
        ("U64", Value::U64(u64::MAX), EventValue::Unsigned(u64::MAX)),
        ("Yes", Value::Boolean(true), EventValue::Boolean(true)),
        (
            "Bytes",
            Value::Binary(vec![0, 0xAB]),
            EventValue::Binary(vec![0, 0xAB]),
        ),
        (
            "Guid",
            Value::guid("{9c205a39-1250-487d-abd7-e831c6290539}"),
            text("{9C205A39-1250-487D-ABD7-E831C6290539}"),
        ),
        (
            "Pointer",
            Value::Pointer(0x7FFE_0000),
            EventValue::Unsigned(0x7FFE_0000),
        ),
        ("Time", Value::Time(at(1)), EventValue::Time(at(1))),
        ("Sid", Value::sid("S-1-5-32-544"), text("S-1-5-32-544")),
        (
            "Hex32",
            Value::Hex32(0xC000_006D),
            EventValue::Unsigned(0xC000_006D),
        ),
        ("Hex64", Value::Hex64(0x3E7), EventValue::Unsigned(0x3E7)),
    ];
    let provider = Provider::manifest("Kusari-Test", "{412bdff2-a8c4-470d-8f33-63fe0d8c20e2}");
    let event = Event {
        user_sid: Some(Sid::local_system()),
        data: EventData::named(values.clone().map(|(name, value, _)| (name, value))),
        ..Event::new(provider, 7, "Kusari/Test", COMPUTER, at(0))
    };
    for era in [Era::Windows7, Era::Windows10] {
        let options = LogOptions {
            era,
            ..LogOptions::default()
        };
        // Twice: the second record refers to the template and the names of the first.
        let (events, outcome) = read(&written(options, [event.clone(), event.clone()]));
        assert_eq!(outcome.damage, []);
        assert_eq!(events.len(), 2);
        for event in events {
            assert_eq!(event.provider, "Kusari-Test");
            assert_eq!(
                (event.event_id, event.created, event.written),
                (7, at(0), at(0))
            );
            assert_eq!(event.user_sid.as_deref(), Some("S-1-5-18"));
            for (name, _, expected) in &values {
                assert_eq!(event.value(name), Some(expected), "{name}");
            }
        }
    }
}

#[test]
fn user_data_is_named_by_its_path() {
    let request = Element::new("Request")
        .attribute("major", Value::U8(27))
        .value("Argument", Value::Pointer(6));
    let element = Element::new("UMDFHostDeviceRequest")
        .xmlns("http://www.microsoft.com/DriverFrameworks/UserMode/Event")
        .attribute("instance", Value::text("WPDBUSENUMROOT"))
        .element(request)
        .value("Status", Value::U32(7));
    let provider = Provider::manifest("Kusari-Test", "{412bdff2-a8c4-470d-8f33-63fe0d8c20e2}");
    let event = Event {
        data: EventData::User(element),
        ..Event::new(provider, 8, "Kusari/Test", COMPUTER, at(0))
    };
    let (events, _) = read(&written(LogOptions::default(), [event]));
    let names: Vec<_> = events[0]
        .data
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "UMDFHostDeviceRequest/@instance",
            "UMDFHostDeviceRequest/Request/@major",
            "UMDFHostDeviceRequest/Request/Argument",
            "UMDFHostDeviceRequest/Status",
        ]
    );
    assert_eq!(events[0].number("UMDFHostDeviceRequest/Status"), Some(7));
}

#[test]
fn a_log_that_went_round_is_read_in_the_order_of_its_numbers() {
    let options = LogOptions {
        first_record: 12_049,
        max_chunks: Some(3),
        ..LogOptions::default()
    };
    let bytes = written(options, (0..2000).map(filler));
    let (events, outcome) = read(&bytes);
    assert_eq!(outcome.damage, []);
    assert_eq!(outcome.coverage.gaps, []);
    assert_eq!(outcome.coverage.states, [SourceState::RolledOver]);
    assert!(events.is_sorted_by_key(|event| event.record_id));
    assert_eq!(events.last().unwrap().record_id, 12_049 + 1999);
    assert_eq!(outcome.coverage.records, events.len() as u64);
    assert_eq!(outcome.coverage.last.unwrap().wall, at(1999));
}

#[test]
fn a_dirty_header_hides_no_chunk() {
    let options = LogOptions {
        dirty: true,
        allocated_chunks: 17,
        ..LogOptions::default()
    };
    let mut log = EventLogWriter::new(options);
    for number in 0..2000 {
        log.write(&filler(number));
        if number == 300 {
            log.flush_header();
        }
    }
    let (events, outcome) = read(&log.finish());
    assert_eq!(events.len(), 2000);
    assert_eq!(outcome.coverage.states, [SourceState::Dirty]);
    assert_eq!(outcome.damage, []);
}

#[test]
fn missing_numbers_are_a_gap() {
    let mut log = EventLogWriter::new(LogOptions::default());
    (0..10).for_each(|number| {
        log.write(&filler(number));
    });
    log.skip_to(100);
    log.write(&filler(10));
    let (events, outcome) = read(&log.finish());
    let offset = events.last().unwrap().offset;
    let gap = NumberGap {
        after: 10,
        before: 100,
        offset,
    };
    assert_eq!(outcome.coverage.gaps, [gap]);
}

#[test]
fn a_record_of_the_clearing_says_why_the_log_begins_late() {
    let user = (Sid::local_system(), "taro", COMPUTER);
    let user = (&user.0, user.1, user.2);
    let options = LogOptions {
        first_record: 500,
        ..LogOptions::default()
    };
    let own = system::audit_log_was_cleared(COMPUTER, at(0), user, 0x3E7);
    let (_, outcome) = read(&written(options.clone(), [own]));
    assert_eq!(outcome.coverage.states, [SourceState::Cleared]);

    // That another log was cleared says nothing about this one.
    let other = system::log_was_cleared(COMPUTER, at(0), "Application", user);
    let (_, outcome) = read(&written(LogOptions::default(), [other]));
    assert_eq!(outcome.coverage.states, []);
}

#[test]
fn only_wanted_events_come_but_the_coverage_is_that_of_all() {
    let bytes = written(LogOptions::default(), (0..400).map(filler));
    let (all, outcome) = read(&bytes);
    let wanted = [Wanted {
        provider: "Service Control Manager",
        event_ids: &[7036],
    }];
    let mut found = Vec::new();
    let filtered = scan(&bytes, &wanted, &mut |event| found.push(event));
    assert_eq!(filtered, outcome);
    assert_eq!(found.len(), 200);
    assert!(found.iter().all(|event| all.contains(event)));
    let none = [Wanted {
        provider: "Service Control Manager",
        event_ids: &[7040],
    }];
    scan(&bytes, &none, &mut |event| panic!("{event:?}"));
    scan(&bytes, &[], &mut |event| panic!("{event:?}"));
}

#[test]
fn chunks_left_from_before_a_clearing_are_not_read_as_live() {
    let mut bytes = written(LogOptions::default(), (0..20).map(filler));
    let old = LogOptions {
        first_record: 3,
        ..LogOptions::default()
    };
    let mut left = written(old, (5000..5010).map(filler)).split_off(4096);
    // The old chunk begins lower than the live one.
    bytes[4096..].copy_from_slice(
        &written(
            LogOptions {
                first_record: 900,
                ..LogOptions::default()
            },
            (0..20).map(filler),
        )[4096..],
    );
    bytes.append(&mut left);
    let (events, outcome) = read(&bytes);
    assert_eq!(events.len(), 20);
    assert_eq!(outcome.coverage.records, 20);
    let options = ScanOptions {
        carve: true,
        ..ScanOptions::default()
    };
    let mut carved = 0;
    scan_with(&bytes, &options, &mut |event| {
        carved += u32::from(event.recovered)
    });
    assert_eq!(carved, 10);
}

/// A template definition whose body is an instance of itself must end.
#[test]
fn a_template_inside_itself_ends() {
    let mut bytes = written(LogOptions::default(), (0..3).map(filler));
    // Chunk at 4096, record at +512, its fragment header, template token, and definition.
    let body = 4096 + 512 + 24 + 4 + 10 + 24;
    let definition = u32::from_le_bytes(bytes[body - 28..body - 24].try_into().unwrap());
    let mut instance = vec![0x0c, 1, 0, 0, 0, 0];
    instance.extend(definition.to_le_bytes());
    instance.extend(0_u32.to_le_bytes());
    for copy in 0..12 {
        let from = body + 4 + copy * instance.len();
        bytes[from..from + instance.len()].copy_from_slice(&instance);
    }
    let started = std::time::Instant::now();
    let (_, outcome) = read(&bytes);
    assert!(started.elapsed().as_secs() < 20);
    assert_ne!(outcome.damage, []);
}

#[test]
fn what_is_no_log_says_so() {
    for bytes in [&b""[..], b"ElfFile", &[0; 5000], &[0xFF; 70_000]] {
        let (events, outcome) = read(bytes);
        assert_eq!(events, []);
        assert!(outcome.coverage.states.contains(&SourceState::Damaged));
    }
}

/// Wherever a log ends, reading it ends too; also inside the header of a chunk.
#[test]
fn a_log_that_ends_inside_a_chunk_s_header_is_read_up_to_there() {
    let log = written(LogOptions::default(), (0..400).map(filler));
    let (events, _) = read(&log);
    let second = 4096 + 65536;
    assert_eq!(log.get(second..second + 8), Some(&b"ElfChnk\0"[..]));
    let of_first = events
        .iter()
        .filter(|event| event.offset < second as u64)
        .count();
    assert!(0 < of_first && of_first < events.len());
    for length in (0..140).chain([511, 512, 513]) {
        let (found, outcome) = read(&log[..second + length]);
        assert_eq!(found.len(), of_first, "{length} bytes of the second chunk");
        assert!(
            outcome.coverage.states.contains(&SourceState::CutShort),
            "{length} bytes of the second chunk"
        );
    }
}

/// Bytes put into one chunk of a log that went round push the last chunk behind the counted ones,
/// with records older than the newest: it is live all the same.
#[test]
fn bytes_put_into_one_chunk_cost_no_other() {
    let chunk_of = |event: &EventRecord| (event.offset - 4096) / 65536;
    for count in [1300, 1500, 2000] {
        let options = LogOptions {
            max_chunks: Some(3),
            ..LogOptions::default()
        };
        let log = written(options, (0..count).map(filler));
        let (events, _) = read(&log);
        for chunk in 0..3 {
            let mut damaged = log.clone();
            let place = 4096 + 65536 * chunk + 30_000;
            damaged.splice(place..place, vec![0xAA; 20_000]);
            let (found, _) = read(&damaged);
            let lost = events
                .iter()
                .filter(|event| chunk_of(event) != chunk as u64)
                .filter(|event| !found.iter().any(|own| own.record_id == event.record_id));
            assert_eq!(lost.count(), 0, "{count} events, chunk {chunk}");
        }
    }
}

/// A log of which a stretch cannot be read.
struct Holed {
    bytes: Vec<u8>,
    hole: std::ops::Range<u64>,
}

impl ReadAt for Holed {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.hole.contains(&offset) {
            return Err(std::io::Error::other("part 3 is missing"));
        }
        let readable = match self.hole.start.checked_sub(offset) {
            Some(before) if before > 0 => usize::try_from(before).unwrap(),
            _ => buffer.len(),
        };
        let most = buffer.len().min(readable);
        self.bytes.read_at(offset, &mut buffer[..most])
    }
}

#[test]
fn a_stored_log_of_which_a_chunk_cannot_be_read_gives_the_others() {
    let mut log = EventLogWriter::new(LogOptions::default());
    for second in 0..4000 {
        log.write(&system::kernel_stopped("CC-SV01", at(second)));
    }
    let bytes = log.finish();
    let mut all = Vec::new();
    scan_all(&bytes, &mut |event| all.push(event));
    // The second chunk and the first page of the third.
    let hole = 4096 + 65_536..4096 + 2 * 65_536 + 4096;
    let log = Holed {
        bytes,
        hole: hole.clone(),
    };
    let mut found = Vec::new();
    let outcome = scan_stored(&log, &ScanOptions::default(), &mut |event| {
        found.push(event)
    });
    let expected = all.into_iter().filter(|event| {
        // The third chunk has lost its header and its names; what refers to these is lost, too.
        event.offset < hole.start || event.offset >= 4096 + 3 * 65_536
    });
    let sound: Vec<_> = found
        .iter()
        .filter(|event| event.offset < hole.start || event.offset >= 4096 + 3 * 65_536)
        .cloned()
        .collect();
    assert_eq!(sound, expected.collect::<Vec<_>>());
    assert!(sound.len() > 100);
    let first = &outcome.damage[0];
    assert_eq!(
        (first.offset, first.length),
        (hole.start, hole.end - hole.start)
    );
    assert!(first.reason.contains("part 3 is missing"), "{first}");
    assert!(outcome.coverage.states.contains(&SourceState::Damaged));
}
