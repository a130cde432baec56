//! Writes event logs of every shape that the fixtures' writer knows, and beside each what other
//! readers must find in it (JSON). `testdata/check/written_event_logs.py` compares the two.
//!
//! `cargo run -p kusari-fixtures --example write_event_logs -- FOLDER`

use std::fs;
use std::path::{Path, PathBuf};

use kusari_evidence::time::Timestamp;
use kusari_fixtures::event_log::events::{one_of_each, security, system};
use kusari_fixtures::event_log::{
    Element, Era, Event, EventData, EventLogWriter, ExpectedRecord, Guid, LogOptions, Provider,
    Sid, Value,
};

const COMPUTER: &str = "CC-SV01";

fn at(second: i64) -> Timestamp {
    Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 1_234_567)
        .and_then(|time| time.checked_add_seconds(second))
        .expect("a time of our days")
}

/// A log and what must be found in it.
struct Sample {
    name: &'static str,
    log: EventLogWriter,
    expected: Vec<ExpectedRecord>,
}

impl Sample {
    fn new(name: &'static str, options: LogOptions) -> Self {
        Self {
            name,
            log: EventLogWriter::new(options),
            expected: Vec::new(),
        }
    }

    fn write(&mut self, event: &Event) {
        let record = self.log.write(event);
        self.expected.push(ExpectedRecord::of(event, record));
    }

    fn save(mut self, folder: &Path) -> std::io::Result<()> {
        let oldest = self.log.oldest_record();
        self.expected.retain(|record| record.record >= oldest);
        let path = folder.join(self.name);
        fs::write(path.with_extension("evtx"), self.log.finish())?;
        let json = serde_json::to_string(&self.expected)?;
        fs::write(path.with_extension("json"), json)
    }
}

fn account() -> security::Account {
    security::Account {
        sid: Sid::parse("S-1-5-21-4230534742-2542757381-3142984815-1111"),
        name: "山田 <太郎> & co".to_owned(),
        domain: COMPUTER.to_owned(),
        logon_id: 0x65B0_F5DB,
    }
}

fn every_type() -> Event {
    let provider = Provider::manifest("Kusari-Test", "{412bdff2-a8c4-470d-8f33-63fe0d8c20e2}");
    Event {
        activity: Some(Guid::parse("{0b521a00-0442-4200-a504-0b52de1ad801}")),
        user_sid: Some(account().sid),
        data: EventData::named([
            ("Text", Value::text("a<b>&\"c' 日本語")),
            ("Empty", Value::text("")),
            ("Null", Value::Null),
            ("I8", Value::I8(-5)),
            ("U8", Value::U8(250)),
            ("I16", Value::I16(-300)),
            ("U16", Value::U16(65_000)),
            ("I32", Value::I32(-70_000)),
            ("U32", Value::U32(4_000_000_000)),
            ("I64", Value::I64(-5_000_000_000)),
            ("U64", Value::U64(u64::MAX)),
            ("True", Value::Boolean(true)),
            ("False", Value::Boolean(false)),
            ("Bytes", Value::Binary(vec![0, 0xAB, 0xFF])),
            (
                "Guid",
                Value::guid("{9c205a39-1250-487d-abd7-e831c6290539}"),
            ),
            ("Pointer", Value::Pointer(0x7FFE_0000)),
            ("Time", Value::Time(at(1))),
            ("Sid", Value::sid("S-1-5-32-544")),
            ("Hex32", Value::Hex32(0xC000_006D)),
            ("Hex64", Value::Hex64(0x3E7)),
        ]),
        ..Event::new(provider, 7, "Kusari/Test", COMPUTER, at(0))
    }
}

/// `UserData` with elements inside elements and attributes with values.
fn nested() -> Event {
    let provider = Provider::manifest("Kusari-Test", "{412bdff2-a8c4-470d-8f33-63fe0d8c20e2}");
    let request = Element::new("Request")
        .attribute("major", Value::U8(27))
        .attribute("minor", Value::U8(23))
        .value("Argument", Value::Pointer(0))
        .value("Argument", Value::Pointer(6));
    let element = Element::new("UMDFHostDeviceRequest")
        .xmlns("http://www.microsoft.com/DriverFrameworks/UserMode/Event")
        .attribute("lifetime", Value::Guid(Guid([7; 16])))
        .attribute("instance", Value::text("WPDBUSENUMROOT\\UMB\\2&37C186B&0#"))
        .element(request)
        .value("Status", Value::U32(3_221_225_659));
    Event {
        data: EventData::User(element),
        ..Event::new(provider, 8, "Kusari/Test", COMPUTER, at(0))
    }
}

fn filler(number: i64) -> Event {
    match number % 4 {
        0 => system::service_state(
            COMPUTER,
            at(number),
            ("wuauserv", &format!("service {number}")),
            (1, "停止"),
        ),
        1 => system::log_service_started(COMPUTER, at(number), at(number + 9 * 3600)),
        2 => security::logged_off(COMPUTER, at(number), &account(), 3),
        _ => system::kernel_started(COMPUTER, at(number), (19_044, 1766)),
    }
}

fn samples() -> Vec<Sample> {
    let usual = LogOptions::default();
    let old = LogOptions {
        era: Era::Windows7,
        ..usual.clone()
    };
    let mut samples = Vec::new();
    for (name, options) in [("events-windows10", &usual), ("events-windows7", &old)] {
        let mut sample = Sample::new(name, options.clone());
        // Twice, so that templates and names are also referred back to.
        let mut events = one_of_each(COMPUTER, at(0));
        events.extend([every_type(), nested()]);
        for event in events.iter().chain(&events) {
            sample.write(event);
        }
        samples.push(sample);
    }
    for (name, options) in [("many-windows10", &usual), ("many-windows7", &old)] {
        let mut sample = Sample::new(name, options.clone());
        (0..6000).for_each(|number| sample.write(&filler(number)));
        samples.push(sample);
    }
    let mut rolled = Sample::new(
        "rolled-over",
        LogOptions {
            first_record: 12_049,
            max_chunks: Some(5),
            ..usual.clone()
        },
    );
    (0..5000).for_each(|number| rolled.write(&filler(number)));
    samples.push(rolled);
    let mut dirty = Sample::new(
        "dirty",
        LogOptions {
            dirty: true,
            allocated_chunks: 17,
            ..usual.clone()
        },
    );
    (0..500).for_each(|number| dirty.write(&filler(number)));
    dirty.log.flush_header();
    (500..2000).for_each(|number| dirty.write(&filler(number)));
    samples.push(dirty);
    let mut gap = Sample::new("gap", usual);
    (0..300).for_each(|number| gap.write(&filler(number)));
    gap.log.skip_to(1000);
    (300..600).for_each(|number| gap.write(&filler(number)));
    samples.push(gap);
    samples
}

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: write_event_logs FOLDER");
        std::process::exit(2);
    };
    fs::create_dir_all(&folder)?;
    for sample in samples() {
        sample.save(&folder)?;
    }
    Ok(())
}
