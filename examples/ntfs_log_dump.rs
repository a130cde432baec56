//! Prints a log file `$LogFile`, a record or a change a line, fields separated by tabs: to be held
//! against other people's readers.
//!
//! `ntfs_log_dump [--changes] LOG`

use std::io::Write;

use kusari_artifacts::ntfs_log::{Change, FileChange, LogFile, LoggedName, Record};
use kusari_evidence::{DiskFile, FileTimes};

fn record(out: &mut impl Write, record: &Record<'_>) -> std::io::Result<()> {
    let Some(update) = record.update() else {
        return writeln!(out, "{:#x}\t{:#x}\tcheckpoint", record.lsn, record.offset);
    };
    let hex = |bytes: Option<&[u8]>| {
        let bytes = bytes.unwrap_or_default();
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let lcns: Vec<String> = update.target.lcns().map(|lcn| format!("{lcn:x}")).collect();
    writeln!(
        out,
        "{:#x}\t{:#x}\tupdate\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{:#x}\t{}\t{}\t{}\t{}\t{}",
        record.lsn,
        record.offset,
        record.previous_lsn,
        record.undo_next_lsn,
        record.transaction,
        update.redo.0,
        update.undo.0,
        update.target.attribute,
        update.target.record_offset,
        update.target.attribute_offset,
        update.target.cluster_offset,
        update.target.vcn,
        lcns.join(","),
        update.redo,
        update.undo,
        hex(update.redo_data),
        hex(update.undo_data),
    )
}

fn times(times: &FileTimes) -> String {
    let all = [times.created, times.modified, times.changed, times.accessed];
    let all = all.map(|time| time.map_or_else(|| "-".to_owned(), |time| time.wall.to_string()));
    all.join(" ")
}

fn name(name: &LoggedName) -> String {
    format!("{}/{}\t{}", name.parent, name.name, times(&name.times))
}

fn change(out: &mut impl Write, change: &FileChange) -> std::io::Result<()> {
    let (what, fields) = match &change.what {
        Change::Created {
            file,
            is_folder,
            standard,
            name: of,
            indexed,
        } => (
            "created",
            format!(
                "{file}\t{}\t{}\tfolder {is_folder}\tindexed {indexed}",
                name(of),
                times(standard)
            ),
        ),
        Change::Deleted {
            record,
            sequence,
            name: of,
        } => (
            "deleted",
            format!(
                "{record}-{}\t{}",
                sequence.unwrap_or(0),
                of.as_ref().map_or_else(String::new, name)
            ),
        ),
        Change::Renamed { file, from, to } => {
            ("renamed", format!("{file}\t{}\t{}", name(from), name(to)))
        }
        Change::NameAdded { file, name: of } => ("name-added", format!("{file}\t{}", name(of))),
        Change::NameRemoved { file, name: of } => ("name-removed", format!("{file}\t{}", name(of))),
        Change::TimesChanged {
            record,
            before,
            after,
        } => (
            "times",
            format!("{record}\t{}\t{}", times(before), times(after)),
        ),
    };
    writeln!(
        out,
        "{:#x}\t{:?}\t{what}\t{fields}\t{}",
        change.lsn, change.standing, change.locator
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let path = path.ok_or("usage: ntfs_log_dump [--changes] LOG")?;
    let bytes = DiskFile::open(path.as_ref())?;
    let log = LogFile::read(&bytes);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut result = Ok(());
    let outcome = if arguments.iter().any(|argument| argument == "--changes") {
        log.changes(None, |of| {
            if result.is_ok() {
                result = change(&mut out, of);
            }
        })
    } else {
        log.records(|of| {
            if result.is_ok() {
                result = record(&mut out, of);
            }
        })
    };
    result?;
    eprintln!("{:?}", log.restart_pages());
    eprintln!("{:?}\n{:?}", log.geometry(), outcome.coverage);
    for damage in outcome.damage {
        eprintln!("{damage}");
    }
    Ok(())
}
