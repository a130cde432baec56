//! Prints a change journal, a record a line, fields separated by tabs: to be held against other
//! people's readers, and raced against them.
//!
//! `usn_journal_dump [--mft MFT] [--carve] JOURNAL`; `MFT` is a collected `$MFT` with records of
//! 1024 bytes.

use std::io::Write;

use kusari_artifacts::usn_journal::{Journal, ReadOptions, Record, carve};
use kusari_evidence::DiskFile;
use kusari_evidence::ntfs::FileTable;

fn line(out: &mut impl Write, record: &Record<'_>, path: &str, more: &str) -> std::io::Result<()> {
    let ticks = record.time.map_or(0, |time| time.ticks());
    let name = record.name.map(|name| name.to_text()).unwrap_or_default();
    writeln!(
        out,
        "{}\t{}\t{}\t{}\t{}\t{ticks}\t{:#x}\t{:#x}\t{}\t{:#x}\t{name}\t{path}\t{more}",
        record.usn,
        record.offset,
        record.version as u8,
        record.file,
        record.parent,
        record.reasons.0,
        record.source.0,
        record.security_id.unwrap_or_default(),
        record.attributes.unwrap_or_default(),
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut table, mut carved, mut journal) = (None, false, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--mft" => {
                let path = arguments.next().ok_or("--mft needs a file")?;
                table = Some(FileTable::read(&DiskFile::open(path.as_ref())?, 1024));
            }
            "--carve" => carved = true,
            _ => journal = Some(DiskFile::open(argument.as_ref())?),
        }
    }
    let bytes = journal.ok_or("usage: usn_journal_dump [--mft MFT] [--carve] JOURNAL")?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if carved {
        let mut result = Ok(());
        carve(&bytes, |record| {
            if result.is_ok() {
                result = line(&mut out, record, "", "carved");
            }
        });
        return Ok(result?);
    }
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let folders = journal.folders(table.as_ref());
    let mut paths = folders.paths();
    let mut path = String::new();
    for (number, record) in (0..).zip(journal.records()) {
        path.clear();
        let standing = paths.append(number, &mut path);
        line(&mut out, &record, &path, &format!("{standing:?}"))?;
    }
    eprintln!("{:?}", journal.outcome());
    Ok(())
}
