//! Prints what is read of a Windows Search index, to be held against other people's readers.
//!
//! `windows_search_dump WINDOWS.EDB`: first the items, then the gatherer's files and volumes; fields
//! are separated by tabs, times are 100 ns intervals since 1601. `windows_search_dump WINDOWS.DB`: the
//! items; a write-ahead log beside it is applied.

use std::io::Write;

use kusari_artifacts::ese::Database;
use kusari_artifacts::windows_search::{Item, Scopes, gathered, items, sqlite as newer};
use kusari_artifacts::{Damage, Outcome, sqlite};
use kusari_evidence::DiskFile;
use kusari_evidence::time::Timestamp;

type Failure = Box<dyn std::error::Error>;

fn ticks(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.ticks().to_string())
}

fn line(item: Item) -> String {
    let number = |number: Option<u64>| number.map_or_else(String::new, |it| it.to_string());
    let fields = [
        "item".to_owned(),
        format!("{}", u8::from(item.deleted)),
        number(item.id),
        item.url.clone().unwrap_or_default(),
        item.file_path().unwrap_or_default(),
        item.display_path.unwrap_or_default(),
        item.name.unwrap_or_default(),
        number(item.size),
        ticks(item.modified),
        ticks(item.created),
        ticks(item.accessed),
        ticks(item.gathered),
        item.computer.unwrap_or_default(),
        item.owner.unwrap_or_default(),
        item.volume_id
            .map_or_else(String::new, |guid| guid.to_string()),
        item.kinds.join(";"),
        item.item_type.unwrap_or_default(),
    ];
    fields.join("\t")
}

/// Prints what a reader gives to a sink.
fn print(
    out: &mut dyn Write,
    read: impl FnOnce(&mut dyn FnMut(Item)) -> Outcome,
) -> Result<Vec<Damage>, Failure> {
    let mut failed = Ok(());
    let outcome = read(&mut |item| {
        if failed.is_ok() {
            failed = writeln!(out, "{}", line(item));
        }
    });
    failed?;
    eprintln!("{:?}", outcome.coverage);
    Ok(outcome.damage)
}

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1);
    let path = path.ok_or("usage: windows_search_dump WINDOWS.EDB|WINDOWS.DB")?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let damage = if path.to_ascii_lowercase().ends_with(".db") {
        let bytes = std::fs::read(&path)?;
        let log = std::fs::read(format!("{path}-wal")).ok();
        let database = sqlite::Database::open(&bytes, log.as_deref())?;
        print(&mut out, |sink| newer::items(&database, sink))?
    } else {
        older(&path, &mut out)?
    };
    for damage in damage {
        eprintln!("{damage}");
    }
    Ok(out.flush()?)
}

fn older(path: &str, out: &mut dyn Write) -> Result<Vec<Damage>, Failure> {
    let bytes = DiskFile::open(path.as_ref())?;
    let database = Database::open(&bytes)?;
    let mut damage = print(out, |sink| items(&database, sink))?;
    let scopes = Scopes::read(&database);
    let mut failed = Ok(());
    let more = gathered(&database, &mut |file| {
        let address = scopes.address(file.scope).unwrap_or_default();
        if failed.is_ok() {
            failed = writeln!(
                out,
                "file\t{}\t{}\t{address}{}\t{}",
                u8::from(file.deleted),
                file.document,
                file.name,
                ticks(file.last_modified)
            );
        }
    });
    failed?;
    for volume in scopes.volumes() {
        writeln!(out, "volume\t{:?}\t{}", volume.letter, volume.guid)?;
    }
    damage.extend(more.damage);
    Ok(damage)
}
