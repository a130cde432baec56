//! Prints the typed events of a log, one a line: record number, kind, what it names.
//!
//! ```text
//! cargo run -p kusari-artifacts --example typed_events -- Microsoft-Windows-Partition%4Diagnostic.evtx
//! ```

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use kusari_artifacts::event_log::events::{SystemRun, TypedEvent, WANTED, typed};
use kusari_artifacts::event_log::scan;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: typed_events LOG");
        return ExitCode::from(2);
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    scan(&bytes, WANTED, &mut |record| {
        if let (Some(event), Ok(())) = (typed(&record), &written) {
            written = writeln!(
                out,
                "{}\t{}\t{}",
                record.record_id,
                record.event_id,
                says(&event).join("\t")
            );
        }
    });
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn says(event: &TypedEvent) -> Vec<String> {
    let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
    match event {
        TypedEvent::PartitionDiagnostic(event) => vec![
            format!("{:?}", event.transition),
            event.capacity.unwrap_or(0).to_string(),
            or_dash(event.parent.as_deref()),
            or_dash(event.serial.as_deref()),
            or_dash(event.registry_id.as_deref()),
            or_dash(event.gpt_disk_id().map(|id| id.to_string()).as_deref()),
        ],
        TypedEvent::KernelPnp(event) => vec![event.path.clone()],
        TypedEvent::UserPnp(event) => vec![event.path.clone()],
        TypedEvent::DeviceRecognised(event) => vec![event.path.clone()],
        TypedEvent::StorageService(event) => vec![or_dash(event.serial.as_deref())],
        TypedEvent::StorageError(event) => vec![or_dash(event.serial.as_deref())],
        TypedEvent::NtfsVolume(event) => vec![
            or_dash(event.letter.as_deref()),
            or_dash(event.volume_guid.as_deref()),
        ],
        TypedEvent::Session(event) => vec![
            or_dash(event.account.sid.as_deref()),
            or_dash(event.account.name.as_deref()),
            event
                .logon_type
                .map_or_else(|| "-".to_owned(), |kind| kind.0.to_string()),
        ],
        TypedEvent::ClockSet(event) => vec![event.before.to_text(6), event.after.to_text(6)],
        TypedEvent::SystemRun(SystemRun::EndedUnexpectedly { spelled, .. }) => {
            vec![or_dash(spelled.as_deref())]
        }
        TypedEvent::SystemRun(
            SystemRun::KernelStarted(Some(at)) | SystemRun::KernelStopped(Some(at)),
        ) => {
            vec![at.to_text(6)]
        }
        TypedEvent::TimeService(event) => vec![or_dash(event.source.as_deref())],
        TypedEvent::LogCleared(event) => vec![event.log.clone(), or_dash(event.by.name.as_deref())],
        _ => Vec::new(),
    }
}
