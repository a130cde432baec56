//! Writes event logs as large as those of a server that audits much: `Security.evtx`, `System.evtx`
//! and logs of other channels, in which records that matter for USB devices are few.
//! `benches/volume-image.sh` puts them into the image of a full volume.
//!
//! `cargo run --release -p kusari-fixtures --example large_event_logs -- FOLDER MEBIBYTES`

use std::path::Path;

use kusari_evidence::time::Timestamp;
use kusari_fixtures::event_log::events::security::{self, Account, Logon, SECURITY};
use kusari_fixtures::event_log::events::system;
use kusari_fixtures::event_log::{
    Event, EventData, EventLogWriter, Guid, LogOptions, Provider, Sid, Value,
};

const COMPUTER: &str = "KAIHATSU-DT01";

/// How many records are written between two looks at whether the log is full.
const RECORDS_AT_A_TIME: i64 = 50_000;

fn account() -> Account {
    Account {
        sid: Sid::parse("S-1-5-21-3408464457-2532685637-1098198028-500"),
        name: "Administrator".to_owned(),
        domain: COMPUTER.to_owned(),
        logon_id: 0x65B0_F5DB,
    }
}

/// A process was created: what an auditing machine writes most.
fn process_created(at: Timestamp, number: i64) -> Event {
    let provider = Provider::manifest(
        "Microsoft-Windows-Security-Auditing",
        "{54849625-5478-4994-a5ba-3e3b0328c30d}",
    );
    let process = u64::try_from(number).unwrap_or(0) % 20_000 * 4;
    Event {
        task: 13_312,
        keywords: 0x8020_0000_0000_0000,
        process_id: 4,
        thread_id: 232,
        data: EventData::named([
            ("SubjectUserSid", Value::Sid(account().sid)),
            ("SubjectUserName", Value::text(account().name)),
            ("SubjectDomainName", Value::text(COMPUTER)),
            ("SubjectLogonId", Value::Hex64(0x3E7)),
            ("NewProcessId", Value::Pointer(process)),
            (
                "NewProcessName",
                Value::text(format!("C:\\Program Files\\Tool {}\\run.exe", number % 97)),
            ),
            ("TokenElevationType", Value::text("%%1936")),
            ("ProcessId", Value::Pointer(process / 2)),
            (
                "CommandLine",
                Value::text(format!("run.exe --job {number}")),
            ),
        ]),
        ..Event::new(provider, 4688, SECURITY, COMPUTER, at)
    }
}

fn security_event(at: Timestamp, number: i64) -> Event {
    match number % 200 {
        0 => {
            let logon = Logon {
                kind: 3,
                workstation: "CC-SV01".to_owned(),
                address: "192.0.2.17".to_owned(),
                process: "C:\\Windows\\System32\\svchost.exe".to_owned(),
            };
            security::logged_on(COMPUTER, at, &account(), &account(), &logon)
        }
        100 => security::logged_off(COMPUTER, at, &account(), 3),
        _ => process_created(at, number),
    }
}

fn system_event(at: Timestamp, number: i64) -> Event {
    let state = if number % 2 == 0 {
        (4, "running")
    } else {
        (1, "stopped")
    };
    let service = ("KusariTest", "Kusari Test Service");
    system::service_state(COMPUTER, at, service, state)
}

fn other_event(channel: &str, at: Timestamp, number: i64) -> Event {
    let provider = Provider::manifest(channel, "{412bdff2-a8c4-470d-8f33-63fe0d8c20e2}");
    Event {
        data: EventData::named([
            ("Number", Value::I64(number)),
            ("Activity", Value::Guid(Guid([7; 16]))),
            ("Text", Value::text(format!("something happened, {number}"))),
        ]),
        ..Event::new(provider, 100, channel, COMPUTER, at)
    }
}

/// Writes one log of so many mebibytes.
fn log(path: &Path, mebibytes: usize, event: &dyn Fn(Timestamp, i64) -> Event) {
    // 64 KiB a chunk.
    let wanted = mebibytes * 16;
    let mut writer = EventLogWriter::new(LogOptions {
        max_chunks: Some(wanted),
        allocated_chunks: wanted,
        ..LogOptions::default()
    });
    let start = Timestamp::from_civil((2022, 1, 10), (0, 0, 0), 0).expect("a time of our days");
    let mut number = 0;
    // Until the log has gone round once: then it is full.
    loop {
        for _ in 0..RECORDS_AT_A_TIME {
            let at = start.checked_add_seconds(number * 2).expect("a time");
            writer.write(&event(at, number));
            number += 1;
        }
        if writer.oldest_record() > 1 {
            break;
        }
    }
    std::fs::write(path, writer.finish()).expect("a file");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, mebibytes] = arguments.as_slice() else {
        eprintln!("usage: large_event_logs FOLDER MEBIBYTES");
        std::process::exit(2);
    };
    let folder = Path::new(folder);
    let mebibytes: usize = mebibytes.parse().expect("a number of mebibytes");
    std::fs::create_dir_all(folder).expect("a folder");
    // Windows names chunks in 16 bits, so no log is larger than 4 GiB.
    log(
        &folder.join("Security.evtx"),
        mebibytes / 2,
        &security_event,
    );
    log(&folder.join("System.evtx"), mebibytes / 4, &system_event);
    for number in 0..8 {
        let channel = format!("Kusari-Test-{number}/Operational");
        let name = format!("Kusari-Test-{number}%4Operational.evtx");
        let event = |at, number| other_event(&channel, at, number);
        log(&folder.join(name), (mebibytes / 32).max(1), &event);
    }
}
